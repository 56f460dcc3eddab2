import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

#: States in which an action may still reach Chorus Pro, or may have reached it.
OPEN = ("ready", "sending", "unknown")


class ChorusAction(models.Model):
    """One thing done about an invoice that is at Chorus Pro: the intent, committed before a byte leaves, and what came of it.

    After a lost answer nothing is repeated before the state of the invoice there was read (`chorus_action_send`). It is evidence:
    nobody deletes it.
    """

    _name = "chorus.action"
    _inherit = ["chorus.exchange"]
    _description = "Action on an invoice at Chorus Pro"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "kind"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    identifier = fields.Char("Chorus Pro identifier", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("complete", "Complete"),
            ("recycle", "Re-route"),
            ("validator", "Correct the validator"),
            ("reissue", "Acknowledge the rejection"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        # STATE DIAGRAM
        # * ready   --[claimed by a sender; committed]--------------------> sending
        # * ready   --[withdrawn]-----------------------------------------> cancelled
        # * ready   --[the invoice is no longer in the status for it]-----> refused (moved_on)
        # * ready   --[a file is lost or altered]-------------------------> unknown, then refused (file_changed)
        # * sending --[accepted]------------------------------------------> done
        # * sending --[surely not received, or not allowed in]------------> ready, tried again at next_try
        # * sending --[refused]-------------------------------------------> refused
        # * sending --[answer lost; or found in this state after a crash]-> unknown
        # * unknown --[its effect is seen at Chorus Pro]------------------> done
        # * unknown --[surely without effect]-----------------------------> ready
        # * unknown --[the invoice went on without it]--------------------> refused (moved_on)
        [
            ("ready", "To send"),
            ("sending", "Sending"),
            ("unknown", "Being checked"),
            ("done", "Carried out"),
            ("refused", "Refused by Chorus Pro"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        default="ready",
        readonly=True,
        index=True,
    )
    comment = fields.Text(readonly=True)
    file_ids = fields.One2many("chorus.action.file", "action_id", "Files", readonly=True)
    recipient = fields.Char("Recipient's SIRET", readonly=True)
    service_code = fields.Char(readonly=True)
    engagement_number = fields.Char(readonly=True)
    validator = fields.Char("Validator's SIRET", readonly=True)
    user_id = fields.Many2one("res.users", "Asked by", readonly=True, default=lambda self: self.env.user)
    answered_at = fields.Datetime(readonly=True, help="Date, by Chorus Pro's clock, of the status that this action answers.")
    answered_entry = fields.Char(readonly=True, help="Number of that status in the history (histoStatutId).")
    done_at = fields.Datetime("Done on", readonly=True)

    _one_open_action = models.UniqueIndex(
        "(move_id) WHERE state IN ('ready', 'sending', 'unknown')", "Something is being done about this invoice already."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("This is evidence of what was sent to Chorus Pro: it cannot be deleted."))

    # -- the intent ----------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_ask(self, move, kind, files=(), **values):
        """Record the intent to do something about an invoice. Nothing leaves before the caller committed it.

        :param move: the invoice, in a status that allows it (``chorus_can_…``).
        :param files: pairs of name and bytes.
        :param values: ``comment``, ``recipient``, ``service_code``, ``engagement_number``, ``validator``.
        :raises UserError: when it is not possible now.
        """
        move.ensure_one()
        if not move.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("%s is being worked on by somebody else. Try again in a moment.", move.name))
        move.invalidate_recordset(["chorus_status", "chorus_state"])
        if not move[f"chorus_can_{kind}"] or not move.chorus_identifier:
            raise UserError(self.env._("%s is no longer in a state where this can be done.", move.name))
        actions = self.sudo()  # sudo: users read actions only; who may ask is checked by the callers
        if actions.search_count([("move_id", "=", move.id), ("state", "in", OPEN)], limit=1):
            raise UserError(self.env._("Something is being done about %s already.", move.name))
        action = actions.create(
            {
                "move_id": move.id,
                "environment": move.company_id.chorus_environment,
                "identifier": move.chorus_identifier,
                "kind": kind,
                "user_id": self.env.user.id,
                "file_ids": [
                    fields.Command.create(
                        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
                    )
                    for name, content in files
                ],
                **values,
            }
        )  # fmt: skip
        for record, (_name, content) in zip(action.file_ids.sorted("id"), files, strict=True):
            record.content = base64.b64encode(content)
        self._chorus_trigger("action")
        return action

    def action_cancel(self):
        """Withdraw actions of which no byte has left."""
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        for action in self.sudo():  # sudo: users read actions only; this records their decision
            if action.try_lock_for_update(allow_referencing=True).state != "ready":
                raise UserError(self.env._("Only what has not left yet can be withdrawn."))
            action._chorus_conclude("cancelled")

    def action_refresh(self):
        """Try again now, or find out now what became of it."""
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        self._chorus_send(retries=0)
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class ChorusActionFile(models.Model):
    """A file that goes with an action."""

    _name = "chorus.action.file"
    _description = "File of an action on an invoice at Chorus Pro"
    _check_company_auto = True
    _order = "id"

    action_id = fields.Many2one("chorus.action", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    name = fields.Char(required=True, readonly=True)
    content = fields.Binary(attachment=True, readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")
    sha256 = fields.Char("SHA-256", readonly=True)
    size = fields.Integer("Size (bytes)", readonly=True)
    remote_id = fields.Char("Identifier at Chorus Pro", readonly=True, help="pieceJointeId")
