from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.vocabulary import motifs


class ChorusReissue(models.TransientModel):
    """A refused invoice becomes a credit note and a new invoice, its references corrected on the way (doc/RULES.md §4.3)."""

    _name = "chorus.reissue"
    _description = "Replace an invoice refused by the public body"
    _inherit = ["chorus.invoice.wizard", "chorus.references"]

    why = fields.Text("Why it was refused", compute="_compute_why")
    at_validator = fields.Boolean(compute="_compute_why")
    partner_id = fields.Many2one(
        "res.partner", "Recipient", compute="_compute_partner_id", store=True, readonly=False, compute_sudo=False,
        domain="[('is_company', '=', True), ('company_id', 'in', (False, company_id))]",
        help="Another one where the refused invoice went to the wrong public body.",
    )  # fmt: skip
    company_id = fields.Many2one(related="move_id.company_id", related_sudo=False)
    listed = fields.Boolean(compute="_compute_listed", compute_sudo=False, export_string_translation=False)
    date = fields.Date("Date of both documents", required=True, default=fields.Date.context_today)
    reason = fields.Char("Reason on the credit note", compute="_compute_reason", store=True, readonly=False, compute_sudo=False)
    service_code = fields.Char("Service code", compute="_compute_references", store=True, readonly=False, compute_sudo=False)
    market_number = fields.Char("Market number", compute="_compute_references", store=True, readonly=False, compute_sudo=False)
    engagement_number = fields.Char(
        "Engagement number", compute="_compute_references", store=True, readonly=False, compute_sudo=False
    )
    acknowledge = fields.Boolean("Tell Chorus Pro that the rejection is dealt with", compute="_compute_acknowledge", store=True,
                                 readonly=False, compute_sudo=False)  # fmt: skip
    can_acknowledge = fields.Boolean(compute="_compute_can_acknowledge")
    keep_draft = fields.Boolean(
        "Leave the new invoice as a draft, to change its lines", compute="_compute_keep_draft", store=True, readonly=False,
        compute_sudo=False,
    )  # fmt: skip

    @api.depends("move_id")
    @api.depends_context("lang")
    def _compute_why(self):
        for wizard in self:
            wizard.why = wizard.move_id._chorus_told_text(remedies=True)
            wizard.at_validator = wizard.move_id.chorus_status in ("REFUSEE_1", "REFUSEE_2")

    @api.depends("move_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.move_id._chorus_motif_text() or wizard.move_id.chorus_status_label

    @api.depends("move_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.move_id.commercial_partner_id

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """The references of one public body are not those of another."""
        if self.partner_id == self.move_id.commercial_partner_id:
            self._compute_references()
        else:
            self.service_code = self.market_number = self.engagement_number = False

    @api.depends("partner_id")
    def _compute_listed(self):
        """Whether the public body's services are known, and thus to choose from."""
        for wizard in self:
            body = wizard.partner_id
            wizard.listed = bool(body.chorus_service_count) and body._chorus_is_known(wizard.company_id.chorus_environment)

    @api.depends("move_id")
    def _compute_references(self):
        for wizard in self:
            move = wizard.move_id
            wizard.service_code = move.buyer_reference
            wizard.market_number = move.contract_reference
            wizard.engagement_number = move.purchase_order_reference

    @api.depends("move_id")
    def _compute_can_acknowledge(self):
        for wizard in self:
            # the API acknowledges rejections by the recipient, nothing else
            wizard.can_acknowledge = wizard.move_id.chorus_status == "REJETEE" and bool(wizard.move_id.chorus_identifier)

    @api.depends("can_acknowledge")
    def _compute_acknowledge(self):
        for wizard in self:
            wizard.acknowledge = wizard.can_acknowledge

    @api.depends("move_id")
    def _compute_keep_draft(self):
        for wizard in self:
            comment = wizard.move_id.chorus_status_comment
            wizard.keep_draft = any(motif.code in motifs.ABOUT_LINES for motif in motifs.recognise(comment))

    def action_confirm(self):
        """Make both documents, link them with the refused one, acknowledge the rejection; tell so and open the new invoice."""
        self.ensure_one()
        move = self.move_id
        self.env["res.users"]._chorus_check_transfer()
        move.check_access("write")
        if not move.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("%s is being worked on by somebody else. Try again in a moment.", move.name))
        move.invalidate_recordset()
        if "reissue" not in move._chorus_possible():
            raise UserError(self.env._("%s is not to be replaced, or was replaced already.", move.name))
        if move.payment_state != "not_paid":
            raise UserError(self.env._("%s has payments: unreconcile them first, then replace it.", move.name))
        acknowledged = self.acknowledge and self.can_acknowledge
        if acknowledged:
            # in this same transaction: both documents and the intent exist, or none of them
            self.env["chorus.action"]._chorus_ask(move, "reissue")
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        reversal = reversal.create({"date": self.date, "reason": self.reason, "journal_id": move.journal_id.id})
        reversal.modify_moves()
        new = reversal.new_move_ids
        new.sudo().chorus_replaces_id = move  # sudo: a fact of this very replacement, nobody writes it by hand
        elsewhere = self.partner_id != move.commercial_partner_id
        recipient = {"partner_id": self.partner_id.id} if elsewhere else {}
        new.write({**recipient, "invoice_date": self.date, **self._more_values()})
        new.write(
            {
                "buyer_reference": self.service_code,
                "contract_reference": self.market_number,
                "purchase_order_reference": self.engagement_number,
            }
        )
        self._take_along(new)
        if not self.keep_draft:
            new.action_post()
        move._chorus_call_people()
        return self._notification(new, move.reversal_move_ids.sorted("id")[-1:], acknowledged)

    def _more_values(self):
        """Further values of the new invoice, written before its references."""
        return {}

    def _take_along(self, new):
        """Give the new invoice, still a draft, what goes with the refused one and is no field of it."""

    def _notification(self, new, credit_note, acknowledged):
        """Tell which documents were made and what Chorus Pro is told, then open the new invoice."""
        message = [self.env._("Credit note %s made: it stays in your accounts and is not sent to Chorus Pro.", credit_note.name)]
        if new.state == "draft":
            message.append(self.env._("The new invoice is a draft: change its lines, confirm it, then send it."))
        else:
            message.append(self.env._("New invoice %s confirmed: it is the one that goes to Chorus Pro.", new.name))
        if acknowledged:
            message.append(self.env._("Odoo tells Chorus Pro that the rejection of %s is dealt with.", self.move_id.name))
        elif self.can_acknowledge:
            message.append(self.env._("Chorus Pro is not told that the rejection of %s is dealt with.", self.move_id.name))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("%s is replaced", self.move_id.name),
                "type": "success",
                "sticky": False,
                "message": " ".join(message),
                "next": {
                    "type": "ir.actions.act_window",
                    "res_model": "account.move",
                    "res_id": new.id,
                    "views": [(False, "form")],
                },
            },
        }
