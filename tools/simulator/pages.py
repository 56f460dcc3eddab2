"""The recipient's page: what a public accountant would see, and the flows and the directory behind it."""

from __future__ import annotations

import base64
import re
from email.parser import BytesParser
from email.policy import HTTP as HTTP_FORM
from urllib.parse import parse_qs, quote

from . import page_invoice, page_lists, page_works
from .chorus import Platform
from .markup import Markup
from .page_parts import layout
from .records import Invoice
from .replies import Reply

HTML = "text/html; charset=utf-8"
# Nothing of a deposited file may run in the page, nor may the page load anything from elsewhere.
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
SHOWN_INLINE = frozenset(("application/pdf", "image/png", "image/jpeg", "text/plain"))


def serve(platform: Platform, method: str, path: str, query: str, body: bytes) -> Reply:
    parameters = {name: values[0] for name, values in parse_qs(query).items()}
    if method == "GET":
        return _get(platform, path, parameters)
    if method == "POST" and path.startswith(("/travaux", "/validation")):
        done = page_works.post(platform, path, _form(body))
        if isinstance(done, Markup):
            return _page(done, 422)
        message, target = done
        return Reply(303, HTML, b"", {"Location": f"{target}?message={quote(message)}"})
    match = re.fullmatch(r"/factures/(\d+)/statut", path)
    if method == "POST" and match:
        return _act(platform, int(match[1]), _form(body))
    return _not_found()


def _form(body: bytes) -> dict[str, str]:
    """What was typed, by name; a file as base 64. Raises ValueError when it is no form."""
    if not body.startswith(b"--"):
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}
    boundary = body.partition(b"\r\n")[0][2:]
    kind = b'Content-Type: multipart/form-data; boundary="' + boundary + b'"\r\n\r\n'
    typed = {}
    for part in BytesParser(policy=HTTP_FORM).parsebytes(kind + body).iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            typed[name] = base64.b64encode(content).decode() if part.get_filename() is not None else content.decode()
    return typed


def _get(platform: Platform, path: str, parameters: dict[str, str]) -> Reply:
    if path == "/":
        return _page(page_lists.invoices(platform, parameters))
    if path == "/flux":
        return _page(page_lists.flows(platform, parameters))
    if path == "/annuaire":
        return _page(page_lists.directory(platform))
    match = re.fullmatch(r"/travaux/(\d+)/pdf", path)
    if match:
        piece = platform.store.works.get(int(match[1]))
        return _download(piece.pdf, "application/pdf", "piece.pdf") if piece and piece.pdf else _not_found()
    if path.startswith(("/travaux", "/validation")):
        content = page_works.get(platform, path, parameters.get("message", ""))
        return _page(content) if content else _not_found()
    if path == "/style.css":
        return Reply(200, "text/css; charset=utf-8", page_lists.style())
    match = re.fullmatch(r"/factures/(\d+)(?:/(xml|pdf|pieces)(?:/(\d+))?)?", path)
    invoice = platform.store.invoices.get(int(match[1])) if match else None
    if match is None or invoice is None:
        return _not_found()
    if match[2] is None:
        with platform.store.lock:
            return _page(page_invoice.invoice(platform, invoice, parameters.get("message", "")))
    return _file(platform, invoice, match[2], int(match[3] or 0))


def _file(platform: Platform, invoice: Invoice, kind: str, index: int) -> Reply:
    number = re.sub(r"[^A-Za-z0-9_-]", "_", invoice.document.number)
    if kind == "xml":
        platform.note_download(invoice)
        if not invoice.flow:
            return _download(invoice.xml, "application/json", f"{number}.json")
        return _download(invoice.xml, "application/xml", f"{number}.xml")
    if kind == "pdf" and invoice.pdf:
        platform.note_download(invoice)
        return _download(invoice.pdf, "application/pdf", f"{number}.pdf")
    if kind == "pieces" and 1 <= index <= len(invoice.attachments):
        piece = invoice.attachments[index - 1]
        return _download(piece.content, piece.mime, piece.name)
    return _not_found()


def _download(content: bytes, mime: str, name: str) -> Reply:
    inline = mime in SHOWN_INLINE
    headers = {
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Reply(200, mime if inline or mime == "application/xml" else "application/octet-stream", content, headers)


def _act(platform: Platform, identifier: int, form: dict[str, str]) -> Reply:
    """A button or the free choice; suspending and refusing need a reason, as in Chorus Pro."""
    status, motif = form.get("statut", ""), form.get("motif", "")
    message = "Le statut a été enregistré."
    if status in ("SUSPENDUE", "REJETEE") and not motif:
        message = "Choisissez un motif."
    else:
        try:
            platform.act(identifier, status, motif, form.get("commentaire", "").strip())
        except (KeyError, ValueError):
            return _not_found()
    return Reply(303, HTML, b"", {"Location": f"/factures/{identifier}?message={quote(message)}"})


def _page(content: str, status: int = 200) -> Reply:
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Reply(status, HTML, content.encode("utf-8"), headers)


def _not_found() -> Reply:
    return _page(layout("Introuvable", "", "Cette page n'existe pas."), 404)
