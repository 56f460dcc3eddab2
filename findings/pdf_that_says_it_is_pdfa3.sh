#!/usr/bin/env bash
# Two libraries that make Factur-X write "PDF/A-3, level B" into any PDF, also into one whose font is not embedded.
#
# Versions: factur-x 7.8, drafthorse 2025.2.0, reportlab 4.4.4, pypdf 6.21.4.
# Input: a page of ReportLab in Helvetica, one of PDF's standard fonts, which a PDF need not embed (ISO 32000), and an EN 16931 invoice in CII.
# The guess that is wrong: a Factur-X is a PDF/A-3 (Factur-X 1.09, ISO 19005-3), so what comes out of the library is one or an error is raised.
# Seen: both claim part 3, conformance B in the metadata, without a warning; the font has no file in it (ISO 19005-3 §6.2.11.4) and there is no
#   output intent for the page's colours (§6.2.3). The claim is the library's, the conformance has to be the printer's.
# What we do about it: the output intent and what else can be repaired is repaired, the printer's fonts are looked at, and a page that lacks a glyph
#   is refused (services/document/pdfa.py); the claim is tested with a validator (tests/support/verapdf.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8 drafthorse==2025.2.0 reportlab==4.4.4 pypdf==6.21.4
cat >"$folder/try.py" <<'PYTHON'
import io
import logging
from datetime import date

import facturx
from drafthorse.pdf import attach_xml
from lxml import etree
from pypdf import PdfReader
from reportlab.pdfgen import canvas

logging.disable(logging.CRITICAL)
TERMS = {
    "BT-1": "F-1", "BT-2": date(2026, 1, 5), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 2, 4), "BT-72": date(2026, 1, 4),
    "BG-4": {"name": "Vendeur", "vat_identifier": "FR83404833048", "country_code": "FR"},
    "BG-7": {"name": "Acheteur", "country_code": "FR"},
    "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20"}],
    "BG-25": [
        {
            "BT-126": "1", "BT-129": "1", "BT-130": "C62", "BT-131": "100.00", "BT-146": "100.00", "BT-151": "S", "BT-152": "20",
            "BT-153": "Chaise",
        }
    ],
    "BT-106": "100.00", "BT-109": "100.00", "BT-110": "20.00", "BT-112": "120.00", "BT-115": "120.00",
}
xml = facturx.generate_cii_xml(TERMS, level="en16931", check_schematron=None)
stream = io.BytesIO()
page = canvas.Canvas(stream)
page.drawString(72, 720, "Facture F-1")
page.save()
made = {
    "factur-x": facturx.generate_from_binary(stream.getvalue(), xml, flavor="factur-x", level="en16931", check_schematron=False),
    "drafthorse": attach_xml(stream.getvalue(), xml, "EN 16931"),
}
for library, pdf in made.items():
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    xmp = etree.fromstring(root["/Metadata"].get_object().get_data())
    space = "{http://www.aiim.org/pdfa/ns/id/}"
    said = [
        next((node.get(space + name) or node.findtext(space + name) for node in xmp.iter() if node.get(space + name) or node.findtext(space + name)))
        for name in ("part", "conformance")
    ]
    (font,) = (font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values())
    embedded = any(key.startswith("/FontFile") for key in font.get("/FontDescriptor", {}))
    print(f"{library}: says PDF/A-{said[0]}{said[1].lower()}; {font['/BaseFont']} embedded: {embedded}; output intent: {'/OutputIntents' in root}")
    assert (said, embedded, "/OutputIntents" in root) == (["3", "B"], False, False), "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
