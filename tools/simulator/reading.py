"""From the bytes of a flow to its invoices: archives unpacked, Factur-X opened, XML checked against its XSD."""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import facturx
from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from . import cii, submission, ubl, xsd
from .document import Attachment, Document
from .xmltools import parse

MEGABYTE = 1024 * 1024
MAX_FILE_BYTES = 120 * MEGABYTE  # an invoice with its attachments (doc/API.md §5)
MAX_UNPACKED_BYTES = 300 * MEGABYTE
MAX_FILES = 10_000

CII_SYNTAX = "IN_DP_E1_CII_16B"
UBL_SYNTAX = "IN_DP_E1_UBL_INVOICE"
FACTURX_SYNTAX = "IN_DP_E2_CII_FACTURX"


class UnreadableFlow(Exception):
    """The flow as a whole is refused for its form: a line of ``listeErreurTechnique``."""

    def __init__(self, code: str, label: str) -> None:
        super().__init__(label)
        self.code = code
        self.label = label


@dataclass(frozen=True)
class Piece:
    """One invoice of a flow, with the bytes it was read from."""

    document: Document
    xml: bytes = field(repr=False)
    pdf: bytes | None = field(default=None, repr=False)
    attachments: tuple[Attachment, ...] = ()


def read_flow(content: bytes, syntax: str) -> list[Piece]:
    """All invoices of a flow. Raises UnreadableFlow when one of its files cannot be read or fails its XSD."""
    reader = _READERS.get(syntax)
    if reader is None:
        raise UnreadableFlow("SYNTAXE", f"Ce simulateur accepte la syntaxe {syntax} mais ne sait pas la lire")
    pieces = [reader(data, name) for name, data in _files(content)]
    if not pieces:
        raise UnreadableFlow("ARCHIVE", "L'archive ne contient aucun fichier")
    return pieces


def read_document(xml: bytes) -> Document:
    """A document already integrated once, read again without its XSD; or the data of a soumettre."""
    if xml.startswith(b"{"):
        return submission.read(json.loads(xml))
    root = parse(xml)
    return cii.read(root) if root.tag == cii.ROOT else ubl.read(root)


def _files(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[:2] == b"\x1f\x8b":
        yield from _limited(_tar_files(content))
    elif content[:4] == b"PK\x03\x04":
        yield from _limited(_zip_files(content))
    else:
        yield "", content


def _limited(files: Iterator[tuple[str, int, Callable[[], bytes]]]) -> Iterator[tuple[str, bytes]]:
    """Refuses too many or too large files before unpacking them."""
    total = 0
    for count, (name, size, extract) in enumerate(files, start=1):
        total += size
        if count > MAX_FILES or size > MAX_FILE_BYTES or total > MAX_UNPACKED_BYTES:
            raise UnreadableFlow("TAILLE", "L'archive dépasse les limites de nombre ou de taille des fichiers")
        yield name, extract()


def _tar_files(content: bytes) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    yield member.name, member.size, file.read
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise UnreadableFlow("ARCHIVE", "L'archive tar.gz est illisible") from error


def _zip_files(content: bytes) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, _zip_reader(archive, info)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise UnreadableFlow("ARCHIVE", "L'archive zip est illisible") from error


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def extract() -> bytes:
        with archive.open(info) as file:
            return file.read(info.file_size)

    return extract


def _read_cii(data: bytes, name: str) -> Piece:
    root = _root(data, name)
    if root.tag != cii.ROOT:
        raise UnreadableFlow("FORMAT", f"{_place(name)}La racine du fichier n'est pas CrossIndustryInvoice (CII 16B)")
    _check_xsd(root, xsd.CII, name)
    document = cii.read(root)
    return Piece(document, data, attachments=document.attachments)


def _read_ubl(data: bytes, name: str) -> Piece:
    root = _root(data, name)
    schemas = {ubl.INVOICE_ROOT: xsd.UBL_INVOICE, ubl.CREDIT_NOTE_ROOT: xsd.UBL_CREDIT_NOTE}
    if root.tag not in schemas:
        raise UnreadableFlow("FORMAT", f"{_place(name)}La racine du fichier n'est ni Invoice ni CreditNote (UBL 2.1)")
    _check_xsd(root, schemas[root.tag], name)
    document = ubl.read(root)
    return Piece(document, data, attachments=document.attachments)


def _read_facturx(data: bytes, name: str) -> Piece:
    if not data.startswith(b"%PDF-"):
        raise UnreadableFlow("FORMAT", f"{_place(name)}Le fichier n'est pas un PDF")
    try:
        xml_name, xml = facturx.get_xml_from_pdf(data, check_xsd=False, filenames=["factur-x.xml"])
        embedded = PdfReader(io.BytesIO(data)).attachment_list if xml else []
        others = tuple(Attachment(item.name, "", bytes(item.content), item.name) for item in embedded if item.name != xml_name)
    except (PyPdfError, OSError, ValueError, KeyError) as error:
        raise UnreadableFlow("PDF", f"{_place(name)}Le PDF est illisible") from error
    if not xml:
        raise UnreadableFlow("FACTURX", f"{_place(name)}Le PDF ne contient pas de fichier factur-x.xml")
    piece = _read_cii(bytes(xml), name)
    return Piece(piece.document, piece.xml, data, (*piece.attachments, *others))


_READERS: dict[str, Callable[[bytes, str], Piece]] = {
    CII_SYNTAX: _read_cii,
    UBL_SYNTAX: _read_ubl,
    FACTURX_SYNTAX: _read_facturx,
}


def _place(name: str) -> str:
    return f"{name} : " if name else ""


def _root(data: bytes, name: str) -> etree._Element:
    try:
        return parse(data)
    except ValueError as error:
        raise UnreadableFlow("XML", f"{_place(name)}{error}") from error


def _check_xsd(root: etree._Element, schema: str, name: str) -> None:
    if problem := xsd.problem(root, schema):
        cause = re.sub(r"\{[^}]*\}", "", problem)  # without namespaces
        raise UnreadableFlow("XSD", f"{_place(name)}Le fichier ne respecte pas le schéma XSD : {cause}")
