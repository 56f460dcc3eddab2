"""Factur-X: what is printed, the XML and the files in one PDF/A-3. Needs neither Odoo nor a database."""

import contextlib
import functools
import io
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
from unittest.mock import patch

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject
from reportlab.pdfgen import canvas

from ...services.document import pdfa as pdfa_service
from ...services.document.en16931 import to_cii
from ...services.document.factur_x import UnshownText, to_facturx
from ...services.document.invoice import Attachment
from ...services.document.pdfa import PdfError, Printed, glyph_widths, read_widths, write_widths
from ..support import pdfa, printed, verapdf
from ..support.documents import invoice
from ..support.places import ROOT
from ..support.strategies import ALWAYS_THE_SAME

PRINTER = ROOT / "tools/wkhtmltopdf"
PAGE = """<html><meta charset="utf-8"><body>
<h1>Facture FAC/2026/00042</h1><p>Été, œuvre, 1 234,56 € <b>gras</b> <i>italique</i></p>
<a href="https://example.org/payer">Payer</a><svg width="40" height="40"><circle cx="20" cy="20" r="18" opacity=".4"/></svg>
</body></html>"""
BOXES = f"<html><meta charset='utf-8'><body><p>Pose</p><p>Salle {2 * printed.NOT_IN_ANY_FONT} du fond</p></body></html>"


def from_wkhtmltopdf(html=PAGE):
    """A page as a server's printer makes it."""
    return printed.page_by_wkhtmltopdf(html)


@functools.cache
def from_a_browser(html=PAGE):
    """A page as the demonstration's printer makes it, with Chromium."""
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no Chromium: its printed page is not checked")
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "page.html"), pathlib.Path(folder, "page.pdf")
        source.write_text(html, "utf-8")
        subprocess.run([sys.executable, PRINTER, source, target], check=True, timeout=60)
        return target.read_bytes()


def cid_font(reader):
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            for descendant in font.get_object().get("/DescendantFonts", ()):
                return descendant.get_object()
    raise AssertionError("no CID font")


@pytest.mark.parametrize("source", [printed.pdf, from_a_browser, from_wkhtmltopdf])
def test_is_pdfa3(source):
    files = (Attachment("métré.xlsx", b"m", "Métré"), Attachment("a.pdf", b"a", "Plan"))
    pdf = to_facturx(invoice(attachments=files), source())
    assert pdfa.problems(pdf) == []
    assert verapdf.problems(pdf) == []
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.pages[0].extract_text().strip() == PdfReader(io.BytesIO(source())).pages[0].extract_text().strip()
    assert reader.attachments["factur-x.xml"] == [to_cii(invoice())]
    assert {name: content for name, [content] in reader.attachments.items() if name != "factur-x.xml"} == {
        "métré.xlsx": b"m",
        "a.pdf": b"a",
    }
    assert reader.metadata.title == "Atelier Démo : Facture FAC/2026/00042"


def unembedded():
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.drawString(60, 780, "Helvetica is embedded nowhere")
    page.save()
    return buffer.getvalue()


def test_the_judges_can_say_no():
    """What is printed is no PDF/A-3 by itself, nor with a font that is not embedded."""
    found = "\n".join(pdfa.problems(printed.pdf()))
    for rule in ("6.2.3", "6.6.2", "no factur-x.xml"):
        assert rule in found
    assert any("not embedded" in problem for problem in pdfa.problems(to_facturx(invoice(), unembedded())))
    clauses = {problem.partition("-")[0] for problem in verapdf.problems(printed.pdf())}
    assert {"6.2.4.3", "6.6.2.1"} <= clauses
    assert any(problem.startswith("6.2.11.4.1") for problem in verapdf.problems(to_facturx(invoice(), unembedded())))
    assert verapdf.problems(b"%PDF-1.7\n") != []


def test_repairs_what_the_printer_gets_wrong():
    """Judged by veraPDF: without the repair, wkhtmltopdf's page does not conform."""
    plain_page = from_wkhtmltopdf()
    with patch.object(pdfa_service, "_repair_widths", lambda font: None):
        assert any(problem.startswith("6.2.11.5") for problem in verapdf.problems(to_facturx(invoice(), plain_page)))


@pytest.mark.parametrize("source", [from_a_browser, from_wkhtmltopdf])
def test_text_that_no_font_has_is_told(source):
    """A PDF/A-3 must not be claimed of a page with boxes in the place of characters."""
    page = source(BOXES)
    with pytest.raises(UnshownText) as told:
        to_facturx(invoice(), page)
    assert told.value.lines == ["Salle □□ du fond"]
    with patch.object(Printed, "unshown", lambda _printed: []):
        assert [problem.partition("-")[0] for problem in verapdf.problems(to_facturx(invoice(), page))] == ["6.2.11.8"]


MANY_GLYPHS = "<meta charset='utf-8'>" + "".join(f"&#{code}; " for code in (*range(33, 127), *range(161, 256)))
codes = st.sampled_from([0, 3, *b"()\\\n\r"])
"""Numbers of glyphs, most of which mean something else as bytes of a string in parentheses."""


def in_digits(numbers, blank):
    return b"<" + blank.join(b"%04X" % number for number in numbers) + b">"


def in_parentheses(numbers, octal):
    raw = b"".join(struct.pack(">H", number) for number in numbers)
    return b"(" + b"".join(b"\\%03o" % byte if octal or byte in b"()\\\r" else bytes([byte]) for byte in raw) + b")"


