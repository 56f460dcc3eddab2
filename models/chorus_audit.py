from odoo import api, fields, models
from odoo.exceptions import UserError

#: The company's settings whose changes are written down.
AUDITED = (
    "company_registry",
    "chorus_environment",
    "chorus_production_confirmed",
    "chorus_simulator_url",
    "chorus_client_id",
    "chorus_technical_account",
    "chorus_referent_email",
    "chorus_start_date",
    "chorus_format",
    "chorus_auto_transfer",
    "chorus_auto_delay",
    "chorus_activity_for",
    "chorus_referent_id",
    "chorus_digest",
    "chorus_silence_hours",
    "chorus_ecb_rate",
)


class ChorusAudit(models.Model):
    """Who changed which Chorus Pro setting, and when. Nobody changes or deletes it; of a secret it tells that it was replaced.

    Who sent what stands on the deposits.
    """

    _name = "chorus.audit"
    _inherit = ["chorus.environment"]
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


class ResCompany(models.Model):
    _inherit = "res.company"

    # EXTENDS 'base'
    def write(self, vals):
        names = [name for name in AUDITED if name in vals]
        before = {company: company._chorus_shown(names) for company in self}
        result = super().write(vals)
        for company, old in before.items():
            new = company._chorus_shown(names)
            if company.chorus_environment or "chorus_environment" in names:
                for name in names:
                    if old[name] != new[name]:
                        label = self._fields[name]._description_string(self.env)
                        self.env["chorus.audit"]._note(company, label, old[name], new[name])
        return result

    def _chorus_shown(self, names):
        """These settings as texts: a dict."""
        self.ensure_one()
        company, shown = self.sudo(), {}  # sudo: compared and written down, shown to administrators only
        for name in names:
            value, field = company[name], self._fields[name]
            if field.type == "selection" and value:
                value = dict(field._description_selection(self.env)).get(value, value)
            elif field.type == "boolean":
                value = self.env._("yes") if value else self.env._("no")
            elif field.type == "many2one":
                value = value.display_name
            shown[name] = str(value) if value or field.type in ("integer", "float") else False
        return shown
