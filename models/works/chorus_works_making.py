from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.fields import Command
from odoo.tools import formatLang

from ...services.follow import works as works_documents
from ...services.text import number as written
from ...services.works import clauses
from ...services.works.money import ZERO
from ...services.works.revision import Worked
from ..market.chorus_market_line import exact
from .chorus_works_statement import APART

#: Where the lines of each kind stand among those of an invoice.
_PLACES = {"works": -10000, "revision": -900, "advance": -800, "advance_repayment": -700, "retention": 10000, "penalty": 20000}

#: How the part of a line begins that tells what a person typed in an account, in the credit note of what it takes off.
TYPED = "typed:"


class Group:
    """What becomes one line of an invoice: its name, its VAT, and what is stated of it without VAT."""

    def __init__(self, name, tax):
        self.name, self.tax = name, tax
        self.total = self.before = self.amended = ZERO
        self.revised = {}

    def add(self, row, *, amended, revised):
        """Count a row; ``revised``: the key of the formula by which its price is revised, None where it is not."""
        total, before = (Decimal(f"{amount:.2f}") for amount in (row.amount_total, row.amount_before))
        self.total += total
        self.before += before
        self.amended += total if amended else ZERO
        if revised is not None:
            self.revised[revised] = self.revised.get(revised, ZERO) + total - before


class Books(NamedTuple):
    """What the situations before one say: works by their progress, all works, and what the clauses need."""

    works: Decimal
    everything: Decimal
    invoiced: clauses.Invoiced


class Made(NamedTuple):
    """What a situation is made of: its works by part, and what the clauses make of them."""

    groups: dict
    works: dict
    correction: Decimal
    usual: models.BaseModel
    month: clauses.Month


