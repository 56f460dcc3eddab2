from markupsafe import Markup

from odoo import api, fields, models

from ..services.vocabulary import motifs, statuses
from . import timing
from .guarded import guarded

MODULE = "l10n_fr_chorus_pro"
#: What a person is called for: kind → type of activity (``data/mail_activity_types.xml``).
CALLS = {
    "rejected": f"{MODULE}.mail_activity_chorus_rejected",
    "handle": f"{MODULE}.mail_activity_chorus_handle",
    "refused": f"{MODULE}.mail_activity_chorus_refused",
    "unknown": f"{MODULE}.mail_activity_chorus_unknown",
    "late": f"{MODULE}.mail_activity_chorus_late",
}


class AccountMove(models.Model):
    _inherit = "account.move"

    #: What people were called for: kind → ``reason``, the event as one text, and ``user``, the id of who was called.
    chorus_called = fields.Json(copy=False, readonly=True, export_string_translation=False)

    # EXTENDS 'account'
    def write(self, vals):
        result = super().write(vals)
        if "chorus_status" in vals or "chorus_status_comment" in vals:
            self._chorus_call_people()
        return result

    # EXTENDS 'account'
    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self.filtered("chorus_state")._chorus_call_people()
        return result

    def _chorus_call_people(self):
        """Make the activities fit the state of these invoices: one for each thing a person must see, none for what is over.

        What a person marked as done, or cancelled, is not told again.
        """
        moves = self.sudo()  # sudo: activities follow the platform's word, whoever's call brought it
        types = {kind: self.env.ref(name) for kind, name in CALLS.items()}
        there = self.env["mail.activity"].sudo().search(  # sudo: see above
            [
                ("res_model", "=", "account.move"),
                ("res_id", "in", moves.ids),
                ("activity_type_id", "in", [record.id for record in types.values()]),
            ]
        )  # fmt: skip
        kinds = {record.id: kind for kind, record in types.items()}
        by_move = there.grouped("res_id")
        for move in moves:
            wanted = move._chorus_calls()
            activities = by_move.get(move.id, there.browse())
            by_kind = activities.grouped(lambda activity: kinds[activity.activity_type_id.id])
            over = there.browse().union(*(ones for kind, ones in by_kind.items() if kind not in wanted))
            if over:
                over.action_feedback(feedback=move._chorus_over_text())
            move._chorus_forget_calls(CALLS.keys() - wanted.keys())
            for kind, (reason, tell) in wanted.items():
                open_ones = by_kind.get(kind, there.browse())
                if not open_ones and move._chorus_was_called(kind, reason):
                    continue
                user = open_ones.user_id[:1] or move._chorus_person()
                speaking = move.with_context(lang=user.lang or self.env.lang)
                note = Markup("<p>%s</p>") % tell(speaking)
                if not open_ones:
                    name = types[kind].with_context(lang=user.lang or self.env.lang).name
                    move.activity_schedule(CALLS[kind], summary=name, note=note, user_id=user.id)
                elif open_ones[0].note != note:
                    open_ones[0].note = note
                move._chorus_note_call(kind, reason, user)

    def _chorus_was_called(self, kind, reason):
        """Whether somebody was called for this already; not when that one has left, and the activity with it."""
        self.ensure_one()
        told = (self.chorus_called or {}).get(kind)
        return bool(told) and told["reason"] == reason and bool(self.env["res.users"].browse(told["user"]).exists().active)

    def _chorus_note_call(self, kind, reason, user):
        told = {"reason": reason, "user": user.id}
        if (self.chorus_called or {}).get(kind) != told:
            self.chorus_called = {**(self.chorus_called or {}), kind: told}

    def _chorus_forget_calls(self, kinds):
        """These are over: should one begin again, it is told again."""
        told = self.chorus_called or {}
        if not told.keys().isdisjoint(kinds):
            self.chorus_called = {kind: call for kind, call in told.items() if kind not in kinds} or False

    def _chorus_calls(self):
        """What a person must be called for about this invoice now: kind → what tells one event from the
        next of its kind, and a function that tells it in a record's language.
        """
        self.ensure_one()
        calls = {}
        line = self._chorus_line()
        status = statuses.get(self.chorus_status) if self.chorus_status else None
        if self.chorus_state == "rejected":
            calls["rejected"] = str(line.id), lambda move: " ".join(move._chorus_line_errors())
        elif self.chorus_state == "checking":
            deposit = line.deposit_id
            if deposit.error_code == "found_different" or deposit._chorus_unknown_for(timing.CALL_AFTER):
                reason = f"{deposit} {deposit.error_code == 'found_different'}"
                calls["unknown"] = reason, lambda move: " ".join(move._chorus_line_errors())
        elif line.outcome == "pending" and line.deposit_id._chorus_is_silent():
            calls["unknown"] = f"{line.deposit_id} silent", lambda move: " ".join(move._chorus_line_errors())
        elif status and status.activity and self.chorus_state == status.state and not self._chorus_dealt_with():
            kind = "refused" if status.state in ("refused", "cancelled") else "handle"
            calls[kind] = f"{status.code} {self.chorus_status_at}", lambda move: move._chorus_why_text()
        doubt = self.chorus_action_ids.filtered(lambda action: action.state == "unknown")
        if doubt and doubt._chorus_unknown_for(timing.CALL_AFTER):
            calls["unknown"] = str(doubt), lambda move: move.chorus_action_ids[:1]._chorus_notification()["params"]["message"]
        if self._chorus_is_late():
            calls["late"] = str(self.chorus_expected_date), lambda move: move._chorus_late_text()
        return calls

    def _chorus_dealt_with(self):
        """Whether this refused invoice was cancelled by a credit note."""
        self.ensure_one()
        return self.payment_state == "reversed"

    def _chorus_why_text(self):
        """Status, comment, and what to do, in one sentence each."""
        self.ensure_one()
        lang = self.env.lang
        status = statuses.get(self.chorus_status)
        known = motifs.recognise(self.chorus_status_comment) if self.chorus_status_comment else []
        words = [f"{status.label.of(lang)}."]
        if self.chorus_status_comment:
            words.append(f"« {self.chorus_status_comment} » —")
        words += [f"{motif.cause.of(lang)} {motif.remedy.of(lang)}" for motif in known] or [status.advice.of(lang)]
        return " ".join(words)

    def _chorus_over_text(self):
        """What ended a call, for the chatter."""
        self.ensure_one()
        return self.env._("Chorus Pro: %s.", self._chorus_shown_status() or self.env._("nothing left to do"))

    def _chorus_shown_status(self):
        """Chorus Pro's status, before there is one our own state, in words; False for an invoice that does not concern it."""
        self.ensure_one()
        states = dict(self._fields["chorus_state"]._description_selection(self.env))
        return self.chorus_status_label or states.get(self.chorus_state, False)

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
    def _cron_people(self):
        """Every day: call people for what time alone changed (payments that are late, or no longer)."""
        types = [self.env.ref(name).id for name in CALLS.values()]
        called = self.env["mail.activity"].sudo().search([("activity_type_id", "in", types)]).mapped("res_id")  # sudo: cron
        late = self.sudo().search([*self._chorus_late_domain(), ("company_id.chorus_environment", "!=", False)])  # sudo: cron
        moves = late | self.sudo().browse(called).exists()  # sudo: cron
        # those of which nobody knows first: a run that is cut short begins again
        moves = moves.sorted(lambda move: "late" in (move.chorus_called or {}))
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(moves))
        for move in moves:
            guarded(move, "_chorus_call_people")
            if not progress(1):
                return
