"""Factur-X: what is printed, the XML and the files in one PDF/A-3. Needs neither Odoo nor a database."""

import contextlib
import functools
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from reportlab.pdfgen import canvas

from ...services.document.en16931 import to_cii
from ...services.document.factur_x import to_facturx
from ...services.document.invoice import Attachment
from ...services.document.pdfa import PdfError, glyph_widths, plain, read_widths, to_pdfa3
from ..support import pdfa, printed
from ..support.documents import invoice
from ..support.places import ROOT
from ..support.strategies import ALWAYS_THE_SAME

PRINTER = ROOT / "tools/wkhtmltopdf"
PAGE = """<html><body><h1>Facture FAC/2026/00042</h1><p>Été, œuvre, 1 234,56 € <b>gras</b> <i>italique</i></p>
<a href="https://example.org/payer">Payer</a><svg width="40" height="40"><circle cx="20" cy="20" r="18" opacity=".4"/></svg>
</body></html>"""


@functools.cache
def from_a_browser():
    """A page as the demonstration's printer makes it, with Chromium."""
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no Chromium: its printed page is not checked")
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "page.html"), pathlib.Path(folder, "page.pdf")
        source.write_text(PAGE, "utf-8")
        subprocess.run([sys.executable, PRINTER, source, target], check=True, timeout=60)
        return target.read_bytes()


def cid_font(reader):
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            for descendant in font.get_object().get("/DescendantFonts", ()):
                return descendant.get_object()
    raise AssertionError("no CID font")


@pytest.mark.parametrize("source", [printed.pdf, from_a_browser])
def test_is_pdfa3_as_far_as_its_structure_tells(source):
    files = (Attachment("métré.xlsx", b"m", "Métré"), Attachment("a.pdf", b"a", "Plan"))
    pdf = to_facturx(invoice(attachments=files), source())
    assert pdfa.problems(pdf) == []
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.pages[0].extract_text().strip() == PdfReader(io.BytesIO(source())).pages[0].extract_text().strip()
    assert reader.attachments["factur-x.xml"] == [to_cii(invoice())]
    assert {name: content for name, [content] in reader.attachments.items() if name != "factur-x.xml"} == {
        "métré.xlsx": b"m",
        "a.pdf": b"a",
    }
    assert reader.metadata.title == "Atelier Démo : Facture FAC/2026/00042"


def test_the_check_finds_what_a_plain_print_lacks():
    """The check can fail: the printed page alone is no PDF/A-3."""
    found = "\n".join(pdfa.problems(printed.pdf()))
    for rule in ("6.2.3", "6.6.2", "no factur-x.xml"):
        assert rule in found
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.drawString(60, 780, "Helvetica is embedded nowhere")
    page.save()
    assert any("not embedded" in problem for problem in pdfa.problems(to_facturx(invoice(), buffer.getvalue())))


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
    repaired = read_widths(cid_font(PdfReader(io.BytesIO(to_pdfa3(buffer.getvalue()))))["/W"])
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
        plain(buffer.getvalue())


@settings(ALWAYS_THE_SAME, max_examples=150)
@given(st.integers(0, len(printed.pdf()) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_pdf_is_said_to_be_one_or_taken(place, noise):
    damaged = printed.pdf()[:place] + noise + printed.pdf()[place + len(noise) :]
    with contextlib.suppress(PdfError):
        assert to_facturx(invoice(), damaged).startswith(b"%PDF-1.7")
