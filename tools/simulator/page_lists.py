"""The three lists: invoices received, flows deposited, the directory."""

from __future__ import annotations

from importlib import resources

from .chorus import Platform
from .directory import Structure
from .markup import Child, Markup, join, node
from .page_parts import amount, badge, day, layout, pager, siret, table, when
from .records import Deposit, Invoice
from .vocabulary import FLOW_STATES, INCIDENT, INTEGRATED, PARTLY_INTEGRATED, REJECTED, STATUSES

PAGE_SIZE = 25
NUMBERS_SHOWN = 5

_FLOW_TONES = {INTEGRATED: "good", PARTLY_INTEGRATED: "wait", REJECTED: "bad", INCIDENT: "bad"}


def style() -> bytes:
    return resources.files(__package__).joinpath("style.css").read_bytes()


def invoices(platform: Platform, parameters: dict[str, str]) -> Markup:
    """The latest first, with a search by words and by status."""
    words, status = parameters.get("q", "").strip(), parameters.get("statut", "")
    with platform.store.lock:
        everything = list(platform.store.invoices.values())
        used = sorted({invoice.status for invoice in everything}, key=list(STATUSES).index)
        found = [one for one in reversed(everything) if _shown(platform, one, words.casefold(), status)]
        page, pages = _page_number(parameters, len(found))
        chosen = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        rows = [_invoice_row(platform, invoice) for invoice in chosen]
    options = [node("option", "Tous les états", value="")] + [
        node("option", STATUSES[code], value=code, selected=code == status) for code in used
    ]
    form = node(
        "form",
        node(
            "input",
            type="search",
            name="q",
            value=words,
            placeholder="Numéro, fournisseur, engagement…",
            aria_label="Rechercher",
        ),
        node("select", options, name="statut", aria_label="État"),
        node("button", "Rechercher"),
        class_="filter",
    )
    kept = {name: value for name, value in (("q", words), ("statut", status)) if value}
    headings: list[Child] = ["Facture", "Fournisseur", "Destinataire", "Références", "Net à payer", "État", "Dépôt"]
    empty = "Aucune facture ne correspond." if kept else "Aucune facture reçue pour l'instant."
    return layout(
        "Factures reçues",
        "/",
        _bar("Factures reçues", _count(len(found), "facture"), form),
        node("section", table(headings, rows, empty, numeric=(4,)), class_="card flush"),
        pager("/", kept, page, pages),
    )


def _shown(platform: Platform, invoice: Invoice, words: str, status: str) -> bool:
    if status and invoice.status != status:
        return False
    document = invoice.document
    text = " ".join(
        (
            document.number,
            document.supplier,
            document.buyer,
            document.service,
            document.engagement,
            document.market,
            _name(platform, invoice.supplier_id, document.supplier_name),
            _name(platform, invoice.recipient_id, document.buyer_name),
        )
    )
    return words in text.casefold()


def _invoice_row(platform: Platform, invoice: Invoice) -> list[Child]:
    document = invoice.document
    kind = "Avoir" if document.is_credit_note else "Facture"
    return [
        join(
            node("a", document.number, href=f"/factures/{invoice.identifier}", class_="strong"),
            node("small", f"{kind} {document.framework} du {day(document.issued)}"),
        ),
        _party(_name(platform, invoice.supplier_id, document.supplier_name), document.supplier),
        _party(_name(platform, invoice.recipient_id, document.buyer_name), document.buyer),
        _references(invoice),
        amount(document.totals.payable, document.currency),
        badge(invoice.status),
        when(invoice.deposited_at),
    ]


def _references(invoice: Invoice) -> Markup:
    document = invoice.document
    shown = [
        node("small", node("i", label), value)
        for label, value in (
            ("Service ", document.service),
            ("Engagement ", document.engagement),
            ("Marché ", document.market),
        )
        if value
    ]
    return join(shown or "–")


