from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ...services.clock import paris_day, paris_today
from ...services.follow import timeline
from ...services.vocabulary import Group, states
from .. import transactions

#: Invoices named in each part of the digest; beyond, only how many more.
NAMED = 8


class ResCompany(models.Model):
    """Who is told what of a company's invoices at Chorus Pro, and when."""

    _inherit = "res.company"

    chorus_activity_for = fields.Selection(
        [("salesperson", "The salesperson of the invoice"), ("referent", "The referent")],
        "Who is called",
        default="salesperson",
        required=True,
        copy=False,
        groups="base.group_user",
        help="Who gets an activity when an invoice is refused, suspended, of unknown outcome or paid late.",
    )
    chorus_referent_id = fields.Many2one(
        "res.users",
        "Referent",
        copy=False,
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        groups="base.group_user",
        help="Looks after the invoices at Chorus Pro, and gets the weekly summary.",
    )
    chorus_digest = fields.Boolean("Weekly summary by e-mail", default=True, copy=False, groups="base.group_user")
    chorus_silence_hours = fields.Integer(
        "Warn after (hours)",
        default=12,
        copy=False,
        groups="base.group_user",
        help="A banner tells when statuses could not be read for so long.",
    )
    chorus_ecb_rate = fields.Float(
        "ECB main refinancing rate (%)",
        digits=(16, 3),
        default=2.15,
        copy=False,
        groups="base.group_user",
        help="The rate in force on the first day of the half-year. Interest for late payment is this rate and 8 points (Code"
        " de la commande publique, R. 2192-31).",
    )
    chorus_late_points = fields.Float(
        "Points added to it",
        digits=(16, 3),
        default=float(timeline.POINTS),
        copy=False,
        groups="base.group_user",
        help="8 by law (Code de la commande publique, R. 2192-31).",
    )
    chorus_late_fee = fields.Float(
        "Lump sum for recovery",
        digits=(16, 2),
        default=float(timeline.LUMP_SUM),
        copy=False,
        groups="base.group_user",
        help="For each invoice paid late: 40 € by law (Code de la commande publique, D. 2192-35).",
    )
    chorus_digest_at = fields.Datetime(copy=False, readonly=True, groups="base.group_user", export_string_translation=False)

    @api.constrains("chorus_silence_hours", "chorus_ecb_rate", "chorus_late_points", "chorus_late_fee")
    def _check_chorus_follow(self):
        for company in self:
            if company.chorus_silence_hours < 1:
                raise ValidationError(self.env._("Chorus Pro: the warning needs one hour at least."))
            if company.chorus_late_fee < 0:
                raise ValidationError(self.env._("Chorus Pro: the lump sum cannot be less than nothing."))
            if not -8 < company.chorus_ecb_rate < 100 or not 0 <= company.chorus_late_points < 100:
                raise ValidationError(self.env._("Chorus Pro: this is no rate in percent."))

    # -- every day -----------------------------------------------------------------------------------------------------

    @api.model
    def _cron_chorus_daily(self):
        """Every day: passwords that end, the weekly summary on its day, payments that are late."""
        transactions.run_parts(
            (self.env["chorus.connection"], "_remind_all"),
            (self, "_chorus_tell_digests"),
            (self.env["account.move"], "_chorus_call_late"),
        )

    # -- the weekly summary --------------------------------------------------------------------------------------------

    @api.model
    def _chorus_tell_digests(self):
        """Tell each company's referent where its invoices at Chorus Pro stand: on Mondays, and later where that was missed."""
        companies = self._chorus_companies().filtered("chorus_digest").filtered(lambda company: company._chorus_digest_due())
        for company, _left in transactions.turns(self.env, companies):
            transactions.run_and_survive(company, "_chorus_tell_digest")

    def _chorus_digest_due(self):
        """Whether this week's summary was not told yet; the first one ever waits for a Monday."""
        self.ensure_one()
        today, told = paris_today(), self.chorus_digest_at
        monday = today - timedelta(days=today.weekday())
        return paris_day(told.replace(tzinfo=timezone.utc)) < monday if told else today == monday

    def _chorus_tell_digest(self):
        self.ensure_one()
        self._chorus_send_digest()
        self.chorus_digest_at = fields.Datetime.now()

    def _chorus_send_digest(self):
        """Queue the digest of this company.

        :return: the ``mail.mail``, empty when there is nobody to tell or nothing to say.
        """
        self.ensure_one()
        referent = self.chorus_referent_id
        address = email_normalize(referent.email or self.chorus_referent_email or "")
        speaking = self.with_context(lang=referent.lang or self._chorus_lang())
        values = speaking._chorus_digest_values()
        if not address or not (values["parts"] or values["paid"] or values["waiting"]):
            return self.env["mail.mail"]
        body = speaking.env["ir.qweb"]._render("l10n_fr_chorus_pro.digest_mail", values)
        return self.env["mail.mail"].sudo().create(  # sudo: a cron's mail
            {
                "subject": speaking.env._("Chorus Pro: your invoices this week (%s)", self.name),
                "email_from": self.email_formatted or self.env.user.email_formatted,
                "email_to": address,
                "body_html": body,
                "auto_delete": True,
            }
        )  # fmt: skip

    def _chorus_digest_values(self):
        """What the digest tells, in the record's language: what a person must do, what moved, what waits."""
        self.ensure_one()
        moves = self.env["account.move"].sudo()  # sudo: a cron reads for the referent
        own = [("company_id", "=", self.id)]

        def summed(domain):
            """How many invoices of this company these are, and their amount with tax."""
            ((count, total),) = moves._read_group([*own, *domain], [], ["__count", "amount_total_signed:sum"])
            return count, total or 0.0

        titles = dict(moves._fields["chorus_state"]._description_selection(self.env))
        todo = [
            (titles[state], [("chorus_state", "=", state), ("payment_state", "!=", "reversed")])
            for state in states.of_group(Group.MINE, Group.REFUSED)
        ]
        todo.append((self.env._("Payment overdue"), list(moves._chorus_late_domain())))
        parts = []
        for title, domain in todo:
            count, total = summed(domain)
            found = moves.search([*own, *domain], order="invoice_date, id", limit=NAMED) if count else moves
            if found:
                part = {"title": title, "moves": found, "count": count, "total": total}
                part["more"] = count > NAMED and self.env._("and %s more", count - NAMED)
                # what is paid late is with others, and yet to be told
                late = found[0].chorus_state in states.WAITING
                part["level"] = str(Group.MINE if late else states.group(found[0].chorus_state))
                parts.append(part)
        week = fields.Datetime.now() - timedelta(days=7)
        paid, paid_total = summed([("chorus_payment_at", ">=", week)])
        waiting, waiting_total = summed([("chorus_state", "in", states.of_group(Group.THEIRS))])
        return {
            "company": self,
            "parts": parts,
            "paid": paid,
            "paid_total": paid_total,
            "waiting": waiting,
            "waiting_total": waiting_total,
            "silence": self._chorus_silence_text(),
            "url": f"{self.get_base_url()}/odoo/chorus-invoices",
        }
