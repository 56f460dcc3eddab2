from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date, formatLang
from odoo.tools.sql import column_exists, create_column

from ...services.document.en16931 import DocumentError
from ...services.document.invoice import Period, VatCategory
from ...services.document.pdfa import PdfError, Printed
from ...services.follow import advice, works, works_clock
from ...services.rules import direct_payment, situations
from ...services.text import number as written
from ...services.vocabulary import frameworks, states, statuses
from ...services.vocabulary.frameworks import Role
from ...services.vocabulary.places import Place
from ...services.works import clauses
from ...services.works.money import ZERO
from ...services.works.revision import Worked
from ...services.works.statement import Amounts, Statement
from ..core.chorus_notice import Notice
from ..market.account_move import CUSTOMER_TYPES
from ..market.chorus_market_line import exact
from ..market.product_template import KINDS
from .chorus_deposit import _as_invoice

#: Where the lines of each kind stand among those of an invoice.
_PLACES = {"works": -10000, "revision": -900, "advance": -800, "advance_repayment": -700, "retention": 1000}


class Group:
    """What becomes one line of an invoice: its name, its VAT, and what is stated of it without VAT."""

    def __init__(self, name, tax):
        self.name, self.tax = name, tax
        self.total = self.before = self.amended = self.revised = ZERO

    def add(self, row, *, amended, revised):
        """Count a row; ``revised``: whether its price is revised."""
        total, before = (Decimal(f"{amount:.2f}") for amount in (row.amount_total, row.amount_before))
        self.total += total
        self.before += before
        self.amended += total if amended else ZERO
        self.revised += total - before if revised else ZERO


class Books(NamedTuple):
    """What the situations before one say: works by their progress, all works, and what the clauses need."""

    works: Decimal
    everything: Decimal
    invoiced: clauses.Invoiced


