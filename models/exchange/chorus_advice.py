from odoo import models
from odoo.tools import format_datetime

from ...services.follow import advice
from ...services.text import Text
from ...services.vocabulary import motifs, states, statuses
from .chorus_action import OPEN

#: What became of an answer of ours, by the state of its record, as advice knows it.
ANSWERS = {"ready": "waiting", "sending": "waiting", "unknown": "lost", "refused": "refused", "done": "done"}


class ChorusAdvice(models.AbstractModel):
    """What is to be done about an invoice at Chorus Pro, by whoever reads it: a mix-in of ``account.move``.

    ``services.follow.advice`` decides, and all that tells people what to do asks here: banners, "What to do", activities, dialogs
    and mails. Start at ``_chorus_advice``.
    """

    _name = "chorus.advice"
    _description = "What is to be done about an invoice at Chorus Pro"

    def _chorus_advice(self, reader=None):
        """What is to be done about this invoice now, as an ``advice.Advice``; None where it does not concern Chorus Pro.

        :param reader: the ``res.users`` who reads; the user of the environment otherwise.
        """
        self.ensure_one()
        return advice.advise(self._chorus_case(), self._chorus_reader(reader or self.env.user)) if self.chorus_state else None

    def _chorus_advice_text(self, reader=None):
        """The same in words of the record's language; "" where there is nothing to say."""
        told = self._chorus_advice(reader)
        return told.sentence.of(self.env.lang) if told else ""

    def _chorus_reader(self, user):
        """What advice must know of a user, as an ``advice.Reader``."""
        sends, bills = user._chorus_may_transfer(), user.has_group("account.group_account_invoice")
        return advice.Reader(sends, bills, "" if sends and bills else self._chorus_whom(user).name or "")

    def _chorus_whom(self, user):
        """Whom a user asks who may not transfer invoices: the first of those who may, known with this invoice or not."""
        candidates = self._chorus_people().filtered(lambda one: one != user and one.active and one._chorus_may_transfer())
        return (candidates or self.env["res.users"]._chorus_who_transfers(self.company_id) - user)[:1]

    def _chorus_people(self):
        """The users who have to do with this invoice, the first to ask in front."""
        return self.sudo().invoice_user_id | self._chorus_line().deposit_id.user_id  # sudo: whom one may ask

    def _chorus_case(self):
        """This invoice as far as advice depends on it: an ``advice.Case``."""
        self.ensure_one()
        status = statuses.get(self.chorus_status) if self.chorus_status else None
        known = motifs.recognise(self.chorus_status_comment)
        deposit = self._chorus_line().deposit_id
        replacement = self.sudo().chorus_replaced_by_ids[:1]  # sudo: the number of what took its place
        remedies, answer = [trouble.remedy for trouble in self._chorus_troubles()], ""
        action = self.sudo().chorus_action_ids[:1]  # sudo: what became of an answer is for whoever sees the invoice
        if action.kind in self._chorus_possible() and action.kind != "reissue":
            # what answered an earlier suspension says nothing of this one, nor does an answer of which no time was kept
            since = self.chorus_status_at
            past = action.state == "done" and since and not (action.done_at and action.done_at >= since)
            answer = "" if past else ANSWERS.get(action.state, "")
            remedies += [action.error_remedy] if answer == "refused" and action.error_remedy else []
        return advice.Case(
            state=self.chorus_state,
            status=self.chorus_status or "",
            motifs=tuple(motif.code for motif in known) if status and status.needs_reason else (),
            remedies=tuple(Text(text, text) for text in remedies if text),
            obstacles=self.chorus_state in ("to_send", "to_file") and self._chorus_is_blocked(),
            planned=self._chorus_planned(),
            doubt=self._chorus_doubt(deposit),
            answer=answer,
            paid=self.payment_state in ("paid", "in_payment"),
            credited=self.chorus_state == "cancelled" and self._chorus_dealt_with(),
            replacement=replacement.name or "",
            drafted=replacement.state == "draft",
        )

    def _chorus_is_blocked(self):
        """Whether a banner of ours tells what keeps it from being sent."""
        return any(name.startswith("chorus_") and alert["level"] == "danger" for name, alert in (self.alerts or {}).items())

    def _chorus_planned(self):
        """When it leaves by itself, in words; "" when a person sends it."""
        if self.chorus_state != "to_send" or not self.chorus_auto_at or self.chorus_hold:
            return ""
        return format_datetime(self.env, self.chorus_auto_at)

    def _chorus_doubt(self, deposit):
        if self.chorus_state != "checking":
            return ""
        return "decide" if deposit.error_code == "found_different" else "lost"

    # -- in words ------------------------------------------------------------------------------------------------------

    def _chorus_told_text(self, remedies=False):
        """What Chorus Pro said of this invoice: status, the public body's own words, what they mean.

        :param remedies: also what is to be settled or looked up, as in a dialog that does the rest.
        """
        self.ensure_one()
        lang = self.env.lang
        known = motifs.recognise(self.chorus_status_comment)
        words = [f"{statuses.get(self.chorus_status).label.of(lang)}."]
        if self.chorus_status_comment:
            words += [f"« {self.chorus_status_comment} » —", *(motif.cause.of(lang) for motif in known)]
        if remedies:
            words += [motif.remedy.of(lang) for motif in known]
        return " ".join(words).removesuffix(" —")

    def _chorus_why_text(self, reader=None):
        """What Chorus Pro said, what became of our answer, and what this reader is to do about it."""
        return " ".join(filter(None, (self._chorus_told_text(), self._chorus_answer_text(), self._chorus_advice_text(reader))))

    def _chorus_answer_text(self):
        """What keeps our answer from being through; "" when nothing does."""
        action = self.sudo().chorus_action_ids[:1]  # sudo: what became of an answer is for whoever sees the invoice
        if action.state not in (*OPEN, "refused") or action.kind not in self._chorus_possible():
            return ""
        return " ".join(filter(None, (action.error_cause, action.error_detail and f"« {action.error_detail} »")))

    def _chorus_advice_alert(self):
        """The banner of what is to be done, where the state alone does not say it; its colour is that of the advice."""
        # whoever has no button is told who has
        asks = self.chorus_state in ("to_send", "to_file") and not self.env.user._chorus_may_transfer()
        if not asks and self.chorus_state not in (*states.RETURNED, *states.GONE, *states.WAITING, "checking"):
            return {}
        reader = self._chorus_reader(self.env.user)
        # what keeps it from being sent stands in the other banners
        case = advice.Case(self.chorus_state, planned=self._chorus_planned()) if asks else self._chorus_case()
        told = advice.advise(case, reader)
        if self.chorus_state in (*states.RETURNED, *states.TURNED_DOWN):
            message = self.env._("Chorus Pro: %s", self._chorus_why_text())
        elif asks or case.credited or case.doubt in ("by_hand", "decide") or self._chorus_is_asked(case, told):
            message = f"Chorus Pro : {told.sentence.of(self.env.lang)}"
        else:
            return {}
        return {"chorus_status": {"level": str(told.group), "message": message, **self._chorus_press(told, case)}}

    def _chorus_is_asked(self, case, told):
        """Whether something is ours to do while others have it, which no banner of its own tells."""
        own_banner = case.remedies or case.expected or case.delay
        return self.chorus_state in states.WAITING and told.group is states.Group.MINE and not own_banner

    def _chorus_press(self, told, case):
        """The button beside that banner, as alerts take it."""
        name = told.button and advice.label(told.button, case).of(self.env.lang)
        if told.button is advice.Button.OPEN_NEW:
            return {"action_text": name, "action": self.chorus_replaced_by_ids[:1]._get_records_action()}
        if told.button is advice.Button.NOT_FILED:
            return {"action_text": name, "action_call": ("account.move", "action_chorus_not_filed", self.ids)}
        if told.button is advice.Button.DECIDE:
            return {"action_text": name, "action": self._chorus_line().deposit_id.sudo(False)._get_records_action()}
        if self.chorus_status_comment and self.chorus_state in (*states.RETURNED, *states.TURNED_DOWN):
            # the client drops what a server call returns: the dialog is opened as an action
            return {"action_text": self.env._("Why?"), "action": self._chorus_why_action()}
        return {}
