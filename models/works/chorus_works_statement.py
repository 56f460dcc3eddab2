from odoo import models
from odoo.tools import format_amount, formatLang

from ...services.vocabulary.frameworks import Role
from ...services.works.statement import Amounts, Statement
from ..market.account_move import CUSTOMER_TYPES
from ..market.product_template import APART, KINDS

TAXED = tuple(f"{kind}_taxed" for kind in APART)


class ChorusWorksStatement(models.AbstractModel):
    """What a situation says in three columns, on its tab, on paper and in the invoice's totals: a mix-in of ``account.move``.

    ``_chorus_columns`` is the one source of its amounts.
    """

    _name = "chorus.works.statement"
    _description = "The recapitulation of a situation"

    def _chorus_columns(self, books=None):
        """This situation as a ``services.works.statement.Statement``: to date, before and this month, by the books."""
        self.ensure_one()
        market = self.chorus_market_id
        before = self._chorus_situation_moves().filtered(lambda move: move.chorus_situation < self.chorus_situation)
        told = self._chorus_accounts_before() | self._chorus_told_credits()
        books = books or market._chorus_book_kinds()
        previous = sum((move._chorus_column(books.get(move.id, {})) for move in before - told), Amounts())
        # an account tells the balance that the monthly statements leave, with what the accounts before it said of it and what a
        # credit note takes off for it
        month = self._chorus_column(self._chorus_kinds() | self._chorus_taxed_apart())
        month = sum((move._chorus_column(books.get(move.id, {})) for move in told), month)
        amount = self._chorus_money(market.amount_total, market.currency_id)
        return Statement(previous + month, previous, amount, self._chorus_brought(books), self._chorus_carried())

    def _chorus_brought(self, books):
        """What the situation before this one left of its retention and penalties, by kind; an account tells it as the first does.

        :param books: what ``_chorus_book_kinds`` gave.
        """
        # mostly none was left by any
        names = {f"{kind}_carried" for kind in APART}
        if self.move_type != "out_invoice" or all(names.isdisjoint(kinds) for kinds in books.values()):
            return {}
        last = (self._chorus_progressed() - self._chorus_accounts_before())[:1]
        left = books.get(last.id, {})
        return {kind: self._chorus_money(left[f"{kind}_carried"]) for kind in APART if left.get(f"{kind}_carried")}

    def _chorus_carried(self):
        """What this situation leaves to the next one of its retention and penalties, by kind."""
        if self.move_type != "out_invoice":
            return {}
        lines = self.invoice_line_ids.filtered("chorus_carried")
        return {
            kind: self._chorus_money(sum(some.mapped("chorus_carried")))
            for kind, some in lines.grouped("chorus_line_kind").items()
        }

    def _chorus_tells_totals(self):
        """Whether its recapitulation says all that the totals of the printed invoice do, so that they are left out."""
        self.ensure_one()
        if not self.chorus_market_id.works or not self.chorus_situation or self.move_type != "out_invoice":
            return False
        totals = self.tax_totals or {}
        groups = [group for subtotal in totals.get("subtotals", ()) for group in subtotal["tax_groups"] if group["id"]]
        # with several rates of VAT the law wants the amounts of each (CGI, annex II, 242 nonies A)
        more = (
            len(groups) > 1
            or (self.payment_state not in ("not_paid", False) and not self.currency_id.is_zero(self.amount_total))
            or self.company_id.display_invoice_amount_total_words
            or totals.get("display_in_company_currency")
        )
        return self._chorus_is_empty_account() or not more

    def _chorus_account(self):
        """What an account tells besides its recapitulation: ``chapters``, rows of a name, the market's amount and what is done;
        ``payments``, the monthly statements that it sums up."""
        self.ensure_one()
        chapters = {}
        name = self.chorus_market_id.name or self.chorus_market_id.number
        for row in self.chorus_progress_ids.sorted(lambda row: (row.sequence, row.id)):
            if row.display_type:
                name = row.market_line_id._chorus_title()
                continue
            foreseen, done = chapters.get(name, (0, 0))
            chapters[name] = foreseen + row.market_line_id.amount, done + row.amount_total
        before = self._chorus_situation_moves() - self._chorus_accounts_before()
        return {
            "chapters": [(name, *amounts) for name, amounts in chapters.items()],
            "payments": before.filtered(lambda move: move.chorus_situation < self.chorus_situation).sorted(
                lambda move: (move.chorus_situation, move.id)
            ),
        }

    def _chorus_column(self, kinds):
        """The amounts of one document, given those of its kinds; those of a credit note are negative."""
        sign = -1 if self.move_type == "out_refund" else 1
        money = {kind: self._chorus_money(kinds.get(kind, 0)) for kind in (*KINDS, *TAXED)}
        # what bears VAT lowers the amount without it, whatever it is called
        taxed = {kind: money[f"{kind}_taxed"] for kind in APART}
        return Amounts(
            works=money["works"],
            revision=money["revision"],
            advance=money["advance"],
            repaid=-money["advance_repayment"],
            other=money["other"] + sum(taxed.values()),
            vat=self._chorus_money(sign * self.amount_tax),
            retention=taxed["retention"] - money["retention"],
            deductions=taxed["penalty"] - money["penalty"],
        )

    def _chorus_counts(self):
        """Whether it is a posted situation that was not credited in full, or a credit note of part of one."""
        self.ensure_one()
        invoice = self.reversed_entry_id or self
        return self.state == "posted" and self.move_type in CUSTOMER_TYPES and not invoice._chorus_is_credited()

    def _chorus_is_empty_month(self):
        """Whether it is a situation for Chorus Pro of which nothing is left to pay, such as a month that penalties use up."""
        self.ensure_one()
        return bool(
            self.chorus_situation
            and self.chorus_state
            and self.move_type == "out_invoice"
            and not self._chorus_is_account()
            and self.currency_id.is_zero(self.amount_total)
        )

    def _chorus_asks_nothing(self):
        """Whether it leaves nothing to be paid to us, so that no account is printed to pay it to."""
        self.ensure_one()
        if not self.chorus_situation or self.move_type != "out_invoice":
            return False
        balance = self._chorus_balance()
        return self.currency_id.is_zero(self.amount_total) if balance is None else balance <= 0

    def _chorus_is_settled(self):
        """Whether the public body has paid it, by what Chorus Pro or the books say."""
        self.ensure_one()
        if self._chorus_is_empty_account():
            return self._chorus_balance_settled()
        if self._chorus_is_empty_month():
            # Odoo calls it paid from the day on which it is confirmed
            return self.chorus_state == "paid"
        return self.chorus_state == "paid" or self.payment_state in ("paid", "in_payment")

    def _chorus_shares(self):
        """The parts of others in this situation that are not zero.

        Parts of another market's parties, left from before the invoice's market was changed, are none.
        """
        self.ensure_one()
        return self.chorus_market_id.party_ids.share_ids.filtered(lambda share: share.amount and share.move_id == self._origin)

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
            ("deductions", self.env._("Penalties"), False),
            ("net", self.env._("Net to pay"), True),
        ]
        always = ("works", "untaxed", "vat", "taxed", "net")
        taken = ("repaid", "retention", "deductions")
        rows = []
        for name, label, stands_out in labels:
            amounts = [-getattr(column, name) if name in taken else getattr(column, name) for column in columns]
            if name in always or any(amounts):
                rows.append((label, amounts, stands_out))
        rows += self._chorus_statement_shares(columns)
        rows += self._chorus_statement_carried(found)
        return [
            (
                label,
                ["" if amount is None else format_amount(self.env, float(amount), self.currency_id) for amount in amounts],
                stands_out,
            )
            for label, amounts, stands_out in rows
        ]

    def _chorus_statement_carried(self, found):
        """What came of the situation before, and goes to the next one, as more was due than paid: rows of one column."""
        labels = [
            (found.brought, "retention", self.env._("Retention carried over from the situation before")),
            (found.brought, "penalty", self.env._("Penalties carried over from the situation before")),
            (found.carried, "retention", self.env._("Retention carried over to the next situation")),
            (found.carried, "penalty", self.env._("Penalties carried over to the next situation")),
        ]
        return [(label, (None, None, amounts[kind]), False) for amounts, kind, label in labels if amounts.get(kind)]

    def _chorus_statement_shares(self, columns):
        """Who is paid what: a row for each party paid directly to date, which lowers what is left for us; none without them."""
        parts = self._chorus_parts_paid()
        if not parts:
            return []
        ours = [column.net - sum(amounts[rank] for _party, amounts in parts) for rank, column in enumerate(columns)]
        return [
            *((self._chorus_paid_label(party), [-amount for amount in amounts], False) for party, amounts in parts),
            (self.env._("Left to pay to us"), ours, True),
        ]

    def _chorus_parts_paid(self):
        """What the public body pays directly to others: a party, and its amounts to date, before and this month, for each."""
        if self.move_type != "out_invoice":
            return []
        market = self.chorus_market_id
        told = self._chorus_accounts_before() | self._chorus_told_credits() | self._origin
        parts = []
        for party in market.party_ids.filtered("share_ids"):
            before = party.share_ids.filtered(lambda share: share._chorus_is_before(self) and share.move_id not in told)
            own = party.share_ids.filtered(lambda share: share.move_id in told)
            month, earlier = (self._chorus_money(some._chorus_sum("amount_paid")) for some in (own, before))
            if month or earlier:
                parts.append((party, [earlier + month, earlier, month]))
        return parts

    def _chorus_paid_label(self, party):
        name = party.partner_id.name
        if party.role == Role.COTRAITANT.value:
            return self.env._("Paid to the co-contractor %s, with VAT", name)
        return self.env._("Paid directly to %s, without VAT", name)

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

    def _chorus_totals_shown(self, totals):
        """The totals of a situation as the certificate has them: without and with VAT before what is kept back or taken off, then
        what is left.

        :param totals: those of Odoo, which take it off the amount without VAT.
        """
        apart = [
            (self.env._("Retention of guarantee"), *self._chorus_apart("retention")),
            (self.env._("Penalties"), *self._chorus_apart("penalty")),
        ]
        apart = [one for one in apart if not self.currency_id.is_zero(one[1])]
        if not apart:
            return totals
        amount, local = (sum(one[rank] for one in apart) for rank in (1, 2))
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
                    "group_name": name,
                    "group_label": False,
                    "involved_tax_ids": [],
                    "tax_amount_currency": -part,
                    "tax_amount": -part_local,
                    "base_amount_currency": 0.0,
                    "base_amount": 0.0,
                    "display_base_amount_currency": False,
                    "display_base_amount": False,
                }
                for name, part, part_local in apart
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

    def _chorus_apart(self, kind):
        """What the untaxed lines of a kind keep back or take off, in the invoice's currency and in the company's."""
        lines = self.invoice_line_ids.filtered(lambda line: line._chorus_is_apart() and line.chorus_line_kind == kind)
        sign = -1 if self.move_type == "out_refund" else 1
        return (
            self.currency_id.round(-sum(lines.mapped("price_subtotal"))),
            self.company_currency_id.round(sum(lines.mapped("balance")) * sign),
        )

    def _chorus_subtotal(self, amount, local):
        return {"base_amount_currency": amount, "base_amount": local, "tax_amount_currency": 0.0, "tax_amount": 0.0}

    def _chorus_taxed_apart(self):
        """What of its retention and penalties bears VAT, as ``_chorus_book_kinds`` has it."""
        sign = -1 if self.move_type == "out_refund" else 1
        found = dict.fromkeys(TAXED, 0.0)
        for line in self.invoice_line_ids:
            if line.display_type == "product" and line.chorus_line_kind in APART and line._chorus_is_taxed():
                found[f"{line.chorus_line_kind}_taxed"] += sign * line.price_subtotal
        return found

    def _chorus_stated(self):
        """The amounts that are typed on the portal, as a ``services.works.statement.Amounts``: those of the paper."""
        self.ensure_one()
        return self._chorus_columns().month