strings = st.one_of(
    st.builds(in_digits, st.lists(codes, max_size=3), st.sampled_from([b"", b" ", b"\n"])),
    st.builds(in_parentheses, st.lists(codes, max_size=3), st.booleans()),
)
operations = st.one_of(
    st.builds(lambda text: text + b" Tj", strings),
    st.builds(lambda first, second: b"[ " + first + b" -120.0000 " + second + b" ] TJ", strings, strings),
    st.builds(lambda text: text + b" '", strings),
    st.builds(lambda text: b"/Span <</ActualText " + text + b">> BDC EMC", strings),
    st.just(b"0.0000 0 Td"),
)


@settings(ALWAYS_THE_SAME, max_examples=80)
@given(st.lists(operations, min_size=1, max_size=4), st.booleans())
def test_boxes_are_found_as_verapdf_finds_them(shown, in_a_form):
    """Whatever notation a printer writes its text in, on the page or in a form."""
    writer = PdfWriter(clone_from=io.BytesIO(from_wkhtmltopdf(MANY_GLYPHS)))
    page = writer.pages[0]
    (name, *_others) = page["/Resources"]["/Font"]
    content = StreamObject()
    content.set_data(b"BT %s 12 Tf 20 TL 60 700 Td %s ET" % (name.encode(), b" ".join(shown)))
    if in_a_form:
        kind = {"/Type": "/XObject", "/Subtype": "/Form"}
        content.update({NameObject(key): NameObject(value) for key, value in kind.items()})
        content[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, 600, 800)))
        content[NameObject("/Resources")] = page["/Resources"]
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/XObject"): DictionaryObject({NameObject("/X"): writer._add_object(content)})}
        )
        content = StreamObject()
        content.set_data(b"/X Do")
    page[NameObject("/Contents")] = writer._add_object(content)
    page.pop("/Annots", None)
    buffer = io.BytesIO()
    writer.write(buffer)
    with patch.object(Printed, "unshown", lambda _printed: []):
        said = any(problem.startswith("6.2.11.8") for problem in verapdf.problems(to_facturx(invoice(), buffer.getvalue())))
    event("boxes" if said else "sound")
    assert bool(Printed(buffer.getvalue()).unshown()) == said


def test_each_description_says_what_it_is_of():
    reader = PdfReader(io.BytesIO(to_facturx(invoice(), printed.pdf())))
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    descriptions = list(etree.fromstring(reader.root_object["/Metadata"].get_data()).iter(f"{rdf}Description"))
    assert len(descriptions) > 3
    assert {description.get(f"{rdf}about") for description in descriptions} == {""}


def test_widths_of_glyphs_are_the_fonts_own():
    """wkhtmltopdf writes other widths than the font has; the font's own replace them."""
    writer = PdfWriter(clone_from=io.BytesIO(from_a_browser()))
    font = cid_font(writer)
    own = glyph_widths(font["/FontDescriptor"]["/FontFile2"].get_object().get_data())
    shown = {glyph: width for glyph, width in read_widths(font["/W"]).items() if own[glyph]}
    assert shown
    assert all(abs(own[glyph] - width) <= 1 for glyph, width in shown.items())
    font[NameObject("/W")] = ArrayObject([NumberObject(0), ArrayObject([NumberObject(width + 40) for width in own])])
    buffer = io.BytesIO()
    writer.write(buffer)
    repaired = read_widths(cid_font(PdfReader(io.BytesIO(Printed(buffer.getvalue()).to_pdfa3(lambda _writer: None))))["/W"])
    assert all(repaired[glyph] == own[glyph] for glyph in shown)


def test_what_acts_is_taken_out():
    writer = PdfWriter(clone_from=io.BytesIO(from_a_browser()))
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('x')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject(key): value for key, value in script.items()})
    writer.add_metadata({"/Title": "of another"})
    writer.add_attachment("factur-x.xml", b"<other/>")
    buffer = io.BytesIO()
    writer.write(buffer)
    pdf = to_facturx(invoice(), buffer.getvalue())
    assert pdfa.problems(pdf) == []
    assert len(PdfReader(io.BytesIO(pdf)).attachments["factur-x.xml"]) == 1


def test_widths_are_written_as_they_are_read():
    own = [0, 0, 500, 600, 0, 0, 0, 700, 0]
    written = write_widths(own)
    assert read_widths(written) == dict(enumerate(own))
    assert written == [0, 1, 0, 2, [500, 600], 4, 6, 0, 7, [700], 8, 8, 0]
    assert read_widths(write_widths([300])) == {0: 300}
    assert write_widths([]) == []


def test_reads_both_forms_of_widths():
    assert read_widths([1, [500, 600], 10, 12, 700]) == {1: 500, 2: 600, 10: 700, 11: 700, 12: 700}


@pytest.mark.parametrize("content", [b"", b"<html/>", b"%PDF-1.7\n", printed.pdf()[:400]])
def test_no_pdf(content):
    with pytest.raises(PdfError):
        to_facturx(invoice(), content)


def test_protected():
    writer = PdfWriter(clone_from=io.BytesIO(printed.pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(PdfError, match="password"):
        Printed(buffer.getvalue()).plain()


@settings(ALWAYS_THE_SAME, max_examples=150)
@given(st.integers(0, len(printed.pdf()) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_pdf_is_said_to_be_one_or_taken(place, noise):
    damaged = printed.pdf()[:place] + noise + printed.pdf()[place + len(noise) :]
    with contextlib.suppress(PdfError):
        assert to_facturx(invoice(), damaged).startswith(b"%PDF-1.7")
