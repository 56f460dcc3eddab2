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
from ...support import d16b, needs, printed, readers, schematron, verapdf
from ...support.corpus_case import CorpusCase

# Odoo's import of a CII reckons lines and VAT anew from quantities and prices, and so loses a cent that the books have elsewhere.
RECKONED_ANEW = {
    "rounding-cash-in-the-tax", "rounding-fine-quantities", "rounding-globally-bases-disagree", "rounding-globally-large-line",
    "rounding-globally-two-rates", "vat-included",
}  # fmt: skip
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

    def cases_in(self, form):
        """The invoices that can be written in that format."""
        return [case for case in self.cases if form in case.files]

    def test_each_stands_alone(self):
        """What one invoice has of its own, the next one has not."""
        for case in self.cases:
            with self.subTest(case.name):
                if not {"delivery", "delivered_to"} & case.data.keys():
                    self.assertIsNone(case.document.delivery_address)
                if not {"bank", "factor"} & case.data.keys() and case.document.payment.iban:
                    self.assertEqual(case.document.payment.iban, "FR7630001007941234567890185")
                own = case.move.partner_shipping_id.filtered("parent_id")
                self.assertEqual(case.move.commercial_partner_id.child_ids, own)

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

    def test_others_read_back_what_was_written(self):
        """Numbers, parties, references, lines, totals, attachments: each reader finds those of the document."""
        for name in ("drafthorse.models.document", "eu_einvoice.parse"):
            needs.package(name, readers.NEEDED)  # once: each case would count as skipped
        for case in self.cases:
            expected = readers.facts(case.document)
            for form, by in readers.READERS.items():
                for reader in by:
                    with self.subTest(case.name, form=form, reader=reader.__name__):
                        self.assertEqual(reader(case.files[form].content), expected)

    def test_odoo_imports_what_was_written(self):
        """Odoo's own import makes the same invoice of a CII."""
        self.leave_odoo_one_choice()
        for case in self.cases:
            customer = case.move.commercial_partner_id
            customer.active = True
            with self.subTest(case.name), self.settings(case.data):
                imported, expected = self.imported(case), self.expected_import(case)
                if case.name in RECKONED_ANEW:
                    amounts = [
                        [*facts.pop("lines"), facts.pop("without_vat"), facts.pop("vat")] for facts in (imported, expected)
                    ]
                    self.assertEqual(max(abs(one - other) for one, other in zip(*amounts, strict=True)), Decimal("0.01"))
                self.assertEqual(imported, expected)
            customer.active = False

    def leave_odoo_one_choice(self):
        """Odoo takes any customer of that name when there is one, and any tax of that rate, were it an octroi de mer."""
        taxes = self.env["account.tax"]
        customers = self.env["res.partner"].union(*(case.move.commercial_partner_id for case in self.cases))
        (customers | self.town | self.ministry).active = False
        taxes.search([("company_id", "=", self.company.id), ("type_tax_use", "=", "sale")]).active = False
        for rate in {subtotal.vat.rate for case in self.cases for subtotal in case.document.vat_breakdown}:
            self.tax("import", {"name": f"{rate} %", "amount": float(rate)})

    def imported(self, case):
        move = self.env["account.move"].with_company(self.company).create({"move_type": "out_invoice"})
        file = {"xml_tree": etree.fromstring(case.files["cii"].content), "attachment": self.env["ir.attachment"]}
        self.env["account.edi.xml.cii"]._import_invoice_ubl_cii(move, file, new=True)
        money = move._chorus_money
        return {
            "type": move.move_type,
            "number": move.ref,
            "day": move.invoice_date,
            "due": case.document.due_date and move.invoice_date_due,
            "currency": move.currency_id.name,
            "buyer": move.partner_id.name,
            "engagement": move.invoice_origin or "",
            "reference": move.payment_reference if case.document.payment.reference else "",
            "lines": sorted(money(line.price_subtotal) for line in move.invoice_line_ids),
            "without_vat": money(move.amount_untaxed),
            "vat": money(move.amount_tax),
        }

    def expected_import(self, case):
        document = case.document
        return {
            "type": case.move.move_type,
            "number": document.number,
            "day": document.issue_date,
            "due": document.due_date,
            "currency": document.currency,
            "buyer": document.recipient.name,
            "engagement": document.engagement_number,
            "reference": document.payment.reference,
            "lines": sorted(
                [
                    *(line.net_amount for line in document.lines),
                    *(-item.amount for item in document.allowances),
                    *(item.amount for item in document.charges),
                ]
            ),
            "without_vat": document.totals.tax_basis,
            "vat": document.totals.tax,
        }

    def test_cii_is_d16b(self):
        """The version that the channel names; Factur-X's schema above is a later one's."""
        d16b.schema()  # once: each case would count as skipped
        for case in self.cases:
            with self.subTest(case.name):
                self.assertEqual(d16b.problems(case.files["cii"].content), [])

    def test_factur_x_holds_the_xml_that_was_checked(self):
        """The PDF opens, its XML is the CII of the same document, byte by byte, and the attachments are there."""
        for case in self.cases_in("facturx"):
            with self.subTest(case.name):
                reader = PdfReader(io.BytesIO(case.files["facturx"].content))
                files = dict(reader.attachments)
                (xml,) = files.pop("factur-x.xml")
                self.assertEqual(problems(xml, CII), [])
                if not case.document.attachments:
                    self.assertEqual(xml, case.files["cii"].content)
                self.assertEqual(files, {file.name: [file.content] for file in case.document.attachments})
                self.assertTrue(reader.pages[0].extract_text())

    def test_factur_x_is_pdfa3(self):
        """Judged by veraPDF, as Odoo and wkhtmltopdf print it."""
        self.assertEqual([problem.partition("-")[0] for problem in verapdf.problems(printed.pdf())][:1], ["6.1.7.1"])
        for case in self.cases_in("facturx"):
            with self.subTest(case.name):
                self.assertEqual(verapdf.problems(case.files["facturx"].content), [])

    def test_platform_integrates_each_flow(self):
        for form, code in CODES.items():
            self.simulator.reset()
            with self.company._chorus_client() as client:
                flows = {}
                for some in split_every(40, self.cases_in(form)):
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
        for case in self.cases_in(form):
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
