import base64
import hashlib
from typing import NamedTuple

from odoo import api, fields, models

from ..services.api.answers import AddedFile, History
from ..services.api.errors import ChorusError, Refused, TryLater
from ..services.clock import UTC
from ..services.follow import effects
from . import timing


class Claim(NamedTuple):
    """What a sender needs once it holds an action."""

    kind: str
    identifier: str
    comment: str
    recipient: str
    service: str
    engagement: str
    validator: str
    files: tuple  # of (record, name, bytes, identifier at Chorus Pro once it is there)


class ChorusAction(models.Model):
    _inherit = "chorus.action"

    _chorus_cron = "action"

    # -- one action ----------------------------------------------------------------------------------------------------

    # EXTENDS 'chorus.exchange'
    def _chorus_go_on(self, client):
        self.ensure_one()
        if self.state == "ready":
            # the history of the invoice comes first: what moved on is not answered any more
            self._chorus_send_one(client, self._chorus_look(client))
        # what was refused a moment ago is looked at too: perhaps an earlier try had its effect after all
        if self.state == "unknown":
            self._chorus_settle_one(client)
        if self.state in ("done", "refused"):
            self.env["chorus.deposit"]._chorus_read_histories(self.move_id, client)

    def _chorus_look(self, client):
        """What Chorus Pro shows of the invoice: a ``History``, a list of ``FoundInvoice`` for a rejection, or the error met."""
        identifier, number, kind = self.identifier, self.move_id._chorus_number(), self.kind
        structure = self.company_id.chorus_structure_id or None
        self._chorus_commit()
        try:
            if kind == "reissue":
                return list(client.search_invoices(number=number, supplier_structure=structure))
            return client.invoice_history(identifier)
        except ChorusError as error:
            return error

    def _chorus_effect(self, seen):
        """What ``_chorus_look`` tells about this action: see ``services.follow.effects``; None when it tells nothing."""
        if not isinstance(seen, History):
            return effects.acknowledged(seen, self.identifier)
        asked = None
        if self.sending_at:
            asked = effects.Answered(self.answered_at and self.answered_at.replace(tzinfo=UTC), self.answered_entry or "")
        return effects.effect(self.kind, seen, asked)

    # EXTENDS 'chorus.exchange'
    def _chorus_may_send(self, seen):
        if isinstance(seen, ChorusError):
            self.env["chorus.connection"]._of(self.company_id)._note_failure(seen)
            self._chorus_note_error(seen)
            return None
        effect = self._chorus_effect(seen)
        if effect == "done":
            self._chorus_done()
        elif effect == "moved_on":
            self._chorus_refuse("moved_on", "")
        elif effect is None:
            self._chorus_note_error(TryLater())
        if effect != "possible":
            return None
        if not isinstance(seen, History):
            return {}
        at, entry = effects.answered(self.kind, seen)
        return {"answered_at": at and at.replace(tzinfo=None), "answered_entry": entry}

    # EXTENDS 'chorus.exchange'
    def _chorus_is_intact(self, claim):
        return super()._chorus_is_intact(claim) and all(
            hashlib.sha256(content).hexdigest() == file.sha256 for file, _name, content, _remote_id in claim.files
        )

    # EXTENDS 'chorus.exchange'
    def _chorus_load(self):
        return Claim(
            self.kind,
            self.identifier,
            self.comment or "",
            self.recipient or "",
            self.service_code or "",
            self.engagement_number or "",
            self.validator or "",
            tuple((file, file.name, base64.b64decode(file.content or b""), file.remote_id or "") for file in self.file_ids),
        )

    # EXTENDS 'chorus.exchange'
    def _chorus_hand_over(self, client, claim):
        if claim.kind == "complete":
            pieces = []
            for record, name, content, remote_id in claim.files:
                if not remote_id:
                    remote_id = client.add_file(content, name)
                    self._chorus_firmly(record.write, {"remote_id": remote_id})
                pieces.append(AddedFile(remote_id, name))
            client.complete_invoice(claim.identifier, pieces, claim.comment)
        elif claim.kind == "recycle":
            client.reroute_invoice(
                claim.identifier,
                recipient=claim.recipient,
                service=claim.service,
                engagement=claim.engagement,
                comment=claim.comment,
            )
        elif claim.kind == "validator":
            structures = [found for found in client.find_structures(claim.validator) if found.active]
            if not structures:
                raise Refused(claim.validator, code="validator_unknown")
            client.correct_validator(claim.identifier, structures[0].identifier, claim.validator)
        else:
            client.acknowledge_rejection(claim.identifier)

    # EXTENDS 'chorus.exchange'
    def _chorus_receive(self, answer):
        self._chorus_done()

    # EXTENDS 'chorus.exchange'
    def _chorus_take_refusal(self, error):
        # looked at before anybody is told: an earlier call, whose answer was lost, may have done it
        self._chorus_doubt(error)

    # -- what became of it ---------------------------------------------------------------------------------------------

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of an action whose answer was lost or negative, and write it down."""
        self.ensure_one()
        self._chorus_firmly(self._chorus_write_look, self._chorus_look(client))

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
        refused = self.error_code in ("refused", "file_changed", "file_too_large", "validator_unknown")
        if effect == "done":
            self._chorus_done()
        elif refused:
            self._chorus_refuse(self.error_code, self.error_detail)
        elif effect == "moved_on":
            self._chorus_refuse("moved_on", self.error_detail)
        elif effect == "possible" and self._chorus_unknown_for(timing.SHOWN_AFTER):
            self._chorus_ready_again()
        else:
            self._chorus_look_again()

    def _chorus_look_again(self):
        """Still unclear: look again later; a person is called after a day."""
        self._chorus_again(timing.SEARCHES, self.error_code, self.error_detail)
        self.move_id._chorus_call_people()

    def _chorus_refuse(self, code, detail):
        """It was not done and will not be: the invoice's page says why."""
        self._chorus_conclude("refused", error_code=code, error_detail=detail or False)
        self._chorus_want_news()

    def _chorus_done(self):
        """It was done, once: tell it on the invoice."""
        self._chorus_conclude("done", done_at=fields.Datetime.now())
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
        self._chorus_trigger("follow")

    @api.model
    def _cron_actions(self):
        """Send what is ready, settle what is unknown."""
        self._chorus_serve()
