"""Three years of a works market in Odoo: each month, everywhere that it is shown, is what an independent computation gives."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged
from odoo.tools import format_amount

from ...support import months
from ...support.decompte import half_up
from ...support.markets import MarketCommon


def exact(amount):
    return Decimal(f"{amount:.2f}")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMonths(MarketCommon):
    """800 lines in 14 chapters, two amendments, two indices, an advance repaid from 65 to 80 %, 5 % kept back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = script = months.Script(800)
        cls.market.write(
            {
                "date_signed": months.START,
                "date_notified": months.START,
                "date_end": months.END,
                "date_consulted": date(2024, 6, 1),
                "amount_initial": float(script.initial),
                "engagement_ids": [Command.clear(), Command.create({"number": "EJ-1", "amount": 1e9})],
                "retention_rate": float(months.RETENTION),
                "retention_base": "works",
                "advance_rate": float(months.ADVANCE),
                "revision_fixed": float(months.FIXED),
                "term_ids": [
                    Command.create({"name": name, "weight": float(weight), "initial": float(months.INITIAL[name])})
                    for name, weight in months.WEIGHTS.items()
                ],
                "formula_ids": [
                    Command.create(
                        {
                            "name": f"Lot {chapter}",
                            "lot": chapter,
                            "fixed": float(fixed),
                            "term_ids": [
                                Command.create({"name": name, "weight": float(weight), "initial": float(months.INITIAL[name])})
                                for name, weight in weights.items()
                            ],
                        }
                    )
                    for chapter, (fixed, weights) in months.LOTS.items()
                ],
                "party_ids": [
                    Command.create(
                        {
                            "role": "sous_traitant",
                            "partner_id": cls.party(name, siret).id,
                            "amount": 1e7,
                            "accepted_on": months.START,
                        }
                    )
                    for name, siret in (("Étanchéité Brun", "90000000300013"), ("Levage Noir", "90000000400011"))
                ],
            }
        )
        cls.schedule(script.schedule)
        cls.env.flush_all()
        # as autovacuum does of what is committed: else PostgreSQL holds it for empty, and reads it for each row of progress
        cls.env.cr.execute("ANALYZE chorus_market_line")

    @classmethod
    def schedule(cls, lines, amendment=None):
        """Add lines to the market's schedule, each chapter under its heading."""
        known = set(cls.market.line_ids.filtered("display_type").mapped("code"))
        rank, commands = len(cls.market.line_ids), []
        for code, (chapter, quantity, price, _rate) in lines.items():
            if chapter not in known:
                known.add(chapter)
                heading = {"display_type": "line_section", "code": chapter, "name": f"Chapitre {chapter}"}
                commands.append(Command.create({**heading, "sequence": rank + len(commands)}))
            values = {"code": code, "name": f"Ouvrage {code}", "unit": "m²", "sequence": rank + len(commands)}
            values |= {
                "quantity": float(quantity),
                "price_unit": float(price),
                "lot": chapter,
                "amendment_id": amendment and amendment.id,
            }
            commands.append(Command.create(values))
        cls.market.line_ids = commands

    def amend(self, month):
        amendment = self.env["chorus.market.amendment"].create(
            {
                "market_id": self.market.id,
                "name": f"Avenant {month.rank}",
                "date": month.first,
                "amount": float(self.script.amount(month.amendment)),
            }
        )
        self.schedule(month.amendment, amendment)

    def publish(self, month, done):
        """The values of the indices that came out this month."""
        indices = self.env["chorus.works.index"]
        for name, values in month.published.items():
            for day, value in values.items():
                if (name, day) not in done:
                    done.add((name, day))
                    indices.create({"name": name, "month": day, "value": float(value)})

    def test_thirty_six_months(self):
        published, brought = set(), {"retention": 0, "penalty": 0}
        self.assertEqual(exact(self.market.advance_amount), self.script.advance)
        for month in self.script.months():
            self.publish(month, published)
            if month.amendment:
                self.amend(month)
            if month.late:
                self.env["chorus.works.penalty"].create({"market_id": self.market.id, "date": month.first, "days": month.late})
            move = self.market._chorus_next_situation()
            rows = {row.code: row.id for row in move.chorus_progress_ids}
            move.chorus_progress_ids = [
                Command.update(rows[code], {"percent": float(percent)}) for code, percent in month.typed.items()
            ]
            move.invoice_date = move.chorus_period_end
            for share, part in zip(self.env["chorus.works.share"]._chorus_of(move), month.parts, strict=True):
                share.amount = float(part)
            move.action_post()
            with self.subTest(month=month.rank):
                self.assertEqual((move.chorus_situation, move.chorus_period_start), (month.rank, month.first))
                self.agrees(move, month.expected)
                self.carries(move, brought, month.expected["carried"])
                brought = month.expected["carried"]
                shown = {label: texts[2] for label, texts, _out in move._chorus_statement(move._chorus_columns())}
                left = month.expected["net"] - sum(month.parts)
                self.assertEqual(
                    shown.get("Left to pay to us", shown["Net to pay"]), format_amount(self.env, float(left), move.currency_id)
                )
            self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(month.rank, months.MONTHS)
        self.ends_settled(move)

    def agrees(self, move, expected):
        """Lines, totals, tab, paper, portal's sheet and books of one situation."""
        made = {}
        for line in move.invoice_line_ids:
            key = line.name.split()[0] if line.chorus_line_kind == "works" else line.chorus_line_kind
            made[key] = made.get(key, 0) + exact(line.price_subtotal)
        wanted = {
            **expected["chapters"],
            "revision": expected["revision"],
            "advance": expected["advance"],
            "advance_repayment": -expected["repaid"],
            "retention": -expected["retention"],
            "penalty": -expected["penalty"],
        }
        self.assertEqual(made, {name: amount for name, amount in wanted.items() if amount})
        self.assertEqual((exact(move.amount_tax), exact(move.amount_total)), (expected["vat"], expected["net"]))
        columns = move._chorus_columns()
        names = ("works", "revision", "advance", "repaid", "untaxed", "vat", "taxed", "retention", "net")
        self.assertEqual(
            {name: getattr(columns.month, name) for name in names}, {name: expected[name] for name in names}, "tab and paper"
        )
        self.assertEqual(columns.month.deductions, expected["penalty"])
        self.assertEqual(columns.cumulative.works, self.script.account.works)
        self.assertEqual(columns.cumulative.retention, self.script.account.kept)
        self.assertEqual(columns.cumulative.repaid, self.script.account.repaid)
        shown = {label: texts[2] for label, texts, _out in move._chorus_statement(columns)}
        self.assertEqual(shown["Net to pay"], format_amount(self.env, float(expected["net"]), move.currency_id))
        sheet = self.env["chorus.works.deposit"].new({"move_id": move.id})
        typed = {
            name: float((sheet[name] or "0").replace(",", ".")) for name in ("untaxed", "tax", "total", "retention", "penalty")
        }
        wanted = {"untaxed": "untaxed", "tax": "vat", "total": "taxed"}
        self.assertEqual(
            typed,
            {name: float(expected[amount]) for name, amount in wanted.items()}
            | {name: -float(expected[name]) for name in ("retention", "penalty")},
            "what is typed on the portal",
        )
        document = move._chorus_document()
        self.assertEqual(
            (document.totals.tax_basis, document.totals.tax, document.totals.grand_total, document.retained, document.deducted),
            tuple(expected[name] for name in ("untaxed", "vat", "taxed", "retention", "penalty")),
            "what a file would say",
        )
        self.assertEqual(exact(move.tax_totals["total_amount_currency"]), expected["net"], "on screen")
        owed = move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.assertEqual(exact(sum(owed.mapped("balance"))), expected["net"], "in the books")
        self.assertEqual(exact(sum(move.line_ids.filtered("tax_line_id").mapped("balance"))), -expected["vat"])

    def carries(self, move, brought, carried):
        """What was due beyond what a month was paid is told by it and by the next one."""
        found = move._chorus_columns()
        self.assertEqual([dict(one) for one in (found.brought, found.carried)], [
            {name: amount for name, amount in amounts.items() if amount} for amounts in (brought, carried)
        ])  # fmt: skip

    def ends_settled(self, last):
        """All work stated, the advance repaid, the retention at its full rate."""
        total = last._chorus_columns().cumulative
        self.assertEqual(total.works, self.script.total)
        self.assertEqual((total.advance, total.repaid), (self.script.advance, self.script.advance))
        self.assertEqual(total.retention, half_up(self.script.total * Decimal("1.2") * 5 / 100))
        self.assertEqual(last._chorus_columns().progress, 100)
