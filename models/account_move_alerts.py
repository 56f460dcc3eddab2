from typing import NamedTuple

from odoo import api, models
from odoo.tools import format_datetime

from ..services.api.errors import failure
from ..services.rules.situations import TOLD_AT_ONCE
from ..services.vocabulary import messages, statuses
from ..services.vocabulary.places import FAILURES, Place

#: What posting settles by itself, thus no matter for a draft.
SETTLED_BY_POSTING = {"R-04.missing", "R-16.missing"}


class Trouble(NamedTuple):
    """Something that went wrong with a deposit, in the user's language.

    ``words``: the platform's own, ``""`` without any. ``place``: where it is mended, None when there is nothing to open.
    """

    cause: str
    remedy: str
    words: str = ""
    place: Place | None = None


class AccountMove(models.Model):
    """What an accountant is told of an invoice and Chorus Pro: the banners of the form, each with what to do and a way there."""

    _inherit = "account.move"

    # EXTENDS 'account'
    @api.depends("state", "partner_id", "partner_bank_id", "chorus_state", "chorus_status",
                 "chorus_deposit_line_ids.deposit_id.error_code", "buyer_reference", "contract_reference",
                 "purchase_order_reference", "chorus_market_id")  # fmt: skip
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS 'account'
    def _get_alerts(self):
        alerts = super()._get_alerts()
        alerts.update(self._chorus_alerts())
        return alerts

    def _chorus_alerts(self):
        """What an accountant must know about this invoice and Chorus Pro now; no call is made to learn it."""
        self.ensure_one()
        return {
            **self._chorus_environment_alert(),
            **self._chorus_former_environment_alert(),
            **self._chorus_connection_alert(),
            **self._chorus_trouble_alerts(),
            **self._chorus_finding_alerts(),
            **self._chorus_status_alert(),
        }

    def _chorus_environment_alert(self):
        text = self.chorus_state and self._chorus_environment_text()
        return {"chorus_environment": {"level": "info", "message": text}} if text else {}

    def _chorus_environment_text(self):
        """Where these invoices go when none of them goes to production; False where some really leave."""
        environments = set(self.company_id.mapped("chorus_environment")) - {False}
        if not environments or "production" in environments:
            return False
        names = dict(self.env["chorus.environment"]._selection_environment())
        shown = ", ".join(sorted(map(names.get, environments)))
        return self.env._("Chorus Pro: %s. Nothing reaches a public body.", shown)

    def _chorus_former_environment_alert(self):
        """Where an invoice is held by a deposit that the company's present environment knows nothing of, and the way out."""
        deposit = self._chorus_line().filtered("live").deposit_id
        if not deposit.other_environment or not self.company_id.chorus_environment:
            return {}
        environment = dict(deposit._selection_environment())[deposit.environment]
        words = [self.env._("Chorus Pro: sent in another environment, %s. It is not followed there now.", environment)]
        if deposit.environment != "production":
            words.append(
                self.env._(
                    "No public body received it. To send it again, an administrator of Chorus Pro opens the deposit and uses"
                    " “It was a test: release”."
                )
            )
        button = {"action_text": self.env._("Open the deposit"), "action": deposit.sudo(False)._get_records_action()}
        return {"chorus_former_environment": {"level": "warning", "message": " ".join(words), **button}}

    def _chorus_connection_alert(self):
        connection = self.env["chorus.connection"]._known(self.company_id)
        if not connection.error_code or self.chorus_state not in ("to_send", "sending", "checking", "deposited"):
            return {}
        return {
            "chorus_connection": self._chorus_alert(
                "warning",
                self.env._(
                    "Chorus Pro, since %(since)s: %(cause)s %(remedy)s",
                    since=format_datetime(self.env, connection.error_since),
                    cause=connection.error_cause,
                    remedy=connection.error_remedy,
                ),
                FAILURES.get(connection.error_code),
            )
        }

    def _chorus_trouble_alerts(self):
        """One banner for each message of Chorus Pro on the last deposit: cause, its own words, remedy, button."""
        if self.chorus_state not in ("sending", "checking", "deposited", "rejected"):
            return {}
        level = "danger" if self.chorus_state == "rejected" else "warning"
        return {
            f"chorus_error_{rank}": self._chorus_alert(
                level,
                "\n".join(
                    filter(None, (f"Chorus Pro : {trouble.cause}", trouble.words and f"« {trouble.words} »", trouble.remedy))
                ),
                trouble.place,
            )
            for rank, trouble in enumerate(self._chorus_troubles())
        }

    def _chorus_finding_alerts(self):
        """What the rules have against this invoice. On a draft they are warnings: posting is never prevented."""
        draft = self.state == "draft" and self._chorus_is_destined()
        if not draft and self.chorus_state not in ("to_send", "rejected"):
            return {}
        lang = self.env.lang
        if draft and not self.invoice_line_ids - self._chorus_begun_lines():
            findings = [finding for finding in self._chorus_market_findings() if finding.code in TOLD_AT_ONCE]
        else:
            findings = self._chorus_findings()
        return {
            f"chorus_{finding.code}": self._chorus_alert(
                "danger" if finding.blocks and not draft else "warning",
                f"Chorus Pro : {finding.message.of(lang)}\n{finding.remedy.of(lang)}",
                finding.place,
            )
            for finding in findings
            if not (draft and finding.code in SETTLED_BY_POSTING)
        }

    def _chorus_status_alert(self):
        if self.chorus_state not in ("to_complete", "refused") or not self.chorus_status:
            return {}
        lang, status = self.env.lang, statuses.get(self.chorus_status)
        words = [f"Chorus Pro : {status.label.of(lang)}."]
        if self.chorus_status_comment:
            words.append(f"« {self.chorus_status_comment} » —")
        words.append(status.advice.of(lang))
        level = "danger" if self.chorus_state == "refused" else "warning"
        return {"chorus_status": {"level": level, "message": " ".join(words)}}

    # -- what went wrong with a deposit --------------------------------------------------------------------------------

    def _chorus_troubles(self):
        """What went wrong with the deposits of these invoices: each cause once, with the platform's words and the remedy.

        :return: a list of ``Trouble``.
        """
        lang, troubles = self.env.lang, {}
        for move in self:
            line = move._chorus_line()
            deposit = line.deposit_id
            code = deposit.error_code or (line.message and "flow_rejected")
            detail = line.message or deposit.error_detail
            if move.chorus_state == "deposited":
                standstill = line.outcome == "pending" and deposit._chorus_standstill()
                if standstill:
                    cause, remedy = standstill.cause.of(lang), standstill.remedy.of(lang)
                    flow = self.env._("Flow %s", deposit.flow_number)
                    troubles[deposit] = Trouble(cause, remedy, flow, Place.PORTAL)
            elif code in ("refused", "flow_rejected") and detail:
                for told in messages.explain(detail):
                    troubles[told.text] = Trouble(told.cause.of(lang), told.remedy.of(lang), told.text, told.place)
            elif code:
                texts = failure(code)
                # one bare word is the class of a network error (``services.api.session``): the deposit keeps it, for support
                words = "" if not detail or detail.isidentifier() else detail
                troubles[code, detail] = Trouble(texts.cause.of(lang), texts.remedy.of(lang), words, FAILURES.get(code))
        return list(troubles.values())

    def _chorus_line_errors(self):
        """The same as sentences, where no button can stand."""
        return [
            " ".join(filter(None, (trouble.words and f"« {trouble.words} »", trouble.cause, trouble.remedy)))
            for trouble in self._chorus_troubles()
        ]
