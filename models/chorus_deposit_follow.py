from datetime import timedelta

from odoo import api, fields, models

from ..services.api.errors import ChorusError, Failure, failure
from ..services.clock import UTC
from ..services.vocabulary import flows, statuses
from . import timing
from .chorus_deposit_send import says_duplicate
from .guarded import guarded


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # -- the cron ------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_follow(self):
        """Read the reports that are due, then the statuses that changed; for every company, within the cron's time."""
        progress = self.env["ir.cron"]._commit_progress
        for company in self.env["res.company"]._chorus_companies():
            self = self._chorus_speaking(company)
            connection = self.env["chorus.connection"]._of(company)
            if not company._chorus_may_call(connection):
                continue
            due = self._chorus_due(company, ("deposited",))
            if not progress(remaining=len(due)):
                return
            with company._chorus_client() as client:
                if not due._chorus_each(company, client):
                    return
                if not connection._is_paused():
                    # what breaks is told, and the other companies have their turn
                    error = guarded(self, "_chorus_read_news", company, client)
                    if error:
                        self._chorus_firmly(connection._note_broken, ChorusError(type(error).__name__, code="internal"))
            progress(remaining=0)

    @api.model
    def _chorus_read_news(self, company, client):
        """What changed at Chorus Pro since the last time."""
        connection = self.env["chorus.connection"]._of(company)
        if self._chorus_follows(company):
            self._chorus_read_statuses(company, client)
            self._chorus_sweep(company, client)
        if not connection._is_paused():
            self._chorus_read_histories(self.env["account.move"]._chorus_untold(company), client)

    def _chorus_refresh(self):
        """The same for chosen deposits, now, at a user's request."""
        for company, deposits in self.grouped("company_id").items():
            with company._chorus_client_for_user() as client:
                for deposit in deposits:
                    deposit._chorus_step(client)
                self._chorus_read_statuses(company, client)
                self._chorus_read_histories(deposits.move_ids.filtered("chorus_history_due"), client)

    # -- reports -------------------------------------------------------------------------------------------------------

    def _chorus_read_report(self, client):
        """Ask what became of a flow and write it down, in a transaction of its own."""
        self.ensure_one()
        flow_number, structure = self.flow_number, self.company_id.chorus_structure_id or None
        numbers = set(self.line_ids.mapped("number"))
        self._chorus_commit()
        twins, held = [], None
        try:
            answer = client.flow_report(flow_number)
            if flows.get(answer.state).outcome == "partial" and any(row.number not in numbers for row in answer.invoice_errors):
                # it refuses without saying which one: what is there tells
                held = [row.number for row in client.search_invoices(supplier_structure=structure, flow_number=flow_number)]
            for error in answer.invoice_errors:
                if error.number and says_duplicate(error.message):
                    # refused because it is there already: perhaps the very same document, from an answer that was lost
                    twins += client.search_invoices(number=error.number, supplier_structure=structure)
        except ChorusError as error:
            answer = error
        self._chorus_firmly(self._chorus_write_report, answer, twins, held)

    def _chorus_write_report(self, answer, twins=(), held=None):
        """Apply a ``FlowReport``, or the error met while asking for it, to this deposit and its lines.

        :param twins: what Chorus Pro holds under the numbers it refused as used already.
        :param held: the numbers that it holds of this flow; None where the report alone tells which were refused.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "deposited":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(answer, ChorusError):
            connection._note_failure(answer)
            deposit._chorus_report_again(answer)
            return
        connection._note_success()
        flow = flows.get(answer.state)
        technical = "\n".join(filter(None, (error.message or error.code for error in answer.technical_errors)))
        deposit.write(
            {
                "flow_state": answer.state,
                "flow_state_at": answer.state_at.replace(tzinfo=None) if answer.state_at else fields.Datetime.now(),
                "report": technical or False,
            }
        )
        for line, row in deposit._chorus_matches(twins).items():
            if line._chorus_same_as(row):
                line._chorus_integrated()
                line.move_id._chorus_apply_found(row)
                line.message = self.env._("Deposited before, in the flow %s.", row.flow_number)
        own = {error.number: error.message or flow.label.of(self.env.lang) for error in answer.invoice_errors if error.number}
        numbers = deposit.line_ids.mapped("number")
        general = technical or "\n".join(error.message for error in answer.invoice_errors if error.number not in numbers)
        if held is not None:
            missing = [number for number in numbers if number not in held and number not in own]
            own |= dict.fromkeys(missing, general or flow.label.of(self.env.lang))
            if missing and not deposit._chorus_shown_by_now():
                deposit._chorus_report_again()
                return
        if flow.outcome in ("integrated", "partial"):
            deposit._chorus_integrate(own)
        elif flow.outcome == "rejected" and all(line.outcome == "integrated" for line in deposit.line_ids):
            deposit._chorus_integrate({})
        elif flow.outcome == "rejected":
            for line in deposit.line_ids.filtered(lambda line: line.outcome == "pending"):
                line.message = own.get(line.number) or general or flow.label.of(self.env.lang)
            deposit._chorus_reject("flow_rejected", general or "\n".join(own.values()))
        elif flow.outcome == "incident":
            deposit._chorus_reject("flow_incident", general)
        else:
            deposit._chorus_report_again()

    def _chorus_shown_by_now(self):
        """Whether the platform has had the time to show what it took in."""
        return fields.Datetime.now() - self.deposited_at >= timedelta(seconds=timing.SHOWN_AFTER)

    def _chorus_integrate(self, refused):
        """The flow entered Chorus Pro, without the invoices in ``refused`` (number → message)."""
        self.ensure_one()
        for line in self.line_ids.filtered(lambda line: line.outcome == "pending"):
            outcome = "refused" if line.number in refused else "integrated"
            line.write({"outcome": outcome, "message": refused.get(line.number)})
        state = "partial" if any(line.outcome == "refused" for line in self.line_ids) else "integrated"
        self._chorus_conclude(state)

    def _chorus_report_again(self, error=None):
        """Not concluded yet: ask again later; a person is called after a day."""
        self._chorus_again(timing.REPORTS, error and error.code, error and error.detail, cron="follow")
        if self._chorus_is_silent():
            self.line_ids.move_id._chorus_call_people()

    def _chorus_standstill(self):
        """Why nothing happens to a flow, as a ``services.api.errors.Failure``; None while there is nothing to say."""
        self.ensure_one()
        if self.state != "deposited":
            return None
        flow = flows.get(self.flow_state) if self.flow_state else None
        if flow and flow.outcome == "stuck":
            return Failure(flow.label, flow.advice)
        return failure("flow_silent") if self._chorus_is_silent() else None

    def _chorus_is_silent(self):
        """Whether the platform has not concluded on the flow for a day."""
        self.ensure_one()
        since = fields.Datetime.now() - timedelta(seconds=timing.CALL_AFTER)
        return self.state == "deposited" and bool(self.deposited_at) and self.deposited_at <= since

    # -- statuses ------------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_follows(self, company):
        """Whether some invoice of the company is at Chorus Pro and may still change."""
        return bool(self.env["account.move"].sudo().search_count(self._chorus_followed(company), limit=1))

    @api.model
    def _chorus_followed(self, company):
        finished = sorted(statuses.TERMINAL)
        return [
            ("company_id", "=", company.id),
            (
                "chorus_deposit_line_ids",
                "any",
                [
                    ("outcome", "=", "integrated"),
                    ("deposit_id.environment", "=", company.chorus_environment),
                ],
            ),
            "|",
            ("chorus_status", "=", False),
            ("chorus_status", "not in", finished),
        ]

    @api.model
    def _chorus_read_statuses(self, company, client):
        """Read the statuses that changed since the last good poll: a few calls, however many invoices are open."""
        connection = self.env["chorus.connection"]._of(company)
        now = fields.Datetime.now()
        since = (
            connection.last_poll
            or self.sudo()
            .search(  # sudo: for the crons, which serve all companies
                [("company_id", "=", company.id), ("environment", "=", connection.environment), ("deposited_at", "!=", False)],
                order="deposited_at",
                limit=1,
            )
            .deposited_at
        )
        if not since:
            return
        since -= timedelta(seconds=timing.OVERLAP)
        structure = company.chorus_structure_id or None
        self._chorus_commit()
        try:
            found = list(
                client.search_invoices(
                    supplier_structure=structure,
                    changed_from=since.replace(tzinfo=UTC),
                    changed_to=now.replace(tzinfo=UTC) + timedelta(seconds=timing.OVERLAP),
                )
            )
        except ChorusError as error:
            connection._note_failure(error)
            self._chorus_commit()
            return
        self._chorus_firmly(self._chorus_write_statuses, company, found)
        self._chorus_firmly(self._chorus_write_poll, connection, now)

    @api.model
    def _chorus_sweep(self, company, client):
        """Once a day, read all open invoices by their deposit dates: what the search for changes missed is found here."""
        connection = self.env["chorus.connection"]._of(company)
        now = fields.Datetime.now()
        if connection.last_sweep and now - connection.last_sweep < timedelta(seconds=timing.SWEEP):
            return
        oldest = self.env["account.move"].sudo().search(self._chorus_followed(company))  # sudo: crons serve all companies
        since = min(oldest.chorus_deposit_line_ids.deposit_id.filtered("deposited_at").mapped("deposited_at"), default=now)
        structure = company.chorus_structure_id or None
        self._chorus_commit()
        try:
            found = list(
                client.search_invoices(supplier_structure=structure, deposited_from=since.replace(tzinfo=UTC) - timedelta(days=1))
            )
        except ChorusError as error:
            connection._note_failure(error)
            self._chorus_commit()
            return
        self._chorus_firmly(self._chorus_write_statuses, company, found)
        self._chorus_firmly(connection.write, {"last_sweep": now})

    @api.model
    def _chorus_write_poll(self, connection, moment):
        connection._note_success()
        connection.last_poll = moment

    @api.model
    def _chorus_write_statuses(self, company, found):
        """Bring statuses home to the invoices they belong to.

        An invoice is known by Chorus Pro's identifier; the first time by its number, within the flow it was deposited in.
        """
        lines = (
            self.env["chorus.deposit.line"]
            .sudo()
            .search(  # sudo: for the crons, which serve all companies
                [
                    ("company_id", "=", company.id),
                    ("live", "=", True),
                    ("deposit_id.environment", "=", company.chorus_environment),
                    ("number", "in", [row.number for row in found]),
                ]
            )
        )
        by_number = lines.grouped("number")
        for row in found:
            for line in by_number.get(row.number, ()):
                deposit, move = line.deposit_id, line.move_id
                known = move.chorus_identifier and move.chorus_identifier == row.identifier
                if known or (row.flow_number and row.flow_number == deposit.flow_number):
                    line._chorus_integrated()
                    move._chorus_apply_found(row)
