"""The corpus through every format: XSD, EN 16931 schematron, the books' totals, and a platform that takes it in."""

import io
from datetime import timedelta
from decimal import Decimal

from facturx import parse_ubl_cii_xml
from lxml import etree
from pypdf import PdfReader

from odoo.tests import tagged
from odoo.tools import split_every

from ....services.document import submission
from ....services.document.en16931 import CII, UBL_CREDIT_NOTE, UBL_INVOICE, problems
from ....services.document.invoice import Attachment, VatDue
from ...support import d16b, needs, schematron
from ...support.corpus_case import CorpusCase

CODES = {"cii": "IN_DP_E1_CII_16B", "ubl": "IN_DP_E1_UBL_INVOICE", "facturx": "IN_DP_E2_CII_FACTURX"}
NAMES = ("lines", "without_vat", "vat", "with_vat", "prepaid", "rounding", "payable")
CII_TOTALS = ("LineTotalAmount", "TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "TotalPrepaidAmount",
              "RoundingAmount", "DuePayableAmount")  # fmt: skip
UBL_TOTALS = ("LineExtensionAmount", "TaxExclusiveAmount", "", "TaxInclusiveAmount", "PrepaidAmount",
              "PayableRoundingAmount", "PayableAmount")  # fmt: skip


def cii_totals(xml):
    """The totals that a CII says, by our names; those it leaves out are nought."""
    (summation,) = etree.fromstring(xml).iter("{*}SpecifiedTradeSettlementHeaderMonetarySummation")
    return {name: Decimal(summation.findtext("{*}" + tag) or 0) for name, tag in zip(NAMES, CII_TOTALS, strict=True)}


def ubl_totals(xml):
    root = etree.fromstring(xml)
    total = root.find("{*}LegalMonetaryTotal")
    found = {name: Decimal(total.findtext("{*}" + tag) or 0) for name, tag in zip(NAMES, UBL_TOTALS, strict=True) if tag}
    return {**found, "vat": Decimal(root.findtext("{*}TaxTotal/{*}TaxAmount"))}


def said(terms, term):
    """What a file says at that term: ``BT-9``; ``BG-23/BT-118`` is a list, of one each; ``BG-10/name`` a party's datum."""
    group, _slash, inside = term.partition("/")
    value = terms.get(group)
    if not inside:
        return value
    if isinstance(value, list):
        return [one.get(inside) for one in value]
    # facturx has a payee's name under another key in UBL
    return (value or {}).get(inside) or (value or {}).get({"name": "biz_name"}.get(inside))


