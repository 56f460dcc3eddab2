"""Over lxml: safe parsing, text, numbers, dates, attachments."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from .document import ZERO, Attachment


class Reader:
    """XPath with the namespaces of one syntax, always from a given element; each path is compiled once."""

    def __init__(self, namespaces: dict[str, str]) -> None:
        self._namespaces = namespaces
        self._compiled: dict[str, etree.XPath] = {}

    def all(self, element: etree._Element, path: str) -> list[etree._Element]:
        compiled = self._compiled.get(path)
        if compiled is None:
            compiled = self._compiled[path] = etree.XPath(path, namespaces=self._namespaces)
        found: list[etree._Element] = compiled(element)
        return found

    def first(self, element: etree._Element, path: str) -> etree._Element | None:
        found = self.all(element, path)
        return found[0] if found else None

    def text(self, element: etree._Element, path: str) -> str:
        found = self.first(element, path)
        return (found.text or "").strip() if found is not None else ""

    def raw(self, element: etree._Element, path: str) -> str:
        """The text with its outer spaces, which are an error in an invoice number."""
        found = self.first(element, path)
        return (found.text or "") if found is not None else ""

    def texts(self, element: etree._Element, path: str) -> tuple[str, ...]:
        return tuple((found.text or "").strip() for found in self.all(element, path))

    def decimal(self, element: etree._Element, path: str) -> Decimal | None:
        text = self.text(element, path)
        try:
            return Decimal(text) if text else None
        except InvalidOperation:
            return None

    def total(self, element: etree._Element, path: str) -> Decimal:
        amounts = (to_decimal((found.text or "").strip()) for found in self.all(element, path))
        return sum(amounts, ZERO)

    def attachment(self, element: etree._Element, path: str, description: str) -> Attachment | None:
        """The embedded file at ``path`` (mimeCode, filename, base64), or None when there is none."""
        found = self.first(element, path)
        if found is None:
            return None
        try:
            content = base64.b64decode("".join((found.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            content = b""
        return Attachment(found.get("filename") or "", found.get("mimeCode") or "", content, description)


def to_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return ZERO


def parse(data: bytes) -> etree._Element:
    """The root of a document without entities nor network. Raises ValueError saying what is wrong with it."""
    if b"<!DOCTYPE" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("Le fichier XML doit être sans DOCTYPE, dans un encodage d'un octet ou en UTF-8")
    # huge_tree: an attachment of 8 MB is already a text of more than 10 million characters
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"Le fichier n'est pas un XML lisible : {error.msg}") from error


def compact_date(text: str) -> date | None:
    """``AAAAMMJJ`` of CII (format 102), or None."""
    return iso_date(f"{text[:4]}-{text[4:6]}-{text[6:]}") if len(text) == 8 else None


def iso_date(text: str) -> date | None:
    """``AAAA-MM-JJ`` of UBL, or None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
