from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..services.rules.override import may_be_overridden

#: Characters of a reason that says something.
SHORTEST = 15


class ChorusOverrideWizard(models.TransientModel):
    """An administrator answers for sending one invoice in spite of one rule, the first that blocks it."""

    _name = "chorus.override.wizard"
    _description = "Answer for a rule"
    _inherit = ["chorus.invoice.wizard"]

    rule = fields.Char(compute="_compute_rule")
    message = fields.Text("What the rule says", compute="_compute_rule")
    remedy = fields.Text("What to do otherwise", compute="_compute_rule")
    reason = fields.Text("Why it is sent all the same")

    @api.depends("move_id")
    @api.depends_context("lang")
    def _compute_rule(self):
        for wizard in self:
            finding = wizard._finding()
            wizard.rule = finding and finding.code
            wizard.message = finding and finding.message.of(self.env.lang)
            wizard.remedy = finding and finding.remedy.of(self.env.lang)

    def _finding(self):
        """The first finding that blocks the invoice and for which a person may answer; None when there is none."""
        move = self.move_id
        if not move or move.state != "posted" or move.chorus_state not in ("to_send", "rejected"):
            return None
        return next(filter(may_be_overridden, move._chorus_findings()), None)

    @api.model
    def _open(self, move):
        """The dialog for one invoice.

        :raises UserError: when nothing blocks it for which a person may answer.
        """
        self.env["res.users"]._chorus_check_manager()
        move.ensure_one()
        wizard = self.create({"move_id": move.id})
        if not wizard.rule:
            raise UserError(
                self.env._(
                    "Nothing blocks this invoice for which somebody may answer. What protects from sending twice, such as its"
                    " number, date, amounts and supplier, is no exception."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send in spite of a rule"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Write down who answers for it and why; the rule no longer blocks this invoice. Nothing is sent by it.

        :raises ValidationError: without a reason.
        """
        self.ensure_one()
        self.env["res.users"]._chorus_check_manager()
        move, finding = self.move_id, self._finding()
        move.check_access("write")
        reason = (self.reason or "").strip()
        if len(reason) < SHORTEST:
            raise ValidationError(self.env._("Say why, in a sentence: whoever reads it later was not here."))
        if finding is None:
            raise UserError(self.env._("Nothing blocks this invoice any more."))
        message = finding.message.of(self.env.lang)
        # sudo: nobody writes there by hand; the user who answers is kept
        self.env["chorus.override"].sudo().create(
            {
                "company_id": move.company_id.id,
                "move_id": move.id,
                "user_id": self.env.user.id,
                "rule": finding.code,
                "message": message,
                "reason": reason,
            }
        )
        self.env["chorus.audit"]._note(
            move.company_id, self.env._("Rule %(rule)s, invoice %(name)s", rule=finding.code, name=move.name), message, reason
        )
        move.message_post(
            body=self.env._(
                "Chorus Pro: to be sent in spite of rule %(rule)s (%(message)s) Reason: %(reason)s",
                rule=finding.code,
                message=message,
                reason=reason,
            )
        )
        return {"type": "ir.actions.act_window_close"}
