"""From a document and its printed PDF to Factur-X, a PDF/A-3 that carries the document's CII (``IN_DP_E2_CII_FACTURX``)."""

from __future__ import annotations

from . import pdfa
from .attachments import distinct
from .carrier import carry
from .en16931 import PROFILE, to_cii, xml_text
from .invoice import Invoice


class UnshownText(Exception):
    """The printed invoice has boxes in the place of characters: no font of the server that printed it has them.

    :param lines: the lines of the page in which they stand, with □ in their place; never empty.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def to_facturx(invoice: Invoice, pdf: bytes) -> bytes:
    """The PDF with the XML inside, and the document's attachments beside it.

    The attachments stand in the PDF alone: in the XML as well they would count twice against the limits, and an XML takes few
    kinds of files.

    :param pdf: the invoice as it is printed; files in it that are not ours are left out.
    :raises DocumentError: when the XML cannot be made. :raises PdfError: when the PDF is none.
    :raises UnshownText: when the PDF cannot become PDF/A-3, which would be claimed all the same.
    """
    printed = pdfa.Printed(pdf)
    if lines := printed.unshown():
        raise UnshownText(lines)
    xml = to_cii(invoice.without_attachments())
    name, number = xml_text(invoice.supplier.name), xml_text(invoice.number)
    title = f"{'Avoir' if invoice.is_credit_note else 'Facture'} {number}"
    about = {"author": name, "title": f"{name} : {title}", "subject": title, "keywords": "Factur-X, facture"}
    files = distinct(invoice.attachments)
    return printed.to_pdfa3(lambda writer: carry(writer, xml, PROFILE, about, files), xml)
