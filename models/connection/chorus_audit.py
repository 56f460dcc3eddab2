from odoo import api, fields, models
from odoo.exceptions import UserError


class ChorusAudit(models.Model):
    """Who changed which Chorus Pro setting, and when. Nobody changes or deletes it; of a secret it tells that it was replaced.

    Who sent what stands on the deposits.
    """

    _name = "chorus.audit"
    _inherit = ["chorus.environment", "chorus.evidence"]
    _description = "Change of a Chorus Pro setting"
    _order = "id desc"
    _rec_name = "setting"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Who", required=True, readonly=True)
    setting = fields.Char(required=True, readonly=True)
    old_value = fields.Char("Before", readonly=True)
    new_value = fields.Char("After", readonly=True)
    environment = fields.Selection(required=False)

    def write(self, vals):
        """:raises UserError: for those whose rights would allow it; it is evidence."""
        self.check_access("write")
        if vals:
            raise UserError(self.env._("The record of changed settings is evidence: it cannot be altered."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The record of changed settings is evidence: it cannot be altered."))

    @api.model
    def _note(self, company, setting, old, new):
        """Write a change down.

        :param setting: its label.
        :param old, new: what is shown of its values; never a secret.
        """
        # sudo: nobody may write here by hand; the user who acts is kept
        self.sudo().create(
            {
                "company_id": company.id,
                "user_id": self.env.user.id,
                "setting": setting,
                "old_value": old,
                "new_value": new,
                "environment": company.chorus_environment,
            }
        )
