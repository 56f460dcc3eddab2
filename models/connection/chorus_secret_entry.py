from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.follow import expiry
from ...services.setup import secret_entry
from . import secret_log
from .chorus_connection import SEALED


class ChorusSecretEntry(models.AbstractModel):
    """Fields through which a secret goes in, twice, and never comes out: not stored, empty whenever they are read.

    Whoever inherits it has a ``company_id`` and decides who may write. Empty keeps what is recorded.
    """

    _name = "chorus.secret.entry"
    _description = "Entry of Chorus Pro secrets"

    chorus_client_secret = fields.Char(
        "PISTE client secret", compute="_compute_chorus_secrets", inverse="_inverse_chorus_client_secret", store=False
    )
    chorus_client_secret_again = fields.Char(
        "PISTE client secret, again", compute="_compute_chorus_secrets", inverse="_inverse_chorus_client_secret", store=False
    )
    chorus_technical_password = fields.Char(
        "Technical account's password",
        compute="_compute_chorus_secrets",
        inverse="_inverse_chorus_technical_password",
        store=False,
    )
    chorus_technical_password_again = fields.Char(
        "Technical account's password, again",
        compute="_compute_chorus_secrets",
        inverse="_inverse_chorus_technical_password",
        store=False,
    )
    chorus_webhook_secret = fields.Char(
        "Signing secret", compute="_compute_chorus_secrets", inverse="_inverse_chorus_webhook_secret", store=False
    )
    chorus_webhook_secret_again = fields.Char(
        "Signing secret, again", compute="_compute_chorus_secrets", inverse="_inverse_chorus_webhook_secret", store=False
    )
    chorus_client_secret_set = fields.Boolean(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_technical_password_set = fields.Boolean(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_webhook_secret_set = fields.Boolean(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_client_secret_at = fields.Datetime("Secret recorded on", compute="_compute_chorus_secrets_set")
    chorus_client_secret_old = fields.Boolean(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_password_ends_on = fields.Date("Password ends on", compute="_compute_chorus_secrets_set")
    chorus_expiry_text = fields.Char(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_works = fields.Boolean(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_from_file = fields.Boolean(compute="_compute_chorus_secrets_set", export_string_translation=False)
    chorus_lender_name = fields.Char(compute="_compute_chorus_secrets_set", export_string_translation=False)

    @api.depends("company_id")
    def _compute_chorus_secrets(self):
        for entry in self:
            for name in secret_log.TYPED:
                entry[name] = False

    @api.depends("company_id.chorus_environment", "company_id.chorus_connection_ids.client_secret_at",
                 "company_id.chorus_connection_ids.technical_password_at",
                 "company_id.chorus_connection_ids.password_proved")  # fmt: skip
    def _compute_chorus_secrets_set(self):
        for entry in self:
            company = entry.company_id.sudo()  # sudo: only whether they are set is told, not the values
            entry.chorus_client_secret_set = bool(company.chorus_environment) and company._chorus_has_secret("client_secret")
            entry.chorus_technical_password_set = bool(company.chorus_environment) and company._chorus_has_secret(
                "technical_password"
            )
            entry.chorus_webhook_secret_set = bool(company.chorus_environment and company._chorus_webhook_secret())
            connection = company._chorus_connection()
            entry.chorus_client_secret_at = connection.client_secret_at
            entry.chorus_client_secret_old = bool(
                connection.client_secret_at and fields.Datetime.now() - connection.client_secret_at > expiry.SECRET_AGE
            )
            entry.chorus_password_ends_on = connection.password_ends_on
            warned = connection.password_ends_on and expiry.threshold(connection.password_days_left) is not None
            entry.chorus_expiry_text = warned and connection.with_context(lang=self.env.lang)._expiry_text()
            entry.chorus_from_file = bool(company._chorus_from_file())
            entry.chorus_works = company._chorus_works()
            lender = company._chorus_borrows_from()
            entry.chorus_lender_name = lender.name

    def _inverse_chorus_client_secret(self):
        self._chorus_take_secret("client_secret", "chorus_client_id")

    def _inverse_chorus_technical_password(self):
        self._chorus_take_secret("technical_password", "chorus_technical_account")

    def _inverse_chorus_webhook_secret(self):
        """Record what was typed twice; Chorus Pro has no part in it.

        :raises ValidationError: when the entries differ, or cannot be a secret.
        """
        for entry in self:
            value, repeated = entry.chorus_webhook_secret or "", entry.chorus_webhook_secret_again or ""
            entry.invalidate_recordset(["chorus_webhook_secret", "chorus_webhook_secret_again"], flush=False)
            if value or repeated:
                entry._chorus_check_typed("chorus_webhook_secret", value, repeated)
                entry.company_id._chorus_set_secret("webhook_secret", value)

    def _chorus_check_typed(self, typed, value, repeated, login=""):
        problem = secret_entry.problem(value, repeated, login=login)
        if problem:
            label = self._fields[typed]._description_string(self.env)
            message = self.env._("“%(field)s” is not taken. %(problem)s", field=label, problem=problem.of(self.env.lang))
            raise ValidationError(message)

    def _chorus_take_secret(self, name, login):
        """Record what was typed twice.

        What works is replaced only by what Chorus Pro accepts: that is tried first.

        :raises ValidationError: when the entries differ, cannot be the portal's, or are not accepted; nothing is recorded then.
        """
        typed, again = f"chorus_{name}", f"chorus_{name}_again"
        for entry in self:
            value, repeated = entry[typed] or "", entry[again] or ""
            # forgotten at once: what the browser reads back after saving is empty
            entry.invalidate_recordset([typed, again], flush=False)
            if not value and not repeated:
                continue
            company = entry.company_id
            present_login = company.sudo()[login] or ""  # sudo: compared, not shown
            typed_login = entry._chorus_typed_login(login) or present_login
            lender = company._chorus_borrows_from()
            if lender and typed_login == present_login:
                raise ValidationError(
                    self.env._(
                        "%(branch)s uses the access data of %(company)s: replace them there.",
                        branch=company.name,
                        company=lender.name,
                    )
                )
            entry._chorus_check_typed(typed, value, repeated, login=typed_login)
            if company._chorus_works():
                company.sudo()._chorus_replace(**{name: value, login.removeprefix("chorus_"): typed_login})  # sudo: see above
            else:
                company._chorus_set_secret(name, value)

    def _chorus_typed_login(self, login):
        """What was typed beside a secret as its identifier, where that is not on the company yet; ``login`` is its name there."""
        return False

    # what is typed belongs to the environment that is saved with it, so that one is written first
    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create([self._chorus_untyped(vals) for vals in vals_list])
        for entry, vals in zip(entries, vals_list, strict=True):
            typed = {name: value for name, value in vals.items() if name in secret_log.TYPED}
            if typed:
                entry.write(typed)
        return entries

    def write(self, vals):
        result = super().write(self._chorus_untyped(vals))
        for secret in SEALED:
            pair = f"chorus_{secret}", f"chorus_{secret}_again"
            if any(map(vals.get, pair)):
                # both, so that the one left empty is seen to differ
                super().write({name: vals.get(name, False) for name in pair})
        return result

    @api.model
    def _chorus_untyped(self, vals):
        return {name: value for name, value in vals.items() if name not in secret_log.TYPED}
