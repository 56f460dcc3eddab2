"""In the place of wkhtmltopdf in a run of faults: an empty page for each document, and its entry in the outline, at once."""

from __future__ import annotations

import sys

from pypdf import PdfWriter


def main(words: list[str]) -> None:
    """Do what the command line asks of wkhtmltopdf."""
    if "--version" in words:
        print("wkhtmltopdf 0.12.6 (with patched qt)")
        return
    *inputs, target = words
    writer = PdfWriter()
    for before, word in zip(["", *inputs], inputs, strict=False):
        if word.endswith(".html") and before not in ("--header-html", "--footer-html"):
            writer.add_blank_page(595, 842)
            writer.add_outline_item(word, len(writer.pages) - 1)
    writer.write(target)


main(sys.argv[1:])
