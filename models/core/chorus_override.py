from odoo import api, fields, models
from odoo.exceptions import UserError


class ChorusOverride(models.Model):
    """That a person answers for sending one invoice in spite of one rule: who, when, which rule, why. Nobody changes it."""

    _name = "chorus.override"
    _inherit = ["chorus.evidence"]
    _description = "Rule that somebody answers for"
    _order = "id desc"
    _rec_name = "rule"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    user_id = fields.Many2one("res.users", "Who", required=True, readonly=True)
    rule = fields.Char(required=True, readonly=True)
    message = fields.Text("What the rule says", required=True, readonly=True)
    reason = fields.Text("Why it is sent all the same", required=True, readonly=True)

    def write(self, vals):
        """:raises UserError: for those whose rights would allow it; it is evidence."""
        self.check_access("write")
        if vals:
            raise UserError(self.env._("Who answered for a rule is evidence: it cannot be altered."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Who answered for a rule is evidence: it cannot be altered."))

    @api.model
    def _codes(self, move):
        """The rules that somebody answers for, of one invoice: a set of codes."""
        # sudo: whoever sends the invoice need not see who answered
        return set(self.sudo().search([("move_id", "=", move.id)]).mapped("rule"))
