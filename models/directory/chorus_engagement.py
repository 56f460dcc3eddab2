from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ...services.api.errors import ChorusError, NotReceived, failure
from ...services.clock import paris_day
from .. import timing, transactions

#: States of a commitment that can still be invoiced, as far as known (doc/API.md §2.F, doc/RULES.md §1.1).
OPEN_STATES = ("COMMANDE",)


class ChorusEngagement(models.Model):
    """An engagement number looked up among the State's commitments to a company: the queue and the memory of the check.

    It only ever informs: other bodies do not publish theirs, and an outage keeps nobody from working.
    """

    _name = "chorus.engagement"
    _inherit = ["chorus.question"]
    _description = "Engagement number checked at Chorus Pro"
    _order = "number"
    _rec_name = "number"

    number = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        # STATE DIAGRAM
        # * (new) --[asked]--> waiting --[there]-----> found
        # *                    waiting --[not there]-> absent
        # *                    waiting --[refused]---> unavailable
        # * found, absent, unavailable --[older than a week, asked]--> waiting
        [
            ("waiting", "Waiting"),
            ("found", "Found"),
            ("absent", "Not found"),
            ("unavailable", "Cannot be checked"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    engagement_state = fields.Char("State at Chorus Pro", readonly=True)
    total = fields.Float("Amount with tax", readonly=True, digits=(16, 2))
    currency_name = fields.Char("Currency", readonly=True)
    service_code = fields.Char("Service code", readonly=True)
    date_notified = fields.Date("Notified on", readonly=True)

    _number_unique = models.Constraint("UNIQUE (company_id, environment, number)", "This number is checked already.")

    @api.model
    def _of(self, company, number):
        """What is known of a number; empty when it was never asked for."""
        domain = [("company_id", "=", company.id), ("environment", "=", company.chorus_environment), ("number", "=", number)]
        return self.sudo().search(domain)  # sudo: whoever sees the invoice may see what its number is worth

    @api.model
    def _ask(self, company, number):
        """Have the scheduled job look a number up, unless it did so lately. No call is made here."""
        row = self._of(company, number)
        if row:
            old = row.answered_at and row.answered_at < fields.Datetime.now() - timedelta(days=timing.FRESH_DAYS)
            if row.state == "waiting" or not old:
                return
            row.write({"state": "waiting", "attempts": 0, "next_try": False})
        else:
            values = {"company_id": company.id, "environment": company.chorus_environment, "number": number}
            if not self._create_where_missing([values]):
                # somebody else asks for it at this moment
                return
        transactions.trigger(self.env, "directory")

    def _answer_one(self, client):
        """Look one number up and write down what was found, in a transaction of its own.

        :return: the ``ChorusError`` that concerns the way to Chorus Pro, None when others may be asked.
        """
        self.ensure_one()
        number, structure = self.number, self.company_id.chorus_structure_id
        if not structure:
            # our own structure is looked up first, by the same scheduled job
            return None
        transactions.commit(self.env)
        try:
            answer = client.engagements(number, structure)
        except ChorusError as error:
            answer = error
        transactions.retry_and_commit(self.env, self._write_answer, answer)
        # this API has a consent of its own on PISTE: without it, the others still answer
        return answer if isinstance(answer, NotReceived) and answer.is_of_the_way else None

    def _write_answer(self, answer):
        self.ensure_one()
        row = self.try_lock_for_update()
        if not row or row.state != "waiting":
            return
        if isinstance(answer, NotReceived):
            row._try_again(answer)
            return
        values = {"state": "absent", "answered_at": fields.Datetime.now(), "error_code": False, "next_try": False}
        if isinstance(answer, ChorusError):
            values |= {"state": "unavailable", "error_code": answer.code}
        match = next((one for one in answer if one.number == row.number), None) if isinstance(answer, list) else None
        if match:
            values |= {
                "state": "found",
                "engagement_state": match.state,
                "total": float(match.total or 0),
                "currency_name": match.currency or "EUR",
                "service_code": match.service_code,
                "date_notified": match.notified_at and paris_day(match.notified_at),
            }
        row.write(values)

    def _alert(self, service_code):
        """What the check says about an invoice that bears this number, as ``(level, sentence)``."""
        self.ensure_one()
        if self.state == "waiting":
            return "info", self.env._("Chorus Pro: the engagement %s is not checked yet.", self.number)
        if self.state == "unavailable":
            return "info", self.env._(
                "Chorus Pro: the engagement %(number)s could not be checked. %(cause)s",
                number=self.number,
                cause=failure(self.error_code).cause.of(self.env.lang),
            )
        if self.state == "absent":
            return "warning", self.env._(
                "Chorus Pro: the State has no engagement %s for your company. Check the number against the order.", self.number
            )
        currency = self.env["res.currency"].search([("name", "=", self.currency_name)], limit=1)
        found = self.env._(
            "Chorus Pro: engagement %(number)s of %(date)s, %(amount)s with tax, state “%(state)s”.",
            number=self.number,
            date=format_date(self.env, self.date_notified),
            amount=formatLang(self.env, self.total, currency_obj=currency),
            state=self.engagement_state,
        )
        if self.engagement_state not in OPEN_STATES:
            closed = self.env._("It may take no more invoices: ask the public body before you send this one.")
            return "warning", f"{found} {closed}"
        if self.service_code and service_code and self.service_code != service_code:
            other = self.env._("It is for the service %s, not for the one on the invoice.", self.service_code)
            return "warning", f"{found} {other}"
        return "info", found
