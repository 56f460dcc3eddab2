from datetime import timedelta
from decimal import Decimal, InvalidOperation

from odoo import fields, models
from odoo.exceptions import UserError

from ..services.clock import UTC
from ..services.errors import ChorusError
from . import timing


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # -- asking --------------------------------------------------------------------------------------------------------

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of a deposit whose answer was lost, and write it down."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "unknown":
            return
        wanted = deposit.line_ids.mapped("number")
        since = (deposit.sending_at or fields.Datetime.now()) - timedelta(days=1)
        structure = deposit.company_id.chorus_structure_id or None
        self._chorus_commit()
        self._chorus_firmly(deposit._chorus_write_search, self._chorus_look_up(client, wanted, structure, since))

    def _chorus_look_up(self, client, numbers, structure, since):
        """What Chorus Pro holds under these numbers: a list of ``FoundInvoice``, or the error met.

        One number is searched as such; many are picked out of all that was deposited since, a few pages at most.
        """
        period = {"deposited_from": since.replace(tzinfo=UTC)} if len(numbers) > 1 else {"number": numbers[0]}
        try:
            return [row for row in client.search_invoices(supplier_structure=structure, **period) if row.number in numbers]
        except ChorusError as error:
            return error

    # -- concluding ----------------------------------------------------------------------------------------------------

    def _chorus_write_search(self, found):
        """Settle an unknown outcome by what a search gave: a list of ``FoundInvoice``, or the error it met."""
        self.ensure_one()
        if self.state != "unknown":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(found, ChorusError):
            connection._note_failure(found)
            self._chorus_look_again(found.code, found.detail)
            return
        connection._note_success()
        matches = self._chorus_matches(found)
        different = {line: row for line, row in matches.items() if not line._chorus_same_as(row)}
        if different:
            line, row = next(iter(different.items()))
            self._chorus_look_again("found_different", line._chorus_both(row))
        elif matches:
            self._chorus_adopt(matches)
        elif self._chorus_unknown_for(timing.SHOWN_AFTER):
            self._chorus_ready_again()
        else:
            self._chorus_look_again(self.error_code, self.error_detail)

    def _chorus_matches(self, found):
        """Which of these found invoices bear the number of one of our lines, in the sense of Chorus Pro's uniqueness.

        :return: dict line → ``FoundInvoice``; by year, SIREN and number (REFERENCE §5).
        """
        self.ensure_one()
        siren = "".join((self.company_id.company_registry or "").split())[:9]
        ours = {(row.number, row.issue_date[:4]): row for row in found if row.supplier[:9] == siren}
        matches = {line: ours.get((line.number, fields.Date.to_string(line.issue_date)[:4])) for line in self.line_ids}
        return {line: row for line, row in matches.items() if row}

    def _chorus_adopt(self, matches):
        """Chorus Pro holds these lines' invoices: the deposit had arrived.

        :param dict matches: line → ``FoundInvoice``. Lines without one wait for the report of the flow.
        """
        first = next(iter(matches.values()))
        self._chorus_accept(first.flow_number or False, first.deposited_at)
        for line, row in matches.items():
            line._chorus_integrated()
            line.move_id._chorus_apply_found(row)

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
            if deposit.state != "unknown" or deposit.error_code != "found_different":
                raise UserError(self.env._("There is nothing to decide about this deposit."))
            numbers = deposit.line_ids.mapped("number")
            with deposit.company_id._chorus_client(retries=0) as client:
                found = deposit._chorus_look_up(
                    client, numbers, deposit.company_id.chorus_structure_id or None, deposit.sending_at or deposit.create_date
                )
            if isinstance(found, ChorusError):
                raise UserError(self.env._("Chorus Pro does not answer now. Try again later."))
            matches = deposit._chorus_matches(found)
            if adopt and matches:
                deposit._chorus_adopt(matches)
            else:
                deposit._chorus_reject("found_different", deposit.error_detail)
            for move in deposit.line_ids.move_id:
                decided = self.env._("found to be the same") if adopt else self.env._("found to be another one")
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
