"""A printed invoice made fit for PDF/A-3 (ISO 19005-3, level B), which Factur-X is built on.

The page's content is the printer's (wkhtmltopdf, Chromium): its fonts must be embedded there, nothing here can add one. What a
printer leaves out or gets wrong is repaired: the output intent, the file's identifier, the widths of glyphs (wkhtmltopdf writes
its own, not the font's), forbidden entries. :class:`Printed` leaves files and metadata of others out first.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import ImageCms
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

_PRINTED = 4
"""The only flag of an annotation: it is printed; not hidden (ISO 19005-3 §6.3.2)."""
_ACTIVE = ("/AA", "/OpenAction", "/JavaScript", "/AcroForm", "/Perms", "/Requirements", "/NeedsRendering")
_WIDTH_TOLERANCE = 1
"""Thousandths of the font's size by which a written width may differ from the font's own (ISO 19005-3 §6.2.11.5)."""


_DAMAGES = (
    *(PyPdfError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, NotImplementedError),
    *(struct.error, zlib.error),
)


class PdfError(Exception):
    """The bytes are no PDF that can be worked on (damaged, protected by a password)."""


class Printed:
    """A PDF as it was printed, read once.

    :raises PdfError: when it is no readable PDF; each of its methods does likewise.
    """

    def __init__(self, pdf: bytes) -> None:
        with _readable():
            self._reader = _reader(pdf)
        self._digest = hashlib.sha256(pdf)

    def plain(self) -> bytes:
        """The pages alone, without embedded files and metadata: Odoo puts an XML of its own in each PDF, which is not ours."""
        with _readable():
            return _bytes(self._pages())

    def to_pdfa3(self, fill: Callable[[PdfWriter], None], named: bytes = b"") -> bytes:
        """The pages alone, with what PDF/A-3 wants of them; read and written once.

        :param fill: puts in the metadata, which it wants too, and files. :param named: what tells this PDF from another of the
            same pages, such as what is put in.
        """
        with _readable():
            writer = self._pages()
        fill(writer)
        with _readable():
            _repair(writer)
            digest = self._digest.copy()
            digest.update(named)
            identifier = ByteStringObject(digest.digest()[:16])
            writer._ID = ArrayObject([identifier, identifier])
            return _bytes(writer)

    def _pages(self) -> PdfWriter:
        writer = PdfWriter()
        for page in self._reader.pages:
            writer.add_page(page)
        return writer

    def unshown(self) -> list[str]:
        """The lines of text in which the printer found no glyph for a character, with □ in its place; none in a sound file.

        Such a reference to glyph 0 (``.notdef``) is forbidden (ISO 19005-3 §6.2.11.8): the page does not say what it should.
        """
        with _readable():
            lines: list[str] = []
            for page in self._reader.pages:
                contents = page.get_contents()
                if contents is not None and _shows_nothing(contents.get_data(), page.get("/Resources"), set()):
                    text = page.extract_text()
                    for box in _BOXES:
                        text = text.replace(box, "□")
                    lines += [line.strip() for line in text.splitlines() if "□" in line] or ["□"]
            return lines


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever the library meets in a damaged file is one error for the caller."""
    try:
        yield
    except (*_DAMAGES, RecursionError) as error:
        raise PdfError(str(error) or type(error).__name__) from error


def _reader(pdf: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(pdf))
    if reader.is_encrypted or not reader.pages:
        raise PdfError("the PDF is empty or protected by a password")
    return reader


def _repair(writer: PdfWriter) -> None:
    writer.pdf_header = "%PDF-1.7"
    root = writer.root_object
    for name in _ACTIVE:
        root.pop(name, None)
    _repair_metadata(root)
    root[NameObject("/OutputIntents")] = ArrayObject([writer._add_object(_output_intent(writer))])
    for page in writer.pages:
        page.pop("/AA", None)
        for annotation in page.get("/Annots") or ():
            _repair_annotation(annotation.get_object())
    for font in _cid_fonts(writer):
        _repair_widths(font)
    for image in _images(writer):
        image.pop("/Interpolate", None)


