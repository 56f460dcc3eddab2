from dataclasses import replace
from decimal import Decimal
from html import unescape

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, split_every
from odoo.tools.sql import column_exists, create_column

from ...services.clock import paris_today
from ...services.follow import timeline
from ...services.vocabulary import states, statuses
from .. import timing, transactions
from ..exchange.chorus_deposit import FOR_A_PERSON

MODULE = "l10n_fr_chorus_pro"


#: What a person is called for: kind → type of activity (``data/mail_activity_types.xml``).
CALLS = {
    "rejected": f"{MODULE}.mail_activity_chorus_rejected",
    "handle": f"{MODULE}.mail_activity_chorus_handle",
    "refused": f"{MODULE}.mail_activity_chorus_refused",
    "unknown": f"{MODULE}.mail_activity_chorus_unknown",
    "late": f"{MODULE}.mail_activity_chorus_late",
}


#: What an invoice is of which the public body is to pay something, and did not announce it: field → values.
DUE = {"state": ("posted",), "payment_state": ("not_paid", "partial"), "chorus_state": states.WAITING}
#: Invoices of which a person knows already that are looked at together, by the daily job.
TOGETHER = 200


class AccountMove(models.Model):
    """When an invoice is to be paid, and who is called about it."""

    _inherit = "account.move"

    chorus_expected_date = fields.Date(
        "Payment expected by",
        compute="_compute_chorus_expected_date",
        store=True,
        help="The last day for the public body to pay in time.",
    )
    chorus_payment_at = fields.Datetime(
        "Payment announced on",
        compute="_compute_chorus_payment_at",
        store=True,
        index="btree_not_null",
        help="When Chorus Pro announced the transfer (MISE_EN_PAIEMENT). For information: the bank tells when it is there.",
    )
    chorus_days_late = fields.Integer("Days late", compute="_compute_chorus_late")

    #: What the dashboard and the analysis add up of all invoices: read without the invoices themselves.
    _chorus_bodies = models.Index(
        "(company_id, commercial_partner_id, chorus_state) INCLUDE (id, amount_total_signed, chorus_payment_at)"
        " WHERE chorus_state IS NOT NULL"
    )
    #: The few that are open, of all that there are.
    _chorus_announced = models.Index(
        "(company_id) WHERE chorus_payment_at IS NOT NULL AND payment_state IN ('not_paid', 'partial')"
    )
    _chorus_due = models.Index(
        "(company_id, chorus_expected_date)"
        " INCLUDE (chorus_state, state, payment_state, commercial_partner_id, amount_residual_signed)"
        " WHERE chorus_expected_date IS NOT NULL AND payment_state IN ('not_paid', 'partial')"
    )
    _chorus_open = models.Index(
        "(commercial_partner_id, company_id) WHERE state = 'posted' AND payment_state IN ('not_paid', 'partial')"
    )

    # -- when it is to be paid -----------------------------------------------------------------------------------------

    def _auto_init(self):
        # on installation no invoice has anything to do with Chorus Pro: empty columns spare computing them for all of them
        for name, kind in (("chorus_expected_date", "date"), ("chorus_payment_at", "timestamp")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    @api.depends(
        "chorus_entry_ids.status",
        "chorus_entry_ids.at",
        "delivery_date",
        "commercial_partner_id.chorus_body_kind",
        "chorus_state",
    )
    def _compute_chorus_expected_date(self):
        for move in self:
            # of what is on its way to Chorus Pro nothing is told, but of a former deposit
            sent = move.chorus_state and move.chorus_state not in (*states.TO_LEAVE, "sending")
            expected = sent and move.move_type == "out_invoice" and move.chorus_state not in states.GONE
            steps = move._chorus_steps() if expected else ()
            # before anything is told of it the customer need not be read
            days = timeline.DAYS[(steps and move.commercial_partner_id.chorus_body_kind) or "authority"]
            move.chorus_expected_date = timeline.expected_day(steps, days, move.delivery_date) if steps else False

    @api.depends("chorus_entry_ids.status", "chorus_entry_ids.at")
    def _compute_chorus_payment_at(self):
        for move in self:
            steps = move.chorus_entry_ids.filtered(lambda entry: entry.status == "MISE_EN_PAIEMENT" and entry.at)
            move.chorus_payment_at = steps.sorted("at")[-1:].at

    @api.depends("chorus_expected_date", "payment_state", "chorus_state")
    def _compute_chorus_late(self):
        today = paris_today()
        for move in self:
            move.chorus_days_late = move._chorus_is_late() and (today - move.chorus_expected_date).days

    def _chorus_late_interest(self):
        """The interest that a late invoice has come to, on what is left to pay, in the company's currency; 0 for one in time."""
        self.ensure_one()
        amount = Decimal(str(self.amount_residual_signed)) if self.chorus_days_late else Decimal(0)
        company = self.company_id
        rates = Decimal(str(company.chorus_ecb_rate)), Decimal(str(company.chorus_late_points))
        return timeline.late_interest(amount, self.chorus_days_late, *rates)

    @api.model
    def _chorus_due_domain(self):
        """Invoices of which the public body is to pay something, and did not announce it."""
        return Domain.AND(Domain(name, "in", values) for name, values in DUE.items())

    @api.model
    def _chorus_late_domain(self):
        """Invoices that the public body should have paid by now, and of which it announced no payment."""
        return self._chorus_due_domain() & Domain("chorus_expected_date", "<", paris_today())

    @api.model
    def _chorus_announced_domain(self):
        """Invoices whose transfer Chorus Pro announced and the bank did not bring yet."""
        return Domain("chorus_payment_at", "!=", False) & Domain("payment_state", "in", ("not_paid", "partial"))

    def _chorus_is_late(self):
        self.ensure_one()
        # what the domain says, which takes long to ask of one invoice
        expected = self.chorus_expected_date
        return bool(expected) and expected < paris_today() and all(self[name] in values for name, values in DUE.items())

    def _chorus_late_text(self, reader=None):
        """What is to be done about a late payment and what it is worth, in the record's language."""
        self.ensure_one()
        worth = self.env._(
            "For information, it owes %(interest)s of interest up to today and a lump sum of %(fee)s (R. 2192-31, D. 2192-35).",
            interest=format_amount(self.env, float(self._chorus_late_interest()), self.company_currency_id),
            fee=format_amount(self.env, self.company_id.chorus_late_fee, self.company_currency_id),
        )
        return f"{self._chorus_advice_text(reader)} {worth}"

    # EXTENDS exchange
    @api.model
    def _chorus_advice_facts(self):
        return [*super()._chorus_advice_facts(), "chorus_expected_date", "chorus_deposit_line_ids.called"]

    # EXTENDS exchange
    def _chorus_case(self):
        case = super()._chorus_case()
        if not self._chorus_is_late():
            return case
        seen_to = self._chorus_was_called("late", str(self.chorus_expected_date)) and not self._chorus_open_calls("late")
        return replace(case, expected=format_date(self.env, self.chorus_expected_date), seen_to=seen_to)

    # EXTENDS exchange
    def _chorus_people(self):
        return self.sudo().company_id.chorus_referent_id | super()._chorus_people()  # sudo: whom one may ask

    # -- its evidence --------------------------------------------------------------------------------------------------

    def action_chorus_story(self):
        """Download the evidence of these invoices: one archive, see ``chorus.story``.

        :raises AccessError: for whoever may not. :raises UserError: when there is none, or for too many at once.
        """
        moves = self.env["chorus.story"]._chorus_check(self)
        numbers = ",".join(map(str, moves.ids))
        return {"type": "ir.actions.act_url", "url": f"/l10n_fr_chorus_pro/evidence?ids={numbers}", "target": "download"}

    # -- who is called -------------------------------------------------------------------------------------------------

    # EXTENDS 'account'
    @api.depends("chorus_expected_date", "payment_state", "chorus_payment_at")
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS core
    def _chorus_alerts(self):
        alerts = super()._chorus_alerts()
        if self._chorus_is_late():
            level = str(self._chorus_advice().group)
            alerts["chorus_late"] = {"level": level, "message": f"Chorus Pro : {self._chorus_late_text()}"}
            if self._origin and self.env.user.has_group("account.group_account_invoice"):
                alerts["chorus_late"] |= {
                    "action_text": self.env._("Claim it"),
                    "action_call": ("account.move", "action_chorus_claim", self._origin.ids),
                }
        if self.chorus_payment_at and self.payment_state in ("not_paid", "partial"):
            alerts["chorus_payment"] = {
                "level": "info",
                "message": self.env._(
                    "Chorus Pro announced the transfer on %s: expect it on your bank account. Nothing is registered before.",
                    format_date(self.env, fields.Datetime.context_timestamp(self, self.chorus_payment_at).date()),
                ),
            }
        return alerts

    # EXTENDS 'account'
    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        # a payment changes nothing for what is not at Chorus Pro
        self.filtered(lambda move: move.chorus_state not in (False, *states.TO_LEAVE))._chorus_call_people()
        return result

    def _chorus_call_people(self):
        """Make the activities fit the state of these invoices: one for each thing a person must see, none for what is over.

        What a person marked as done, or cancelled, is not told again.
        """
        if not self:
            return
        moves = self.sudo()  # sudo: activities follow the platform's word, whoever's call brought it
        kinds = self._chorus_kinds_of_calls()
        # those of all at once: asked of the lines of one invoice, Odoo reads its deposit alone
        moves.chorus_deposit_line_ids.deposit_id.mapped("state")
        there = self.env["mail.activity"].sudo().search(  # sudo: see above
            [
                ("res_model", "=", "account.move"),
                ("res_id", "in", moves.ids),
                ("activity_type_id", "in", list(kinds)),
            ]
        )  # fmt: skip
        by_move = there.grouped("res_id")
        for move in moves:
            wanted = move._chorus_calls()
            activities = by_move.get(move.id, there.browse())
            by_kind = activities.grouped(lambda activity: kinds[activity.activity_type_id.id])
            over = there.browse().union(*(ones for kind, ones in by_kind.items() if kind not in wanted))
            if over:
                # the chatter tells the new state itself
                over.action_feedback()
            move._chorus_forget_calls(CALLS.keys() - wanted.keys())
            for kind, (reason, tell) in wanted.items():
                open_ones = by_kind.get(kind, there.browse())
                if not open_ones and move._chorus_was_called(kind, reason):
                    continue
                user = open_ones.user_id[:1] or move._chorus_person()
                speaking = move.with_context(lang=user.lang or self.env.lang)
                note = Markup("<p>%s</p>") % tell(speaking, user)
                if not open_ones:
                    # the chatter shows the summary alone; the type, which says what to do, comes beside it when it is done
                    words = dict(speaking._fields["chorus_state"]._description_selection(speaking.env))
                    state = words.get(move.chorus_state)
                    day = move._chorus_call_day(kind)
                    move.activity_schedule(CALLS[kind], date_deadline=day, summary=state, note=note, user_id=user.id)
                elif unescape(open_ones[0].note or "") != unescape(note):
                    # what is kept was written by a sanitizer, which escapes other characters
                    open_ones[0].note = note
                move._chorus_note_call(kind, reason, user)

    def _chorus_call_day(self, kind):
        """The day by which a person is to see to it."""
        return fields.Date.context_today(self)

    @api.model
    def _chorus_kinds_of_calls(self):
        """What people are called for, by the id of its type of activity."""
        known = self.env["ir.model.data"]._xmlid_to_res_id
        return {known(name, raise_if_not_found=True): kind for kind, name in CALLS.items()}

    def _chorus_was_called(self, kind, reason):
        """Whether somebody was called for this already; not when that one has left, and the activity with it."""
        self.ensure_one()
        told = (self._chorus_line().called or {}).get(kind)
        if not told or told["reason"] != reason:
            return False
        try:
            # read once for all the invoices that somebody was called about
            return self.env["res.users"].browse(told["user"]).active
        except MissingError:
            return False

    def _chorus_note_call(self, kind, reason, user):
        line, told = self._chorus_line(), {"reason": reason, "user": user.id}
        if (line.called or {}).get(kind) != told:
            line.called = {**(line.called or {}), kind: told}

    def _chorus_forget_calls(self, kinds):
        """These are over: should one begin again, it is told again."""
        line = self._chorus_line()
        told = line.called or {}
        if not told.keys().isdisjoint(kinds):
            line.called = {kind: call for kind, call in told.items() if kind not in kinds} or False

    def _chorus_calls(self):
        """What a person must be called for about this invoice now: kind → what tells one event from the
        next of its kind, and a function that tells it to a user, in a record's language.
        """
        self.ensure_one()
        calls = {}
        line = self._chorus_line()
        status = statuses.get(self.chorus_status) if self.chorus_status else None
        if self.chorus_state == "rejected":
            calls["rejected"] = str(line.id), lambda move, user: move._chorus_troubles_text(user)
        elif self.chorus_state == "checking":
            deposit = line.deposit_id
            decide = deposit.error_code in FOR_A_PERSON
            if decide or deposit._chorus_unknown_for(timing.CALL_AFTER) or deposit._chorus_doubted_for(timing.CALL_AFTER):
                calls["unknown"] = f"{deposit} {decide}", lambda move, user: move._chorus_troubles_text(user)
        elif line.outcome == "pending" and line.deposit_id._chorus_doubted_for(timing.CALL_AFTER):
            # to be sent once more, and nobody has known for a day
            calls["unknown"] = f"{line.deposit_id} False", lambda move, user: move._chorus_troubles_text(user)
        elif line.outcome == "pending" and line.deposit_id._chorus_is_silent():
            calls["unknown"] = f"{line.deposit_id} silent", lambda move, user: move._chorus_troubles_text(user)
        elif status and status.activity and self.chorus_state == status.state:
            kind = "refused" if status.state in states.GONE else "handle"
            calls[kind] = f"{status.code} {self.chorus_status_at}", lambda move, user: move._chorus_why_text(user)
        doubt = self.chorus_action_ids.filtered(lambda action: action.state in ("ready", "sending", "unknown"))[:1]
        if doubt and (doubt._chorus_unknown_for(timing.CALL_AFTER) or doubt._chorus_doubted_for(timing.CALL_AFTER)):
            calls["unknown"] = str(doubt), lambda move, user: move._chorus_why_text(user)
        if self._chorus_is_late():
            calls["late"] = str(self.chorus_expected_date), lambda move, user: move._chorus_late_text(user)
        return calls

    def _chorus_open_calls(self, kind):
        """The activities of this kind that somebody has on this invoice."""
        own = [key for key, known in self._chorus_kinds_of_calls().items() if known == kind]
        return self.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id.id in own)  # sudo: a colleague's

    def _chorus_person(self):
        """The user who is called about this invoice: as the company chose, and able to open it."""
        self.ensure_one()
        company, sender = self.company_id, self._chorus_line().deposit_id.user_id
        first, second = self.invoice_user_id, company.chorus_referent_id
        if company.chorus_activity_for == "referent":
            first, second = second, first
        managers = self.env.ref(f"{MODULE}.group_chorus_manager").all_user_ids
        for user in (first, second, sender, *managers):
            if user.active and company in user.company_ids and self.with_user(user).has_access("read"):
                return user
        return self.env.user

    @api.model
    def _chorus_call_late(self):
        """Every day: call people for what time alone changed (payments that are late, or no longer)."""
        types = list(self._chorus_kinds_of_calls())
        # sudo: cron. What was seen to longest ago comes first: where the time is short, the others have their turn tomorrow
        called = self.env["mail.activity"].sudo().search([("activity_type_id", "in", types)], order="write_date, id")
        late = self.sudo().search([*self._chorus_late_domain(), ("company_id.chorus_environment", "!=", False)])  # sudo: cron
        # those of which nobody knows: when the time is over, a run goes on with them at once
        unknown = late.filtered(lambda move: not move._chorus_was_called("late", str(move.chorus_expected_date)))
        known = self.sudo().browse(dict.fromkeys(called.mapped("res_id"))).exists() - unknown  # sudo: cron
        progress = self.env["ir.cron"]._commit_progress
        if unknown:
            progress(remaining=len(unknown))
        for move in map(self.sudo().browse, unknown.ids):  # alone: after a commit, its neighbours would be read again each time
            transactions.run_and_survive(move, "_chorus_call_people")
            if not progress(1):
                return
        for some in split_every(TOGETHER, known.ids, self.sudo().browse):
            if transactions.run_and_survive(some, "_chorus_call_people"):
                # one of them broke, and the others have their turn
                for move in map(self.sudo().browse, some.ids):
                    transactions.run_and_survive(move, "_chorus_call_people")
                    progress()
            if not progress(len(some)):
                return
