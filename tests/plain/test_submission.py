"""``ajouter/fichier`` and ``soumettre``: the data that go with a PDF, over real HTTP. Needs neither Odoo nor a database."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from ...services.api.answers import AddedFile
from ...services.api.errors import NotAllowed, OutcomeUnknown, Refused, TryLater
from ...services.clock import paris_day
from ...services.document.invoice import CREDIT_TRANSFERS, Note, OriginalInvoice, Party, Payment, Vat, VatCategory, VatDue
from ...services.document.submission import to_submission
from ..support import simulated
from ..support.documents import EXEMPT, S20, S55, credit_note, invoice, line, priced
from ..support.sessions import SEARCH, SessionCase
from ..support.simulator_case import blank_pdf

ADD, SUBMIT = "/cpro/transverses/v1/ajouter/fichier", "/cpro/factures/v1/soumettre"


def body(document):
    return to_submission(document, "42")


def test_data_are_those_of_the_document():
    data = body(invoice(**priced([line("100", "1", S20), line("50", "1", S55)]), vat_due=VatDue.PAYMENT))
    assert data == {
        "modeDepot": "DEPOT_PDF_API",
        "numeroFactureSaisi": "FAC/2026/00042",
        "dateFacture": "2026-11-20",
        "destinataire": {"codeDestinataire": "20000000800017", "codeServiceExecutant": "FAC-001"},
        "fournisseur": {"idFournisseur": 42},
        "cadreDeFacturation": {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"},
        "references": {
            "deviseFacture": "EUR",
            "typeFacture": "FACTURE",
            "typeTva": "TVA_SUR_ENCAISSEMENT",
            "numeroMarche": "2026-M-07",
            "numeroBonCommande": "EJ1900042",
            "modePaiement": "VIREMENT",
        },
        "ligneTva": [
            {"ligneTvaTauxManuel": 20, "ligneTvaMontantBaseHtParTaux": 100, "ligneTvaMontantTvaParTaux": 20},
            {"ligneTvaTauxManuel": 5.5, "ligneTvaMontantBaseHtParTaux": 50, "ligneTvaMontantTvaParTaux": 2.75},
        ],
        "montantTotal": {"montantHtTotal": 150, "montantTVA": 22.75, "montantTtcTotal": 172.75, "montantAPayer": 172.75},
    }


def test_what_is_not_known_is_not_said():
    data = body(invoice(service_code="", market_number=" ", engagement_number="", vat_due=None))
    assert data["destinataire"] == {"codeDestinataire": "20000000800017"}
    assert data["references"] == {"deviseFacture": "EUR", "typeFacture": "FACTURE", "modePaiement": "VIREMENT"}


@pytest.mark.parametrize(
    ("means", "mode"),
    [("10", "ESPECE"), ("20", "CHEQUE"), ("48", "AUTRE"), ("49", "PRELEVEMENT"), ("97", "REPORT"), ("1", "AUTRE")]
    + [(means, "VIREMENT") for means in sorted(CREDIT_TRANSFERS)],
)
def test_means_of_payment(means, mode):
    assert body(invoice(payment=Payment(means)))["references"]["modePaiement"] == mode


def test_without_vat():
    assert body(invoice(**priced([line(vat=EXEMPT)])))["references"]["typeTva"] == "SANS_TVA"


def test_credit_note_names_the_invoice_and_no_means():
    references = body(credit_note(original=OriginalInvoice("FAC/2026/00041")))["references"]
    assert (references["typeFacture"], references["numeroFactureOrigine"]) == ("AVOIR", "FAC/2026/00041")
    assert "modePaiement" not in references


@pytest.mark.parametrize(
    ("prepaid", "rounding"), [("20.00", "0"), ("120.00", "0"), ("0", "-0.04"), ("11.00", "0.02"), ("0", "0")]
)
def test_what_is_between_the_total_and_the_amount_to_pay(prepaid, rounding):
    """doc/RULES.md R-25: the API has one place for it, whatever it is."""
    document = invoice(**priced([line()], prepaid=Decimal(prepaid), rounding=Decimal(rounding)))
    totals = {name: Decimal(str(value)) for name, value in body(document)["montantTotal"].items() if name.startswith("montant")}
    assert totals["montantTtcTotal"] - totals.get("montantRemiseGlobaleTTC", 0) == totals["montantAPayer"]
    assert ("motifRemiseGlobaleTTC" in body(document)["montantTotal"]) == (prepaid != "0" or rounding != "0")


def test_what_bears_no_vat_makes_one_line_whatever_its_category():
    data = body(invoice(**priced([line("10", "1", EXEMPT), line("20", "1", Vat(VatCategory.REVERSE_CHARGE)), line("5", "1")])))
    assert data["ligneTva"] == [
        {"ligneTvaTauxManuel": 0, "ligneTvaMontantBaseHtParTaux": 30, "ligneTvaMontantTvaParTaux": 0},
        {"ligneTvaTauxManuel": 20, "ligneTvaMontantBaseHtParTaux": 5, "ligneTvaMontantTvaParTaux": 1},
    ]


def test_the_comment_tells_a_payer_what_the_amounts_do_not():
    payment = Payment(iban="FR7630006000011234567890189", terms="30 jours", particulars=("Échéances : 60,00 EUR le 01/01/2027.",))
    notes = (Note("Pas d'escompte."), Note("Chantier suspendu", specific=True))
    assert body(invoice(payment=payment, notes=notes))["commentaire"] == "Chantier suspendu\nÉchéances : 60,00 EUR le 01/01/2027."
    assert "commentaire" not in body(credit_note(payment=payment))


def test_validator():
    data = body(invoice(framework="A9", validator=Party("Titulaire", "900 000 001 00017")))
    assert data["cadreDeFacturation"] == {
        "codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT",
        "codeStructureValideur": "90000000100017",
    }


def test_service_of_the_validator():
    titulaire = Party("Titulaire", "900 000 001 00017")
    data = body(invoice(framework="A9", validator=titulaire, validator_service=" FACTURES "))
    assert data["cadreDeFacturation"]["codeServiceValideur"] == "FACTURES"


def test_no_amount_is_an_error():
    document = invoice()
    with pytest.raises(ArithmeticError):
        body(replace(document, totals=replace(document.totals, payable=Decimal("NaN"))))


class TestSubmit(SessionCase):
    """One invoice handed over as its PDF and its data."""

    def structure(self, client):
        (found,) = client.find_structures(simulated.SUPPLIER)
        return found.identifier

    def submit(self, document=None, client=None, content=None, others=()):
        client = client or self.client()
        pdf = AddedFile(client.add_file(content or blank_pdf(), "facture.pdf"), "facture.pdf")
        document = document or invoice(service_code="", issue_date=None)
        return client.submit_invoice(to_submission(document, self.structure(client)), pdf, others)

    def test_arrives_with_its_attachments_and_keeps_its_number(self):
        client = self.client()
        kinds = client.file_types()
        self.assertIn("Autre", kinds.values())
        others = [AddedFile(client.add_file(b"a", "métré.csv"), "Métré", next(iter(kinds)))]
        document = invoice(service_code="", issue_date=self.today())
        submitted = self.submit(document, client, others=others)
        self.assertEqual((submitted.number, submitted.status), (document.number, "DEPOSEE"))
        (row,) = self.simulator.invoices()
        self.assertEqual(str(row["identifiantFactureCPP"]), submitted.identifier)
        self.assertEqual((row["montantHT"], row["montantTTC"], row["montantAPayer"]), (100, 120, 120))
        self.assertEqual(row["attachments"], ["métré.csv"])
        (found,) = client.search_invoices(number=document.number)
        self.assertEqual((found.identifier, found.total), (submitted.identifier, "120"))

    def today(self):
        return paris_day(datetime.now(timezone.utc))

    def test_refused_with_its_reasons(self):
        with self.assertRaisesRegex(Refused, r"dateFacture est obligatoire"):
            self.submit(invoice(service_code="", issue_date=None))
        with self.assertRaisesRegex(Refused, "n'est pas un PDF"):
            self.submit(content=b"<x/>")

    def test_a_part_payment_has_its_place(self):
        """What is paid before is deducted by the one field there is, or the amounts do not add up."""
        client = self.client()
        document = invoice(service_code="", issue_date=self.today(), **priced([line()], prepaid=Decimal("36.00")))
        self.submit(document, client)
        (row,) = self.simulator.invoices()
        self.assertEqual((row["montantTTC"], row["montantAPayer"]), (120, 84))
        data = to_submission(replace(document, number="FAC/2026/00043"), self.structure(client))
        del data["montantTotal"]["montantRemiseGlobaleTTC"]
        pdf = AddedFile(client.add_file(blank_pdf(), "facture.pdf"), "facture.pdf")
        with self.assertRaisesRegex(Refused, "net a payer"):
            client.submit_invoice(data, pdf)

    def test_second_time_is_refused_as_a_duplicate(self):
        document = invoice(service_code="", issue_date=self.today())
        self.submit(document)
        with self.assertRaisesRegex(Refused, "existe deja"):
            self.submit(document)

    def test_file_refused(self):
        large = b"x" * (10 * 1024 * 1024 + 1)
        for content, name in ((b"", "a.pdf"), (large, "a.pdf"), (b"x", "a.exe"), (b"x", "x" * 60 + ".pdf")):
            with self.subTest(name=name, size=len(content)), self.assertRaises(Refused):
                self.client().add_file(content, name)

    def test_file_call_is_repeated_and_says_nothing_arrived(self):
        self.simulator.fault(ADD, "http_503", times=1)
        self.assertTrue(self.client().add_file(b"x", "a.pdf"))
        self.simulator.fault(ADD, "http_503", times=9)
        with self.assertRaises(TryLater):
            self.client(retries=0).add_file(b"x", "a.pdf")

    def test_answer_of_a_submission_lost(self):
        document = invoice(service_code="", issue_date=self.today())
        for kind in ("reset_after", "http_500", "html_200", "empty_200"):
            with self.subTest(kind):
                self.simulator.reset()
                self.simulator.fault(SUBMIT, kind)
                with self.assertRaises(OutcomeUnknown):
                    self.submit(document)
                self.assertEqual(self.simulator.calls(SUBMIT), 1)

    def test_files_and_structure_of_another(self):
        names = ("client_id", "client_secret", "technical_account", "technical_password")
        mine, other = self.client(), self.client(**dict(zip(names, simulated.SECOND, strict=True)))
        stolen = AddedFile(other.add_file(blank_pdf(), "a.pdf"), "a.pdf")
        data = to_submission(invoice(service_code="", issue_date=self.today()), self.structure(mine))
        with self.assertRaisesRegex(Refused, "n'existe pas"):
            mine.submit_invoice(data, stolen)
        with self.assertRaises(NotAllowed):
            other.submit_invoice(data, stolen)
        self.assertEqual(list(mine.bank_accounts(self.structure(mine)).values()), ["Compte principal"])
        with self.assertRaises(NotAllowed):
            other.bank_accounts(self.structure(mine))
        self.assertEqual(self.simulator.calls(SEARCH), 0)
