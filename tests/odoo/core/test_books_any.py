"""Any invoice at all, with all the taxes, payments, terms and places that books know: its file says what they say."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import Phase, event, given, reject, settings
from hypothesis import strategies as st

from odoo import Command, fields
from odoo.tests import tagged

from ....services.document.en16931 import CII, UBL_CREDIT_NOTE, UBL_INVOICE, problems, to_cii
from ....services.document.invoice import VatCategory
from ....services.document.submission import to_submission
from ....services.document.ubl import to_ubl
from ....services.vocabulary import territories
from ...support import schematron
from ...support.strategies import ALWAYS_THE_SAME, sums_add_up
from .test_books import BooksCase

VATS = ("20", "10", "5.5", "8.5", "2.1", "formation", "débours", "franchise", "autoliquidation")
LEVIES = ("eco", "consigne", "octroi", "octroi hors", "éco incluse")
WITHHELD = "précompte"
COUNTRIES = ("FR", "FR", "FR", "RE", "GF", "NC", "MC")
CURRENCIES = {"EUR": 1, "USD": 1.0876, "XPF": 119.331742}
TERMS = {"thirty": [(100, 30)], "two": [(30, 30), (70, 60)], "three": [(20, 90), (30, 10), (50, 45)]}
MAY_BLOCK = {"R-17.sign"}

cents = st.decimals("0.01", 3000, places=2)
lines = st.fixed_dictionaries(
    {
        "price_unit": cents,
        "quantity": st.sampled_from([Decimal(1), Decimal(2), Decimal(7), Decimal("0.5"), Decimal("12.34")]),
        "discount": st.sampled_from([0, 0, 0, 10, "33.33"]),
        "vat": st.sampled_from(VATS),
        "levies": st.sets(st.sampled_from(LEVIES), max_size=2),
        "withheld": st.sampled_from([False, False, False, True]),
        "returned": st.sampled_from([False] * 7 + [True]),
    }
)
invoices = st.fixed_dictionaries(
    {
        "lines": st.lists(lines, min_size=1, max_size=5),
        "method": st.sampled_from(["round_globally", "round_per_line"]),
        "currency": st.sampled_from(["EUR", "EUR", "EUR", "USD", "XPF"]),
        "country": st.sampled_from(COUNTRIES),
        "term": st.none() | st.sampled_from(sorted(TERMS)),
        "position": st.sampled_from(["", "", "<p>Organisme agréé, exonération art. 202 C</p>"]),
        "retention": st.sampled_from([False, False, False, True]),
        "paid": st.sampled_from([None, None, "before", "all before", "since", "both"]),
        "refund": st.sampled_from([False, False, False, True]),
    }
)


class _Undo(Exception):
    """Ends a drawn invoice."""


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBooksAny(BooksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = {rate: cls.tax(f"TVA {rate} %", float(rate), sequence=50) for rate in VATS[:5]}
        for name, note in {
            "formation": "Exonération de TVA, art. 261-4-4° a du CGI",
            "débours": "Débours, art. 267 II 2° du CGI",
            "franchise": "TVA non applicable, art. 293 B du CGI",
            "autoliquidation": "Autoliquidation, art. 283-2 nonies du CGI",
        }.items():
            cls.taxes[name] = cls.tax(f"0 % {name}", sequence=50, invoice_legal_notes=note)
        fixed = {"amount_type": "fixed", "sequence": 1}
        cls.taxes |= {
            "eco": cls.tax("Éco-participation", 1.25, include_base_amount=True, **fixed),
            "consigne": cls.tax("Consigne", 3, **fixed),
            "éco incluse": cls.tax("Éco incluse", 0.5, include_base_amount=True, price_include_override="tax_included", **fixed),
            "octroi": cls.tax("Octroi de mer 2,5 %", 2.5, include_base_amount=True, sequence=10),
            "octroi hors": cls.tax("Octroi de mer régional 1,5 %", 1.5, sequence=11),
            WITHHELD: cls.tax("Précompte -1,1 %", -1.1, sequence=60),
        }
        cls.terms = {
            name: cls.env["account.payment.term"].create(
                {"name": name, "company_id": cls.company.id,
                 "line_ids": [
                     Command.create({"value": "percent", "value_amount": part, "nb_days": days}) for part, days in parts
                 ]}
            )
            for name, parts in TERMS.items()
        }  # fmt: skip
        for code, rate in CURRENCIES.items():
            if code != "EUR":
                cls.foreign_currency(code, rate)

    def make(self, drawn):
        """The invoice as the books have it, with what was paid of it by its date."""
        self.company.tax_calculation_rounding_method = drawn["method"]
        country = self.env["res.country"].search([("code", "=", drawn["country"])])
        town = self.town.copy({"name": self.town.name, "company_registry": self.town.company_registry, "country_id": country.id,
                               "invoice_sending_method": "chorus_pro"})  # fmt: skip
        commands = []
        for rank, line in enumerate(drawn["lines"], 1):
            taxes = self.taxes[line["vat"]]
            for levy in (*line["levies"], *((WITHHELD,) if line["withheld"] else ())):
                taxes |= self.taxes[levy]
            commands.append(Command.create(
                {"name": f"Poste {rank}", "price_unit": float(line["price_unit"]), "discount": float(line["discount"]),
                 "quantity": float(line["quantity"]) * (-1 if line["returned"] else 1), "tax_ids": [Command.set(taxes.ids)]}
            ))  # fmt: skip
        if drawn["retention"]:
            commands.append(Command.create({"name": "Retenue de garantie", "price_unit": -5, "tax_ids": [Command.clear()]}))
        position = self.env["account.fiscal.position"].create({"name": "P", "note": drawn["position"]})
        day = fields.Date.today() - timedelta(days=3)
        move = self.invoice(
            town, post=False, invoice_date=day, invoice_line_ids=commands,
            move_type="out_refund" if drawn["refund"] else "out_invoice",
            currency_id=self.env["res.currency"].search([("name", "=", drawn["currency"])]).id,
            invoice_payment_term_id=self.terms[drawn["term"]].id if drawn["term"] else False,
            fiscal_position_id=position.id,
            **({"chorus_original_number": "2019-0417"} if drawn["refund"] else {}),
        )  # fmt: skip
        if move.amount_total < 0:
            reject()  # Odoo confirms no such one
        move.action_post()
        before = Decimal(0)
        if drawn["paid"] and not drawn["refund"] and move.amount_residual > 1:
            part = move.amount_residual if drawn["paid"] == "all before" else move.currency_id.round(move.amount_residual / 3)
            if drawn["paid"] != "since":
                self.pay(move, part, day - timedelta(days=2))
                before = move._chorus_money(part)
            if drawn["paid"] in ("since", "both") and move.amount_residual > 1:
                self.pay(move, move.currency_id.round(move.amount_residual / 2), day + timedelta(days=1))
        return move, before

    def check(self, drawn):
        move, before = self.make(drawn)
        document, money = move._chorus_document(), move._chorus_money
        totals = document.totals
        blocking = {finding.code for finding in move._chorus_findings() if finding.blocks}
        self.assertLessEqual(blocking, MAY_BLOCK)
        event(f"{'stopped' if blocking else 'written'}, {document.framework}, {document.kind}")
        # the books: VAT is what its own journal items hold, in both currencies; the rest is a charge or withheld
        sign = 1 if drawn["refund"] else -1
        rates = {}
        for line in move.line_ids.filtered("tax_line_id"):
            name = line.tax_line_id.name
            if name.startswith("TVA"):
                rate = Decimal(str(line.tax_line_id.amount))
                rates[rate] = rates.get(rate, 0) + sign * money(line.amount_currency)
        stated = {subtotal.vat.rate: subtotal.tax for subtotal in document.vat_breakdown if subtotal.vat.rate}
        self.assertEqual({rate: tax for rate, tax in stated.items() if tax}, {rate: tax for rate, tax in rates.items() if tax})
        others = move.line_ids.filtered(lambda line: line.tax_line_id and not line.tax_line_id.name.startswith("TVA"))
        withheld = -sign * sum((money(line.amount_currency) for line in others if line.tax_line_id.amount < 0), Decimal(0))
        levied = sign * sum((money(line.amount_currency) for line in others if line.tax_line_id.amount > 0), Decimal(0))
        self.assertEqual(totals.charges - totals.allowances, levied)
        self.assertEqual(totals.grand_total - withheld - document.retained, money(move.amount_total))
        self.assertEqual(totals.payable, money(move.amount_total) + document.retained - before)
        self.assertEqual(totals.prepaid, withheld + before)
        self.assertEqual(document.framework, "A2" if before and not totals.payable else "A1")
        if document.currency != "EUR":
            balance = sum(move.line_ids.filtered(lambda line: line.tax_line_id.name and line.tax_line_id.name.startswith("TVA"))
                          .mapped("balance"))  # fmt: skip
            self.assertEqual(document.tax_in_vat_currency, money(sign * balance, move.company_currency_id))
        self.reasons(drawn, document)
        if drawn["term"] and not drawn["refund"] and not before:
            self.assertEqual(
                document.due_date, move.invoice_date + timedelta(days=min(days for _part, days in TERMS[drawn["term"]]))
            )
        if not blocking:
            self.files(document)

    def reasons(self, drawn, document):
        """Each exempt line's own reason is told; nothing is exported to a department."""
        self.assertNotIn(VatCategory.EXPORT if drawn["country"] in territories.OVERSEAS_DEPARTMENTS | {"FR", "MC"} else None,
                         document.vat_categories)  # fmt: skip
        told = {
            subtotal.vat.category: document.exemption(subtotal) for subtotal in document.vat_breakdown if not subtotal.vat.rate
        }
        exempt = {line["vat"] for line in drawn["lines"]} & {"formation", "débours", "franchise"}
        for name in exempt:
            self.assertIn(self.taxes[name].invoice_legal_notes.striptags(), told[VatCategory.EXEMPT][0])
        if len(exempt) > 1:
            self.assertEqual(told[VatCategory.EXEMPT][1], "")
        self.assertEqual("autoliquidation" in {line["vat"] for line in drawn["lines"]}, VatCategory.REVERSE_CHARGE in told)

    def files(self, document):
        cii, ubl = to_cii(document), to_ubl(document)
        sums_add_up(cii)
        kind = UBL_CREDIT_NOTE if document.is_credit_note else UBL_INVOICE
        self.assertEqual(problems(cii, CII) + problems(ubl, kind), [])
        self.assertEqual(schematron.failures(cii), [])
        self.assertEqual(schematron.failures(ubl, schematron.UBL), [])
        sent = {name: Decimal(str(value)) for name, value in to_submission(document, "42")["montantTotal"].items()
                if name.startswith("montant")}  # fmt: skip
        self.assertEqual(sent["montantTtcTotal"] - sent.get("montantRemiseGlobaleTTC", 0), sent["montantAPayer"])

    def test_any(self):
        @settings(ALWAYS_THE_SAME, max_examples=25, phases=[Phase.generate])
        @given(invoices)
        def run(drawn):
            try:
                with self.env.cr.savepoint():
                    self.check(drawn)
                    raise _Undo
            except _Undo:
                self.env.invalidate_all()

        run()
