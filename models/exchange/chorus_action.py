import base64
import hashlib
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

from ...services.api.answers import AddedFile, History
from ...services.api.errors import ChorusError, Refused, TryLater
from ...services.clock import UTC
from ...services.follow import effects
from .. import timing, transactions

#: States in which an action may still reach Chorus Pro, or may have reached it.
OPEN = ("ready", "sending", "unknown")


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
    """One thing done about an invoice that is at Chorus Pro: the intent, committed before a byte leaves, and what came of it.

    After a lost answer nothing is repeated before the state of the invoice there was read (`chorus_action_send`). It is evidence:
    nobody deletes it.
    """

    _name = "chorus.action"
    _inherit = ["chorus.exchange"]
    _description = "Action on an invoice at Chorus Pro"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "kind"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    identifier = fields.Char("Chorus Pro identifier", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("complete", "Complete"),
            ("recycle", "Re-route"),
            ("validator", "Correct the validator"),
            ("reissue", "Acknowledge the rejection"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        # STATE DIAGRAM
        # * ready   --[claimed by a sender; committed]--------------------> sending
        # * ready   --[withdrawn]-----------------------------------------> cancelled
        # * ready   --[the invoice is no longer in the status for it]-----> refused (moved_on)
        # * ready   --[a file is lost or altered]-------------------------> unknown, then refused (file_changed)
        # * sending --[accepted]------------------------------------------> done
        # * sending --[surely not received, or not allowed in]------------> ready, tried again at next_try
        # * sending --[refused]-------------------------------------------> refused
        # * sending --[answer lost; or found in this state after a crash]-> unknown
        # * unknown --[its effect is seen at Chorus Pro]------------------> done
        # * unknown --[surely without effect]-----------------------------> ready
        # * unknown --[surely without effect, after several calls]--------> refused (not_taken): a person decides
        # * unknown --[the invoice went on without it]--------------------> refused (moved_on)
        # * refused --[the history shows after all that it was done]------> done
        [
            ("ready", "To send"),
            ("sending", "Sending"),
            ("unknown", "Being checked"),
            ("done", "Carried out"),
            ("refused", "Refused by Chorus Pro"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        default="ready",
        readonly=True,
        index=True,
    )
    comment = fields.Text(readonly=True)
    file_ids = fields.One2many("chorus.action.file", "action_id", "Files", readonly=True)
    recipient = fields.Char("Recipient's SIRET", readonly=True)
    service_code = fields.Char(readonly=True)
    engagement_number = fields.Char(readonly=True)
    validator = fields.Char("Validator's SIRET", readonly=True)
    user_id = fields.Many2one("res.users", "Asked by", readonly=True, default=lambda self: self.env.user)
    answered_at = fields.Datetime(readonly=True, help="Date, by Chorus Pro's clock, of the status that this action answers.")
    answered_entry = fields.Char(readonly=True, help="Number of that status in the history (histoStatutId).")
    done_at = fields.Datetime("Ended on", readonly=True, help="When it was known to be done, or not to be.")

    _one_open_action = models.UniqueIndex(
        "(move_id) WHERE state IN ('ready', 'sending', 'unknown')", "Something is being done about this invoice already."
    )

    # -- the intent ----------------------------------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("This is evidence of what was sent to Chorus Pro: it cannot be deleted."))

    @api.model
    def _chorus_ask(self, move, kind, files=(), **values):
        """Record the intent to do something about an invoice. Nothing leaves before the caller committed it.

        :param move: the invoice, in a status that allows it (``_chorus_possible``).
        :param files: pairs of name and bytes.
        :param values: ``comment``, ``recipient``, ``service_code``, ``engagement_number``, ``validator``.
        :raises UserError: when it is not possible now.
        """
        move.ensure_one()
        if not move.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("%s is being worked on by somebody else. Try again in a moment.", move.name))
        move.invalidate_recordset(["chorus_status", "chorus_state"])
        if kind not in move._chorus_possible() or not move.chorus_identifier:
            raise UserError(self.env._("%s is no longer in a state where this can be done.", move.name))
        clean = self.with_context(clean_context(self.env.context))  # see chorus.deposit
        actions = clean.sudo()  # sudo: users read actions only; who may ask is checked by the callers
        if actions.search_count([("move_id", "=", move.id), ("state", "in", OPEN)], limit=1):
            raise UserError(self.env._("Something is being done about %s already.", move.name))
        action = actions.create(
            {
                "move_id": move.id,
                "environment": move.company_id.chorus_environment,
                "identifier": move.chorus_identifier,
                "kind": kind,
                "user_id": self.env.user.id,
                "file_ids": [
                    fields.Command.create(
                        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
                    )
                    for name, content in files
                ],
                **values,
            }
        )  # fmt: skip
        for record, (_name, content) in zip(action.file_ids.sorted("id"), files, strict=True):
            record.content = base64.b64encode(content)
        transactions.trigger(self.env, self._chorus_cron)
        return action

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_cancel(self):
        """Withdraw actions of which no byte has left."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        for action in self.sudo():  # sudo: users read actions only; this records their decision
            if action.try_lock_for_update(allow_referencing=True).state != "ready":
                raise UserError(self.env._("Only what has not left yet can be withdrawn."))
            action._chorus_conclude("cancelled")

    def action_refresh(self):
        """Try again now, or find out now what became of it.

        :raises UserError: while an announced maintenance holds it: nothing is asked then.
        """
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        if held := [text for company in self.company_id if (text := company._chorus_maintenance_text())]:
            raise UserError("\n".join(held))
        before = self.mapped("state")
        self._chorus_send(retries=0)
        self.invalidate_recordset()
        failures = {action.error_code for action in self.sudo() if action.state in OPEN and action.error_code}  # sudo: see above
        return self.env["res.company"]._chorus_told(failures, self.mapped("state") != before)

    # -- one action ----------------------------------------------------------------------------------------------------

    # EXTENDS 'chorus.exchange'
    def _chorus_advance(self, client):
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
        transactions.commit(self.env)
        try:
            if kind == "reissue":
                return list(client.search_invoices(number=number))
            return client.invoice_history(identifier)
        except ChorusError as error:
            return error

    def _chorus_effect(self, seen):
        """What ``_chorus_look`` tells about this action: see ``services.follow.effects``; None when it tells nothing.

        Where a step cannot be read, only that the effect shows is sure.
        """
        if not isinstance(seen, History):
            return effects.acknowledged(seen, self.identifier)
        asked = None
        if self.sending_at:
            asked = effects.Answered(self.answered_at and self.answered_at.replace(tzinfo=UTC), self.answered_entry or "")
        effect = effects.effect(self.kind, seen, asked)
        return effect if effect == "done" or not seen.unreadable else None

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
            self._chorus_note_error(TryLater(code="unreadable"))
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
                    transactions.retry_and_commit(self.env, record.write, {"remote_id": remote_id})
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
        self._chorus_mark_unknown(error)

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of an action whose answer was lost or negative, and write it down."""
        self.ensure_one()
        transactions.retry_and_commit(self.env, self._chorus_write_look, self._chorus_look(client))

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

    # EXTENDS 'chorus.exchange'
    def _chorus_give_up(self):
        self._chorus_refuse("not_taken", self.error_detail)

    def _chorus_refuse(self, code, detail):
        """It was not done and will not be: the invoice's page says why."""
        self._chorus_conclude("refused", error_code=code, error_detail=detail or False, done_at=fields.Datetime.now())
        self._chorus_want_news()

    def _chorus_done(self, by=None):
        """It was done, once: tell it on the invoice.

        :param by: when it was done at the latest; now, where nothing else is known.
        """
        self._chorus_conclude("done", done_at=by or fields.Datetime.now())
        move = self.move_id
        if self.kind == "recycle":
            move._chorus_rerouted(self.service_code, self.engagement_number)
        speaking = self.with_context(lang=self.user_id.lang or self.env.lang)
        move._message_log(body=speaking._chorus_done_text(), author_id=self.user_id.partner_id.id)
        self._chorus_want_news()

    def _chorus_set_right(self, identifier, history):
        """What counts as not done, and was: an answer on which that rested was not true, as a later history of the invoice shows.

        Only steps of before its end tell of it: a later one may be what a person did on the portal. Of an action that a later one
        took up again nothing is told: the clocks differ, and what is seen may be the later one's.
        """
        for action in self:
            if action.state != "refused" or action.identifier != identifier or not (action.answered_at and action.done_at):
                continue
            since = action.move_id.chorus_action_ids.filtered(lambda one: one.id > action.id)  # noqa: B023
            if set(since.mapped("state")) - {"refused", "cancelled"}:
                continue
            ended = action.done_at.replace(tzinfo=UTC)
            shown = history._replace(entries=tuple(entry for entry in history.entries if entry.at and entry.at <= ended))
            asked = effects.Answered(action.answered_at.replace(tzinfo=UTC), action.answered_entry or "")
            if effects.effect(action.kind, shown, asked) == "done":
                action._chorus_done(by=action.done_at)

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
        self.move_id._chorus_note_history(fields.Datetime.now())
        transactions.trigger(self.env, "follow")


class ChorusActionFile(models.Model):
    """A file that goes with an action."""

    _name = "chorus.action.file"
    _inherit = ["chorus.evidence"]
    _description = "File of an action on an invoice at Chorus Pro"
    _check_company_auto = True
    _order = "id"

    action_id = fields.Many2one("chorus.action", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    name = fields.Char(required=True, readonly=True)
    content = fields.Binary(attachment=True, readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")
    sha256 = fields.Char("SHA-256", readonly=True)
    size = fields.Integer("Size (bytes)", readonly=True)
    remote_id = fields.Char("Identifier at Chorus Pro", readonly=True, help="pieceJointeId")
