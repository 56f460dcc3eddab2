import logging
from datetime import timezone

from odoo import api, fields, models
from odoo.tools import format_date

from ..services.api.errors import ChorusError
from ..services.clock import paris_day
from ..services.follow import expiry
from .guarded import guarded

_logger = logging.getLogger(__name__)

ACTIVITY = "l10n_fr_chorus_pro.mail_activity_type_expiry"
#: No threshold was reached yet.
NONE_REACHED = 10_000


class ChorusConnection(models.Model):
    """The end of the technical password: known in time, told to named persons, over once it is renewed."""

    _name = "chorus.connection"
    _inherit = ["chorus.connection", "mail.thread", "mail.activity.mixin"]

    password_ends_on = fields.Date(
        "Technical password ends on",
        compute="_compute_password_ends_on",
        help="As Chorus Pro tells it, else a year after it was recorded.",
    )
    password_days_left = fields.Integer(compute="_compute_password_ends_on", export_string_translation=False)
    #: The last threshold at which people were told of the recorded password
    reminded_at = fields.Integer(copy=False, readonly=True, default=NONE_REACHED, export_string_translation=False)

    @api.depends("password_expires_on", "technical_password_at")
    def _compute_password_ends_on(self):
        for connection in self:
            recorded = connection.technical_password_at
            recorded = recorded and paris_day(recorded.replace(tzinfo=timezone.utc))
            # a date told of a password that is no longer recorded says nothing
            end = expiry.end_of(recorded, connection.password_expires_on) if recorded else None
            connection.password_ends_on = end
            connection.password_days_left = (end - connection._today()).days if end else 0

    @api.model
    def _today(self):
        """The calendar day in France."""
        return paris_day(fields.Datetime.now().replace(tzinfo=timezone.utc))

    # EXTENDS chorus_connection_access
    def _set_secret(self, name, value):
        super()._set_secret(name, value)
        if name == "technical_password":
            self.sudo().write({"password_expires_on": False, "reminded_at": NONE_REACHED})  # sudo: see the extended method
            self.sudo().activity_unlink([ACTIVITY])

    # EXTENDS chorus_connection: a password that was good and is refused has come to its end
    def _note_failure(self, error, optional=False):
        result = super()._note_failure(error, optional)
        if error.code == "technical_account" and self.password_proved and self.technical_password_at:
            today = self._today()
            if not self.password_ends_on or self.password_ends_on > today:
                self.password_expires_on = today
            self._remind()
        return result

    def _note_end(self, instant):
        """Take over the end that the platform told: an aware date-time, None when it told nothing."""
        self.ensure_one()
        day = instant and paris_day(instant)
        if day and day != self.password_expires_on:
            self.password_expires_on = day

    def write(self, vals):
        result = super().write(vals)
        if vals.get("password_expires_on"):
            for connection in self.filtered(lambda item: expiry.threshold(item.password_days_left) is None):
                # renewed at the portal under the same password, or told late: what was said of the former end is void
                connection.reminded_at = NONE_REACHED
                connection.activity_unlink([ACTIVITY])
        return result

    def _remind(self):
        """Tell the persons in charge, once for each threshold reached."""
        self.ensure_one()
        if not self.password_ends_on:
            return
        reached = expiry.threshold(self.password_days_left)
        if reached is None or reached >= self.reminded_at:
            return
        self.reminded_at = reached
        # the former reminder, where it is still open, says less than this one
        self.activity_unlink([ACTIVITY])
        company = self.company_id
        for user in self._persons_in_charge():
            speaking = self.with_context(lang=user.lang or company._chorus_lang())
            speaking.activity_schedule(
                ACTIVITY,
                date_deadline=self._today(),  # seen at once in the list of what is due
                summary=speaking._expiry_text(),
                user_id=user.id,
            )
        if company.chorus_referent_email:
            template = self.env.ref("l10n_fr_chorus_pro.mail_template_expiry")
            template.send_mail(self.id, email_values={"email_to": company.chorus_referent_email})
        _logger.info("Chorus Pro: company %s was told that its technical password ends on %s", company.id, self.password_ends_on)

    def _persons_in_charge(self):
        """Who gets the activity: Chorus Pro's administrators in that company, and the referent when a colleague."""
        self.ensure_one()
        company = self.company_id
        # sudo: the crons' user and senders need not read users
        users = self.env.ref("l10n_fr_chorus_pro.group_chorus_manager").sudo().all_user_ids
        email = (company.chorus_referent_email or "").strip().lower()
        if email:
            users |= (
                self.env.ref("l10n_fr_chorus_pro.group_chorus_user")
                .sudo()
                .all_user_ids.filtered(lambda user: (user.email or "").strip().lower() == email)
            )
        return users.filtered(lambda user: user.active and not user.share and company in user.company_ids)

    def _expiry_text(self):
        """The reminder, in the context's language."""
        self.ensure_one()
        if self.password_days_left <= 0:
            return self.env._(
                "The password of Chorus Pro's technical account has expired: nothing is sent or followed any more until it is"
                " renewed."
            )
        return self.env._(
            "The password of Chorus Pro's technical account ends on %(day)s (days left: %(count)s): renew it in time.",
            day=format_date(self.env, self.password_ends_on),
            count=self.password_days_left,
        )

    def action_setup(self):
        """Open the guided way where the technical account is entered."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id, "technical")

    # -- every day -----------------------------------------------------------------------------------------------------

    @api.model
    def _cron_expiry(self):
        """Read when the passwords end where the platform tells it, and remind; one company at a time."""
        progress = self.env["ir.cron"]._commit_progress
        companies = self.env["res.company"]._chorus_companies()
        progress(remaining=len(companies))
        for company in companies:
            connection = self._of(company)
            guarded(connection, "_read_end")
            guarded(connection, "_remind")
            if not progress(1):
                return

    def _read_end(self):
        """Ask Chorus Pro when the technical password ends."""
        self.ensure_one()
        company = self.company_id
        if not self.structure_identifier or not company._chorus_may_call(self):
            return
        try:
            with company._chorus_client() as client:
                self._note_end(client.structure(self.structure_identifier).password_expires_at)
        except ChorusError as error:
            self._note_failure(error)