def _bytes(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@functools.cache
def _srgb() -> bytes:
    """The ICC profile of sRGB, the colours of the web, in which reports are printed."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _output_intent(writer: PdfWriter) -> DictionaryObject:
    profile = StreamObject()
    profile.set_data(_srgb())
    profile[NameObject("/N")] = NumberObject(3)
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB"),
            NameObject("/Info"): TextStringObject("sRGB"),
            NameObject("/DestOutputProfile"): writer._add_object(profile.flate_encode()),
        }
    )


def _repair_metadata(root: DictionaryObject) -> None:
    """Say in each description that it is of this file: XMP wants ``rdf:about``, empty as it may be (ISO 16684-1 §7.4)."""
    stream = root.get("/Metadata")
    if stream is not None:
        metadata = stream.get_object()
        metadata.set_data(
            re.sub(rb"<rdf:Description(?![^>]*\srdf:about=)", b'<rdf:Description rdf:about=""', metadata.get_data())
        )


def _repair_annotation(annotation: DictionaryObject) -> None:
    annotation[NameObject("/F")] = NumberObject(_PRINTED)
    annotation.pop("/AA", None)
    action = annotation.get("/A")
    if action is not None and action.get_object().get("/S") not in ("/URI", "/GoTo"):
        del annotation["/A"]


def _objects(writer: PdfWriter) -> Iterator[Any]:
    for item in writer._objects:
        if isinstance(item, DictionaryObject):
            yield item


def _cid_fonts(writer: PdfWriter) -> Iterator[DictionaryObject]:
    return (item for item in _objects(writer) if item.get("/Subtype") == "/CIDFontType2")


def _images(writer: PdfWriter) -> Iterator[DictionaryObject]:
    return (item for item in _objects(writer) if item.get("/Subtype") == "/Image")


def _repair_widths(font: DictionaryObject) -> None:
    """Write the widths that the embedded font itself has, where the printer wrote others.

    Only where characters are numbered as the font's glyphs are, as both printers do.
    """
    descriptor = font["/FontDescriptor"].get_object()
    # it lists the characters of a subset; a list that is not complete is forbidden, none is not (ISO 19005-3 §6.2.11.4.2)
    descriptor.pop("/CIDSet", None)
    if "/FontFile2" not in descriptor or font.get("/CIDToGIDMap", "/Identity") != "/Identity":
        return
    font[NameObject("/CIDToGIDMap")] = NameObject("/Identity")
    own = glyph_widths(descriptor["/FontFile2"].get_object().get_data())
    default, written = float(font.get("/DW", 1000)), read_widths(font.get("/W") or ())
    # a glyph that is left out of the embedded subset has no width there, and is not shown
    known = {glyph: width for glyph, width in enumerate(own) if width}
    if any(abs(written.get(glyph, default) - width) > _WIDTH_TOLERANCE for glyph, width in known.items()):
        font[NameObject("/W")] = write_widths(own)


def glyph_widths(font: bytes) -> list[int]:
    """The width of each glyph of a TrueType font, in thousandths of its size (tables head, hhea and hmtx)."""
    tables = {}
    for index in range(struct.unpack(">H", font[4:6])[0]):
        tag, _sum, offset, length = struct.unpack(">4sLLL", font[12 + 16 * index : 28 + 16 * index])
        tables[tag] = font[offset : offset + length]
    units = struct.unpack(">H", tables[b"head"][18:20])[0]
    count = struct.unpack(">H", tables[b"hhea"][34:36])[0]
    advances = struct.unpack(f">{'H2x' * count}", tables[b"hmtx"][: 4 * count])
    # most are none, those that are left out of the subset
    return [round(advance * 1000 / units) if advance else 0 for advance in advances]


def write_widths(own: list[float]) -> ArrayObject:
    """A ``/W`` array of the width of each glyph; most are none, those that are left out of the subset, and stand as ranges."""
    array, after = ArrayObject(), 0
    shown = [glyph for glyph, width in enumerate(own) if width]
    for place, glyph in enumerate(shown):
        if glyph < after:
            continue
        if glyph > after:
            array += [NumberObject(after), NumberObject(glyph - 1), NumberObject(0)]
        rank = place
        while rank + 1 < len(shown) and shown[rank + 1] == shown[rank] + 1:
            rank += 1
        after = shown[rank] + 1
        array += [NumberObject(glyph), ArrayObject(map(NumberObject, own[glyph:after]))]
    if after < len(own):
        array += [NumberObject(after), NumberObject(len(own) - 1), NumberObject(0)]
    return array


def read_widths(array: Any) -> dict[int, float]:
    """A ``/W`` array as width by character (ISO 32000-1 §9.7.4.3)."""
    widths: dict[int, float] = {}
    items = iter([item.get_object() if isinstance(item, IndirectObject) else item for item in array])
    for first in items:
        following = next(items)
        if isinstance(following, list):
            widths |= {int(first) + index: float(width) for index, width in enumerate(following)}
        else:
            width = float(next(items))
            widths |= dict.fromkeys(range(int(first), int(following) + 1), width)
    return widths


_BOXES = ("\x00", "\ufffd")
"""What reading a page's text gives for a glyph that stands for no character."""
_SHOWING = frozenset((b"Tj", b"TJ", b"'", b'"'))
# quickly told from a page that is sound: any string in parentheses, and one in digits with four noughts or a blank
_SUSPECT = re.compile(rb"\(|<[0-9A-Fa-f]*(?:0000|\s)")
_TOKEN = re.compile(
    rb"<<|>>|<[0-9A-Fa-f\s]*>"  # a string in hexadecimal digits
    rb"|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)"  # a string in parentheses, which may hold a pair of them
    rb"|/[^\s()<>\[\]{}/%]*|[\[\]]|%[^\r\n]*|[^\s()<>\[\]{}/%]+",
    re.DOTALL,
)
_INLINE_IMAGE = re.compile(rb"\bID\s.*?\sEI\b", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)


def _shows_nothing(content: bytes, resources: Any, seen: set[int]) -> bool:
    """Whether a content stream, or a form it may draw, shows glyph 0 of one of its composite fonts."""
    resources = resources.get_object() if resources is not None else {}
    if _SUSPECT.search(content) and _shows_zero(content, _named(resources, "/Font")):
        return True
    for form in _named(resources, "/XObject").values():
        if form.get("/Subtype") == "/Form" and id(form) not in seen:
            seen.add(id(form))
            if _shows_nothing(form.get_data(), form.get("/Resources", resources), seen):
                return True
    return False


def _shows_zero(content: bytes, fonts: dict[str, Any]) -> bool:
    numbered = {name: _numbers_glyphs(font) for name, font in fonts.items()}
    operands: list[bytes] = []
    checked = False
    for token in _TOKEN.findall(_INLINE_IMAGE.sub(b"", content)):
        if token[:1] in b"<(/[]%+-.0123456789":
            operands.append(token)
            continue
        if token == b"Tf":
            checked = numbered.get(operands[-2].decode("latin-1") if len(operands) > 1 else "", False)
        elif token in _SHOWING and checked and any(_has_zero(operand) for operand in operands):
            return True
        operands.clear()
    return False


def _named(resources: DictionaryObject, kind: str) -> dict[str, Any]:
    found = resources.get(kind)
    return {name: item.get_object() for name, item in found.get_object().items()} if found is not None else {}


def _numbers_glyphs(font: DictionaryObject) -> bool:
    """Whether a font's text is made of glyph numbers of two bytes, as both printers write it."""
    return font.get("/Subtype") == "/Type0" and font.get("/Encoding") in ("/Identity-H", "/Identity-V")


def _has_zero(operand: bytes) -> bool:
    """Whether an operand is a string with the number 0 in it."""
    if operand.startswith(b"<") and operand not in (b"<<", b">>"):
        digits = b"".join(operand[1:-1].split())
        return any(digits[place : place + 4].ljust(4, b"0") == b"0000" for place in range(0, len(digits), 4))
    if operand.startswith(b"("):
        text = _ESCAPE.sub(_unescaped, operand[1:-1])
        return any(text[place : place + 2] == b"\0\0" for place in range(0, len(text), 2))
    return False


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}.get(code, code)
