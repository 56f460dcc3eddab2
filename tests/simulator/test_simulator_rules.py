"""The rules that make the simulator refuse an invoice, and the invoices that pass them."""

import base64
import datetime

import pytest

from ..support import fixtures
from ..support.simulated import DEPARTMENT, HOSPITAL, SECOND_SUPPLIER, STATE, SUPPLIER, TOWN
from ..support.simulator_case import (
    CII,
    IBAN,
    INACTIVE,
    MOA_ONLY,
    OTHER,
    UBL,
    UNIVERSITY,
    Client,
    attachment,
    credit_note,
    invoice,
    line,
    tar,
    vat,
    xml,
)

client, process = fixtures.client, fixtures.process


@pytest.mark.parametrize("syntax", [CII, UBL])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (invoice(seller="99999999900017"), "identifiant fournisseur"),
        (invoice(seller="123456782"), "identifiant fournisseur"),
        (invoice(seller=SECOND_SUPPLIER), "n'est pas habilite"),
        (invoice(buyer="99999999900017"), "identifiant destinataire"),
        (invoice(buyer="200000008"), "identifiant destinataire"),
        (invoice(buyer=SECOND_SUPPLIER), "identifiant destinataire"),
        (invoice(buyer=INACTIVE), "n'est pas active"),
        (invoice(buyer=MOA_ONLY), "n'utilise pas Chorus Pro"),
        (invoice(buyer=STATE, BT_13="EJ"), "BuyerReference.value) est obligatoire"),
        (invoice(buyer=STATE, BT_10="FAC-001"), "OrderReference … .value) est obligatoire"),
        (invoice(buyer=HOSPITAL), "BuyerReference.value) est obligatoire"),
        (invoice(buyer=HOSPITAL, BT_10="UNKNOWN"), "n'utilise pas le service UNKNOWN"),
        (invoice(buyer=STATE, BT_10="FAC-OLD", BT_13="EJ"), "Le service FAC-OLD"),
        (invoice(buyer=STATE, BT_10="FACTURES_PUBLIQUES", BT_13="EJ"), "reserve aux fournisseurs publics"),
        (invoice(buyer=DEPARTMENT), "OrderReference … .value) est obligatoire"),
        (invoice(buyer=UNIVERSITY), "BuyerReference.value) est obligatoire ou"),
        (invoice(BT_13="E" * 51), "OrderReference … ne doit pas depasser 50 caracteres"),
        (invoice(BT_12="M" * 51), "Contract … ne doit pas depasser 50 caracteres"),
        (invoice("F" * 21), "ID.value) ne doit pas depasser 20 caracteres"),
        (invoice("FA_é"), "G1.05"),
        (invoice("FA  1"), "G1.05"),
        (invoice("FA.1"), "G1.05"),
        (invoice(BT_23=None), "ID.value est obligatoire"),
        (invoice(BT_23="S1"), "cadre de facturation S1"),
        (invoice(BT_23="A4"), "cadre de facturation A4"),
        (invoice(BT_81="57"), "liste S2.05"),
        (invoice(BT_84=None), "est obligatoire pour un virement"),
        (invoice(BT_3="325"), "le type 325"),
        (invoice(BT_2=datetime.date(2199, 1, 1)), "posterieure a la date du jour"),
        (credit_note(BG_3=None), "pour un avoir"),
        (credit_note(BG_3=[{"BT-25": "F" * 21}]), "Invoice … ne doit pas depasser 20 caracteres"),
        (invoice(BT_106="99.00"), "BR-CO-10"),
        (invoice(BT_109="99.00"), "BR-CO-13"),
        (invoice(BT_110="19.00"), "BR-CO-14"),
        (invoice(BT_112="121.00"), "BR-CO-15"),
        (invoice(BT_115="121.00"), "BR-CO-16"),
        (invoice(BG_25=[line(BT_146="33.3333333", BT_129="3")]), "6 decimales"),
        (
            invoice(
                BG_23=[{"BT-116": "100.00", "BT-117": "0.00", "BT-118": "E", "BT-119": "0"}],
                **{"BT-110": "0.00", "BT-112": "100.00", "BT-115": "100.00"},
            ),
            "motif d'exoneration",
        ),
        (invoice(BG_23=[vat(tax="10.00")], BT_110="10.00", BT_112="110.00", BT_115="110.00"), "BR-CO-17"),
    ],
)
def test_refusal(client, data, expected, syntax):
    """The fragments of ``expected`` are those that the labels of both syntaxes have in common."""
    label = client.refusal(data, syntax)
    assert [fragment for fragment in expected.split(" … ") if fragment not in label] == [], label


def test_labels_as_observed(client):
    """doc/API.md §4."""
    supplier = client.refusal(invoice(seller="99999999900017"), UBL)
    assert supplier == (
        "L'identifiant fournisseur de la demande de paiement (balise : "
        "AccountingSupplierParty.Party.PartyIdentification.ID.value) n'est pas reference dans notre systeme."
    )
    payment = client.refusal(invoice("FA-2", BT_81=None, BT_84=None))
    assert payment.endswith("ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire")
    number = client.refusal(invoice("F" * 21))
    assert number == (
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres"
    )


def test_several_errors_are_joined_and_cut(client):
    label = client.refusal(invoice("F" * 21, buyer="99999999900017", seller="99999999900025"), UBL)
    assert len(label) == 200
    assert "|L'identifiant destinataire" in label


