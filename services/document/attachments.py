"""The files that go with an invoice: their names, and whether they are what their names say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .invoice import Attachment

RESERVED = frozenset({"factur-x.xml", "zugferd-invoice.xml", "order-x.xml"})
"""Names that mean the invoice's own XML inside a PDF: a file so called would be taken for it, or dropped."""


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# the container of Office up to 2003; Excel's older files begin with a record of their own, and Word writes .doc as RTF too
_OFFICE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_GZIP = (b"\x1f\x8b",)
_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "bmp": (b"BM",),
    "tif": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"), _ZIP),
    **dict.fromkeys(("gz", "gzip", "tgz"), _GZIP),
    "bz2": (b"BZh",),
    "rtf": (b"{\\rtf",),
    "doc": (*_OFFICE, b"{\\rtf"),
    **dict.fromkeys(("xls", "xlc", "xlm"), (*_OFFICE, b"\x09")),
    **dict.fromkeys(("ppt", "pps"), _OFFICE),
    "p7s": (b"\x30", b"-----BEGIN"),
}
"""With what a file of that kind begins, by extension. ``fax`` has no sure mark; the rest is text."""

_TEXTS = frozenset({"txt", "csv", "xml", "xhtml", "htm", "html", "svg"})
_MARKED_UP = _TEXTS - {"txt", "csv"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PDF_WITHIN = 1024
"""Readers take a PDF whose mark comes a little later: some programs write a line before it."""


def is_what_it_says(file: Attachment) -> bool:
    """Whether the bytes of a file are of the kind that its extension says; True where that cannot be told.

    A Word document called ``plan.pdf`` is taken by Chorus Pro, and cannot be opened by the public body.
    """
    content, extension = file.content, file.extension
    if extension == "pdf":
        return any(mark in content[:_PDF_WITHIN] for mark in _SIGNATURES["pdf"])
    if extension in _SIGNATURES:
        return content.startswith(_SIGNATURES[extension])
    if extension not in _TEXTS or content.startswith(_UTF_16):
        return True
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    binary = b"\x00" in content or start.startswith(_SIGNATURES["pdf"])
    return not binary and (extension not in _MARKED_UP or start.startswith(b"<"))


def distinct(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The files, each under a name of its own: a second ``plan.pdf`` becomes ``plan (2).pdf``.

    Chorus Pro and PDF readers show files by their name, of which a second one would hide the first.
    """
    used: set[str] = set(RESERVED)
    named = []
    for file in files:
        stem, dot, extension = file.name.rpartition(".") if file.extension else (file.name, "", "")
        name, rank = file.name, 2
        while name.casefold() in used:
            name, rank = f"{stem} ({rank}){dot}{extension}", rank + 1
        used.add(name.casefold())
        named.append(file if name == file.name else replace(file, name=name))
    return tuple(named)
