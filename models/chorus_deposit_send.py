import base64
import logging
import random
import time
from datetime import timedelta
from typing import NamedTuple

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import LockError

from ..services.errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, Refused, TryLater
from ..services.vocabulary import messages
from . import timing

_logger = logging.getLogger(__name__)

#: How often writing down an answer is tried again when another transaction is in the way.
WRITE_ATTEMPTS = 10


def says_duplicate(text):
    """Whether the platform says that an invoice is there already."""
    return any(told.duplicate for told in messages.explain(text))


class Claim(NamedTuple):
    """What a sender needs once it holds a deposit: read before the commit, so that the call opens no transaction."""

    content: bytes
    file_name: str
    syntax: str
    #: what goes with the file when it is not a flow; see ``chorus_deposit_submit``
    submission: tuple | None = None


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    @api.model
    def _chorus_commit(self):
        """Commit, outside tests: for the loops of this model only, never inside a step that does the work."""
        if self.env["account.move"]._can_commit():
            # outside a cron this just commits, which is what the loops want: what left must survive any rollback
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _chorus_encode(self, content):
        return base64.b64encode(content)

    def _chorus_send(self):
        """Send these deposits, one at a time; the caller has committed them.

        Each one: claim it and commit, call Chorus Pro with no transaction open, write the answer down and commit. A sender that
        dies in between leaves ``sending``, which nobody sends again before a search.

        :return: the ``ChorusError`` met on the way in (not configured, secret unreadable), or None.
        """
        for company, deposits in self.sudo().grouped("company_id").items():  # sudo: senders need not own the records
            try:
                with company._chorus_client() as client:
                    for deposit in deposits:
                        deposit._chorus_send_one(client)
            except NotAllowed as error:
                # before any call: the settings are not complete
                deposits._chorus_note_error(error)
                self._chorus_commit()
                return error
        return None

    def _chorus_send_one(self, client):
        # a cron beside us may take it between our snapshot and our lock: then it is the cron's, not an error of the user's
        claim = self._chorus_firmly(self._chorus_claim)
        if not claim:
            return
        try:
            answer = self._chorus_hand_over(client, claim)
        except ChorusError as error:
            answer = error
        except Exception as error:
            _logger.exception("Chorus Pro: deposit %s broke while sending", self.id)
            answer = OutcomeUnknown(type(error).__name__, code="internal")
        self._chorus_firmly(self._chorus_write_answer, answer)

    def _chorus_claim(self):
        """Take a deposit for sending: lock, check again, mark.

        :return: a ``Claim``, or None when somebody else has it or it must not be sent now.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit:
            return None
        deposit.invalidate_recordset()
        if deposit.state != "ready" or deposit.environment != deposit.company_id.chorus_environment:
            return None
        content = base64.b64decode(deposit.file)
        deposit.write({"state": "sending", "sending_at": fields.Datetime.now(), "next_try": False})
        return Claim(content, deposit.file_name, deposit.syntax, deposit._chorus_claim_submission())

    def _chorus_claim_submission(self):
        """What goes with the file besides; None for a flow."""
        self.ensure_one()
        return

    @api.model
    def _chorus_hand_over(self, client, claim):
        """Call Chorus Pro, with no transaction open; its receipt."""
        return client.deposit_flow(claim.content, claim.file_name, claim.syntax)

    def _chorus_firmly(self, write, *args):
        """Carry out a step of this model whatever other transactions do meanwhile, and commit it.

        A conflict with another transaction is met by trying again in a new one: what the platform said exists in this process
        alone, and Odoo's own remedy, to run the whole request again, would tell the user of an invoice sent a moment ago.

        :return: what ``write`` returned.
        """
        for attempt in range(WRITE_ATTEMPTS):
            try:
                result = write(*args)
                self.env.flush_all()
                self._chorus_commit()
                return result
            except (
                LockError,
                psycopg2.errors.SerializationFailure,
                psycopg2.errors.DeadlockDetected,
                psycopg2.errors.LockNotAvailable,
                psycopg2.errors.UniqueViolation,
            ):
                if attempt == WRITE_ATTEMPTS - 1:
                    raise
                self.env.cr.rollback()
                time.sleep(random.uniform(0.05, 0.2) * (attempt + 1))

    def _chorus_write_answer(self, answer):
        """Turn the answer to a deposit, a receipt or an error, into its state. See the state diagram.

        An answer may come so late that the deposit was taken for a dead sender's: a receipt still counts, an error no more.
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        accepted = not isinstance(answer, ChorusError)
        if self.state not in (("sending", "unknown", "ready") if accepted else ("sending",)):
            _logger.warning("Chorus Pro: a late answer to deposit %s, now %s, is left alone: %s", self.id, self.state, answer)
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if accepted:
            connection._note_success()
            self._chorus_receive(answer)
        elif isinstance(answer, Refused):
            connection._note_success()
            if says_duplicate(answer.detail):
                # it may be this very document: look it up before telling anybody that it was refused
                self._chorus_doubt(OutcomeUnknown(answer.detail))
            else:
                self._chorus_reject(answer.code, messages.with_code(answer.detail, answer.return_code, answer.service))
        elif isinstance(answer, (NotReceived, NotAllowed)):
            connection._note_failure(answer)
            self.write({"state": "ready"})
            self._chorus_note_error(answer)
        else:
            self._chorus_doubt(answer)

    def _chorus_receive(self, answer):
        """Take over a receipt."""
        self._chorus_accept(answer.flow_number)

    def _chorus_accept(self, flow_number, deposited_at=None):
        """Chorus Pro has the file under that flow number: follow it."""
        now = fields.Datetime.now()
        self.write(
            {
                "state": "deposited",
                "flow_number": flow_number,
                "deposited_at": deposited_at.replace(tzinfo=None) if deposited_at else now,
                "attempts": 0,
                "next_try": now + timedelta(seconds=timing.FIRST_REPORTS[0]),
                "error_code": False,
                "error_detail": False,
            }
        )
        self._chorus_trigger("follow", *timing.FIRST_REPORTS)

    def _chorus_reject(self, code, detail):
        """The file was refused before or at integration: its invoices never entered Chorus Pro and may be sent again."""
        self.write({"state": "rejected", "error_code": code, "error_detail": detail, "next_try": False})
        for line in self.line_ids.filtered(lambda line: line.outcome == "pending"):
            line.write({"outcome": "refused", "message": line.message or detail})

    def _chorus_doubt(self, error):
        """The answer is lost: nothing is sent again before a search settled it."""
        now = fields.Datetime.now()
        self.write(
            {
                "state": "unknown",
                "unknown_at": now,
                "attempts": 0,
                "next_try": now + timedelta(seconds=timing.RETRY[0]),
                "error_code": error.code,
                "error_detail": error.detail,
            }
        )
        self._chorus_trigger("deposit", timing.RETRY[0])

    def _chorus_note_error(self, error):
        """Record why nothing was done, and when it is tried again."""
        for deposit in self:
            wait = timing.step(timing.RETRY, deposit.attempts)
            if isinstance(error, TryLater) and error.retry_after:
                wait = max(wait, error.retry_after)
            deposit.write(
                {
                    "error_code": error.code,
                    "error_detail": error.detail,
                    "attempts": deposit.attempts + 1,
                    "next_try": fields.Datetime.now() + timedelta(seconds=wait),
                }
            )
            deposit._chorus_trigger("deposit", wait)

    @api.model
    def _chorus_trigger(self, name, *delays):
        """Have the cron ``name`` (``deposit`` or ``follow``) run after these delays, in seconds; at once without any."""
        # sudo: triggering our own cron is no right of users
        cron = self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").sudo()
        now = fields.Datetime.now()
        cron._trigger(at=[now + timedelta(seconds=delay) for delay in delays] or None)

    # -- the cron ------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_deposit(self):
        """Send what is ready, settle what is unknown; for every company, one commit a deposit, within the cron's time."""
        progress = self.env["ir.cron"]._commit_progress
        self._chorus_find_dead_senders()
        for company in self.env["res.company"]._chorus_companies():
            self = self._chorus_speaking(company)
            connection = self.env["chorus.connection"]._of(company)
            if not company._chorus_may_call(connection):
                self._chorus_trigger("deposit", (connection.paused_until - fields.Datetime.now()).total_seconds())
                continue
            self.env["account.move"]._chorus_transfer_due(company)
            due = self._chorus_due(company, ("ready", "unknown"))
            if not progress(remaining=len(due)):
                return
            with company._chorus_client() as client:
                for deposit in due:
                    step = deposit._chorus_settle_one if deposit.state == "unknown" else deposit._chorus_send_one
                    deposit._chorus_guarded(step, client)
                    if not progress(1):
                        return
                    if connection._is_paused():
                        break
            progress(remaining=0)

    def _chorus_speaking(self, company):
        """The same in the company's language, in which the crons log on its invoices."""
        return self.with_context(lang=company._chorus_lang())

    def _chorus_guarded(self, step, *args):
        """Run one deposit's step; whatever breaks is recorded on that deposit, and the loop goes on with the next."""
        self.ensure_one()
        try:
            step(*args)
        except Exception as error:
            _logger.exception("Chorus Pro: deposit %s broke", self.id)
            if self.env["account.move"]._can_commit():
                self.env.cr.rollback()
            # a deposit left in "sending" stays there: it is looked up before anything is sent again
            self._chorus_note_error(ChorusError(type(error).__name__, code="internal"))
            self._chorus_commit()

    @api.model
    def _chorus_due(self, company, states):
        """The deposits of a company's present environment in these states whose time has come, oldest first."""
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.chorus_environment),
                ("state", "in", states),
                "|",
                ("next_try", "=", False),
                ("next_try", "<=", fields.Datetime.now()),
            ],
            order="id",
        )

    @api.model
    def _chorus_find_dead_senders(self):
        """Deposits left in ``sending`` by a process that died: their outcome is unknown."""
        limit = fields.Datetime.now() - timedelta(seconds=timing.STALE)
        for deposit in self.sudo().search([("state", "=", "sending"), ("sending_at", "<", limit)]):  # sudo: all companies
            deposit = deposit.try_lock_for_update(allow_referencing=True)
            if deposit and deposit.state == "sending":
                deposit._chorus_doubt(OutcomeUnknown("the sender stopped before the answer"))
        self._chorus_commit()
