"""What is to be said of an invoice and Chorus Pro, each thing with what to do about it and a way there."""

from typing import NamedTuple

from odoo import models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import format_datetime

from ...services import vat_number
from ...services.api.errors import failure
from ...services.document.invoice import Invoice
from ...services.follow import expiry
from ...services.vocabulary import messages, states
from ...services.vocabulary.places import FAILURES, LABELS, Place
from . import other_channels

#: Where only some may go.
RESERVED = {Place.SUPPLIER, Place.SETTINGS, Place.TAXES}


class Notice(NamedTuple):
    """Something to say of an invoice, in the user's language.

    ``remedy``: what to do about it. ``blocks``: it cannot be sent like this. ``asks``: a person must see it first, so it does not
    leave by itself. ``place``: where it is mended, None when there is nothing to open. ``words``: the platform's own.
    """

    message: str
    remedy: str = ""
    blocks: bool = False
    place: Place | None = None
    asks: bool = False
    words: str = ""


class Look(NamedTuple):
    """An invoice looked at before it is sent.

    ``notices``: all there is to say of it, what blocks first. ``document``: what it was read into, None where there was no point.
    """

    notices: list[Notice]
    document: Invoice | None = None

    def obstacles(self, by_itself=False):
        """Why it cannot be sent now, as sentences in the user's language; empty when it can.

        :param by_itself: no person looks at it first.
        """
        return [
            f"{notice.message} {notice.remedy}".strip() for notice in self.notices if notice.blocks or (by_itself and notice.asks)
        ]


