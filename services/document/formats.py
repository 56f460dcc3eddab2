"""The formats in which a company may send its invoices, and what each one needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..rules.rule import FileFormat
from ..text import Text
from ..vocabulary import syntaxes
from . import submission
from .en16931 import to_cii
from .factur_x import to_facturx
from .invoice import Invoice
from .pdfa import plain
from .ubl import to_ubl


@dataclass(frozen=True)
class Format:
    """One of them.

    :param code: the ``syntaxeFlux`` of its file; for the PDF with data, the mode of ``soumettre``.
    :param suffix: of the file of one invoice.
    :param shares_flows: several invoices may go in one archive.
    """

    name: Text
    code: str
    suffix: str
    needs_pdf: bool = False
    shares_flows: bool = False

    @property
    def submitted(self) -> bool:
        """It goes by ``soumettre`` with its data, not as a flow."""
        return self.code == submission.MODE


def _of_flow(name: Text, code: str, needs_pdf: bool = False) -> Format:
    syntax = syntaxes.get(code)
    return Format(name, code, syntax.suffix or "", needs_pdf, shares_flows=bool(syntax.batch_known_to_work))


FORMATS: Mapping[FileFormat, Format] = MappingProxyType(
    {
        FileFormat.CII: _of_flow(Text("XML, CII", "XML, CII"), "IN_DP_E1_CII_16B"),
        FileFormat.UBL: _of_flow(Text("XML, UBL", "XML, UBL"), "IN_DP_E1_UBL_INVOICE"),
        FileFormat.FACTURX: _of_flow(Text("Factur-X", "Factur-X"), "IN_DP_E2_CII_FACTURX", needs_pdf=True),
        FileFormat.PDF: Format(Text("PDF and its data", "PDF et ses données"), submission.MODE, ".pdf", needs_pdf=True),
    }
)
"""All of them; the first works everywhere and needs no PDF."""


def write(file_format: FileFormat, invoice: Invoice, pdf: bytes | None = None) -> bytes:
    """The file of one invoice in that format.

    :param pdf: the printed invoice, for a format that needs one.
    :raises DocumentError: when it cannot be made. :raises PdfError: when ``pdf`` is none.
    """
    if file_format is FileFormat.CII:
        return to_cii(invoice)
    if file_format is FileFormat.UBL:
        return to_ubl(invoice)
    if pdf is None:
        raise ValueError(f"{file_format} needs the printed invoice")
    return to_facturx(invoice, pdf) if file_format is FileFormat.FACTURX else plain(pdf)
