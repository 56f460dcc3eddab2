"""The syntaxes (``syntaxeFlux``) that ``factures/v1/deposer/flux`` accepts.

Sources: list, the Swagger and doc/API.md §3.3; interface codes, doc/API.md §3.3 and doc/RULES.md §2.6.
The works flows E4 and E5 exist since 2024 but no syntax name of theirs is public: they are not guessed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from ..text import Text

BATCH_SUFFIX = ".tar.gz"
"""A file of several invoices, each of the declared syntax."""


class Form(str, Enum):
    """How a file carries the invoice: data alone, a PDF with data, or an archived PDF with data beside it."""

    STRUCTURED = "structured"
    MIXED = "mixed"
    PDF_ARCHIVE = "pdf_archive"

    __str__ = str.__str__


@dataclass(frozen=True)
class Syntax:
    """One accepted syntax.

    ``interface``: Chorus Pro's exchange interface; ``suffix``: of one invoice's file; ``None`` where none was read.
    ``batch_known_to_work``: several invoices in one ``.tar.gz``; ``None`` when nobody reported on it.
    """

    code: str
    label: Text
    form: Form
    interface: str | None = None
    suffix: str | None = ".xml"
    batch_known_to_work: bool | None = None


_TABLE: tuple[Syntax, ...] = (
    # Batches: third-party software has deposited UBL and CII batches for years, and reported that Factur-X ones failed
    # in 2018; nothing newer was read on Factur-X.
    Syntax(
        "IN_DP_E1_CII_16B",
        Text("CII D16B (XML)", "CII D16B (XML)"),
        Form.STRUCTURED,
        "FSO1106A",
        batch_known_to_work=True,
    ),
    Syntax(
        "IN_DP_E2_CII_FACTURX",
        Text("Factur-X (PDF with embedded XML)", "Factur-X (PDF avec XML intégré)"),
        Form.MIXED,
        "FSO1117A",
        suffix=".pdf",
        batch_known_to_work=False,
    ),
    Syntax(
        "IN_DP_E1_UBL_INVOICE",
        Text("UBL 2.1 (XML)", "UBL 2.1 (XML)"),
        Form.STRUCTURED,
        "FSO1100A",
        batch_known_to_work=True,
    ),
    Syntax(
        "IN_DP_E2_UBL_INVOICE_MIN",
        Text("Minimal UBL with the PDF inside", "UBL minimal avec PDF joint"),
        Form.MIXED,
        "FSO1110A",
    ),
    Syntax(
        "IN_DP_E2_CPP_FACTURE_MIN",
        Text("Chorus Pro mixed format (PDF with minimal data)", "Format mixte Chorus Pro (PDF et données minimales)"),
        Form.MIXED,
        "FSO1113A",
    ),
    Syntax(
        "IN_DP_E2_CII_MIN_16B",
        Text("Minimal CII D16B with the PDF inside", "CII D16B minimal avec PDF joint"),
        Form.MIXED,
        "FSO1116A",
    ),
    Syntax("IN_DP_E1_CII", Text("CII, older version (XML)", "CII, version antérieure (XML)"), Form.STRUCTURED),
    Syntax(
        "IN_DP_E2_CII_MIN",
        Text("Minimal CII, older version, with the PDF inside", "CII minimal, version antérieure, avec PDF joint"),
        Form.MIXED,
    ),
    Syntax("IN_DP_E1_XCBL", Text("xCBL (XML)", "xCBL (XML)"), Form.STRUCTURED),
    # Both PES syntaxes were dropped in December 2021 (EDI annex V4.21).
    Syntax(
        "IN_DP_E1_PES_FACTURE",
        Text("PES invoice (XML, withdrawn)", "PES facture (XML, abandonné)"),
        Form.STRUCTURED,
    ),
    Syntax(
        "IN_DP_E2_PES_FACTURE_MIN",
        Text("Minimal PES invoice with the PDF inside (withdrawn)", "PES facture minimal avec PDF joint (abandonné)"),
        Form.MIXED,
    ),
    Syntax(
        "IN_DP_PDFARCHIVE_UBL_INVOICE_MUG",
        Text("Archived PDF with UBL data", "PDF d'archive et données UBL"),
        Form.PDF_ARCHIVE,
        suffix=None,
    ),
    Syntax(
        "IN_DP_PDFARCHIVE_CII_MUG",
        Text("Archived PDF with CII data", "PDF d'archive et données CII"),
        Form.PDF_ARCHIVE,
        suffix=None,
    ),
)

SYNTAXES: Mapping[str, Syntax] = MappingProxyType({syntax.code: syntax for syntax in _TABLE})
"""Every accepted syntax by code; the three first are those this add-on writes."""


def get(code: str) -> Syntax:
    """The syntax of that code. Raises ``KeyError``: a syntax is chosen by us, never received."""
    return SYNTAXES[code]
