from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..services.document.formats import FORMATS
from ..services.document.invoice import ZERO, VatCategory
from ..services.follow import works, works_clock
from ..services.follow.works import Channel
from ..services.rules.rule import FileFormat
from ..services.vocabulary import frameworks, statuses
from ..services.vocabulary.frameworks import Role
from ..services.vocabulary.places import Place
from .account_move_findings import Remark

#: What only a file of data must have, as fields and as codes of rules: the portal asks nothing of the kind of a PDF. All that
#: concerns any invoice, its lines and its VAT first of all, is asked of a document filed by hand too.
OF_THE_FILE = {"framework", "payment_means", "iban", "BR-23.unit", "R-26.number", "R-27.lines", "R-27.length", "BR-O-11.scope"}


class AccountMove(models.Model):
    """A document of a market on its way: filed by hand where nothing else is documented, and who must act now until when."""

    _inherit = "account.move"

    chorus_by_hand = fields.Boolean(compute="_compute_chorus_by_hand", help="Filed on the portal by a person.")
    chorus_dossier = fields.Char(
        "Billing file", copy=False, readonly=True, index="btree_not_null", help="numeroDossierFacturation"
    )
    chorus_piece = fields.Char(
        "Code of the live document", copy=False, readonly=True, help="Framework of the document of the billing file alive now."
    )
    chorus_piece_label = fields.Char("Document to follow", compute="_compute_chorus_turn")
    chorus_waiting_since = fields.Datetime("Waiting since", copy=False, readonly=True)
    chorus_waiting_for = fields.Char("Who must act", compute="_compute_chorus_turn")
    chorus_deadline = fields.Datetime("Answer expected by", compute="_compute_chorus_turn")
    chorus_clock = fields.Char("Delay", compute="_compute_chorus_turn")
    chorus_next = fields.Char("What we file next", compute="_compute_chorus_turn")

    @api.depends("chorus_framework")
    def _compute_chorus_by_hand(self):
        for move in self:
            move.chorus_by_hand = bool(move.chorus_framework) and works.channel(move.chorus_framework) is Channel.HAND

    @api.depends("chorus_status", "chorus_piece", "chorus_framework", "chorus_waiting_since", "chorus_market_id.role")
    @api.depends_context("lang")
    def _compute_chorus_turn(self):
        lang, now = self.env.lang, fields.Datetime.now()
        for move in self:
            status = statuses.get(move.chorus_status) if move.chorus_status and move.chorus_market_id else None
            framework = frameworks.get(move.chorus_piece or move.chorus_framework)
            alive = status and status.state not in ("paid", "cancelled")
            move.chorus_piece_label = move.chorus_piece and f"{framework.code} – {framework.label.of(lang)}"
            move.chorus_waiting_for = alive and status.who.label.of(lang)
            clock = move._chorus_running_clock()
            move.chorus_deadline = clock and clock.due
            text = clock and (clock.passed if clock.is_passed(now) else clock.running)
            move.chorus_clock = text and text.of(lang).format(
                due=format_date(self.env, clock.due.date()), since=format_date(self.env, clock.since.date())
            )
            ours = works.next_of_ours(move.chorus_framework, Role(move.chorus_market_id.role)) if alive else []
            move.chorus_next = ", ".join(f"{one.code} – {one.label.of(lang)}" for one in ours)

    def _chorus_running_clock(self):
        """The delay that runs for this document, as a ``works_clock.Clock``; None when none does."""
        self.ensure_one()
        if not self.chorus_status or not self.chorus_market_id or not self.chorus_waiting_since:
            return None
        return works_clock.clock(self.chorus_status, self.chorus_piece or self.chorus_framework or "", self.chorus_waiting_since)

    # -- sending -------------------------------------------------------------------------------------------------------

    # EXTENDS models/account_move_format
    def _chorus_format(self):
        chosen, form = super()._chorus_format()
        if chosen is not FileFormat.UBL and works.channel(self.chorus_framework or "A1") is Channel.SUBMIT:
            # only these two name a validator (REFERENCE §2.A, UBL_WORKS §2)
            printable = self.invoice_pdf_report_id or self._chorus_can_print()
            chosen = FileFormat.PDF if printable else FileFormat.UBL
            return chosen, FORMATS[chosen]
        return chosen, form

    # EXTENDS models/account_move_document
    def _chorus_findings(self):
        found = super()._chorus_findings()
        if self.chorus_by_hand:
            # a person files the PDF
            left_out = OF_THE_FILE if self._chorus_unexplained_lines() else OF_THE_FILE | {"R-22.reason"}
            found = [
                finding
                for finding in found
                if finding.code.startswith(("market.", "works.")) or not {finding.field, finding.code} & left_out
            ]
        return found

    def _chorus_unexplained_lines(self):
        """The lines on which no VAT is charged and nothing says why, but a retention: it is kept back at payment."""
        self.ensure_one()

        def unexplained(line):
            taxes = line.tax_ids.flatten_taxes_hierarchy()
            vat = self._chorus_vat(taxes.filtered(lambda tax: tax.amount_type == "percent")[:1])
            return vat.category is VatCategory.EXEMPT and not (vat.reason or vat.reason_code)

        return (self.invoice_line_ids - self._chorus_begun_lines()).filtered(
            lambda line: line.display_type == "product" and line.chorus_line_kind != "retention" and unexplained(line)
        )

    # EXTENDS models/account_move_findings
    def _chorus_remarks(self):
        remarks = super()._chorus_remarks()
        if self.chorus_by_hand and self.chorus_state in ("to_send", "rejected"):
            by_hand = self.env._("A works document is filed on the Chorus Pro portal.")
            remedy = self.env._("“File on the portal”, on the invoice, prepares all that the portal asks.")
            remarks.insert(0, Remark(by_hand, remedy, True, Place.BY_HAND))
        return remarks

    def _chorus_way_to_by_hand(self):
        return {"action_call": ("account.move", "action_chorus_by_hand", self.ids)} if self.chorus_by_hand else {}

    def action_chorus_by_hand(self):
        """Open the assistant that prepares what the portal asks for."""
        self.ensure_one()
        self._chorus_check_user()
        self.check_access("write")
        problems = self._chorus_by_hand_obstacles()
        if problems:
            raise UserError("\n".join([self.display_name, *(f"• {problem}" for problem in problems)]))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("File %s on the portal", self.name),
            "res_model": "chorus.works.deposit",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def _chorus_by_hand_obstacles(self):
        """Why this document cannot be filed by hand now, in the user's language; empty when it can."""
        self.ensure_one()
        if not self.chorus_by_hand or self.chorus_state not in ("to_send", "rejected"):
            return [self.env._("There is nothing to file on the portal.")]
        lang = self.env.lang
        return [f"{finding.message.of(lang)} {finding.remedy.of(lang)}" for finding in self._chorus_findings() if finding.blocks]

    def _chorus_kept_back(self):
        """The retention on lines without VAT, which no VAT is taken off: a ``Decimal``, 0 when none is kept back.

        A retention that bears VAT lowers the base and its VAT together, and a release gives back: neither is counted.
        """
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product"
                and line.chorus_line_kind == "retention"
                and line.currency_id.compare_amounts(line.price_total, line.price_subtotal) == 0
            )
        )
        return max(ZERO, self._chorus_money(-sum(lines.mapped("price_subtotal"))))

    def action_chorus_next_document(self):
        """Start the document that we file after this one, such as A8 after the general statement."""
        self.ensure_one()
        self.check_access("write")
        return self.chorus_market_id.action_new_invoice()

    # -- what comes back -----------------------------------------------------------------------------------------------

    # EXTENDS 'account'
    def write(self, vals):
        if "chorus_status" not in vals:
            return super().write(vals)
        before = {move: move._chorus_turn() for move in self}
        result = super().write(vals)
        for move, turn in before.items():
            # the delay of a party runs on through its own statuses
            if move.chorus_market_id and (move._chorus_turn() is not turn or not move.chorus_waiting_since):
                move.chorus_waiting_since = move.chorus_status_at
                move._chorus_forget_reminders()
        return result

    def _chorus_turn(self):
        """Whose turn it is, as an ``Actor``; None when Chorus Pro has said nothing yet."""
        self.ensure_one()
        return statuses.get(self.chorus_status).who if self.chorus_status else None

    # EXTENDS models/chorus_status_entry
    def _chorus_want_history(self):
        # the history of one document is not that of its billing file, which the searches tell
        super(AccountMove, self.filtered(lambda move: not move.chorus_by_hand))._chorus_want_history()

    def _chorus_remind(self):
        """Call a person about these documents whose delay has passed, once for each delay, even when it was done since."""
        now = fields.Datetime.now()
        for move in self:
            clock = move._chorus_running_clock()
            if not clock or not clock.reminder or not clock.is_passed(now):
                continue
            reason = f"{clock.reminder.en} {move.chorus_waiting_since}"
            if not move._chorus_was_called("clock", reason):
                person = move._chorus_person()
                speaking = move.with_context(lang=person.lang or self.env.lang)
                speaking.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=clock.reminder.of(speaking.env.lang),
                    note=speaking.chorus_clock,
                    user_id=person.id,
                )
                move._chorus_note_call("clock", reason, person)

    def _chorus_forget_reminders(self):
        """The party has answered: nobody has to remind it any more."""
        wanted = {text.of(lang) for text in works_clock.reminders() for lang in ("en", "fr")}
        self.sudo().activity_ids.filtered(lambda activity: activity.summary in wanted).unlink()  # sudo: others' activities

    # -- alerts --------------------------------------------------------------------------------------------------------

    # EXTENDS 'account'
    @api.depends("chorus_waiting_since", "chorus_piece")
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS models/account_move_alerts
    def _chorus_alerts(self):
        alerts = super()._chorus_alerts()
        clock = self._chorus_running_clock()
        if clock:
            passed = clock.is_passed(fields.Datetime.now())
            level = "warning" if passed and clock.reminder else "info"
            alerts["chorus_clock"] = {"level": level, "message": f"Chorus Pro : {self.chorus_clock}"}
        return alerts
