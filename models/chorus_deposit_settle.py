from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.api.answers import FoundInvoice
from ..services.api.errors import ChorusError, Refused
from ..services.clock import UTC
from . import timing


class Question(NamedTuple):
    """What a search needs to know of a deposit; ``since`` is aware."""

    numbers: tuple[str, ...]
    structure: str | None
    since: datetime
    file_name: str


class Seen(NamedTuple):
    """What a search found: the invoices that bear these numbers, and the flow that surely was this file."""

    found: list[FoundInvoice]
    flow_number: str


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # -- asking --------------------------------------------------------------------------------------------------------

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of a deposit whose answer was lost, and write it down."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "unknown":
            return
        question = deposit._chorus_question()
        self._chorus_commit()
        self._chorus_firmly(deposit._chorus_write_search, self._chorus_look_up(client, question))

    def _chorus_question(self):
        self.ensure_one()
        since = (self.sending_at or self.create_date) - timedelta(days=1)
        structure = self.company_id.chorus_structure_id or None
        return Question(tuple(self.line_ids.mapped("number")), structure, since.replace(tzinfo=UTC), self.file_name)

    @api.model
    def _chorus_look_up(self, client, question):
        """What Chorus Pro holds under the numbers of a deposit: a ``Seen``, or the error met.

        One number is searched as such; many are picked out of all that was deposited since, a few pages at most.
        """
        numbers = question.numbers
        period = {"deposited_from": question.since} if len(numbers) > 1 else {"number": numbers[0]}
        try:
            found = client.search_invoices(supplier_structure=question.structure, **period)
            found = [row for row in found if row.number in numbers]
            flows = sorted({row.flow_number for row in found if row.flow_number})
            if len(numbers) > 1:
                # one of the file's invoices may have come by another way: that flow tells nothing of the others
                flows = (flow for flow in flows if self._chorus_is_file(client, flow, question.file_name))
            return Seen(found, next(iter(flows), ""))
        except ChorusError as error:
            return error

    @api.model
    def _chorus_is_file(self, client, flow_number, file_name):
        """Whether a flow is a file of that name of ours."""
        try:
            return client.flow_report(flow_number).file_name == file_name
        except Refused:
            # not ours to ask about
            return False

    # -- concluding ----------------------------------------------------------------------------------------------------

    def _chorus_write_search(self, seen):
        """Settle an unknown outcome by what ``_chorus_look_up`` gave."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "unknown":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(seen, ChorusError):
            connection._note_failure(seen)
            self._chorus_look_again(seen.code, seen.detail)
            return
        connection._note_success()
        self._chorus_conclude_search(seen, lambda line, row: line._chorus_same_as(row))

    def _chorus_conclude_search(self, seen, is_same):
        """Conclude, line by line.

        Each invoice that is there is adopted, whatever became of the others; what is not there waits, or leaves again.

        :param is_same: whether a line is the ``FoundInvoice`` that bears its number.
        """
        matches = self._chorus_matches(seen.found)
        same = {line: row for line, row in matches.items() if is_same(line, row)}
        different = [(line, row) for line, row in matches.items() if line not in same and line.outcome == "pending"]
        for line, row in same.items():
            line._chorus_integrated()
            line.move_id._chorus_apply_found(row)
        missing = self.line_ids.filtered(lambda line: line.outcome == "pending")
        flow_number = seen.flow_number if any(row.flow_number == seen.flow_number for row in same.values()) else ""
        if self.search_count([("environment", "=", self.environment), ("flow_number", "=", flow_number)], limit=1):
            flow_number = ""
        if different:
            line, row = different[0]
            self._chorus_look_again("found_different", line._chorus_both(row))
        elif not missing or flow_number:
            self._chorus_adopt(flow_number, min((row.deposited_at for row in same.values() if row.deposited_at), default=None))
        elif not self._chorus_unknown_for(timing.SHOWN_AFTER):
            decided = self.error_code == "found_different"
            self._chorus_look_again("outcome_unknown" if decided else self.error_code, not decided and self.error_detail)
        elif missing == self.line_ids:
            self._chorus_ready_again()
        else:
            # the file holds invoices that are there already: it cannot leave again as it is
            missing.write({"outcome": "refused", "message": self.env._("It did not reach Chorus Pro: send it again.")})
            self._chorus_conclude("partial")

    def _chorus_matches(self, found):
        """Which of these found invoices bear the number of one of our lines, in the sense of Chorus Pro's uniqueness.

        :return: dict line → ``FoundInvoice``; by year, SIREN and number (REFERENCE §5).
        """
        self.ensure_one()
        siren = "".join((self.company_id.company_registry or "").split())[:9]
        ours = {(row.number, row.issue_date[:4]): row for row in found if row.supplier[:9] == siren}
        matches = {line: ours.get((line.number, fields.Date.to_string(line.issue_date)[:4])) for line in self.line_ids}
        return {line: row for line, row in matches.items() if row}

    def _chorus_adopt(self, flow_number, deposited_at):
        """The deposit had arrived; lines that are not there yet wait for the report of its flow."""
        self._chorus_accept(flow_number or False, deposited_at)
        if all(line.outcome != "pending" for line in self.line_ids):
            refused = any(line.outcome == "refused" for line in self.line_ids)
            self._chorus_conclude("partial" if refused else "integrated")

    def _chorus_look_again(self, code, detail):
        """Still unclear: ask again later; a person is called after a day, at once when there is something to decide."""
        self._chorus_again(timing.SEARCHES, code, detail, cron="follow" if self.state == "by_hand" else "")
        self.line_ids.move_id._chorus_call_people()

    # -- a person decides ----------------------------------------------------------------------------------------------

    def action_adopt(self):
        """The invoice found at Chorus Pro is this one, whatever differs: follow it."""
        self._chorus_decide(adopt=True)

    def action_give_up(self):
        """The invoice found at Chorus Pro is another one: ours was never taken in, it is free to get another number."""
        self._chorus_decide(adopt=False)

    def _chorus_decide(self, adopt):
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        for deposit in self.sudo():  # sudo: users read deposits only; this one records their decision
            deposit._chorus_check_decision()
            question = deposit._chorus_question()
            self._chorus_commit()
            with deposit.company_id._chorus_client_for_user() as client:
                seen = self._chorus_look_up(client, question)
            if isinstance(seen, ChorusError):
                raise UserError(self.env._("Chorus Pro does not answer now. Try again later."))
            self._chorus_firmly(deposit._chorus_write_decision, seen, adopt)

    def _chorus_check_decision(self):
        """Lock the deposit.

        :raises UserError: when it is not, or no more, for a person to say what an invoice found at Chorus Pro is.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        deposit.invalidate_recordset()
        if deposit.state != "unknown" or deposit.error_code != "found_different" or deposit.other_environment:
            raise UserError(self.env._("There is nothing to decide about this deposit."))

    def _chorus_write_decision(self, seen, adopt):
        """Apply what a person decided to the invoices that are there and differ; the others follow from the search."""
        self._chorus_check_decision()
        none = self.line_ids.browse()
        rows = self._chorus_matches(seen.found)
        asked = none.union(*(line for line in rows if line.outcome == "pending" and not line._chorus_same_as(rows[line])))
        if not asked:
            raise UserError(self.env._("Chorus Pro shows no other invoice under these numbers any more: look it up again."))
        adopted = asked if adopt else none
        (asked - adopted).write({"outcome": "refused", "message": self.error_detail})
        if all(line.outcome == "refused" for line in self.line_ids):
            self._chorus_reject("found_different", self.error_detail)
        else:
            self._chorus_conclude_search(seen, lambda line, row: line in adopted or line._chorus_same_as(row))
        decided = self.env._("found to be the same") if adopt else self.env._("found to be another one")
        for move in asked.move_id:
            move.message_post(body=self.env._("Chorus Pro: the invoice with this number was %s.", decided))