class ChorusWorksMaking(models.AbstractModel):
    """How a situation's lines are made of its progress and of its market's clauses: a mix-in of ``account.move``.

    ``_chorus_remake_lines`` makes them, ``_chorus_parts`` says of what.
    """

    _name = "chorus.works.making"
    _description = "The making of a situation's lines"

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
                    and not move._chorus_is_credited()
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
        if commands := self._chorus_line_commands():
            self.write({"invoice_line_ids": commands})
        self._chorus_propose_engagement()

    def _chorus_line_commands(self):
        """What is to be changed for the lines to be what the progress and the clauses make of this situation."""
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
            carried = values.get("chorus_carried", 0.0)
            if self.currency_id.compare_amounts(line.chorus_carried, carried):
                changed["chorus_carried"] = carried
            # what a person wrote in its place stays
            if line.name != values["name"] and (line.name or "").startswith(label):
                changed["name"] = values["name"]
            if changed:
                commands.append(Command.update(line.id, changed))
        return commands + [Command.delete(line.id) for line in made.values()]

    def _chorus_remake(self):
        """Tell the progress of a draft anew by its market's price schedule as it stands now, then make its lines of it."""
        self.ensure_one()
        if self.state != "draft" or not self.chorus_progress_ids:
            return
        last = self._chorus_last_progress()
        self.chorus_progress_ids._chorus_tell_anew(last)
        self.env["chorus.works.progress"]._chorus_start(self, last)
        self._chorus_remake_lines()

    def _chorus_is_unmade(self):
        """Whether the lines of this draft are no longer what its progress and its market's clauses make of it."""
        self.ensure_one()
        # what is being typed is made into lines when it is saved
        if self.state != "draft" or not isinstance(self.id, int) or not self.chorus_progress_ids:
            return False
        return bool(self._chorus_line_commands()) or any(row._chorus_is_untold() for row in self.chorus_progress_ids)

    def _chorus_amendments_worked(self):
        """The work of this situation by the amendment that brought it, empty for the initial market: ``{amendment: amount}``.

        Nothing is looked for where no amendment has an engagement of its own.
        """
        self.ensure_one()
        if not self.chorus_market_id.amendment_ids.engagement_id:
            return {}
        rows = self.env["chorus.works.progress"]._read_group(
            [("move_id", "in", self._origin.ids), ("display_type", "=", False)],
            ["market_line_id.amendment_id"],
            ["amount_month:sum"],
        )
        return {amendment: amount for amendment, amount in rows if not self.currency_id.is_zero(amount)}

    def _chorus_propose_engagement(self):
        """A situation of an amendment's work alone carries the number of its own engagement; one that a person chose stays."""
        market = self.chorus_market_id
        own = market.amendment_ids.engagement_id
        number, present = (self.purchase_order_reference or "").strip(), self.chorus_engagement_id
        if not own or (number and present not in own and number != market.engagement_number):
            return
        worked = self._chorus_amendments_worked()
        stated = {amendment.engagement_id for amendment in worked}
        if len(stated) == 1 and (wanted := next(iter(stated))):
            self.purchase_order_reference = wanted.number
        elif present in own and present not in stated:
            self.purchase_order_reference = market.engagement_number

    def _chorus_parts(self):
        """The lines that this situation is made of, in order: ``{part: (how its name begins, values of the line)}``."""
        self.ensure_one()
        return self._chorus_parts_told(self._chorus_parts_of(self._chorus_made()))

    def _chorus_parts_of(self, made):
        """What was computed of this situation, as `_chorus_parts` gives it.

        :param made: what `_chorus_made` gave.
        """
        speaking = self.with_context(lang=self.partner_id.lang or self.env.lang)
        groups, works, correction, usual, month = made
        found = {}

        def add(part, kind, label, amount, tax, detail="", carried=ZERO):
            if not amount and not carried:
                return
            product = self._chorus_product_of(kind)
            values = {
                "name": f"{label}{detail}",
                "quantity": 1,
                "price_unit": float(amount),
                "tax_ids": [Command.set(tax.ids)],
                "chorus_line_kind": kind,
                "chorus_carried": float(carried),
                # before the lines that a person adds; what is kept back comes last
                "sequence": len(found) + _PLACES.get(kind, 0),
            }
            found[part] = label, {**values, "product_id": product.id} if product else values

        for part, group in groups.items():
            add(part, "works", group.name, works[part], group.tax)
        add("works:before", "works", speaking.env._("Situations stated otherwise"), correction, usual)
        taxes = {tax_key(tax): tax for tax in (usual, *(group.tax for group in groups.values()))}
        named = {one.id: one.name for one in self.chorus_market_id.formula_ids}
        for (key, formula), amount in sorted(month.revision.items()):
            tax = taxes[key] if key in taxes else self.env["account.tax"].browse(key or [])
            label = speaking.env._("Price revision")
            if formula in named:
                label = speaking.env._("Price revision, %s", named[formula])
            # the market's own formula has the name that it had when it was the only one
            part = f"revision:{key}:{formula}" if formula else f"revision:{key}"
            add(part, "revision", label, amount, tax, speaking._chorus_coefficient_text(month, formula))
        add("advance", "advance", speaking.env._("Advance"), month.advance, usual)
        add("repaid", "advance_repayment", speaking.env._("Repayment of the advance"), -month.repaid, usual)
        none = self.env["account.tax"]
        kept, fined = speaking.env._("Retention of guarantee"), speaking.env._("Penalties")
        add("retention", "retention", kept, -month.retention, none, carried=month.retention_carried)
        add("penalty", "penalty", fined, -month.penalty, none, carried=month.penalty_carried)
        return found

    def _chorus_made(self):
        """The works of this situation and what its market's clauses make of them, as ``Made``."""
        self.ensure_one()
        groups = self._chorus_groups()
        before = self._chorus_progressed()
        books = self._chorus_books(before)
        usual = self._chorus_works_tax(self.env["chorus.market.line"])
        correction = sum((group.before for group in groups.values()), ZERO) - books.works
        works = {part: group.total - group.before for part, group in groups.items()}
        total = sum(works.values(), ZERO)
        if works_documents.is_general(self.chorus_framework):
            # what was credited of the final account is off the balance, and not stated otherwise: it is not asked for again
            correction = min(correction, max(-total, ZERO))
        month = clauses.month(
            replace(self.chorus_market_id._chorus_clauses(), final=self._chorus_is_account()),
            self._chorus_done(groups, books, total + correction, before, usual),
            books.invoiced,
            self.env["chorus.works.index"]._chorus_published(self.company_id, self._chorus_indices_read()),
        )
        made = Made(groups, works, correction, usual, month)
        if self._chorus_is_account() or max(month.retention, month.penalty) <= 0:
            return made
        return made._replace(month=clauses.within(month, self._chorus_payable(made)))

    def _chorus_payable(self, made):
        """What this situation is paid with VAT, as Odoo computes it, before its market's clauses keep back or take off any of it.

        :param made: what it is made of.
        """
        taxes = self.env["account.tax"]
        given = {"currency_id": self.currency_id, "rate": self.invoice_currency_rate, "partner_id": self.partner_id}
        lines = [
            taxes._prepare_base_line_for_taxes_computation(
                {},
                price_unit=values["price_unit"],
                quantity=1,
                tax_ids=taxes.browse(values["tax_ids"][0][2]),
                product_id=self.env["product.product"].browse(values.get("product_id")),
                **given,
            )
            for _label, values in self._chorus_parts_of(made).values()
            if values["chorus_line_kind"] not in APART
        ]
        lines += [
            self._prepare_product_base_line_for_taxes_computation(line)
            for line in self.invoice_line_ids
            if line.display_type == "product" and not line.chorus_part
        ]
        taxes._add_tax_details_in_base_lines(lines, self.company_id)
        taxes._round_base_lines_tax_details(lines, self.company_id)
        totals = taxes._get_tax_totals_summary(lines, self.currency_id, self.company_id)
        return self._chorus_money(totals["total_amount_currency"])

    def _chorus_indices_read(self):
        """The names of the indices that the market's formulas read."""
        market = self.chorus_market_id
        return {term.name for term in market.term_ids | market.formula_ids.term_ids}

    def _chorus_coefficient_text(self, month, formula):
        """How a line of revision tells the coefficient of its formula, in the language of this record."""
        coefficient = month.coefficients.get(formula)
        if not coefficient:
            return ""
        shown = formatLang(self.env, float(coefficient.value), digits=self.chorus_market_id.revision_digits)
        read = ", ".join(f"{index} {written(value, 1).of(self.env.lang)}" for index, _month, value in coefficient.read)
        if formula in month.provisional:
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
        market = self.chorus_market_id
        by_line = market.works_lines == "line"
        # of hundreds of rows, a few differ in their VAT or formula
        groups, taxes, formulas = {}, {}, {}
        name, place = market.name or market.number, 0
        for row in self.chorus_progress_ids.sorted(lambda row: (row.sequence, row.id)):
            line = row.market_line_id
            if row.display_type:
                name, place = line._chorus_title(), line.id
                continue
            given = line.tax_id
            if given not in taxes:
                tax = self._chorus_works_tax(line)
                taxes[given] = tax, tax_key(tax)
            tax, tax_name = taxes[given]
            shown, key = (line._chorus_title(), line.id) if by_line else (name, place)
            part = f"works:{key}:{tax_name}"
            if part not in groups:
                groups[part] = Group(shown, tax)
            formula = None
            if line.revised:
                own = line.formula_id, line.lot
                if own not in formulas:
                    formulas[own] = market._chorus_formula_of(*own)
                formula = formulas[own]
            groups[part].add(row, amended=bool(line.amendment_id), revised=formula)
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
        usual = tax_key(self._chorus_works_tax(self.env["chorus.market.line"]))
        counted = everything = penalty = ZERO
        kinds, revision = {}, {}
        for move, kind, part, amount in rows:
            money = self._chorus_money(-amount if move.move_type == "out_refund" else amount)
            kinds[kind or "works"] = kinds.get(kind or "works", ZERO) + money
            if (kind or "works") == "works":
                everything += money
                # what a person added to a situation that was stated by its progress is no part of the schedule
                counted += money if is_made(part) or move.chorus_situation not in numbers else ZERO
            elif kind == "revision":
                key = _revised_key(part) if is_made(part) else (usual, clauses.MARKET)
                revision[key] = revision.get(key, ZERO) + money
            elif kind == "penalty" and is_made(part):
                # one that a person typed comes on top of those of the market
                penalty -= money
        invoiced = clauses.Invoiced(
            advance=kinds.get("advance", ZERO),
            repaid=-kinds.get("advance_repayment", ZERO),
            retention=-kinds.get("retention", ZERO),
            revision=revision,
            penalty=penalty,
        )
        return Books(counted, everything, invoiced)

    def _chorus_done(self, groups, books, month, before, usual):
        """What is done to date, as ``services.works.clauses.Done``."""
        works, amended, rates = {}, {}, {tax_key(usual): tax_rate(usual)}
        revised = {}
        for group in groups.values():
            key = tax_key(group.tax)
            works[key] = works.get(key, ZERO) + group.total
            amended[key] = amended.get(key, ZERO) + group.amended
            rates[key] = tax_rate(group.tax)
            for formula, amount in group.revised.items():
                revised[key, formula] = revised.get((key, formula), ZERO) + amount
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
        works[tax_key(usual)] = works.get(tax_key(usual), ZERO) + beside
        months = self._chorus_worked(before)
        if self.chorus_period_end:
            this = self.chorus_period_end.replace(day=1)
            for key, amount in revised.items():
                months.setdefault(key, []).append(Worked(this, amount))
        incurred = self.chorus_market_id.penalty_ids.filtered(
            lambda one: not self.chorus_period_end or one.date <= self.chorus_period_end
        )
        penalties = tuple(self._chorus_money(one.amount) for one in incurred)
        return clauses.Done(works, amended, month + typed, months, rates, tax_key(usual), penalties)

    def _chorus_worked(self, before):
        """What was done in each situation before this one of what is revised: ``{(tax id, formula): [Worked]}``."""
        rows = self.env["chorus.works.progress"]._read_group(
            [("move_id", "in", before.ids), ("market_line_id.revised", "=", True), ("display_type", "=", False)],
            ["move_id", "market_line_id.tax_id", "market_line_id.formula_id", "market_line_id.lot"],
            ["amount_month:sum"],
        )
        taxes, works, found = {}, {}, {}
        for move, tax, formula, lot, amount in sorted(rows, key=lambda row: row[0].chorus_situation):
            if tax not in taxes:
                taxes[tax] = tax_key(self.fiscal_position_id.map_tax(tax or self.chorus_market_id._chorus_tax()))
            key = move, taxes[tax], self.chorus_market_id._chorus_formula_of(formula, lot)
            # lots of one formula are revised together, as they were in their month: rounded apart, a cent would come and go
            works[key] = works.get(key, ZERO) + self._chorus_money(amount)
        for (move, tax, formula), amount in works.items():
            month = (move.chorus_period_end or move.invoice_date).replace(day=1)
            found.setdefault((tax, formula), []).append(Worked(month, amount))
        return found


def is_made(part):
    """Whether a line was made of the progress or of a clause, and not typed by a person."""
    return bool(part) and not part.startswith(TYPED)


def tax_key(tax):
    """What tells the VAT of a line from another: 0 where there is none, the first where a position gives two."""
    return tax[:1].id or 0


def tax_rate(tax):
    """The rate of the taxes of a line together, in percent."""
    return sum((exact(one.amount) for one in tax), ZERO)


def _revised_key(part):
    """The tax and the formula that the part of a line of revision names."""
    _kind, tax, *formula = part.split(":")
    # lines of before name no tax as "False"
    return 0 if tax == "False" else int(tax), int(formula[0]) if formula else clauses.MARKET
