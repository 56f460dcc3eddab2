import base64
import logging
from datetime import timedelta

from odoo import api, fields, models

from ..services import effects
from ..services.answers import AddedFile, History
from ..services.clock import UTC
from ..services.errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, Refused, TryLater
from . import timing
from .chorus_action import Claim

_logger = logging.getLogger(__name__)


class ChorusAction(models.Model):
    _inherit = "chorus.action"

    # -- one action ----------------------------------------------------------------------------------------------------

    def _chorus_run(self):
        """Send these actions, or find out what became of them; the caller has committed them."""
        deposits = self.env["chorus.deposit"]
        for company, actions in self.sudo().grouped("company_id").items():  # sudo: senders need not own the records
            try:
                with company._chorus_client(retries=0) as client:
                    for action in actions:
                        action._chorus_step(client)
            except NotAllowed as error:
                # before any call: the settings are not complete
                actions.filtered(lambda action: action.state == "ready")._chorus_note_error(error)
                deposits._chorus_commit()

    def _chorus_step(self, client):
        """Whatever is to be done about this action now, then the news of its invoice."""
        self.ensure_one()
        if self.environment != self.company_id.chorus_environment:
            return
        if self.state == "ready":
            self._chorus_send_one(client)
        # what was refused a moment ago is looked at too: perhaps an earlier try had its effect after all
        if self.state == "unknown":
            self._chorus_settle_one(client)
        if self.state in ("done", "refused"):
            self.env["chorus.deposit"]._chorus_read_histories(self.move_id, client)

    def _chorus_send_one(self, client):
        """Look, claim and commit, call with no transaction open, write the answer down and commit.

        A sender that dies in between leaves ``sending``, which nobody sends again before a look at Chorus Pro.
        """
        firmly = self.env["chorus.deposit"]._chorus_firmly
        seen = self._chorus_look(client)
        claim = firmly(self._chorus_claim, seen)
        if not claim:
            return
        kind, routing = self.kind, (self.recipient or "", self.service_code or "", self.engagement_number or "")
        validator, files = self.validator, self.file_ids
        self.env["chorus.deposit"]._chorus_commit()
        try:
            if kind == "complete":
                pieces = []
                for record, (name, content, remote_id) in zip(files, claim.files, strict=True):
                    if not remote_id:
                        remote_id = client.add_file(content, name)
                        firmly(record.write, {"remote_id": remote_id})
                    pieces.append(AddedFile(remote_id, name))
                client.complete_invoice(claim.identifier, pieces, claim.comment)
            elif kind == "recycle":
                recipient, service, engagement = routing
                client.reroute_invoice(
                    claim.identifier, recipient=recipient, service=service, engagement=engagement, comment=claim.comment
                )
            elif kind == "validator":
                structures = [found for found in client.find_structures(validator) if found.active]
                if not structures:
                    raise Refused(validator, code="validator_unknown")
                client.correct_validator(claim.identifier, structures[0].identifier, validator)
            else:
                client.acknowledge_rejection(claim.identifier)
            answer = None
        except ChorusError as error:
            answer = error
        except Exception as error:
            _logger.exception("Chorus Pro: action %s broke while sending", self.id)
            answer = OutcomeUnknown(type(error).__name__, code="internal")
        firmly(self._chorus_write_answer, answer)

    def _chorus_look(self, client):
        """What Chorus Pro shows of the invoice: a ``History``, a list of ``FoundInvoice`` for a rejection, or the error met."""
        identifier, number, kind = self.identifier, self.move_id._chorus_number(), self.kind
        structure = self.company_id.chorus_structure_id or None
        self.env["chorus.deposit"]._chorus_commit()
        try:
            if kind == "reissue":
                return list(client.search_invoices(number=number, supplier_structure=structure))
            return client.invoice_history(identifier)
        except ChorusError as error:
            return error

    def _chorus_effect(self, seen):
        """What ``_chorus_look`` tells about this action: see ``services.effects``; None when it tells nothing."""
        if not isinstance(seen, History):
            return effects.acknowledged(seen, self.identifier)
        asked = None
        if self.sending_at:
            asked = effects.Answered(self.answered_at and self.answered_at.replace(tzinfo=UTC), self.answered_entry or "")
        return effects.effect(self.kind, seen, asked)

    def _chorus_claim(self, seen):
        """Take an action for sending: lock, check again with what was just seen at Chorus Pro, mark.

        :return: a ``Claim``, or None when somebody else has it or there is nothing to send.
        """
        self.ensure_one()
        action = self.try_lock_for_update(allow_referencing=True)
        if not action:
            return None
        action.invalidate_recordset()
        if action.state != "ready":
            return None
        if isinstance(seen, ChorusError):
            action.env["chorus.connection"]._of(action.company_id)._note_failure(seen)
            action._chorus_note_error(seen)
            return None
        effect = action._chorus_effect(seen)
        if effect == "done":
            action._chorus_done()
        elif effect == "moved_on":
            action._chorus_refuse("moved_on", "")
        elif effect is None:
            action._chorus_note_error(TryLater())
        if effect != "possible":
            return None
        values = {"state": "sending", "sending_at": fields.Datetime.now(), "next_try": False}
        if isinstance(seen, History):
            at, entry = effects.answered(action.kind, seen)
            values |= {"answered_at": at and at.replace(tzinfo=None), "answered_entry": entry}
        action.write(values)
        files = [(file.name, base64.b64decode(file.content), file.remote_id or "") for file in action.file_ids]
        return Claim(action.identifier, action.comment or "", tuple(files))

    def _chorus_write_answer(self, answer):
        """Turn the answer, None for a success or the error met, into the action's state. See the state diagram."""
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        if self.state not in (("sending", "unknown", "ready") if answer is None else ("sending",)):
            _logger.warning("Chorus Pro: a late answer to action %s, now %s, is left alone: %s", self.id, self.state, answer)
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if answer is None:
            connection._note_success()
            self._chorus_done()
        elif isinstance(answer, (NotReceived, NotAllowed)):
            connection._note_failure(answer)
            self.write({"state": "ready"})
            self._chorus_note_error(answer)
        else:
            self._chorus_doubt(answer)

    # -- what became of it ---------------------------------------------------------------------------------------------

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of an action whose answer was lost or negative, and write it down."""
        self.ensure_one()
        self.env["chorus.deposit"]._chorus_firmly(self._chorus_write_look, self._chorus_look(client))

    def _chorus_write_look(self, seen):
        """Settle an unknown outcome by what ``_chorus_look`` gave."""
        self.ensure_one()
        action = self.try_lock_for_update(allow_referencing=True)
        if not action or action.state != "unknown":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(seen, ChorusError):
            connection._note_failure(seen)
            self._chorus_look_again()
            return
        connection._note_success()
        effect = self._chorus_effect(seen)
        refused = self.error_code in ("refused", "file_too_large", "validator_unknown")
        if effect == "done":
            self._chorus_done()
        elif refused:
            self._chorus_refuse(self.error_code, self.error_detail)
        elif effect == "moved_on":
            self._chorus_refuse("moved_on", self.error_detail)
        elif effect == "possible" and self._chorus_unknown_for(timing.SHOWN_AFTER):
            self.write({"state": "ready", "attempts": 0, "next_try": False, "error_code": False, "error_detail": False})
            self.env["chorus.deposit"]._chorus_trigger("action")
        else:
            self._chorus_look_again()

    def _chorus_unknown_for(self, seconds):
        """Whether the doubt has lasted so long."""
        return bool(self.unknown_at) and fields.Datetime.now() - self.unknown_at >= timedelta(seconds=seconds)

    def _chorus_doubt(self, error):
        """The answer is lost, or no: nothing is sent again before a look at Chorus Pro."""
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
        self.env["chorus.deposit"]._chorus_trigger("action", timing.RETRY[0])

    def _chorus_look_again(self):
        wait = timing.step(timing.SEARCHES, self.attempts)
        self.write({"attempts": self.attempts + 1, "next_try": fields.Datetime.now() + timedelta(seconds=wait)})
        self.env["chorus.deposit"]._chorus_trigger("action", wait)
        self.move_id._chorus_call_people()

    def _chorus_note_error(self, error):
        """Record why nothing was done, and when it is tried again."""
        for action in self:
            wait = timing.step(timing.RETRY, action.attempts)
            if isinstance(error, TryLater) and error.retry_after:
                wait = max(wait, error.retry_after)
            action.write(
                {
                    "error_code": error.code,
                    "error_detail": error.detail,
                    "attempts": action.attempts + 1,
                    "next_try": fields.Datetime.now() + timedelta(seconds=wait),
                }
            )
            self.env["chorus.deposit"]._chorus_trigger("action", wait)

    def _chorus_refuse(self, code, detail):
        """It was not done and will not be: the invoice's page says why."""
        self.write({"state": "refused", "error_code": code, "error_detail": detail or False, "next_try": False})
        self._chorus_want_news()

    def _chorus_done(self):
        """It was done, once: tell it on the invoice."""
        self.write(
            {"state": "done", "done_at": fields.Datetime.now(), "next_try": False, "error_code": False, "error_detail": False}
        )
        move = self.move_id
        if self.kind == "recycle":
            move._chorus_rerouted(self.service_code, self.engagement_number)
        speaking = self.with_context(lang=self.user_id.lang or self.env.lang)
        move._message_log(body=speaking._chorus_done_text(), author_id=self.user_id.partner_id.id)
        self._chorus_want_news()

    def _chorus_done_text(self):
        """What was done, for the chatter."""
        self.ensure_one()
        names = ", ".join(self.file_ids.mapped("name"))
        if self.kind == "complete":
            words = [self.env._("Chorus Pro: completed."), names and self.env._("Files: %s.", names)]
        elif self.kind == "recycle":
            route = [self.recipient, self.service_code, self.engagement_number]
            words = [self.env._("Chorus Pro: re-routed to %s.", " / ".join(filter(None, route)))]
        elif self.kind == "validator":
            words = [self.env._("Chorus Pro: the validator is now %s.", self.validator)]
        else:
            words = [self.env._("Chorus Pro: the rejection was acknowledged.")]
        if self.comment:
            words.append(f"« {self.comment} »")
        return " ".join(filter(None, words))

    def _chorus_want_news(self):
        # the new status is read at once by whoever sent this, else by the next run
        self.move_id.chorus_history_due = fields.Datetime.now()
        self.env["chorus.deposit"]._chorus_trigger("follow")

    # -- the cron ------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_actions(self):
        """Send what is ready, settle what is unknown; for every company, one commit an action, within the cron's time."""
        progress = self.env["ir.cron"]._commit_progress
        deposits = self.env["chorus.deposit"]
        self._chorus_find_dead_senders()
        for company in self.env["res.company"]._chorus_companies():
            self = self.with_context(lang=company._chorus_lang())
            connection = self.env["chorus.connection"]._of(company)
            if not company._chorus_may_call(connection):
                deposits._chorus_trigger("action", (connection.paused_until - fields.Datetime.now()).total_seconds())
                continue
            due = self.sudo().search(  # sudo: crons serve all companies
                [
                    ("company_id", "=", company.id),
                    ("environment", "=", company.chorus_environment),
                    ("state", "in", ("ready", "unknown")),
                    "|",
                    ("next_try", "=", False),
                    ("next_try", "<=", fields.Datetime.now()),
                ],
                order="id",
            )
            if not progress(remaining=len(due)):
                return
            with company._chorus_client() as client:
                for action in due:
                    action._chorus_guarded(client)
                    if not progress(1):
                        return
                    if connection._is_paused():
                        break
            progress(remaining=0)

    def _chorus_guarded(self, client):
        """One action's step; whatever breaks is recorded on that action, and the loop goes on with the next."""
        self.ensure_one()
        try:
            self._chorus_step(client)
        except Exception as error:
            _logger.exception("Chorus Pro: action %s broke", self.id)
            if self.env["account.move"]._can_commit():
                self.env.cr.rollback()
            # an action left in "sending" stays there: the invoice is looked at before anything is sent again
            self._chorus_note_error(ChorusError(type(error).__name__, code="internal"))
            self.env["chorus.deposit"]._chorus_commit()

    @api.model
    def _chorus_find_dead_senders(self):
        """Actions left in ``sending`` by a process that died: their outcome is unknown."""
        limit = fields.Datetime.now() - timedelta(seconds=timing.STALE)
        for action in self.sudo().search([("state", "=", "sending"), ("sending_at", "<", limit)]):  # sudo: all companies
            action = action.try_lock_for_update(allow_referencing=True)
            if action and action.state == "sending":
                action._chorus_doubt(OutcomeUnknown("the sender stopped before the answer"))
        self.env["chorus.deposit"]._chorus_commit()
