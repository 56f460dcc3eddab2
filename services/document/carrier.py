"""What makes a PDF/A-3 a Factur-X: the invoice's XML inside, its attachments beside it, and metadata that say so.

Written straight into the PDF that is being made: ``facturx`` would read and write the whole file once more.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from datetime import datetime, timezone

from facturx.facturx import CREATOR, FACTURX_FILENAME, generate_xmp_bytes
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from .invoice import Attachment


def carry(writer: PdfWriter, xml: bytes, level: str, about: dict[str, str], files: Iterable[Attachment]) -> None:
    """Put an invoice's XML and its attachments into a PDF, with their metadata.

    :param level: of Factur-X, as the library calls it. :param about: ``author``, ``title``, ``subject`` and ``keywords``.
    :param files: of distinct names, none of them that of the XML.
    """
    now = datetime.now(timezone.utc).strftime("D:%Y%m%d%H%M%S+00'00'")
    specifications = {FACTURX_FILENAME: _specification(writer, FACTURX_FILENAME, xml, "Factur-X XML file", "/Data", now)}
    for file in files:
        specifications[file.name] = _specification(writer, file.name, file.content, file.description, "/Supplement")
    # a reader looks them up by name, in order
    ordered = sorted(specifications.items())
    names = ArrayObject([item for name, reference in ordered for item in (TextStringObject(name), reference)])
    metadata = DecodedStreamObject()
    # readable without unpacking, for tools that look for it in the bytes
    metadata.set_data(generate_xmp_bytes("factur-x", level, None, about))
    metadata.update({NameObject("/Subtype"): NameObject("/XML"), NameObject("/Type"): NameObject("/Metadata")})
    embedded = DictionaryObject({NameObject("/EmbeddedFiles"): DictionaryObject({NameObject("/Names"): names})})
    writer.root_object.update(
        {
            NameObject("/AF"): writer._add_object(ArrayObject([reference for _name, reference in ordered])),
            NameObject("/Names"): embedded,
            NameObject("/PageMode"): NameObject("/UseAttachments"),
            NameObject("/Metadata"): writer._add_object(metadata),
            NameObject("/Lang"): TextStringObject("fr-FR"),
        }
    )
    # the same as in the XML metadata, whose creator is the library's
    dates = {"/CreationDate": now, "/ModDate": now, "/Creator": CREATOR}
    writer.add_metadata({**dates, **{f"/{name.capitalize()}": text for name, text in about.items()}})


def _specification(
    writer: PdfWriter, name: str, content: bytes, description: str, relationship: str, changed: str = ""
) -> IndirectObject:
    """A file in the PDF, as what is said of it there (ISO 32000-1 §7.11.3, ISO 32000-1 §7.11.4, ISO 19005-3 §6.8).

    :param changed: when, as PDF writes it.
    """
    parameters = DictionaryObject(
        {
            NameObject("/CheckSum"): ByteStringObject(hashlib.md5(content, usedforsecurity=False).digest()),
            NameObject("/Size"): NumberObject(len(content)),
        }
    )
    if changed:
        parameters[NameObject("/ModDate")] = TextStringObject(changed)
    stream = DecodedStreamObject()
    stream.set_data(content)
    packed = stream.flate_encode()
    kind = "text/xml" if name == FACTURX_FILENAME else mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed.update(
        {
            NameObject("/Type"): NameObject("/EmbeddedFile"),
            NameObject("/Params"): parameters,
            NameObject("/Subtype"): NameObject(f"/{kind}"),
        }
    )
    file, shown = writer._add_object(packed), TextStringObject(name)
    specification = {
        NameObject("/AFRelationship"): NameObject(relationship),
        NameObject("/Desc"): TextStringObject(description),
        NameObject("/Type"): NameObject("/Filespec"),
        NameObject("/F"): shown,
        NameObject("/UF"): shown,
        NameObject("/EF"): DictionaryObject({NameObject("/F"): file, NameObject("/UF"): file}),
    }
    return writer._add_object(DictionaryObject(specification))