class ChorusDepositLine(models.Model):
    _inherit = "chorus.deposit.line"

    def _chorus_integrated(self):
        """Chorus Pro holds this invoice, whether or not the report of its flow was read; the last one settles the deposit."""
        self.ensure_one()
        if self.outcome == "integrated":
            return
        self.write({"outcome": "integrated", "message": False})
        deposit = self.deposit_id
        if deposit.state == "deposited" and all(line.outcome == "integrated" for line in deposit.line_ids):
            deposit._chorus_conclude("integrated")

    def _chorus_same_as(self, row):
        """Whether an invoice found at Chorus Pro is this one: same number, recipient, day and amount."""
        self.ensure_one()
        try:
            total = Decimal(row.total)
        except InvalidOperation:
            return False
        # Chorus Pro may show a credit note with a minus sign, Odoo never does
        same_total = self.currency_id.compare_amounts(abs(float(total)), abs(self.total)) == 0
        return (
            row.number == self.number
            and row.recipient == self.recipient
            and row.issue_date == fields.Date.to_string(self.issue_date)
            and same_total
        )

    def _chorus_both(self, row):
        """Ours and the found one, side by side, for a person to compare."""
        self.ensure_one()
        return self.env._(
            "Chorus Pro: %(number)s, %(date)s, %(recipient)s, %(total)s. Odoo: %(our_date)s, %(our_recipient)s, %(our_total)s.",
            number=row.number,
            date=row.issue_date,
            recipient=row.recipient,
            total=row.total,
            our_date=fields.Date.to_string(self.issue_date),
            our_recipient=self.recipient,
            our_total=self.total,
        )
