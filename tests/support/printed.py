"""Invoices as a printer makes them, without one: PDFs with embedded fonts, and Odoo's printing led to them."""

import contextlib
import functools
import io
from unittest.mock import patch

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas


@functools.cache
def pdf(text="Facture – 1 200,00 €", pages=1):
    """A small PDF whose font is embedded, as PDF/A wants it."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, initialFontName="Vera")
    for number in range(pages):
        page.setFont("Vera", 11)
        page.drawString(60, 780, f"{text} ({number + 1})")
        page.showPage()
    page.save()
    return buffer.getvalue()


def engine(env, state="ok"):
    """Let the server have a PDF engine, or none (``install``), whatever is on this machine; a context manager."""
    return patch.object(type(env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda self: state)


@contextlib.contextmanager
def printer(env, content=None, state="ok", fails=None):
    """Let Odoo print this in the place of what wkhtmltopdf would make; the environment to work in.

    :param fails: what the first calls give instead, in turn: exceptions, or PDFs.
    """
    report, answers = type(env["ir.actions.report"]), iter(fails or ())

    def run(self, bodies, **options):
        answer = next(answers, content or pdf(pages=len(bodies)))
        if isinstance(answer, Exception):
            raise answer
        return answer

    with engine(env, state), patch.object(report, "_run_wkhtmltopdf", run):
        yield env(context={**env.context, "force_report_rendering": True})