def _party(name: str, identifier: str) -> Markup:
    return join(name, node("small", siret(identifier)))


def _name(platform: Platform, structure_id: int, fallback: str) -> str:
    structure = platform.directory.by_id(structure_id)
    return structure.designationStructure if structure else fallback


def flows(platform: Platform, parameters: dict[str, str]) -> Markup:
    with platform.store.lock:
        everything = list(reversed(platform.store.deposits.values()))
        page, pages = _page_number(parameters, len(everything))
        chosen = everything[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        rows = [row for deposit in chosen for row in _flow_rows(platform, deposit)]
    headings: list[Child] = ["Flux", "Fichier", "Factures", "État", "Dépôt"]
    return layout(
        "Flux déposés",
        "/flux",
        _bar("Flux déposés", _count(len(everything), "flux")),
        node("section", table(headings, rows, "Aucun flux déposé pour l'instant."), class_="card flush"),
        pager("/flux", {}, page, pages),
    )


def _flow_rows(platform: Platform, deposit: Deposit) -> list[list[Child]]:
    """The flow, and what is wrong with it below."""
    state, since = platform.flows.state(deposit)
    tone = _FLOW_TONES.get(state, "plain")
    shown, more = deposit.invoice_numbers[:NUMBERS_SHOWN], len(deposit.invoice_numbers) - NUMBERS_SHOWN
    flow: list[Child] = [
        node("code", deposit.number),
        join(deposit.file_name, node("small", deposit.syntax)),
        join(", ".join(shown) or "–", node("small", f"et {more} autres") if more > 0 else None),
        join(node("span", FLOW_STATES[state], class_=f"badge {tone}"), node("small", state)),
        when(since if deposit.state else deposit.deposited_at),
    ]
    problems = [node("p", node("b", error.number), " ", error.label.replace("|", " | ")) for error in deposit.errors]
    problems += [node("p", node("b", error.code), " ", error.label) for error in deposit.technical_errors]
    return [flow, [problems]] if problems else [flow]


def _bar(title: str, count: str, *more: Child) -> Markup:
    return node("div", node("h1", title), node("span", count, class_="count"), more, class_="bar")


def directory(platform: Platform) -> Markup:
    structures = sorted(platform.directory.structures(), key=lambda one: (one.is_public, one.identifiantStructure))
    rows = [_structure_row(structure) for structure in structures]
    headings: list[Child] = ["Structure", "SIRET", "Nature", "Exige", "Services", "État"]
    return layout(
        "Annuaire",
        "/annuaire",
        _bar("Annuaire", _count(len(rows), "structure")),
        node("section", table(headings, rows, "L'annuaire est vide."), class_="card flush"),
    )


def _structure_row(structure: Structure) -> list[Child]:
    needs = structure.parametres
    wanted = [
        label
        for label, needed in (
            ("code service", needs.codeServiceDoitEtreRenseigne),
            ("numéro d'engagement", needs.numeroEJDoitEtreRenseigne),
            ("code service ou numéro d'engagement", needs.gestionNumeroEJOuCodeService),
            ("maîtrise d'ouvrage uniquement", needs.estMoaUniquement),
        )
        if needed
    ]
    services = [node("small", node("code", one.codeService), "" if one.estActif else " (inactif)") for one in structure.services]
    tone, label = ("good", "Active") if structure.is_active else ("bad", "Inactive")
    return [
        structure.designationStructure,
        siret(structure.identifiantStructure),
        "Publique" if structure.is_public else "Privée",
        ", ".join(wanted) or "–",
        join(services or "–"),
        node("span", label, class_=f"badge {tone}"),
    ]


def _page_number(parameters: dict[str, str], total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PAGE_SIZE))
    wanted = parameters.get("page", "1")
    return min(pages, max(1, int(wanted) if wanted.isdecimal() else 1)), pages


def _count(total: int, word: str) -> str:
    return f"{total} {word}{'s' if total > 1 and not word.endswith('x') else ''}"