class ChorusNotice(models.AbstractModel):
    """What an accountant is told of an invoice: a mix-in of ``account.move``, asked by form, list, Odoo's *Send* and cron.

    Start at ``_chorus_look``, what is to be said before it is sent, and ``_chorus_alerts``, the banners of the form.
    """

    _name = "chorus.notice"
    _description = "What is to be said of an invoice and Chorus Pro"

    # -- before it is sent ---------------------------------------------------------------------------------------------

    def _chorus_look(self, form=None, missing=None):
        """Look at this invoice before it is sent: a ``Look``.

        :param form: the ``Format`` in which it goes, where that was asked already.
        :param missing: what ``_chorus_missing_settings`` of its company gives, likewise.
        """
        self.ensure_one()
        if prior := self._chorus_prior_notice(missing):
            return Look([prior])
        form = form or self._chorus_format()
        lang, document = self.env.lang, self._chorus_document()
        notices = [
            *(Notice(text, "", True, Place.SETTINGS) for text in self._chorus_format_obstacles(form)),
            *(
                Notice(finding.message.of(lang), finding.remedy.of(lang), finding.blocks, finding.place, finding.asks)
                for finding in self._chorus_findings(document, form)
            ),
            *filter(None, [self._chorus_reporting_notice()]),
            # nothing tells whether it was mended since
            *(
                Notice(self.env._("Refused last time: %s", trouble.message), trouble.remedy, False, trouble.place)
                for trouble in (self._chorus_troubles() if self.chorus_state == "rejected" else ())
            ),
        ]
        return Look(notices, document)

    def _chorus_notices(self):
        """All there is to say of this invoice before it is sent, what blocks first."""
        return self._chorus_look().notices

    def _chorus_prior_notice(self, missing=None):
        """Why there is no point in looking at what this invoice holds; None when there is.

        :param missing: see ``_chorus_look``.
        """
        lang, prior = self.env.lang, None
        if self.chorus_state not in states.TO_LEAVE:
            if other_channels.holds(self) and not self._chorus_is_live():
                # without a remedy: nothing is wrong with it, nothing is to be mended
                return Notice(" ".join(self._chorus_held_words()), "", True)
            if self._chorus_is_live():
                waits = self._chorus_line().deposit_id.state == "ready"
                prior = (
                    self.env._("It waits to be sent already; Odoo tries again by itself.")
                    if waits
                    else self.env._("Sent to Chorus Pro already.")
                )
            elif self.state != "posted" or self.move_type not in ("out_invoice", "out_refund"):
                prior = self.env._("Only posted customer invoices and credit notes can be sent.")
            elif not self.company_id.chorus_environment:
                return Notice(failure("not_configured").remedy.of(lang), "", True, Place.SETTINGS)
            elif not self._chorus_is_chosen():
                return Notice(*self._chorus_other_method_words(), True, Place.RECIPIENT)
        if prior:
            return Notice(prior, "", True)
        if missing is None:
            missing = self.company_id._chorus_missing_settings()
        if missing:
            texts = failure("not_configured")
            return Notice(f"{texts.cause.of(lang)} ({', '.join(missing)})", texts.remedy.of(lang), True, Place.SETTINGS)
        return self._chorus_apart_remark() if self.chorus_state not in states.TO_LEAVE else None

    def _chorus_apart_remark(self):
        """Why a posted invoice of ours that is not at Chorus Pro is none to transfer; None where nothing says so."""
        return

    def _chorus_reporting_notice(self):
        """That this sale would be reported twice to the tax office; None where it would not."""
        customer = self.commercial_partner_id
        if customer.vat or not other_channels.reports_private_sales(self.company_id) or not self._chorus_is_destined():
            return None
        message = self.env._(
            "%s has no VAT number: the platform reports this sale as one to a private person (flow 10), and Chorus Pro reports it"
            " too.",
            customer.display_name,
        )
        made = vat_number.of_siren(customer.company_registry or "", customer.country_code or "")
        remedy = (
            self.env._("Fill in its VAT number; its SIREN makes %s.", made) if made else self.env._("Fill in its VAT number.")
        )
        return Notice(message, remedy, False, Place.RECIPIENT)

    def _chorus_held_words(self):
        """Why an invoice that another channel has does not go to Chorus Pro, and what to do: two sentences."""
        return (
            self.env._("It was sent already, or is being sent, %s.", other_channels.label(self.env)),
            self.env._("Chorus Pro would refuse it a second time, as a duplicate: nothing is to be sent."),
        )

    def _chorus_other_method_words(self):
        """Why an invoice whose customer is invoiced by another way does not go to Chorus Pro, and what to do: two sentences."""
        return (
            self.env._("The sending method of %s is not “by Chorus Pro”.", self.commercial_partner_id.display_name),
            self.env._("Choose it on the customer if this is a public body; else send the invoice by the customer's own method."),
        )

    def action_chorus_override(self):
        """Answer for sending this invoice in spite of a rule: the administrator's dialog."""
        self.ensure_one()
        self.check_access("read")
        return self.env["chorus.override.wizard"]._open(self)

    def _chorus_obstacles(self, by_itself=False):
        """Why this invoice cannot be sent now; see ``Look.obstacles``."""
        return self._chorus_look().obstacles(by_itself)

    def _chorus_names(self):
        """The numbers of a few invoices, how many they are when they are more."""
        return ", ".join(self.mapped("name")) if len(self) <= 5 else self.env._("%s invoices", len(self))

    def _chorus_refusal_text(self, reasons):
        self.ensure_one()
        return "\n".join([self.display_name, *(f"• {reason}" for reason in reasons)])

    # -- banners -------------------------------------------------------------------------------------------------------

    def _chorus_alerts(self):
        """What an accountant must know about this invoice and Chorus Pro now; no call is made to learn it."""
        self.ensure_one()
        return {
            **self._chorus_expiry_alert(),
            **self._chorus_maintenance_alert(),
            **self._chorus_environment_alert(),
            **self._chorus_former_environment_alert(),
            **self._chorus_other_channel_alert(),
            **self._chorus_reporting_alert(),
            **self._chorus_connection_alert(),
            **self._chorus_trouble_alerts(),
            **self._chorus_finding_alerts(),
            **self._chorus_advice_alert(),
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

    def _chorus_other_channel_alert(self):
        """Another channel has this invoice: alone, as well as Chorus Pro, or it failed."""
        if not other_channels.holds(self) or not self._chorus_is_claimed() or self.state != "posted":
            return {}
        if not self._chorus_is_live():
            look = {"action_text": self.env._("Look for it at Chorus Pro"),
                    "action_call": ("account.move", "action_chorus_find", self.ids)}  # fmt: skip
            may = self._origin and self.env.user._chorus_may_transfer()
            message = " ".join(("Chorus Pro :", *self._chorus_held_words()))
            return {"chorus_other_channel": {"level": "info", "message": message, **(look if may else {})}}
        message = self.env._(
            "Chorus Pro: this invoice left by two ways, Chorus Pro and “%s”. The second to arrive is refused as a duplicate: do"
            " not mind that refusal, the public body has the invoice once.",
            other_channels.label(self.env),
        )
        return {"chorus_other_channel": {"level": "warning", "message": message}}

    def _chorus_reporting_alert(self):
        """That this sale would be reported twice to the tax office, as long as something can be done about it."""
        begun = self.state == "draft" and self.invoice_line_ids
        if not begun and self.chorus_state in (False, "paid", *states.GONE):
            return {}
        notice = self._chorus_reporting_notice()
        if not notice:
            return {}
        words = f"Chorus Pro : {notice.message}\n{notice.remedy}"
        return {"chorus_reporting": self._chorus_alert("warning", words, notice.place)}

    def _chorus_connection_alert(self):
        """Chorus Pro is out of reach, or its statuses were not read for long."""
        if not self.chorus_state:
            return {}
        connection = self.company_id._chorus_connection()
        if connection.error_code and self.chorus_state in ("to_send", "sending", "checking", "deposited"):
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
        followed = self.chorus_state in (*states.WAITING, *states.RETURNED)
        silence = followed and self.company_id._chorus_silence_text()
        return {"chorus_silence": {"level": "warning", "message": self.env._("Chorus Pro: %s", silence)}} if silence else {}

    def _chorus_trouble_alerts(self):
        """One banner for each message of Chorus Pro on the last deposit: cause, its own words, remedy, button."""
        if self.chorus_state not in ("sending", "checking", "deposited", "rejected"):
            return {}
        level = "danger" if self.chorus_state == "rejected" else "warning"
        return {
            f"chorus_error_{rank}": self._chorus_alert(
                level,
                "\n".join(
                    filter(None, (f"Chorus Pro : {trouble.message}", trouble.words and f"« {trouble.words} »", trouble.remedy))
                ),
                trouble.place,
            )
            for rank, trouble in enumerate(self._chorus_troubles())
        }

    def _chorus_finding_alerts(self):
        """What the rules have against this invoice. On a draft they are warnings: posting is never prevented."""
        draft = self.state == "draft" and self._chorus_is_destined()
        if not draft and self.chorus_state not in states.TO_LEAVE:
            return {}
        lang = self.env.lang
        begun = not draft or bool(self.invoice_line_ids - self._chorus_begun_lines())
        return {
            f"chorus_{finding.code}": self._chorus_alert(
                "danger" if finding.blocks and not draft else "warning",
                f"Chorus Pro : {finding.message.of(lang)}\n{finding.remedy.of(lang)}",
                finding.place,
            )
            for finding in (self._chorus_findings() if begun else self._chorus_findings_at_once())
            if not (draft and finding.at_posting)
        }

    def _chorus_findings_at_once(self):
        """What is worth telling of a draft of which no line was entered yet."""
        return []

    def _chorus_maintenance_alert(self):
        """An announced maintenance holds what has still to go."""
        waits = self.chorus_state in ("to_send", "sending")
        text = waits and self.company_id._chorus_maintenance_text()
        return {"chorus_maintenance": {"level": "info", "message": text}} if text else {}

    def _chorus_expiry_alert(self):
        """The technical password is about to end, or has ended: on each invoice that has still to go or to be followed."""
        if self.chorus_state in (False, "paid", *states.GONE):
            return {}
        connection = self.company_id._chorus_connection()
        if not connection.password_ends_on or expiry.threshold(connection.password_days_left) is None:
            return {}
        return {
            "chorus_expiry": {
                "level": "danger" if connection.password_days_left <= 0 else "warning",
                "message": connection.with_context(lang=self.env.lang)._expiry_text(),
                **self._chorus_button(Place.SETTINGS),
            }
        }

    # -- what went wrong with a deposit --------------------------------------------------------------------------------

    def _chorus_troubles(self):
        """What went wrong with the deposits of these invoices: each cause once, with the platform's words and the remedy.

        :return: a list of ``Notice``.
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
                    troubles[deposit] = Notice(cause, remedy, place=Place.PORTAL, words=flow)
            elif code in ("refused", "flow_rejected") and detail:
                for told in messages.explain(detail, self.env["chorus.hooks"]._messages()):
                    troubles[told.text] = Notice(told.cause.of(lang), told.remedy.of(lang), place=told.place, words=told.text)
            elif code:
                texts = failure(code)
                # one bare word is the class of a network error (``services.api.session``): the deposit keeps it, for support
                words = "" if not detail or detail.isidentifier() else detail
                troubles[code, detail] = Notice(
                    texts.cause.of(lang), texts.remedy.of(lang), place=FAILURES.get(code), words=words
                )
        return list(troubles.values())

    def _chorus_troubles_text(self, reader=None):
        """What went wrong with its deposits, the platform's words, and what this reader is to do about it."""
        causes = [
            " ".join(filter(None, (trouble.words and f"« {trouble.words} »", trouble.message)))
            for trouble in self._chorus_troubles()
        ]
        return " ".join([*causes, self._chorus_advice_text(reader)])

    def _chorus_line_errors(self):
        """What went wrong with its deposits as sentences, where no button can stand."""
        return [
            " ".join(filter(None, (trouble.words and f"« {trouble.words} »", trouble.message, trouble.remedy)))
            for trouble in self._chorus_troubles()
        ]

    # -- the buttons beside what is to be mended -----------------------------------------------------------------------

    def _chorus_button(self, place):
        """The button that leads where something is mended, as alerts take it.

        :param place: a ``Place``, or None.
        :return: ``action_text`` with ``action`` or ``action_call``; empty when there is nothing to open, or no right to.
        """
        self.ensure_one()
        move = self._origin  # alerts are computed in onchanges too; what is not saved yet is mended on the spot
        way = move._chorus_way(place) if place and move else {}
        return {"action_text": LABELS[place].of(self.env.lang), **way} if way else {}

    def _chorus_alert(self, level, message, place):
        """A banner with its button; who may not go there is told whom to ask.

        :param place: see ``_chorus_button``.
        """
        button = self._chorus_button(place)
        if not button and place in RESERVED and self._origin and not (place is Place.TAXES and self._chorus_lacks_taxes()):
            message = " ".join((message, self.env._("Your administrator can do it.")))
        return {"level": level, "message": message, **button}

    def _chorus_way(self, place):
        """How to get to a place: a dict with ``action`` or ``action_call`` and maybe words of its own, or an empty one."""
        return getattr(self, f"_chorus_way_to_{place}")()

    def _chorus_mended(self, place):
        """The record that is mended there: the same one for all the invoices that suffer from it."""
        self.ensure_one()
        return {
            "recipient": self.commercial_partner_id,
            "supplier": self.company_id,
            "settings": self.company_id,
        }.get(str(place)) or self

    def _chorus_refusal(self, refused):
        """The error that tells why nothing can be sent; with the way to the set-up when the company is not connected."""
        text = "\n\n".join(move._chorus_refusal_text(why) for move, why in refused.items())
        company = self.company_id[:1]
        if company._chorus_missing_settings() and not self.env.su and self.env["chorus.setup"]._may_connect(company):
            action = self.env.ref("l10n_fr_chorus_pro.action_chorus_setup")
            return RedirectWarning(text, action.id, self.env._("Connect to Chorus Pro"), {"chorus_company_id": company.id})
        return UserError(text)

    def _chorus_way_to_number(self):
        may = self.state == "posted" and not self.inalterable_hash and not self._chorus_is_live()
        return self._chorus_dialog(self, "view_move_form_number", self.env._("Number of the invoice")) if may else {}

    def _chorus_way_to_references(self):
        return self._chorus_dialog(self, "view_move_form_references", self.env._("References asked for by the public body"))

    def _chorus_way_to_bank(self):
        return self._chorus_dialog(self, "view_move_form_bank", self.env._("Your bank account"))

    def _chorus_way_to_draft(self):
        may = self.state == "posted" and self.show_reset_to_draft_button and self.has_access("write")
        return {"action_call": ("account.move", "button_draft", self.ids)} if may else {}

    def _chorus_way_to_original(self):
        return self._chorus_dialog(self, "view_move_form_chorus_origin", self.env._("Invoice that this credit note corrects"))

    def _chorus_way_to_attachments(self):
        return self._chorus_dialog(self, "view_move_form_chorus_files", self.env._("Attachments for Chorus Pro"))

    def _chorus_way_to_lookup(self):
        if not self._chorus_is_live():  # Odoo has nothing to ask about
            return {**self._chorus_way_to_portal(), "action_text": LABELS[Place.PORTAL].of(self.env.lang)}
        may = self.env.user.has_group("l10n_fr_chorus_pro.group_chorus_user")
        return {"action_call": ("account.move", "action_chorus_refresh", self.ids)} if may else {}

    def _chorus_way_to_recipient(self):
        customer = self.commercial_partner_id
        title = self.env._("The customer, as Chorus Pro knows it")
        # who may not change customers sees whom to ask about
        return self._chorus_dialog(customer, "view_partner_form_identity", title) or {"action": customer._get_records_action()}

    def _chorus_way_to_supplier(self):
        return self._chorus_dialog(
            self.company_id, "view_company_form_identity", self.env._("Your company, as Chorus Pro knows it")
        )

    def _chorus_way_to_taxes(self):
        taxes = self.invoice_line_ids.tax_ids
        if not self._chorus_lacks_taxes():
            may = taxes.has_access("write")
            return {"action": taxes._get_records_action(name=self.env._("Taxes of the invoice"))} if may else {}
        # a line has none: it is the line that is mended
        draft = self._chorus_way_to_draft()
        return {**draft, "action_text": LABELS[Place.DRAFT].of(self.env.lang)} if draft else {}

    def _chorus_lacks_taxes(self):
        """Whether a line has no tax: whoever made the invoice chooses one."""
        return not all(line.tax_ids for line in self.invoice_line_ids if line.display_type == "product")

    def _chorus_way_to_market(self):
        return {}

    def _chorus_way_to_earlier(self):
        return {}

    def _chorus_way_to_by_hand(self):
        return {}

    def _chorus_way_to_credit(self):
        return {}

    def _chorus_way_to_remake(self):
        return {}

    def _chorus_way_to_settings(self):
        if not self.env["chorus.setup"]._may_connect(self.company_id):
            return {}
        action = self.env.ref("l10n_fr_chorus_pro.action_chorus_setup")
        return {"action": {"type": "ir.actions.server", "id": action.id, "context": {"chorus_company_id": self.company_id.id}}}

    def _chorus_way_to_portal(self):
        target = self.company_id._chorus_target()
        return {"action": {"type": "ir.actions.act_url", "url": target.portal_url, "target": "new"}} if target else {}

    def _chorus_dialog(self, record, view, title):
        """A small form with just what is to be mended; saving it reloads the invoice."""
        if not record.has_access("write"):
            return {}
        return {
            "action": {
                "type": "ir.actions.act_window",
                "name": title,
                "res_model": record._name,
                "res_id": record.id,
                "views": [(self.env.ref(f"l10n_fr_chorus_pro.{view}").id, "form")],
                "target": "new",
                "context": {"dialog_size": "medium"},
            }
        }
