"""What the simulator reads: each syntax, archives, and the files it can make nothing of."""

import pytest

from ..support import fixtures
from ..support.simulated import STATE, SUPPLIER, TOWN
from ..support.simulator_case import CII, FACTURX, UBL, attachment, blank_pdf, credit_note, invoice, pdf, tar, xml, zipped

client, process = fixtures.client, fixtures.process


@pytest.mark.parametrize("syntax", [CII, UBL, FACTURX])
def test_each_syntax_is_read(client, syntax):
    piece = attachment("bon.pdf", b"contents", "application/pdf")
    data = invoice("FA/2025 1", STATE, BT_10="FAC-001", BT_12="MARCHE", BT_13="EJ", BG_24=[piece])
    row = client.integrated(data, syntax)
    assert row["identifiantFactureCPP"] > 2**31
    expected = {
        "codeFournisseur": SUPPLIER,
        "codeDestinataire": STATE,
        "codeServiceExecutant": "FAC-001",
        "numeroMarche": "MARCHE",
        "numeroBonCommande": "EJ",
        "montantHT": 100,
        "montantTTC": 120,
        "montantAPayer": 120,
        "devise": "EUR",
        "statut": "DEPOSEE",
        "typeFacture": "FACTURE",
        "modeDepot": "UPLOAD_API",
        "dateFacture": "2025-06-17T00:00:00.000+02:00",
    }
    assert {name: row[name] for name in expected} == expected
    (kept,) = client.state()["invoices"]
    assert "bon.pdf" in kept["attachments"]


def test_all_other_syntaxes_are_taken_and_rejected_as_unread(client):
    for syntax in ("IN_DP_E1_CII", "IN_DP_E2_CPP_FACTURE_MIN", "IN_DP_PDFARCHIVE_CII_MUG", "IN_DP_E2_CII_MIN_16B"):
        report = client.integrate(xml(invoice()), syntax)
        assert report["etatCourantDepotFlux"] == "IN_REJETE"
        assert syntax in report["listeErreurTechnique"][0]["libelleErreur"]


@pytest.mark.parametrize("syntax", [UBL, CII])
def test_credit_note(client, syntax):
    client.integrated(credit_note(), syntax)
    assert client.row(typeFacture="AVOIR")["numeroFactureOrigine"] == "FA-1"


def broken_xsd():
    return xml(invoice()).replace(b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Kind>380</ram:Kind>")


@pytest.mark.parametrize(
    ("content", "syntax", "code"),
    [
        (b"<a", CII, "XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', CII, "XML"),
        (broken_xsd(), CII, "XSD"),
        (xml(invoice(), UBL).replace(b"InvoiceTypeCode", b"TypeOfInvoice"), UBL, "XSD"),
        (xml(invoice(), UBL), CII, "FORMAT"),
        (xml(invoice()), UBL, "FORMAT"),
        (xml(invoice()), FACTURX, "FORMAT"),
        (b"%PDF-1.7 broken", FACTURX, "PDF"),
        (b"\x1f\x8bbroken", CII, "ARCHIVE"),
        (b"PK\x03\x04broken", CII, "ARCHIVE"),
        (tar({}), CII, "ARCHIVE"),
        (tar({"good.xml": xml(invoice()), "bad.xml": broken_xsd()}), CII, "XSD"),
    ],
)
def test_technical_rejection(client, content, syntax, code):
    report = client.integrate(content, syntax)
    assert report["etatCourantDepotFlux"] == "IN_REJETE"
    assert report["listeErreurDP"] == []
    (error,) = report["listeErreurTechnique"]
    assert (error["codeErreur"], set(error)) == (code, {"codeErreur", "libelleErreur", "natureErreur"})
    assert client.state()["invoices"] == []


def test_pdf_without_xml(client):
    report = client.integrate(blank_pdf(), FACTURX)
    assert report["listeErreurTechnique"][0]["codeErreur"] == "FACTURX"


@pytest.mark.parametrize("pack", [tar, zipped])
def test_archive_too_large_once_unpacked(client, pack):
    report = client.integrate(pack({"bomb.xml": b"\0" * (121 * 1024 * 1024)}))
    assert report["listeErreurTechnique"][0]["codeErreur"] == "TAILLE"


@pytest.mark.parametrize("pack", [tar, zipped])
def test_several_invoices_in_a_flow(client, pack):
    good = {f"{i}.xml": xml(invoice(f"OK-{i}")) for i in range(3)}
    report = client.integrate(pack(good), name="lot.tar.gz")
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE"
    mixed = {"a.xml": xml(invoice("A")), "b.xml": xml(invoice("B", BT_23="Z9")), "c.xml": xml(invoice("C"))}
    number = client.deposit(pack(mixed))
    client.control("advance")
    report = client.report(number)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert [error["numeroDP"] for error in report["listeErreurDP"]] == ["B"]
    assert report["listeErreurDP"][0]["identifiantFournisseur"] == SUPPLIER
    assert report["listeErreurDP"][0]["identifiantDestinataire"] == TOWN
    assert sorted(client.numbers(numeroFluxDepot=number)) == ["A", "C"]
    refused = {"d.xml": xml(invoice("D", BT_23="Z9")), "e.xml": xml(invoice("E", BT_23="Z9"))}
    assert client.integrate(pack(refused))["etatCourantDepotFlux"] == "IN_REJETE"


def test_several_factur_x_in_a_flow(client):
    files = {f"{i}.pdf": pdf(invoice(f"P-{i}"), {"plan.pdf": {"filedata": b"%PDF-1.4 plan"}}) for i in range(2)}
    assert client.integrate(tar(files), FACTURX)["etatCourantDepotFlux"] == "IN_INTEGRE"
    assert sorted(client.numbers()) == ["P-0", "P-1"]
    assert client.state()["invoices"][0]["attachments"] == ["plan.pdf"]