@pytest.mark.parametrize("syntax", [CII, UBL])
def test_wrong_iban(client, syntax):
    document = xml(invoice(), syntax).replace(IBAN.encode(), IBAN[:-1].encode() + b"8")
    (error,) = client.integrate(document, syntax)["listeErreurDP"]
    assert "IBAN n'est pas valide" in error["libelleErreurDP"]


def test_error_list_as_an_object(client):
    client.control("options", error_list="object")
    report = client.integrate(xml(invoice(BT_23="S1")))
    assert report["listeErreurDP"]["numeroDP"] == "FA-1"
    assert client.integrate(xml(invoice()))["listeErreurDP"] == []


@pytest.mark.parametrize(
    "data",
    [
        invoice(buyer=STATE, BT_10="FAC-001", BT_13="EJ"),
        invoice(buyer=UNIVERSITY, BT_10="UNIV-COMPTA"),
        invoice(buyer=UNIVERSITY, BT_13="EJ"),
        invoice(BT_23="A2", BT_81="48", BT_84=None),
        invoice(BT_81="20", BT_84=None),
        credit_note(BT_81=None, BT_84=None),
        invoice("FA/2025-1+2_3 4"),
        invoice(
            BG_20=[{"amount": "10.00", "vat_category_code": "S", "vat_rate": "20.00", "reason": "Remise"}],
            BG_21=[{"amount": "5.00", "vat_category_code": "S", "vat_rate": "20.00", "reason": "Frais"}],
            **{"BT-107": "10.00", "BT-108": "5.00", "BT-109": "95.00", "BT-110": "19.00", "BT-112": "114.00"},
            **{"BT-113": "14.00", "BT-115": "100.00"},
            BG_23=[vat("95.00", "19.00")],
        ),
    ],
)
@pytest.mark.parametrize("syntax", [CII, UBL])
def test_accepted(client, data, syntax):
    report = client.integrate(xml(data, syntax), syntax)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE", report["listeErreurDP"]


def test_service_that_requires_an_engagement_or_is_out_of_date(client):
    service = {"codeService": "S", "numeroEngagement": True}
    client.control("directory", siret=TOWN, services=[service])
    assert "IssuerAssignedID.value) est obligatoire" in client.refusal(invoice(BT_10="S"))
    client.control("directory", siret=TOWN, services=[{**service, "dateFinValidite": "2024-12-31"}])
    assert "Le service S" in client.refusal(invoice(BT_10="S", BT_13="EJ"))


def test_service_for_public_suppliers(client):
    client.control("directory", siret=SUPPLIER, typeStructure="PUBLIQUE")
    data = invoice(buyer=STATE, BT_10="FACTURES_PUBLIQUES", BT_13="EJ")
    assert client.integrate(xml(data))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_inactive_supplier(client):
    client.control("directory", siret=SUPPLIER, statut="INACTIVE")
    assert "n'est pas active" in client.refusal(invoice())


def test_invoice_of_today_and_of_tomorrow_in_paris(client):
    client.travel("2025-07-31T22:30:00Z")  # already 1 August in Paris
    assert "posterieure" in client.refusal(invoice(BT_2=datetime.date(2025, 8, 2)))
    assert client.integrate(xml(invoice(BT_2=datetime.date(2025, 8, 1))))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_uniqueness(client):
    refused = client.refusal(invoice("X-1", BT_23="S1"))
    assert "cadre" in refused
    assert client.integrate(xml(invoice("X-1")))["etatCourantDepotFlux"] == "IN_INTEGRE", "a refused number may come again"
    again = client.integrate(xml(invoice("X-1", buyer=DEPARTMENT, BT_13="EJ")))
    assert "existe deja" in again["listeErreurDP"][0]["libelleErreurDP"]
    other_year = client.integrate(xml(invoice("X-1", BT_2=datetime.date(2024, 6, 17))))
    assert other_year["etatCourantDepotFlux"] == "IN_INTEGRE"
    other_supplier = Client(client.url, OTHER).integrate(xml(invoice("X-1", seller=SECOND_SUPPLIER)))
    assert other_supplier["etatCourantDepotFlux"] == "IN_INTEGRE"
    rejected = client.row(numeroFacture="X-1", periodeDateFactureDu="2025-01-01")
    client.act(rejected["identifiantFactureCPP"], "REJETEE", motif="EJ_ERR")
    assert "existe deja" in client.integrate(xml(invoice("X-1")))["listeErreurDP"][0]["libelleErreurDP"]


def test_twice_the_same_number_in_a_flow(client):
    report = client.integrate(tar({"a.xml": xml(invoice("A")), "b.xml": xml(invoice("A"))}))
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert client.numbers() == ["A"]


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("virus.exe", 1, "extension"),
        ("n" * 47 + ".pdf", 1, "50 caracteres"),
        ("vide.pdf", 0, "est vide"),
        ("gros.pdf", 10 * 1024 * 1024 + 1, "depasse 10 Mo"),
    ],
)
def test_attachments(client, name, size, expected):
    piece = attachment(name, b"x" * max(size, 1), "application/pdf")
    document = xml(invoice(BG_24=[piece]), UBL)
    if not size:
        document = document.replace(base64.b64encode(b"x"), b"")
    report = client.integrate(document, UBL)
    assert expected in report["listeErreurDP"][0]["libelleErreurDP"]


def test_subcontractor_waits_for_the_validator(client):
    row = client.integrated(invoice(BT_23="A9"))
    assert row["statut"] == "A_VALIDER_1"
    assert client.numbers(cadreFacturation="A9_FACTURE_SOUSTRAITANT") == ["FA-1"]
    assert client.numbers(cadreFacturation="A1_FACTURE_FOURNISSEUR") == []
