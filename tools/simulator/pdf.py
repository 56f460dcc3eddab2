"""A one-page PDF of a few lines of text, enough for a report."""

from __future__ import annotations

import textwrap

PAGE = (595, 842)  # A4 in points
LINE_HEIGHT = 14
LINE_LENGTH = 95
MAX_LINES = 54


def text_pdf(lines: list[str]) -> bytes:
    """Lines too long are wrapped; what does not fit on the page is left out."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, LINE_LENGTH) or [""]][:MAX_LINES]
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in wrapped)
    stream = b"BT /F1 10 Tf 50 %d Td %d TL\n" % (PAGE[1] - 50, LINE_HEIGHT) + shown + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>" % PAGE,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _file(objects)


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: list[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    )
