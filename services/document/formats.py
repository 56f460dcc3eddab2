"""The formats in which a company may send its invoices, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..text import Text
from ..vocabulary import syntaxes
from . import submission
from .en16931 import to_cii
from .factur_x import to_facturx
from .invoice import Invoice
from .pdfa import Printed
from .ubl import to_ubl


@dataclass(frozen=True)
class Format:
    """One of them.

    :param key: what a company's settings keep. :param name: its name in a sentence. :param label: as one chooses it.
    :param code: the ``syntaxeFlux`` of its file; for the PDF with data, the mode of ``soumettre``.
    :param suffix: of the file of one invoice.
    :param write: makes the file of an invoice; of its printed PDF too, which is not None where ``needs_pdf``. It raises
        ``DocumentError`` where none can be made, ``PdfError`` where the PDF is none.
    :param needs_pdf: the public body sees the invoice as it is printed.
    :param submitted: it goes by ``soumettre`` with its data, not as a flow.
    :param names_validator: the validator of a sub- or co-contractor's invoice can be said in it.
    :param attachments_in_xml: the files that go with an invoice are written as text inside an XML.
    :param shares_flows: several invoices may go in one archive.
    """

    key: str
    name: Text
    label: Text
    code: str
    suffix: str
    write: Callable[[Invoice, bytes | None], bytes]
    needs_pdf: bool = False
    submitted: bool = False
    names_validator: bool = False
    attachments_in_xml: bool = False
    shares_flows: bool = False


def of_flow(
    key: str, name: Text, label: Text, code: str, write: Callable[[Invoice, bytes | None], bytes], **facts: bool
) -> Format:
    """A format deposited as a flow, with what is known of its syntax.

    :param code: one of ``vocabulary.syntaxes``; others as of :class:`Format`.
    :raises KeyError: of another syntax.
    """
    syntax = syntaxes.get(code)
    return Format(key, name, label, code, syntax.suffix or "", write, shares_flows=bool(syntax.batch_known_to_work), **facts)


CII = of_flow(
    "cii",
    Text("XML, CII", "XML, CII"),
    Text("XML, CII (works everywhere)", "XML, CII (fonctionne partout)"),
    "IN_DP_E1_CII_16B",
    lambda invoice, _pdf: to_cii(invoice),
    attachments_in_xml=True,
)
FACTURX = of_flow(
    "facturx",
    Text("Factur-X", "Factur-X"),
    Text("Factur-X (PDF with the data inside)", "Factur-X (PDF avec les données à l'intérieur)"),
    "IN_DP_E2_CII_FACTURX",
    lambda invoice, pdf: to_facturx(invoice, pdf or b""),
    needs_pdf=True,
)
UBL = of_flow(
    "ubl",
    Text("XML, UBL", "XML, UBL"),
    Text("XML, UBL", "XML, UBL"),
    "IN_DP_E1_UBL_INVOICE",
    lambda invoice, _pdf: to_ubl(invoice),
    names_validator=True,
    attachments_in_xml=True,
)
PDF = Format(
    "pdf",
    Text("PDF and its data", "PDF et ses données"),
    Text("PDF and its data, invoice by invoice", "PDF et ses données, facture par facture"),
    submission.MODE,
    ".pdf",
    lambda _invoice, pdf: Printed(pdf or b"").plain(),
    needs_pdf=True,
    submitted=True,
    names_validator=True,
)

FORMATS: Mapping[str, Format] = MappingProxyType({form.key: form for form in (CII, FACTURX, UBL, PDF)})
"""Ours by key; the first works everywhere and needs no PDF. Other add-ons add theirs by ``chorus.hooks``."""
