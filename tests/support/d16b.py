"""UN/CEFACT's own schema of CII D16B as a judge of our files; without the folder it comes in, nothing is judged."""

from __future__ import annotations

import functools
import unittest

from lxml import etree

from .places import REFERENCE, ROOT

FILE = REFERENCE / "api/d16b/uncefact/data/standard/CrossIndustryInvoice_100pD16B.xsd"


@functools.cache
def schema() -> etree.XMLSchema:
    """The schema itself. Skips the test where it is not there, which is told at the end."""
    if not FILE.is_file():
        raise unittest.SkipTest(f"NOT JUDGED: D16B's own schema is not at ../{FILE.relative_to(ROOT.parent)}")
    return etree.XMLSchema(file=str(FILE))


def problems(xml: bytes) -> list[str]:
    """All that the schema has against a file. Skips the test where the schema is not there."""
    judge = schema()
    root = etree.fromstring(xml, etree.XMLParser(huge_tree=True))
    return [] if judge.validate(root) else [entry.message for entry in judge.error_log]
