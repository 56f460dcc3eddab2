"""What can be told of PDF/A-3 (ISO 19005-3, level B) from a file's structure.

Written apart from ``services/document/pdfa``, over ``pypdf``'s plain objects. It is no validator, :mod:`.verapdf` is; this one
looks besides at what Factur-X wants of the file, and judges where no Java runs.
"""

from __future__ import annotations

import io
from typing import Any

from lxml import etree
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

_X = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/", "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"}
_EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")


def _objects(reader: PdfReader) -> list[Any]:
    """Every object of the file, each once, wherever it hangs."""
    found: dict[tuple[int, int], Any] = {}

    def walk(value: Any) -> None:
        if isinstance(value, IndirectObject):
            key = (value.idnum, value.generation)
            if key in found:
                return
            found[key] = value = value.get_object()
        if isinstance(value, dict):
            if id(value) not in seen:
                seen.add(id(value))
                kept.append(value)
                for item in value.values():
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    seen: set[int] = set()
    kept: list[Any] = []
    walk(reader.trailer.raw_get("/Root"))
    return kept


def problems(pdf: bytes) -> list[str]:
    """What keeps a file from being PDF/A-3b, as far as its structure tells; with ``factur-x.xml`` inside as it must be."""
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    wrong = [
        *_file(pdf, reader),
        *_colours(root),
        *_metadata(root),
        *_files(root),
    ]
    for item in _objects(reader):
        wrong += _object(item)
    for number, page in enumerate(reader.pages, 1):
        wrong += [f"page {number}: {problem}" for problem in _page(page)]
    return wrong


def _file(pdf: bytes, reader: PdfReader) -> list[str]:
    wrong = []
    first, second = pdf.split(b"\n", 2)[:2]
    if not first.startswith(b"%PDF-1.") or first[7:8] not in b"01234567":
        wrong.append(f"6.1.2: header {first!r}")
    if second[:1] != b"%" or len([byte for byte in second[1:5] if byte > 127]) != 4:
        wrong.append("6.1.2: no binary comment after the header")
    if "/ID" not in reader.trailer or len(reader.trailer["/ID"]) != 2:
        wrong.append("6.1.3: no file identifier")
    if reader.is_encrypted:
        wrong.append("6.1.3: encrypted")
    return wrong


def _colours(root: DictionaryObject) -> list[str]:
    intents = [intent.get_object() for intent in root.get("/OutputIntents", ())]
    profiles = [intent["/DestOutputProfile"].get_object() for intent in intents if intent.get("/S") == "/GTS_PDFA1"]
    if len(profiles) != 1:
        return ["6.2.3: not one output intent GTS_PDFA1"]
    data = profiles[0].get_data()
    well = data[36:40] == b"acsp" and data[12:16] == b"mntr" and data[16:20] == b"RGB " and profiles[0]["/N"] == 3 and data[8] < 5
    return [] if well else ["6.2.3: the output intent's profile is no ICC profile of a screen's RGB"]


def _metadata(root: DictionaryObject) -> list[str]:
    stream = root.get("/Metadata")
    if stream is None:
        return ["6.6.2: no XMP metadata"]
    packet = stream.get_object().get_data()
    if b"<?xpacket" not in packet[:60]:
        return ["6.6.2: no xpacket"]
    xmp = etree.fromstring(packet)
    said = {name: xmp.findtext(f".//{name}", namespaces=_X) for name in ("pdfaid:part", "pdfaid:conformance")}
    wrong = [] if said == {"pdfaid:part": "3", "pdfaid:conformance": "B"} else [f"6.6.4: says {said}"]
    level = {
        name: xmp.findtext(f".//fx:{name}", namespaces=_X) for name in ("DocumentFileName", "ConformanceLevel", "DocumentType")
    }
    if level != {"DocumentFileName": "factur-x.xml", "ConformanceLevel": "EN 16931", "DocumentType": "INVOICE"}:
        wrong.append(f"Factur-X: says {level}")
    if b"pdfaExtension" not in packet:
        wrong.append("6.6.2.3: the Factur-X properties have no extension schema")
    return wrong


def _files(root: DictionaryObject) -> list[str]:
    names = root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", [])
    keys = [str(name) for name in names[::2]]
    wrong = [] if keys == sorted(keys) and len(set(keys)) == len(keys) else ["names of the files are not sorted, or not distinct"]
    associated = [item.get_object() for item in root.get("/AF", [])]
    for item in names[1::2]:
        spec = item.get_object()
        name = str(spec.get("/F"))
        if spec not in associated:
            wrong.append(f"6.8: {name} is not associated with the document")
        if spec.get("/AFRelationship") not in ("/Data", "/Alternative", "/Source", "/Supplement", "/Unspecified"):
            wrong.append(f"6.8: {name} has no relationship")
        if "/UF" not in spec or "/F" not in spec:
            wrong.append(f"6.8: {name} lacks F or UF")
        file = spec["/EF"]["/F"].get_object()
        if "/" not in str(file.get("/Subtype", ""))[1:]:
            wrong.append(f"6.8: {name} has no media type")
        if name == "factur-x.xml" and spec.get("/AFRelationship") not in ("/Data", "/Alternative", "/Source"):
            wrong.append("Factur-X: the XML's relationship")
    return wrong if "factur-x.xml" in keys else [*wrong, "no factur-x.xml"]


def _object(item: dict[str, Any]) -> list[str]:
    wrong = []
    kind, sub = item.get("/Type"), item.get("/Subtype")
    if kind == "/Font" and sub not in ("/Type0", "/Type3"):
        descriptor = item.get("/FontDescriptor")
        descriptor = descriptor.get_object() if descriptor is not None else {}
        if not any(name in descriptor for name in _EMBEDDED):
            wrong.append(f"6.2.11.4: the font {item.get('/BaseFont')} is not embedded")
        if "/CIDSet" in descriptor:
            wrong.append("6.2.11.4.2: a CIDSet, complete or not")
    if sub == "/CIDFontType2" and "/CIDToGIDMap" not in item:
        wrong.append("6.2.11.3.2: a CID font without CIDToGIDMap")
    if sub == "/Image" and str(item.get("/Interpolate")).lower() == "true":
        wrong.append("6.2.8: an interpolated image")
    if isinstance(item, StreamObject) and "/LZWDecode" in str(item.get("/Filter")):
        wrong.append("6.1.7.2: LZW")
    if "/JS" in item or item.get("/S") in ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData"):
        wrong.append("6.5.1: a forbidden action")
    if "/TR" in item or ("/TR2" in item and item["/TR2"] != "/Default"):
        wrong.append("6.2.5: a transfer function")
    return wrong


def _page(page: DictionaryObject) -> list[str]:
    wrong = ["6.5.2: additional actions"] if "/AA" in page else []
    for entry in page.get("/Annots") or ():
        annotation = entry.get_object()
        flags = int(annotation.get("/F", 0))
        if annotation.get("/Subtype") != "/Popup" and (not flags & 4 or flags & 0b100011):
            wrong.append(f"6.3.2: an annotation's flags are {flags}")
    return wrong
