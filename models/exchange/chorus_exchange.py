import logging
from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models

from ...services.api.errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, Refused
from .. import timing, transactions

_logger = logging.getLogger(__name__)


class ChorusExchange(models.AbstractModel):
    """Something that Chorus Pro is told once: the intent, committed before a byte leaves, and what came of it.

    Chorus Pro knows no key that would make a repeated call harmless. So a record says at any moment what may have happened:
    ``ready``, nothing left; ``sending``, somebody is at it; ``unknown``, the answer is lost, and nothing is sent again before a
    look at Chorus Pro. A model adds the states after these, what its call is, and how it looks.
    """

    _name = "chorus.exchange"
    _inherit = ["chorus.errors", "chorus.evidence"]
    _description = "Exchange with Chorus Pro"

    #: The scheduled job that goes on with these: ``ir_cron_chorus_…``.
    _chorus_cron = "deposit"

    sending_at = fields.Datetime("Sending since", readonly=True)
    unknown_at = fields.Datetime("Unknown since", readonly=True)
    doubted_at = fields.Datetime("First in doubt on", readonly=True, help="When an answer was lost for the first time.")
    uploads = fields.Integer("Times sent", readonly=True, help="Those that surely did not leave are not counted.")
    attempts = fields.Integer("Calls made in this state", readonly=True)
    next_try = fields.Datetime("Next try", readonly=True, index="btree_not_null")

    # -- what a model says of its own ----------------------------------------------------------------------------------

    def _chorus_advance(self, client):
        """Whatever is to be done about this record now."""
        raise NotImplementedError

    def _chorus_may_send(self, *seen):
        """The last check before a record is claimed, with what the caller has just seen at Chorus Pro.

        :return: further values of the claimed record, or None when it must not be sent now.
        """
        return {}

    def _chorus_is_intact(self, claim):
        """Whether the files that are to leave are still those that were recorded: a filestore can be lost, or altered.

        :param claim: what ``_chorus_load`` gave.
        """
        return True

    def _chorus_identity(self, account):
        """Values to keep of whom the call is made for, since a company's settings may change before its answer is known.

        :param account: the login of the technical account that calls.
        """
        return {}

    def _chorus_load(self):
        """What the call needs: read before the commit, so that the call opens no transaction."""
        raise NotImplementedError

    def _chorus_hand_over(self, client, claim):
        """Call Chorus Pro, with no transaction open; what it answered.

        :param claim: what ``_chorus_load`` gave.
        """
        raise NotImplementedError

    def _chorus_receive(self, answer):
        """Take over what Chorus Pro answered to a call that it carried out."""
        raise NotImplementedError

    def _chorus_take_refusal(self, error):
        """Chorus Pro said no, or would have to.

        :param error: a ``Refused``.
        """
        raise NotImplementedError

    def _chorus_give_up(self):
        """It was sent as often as may be without a person, and is surely not there: a person decides what to do."""
        raise NotImplementedError

    # -- one record ----------------------------------------------------------------------------------------------------

    def _chorus_ways_in(self):
        """By company of these records what ``_chorus_way_in`` gives, where it gives something: for ``_chorus_send``.

        A caller who has read the settings already asks before the commit, which forgets them.
        """
        ways = {}
        for company in self.sudo().company_id:  # sudo: see _chorus_send
            with suppress(NotAllowed):
                ways[company.id] = company._chorus_way_in()
        return ways

    def _chorus_send(self, ways_in=None, **patience):
        """Go on with these records, one at a time; the caller has committed them.

        What an announced maintenance holds stays as it is, as the banner of its invoice says.

        :param dict ways_in: what ``_chorus_ways_in`` gave. :param patience: for ``PisteSession``.
        """
        ways_in = ways_in or {}
        for company, records in self.sudo().grouped("company_id").items():  # sudo: senders need not own the records
            if company._chorus_maintenance():
                continue
            try:
                with company._chorus_client(way_in=ways_in.get(company.id), **patience) as client:
                    for record in records:
                        record._chorus_step(client)
            except NotAllowed as error:
                # before any call: the settings are not complete
                transactions.retry_and_commit(
                    self.env, records.filtered(lambda record: record.state == "ready")._chorus_note_error, error
                )

    def _chorus_step(self, client):
        """Go on with a record of the company's present environment; another platform knows nothing of it."""
        self.ensure_one()
        if self.environment == self.company_id.chorus_environment:
            self._chorus_advance(client)

    def _chorus_send_one(self, client, *seen):
        """Claim and commit, call with no transaction open, write the answer down and commit.

        A sender that dies in between leaves ``sending``, which nobody sends again before a look at Chorus Pro.
        """
        # a cron beside us may take it between our snapshot and our lock: then it is the cron's, not an error of the user's
        claim = transactions.retry_and_commit(self.env, self._chorus_claim, client.account, *seen)
        if not claim:
            return
        # who is held for dead must not send any more
        client.must_leave_within(timing.LEAVE_WITHIN)
        try:
            answer = self._chorus_hand_over(client, claim)
        except ChorusError as error:
            answer = error
        except Exception as error:
            _logger.exception("Chorus Pro: %s broke while sending", self)
            answer = OutcomeUnknown(type(error).__name__, code="internal")
        transactions.retry_and_commit(self.env, self._chorus_write_answer, answer)

    def _chorus_claim(self, account, *seen):
        """Take a record for sending: lock, check again, mark.

        :param account: see ``_chorus_identity``. :param seen: see ``_chorus_may_send``.
        :return: what the call needs, or None when somebody else has it or it must not be sent now.
        """
        self.ensure_one()
        record = self.try_lock_for_update(allow_referencing=True)
        if not record:
            return None
        record.invalidate_recordset()
        if record.state != "ready" or record.environment != record.company_id.chorus_environment:
            return None
        claim = record._chorus_load()
        if not record._chorus_is_intact(claim):
            record._chorus_take_refusal(Refused(code="file_changed"))
            return None
        values = record._chorus_may_send(*seen)
        if values is None:
            return None
        record.write(
            {
                "state": "sending",
                "sending_at": fields.Datetime.now(),
                "uploads": record.uploads + 1,
                "next_try": False,
                **record._chorus_identity(account),
                **values,
            }
        )
        return claim

    def _chorus_write_answer(self, answer):
        """Turn an answer, or the error met, into the record's state. See the state diagrams.

        An answer may come so late that the record was taken for a dead sender's: that it was done still counts, an error no more.
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        accepted = not isinstance(answer, ChorusError)
        if self.state not in (("sending", "unknown", "ready") if accepted else ("sending",)):
            _logger.warning("Chorus Pro: a late answer to %s, now %s, is left alone: %s", self, self.state, answer)
            return
        # where it was called: the company may work in another environment by now
        connection = self.env["chorus.connection"]._at(self.company_id, self.environment)
        if accepted:
            connection._note_success()
            self._chorus_receive(answer)
        elif isinstance(answer, Refused):
            connection._note_success()
            self._chorus_take_refusal(answer)
        elif isinstance(answer, (NotReceived, NotAllowed)):
            connection._note_failure(answer)
            self.write({"state": "ready", "uploads": max(0, self.uploads - 1)})
            self._chorus_note_error(answer)
        else:
            connection._note_broken(answer)
            self._chorus_mark_unknown(answer)

    # -- its state -----------------------------------------------------------------------------------------------------

    def _chorus_conclude(self, state, **values):
        """There is nothing more to try."""
        self.write({"state": state, "next_try": False, "doubted_at": False, "error_code": False, "error_detail": False, **values})

    def _chorus_mark_unknown(self, error):
        """The answer is lost: nothing is sent again before a look at Chorus Pro settled it. The first doubt is remembered."""
        now, wait = fields.Datetime.now(), timing.RETRY[0]
        self.write(
            {
                "state": "unknown",
                "unknown_at": now,
                "doubted_at": self.doubted_at or now,
                "attempts": 0,
                "next_try": now + timedelta(seconds=wait),
                "error_code": error.code,
                "error_detail": error.detail,
            }
        )
        transactions.trigger(self.env, self._chorus_cron, wait)

    def _chorus_unknown_for(self, seconds):
        """Whether the doubt has lasted so long; from the moment the answer was lost, since bytes may have left until then."""
        return bool(self.unknown_at) and fields.Datetime.now() - self.unknown_at >= timedelta(seconds=seconds)

    def _chorus_doubted_for(self, seconds):
        """Whether nobody has known what became of it for so long, however often it was sent meanwhile."""
        return bool(self.doubted_at) and fields.Datetime.now() - self.doubted_at >= timedelta(seconds=seconds)

    def _chorus_ready_again(self):
        """It surely did not arrive: it may be sent again, a few times."""
        if self.uploads >= timing.UPLOADS:
            self._chorus_give_up()
            return
        self._chorus_conclude("ready", attempts=0, doubted_at=self.doubted_at)
        transactions.trigger(self.env, self._chorus_cron)

    def _chorus_note_error(self, error):
        """Record why nothing was done, and when it is tried again."""
        for record in self:
            record._chorus_again(timing.RETRY, error.code, error.detail, error=error)

    def _chorus_again(self, waits, code, detail, *, cron="", error=None):
        """Nothing is known yet, or nothing was done: try again later.

        :param waits: of ``timing``. :param code: the error met, False for none. :param cron: when not the model's own.
        :param error: one that may ask for patience.
        """
        self.ensure_one()
        wait = timing.step(waits, self.attempts, error)
        self.write(
            {
                "attempts": self.attempts + 1,
                "next_try": fields.Datetime.now() + timedelta(seconds=wait),
                "error_code": code,
                "error_detail": detail,
            }
        )
        transactions.trigger(self.env, cron or self._chorus_cron, wait)

    # -- cron ----------------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_run_queue(self):
        """Send what is ready, settle what is unknown."""
        progress = self.env["ir.cron"]._commit_progress
        self._chorus_find_dead_senders()
        if not self._chorus_has_work():
            # most hours of most days: nobody's settings are read, no secret is opened
            self.env["chorus.connection"]._notice_all()
            return
        served = []
        for company, left in transactions.turns(self.env, self.env["res.company"]._chorus_companies()):
            records = transactions.in_company_lang(self, company)
            connection = self.env["chorus.connection"]._of(company)
            connection._notice()
            way_in = connection._way_in()
            if not way_in:
                transactions.trigger(self.env, self._chorus_cron, connection._seconds_held())
                continue
            due = records._chorus_due(company, ("ready", "unknown"))
            progress(remaining=len(due) + left + 1)
            if not due._chorus_go_on(connection, way_in):
                return
            served.append((records, company))
        if not transactions.seconds_left(self.env):
            progress(remaining=1)
            return
        # last, as it may take long: nothing that is ready waits for it. What it makes ready is sent next
        gathered = [records._chorus_prepare_automatic(company) for records, company in served]
        if any(gathered):
            progress(remaining=1)

    @api.model
    def _chorus_has_work(self):
        """Whether anything of any company waits to be sent or settled, be it later."""
        waiting = ("state", "in", ("ready", "unknown"))
        return bool(self.sudo().search([waiting], order="id", limit=1))  # sudo: crons serve all companies

    @api.model
    def _chorus_prepare_automatic(self, company):
        """Make ready what is due to be sent by itself.

        :return: whether any was seen to.
        """
        return False

    def _chorus_go_on(self, connection, way_in):
        """Go on with each of these records of one company, here and now. Other workers may be given them instead.

        :param way_in: as `chorus.connection._way_in` gives it.
        :return: False when the cron's time is over.
        """
        with connection.company_id._chorus_client(way_in=way_in) as client:
            return self._chorus_each(connection, client)

    def _chorus_each(self, connection, client):
        """Go on with each of these records, as long as Chorus Pro can be reached.

        :return: False when the cron's time is over.
        """
        # a look first: it tells whether Chorus Pro answers at all
        for record in self.sorted(lambda record: record.state == "ready"):
            was_ready = record.state == "ready"
            record._chorus_guarded(client)
            if not self.env["ir.cron"]._commit_progress(1):
                return False
            if connection._is_paused():
                break
            if was_ready and record.state == "unknown":
                # the others are not sent into the same silence
                transactions.trigger(self.env, self._chorus_cron, timing.RETRY[0])
                break
        return True

    def _chorus_guarded(self, client):
        """Go on with one record; whatever breaks is recorded on it, and the loop goes on with the next."""
        self.ensure_one()
        if error := transactions.run_and_survive(self, "_chorus_step", client):
            # what was left in "sending" stays there: it is looked up before anything is sent again
            transactions.retry_and_commit(self.env, self._chorus_note_error, ChorusError(type(error).__name__, code="internal"))

    @api.model
    def _chorus_find_dead_senders(self):
        """What a process that died left in ``sending``: its outcome is unknown.

        A moment ahead of ours was written by a clock that was ahead: nobody sends since then, and a doubt begins today.
        """
        now = fields.Datetime.now()
        limit, ahead = now - timedelta(seconds=timing.STALE), now + timedelta(seconds=timing.OVERLAP)
        records = self.sudo()  # sudo: crons serve all companies
        dead = ["|", ("sending_at", "<", limit), ("sending_at", ">", ahead)]
        found = records.search([("state", "=", "sending"), *dead])
        for record in found:
            record = record.try_lock_for_update(allow_referencing=True)
            if record and record.state == "sending":
                record._chorus_mark_unknown(OutcomeUnknown("the sender stopped before the answer"))
        odd = ["|", ("unknown_at", ">", ahead), ("doubted_at", ">", ahead)]
        ahead_of_us = records.search([("state", "in", ("ready", "unknown")), *odd])
        for record in ahead_of_us:
            record = record.try_lock_for_update(allow_referencing=True)
            record.write({name: now for name in ("unknown_at", "doubted_at") if record[name]})
        if found or ahead_of_us:
            transactions.commit(self.env)
