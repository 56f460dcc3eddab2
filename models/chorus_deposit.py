import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..services.vocabulary import flows


class ChorusDeposit(models.Model):
    """One file handed to Chorus Pro: the intent, the bytes, and what came of them.

    The record is committed before a byte leaves and says at any moment what may have happened, so that nothing is sent twice or
    forgotten. It is evidence: users read it, nobody deletes it.
    """

    _name = "chorus.deposit"
    _inherit = ["chorus.exchange"]
    _description = "Chorus Pro deposit"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "file_name"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    other_environment = fields.Boolean(
        "Of another environment",
        compute="_compute_other_environment",
        search="_search_other_environment",
        help="Neither sent nor followed while its company works in another environment.",
    )
    state = fields.Selection(
        # STATE DIAGRAM
        # * ready      --[claimed by a sender; committed]--------------------> sending
        # * ready      --[withdrawn]-----------------------------------------> cancelled
        # * ready      --[its file is lost or altered]-----------------------> rejected
        # * sending    --[accepted: flow number]-----------------------------> deposited
        # * sending    --[surely not received, or not allowed in]------------> ready, tried again at next_try
        # * sending    --[accepted by soumettre: identifier]-----------------> integrated
        # * sending    --[refused]-------------------------------------------> rejected
        # * sending    --[answer lost; or found in this state after a crash]-> unknown
        # * unknown    --[found at Chorus Pro, the same]---------------------> deposited
        # * unknown    --[surely absent]-------------------------------------> ready
        # * all but sending, of a former test environment --[released]-------> cancelled, where it was not concluded
        # * unknown    --[found, but different: a person decides]------------> unknown (found_different)
        # * deposited  --[report: integrated / in part / rejected]-----------> integrated / partial / rejected
        [
            ("ready", "To send"),
            ("sending", "Sending"),
            ("unknown", "Outcome unknown"),
            ("deposited", "Waiting for the report"),
            ("integrated", "Integrated"),
            ("partial", "Partly integrated"),
            ("rejected", "Rejected by Chorus Pro"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        default="ready",
        readonly=True,
        index=True,
    )
    released = fields.Boolean(
        readonly=True,
        help="It was a test: its invoices are free to be sent again, in the environment that the company works in since.",
    )
    syntax = fields.Char(required=True, readonly=True, help="Chorus Pro's name of the file's format (syntaxeFlux, modeDepot).")
    file_name = fields.Char(required=True, readonly=True)
    file = fields.Binary(attachment=True, readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")
    sha256 = fields.Char("SHA-256", readonly=True, help="Fingerprint of the bytes that were sent.")
    size = fields.Integer("Size (bytes)", readonly=True)
    line_ids = fields.One2many("chorus.deposit.line", "deposit_id", "Invoices", readonly=True)
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Invoices sent")
    user_id = fields.Many2one("res.users", "Asked by", readonly=True, default=lambda self: self.env.user)

    flow_number = fields.Char("Flow number", readonly=True, index="btree_not_null", help="numeroFluxDepot")
    flow_state = fields.Char("Flow state code", readonly=True)
    flow_state_label = fields.Char("Flow state", compute="_compute_flow_state_label")
    flow_state_at = fields.Datetime("Flow state since", readonly=True)
    deposited_at = fields.Datetime("Deposited on", readonly=True)
    report = fields.Text(readonly=True, help="What Chorus Pro reported on the whole file.")

    _flow_number_unique = models.UniqueIndex(
        "(environment, flow_number) WHERE flow_number IS NOT NULL", "This flow number is recorded already."
    )

    @api.depends("environment", "company_id.chorus_environment")
    def _compute_other_environment(self):
        for deposit in self:
            deposit.other_environment = deposit.environment != deposit.company_id.chorus_environment

    def _search_other_environment(self, operator, value):
        if operator != "in":
            return NotImplemented
        companies = self.env["res.company"].search([("chorus_environment", "!=", False)])
        mine = fields.Domain.OR(
            [("company_id", "=", company.id), ("environment", "=", company.chorus_environment)] for company in companies
        )
        if set(value) == {True}:
            return ~mine
        return mine if set(value) == {False} else fields.Domain.TRUE

    @api.depends("line_ids.move_id")
    def _compute_move_ids(self):
        for deposit in self:
            deposit.move_ids = deposit.line_ids.move_id

    @api.depends("flow_state")
    @api.depends_context("lang")
    def _compute_flow_state_label(self):
        for deposit in self:
            deposit.flow_state_label = deposit.flow_state and flows.get(deposit.flow_state).label.of(self.env.lang)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A deposit is evidence of what was sent to Chorus Pro: it cannot be deleted."))

    # -- the intent ----------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_make(self, moves, content, file_name, syntax, **values):
        """Record the intent to send a file. Nothing leaves before the caller committed it.

        :param moves: the invoices in it, of one company; without a live deposit (enforced by the database).
        :param bytes content: the file.
        :param values: of the deposit besides.
        :return: the deposit, ``ready``.
        """
        company = moves.company_id
        company.ensure_one()
        deposit = self.sudo().create(  # sudo: users read deposits only; who may send is checked by the callers
            {
                "company_id": company.id,
                "environment": company.chorus_environment,
                "syntax": syntax,
                "file_name": file_name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "user_id": self.env.user.id,
                "line_ids": [fields.Command.create(move._chorus_line_values()) for move in moves],
                **values,
            }
        )
        deposit.file = base64.b64encode(content)
        return deposit

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_refresh(self):
        """Ask Chorus Pro about these deposits now: look up the unknown ones, read the reports of the others."""
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        deposits = self.sudo()  # sudo: users read deposits only; this writes what the platform says, nothing of theirs
        if elsewhere := deposits.filtered("other_environment"):
            raise UserError(
                self.env._(
                    "%s: sent in another environment than the one the company works in now, which knows nothing of it.",
                    ", ".join(elsewhere.mapped("file_name")),
                )
            )
        deposits._chorus_refresh()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_cancel(self):
        """Withdraw deposits of which no byte has left."""
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        for deposit in self.sudo():  # sudo: see action_refresh
            if deposit.try_lock_for_update(allow_referencing=True).state != "ready":
                raise UserError(self.env._("Only a deposit that has not left yet can be withdrawn."))
            deposit._chorus_conclude("cancelled")

    def action_release(self):
        """End the hold of deposits made in a test environment that the company has left: their invoices may be sent again.

        What was sent stays recorded. Nothing that a public body may hold is ever released.
        """
        if not self.env.user.has_group("l10n_fr_chorus_pro.group_chorus_manager"):
            raise AccessError(self.env._("Only an administrator of Chorus Pro may release a deposit."))
        self.check_access("read")
        for deposit in self.sudo():  # sudo: see action_refresh
            deposit.lock_for_update(allow_referencing=True)
            if deposit.environment == "production" or not deposit.other_environment or deposit.state == "sending":
                raise UserError(self.env._("Only a deposit of a test environment that the company has left can be released."))
            held = deposit.line_ids.filtered("live").move_id
            deposit.released = True
            if deposit.state in ("ready", "unknown", "deposited", "by_hand"):
                deposit._chorus_conclude("cancelled")
            held._chorus_forget_test(deposit)
