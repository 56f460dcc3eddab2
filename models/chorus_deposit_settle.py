from datetime import timedelta
from decimal import Decimal, InvalidOperation

from odoo import fields, models

from ..services.errors import ChorusError

#: Seconds the platform may need to show an invoice it received; only after them is "not found" an answer.
SHOWN_AFTER = 900
#: Waits between searches for a deposit of unknown outcome, in seconds; the last one for all that follow.
SEARCHES = (120, 300, 900, 1800, 3600)


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of a deposit whose answer was lost, and commit it."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "unknown":
            return
        wanted = {line.number: line for line in deposit.line_ids}
        supplier = deposit.company_id.chorus_structure_id or None
        self._chorus_commit()
        try:
            found = [
                row
                for number in wanted
                for row in client.search_invoices(number=number, supplier_structure=supplier)
                if row.number == number
            ]
        except ChorusError as error:
            found = error
        self._chorus_firmly(deposit._chorus_write_search, found)

    def _chorus_write_search(self, found):
        """Settle an unknown outcome by what a search gave: a list of :class:`FoundInvoice`, or the error it met."""
        self.ensure_one()
        connection = self.env["chorus.connection"]._of(self.company_id)
        now = fields.Datetime.now()
        if isinstance(found, ChorusError):
            connection._note_failure(found)
            return self._chorus_search_again(found.code, found.detail)
        connection._note_success()
        by_number = {row.number: row for row in found if self._chorus_is_ours(row)}
        lines = self.line_ids
        matches = {line: by_number.get(line.number) for line in lines}
        different = {line: row for line, row in matches.items() if row and not line._chorus_same_as(row)}
        if different:
            row = next(iter(different.values()))
            shown = self.env._(
                "Chorus Pro: %(number)s of %(date)s for %(recipient)s, %(total)s",
                number=row.number,
                date=row.issue_date,
                recipient=row.recipient,
                total=row.total,
            )
            return self._chorus_search_again("found_different", shown)
        found_lines = {line: row for line, row in matches.items() if row}
        if found_lines:
            self._chorus_adopt(found_lines)
            return None
        if self.sending_at and now - self.sending_at >= timedelta(seconds=SHOWN_AFTER):
            self.write({"state": "ready", "attempts": 0, "next_try": False, "error_code": False, "error_detail": False})
            self._chorus_trigger("deposit")
            return None
        return self._chorus_search_again(self.error_code, self.error_detail)

    def _chorus_adopt(self, found):
        """Chorus Pro holds these lines' invoices: the deposit had arrived.

        :param dict found: line → :class:`FoundInvoice`. Lines without one wait for the report of the flow.
        """
        first = next(iter(found.values()))
        self._chorus_accept(first.flow_number or False, first.deposited_at)
        for line, row in found.items():
            line._chorus_integrated()
            line.move_id._chorus_apply_found(row)

    def _chorus_is_ours(self, row):
        """Whether a found invoice was sent by this company (by its SIREN, as uniqueness is, REFERENCE §5)."""
        ours = (self.company_id.company_registry or "").replace(" ", "")
        return row.supplier[:9] == ours[:9]

    def _chorus_search_again(self, code, detail):
        wait = SEARCHES[min(self.attempts, len(SEARCHES) - 1)]
        self.write(
            {
                "attempts": self.attempts + 1,
                "next_try": fields.Datetime.now() + timedelta(seconds=wait),
                "error_code": code,
                "error_detail": detail,
            }
        )
        self._chorus_trigger("deposit", wait)


class ChorusDepositLine(models.Model):
    _inherit = "chorus.deposit.line"

    def _chorus_integrated(self):
        """Chorus Pro holds this invoice, whether or not the report of its flow was read; the last one settles the deposit."""
        self.ensure_one()
        if self.outcome != "pending":
            return
        self.outcome = "integrated"
        deposit = self.deposit_id
        if deposit.state == "deposited" and all(line.outcome == "integrated" for line in deposit.line_ids):
            deposit.write({"state": "integrated", "next_try": False, "error_code": False, "error_detail": False})

    def _chorus_same_as(self, row):
        """Whether an invoice found at Chorus Pro is this one: same number, recipient, day and amount."""
        self.ensure_one()
        try:
            total = Decimal(row.total)
        except InvalidOperation:
            return False
        same_total = self.currency_id.compare_amounts(abs(float(total)), abs(self.total)) == 0
        return (
            row.number == self.number
            and row.recipient == self.recipient
            and row.issue_date == fields.Date.to_string(self.issue_date)
            and same_total
        )