class AccountMove(models.Model):
    """A document of a works market: its place among the situations, how it is filed, and who must act now until when."""

    _inherit = "account.move"

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

    def _chorus_is_situation(self):
        """Whether this is a statement, or the credit note of one, of a works market."""
        self.ensure_one()
        return self.chorus_market_id.works and self.move_type in CUSTOMER_TYPES

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

    @api.depends("chorus_works_now", "chorus_works_total", "amount_untaxed", "amount_tax", "currency_id")
    @api.depends_context("lang")
    def _compute_chorus_amounts(self):
        for move in self:
            move.chorus_amounts = move._chorus_is_situation() and self.env["ir.qweb"]._render(
                "l10n_fr_chorus_pro.situation_amounts", {"rows": move._chorus_statement(move._chorus_columns())}
            )

    def _chorus_amounts(self, books=None):
        """The amounts of this situation without VAT, by what they are; ``before`` is that of the previous ones."""
        self.ensure_one()
        kinds = self._chorus_kinds()
        before = float(situations.previous(self._chorus_this_situation(), self._chorus_other_situations(books)))
        return {
            "total": kinds["works"] + before,
            "before": before,
            "now": kinds["works"],
            "revision": kinds["revision"],
            "advance": kinds["advance"] + kinds["advance_repayment"],
            "retention": kinds["retention"],
            "other": kinds["other"],
        }

    def _chorus_columns(self, books=None):
        """This situation as a ``services.works.statement.Statement``: to date, before and this month, by the books."""
        self.ensure_one()
        market = self.chorus_market_id
        before = self._chorus_situation_moves().filtered(lambda move: move.chorus_situation < self.chorus_situation)
        books = books or market._chorus_book_kinds()
        previous = sum((move._chorus_column(books.get(move.id, {})) for move in before), Amounts())
        month = self._chorus_column(self._chorus_kinds())
        return Statement(previous + month, previous, self._chorus_money(market.amount_total, market.currency_id))

    def _chorus_column(self, kinds):
        """The amounts of one document, given those of its kinds; those of a credit note are negative."""
        sign = -1 if self.move_type == "out_refund" else 1
        money = {kind: self._chorus_money(kinds.get(kind, 0)) for kind in KINDS}
        return Amounts(
            works=money["works"],
            revision=money["revision"],
            advance=money["advance"],
            repaid=-money["advance_repayment"],
            other=money["other"],
            vat=self._chorus_money(sign * self.amount_tax),
            retention=-money["retention"],
        )

    def _chorus_shares(self, before=()):
        """The parts of subcontractors in this situation that are not zero; those of the situations before too, where given.

        Parts of another market's subcontractors, left from before the invoice's market was changed, are none.
        """
        self.ensure_one()
        moves = [*self.ids, *(move.id for move in before)]
        market = self.chorus_market_id._origin
        return self.env["chorus.works.share"].search(
            [("move_id", "in", moves), ("party_id.market_id", "=", market.id), ("amount", "!=", 0)], order="party_id, id"
        )

    def _chorus_statement(self, found):
        """The recapitulation of a situation: rows of a label, the texts of its three columns, and whether it stands out.

        :param found: what `_chorus_columns` made.
        """
        columns = (found.cumulative, found.previous, found.month)
        labels = [
            ("works", self.env._("Work, without VAT"), False),
            ("revision", self.env._("Price revision"), False),
            ("advance", self.env._("Advance"), False),
            ("repaid", self.env._("Repayment of the advance"), False),
            ("other", self.env._("Other amounts"), False),
            ("untaxed", self.env._("Total without VAT"), True),
            ("vat", self.env._("VAT"), False),
            ("taxed", self.env._("Total with VAT"), True),
            ("retention", self.env._("Retention of guarantee"), False),
            ("net", self.env._("Net to pay"), True),
        ]
        always = ("works", "untaxed", "vat", "taxed", "net")
        taken = ("repaid", "retention")
        rows = []
        for name, label, stands_out in labels:
            amounts = [-getattr(column, name) if name in taken else getattr(column, name) for column in columns]
            if name in always or any(amounts):
                rows.append((label, amounts, stands_out))
        rows += self._chorus_statement_shares(columns)
        return [
            (label, [format_amount(self.env, float(amount), self.currency_id) for amount in amounts], stands_out)
            for label, amounts, stands_out in rows
        ]

    def _chorus_statement_shares(self, columns):
        """Who is paid what: a row for each subcontractor paid directly to date, and what is left for us; none without them."""
        if self.move_type != "out_invoice":
            return []
        parts = []
        for party, shares in self._chorus_shares(self._chorus_progressed()).grouped("party_id").items():
            own = shares.filtered(lambda share: share.move_id == self._origin)
            month, before = (self._chorus_money(sum(some.mapped("amount"))) for some in (own, shares - own))
            parts.append((party.partner_id.name, [before + month, before, month]))
        if not parts:
            return []
        ours = [column.net - sum(amounts[rank] for _name, amounts in parts) for rank, column in enumerate(columns)]
        return [
            *((self.env._("Paid directly to %s, without VAT", name), amounts, False) for name, amounts in parts),
            (self.env._("Left to pay to us"), ours, True),
        ]

    def _chorus_statement_market(self, found):
        """The foot of the recapitulation: the market's amount, how much of it is done and what is left; "" without an amount.

        :param found: what `_chorus_columns` made.
        """
        if not found.market:
            return ""
        currency = self.chorus_market_id.currency_id
        return self.env._(
            "Market without VAT, amendments included: %(market)s. Done: %(percent)s %%. Left to do: %(left)s.",
            market=format_amount(self.env, float(found.market), currency),
            percent=formatLang(self.env, float(found.progress), digits=2),
            left=format_amount(self.env, float(found.left), currency),
        )

    # EXTENDS 'account'
    @api.depends("chorus_market_id", "invoice_line_ids.chorus_line_kind")
    def _compute_tax_totals(self):
        super()._compute_tax_totals()
        for move in self:
            if move.tax_totals and move.chorus_market_id and move._chorus_is_situation():
                move.tax_totals = move._chorus_totals_shown(move.tax_totals)

    def _chorus_totals_shown(self, totals):
        """The totals of a situation as the certificate has them: without and with VAT before the retention, and what is left.

        :param totals: those of Odoo, which take the retention off the amount without VAT.
        """
        kept = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.chorus_line_kind == "retention" and not line._chorus_is_taxed()
        )
        amount = self.currency_id.round(-sum(kept.mapped("price_subtotal")))
        if self.currency_id.is_zero(amount):
            return totals
        local = self.company_currency_id.round(sum(kept.mapped("balance")) * (-1 if self.move_type == "out_refund" else 1))
        first, *rest = totals["subtotals"] or [
            {"name": self.env._("Untaxed Amount"), "tax_groups": [], **self._chorus_subtotal(0, 0)}
        ]
        added = {key: first[key] + more for key, more in (("base_amount_currency", amount), ("base_amount", local))}
        taxed = {
            "name": self.env._("Total with VAT"),
            **self._chorus_subtotal(totals["total_amount_currency"] + amount, totals["total_amount"] + local),
            "tax_groups": [
                {
                    "id": False,
                    "group_name": self.env._("Retention of guarantee"),
                    "group_label": False,
                    "involved_tax_ids": [],
                    "tax_amount_currency": -amount,
                    "tax_amount": -local,
                    "base_amount_currency": 0.0,
                    "base_amount": 0.0,
                    "display_base_amount_currency": False,
                    "display_base_amount": False,
                }
            ],
        }
        groups = [group for subtotal in totals["subtotals"] for group in subtotal["tax_groups"]]
        same = len(groups) == 1 and self.currency_id.is_zero(groups[0]["base_amount_currency"] - added["base_amount_currency"])
        return {
            **totals,
            "has_tax_groups": True,
            "same_tax_base": totals["same_tax_base"] or same,
            "subtotals": [{**first, **added}, *rest, taxed],
        }

    def _chorus_subtotal(self, amount, local):
        return {"base_amount_currency": amount, "base_amount": local, "tax_amount_currency": 0.0, "tax_amount": 0.0}

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
            invoices = same.filtered(lambda move: move.move_type == "out_invoice" and move.payment_state != "reversed")
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
                    )
                )
        return found

    def _chorus_waiting_situations(self):
        """The other statements of the market that have not left: drafts, and those to send or to correct."""
        self.ensure_one()
        return [
            situations.Waiting(move.chorus_situation, move.name if move.state == "posted" else "")
            for move in self.chorus_market_id.invoice_ids._origin - self._origin
            if move.chorus_situation
            and move.move_type == "out_invoice"
            and move.payment_state != "reversed"
            and (move.state == "draft" or move.chorus_state in states.TO_LEAVE)
        ]

    # -- made of progress ----------------------------------------------------------------------------------------------

    # EXTENDS market
    def _chorus_offers(self):
        offers = super()._chorus_offers()
        if self.chorus_market_id.works and self.move_type == "out_invoice":
            subcontracted = Role.SOUS_TRAITANT.value in self.chorus_market_id.party_ids.mapped("role")
            if subcontracted and (self.state == "draft" or self._chorus_shares()):
                offers.append("shares")
            if self.chorus_progress_ids:
                offers.append("progress")
            elif self.state == "draft" and self.chorus_market_id.line_ids:
                offers.append("start_progress")
        return offers

    def _inverse_chorus_progress_ids(self):
        for move in self:
            move._chorus_remake_lines()

    def action_chorus_progress(self):
        """State this situation by its progress: every line as the last situation left it; what was stated here stays."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft" or not self._chorus_is_situation() or self.move_type != "out_invoice":
            raise UserError(self.env._("Only a situation in draft is stated by its progress."))
        self.chorus_progress_ids._chorus_take_up(self._chorus_last_progress())
        self._chorus_start_progress()

    def action_chorus_shares(self):
        """Open what the subcontractors are paid directly of this situation; a line for each that the market names."""
        self.ensure_one()
        self.check_access("write")
        shares = self.env["chorus.works.share"]._chorus_of(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Direct payment, situation no. %s", self.chorus_situation),
            "res_model": "chorus.works.share",
            "views": [(False, "list")],
            "domain": [("id", "in", shares.ids)],
            "target": "current",
        }

    def _chorus_start_progress(self):
        self.ensure_one()
        self.env["chorus.works.progress"]._chorus_start(self, self._chorus_last_progress())
        self._chorus_remake_lines()

    def _chorus_progressed(self):
        """The posted situations before this one that were not credited in full, the last one first."""
        return (
            self._chorus_situation_moves()
            .filtered(
                lambda move: (
                    move.move_type == "out_invoice"
                    and move.payment_state != "reversed"
                    and move.chorus_situation < self.chorus_situation
                )
            )
            .sorted("chorus_situation", reverse=True)
        )

    def _chorus_last_progressed(self):
        """The last situation before this one that was stated by its progress; maybe none."""
        self.ensure_one()
        before = self._chorus_progressed()
        stated = {move for (move,) in self.env["chorus.works.progress"]._read_group([("move_id", "in", before.ids)], ["move_id"])}
        # alone: the rows of three years would be read along with its own
        return next((move.with_prefetch() for move in before if move in stated), before.browse())

    def _chorus_last_progress(self):
        """The rows of the last situation before this one that was stated by its progress."""
        return self._chorus_last_progressed().chorus_progress_ids

    def _chorus_is_stale(self):
        """Whether the situations before this one have changed since its progress was taken up."""
        self.ensure_one()
        if self.state != "draft" or not self._origin:
            return False
        stated = self.env["chorus.works.progress"]._read_group(
            [("move_id", "=", self._origin.id)], [], ["amount_before:sum", "__count"]
        )
        ((before, count),) = stated
        if not count:
            return False
        last = self.env["chorus.works.progress"]._read_group(
            [("move_id", "=", self._chorus_last_progressed().id)], [], ["amount_total:sum"]
        )
        ((total,),) = last
        return bool(self.currency_id.compare_amounts(before or 0, total or 0))

    def _chorus_remake_lines(self):
        """Make the invoice's lines of the progress, and of the market's clauses; a line that a person added stays as it is."""
        self.ensure_one()
        if self.state != "draft" or not self.chorus_progress_ids:
            return
        made = {line.chorus_part: line for line in self.invoice_line_ids if line.chorus_part}
        commands = []
        for part, (label, values) in self._chorus_parts().items():
            line = made.pop(part, None)
            if not line:
                commands.append(Command.create({**values, "chorus_part": part}))
                continue
            changed = {}
            if self.currency_id.compare_amounts(line.price_unit * line.quantity, values["price_unit"]):
                changed |= {"price_unit": values["price_unit"], "quantity": 1}
            # what a person wrote in its place stays
            if line.name != values["name"] and (line.name or "").startswith(label):
                changed["name"] = values["name"]
            if changed:
                commands.append(Command.update(line.id, changed))
        commands += [Command.delete(line.id) for line in made.values()]
        if commands:
            self.write({"invoice_line_ids": commands})

    def _chorus_parts(self):
        """The lines that this situation is made of, in order: ``{part: (how its name begins, values of the line)}``."""
        self.ensure_one()
        speaking = self.with_context(lang=self.partner_id.lang or self.env.lang)
        groups = self._chorus_groups()
        before = self._chorus_progressed()
        books = self._chorus_books(before)
        usual = self._chorus_works_tax(self.env["chorus.market.line"])
        correction = sum((group.before for group in groups.values()), ZERO) - books.works
        works = {part: group.total - group.before for part, group in groups.items()}
        month = clauses.month(
            self.chorus_market_id._chorus_clauses(),
            self._chorus_done(groups, books, sum(works.values(), ZERO) + correction, before, usual),
            books.invoiced,
            self.env["chorus.works.index"]._chorus_published(self.company_id, self.chorus_market_id.term_ids.mapped("name")),
        )
        found = {}

        def add(part, kind, label, amount, tax, detail=""):
            if not amount:
                return
            product = self._chorus_product_of(kind)
            values = {
                "name": f"{label}{detail}",
                "quantity": 1,
                "price_unit": float(amount),
                "tax_ids": [Command.set(tax.ids)],
                "chorus_line_kind": kind,
                # before the lines that a person adds; what is kept back comes last
                "sequence": len(found) + _PLACES.get(kind, 0),
            }
            found[part] = label, {**values, "product_id": product.id} if product else values

        for part, group in groups.items():
            add(part, "works", group.name, works[part], group.tax)
        add("works:before", "works", speaking.env._("Situations stated otherwise"), correction, usual)
        detail = speaking._chorus_coefficient_text(month)
        for key, amount in sorted(month.revision.items()):
            tax = self.env["account.tax"].browse(key)
            add(f"revision:{key}", "revision", speaking.env._("Price revision"), amount, tax, detail)
        add("advance", "advance", speaking.env._("Advance"), month.advance, usual)
        add("repaid", "advance_repayment", speaking.env._("Repayment of the advance"), -month.repaid, usual)
        none = self.env["account.tax"]
        add("retention", "retention", speaking.env._("Retention of guarantee"), -month.retention, none)
        return found

    def _chorus_coefficient_text(self, month):
        """How a line of revision tells its coefficient, in the language of this record."""
        if not month.coefficient:
            return ""
        shown = formatLang(self.env, float(month.coefficient.value), digits=self.chorus_market_id.revision_digits)
        read = ", ".join(f"{index} {written(value, 1).of(self.env.lang)}" for index, _month, value in month.coefficient.read)
        if month.provisional:
            return self.env._(": coefficient %(coefficient)s, provisional (%(indices)s)", coefficient=shown, indices=read)
        return self.env._(": coefficient %(coefficient)s (%(indices)s)", coefficient=shown, indices=read)

    def _chorus_product_of(self, kind):
        """The product by which this company invoices a kind of line, which gives it its account; works have none of their own."""
        if kind == "works":
            return self.env["product.product"]
        products = self.env["product.product"]
        domain = [*products._check_company_domain(self.company_id), ("product_tmpl_id.chorus_line_kind", "=", kind)]
        return products.search(domain, order="id", limit=1)

    def _chorus_works_tax(self, line):
        """The VAT of a line of the price schedule on this invoice; of an empty one, that of the market."""
        return self.fiscal_position_id.map_tax(line.tax_id or self.chorus_market_id._chorus_tax())

    def _chorus_groups(self):
        """What is stated, as the lines of the invoice show it: ``{part: Group}``, by chapter or by line, and by VAT."""
        by_line = self.chorus_market_id.works_lines == "line"
        groups, taxes = {}, {}
        name, place = self.chorus_market_id.name or self.chorus_market_id.number, 0
        for row in self.chorus_progress_ids.sorted(lambda row: (row.sequence, row.id)):
            line = row.market_line_id
            if row.display_type:
                name, place = line.display_name, line.id
                continue
            if line.tax_id not in taxes:
                taxes[line.tax_id] = self._chorus_works_tax(line)
            tax = taxes[line.tax_id]
            shown, key = (line.display_name, line.id) if by_line else (name, place)
            group = groups.setdefault(f"works:{key}:{tax.id}", Group(shown, tax))
            group.add(row, amended=bool(line.amendment_id), revised=line.revised)
        return groups

    def _chorus_books(self, before):
        """What the situations before this one say of each kind, as ``Books``.

        :param before: those that were not credited in full.
        """
        moves = self._chorus_situation_moves().filtered(lambda move: move.chorus_situation < self.chorus_situation)
        stated = set(self.env["chorus.works.progress"]._read_group([("move_id", "in", moves.ids)], ["move_id"]))
        numbers = {move.chorus_situation for (move,) in stated if move in before}
        rows = self.env["account.move.line"]._read_group(
            [("move_id", "in", moves.ids), ("display_type", "=", "product")],
            ["move_id", "chorus_line_kind", "chorus_part"],
            ["price_subtotal:sum"],
        )
        usual = self._chorus_works_tax(self.env["chorus.market.line"]).id
        counted = everything = ZERO
        kinds, revision = {}, {}
        for move, kind, part, amount in rows:
            money = self._chorus_money(-amount if move.move_type == "out_refund" else amount)
            kinds[kind or "works"] = kinds.get(kind or "works", ZERO) + money
            if (kind or "works") == "works":
                everything += money
                # what a person added to a situation that was stated by its progress is no part of the schedule
                counted += money if part or move.chorus_situation not in numbers else ZERO
            elif kind == "revision":
                key = int(part.partition(":")[2]) if part else usual
                revision[key] = revision.get(key, ZERO) + money
        invoiced = clauses.Invoiced(
            advance=kinds.get("advance", ZERO),
            repaid=-kinds.get("advance_repayment", ZERO),
            retention=-kinds.get("retention", ZERO),
            revision=revision,
        )
        return Books(counted, everything, invoiced)

    def _chorus_done(self, groups, books, month, before, usual):
        """What is done to date, as ``services.works.clauses.Done``."""
        works, amended, rates = {}, {}, {usual.id: exact(usual.amount)}
        revised = {}
        for group in groups.values():
            key = group.tax.id
            works[key] = works.get(key, ZERO) + group.total
            amended[key] = amended.get(key, ZERO) + group.amended
            rates[key] = exact(group.tax.amount)
            revised[key] = revised.get(key, ZERO) + group.revised
        typed = sum(
            (
                self._chorus_money(line.price_subtotal)
                for line in self.invoice_line_ids
                if line.display_type == "product" and line.chorus_line_kind == "works" and not line.chorus_part
            ),
            ZERO,
        )
        # what is done beside the schedule, or was before there was one, is of the usual VAT
        beside = books.everything + month + typed - sum(works.values(), ZERO)
        works[usual.id] = works.get(usual.id, ZERO) + beside
        months = self._chorus_worked(before)
        if self.chorus_period_end:
            this = self.chorus_period_end.replace(day=1)
            for key, amount in revised.items():
                months.setdefault(key, []).append(Worked(this, amount))
        return clauses.Done(works, amended, month + typed, months, rates, usual.id)

    def _chorus_worked(self, before):
        """What was done of the lines whose prices are revised in each situation before this one: ``{tax id: [Worked]}``."""
        rows = self.env["chorus.works.progress"]._read_group(
            [("move_id", "in", before.ids), ("market_line_id.revised", "=", True), ("display_type", "=", False)],
            ["move_id", "market_line_id.tax_id"],
            ["amount_month:sum"],
        )
        taxes, found = {}, {}
        for move, tax, amount in sorted(rows, key=lambda row: row[0].chorus_situation):
            if tax not in taxes:
                taxes[tax] = self.fiscal_position_id.map_tax(tax or self.chorus_market_id._chorus_tax()).id
            month = (move.chorus_period_end or move.invoice_date).replace(day=1)
            found.setdefault(taxes[tax], []).append(Worked(month, self._chorus_money(amount)))
        return found

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
            ours = works.next_of_ours(move.chorus_framework, Role(move.chorus_market_id.role)) if alive else []
            move.chorus_next = ", ".join(f"{one.code} – {one.label.of(lang)}" for one in ours)

    def _chorus_piece(self):
        """The framework of the document of our billing file that is alive now, when it is not this one; else ""."""
        return self._chorus_line().filtered("live").piece or ""

    def _chorus_running_clock(self):
        """The delay that runs for this document, as a ``works_clock.Clock``; None when none does."""
        self.ensure_one()
        if not self.chorus_status or not self.chorus_market_id or not self.chorus_waiting_since:
            return None
        return works_clock.clock(
            self.chorus_status, self._chorus_piece() or self.chorus_framework or "", self.chorus_waiting_since
        )

    # EXTENDS market
    def _chorus_findings_in_market(self, found):
        if self._chorus_by_hand():
            # a person files the PDF
            explained = not self._chorus_unexplained_lines()
            found = [finding for finding in found if not finding.of_file and not (explained and finding.unexplained)]
        return super()._chorus_findings_in_market(found)

    # EXTENDS market
    def _chorus_market_findings(self):
        found = super()._chorus_market_findings()
        if self.chorus_market_id.works and self.move_type == "out_invoice":
            found += situations.check(
                self._chorus_this_situation(),
                self._chorus_other_situations(),
                self._chorus_waiting_situations(),
                today=self.invoice_date or fields.Date.context_today(self),
                stale=self._chorus_is_stale(),
            )
            shares = [share._chorus_share() for share in self._chorus_shares()]
            found += direct_payment.check(shares, self._chorus_money(self.amount_total), self.chorus_period_end or None)
        return found

    # EXTENDS market
    def _chorus_document_in_market(self, document):
        document = super()._chorus_document_in_market(document)
        period = Period(self.chorus_period_start or None, self.chorus_period_end or None)
        return replace(document, period=period) if period.start or period.end else document

    # EXTENDS exchange
    @api.model
    def _chorus_told_fields(self):
        return (*super()._chorus_told_fields(), "chorus_dossier", "chorus_waiting_since")

    def _auto_init(self):
        # on installation no invoice is a situation: empty columns spare computing them for all of them
        for name, kind in (("chorus_situation", "int4"), ("chorus_period_start", "date"), ("chorus_period_end", "date")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    def _chorus_unexplained_lines(self):
        """The lines on which no VAT is charged and nothing says why, but a retention: it is kept back at payment."""
        self.ensure_one()

        def unexplained(line):
            _tax, vat = self._chorus_vat(line.tax_ids.flatten_taxes_hierarchy())
            return vat.category is VatCategory.EXEMPT and not (vat.reason or vat.reason_code)

        return (self.invoice_line_ids - self._chorus_begun_lines()).filtered(
            lambda line: line.display_type == "product" and line.chorus_line_kind != "retention" and unexplained(line)
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
        return f"{clock.reminder.en} {self.chorus_waiting_since}"

    def _chorus_was_reminded(self, clock):
        """Whether a person was asked to remind the party of this delay, and did."""
        if not clock.reminder or not self._chorus_was_called("clock", self._chorus_reminder(clock)):
            return False
        return not (set(self.sudo().activity_ids.mapped("summary")) & _reminders())  # sudo: a colleague's

    # EXTENDS market
    def _chorus_alerts_in_market(self):
        alerts = super()._chorus_alerts_in_market()
        case = self._chorus_case() if self._chorus_running_clock() else None
        if case and not case.expected:
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


def _reminders():
    """What the activities about delays are called, in both languages."""
    return {text.of(lang) for text in works_clock.reminders() for lang in ("en", "fr")}
