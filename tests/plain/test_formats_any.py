"""Any document at all, in every format: rules stop it, or it becomes a valid file whose sums add up. See `test_rules_any`."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import event, given, settings
from lxml import etree
from pypdf import PdfReader

from ...services import rules
from ...services.document import formats
from ...services.document.attachments import distinct
from ...services.document.en16931 import DocumentError, to_cii
from ...services.document.formats import Format
from ...services.document.invoice import Attachment, Invoice, Period
from ...services.document.pdfa import PdfError
from ...services.document.submission import to_submission
from ..support import printed
from ..support.documents import invoice
from ..support.schematron import UBL, failures
from ..support.strategies import ALWAYS_THE_SAME, CONTEXT, any_contexts, odd_documents, sound_documents, sums_add_up


def ubl_sums_add_up(xml: bytes) -> None:
    """The totals of the file, read from the file alone (EN 16931 BR-CO-10, 13 to 16)."""
    root = etree.fromstring(xml)

    def amounts(path: str) -> list[Decimal]:
        return [Decimal(node.text) for node in root.iterfind(path)]

    def total(name: str) -> Decimal:
        return sum(amounts("{*}LegalMonetaryTotal/{*}" + name), Decimal(0))

    lines = amounts("{*}InvoiceLine/{*}LineExtensionAmount") + amounts("{*}CreditNoteLine/{*}LineExtensionAmount")
    assert total("LineExtensionAmount") == sum(lines)
    assert total("TaxExclusiveAmount") == (
        total("LineExtensionAmount") - total("AllowanceTotalAmount") + total("ChargeTotalAmount")
    )
    tax = amounts("{*}TaxTotal/{*}TaxAmount")[0]
    assert tax == sum(amounts("{*}TaxTotal/{*}TaxSubtotal/{*}TaxAmount"))
    assert total("TaxExclusiveAmount") == sum(amounts("{*}TaxTotal/{*}TaxSubtotal/{*}TaxableAmount"))
    assert total("TaxInclusiveAmount") == total("TaxExclusiveAmount") + tax
    assert total("PayableAmount") == total("TaxInclusiveAmount") - total("PrepaidAmount") + total("PayableRoundingAmount")


def submitted_sums_add_up(document: Invoice) -> None:
    data = to_submission(document, "42")

    def number(value: float) -> Decimal:
        return Decimal(str(value))

    totals = {name: number(value) for name, value in data["montantTotal"].items() if name.startswith("montant")}
    rates = data.get("ligneTva", [])
    assert totals["montantHtTotal"] + totals["montantTVA"] == totals["montantTtcTotal"]
    assert sum(number(row["ligneTvaMontantBaseHtParTaux"]) for row in rates) == totals["montantHtTotal"]
    assert sum(number(row["ligneTvaMontantTvaParTaux"]) for row in rates) == totals["montantTVA"]
    assert totals["montantAPayer"] == document.totals.payable
    assert totals["montantTtcTotal"] - totals.get("montantRemiseGlobaleTTC", 0) == totals["montantAPayer"]


def facturx_holds_it(document: Invoice, pdf: bytes) -> None:
    """The PDF opens; its XML is the one that is checked, its other files are the document's."""
    reader = PdfReader(io.BytesIO(pdf))
    files = dict(reader.attachments)
    (xml,) = files.pop("factur-x.xml")
    assert xml == to_cii(document.without_attachments())
    assert files == {file.name: [file.content] for file in distinct(document.attachments)}
    assert len(reader.pages) == 1
    sums_add_up(xml)


def check(document: Invoice, form: Format) -> None:
    """Write the document in that format and hold the file against it."""
    content = form.write(document, printed.pdf())
    if form is formats.CII:
        sums_add_up(content)
    elif form is formats.UBL:
        ubl_sums_add_up(content)
    elif form is formats.FACTURX:
        facturx_holds_it(document, content)
    else:
        submitted_sums_add_up(document)


@settings(ALWAYS_THE_SAME, max_examples=100)
@given(sound_documents())
def test_sound_documents_in_every_format(document):
    for form in (formats.UBL, formats.FACTURX, formats.PDF):
        findings = rules.check(document, replace(CONTEXT, form=form))
        blocking = {finding.code for finding in findings if finding.blocks}
        assert blocking <= {"R-17.sign", "BR-25.name", "BR-06.name", "BR-07.name"}
        event(f"{form.key}: {'stopped' if blocking else 'written'}")
        if not blocking:
            check(document, form)
            if form is formats.UBL:
                assert failures(form.write(document, None), UBL) == []


def test_a_year_typed_wrong_is_a_date_all_the_same():
    document = replace(invoice(), delivery_date=date(206, 1, 31), period=Period(date(1, 1, 1), date(999, 12, 31)))
    for form in formats.FORMATS.values():
        check(document, form)


@settings(ALWAYS_THE_SAME, max_examples=250)
@given(odd_documents(), any_contexts)
def test_odd_documents_in_every_format(document, context):
    for form in formats.FORMATS.values():
        findings = rules.check(document, replace(context, form=form))
        if any(finding.blocks for finding in findings):
            event(f"{form.key}: stopped")
            with suppress(DocumentError, PdfError):
                form.write(document, printed.pdf())
        else:
            event(f"{form.key}: written")
            check(document, form)


def test_files_of_the_same_name_are_kept_apart():
    names = ["plan.pdf", "PLAN.pdf", "plan.pdf", "plan (2).pdf", "factur-x.xml", "Factur-X.xml", "sans point", "sans point"]
    files = distinct(Attachment(name, b"x") for name in names)
    assert [file.name for file in files] == [
        "plan.pdf", "PLAN (2).pdf", "plan (3).pdf", "plan (2) (2).pdf", "factur-x (2).xml", "Factur-X (3).xml",
        "sans point", "sans point (2)",
    ]  # fmt: skip
    assert len({file.name.casefold() for file in files}) == len(files)
