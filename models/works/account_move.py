from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.sql import column_exists, create_column

from ...services.document.en16931 import DocumentError
from ...services.document.invoice import Period, VatCategory
from ...services.document.pdfa import PdfError, Printed
from ...services.follow import advice, works, works_clock
from ...services.rules import accounts, direct_payment, situations
from ...services.rules import market as market_rules
from ...services.vocabulary import frameworks, states, statuses
from ...services.vocabulary.actors import Actor
from ...services.vocabulary.frameworks import Role
from ...services.vocabulary.places import Place
from ...services.works.money import ZERO
from ..core.chorus_notice import Notice
from ..market.account_move import CUSTOMER_TYPES
from .chorus_deposit import _as_invoice


class AccountMove(models.Model):
    """A document of a works market: its place among the situations, how it is filed, and who must act now until when."""

    _name = "account.move"
    _inherit = ["account.move", "chorus.works.statement", "chorus.works.making", "chorus.works.account"]

    chorus_situation = fields.Integer(
        "Situation no.", compute="_compute_chorus_situation", store=True, readonly=False, copy=False, tracking=True
    )
    chorus_period_start = fields.Date(
        "Period from", compute="_compute_chorus_period_start", store=True, readonly=False, copy=False, tracking=True
    )
    chorus_period_end = fields.Date(
        "Period to", compute="_compute_chorus_period_end", store=True, readonly=False, copy=False, tracking=True
    )
    chorus_works_now = fields.Monetary("Work of this situation", compute="_compute_chorus_works")
    chorus_works_total = fields.Monetary("Work to date", compute="_compute_chorus_works")
    chorus_progress_ids = fields.One2many(
        "chorus.works.progress", "move_id", "Progress", inverse="_inverse_chorus_progress_ids", copy=False
    )
    chorus_net = fields.Monetary(
        "Net to pay", compute="_compute_chorus_net", help="As its recapitulation says it: of an account, the balance."
    )
    chorus_amounts = fields.Html(compute="_compute_chorus_amounts", sanitize=False, export_string_translation=False)
    chorus_dossier = fields.Char(
        "Billing file", copy=False, readonly=True, index="btree_not_null", help="numeroDossierFacturation"
    )
    chorus_piece_label = fields.Char("Document to follow", compute="_compute_chorus_turn")
    chorus_waiting_since = fields.Datetime("Waiting since", copy=False, readonly=True)
    chorus_waiting_for = fields.Char("Who must act", compute="_compute_chorus_turn")
    chorus_deadline = fields.Datetime("Answer expected by", compute="_compute_chorus_turn")
    chorus_next = fields.Char("What we file next", compute="_compute_chorus_turn")

    # -- situation -----------------------------------------------------------------------------------------------------

    @api.depends("chorus_market_id", "reversed_entry_id")
    def _compute_chorus_situation(self):
        for move in self:
            if not move._chorus_is_situation():
                move.chorus_situation = 0
            elif move.reversed_entry_id:
                move.chorus_situation = move.reversed_entry_id.chorus_situation
            elif not move.chorus_situation:
                move.chorus_situation = situations.proposed_number(move._chorus_other_situations())

    @api.depends("chorus_market_id", "reversed_entry_id")
    def _compute_chorus_period_start(self):
        for move in self:
            if not move._chorus_is_situation():
                move.chorus_period_start = False
            elif move.reversed_entry_id:
                move.chorus_period_start = move.reversed_entry_id.chorus_period_start
            elif not move.chorus_period_start:
                market, today = move.chorus_market_id, fields.Date.context_today(move)
                move.chorus_period_start = situations.proposed_start(
                    move._chorus_other_situations(), market.date_notified or market.date_signed or today.replace(day=1)
                )

    @api.depends("chorus_market_id", "reversed_entry_id", "chorus_period_start")
    def _compute_chorus_period_end(self):
        for move in self:
            if not move._chorus_is_situation() or not move.chorus_period_start:
                move.chorus_period_end = False
            elif move.reversed_entry_id:
                move.chorus_period_end = move.reversed_entry_id.chorus_period_end
            elif not move.chorus_period_end or move.chorus_period_end < move.chorus_period_start:
                move.chorus_period_end = situations.end_of_month(move.chorus_period_start)

    # EXTENDS 'web'
    def web_read(self, specification):
        """The form asks for the progress of every invoice: one of no works market is answered without looking for it."""
        name = "chorus_progress_ids"
        markets = self.sudo().chorus_market_id  # sudo: whoever may read an invoice need not read markets
        if name not in specification or markets.filtered("works"):
            return super().web_read(specification)
        values = super().web_read({asked: inner for asked, inner in specification.items() if asked != name})
        return [{**row, name: []} for row in values]

    # EXTENDS market
    def _inverse_chorus_framework(self):
        super()._inverse_chorus_framework()
        for move in self.filtered(lambda move: move.state == "draft" and move.chorus_progress_ids):
            # the final account pays back all of the advance
            move._chorus_remake_lines()

    def _chorus_take_whole_period(self):
        """An account tells the market from its first day on."""
        self.ensure_one()
        market = self.chorus_market_id
        if not self.chorus_period_start:
            # a person cleared it: the last day is that of the period which would come now
            self._compute_chorus_period_start()
            self.chorus_period_end = situations.end_of_month(self.chorus_period_start)
        final = self._chorus_accounts_before()[:1]
        starts = [
            *self._chorus_situation_moves().mapped("chorus_period_start"),
            market.date_notified or self.chorus_period_start,
        ]
        self.chorus_period_start = min(filter(None, starts), default=False)
        if final.chorus_period_end:
            self.chorus_period_end = final.chorus_period_end

    def _chorus_is_release(self):
        """Whether it asks for the retention back and for nothing else, once no situation can."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        kinds = set(lines.mapped("chorus_line_kind"))
        return self.chorus_market_id.works and not self.chorus_framework and kinds == {"retention"}

    def _chorus_is_situation(self):
        """Whether this is a statement, or the credit note of one, of a works market."""
        self.ensure_one()
        return self.chorus_market_id.works and self.move_type in CUSTOMER_TYPES

    @api.depends("chorus_works_now", "chorus_framework", "amount_total")
    def _compute_chorus_net(self):
        for move in self:
            balance = move._chorus_balance() if move._chorus_is_situation() else None
            move.chorus_net = move.amount_total if balance is None else float(balance)

    @api.depends(
        "chorus_market_id",
        "chorus_situation",
        "invoice_line_ids.price_subtotal",
        "invoice_line_ids.chorus_line_kind",
        "invoice_line_ids.display_type",
    )
    def _compute_chorus_works(self):
        books = {market: market._chorus_book_kinds() for market in self.chorus_market_id}
        for move in self:
            amounts = move._chorus_amounts(books.get(move.chorus_market_id))
            move.chorus_works_now = amounts["now"]
            move.chorus_works_total = amounts["total"]

    @api.depends("chorus_works_now", "chorus_works_total", "amount_untaxed", "amount_tax", "currency_id",
                 "invoice_line_ids.chorus_carried")  # fmt: skip
    @api.depends_context("lang")
    def _compute_chorus_amounts(self):
        for move in self:
            if not move._chorus_is_situation():
                move.chorus_amounts = False
                continue
            columns = move._chorus_columns()
            move.chorus_amounts = self.env["ir.qweb"]._render(
                "l10n_fr_chorus_pro.situation_amounts",
                {
                    "rows": move._chorus_statement(columns),
                    "account": move._chorus_is_account(),
                    "account_balance": move._chorus_balance_text(columns),
                    "account_title": move._chorus_is_account() and move._chorus_title(),
                    "account_due": move._chorus_is_account() and move.chorus_market_id.account_due,
                },
            )

    def _chorus_amounts(self, books=None):
        """The amounts of this situation without VAT, by what they are; ``before`` is that of the previous ones."""
        self.ensure_one()
        kinds = self._chorus_kinds()
        before = float(situations.previous(self._chorus_this_situation(), self._chorus_other_situations(books)))
        now = kinds["works"] + sum(note._chorus_kinds()["works"] for note in self._chorus_told_credits())
        return {
            "total": now + before,
            "before": before,
            "now": now,
            "revision": kinds["revision"],
            "advance": kinds["advance"] + kinds["advance_repayment"],
            "retention": kinds["retention"],
            "penalty": kinds["penalty"],
            "other": kinds["other"],
        }

    # EXTENDS 'account'
    @api.depends("chorus_market_id", "invoice_line_ids.chorus_line_kind")
    def _compute_tax_totals(self):
        super()._compute_tax_totals()
        for move in self:
            if move.tax_totals and move.chorus_market_id and move._chorus_is_situation():
                move.tax_totals = move._chorus_totals_shown(move.tax_totals)

    def _chorus_situation_moves(self):
        """The other posted documents of the market that are situations, or credit notes of one."""
        self.ensure_one()
        return (self.chorus_market_id.invoice_ids - self._origin).filtered(
            lambda move: move.state == "posted" and move.chorus_situation and move.move_type in CUSTOMER_TYPES
        )

    def _chorus_this_situation(self):
        self.ensure_one()
        kinds = self._chorus_kinds()
        return situations.Situation(
            self.chorus_situation,
            self.chorus_period_start or None,
            self.chorus_period_end or None,
            self._chorus_money(kinds["works"]),
            self._chorus_money(kinds["retention"]),
            self.invoice_date or None,
            works.is_account(self.chorus_framework),
        )

    def _chorus_other_situations(self, books=None):
        """The other statements of the market in the books, each with its credit notes deducted; fully credited ones are gone.

        :param books: what ``_chorus_book_kinds`` gave, where it was read already.
        """
        self.ensure_one()
        market = self.chorus_market_id
        if not market.works:
            return []
        moves = self._chorus_situation_moves()
        books = (books or market._chorus_book_kinds()) if moves else {}
        found = []
        for number, same in moves.grouped("chorus_situation").items():
            invoices = same.filtered(lambda move: move.move_type == "out_invoice" and not move._chorus_is_credited())
            kinds = [books.get(move.id, {}) for move in same]
            if invoices:
                last = invoices.sorted("id")[-1:]
                found.append(
                    situations.Situation(
                        number,
                        last.chorus_period_start or None,
                        last.chorus_period_end or None,
                        self._chorus_money(sum(one.get("works", 0) for one in kinds)),
                        self._chorus_money(sum(one.get("retention", 0) for one in kinds)),
                        account=works.is_account(last.chorus_framework),
                    )
                )
        return found

    def _chorus_waiting_situations(self):
        """The other statements of the market that have not left: drafts, and those to send or to correct."""
        return [
            situations.Waiting(
                move.chorus_situation,
                move.name if move.state == "posted" else "",
                move.chorus_framework if move._chorus_is_account() else "",
            )
            for move in self._chorus_waiting_moves()
        ]

    def _chorus_waiting_moves(self):
        self.ensure_one()
        return (self.chorus_market_id.invoice_ids._origin - self._origin).filtered(
            lambda move: (
                move.chorus_situation
                and move.move_type == "out_invoice"
                and not move._chorus_is_credited()
                and (move.state == "draft" or move.chorus_state in states.TO_LEAVE)
            )
        )

    # -- made of progress ----------------------------------------------------------------------------------------------

    # EXTENDS market
    def _chorus_offers(self):
        offers = super()._chorus_offers()
        if self.chorus_market_id.works and self.move_type == "out_invoice":
            if self._chorus_is_account():
                offers.append("account")
            if self.state == "posted" and self._chorus_is_empty_account() and not self._chorus_balance_settled():
                offers.append("balance_due")
            if self.state == "posted" and self._chorus_is_empty_month() and not self._chorus_is_settled():
                offers.append("nothing_due")
            if self._chorus_has_parts():
                offers.append("shares")
            if self.chorus_progress_ids:
                offers.append("progress")
            elif self.state == "draft" and self.chorus_market_id.line_ids and not self._chorus_is_release():
                offers.append("start_progress")
        elif self.chorus_market_id.works and self._chorus_credits_parts() and self._chorus_has_parts():
            offers.append("shares")
        return offers

    def _chorus_credits_parts(self):
        """Whether it is the credit note of a situation that has parts of others."""
        return bool(self.reversed_entry_id and self.reversed_entry_id._chorus_shares())

    def _chorus_has_parts(self):
        """Whether others have a part in it, or may be given one."""
        self.ensure_one()
        paid = any(party._chorus_is_paid_apart() for party in self.chorus_market_id.party_ids)
        return paid and bool(self.state == "draft" or self._chorus_shares())

    def _inverse_chorus_progress_ids(self):
        for move in self:
            move._chorus_remake_lines()

    def action_chorus_progress(self):
        """State this situation by its progress: every line as the last situation left it; what was stated here stays."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft" or not self._chorus_is_situation() or self.move_type != "out_invoice":
            raise UserError(self.env._("Only a situation in draft is stated by its progress."))
        if self.chorus_progress_ids:
            self._chorus_remake()
        else:
            self._chorus_start_progress()

    def _chorus_open_begun(self):
        """Open this situation where its month is typed."""
        view = self.env.ref("l10n_fr_chorus_pro.view_move_form_situation_begun")
        return self._get_records_action(views=[(view.id, "form")])

    def action_chorus_shares(self):
        """Open what the subcontractors are paid directly of this situation; a line for each that the market names."""
        self.ensure_one()
        self.check_access("write")
        shares = self.env["chorus.works.share"]._chorus_of(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%s: paid to others", self._chorus_title()),
            "res_model": "chorus.works.share",
            "views": [(False, "list")],
            "domain": [("id", "in", shares.ids)],
            "target": "current",
        }

    # -- accounts -------------------------------------------------------------------------------------------------------

    # EXTENDS exchange
    def _post(self, soft=True):
        in_works = self.filtered("chorus_situation")
        in_works._chorus_check_above()
        posted = super()._post(soft)
        (posted & in_works)._chorus_settle_account()
        return posted

    # EXTENDS 'account'
    @api.depends("chorus_framework", "amount_total", "chorus_state")
    def _compute_status_in_payment(self):
        super()._compute_status_in_payment()
        for move in self.filtered(lambda move: move.chorus_market_id and move.status_in_payment == "paid"):
            # Odoo calls paid what has nothing to be paid of its own
            if (move._chorus_is_empty_account() or move._chorus_is_empty_month()) and not move._chorus_is_settled():
                move.status_in_payment = "sent" if move.is_move_sent else move.state

    # EXTENDS 'account'
    def button_draft(self):
        self.filtered("chorus_situation")._chorus_check_untold()
        return super().button_draft()

    # -- filed by hand -------------------------------------------------------------------------------------------------

    @api.depends("chorus_status", "chorus_deposit_line_ids.piece", "chorus_deposit_line_ids.live", "chorus_framework",
                 "chorus_waiting_since", "chorus_market_id.role")  # fmt: skip
    @api.depends_context("lang")
    def _compute_chorus_turn(self):
        lang = self.env.lang
        for move in self:
            status = statuses.get(move.chorus_status) if move.chorus_status and move.chorus_market_id else None
            piece = move._chorus_piece()
            framework = frameworks.get(piece or move.chorus_framework)
            alive = status and status.state not in ("paid", "cancelled")
            move.chorus_piece_label = piece and f"{framework.code} – {framework.label.of(lang)}"
            move.chorus_waiting_for = alive and status.who.label.of(lang)
            clock = move._chorus_running_clock()
            move.chorus_deadline = clock and clock.due
            filed = move.chorus_market_id._chorus_filed(but=move._origin) if alive else ()
            ours = works.next_of_ours(move.chorus_framework, Role(move.chorus_market_id.role)) if alive else ()
            ours = [one for one in ours if one.code not in filed]
            move.chorus_next = ", ".join(f"{one.code} – {one.label.of(lang)}" for one in ours)

    def _chorus_piece(self):
        """The framework of the document of our billing file that is alive now, when it is not this one; else ""."""
        return self._chorus_line().filtered("live").piece or ""

    def _chorus_running_clock(self):
        """The delay that runs for this document, as a ``works_clock.Clock``; None when none does."""
        self.ensure_one()
        if not self.chorus_status or not self.chorus_market_id or not self.chorus_waiting_since:
            return None
        alive, since = self._chorus_piece() or self.chorus_framework or "", self.chorus_waiting_since
        if works.is_final(self.chorus_framework) and self._chorus_turn() is not Actor.SUPPLIER:
            # whoever handles it in turn, it runs from the day on which it was filed
            since = self._chorus_line().deposit_id.deposited_at or since
        return works_clock.clock(self.chorus_status, alive, since)

    # EXTENDS market
    def _chorus_findings_in_market(self, found):
        if self._chorus_by_hand():
            # a person files the PDF
            explained = not self._chorus_unexplained_lines()
            found = [finding for finding in found if not finding.of_file and not (explained and finding.unexplained)]
        if self.move_type == "out_invoice" and self._chorus_is_account():
            # what it takes off stands in a credit note that it tells: services/rules/accounts.py says how
            found = [finding for finding in found if finding.code != "R-17.sign"]
        return super()._chorus_findings_in_market(found)

    # EXTENDS market
    def _chorus_amended(self):
        found = super()._chorus_amended()
        for amendment, amount in self._chorus_amendments_worked().items():
            if amendment.engagement_id and amount:
                worked = self._chorus_money(amount)
                found.append(market_rules.Amended(amendment.name, worked, amendment.engagement_id.number))
        return found

    # EXTENDS market
    def _chorus_is_destined(self):
        # an account says itself what a credit note of its takes off
        apart = self._chorus_is_release() or (self.chorus_market_id and self._chorus_takes_off())
        return super()._chorus_is_destined() and not apart

    # EXTENDS market
    def _chorus_apart_remark(self):
        if self._chorus_is_release():
            message = self.env._(
                "It asks for the retention of guarantee back: no document of Chorus Pro is known to be meant for that. Send it as"
                " the public body asks."
            )
            return Notice(message, "", True, None)
        if self.chorus_market_id and self._chorus_takes_off():
            return Notice(self.env._("The account that takes it off tells it: nothing of it is sent."), "", False, Place.MARKET)
        return super()._chorus_apart_remark()

    # EXTENDS market
    def _chorus_market_findings(self):
        if self._chorus_is_release():
            return []
        found = super()._chorus_market_findings()
        if self.chorus_market_id.works and self.move_type == "out_invoice":
            stale = self._chorus_is_stale()
            found += situations.check(
                self._chorus_this_situation(),
                self._chorus_other_situations(),
                self._chorus_waiting_situations(),
                today=self.invoice_date or fields.Date.context_today(self),
                stale=stale,
                unmade=not stale and self._chorus_is_unmade(),
                total=self._chorus_money(self.amount_total),
                penalty_taxed=any(
                    line.chorus_line_kind == "penalty" and line._chorus_is_taxed() for line in self.invoice_line_ids
                ),
                retention_made=self._chorus_makes_retention(),
                goods=self.invoice_line_ids.tax_ids.filtered(lambda tax: tax.tax_scope == "consu").sorted("id").mapped("name"),
            )
            found += accounts.check(self._chorus_account_facts())
            shares = [share._chorus_share() for share in self._chorus_shares()]
            kinds = self._chorus_kinds()
            work = self._chorus_money(kinds["works"] + kinds["revision"])
            found += direct_payment.check(shares, self._chorus_money(self.amount_total), self.chorus_period_end or None, work)
        return found

    def _chorus_makes_retention(self):
        """Whether the retention is made of the progress of this situation, and is not for a person to type."""
        market = self.chorus_market_id
        made = self.chorus_progress_ids or (market.line_ids and not self.invoice_line_ids)
        return bool(market.retention_rate and made)

    def _chorus_account_facts(self):
        """This document as a ``services.rules.accounts.Account``."""
        filed = {
            move.chorus_framework: move._chorus_line().deposit_id.deposited_at
            for move in self._chorus_accounts_before()
            if move.move_type == "out_invoice" and move._chorus_line()
        }
        days = {code: moment and fields.Datetime.context_timestamp(self, moment).date() for code, moment in filed.items()}
        return accounts.Account(
            self.chorus_framework or "",
            self.invoice_date or fields.Date.context_today(self),
            self.chorus_market_id.date_accepted or None,
            days.get("A7") or None,
            days.get("A22") or None,
            self._chorus_money(self.amount_total),
            self._chorus_balance() or ZERO,
            typed=not self.chorus_progress_ids
            and any(move.move_type == "out_invoice" for move in self._chorus_accounts_before()),
        )

    # EXTENDS core
    def _chorus_way_to_remake(self):
        if self.state != "draft":
            return {}
        return {"action_call": ("account.move", "action_chorus_progress", self.ids)}

    # EXTENDS core
    def _chorus_way_to_credit(self):
        if self.state != "draft":
            return {}
        return {"action_call": ("account.move", "action_chorus_account_credit", self.ids)}

    # EXTENDS market
    def _chorus_total_in_market(self, total):
        total = super()._chorus_total_in_market(total)
        return float(self._chorus_stated().taxed) if self._chorus_by_hand() and self._chorus_is_situation() else total

    # EXTENDS market
    def _chorus_document_in_market(self, document):
        document = super()._chorus_document_in_market(document)
        period = Period(self.chorus_period_start or None, self.chorus_period_end or None)
        return replace(document, period=period) if period.start or period.end else document

    # EXTENDS exchange
    @api.model
    def _chorus_told_fields(self):
        return (*super()._chorus_told_fields(), "chorus_dossier", "chorus_waiting_since")

    # EXTENDS exchange
    def _chorus_forget_test(self, deposit):
        super()._chorus_forget_test(deposit)
        self._chorus_remind_final()

    def _auto_init(self):
        # on installation no invoice is a situation: empty columns spare computing them for all of them
        for name, kind in (("chorus_situation", "int4"), ("chorus_period_start", "date"), ("chorus_period_end", "date")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    def _chorus_unexplained_lines(self):
        """The lines on which no VAT is charged and nothing says why, but what is kept back or taken off at payment."""
        self.ensure_one()

        def unexplained(line):
            _tax, vat = self._chorus_vat(line.tax_ids.flatten_taxes_hierarchy())
            return vat.category is VatCategory.EXEMPT and not (vat.reason or vat.reason_code)

        return (self.invoice_line_ids - self._chorus_begun_lines()).filtered(
            lambda line: (
                line.display_type == "product" and line.chorus_line_kind not in ("retention", "penalty") and unexplained(line)
            )
        )

    # EXTENDS exchange
    @api.model
    def _chorus_state_facts(self):
        return [*super()._chorus_state_facts(), "chorus_framework"]

    # EXTENDS exchange
    def _chorus_state_before(self):
        return "to_file" if self._chorus_by_hand() else super()._chorus_state_before()

    # EXTENDS market
    def _chorus_notices_in_market(self, notices):
        notices = super()._chorus_notices_in_market(notices)
        if self._chorus_by_hand() and self.chorus_state in states.TO_LEAVE:
            by_hand = self.env._("A works document is filed on the Chorus Pro portal.")
            remedy = self.env._("“File on the portal”, on the invoice, prepares all that the portal asks.")
            notices = [Notice(by_hand, remedy, True, Place.BY_HAND), *notices]
        return notices

    def _chorus_way_to_earlier(self):
        before = self._chorus_waiting_moves().filtered(lambda move: move.chorus_situation <= self.chorus_situation)
        return {"action": before._get_records_action(name=self.env._("Situations not filed yet"))} if before else {}

    def _chorus_way_to_by_hand(self):
        return {"action_call": ("account.move", "action_chorus_by_hand", self.ids)} if self._chorus_by_hand() else {}

    def action_chorus_by_hand(self):
        """Open the assistant that prepares what the portal asks for."""
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("write")
        problems = [] if "said_filed" in self._chorus_offers() else self._chorus_by_hand_obstacles()
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
        if not self._chorus_by_hand() or self.chorus_state not in states.TO_LEAVE:
            return [self.env._("There is nothing to file on the portal.")]
        lang = self.env.lang
        blocking = (finding for finding in self._chorus_findings() if finding.blocks)
        problems = [f"{finding.message.of(lang)} {finding.remedy.of(lang)}" for finding in blocking]
        return problems + list(filter(None, [self._chorus_pdf_obstacle()]))

    def _chorus_pdf_obstacle(self):
        """Why there can be no PDF of this document to file, in the user's language; "" when there can."""
        self.ensure_one()
        if self.invoice_pdf_report_id or self._chorus_can_print():
            return ""
        return self.env._(
            "The document is filed as a PDF, and this server has no PDF engine (wkhtmltopdf). Have it installed, then come back."
        )

    def _chorus_portal_pdf(self):
        """The printed document as the portal takes it: without any file inside.

        Odoo puts an XML in each invoice that it prints; the portal then reads Factur-X, as a batch, and asks for no framework.

        :raises UserError: when it cannot be printed, or is no readable PDF.
        """
        try:
            return Printed(self._chorus_pdf()).plain()
        except PdfError as error:
            raise UserError(self.env._("The printed invoice is no readable PDF (%s).", error)) from error
        except DocumentError as error:
            raise UserError("\n".join(error.problems)) from error

    def action_chorus_not_filed(self):
        """The document was not filed after all: it may be filed again."""
        self.env["res.users"]._chorus_check_transfer()
        self.ensure_one()
        self.check_access("write")
        self._chorus_line().deposit_id.action_not_filed()

    def action_chorus_next_document(self):
        """Start the document that we file after this one, such as A8 after the general statement."""
        self.ensure_one()
        self.check_access("write")
        return self.chorus_market_id.action_new_invoice()

    # EXTENDS market
    def _chorus_set_status_in_market(self, values, take_over):
        turn = self._chorus_turn()
        super()._chorus_set_status_in_market(values, take_over)
        # the delay of a party runs on through its own statuses
        if self._chorus_turn() is not turn or not self.chorus_waiting_since:
            self._chorus_note(chorus_waiting_since=self.chorus_status_at)
            self._chorus_forget_reminders()

    def _chorus_turn(self):
        """Whose turn it is, as an ``Actor``; None when Chorus Pro has said nothing yet."""
        self.ensure_one()
        return statuses.get(self.chorus_status).who if self.chorus_status else None

    def _chorus_remind(self):
        """Call a person about these documents whose delay has passed, once for each delay, even when it was done since."""
        now = fields.Datetime.now()
        for move in self:
            clock = move._chorus_running_clock()
            if not clock or not clock.reminder or not clock.is_passed(now):
                continue
            reason = move._chorus_reminder(clock)
            if not move._chorus_was_called("clock", reason):
                person = move._chorus_person()
                speaking = move.with_context(lang=person.lang or self.env.lang)
                speaking.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=clock.reminder.of(speaking.env.lang),
                    note=speaking._chorus_advice_text(person),
                    user_id=person.id,
                )
                move._chorus_note_call("clock", reason, person)

    # EXTENDS followup
    def _chorus_call_day(self, kind):
        clock = self._chorus_running_clock() if kind == "handle" else None
        if not clock or clock.who is not Actor.SUPPLIER:
            return super()._chorus_call_day(kind)
        return fields.Datetime.context_timestamp(self, clock.due).date()

    def _chorus_forget_reminders(self):
        """The party has answered: nobody has to remind it any more."""
        self.sudo().activity_ids.filtered(lambda activity: activity.summary in _reminders()).unlink()  # sudo: others' activities

    # EXTENDS 'account'
    @api.depends("chorus_situation", "chorus_period_start", "chorus_period_end", "chorus_works_now", "amount_untaxed",
                 "chorus_waiting_since", "chorus_deposit_line_ids.piece")  # fmt: skip
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS exchange
    @api.model
    def _chorus_advice_facts(self):
        return [*super()._chorus_advice_facts(), "chorus_market_id", "chorus_waiting_since", "chorus_deposit_line_ids.piece"]

    # EXTENDS market
    def _chorus_case_in_market(self, case):
        case = super()._chorus_case_in_market(case)
        if case.doubt and self._chorus_line().deposit_id.state == "by_hand":
            case = replace(case, doubt=case.doubt if case.doubt == "decide" else "by_hand")
        if self._chorus_is_empty_account() or self._chorus_is_empty_month():
            # nothing of its own is to be paid, so that Odoo calls it paid
            case = replace(case, paid=self._chorus_is_settled())
        clock = self._chorus_running_clock()
        if not clock:
            return case
        due, since = (format_date(self.env, moment.date()) for moment in (clock.due, clock.since))
        over = clock.is_passed(fields.Datetime.now())
        seen_to = case.seen_to if case.expected else over and self._chorus_was_reminded(clock)
        delay = advice.Delay(clock.running, clock.passed, clock.days, due, since, over, asks=bool(clock.reminder))
        return replace(case, delay=delay, seen_to=seen_to)

    def _chorus_reminder(self, clock):
        """What tells the reminder of this delay from that of another."""
        return f"{clock.reminder.en} {clock.since}"

    def _chorus_was_reminded(self, clock):
        """Whether a person was asked to remind the party of this delay, and did."""
        if not clock.reminder or not self._chorus_was_called("clock", self._chorus_reminder(clock)):
            return False
        return not (set(self.sudo().activity_ids.mapped("summary")) & _reminders())  # sudo: a colleague's

    # EXTENDS market
    def _chorus_alerts_in_market(self):
        alerts = super()._chorus_alerts_in_market()
        case = self._chorus_case() if self._chorus_running_clock() else None
        # of what has come back to us, the banner of its status tells the delay too
        if case and not case.expected and self.chorus_state in states.WAITING:
            told = self._chorus_advice()
            alerts["chorus_clock"] = {"level": str(told.group), "message": f"Chorus Pro : {told.sentence.of(self.env.lang)}"}
        return alerts

    def _chorus_apply_piece(self, piece):
        """Take over the state of the document that is alive in our billing file."""
        self.ensure_one()
        code = piece.framework if piece.identifier != self.chorus_identifier else False
        if self._chorus_piece() != (code or ""):
            self._chorus_line().piece = code
        self._chorus_apply_found(_as_invoice(piece)._replace(identifier=self.chorus_identifier))
        self._chorus_remind_final()

    def _chorus_remind_final(self):
        """What became of a final account decides whether one is to be filed."""
        # sudo: whoever follows an invoice need not read markets
        self.filtered(lambda move: works.is_final(move.chorus_framework)).sudo().chorus_market_id._chorus_remind_final()


def _reminders():
    """What the activities about delays are called, in both languages."""
    return {text.of(lang) for text in works_clock.reminders() for lang in ("en", "fr")}
