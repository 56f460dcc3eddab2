"""Parts common to the pages: frame, badges, numbers and dates as the French write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from .clock import PARIS
from .markup import Child, Markup, join, node
from .vocabulary import STATUSES

_TABS = (
    ("/", "Factures reçues"),
    ("/travaux", "Factures de travaux"),
    ("/validation", "Factures à valider"),
    ("/flux", "Flux déposés"),
    ("/annuaire", "Annuaire"),
)

_TONES = {
    "good": ("MISE_EN_PAIEMENT", "COMPTABILISEE", "MANDATEE", "SERVICE_FAIT", "MISE_A_DISPOSITION_C", "VALIDEE"),
    "bad": ("REJETEE", "REFUSEE", "ERREUR", "ABANDONNEE", "SUPPRIMEE", "NON_CONFORME", "TECHNIQUE"),
    "wait": ("SUSPENDUE", "A_RECYCLER", "A_COMPLETER", "A_VALIDER", "EN_ATTENTE", "ABSENCE"),
}


def layout(title: str, tab: str, *content: Child) -> Markup:
    tabs = [node("a", label, href=path, class_="on" if path == tab else None) for path, label in _TABS]
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("title", f"{title} – Chorus Pro (simulateur)"),
        node("link", rel="stylesheet", href="/style.css"),
    )
    header = node(
        "header",
        node("div", node("b", "Chorus Pro"), node("span", "simulateur", class_="tag"), class_="brand"),
        node("nav", tabs),
        node("div", "Espace du comptable public", class_="who"),
    )
    body = node("body", header, node("main", content))
    return Markup("<!DOCTYPE html>" + node("html", head, body, lang="fr"))


def badge(status: str) -> Markup:
    tone = next((name for name, starts in _TONES.items() if status.startswith(starts)), "plain")
    return node("span", STATUSES.get(status, status), class_=f"badge {tone}", title=status)


def amount(value: Decimal | None, currency: str) -> str:
    """``1 234,50 €``"""
    if value is None:
        return "–"
    text = f"{value:,.2f}".replace(",", "\u202f").replace(".", ",")
    return f"{text}\u00a0{'€' if currency == 'EUR' else currency}"


def number(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}".replace(".", ",")


def day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else "–"


def moment(value: datetime) -> str:
    return value.astimezone(PARIS).strftime("%d/%m/%Y %H:%M:%S")


def when(value: datetime) -> Markup:
    """The day, and the time below it."""
    shown, time = moment(value).split(" ")
    return join(shown, node("small", time))


def siret(value: str) -> str:
    """``123 456 782 00077``"""
    return f"{value[:3]} {value[3:6]} {value[6:9]} {value[9:]}" if len(value) == 14 else value


def size(count: int) -> str:
    return f"{count} o" if count < 1024 else f"{count / 1024:.0f} Ko"


def table(headings: list[Child], rows: list[list[Child]], empty: str, numeric: tuple[int, ...] = ()) -> Markup:
    """``numeric``: the columns to align right. A row of a single cell is a note to the row above, over all columns."""
    if not rows:
        return node("p", empty, class_="empty")

    def line(name: str, cells: list[Child]) -> Markup:
        if len(cells) == 1:
            return node("tr", node(name, cells[0], colspan=len(headings)), class_="note")
        return node("tr", [node(name, cell, class_="num" if index in numeric else None) for index, cell in enumerate(cells)])

    head = node("thead", line("th", headings))
    return node("div", node("table", head, node("tbody", [line("td", cells) for cells in rows])), class_="scroll")


def pager(path: str, parameters: dict[str, str], current: int, pages: int) -> Markup:
    if pages < 2:
        return join()

    def link(label: str, target: int) -> Markup:
        if not 1 <= target <= pages:
            return node("span", label, class_="off")
        return node("a", label, href=f"{path}?{urlencode({**parameters, 'page': target})}")

    return node(
        "div",
        link("← Précédente", current - 1),
        f" Page {current} sur {pages} ",
        link("Suivante →", current + 1),
        class_="pager",
    )