def as_said(expected, day):
    """What a description expects, with the days that it counts from the invoice's."""
    if isinstance(expected, str) and expected[:1] in "+-" and expected[1:].isdigit():
        return day + timedelta(int(expected))
    return expected


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCorpus(CorpusCase):
    def test_there_are_many_and_none_is_stopped(self):
        self.assertGreaterEqual(len(self.cases), 130)
        for case in self.cases:
            with self.subTest(case.name):
                self.assertEqual([(finding.code, finding.message.en) for finding in case.blocking], [])

    def test_each_stands_alone(self):
        """What one invoice has of its own, the next one has not."""
        for case in self.cases:
            with self.subTest(case.name):
                if "delivery" not in case.data:
                    self.assertIsNone(case.document.delivery_address)
                if not {"bank", "factor"} & case.data.keys() and case.document.payment.iban:
                    self.assertEqual(case.document.payment.iban, "FR7630001007941234567890185")
                self.assertFalse(case.move.commercial_partner_id.child_ids - case.move.partner_shipping_id)

    def test_totals_are_those_of_the_books_and_those_expected(self):
        """Each format says the same, to the cent; `totals` of the description were reckoned by hand."""
        for case in self.cases:
            with self.subTest(case.name):
                move, money = case.move, case.move._chorus_money
                totals = cii_totals(case.files["cii"].content)
                self.assertEqual(ubl_totals(case.files["ubl"].content), totals)
                # what the books take off the total and the document tells apart
                withheld, retained = Decimal(case.data.get("withheld", 0)), case.document.retained
                self.assertEqual(totals["with_vat"] + totals["rounding"] - withheld - retained, money(move.amount_total))
                self.assertEqual(retained, Decimal(case.data.get("retained", 0)))
                left = money(move.amount_total) + retained - Decimal(case.data.get("paid", 0))
                self.assertEqual(totals["payable"], 0 if case.data.get("move", {}).get("chorus_already_paid") else left)
                submitted = case.files["pdf"].data["montantTotal"]
                for name, key in (("without_vat", "montantHtTotal"), ("vat", "montantTVA"), ("with_vat", "montantTtcTotal"),
                                  ("payable", "montantAPayer")):  # fmt: skip
                    self.assertEqual(Decimal(str(submitted[key])), totals[name])
                expected = {name: Decimal(value) for name, value in case.data["totals"].items()}
                self.assertEqual({name: totals[name] for name in expected}, expected)

    def test_what_each_is_to_say(self):
        """What stands in the description, read from the files by another reader: the same in CII and UBL."""
        for case in self.cases:
            for form in ("cii", "ubl"):
                terms = parse_ubl_cii_xml(case.files[form].content, check_xsd=False)
                for term, expected in case.data.get("says", {}).items():
                    with self.subTest(case.name, form=form, term=term):
                        self.assertEqual(said(terms, term), as_said(expected, case.move.invoice_date))
                for term, words in case.data.get("tells", {}).items():
                    for word in words:
                        with self.subTest(case.name, form=form, term=term):
                            self.assertIn(word, said(terms, term).replace("\u00a0", " "))
            for path, expected in case.data.get("data", {}).items():
                with self.subTest(case.name, form="pdf", path=path):
                    found = case.files["pdf"].data
                    for key in path.split("."):
                        found = found.get(key) if isinstance(found, dict) else found
                    self.assertEqual(found, expected)

    def test_schema(self):
        for case in self.cases:
            with self.subTest(case.name):
                kind = UBL_CREDIT_NOTE if case.document.is_credit_note else UBL_INVOICE
                cii, ubl = case.files["cii"].content, case.files["ubl"].content
                self.assertEqual(problems(cii, CII) + problems(ubl, kind), [])

    def test_schematron(self):
        needs.package(*schematron.NEEDED)  # once: each case would count as skipped
        for case in self.cases:
            with self.subTest(case.name):
                self.assertEqual(schematron.failures(case.files["cii"].content), [])
                self.assertEqual(schematron.failures(case.files["ubl"].content, schematron.UBL), [])

    def test_cii_is_d16b(self):
        """The version that the channel names; Factur-X's schema above is a later one's."""
        for case in self.cases:
            with self.subTest(case.name):
                self.assertEqual(d16b.problems(case.files["cii"].content), [])

    def test_factur_x_holds_the_xml_that_was_checked(self):
        """The PDF opens, its XML is the CII of the same document, byte by byte, and the attachments are there."""
        for case in self.cases:
            with self.subTest(case.name):
                reader = PdfReader(io.BytesIO(case.files["facturx"].content))
                files = dict(reader.attachments)
                (xml,) = files.pop("factur-x.xml")
                self.assertEqual(problems(xml, CII), [])
                if not case.document.attachments:
                    self.assertEqual(xml, case.files["cii"].content)
                self.assertEqual(files, {file.name: [file.content] for file in case.document.attachments})
                self.assertTrue(reader.pages[0].extract_text())

    def test_platform_integrates_each_flow(self):
        for form, code in CODES.items():
            self.simulator.reset()
            with self.company._chorus_client() as client:
                flows = {}
                for some in split_every(40, self.cases):
                    for case in some:
                        file = case.files[form]
                        flows[case.name] = client.deposit_flow(file.content, file.name, code).flow_number
                    self.simulator.advance()
                for name, number in flows.items():
                    with self.subTest(name, form=form):
                        report = client.flow_report(number)
                        self.assertEqual((report.state, report.invoice_errors, report.technical_errors), ("IN_INTEGRE", (), ()))
            self.check_taken_in(form)

    def test_platform_takes_each_submission(self):
        with self.company._chorus_client() as client:
            for case in self.cases:
                with self.subTest(case.name):
                    file = case.files["pdf"]
                    submitted = submission.hand_over(client, file.data, file.content, file.name, file.others)
                    self.assertEqual(submitted.number, case.move.name)
        self.check_taken_in("pdf")

    def check_taken_in(self, form):
        """What the platform read is what the books say."""
        rows = {row["numeroFacture"]: row for row in self.simulator.invoices()}
        for case in self.cases:
            with self.subTest(case.name, form=form):
                row, totals = rows[case.move.name], cii_totals(case.files["cii"].content)
                self.assertEqual(row["typeFacture"], "AVOIR" if case.document.is_credit_note else "FACTURE")
                for key, name in (("montantHT", "without_vat"), ("montantTVA", "vat"), ("montantTTC", "with_vat"),
                                  ("montantAPayer", "payable")):  # fmt: skip
                    self.assertEqual(Decimal(str(row[key])), totals[name], key)
                self.assertEqual(row["devise"], case.move.currency_id.name)
                self.assertEqual(row["codeServiceExecutant"] or "", case.document.service_code)
                self.assertEqual(row["numeroMarche"] or "", case.document.market_number)
                self.assertEqual(row["numeroBonCommande"] or "", case.document.engagement_number)
                self.assertEqual(sorted(row["attachments"]), sorted(file.name for file in case.document.attachments))

    # -- what each one is there for --------------------------------------------------------------------------------------

    def document(self, name):
        return next(case.document for case in self.cases if case.name == name)

    def test_texts_among_the_lines(self):
        first, second = self.document("lines-sections-and-notes").lines
        self.assertEqual(first.description, "Lot 2 – Plomberie\nY compris évacuation en décharge agréée")
        self.assertEqual((second.name, second.description), ("Tableau", "Lot 3 – Électricité"))
        self.assertEqual(
            [line.description for line in self.document("lines-subsections").lines],
            ["Bâtiment A – Rez-de-chaussée", "Bâtiment A – Étage", "Bâtiment B"],
        )
        (note,) = self.document("lines-note-first").notes
        self.assertEqual((note.text, note.specific), ("Suivant votre commande du 3 mars", True))
        (line,) = self.document("lines-without-product").lines
        self.assertEqual(
            (line.name, line.description), ("Intervention du 12 mai", "Deux techniciens, trois heures\nDéplacement compris")
        )
        self.assertEqual(
            [note.specific for name in ("notes-terms", "notes-own") for note in self.document(name).notes], [False, True]
        )

    def test_reasons_without_vat(self):
        for name, reason in {
            "vat-exempt": ("Exonération de TVA, art. 261-4-4° a du CGI", ""),
            "vat-exempt-by-code": ("Exonération de TVA, art. 261 D, 2° du CGI", "VATEX-FR-CGI261D-2"),
            "vat-franchise": ("TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE"),
            "vat-franchise-by-code": ("TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE"),
            "vat-reverse-charge": ("Autoliquidation, art. 283-2 nonies du CGI", ""),
        }.items():
            with self.subTest(name):
                document = self.document(name)
                self.assertEqual(document.exemption(document.vat_breakdown[0]), reason)
        self.assertEqual(self.document("vat-overseas-8.5").vat_breakdown[0].vat.rate, Decimal("8.5"))

    def test_when_vat_falls_due(self):
        due = {name: self.document(name).vat_due for name in ("vat-20", "vat-on-receipts", "vat-on-receipts-and-debits")}
        self.assertEqual(list(due.values()), [VatDue.INVOICE, VatDue.PAYMENT, None])

    def test_a_tax_that_is_no_vat(self):
        document = self.document("vat-eco-contribution")
        (charge,) = document.charges
        self.assertEqual((charge.amount, charge.vat.rate, document.totals.tax), (Decimal("16.66"), 20, Decimal("143.33")))
        self.assertIn("Éco", charge.reason)

    def test_paid_before_and_paid_since(self):
        card, since = self.document("paid-by-card"), self.document("paid-since")
        self.assertEqual((card.framework, card.payment.means), ("A2", "48"))
        self.assertEqual((card.totals.prepaid, card.totals.payable), (Decimal("120.00"), 0))
        self.assertEqual((since.framework, since.totals.prepaid, since.totals.payable), ("A1", 0, Decimal("120.00")))

    def test_originals_of_credit_notes(self):
        typed = self.document("credit-note-of-another-software").original
        self.assertEqual((typed.number, str(typed.issue_date)), ("2019-0417", "2019-04-17"))
        case = next(case for case in self.cases if case.name == "credit-note")
        origin = case.move.reversed_entry_id
        self.assertEqual((case.document.original.number, case.document.original.issue_date), (origin.name, origin.invoice_date))
        self.assertEqual(self.document("credit-note-settled").totals.payable, Decimal("120.00"))

    def test_no_reference_is_made_up(self):
        for form, file in next(case.files for case in self.cases if case.name == "references-none").items():
            said = str(file.data) if file.data else file.content.decode("utf-8", "ignore")
            with self.subTest(form):
                self.assertNotIn("S00042", said)
                self.assertNotIn("3 mars", said)

    def test_accounts_and_delivery(self):
        self.assertEqual(self.document("payment-own-account").payment.iban, "FR1420041010050500013M02606")
        self.assertEqual(self.document("vat-20").payment.iban, "FR7630001007941234567890185")
        self.assertEqual(self.document("vat-20").delivery_date, None)
        self.assertEqual(str(self.document("delivery-date").delivery_date), "2026-01-15")
        self.assertEqual(self.document("delivery-address").delivery_address.street, "3 rue de l'École")

    def test_vat_in_euros_of_a_foreign_currency(self):
        case = next(case for case in self.cases if case.name == "currency-dollar")
        self.assertEqual(case.document.vat_currency, "EUR")
        self.assertEqual(case.document.tax_in_vat_currency, case.move._chorus_money(abs(case.move.amount_tax_signed)))
        self.assertIn(b'currencyID="EUR"', case.files["cii"].content)

    def test_same_names_are_kept_apart(self):
        (case,) = (case for case in self.cases if case.name == "attachments-same-name")
        self.assertEqual([file.name for file in case.document.attachments], ["plan.pdf", "plan (2).pdf"])
        self.assertIsInstance(case.document.attachments[0], Attachment)
