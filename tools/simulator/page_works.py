"""The works desk and the validators' desk, as pages: who waits for whom, and the buttons of each party."""

from __future__ import annotations

import re

from .chorus import Platform
from .markup import Child, Markup, join, node
from .page_parts import amount, badge, day, layout, moment, siret, table, when
from .validation import WAITING, WRONG_VALIDATOR
from .vocabulary import STATUSES
from .works import ACTORS, BY_SUPPLIERS, FRAMEWORKS, LABELS, Piece

# the fields of a deposit by hand, in the order in which the form asks for them
_FIELDS = (
    ("destinataire", "SIRET du destinataire"),
    ("service", "Code service"),
    ("moe", "SIRET de la MOE"),
    ("moa", "SIRET de la MOA"),
    ("valideur", "SIRET du valideur"),
    ("fournisseur", "SIRET du fournisseur"),
    ("numero", "Numéro de la pièce"),
    ("date", "Date (JJ/MM/AAAA)"),
    ("marche", "Numéro de marché"),
    ("engagement", "Numéro d'engagement"),
    ("montantHT", "Montant HT (10000,00)"),
    ("montantTTC", "Montant TTC (12000,00)"),
    ("dossier", "Dossier (pièce suivante)"),
)


def get(platform: Platform, path: str, message: str) -> Markup | None:
    """A page of these desks; None for one that does not exist."""
    if path == "/travaux":
        return _pieces(platform, message)
    if path == "/validation":
        return _to_validate(platform, message)
    match = re.fullmatch(r"/travaux/(\d+)", path)
    with platform.store.lock:
        piece = platform.store.works.get(int(match[1])) if match else None
        return _piece(platform, piece, message) if piece else None


def post(platform: Platform, path: str, form: dict[str, str]) -> tuple[str, str] | Markup:
    """What a button does: the message to show, and where; or the form again with what was typed, when it is refused."""
    if path == "/travaux":
        try:
            piece = platform.works.file(form)
        except ValueError as error:
            return _pieces(platform, str(error), form)
        return f"La pièce {piece.number} est déposée.", f"/travaux/{piece.identifier}"
    try:
        match = re.fullmatch(r"/travaux/(\d+)/(action|statut)", path)
        if match and match[2] == "action":
            actor, _, action = form.get("action", "").partition(" ")
            piece = platform.works.act(int(match[1]), actor, action, form.get("commentaire", ""))
            return "C'est enregistré.", f"/travaux/{piece.identifier}"
        if match:
            piece = platform.works.set_status(int(match[1]), form.get("statut", ""), form.get("commentaire", ""))
            return "Le statut est enregistré.", f"/travaux/{piece.identifier}"
        match = re.fullmatch(r"/validation/(\d+)", path)
        if match:
            invoice = platform.store.invoices[int(match[1])]
            accept, motif = form.get("action") == "accept", form.get("motif", "")
            platform.validation.decide(invoice, accept, "" if accept else motif, form.get("commentaire", ""))
            return "La décision est enregistrée.", "/validation"
    except (KeyError, ValueError) as error:
        return str(error), path.rpartition("/")[0]
    return "Page inconnue.", "/travaux"


def _heading(title: str, message: str) -> Markup:
    return join(
        node("div", node("h1", title), class_="bar"),
        node("p", message, class_="message", role="status") if message else None,
    )


def _pieces(platform: Platform, message: str, refused: dict[str, str] | None = None) -> Markup:
    """``refused``: the deposit that ``message`` refuses; its form comes first then."""
    with platform.store.lock:
        rows: list[list[Child]] = [
            [
                node("a", piece.number, href=f"/travaux/{piece.identifier}"),
                FRAMEWORKS[piece.code].partition("_")[0],
                piece.dossier,
                _name(platform, piece.supplier),
                amount(piece.with_vat, "EUR"),
                badge(piece.status),
                ACTORS.get(piece.waits_for, "–"),
                when(piece.deposited_at),
            ]
            for piece in reversed(platform.works.pieces)
        ]
    headings: list[Child] = ["Pièce", "Cadre", "Dossier", "Fournisseur", "TTC", "État", "À qui d'agir", "Dépôt"]
    sections = [
        node("section", table(headings, rows, "Aucune pièce de travaux.", numeric=(4,)), class_="card flush"),
        node("section", node("h2", "Déposer une pièce"), _deposit_form(refused or {}), class_="card"),
    ]
    return layout(
        "Factures de travaux",
        "/travaux",
        _heading("Factures de travaux", message),
        reversed(sections) if refused is not None else sections,
    )


def _deposit_form(typed: dict[str, str]) -> Markup:
    codes = [
        node("option", f"{code} – {LABELS[code]} ({FRAMEWORKS[code]})", value=code, selected=code == typed.get("cadre"))
        for code in BY_SUPPLIERS
    ]
    inputs = [node("label", label, node("input", name=name, value=typed.get(name) or None)) for name, label in _FIELDS]
    inputs.append(node("label", "Document (PDF)", node("input", name="pdf", type="file", accept="application/pdf")))
    return node(
        "form",
        node("select", codes, name="cadre", aria_label="Cadre de facturation"),
        inputs,
        node("button", "Déposer", class_="main"),
        method="post",
        action="/travaux",
        enctype="multipart/form-data",
        class_="stack",
    )


def _piece(platform: Platform, piece: Piece, message: str) -> Markup:
    facts: list[tuple[str, Child]] = [
        ("Cadre", FRAMEWORKS[piece.code]),
        ("Dossier de facturation", piece.dossier),
        ("Fournisseur", _party(platform, piece.supplier)),
        ("Destinataire", _party(platform, piece.recipient)),
        ("MOE", _party(platform, piece.moe)),
        ("MOA", _party(platform, piece.moa)),
        ("Valideur", _party(platform, piece.validator)),
        ("Marché", piece.market or "–"),
        ("Engagement", piece.engagement or "–"),
        ("Date", day(piece.issued)),
        ("HT", amount(piece.without_vat, "EUR")),
        ("TTC", amount(piece.with_vat, "EUR")),
        ("Document", node("a", "PDF", href=f"/travaux/{piece.identifier}/pdf") if piece.pdf else "–"),
    ]
    history = [
        node("li", badge(change.code), node("small", moment(change.at), f" · {change.user.last_name}"),
             node("p", change.comment) if change.comment else None)
        for change in reversed(piece.history)
    ]  # fmt: skip
    left = node("section", node("dl", [join(node("dt", name), node("dd", value)) for name, value in facts]), class_="card")
    right = node(
        "div",
        node("section", node("h2", "Agir"), _actions(piece), class_="card"),
        node("section", node("h2", "Historique"), node("ol", history, class_="history"), class_="card"),
    )
    return layout(
        f"Pièce {piece.number}",
        "/travaux",
        node("p", node("a", "← Factures de travaux", href="/travaux"), class_="back"),
        _heading(f"Pièce {piece.number}", message),
        node("div", left, right, class_="columns"),
    )


def _actions(piece: Piece) -> Markup:
    actor = piece.waits_for
    buttons: list[Child] = []
    if actor:
        buttons = [
            node("p", f"À agir : {ACTORS[actor]}"),
            node("button", "Accepter", name="action", value=f"{actor} accept", class_="main"),
            node("button", "Refuser", name="action", value=f"{actor} refuse", class_="bad"),
        ]
    if actor == "finance":
        buttons.insert(1, node("button", "Mettre en paiement", name="action", value="finance pay", class_="main"))
    statuses = [node("option", label, value=code, selected=code == piece.status) for code, label in STATUSES.items()]
    return join(
        node(
            "form",
            buttons or node("p", "Personne n'a à agir sur cette pièce."),
            node("input", name="commentaire", placeholder="Commentaire", aria_label="Commentaire"),
            method="post",
            action=f"/travaux/{piece.identifier}/action",
            class_="stack",
        ),
        node(
            "details",
            node("summary", "Donner un autre statut"),
            node(
                "form",
                node("select", statuses, name="statut", aria_label="Statut"),
                node("button", "Enregistrer"),
                method="post",
                action=f"/travaux/{piece.identifier}/statut",
                class_="stack",
            ),
        ),
    )


def _to_validate(platform: Platform, message: str) -> Markup:
    with platform.store.lock:
        platform.validation.tick()
        rows: list[list[Child]] = [
            [
                node("a", invoice.document.number, href=f"/factures/{invoice.identifier}"),
                _name(platform, invoice.document.supplier),
                _name(platform, invoice.validator),
                amount(invoice.document.totals.with_vat, invoice.document.currency),
                badge(invoice.status),
                node(
                    "form",
                    node("button", "Valider", name="action", value="accept", class_="main"),
                    node("button", "Refuser", name="action", value="refuse", class_="bad"),
                    node(
                        "select",
                        node("option", "Autre motif", value="AUT_MOTIF_ERR_VALIDEUR"),
                        node("option", "Mauvais valideur", value=WRONG_VALIDATOR),
                        name="motif",
                        aria_label="Motif",
                    ),
                    method="post",
                    action=f"/validation/{invoice.identifier}",
                ),
            ]
            for invoice in platform.store.invoices.values()
            if invoice.status in WAITING
        ]
    headings: list[Child] = ["Facture", "Fournisseur", "Valideur", "TTC", "État", "Décision"]
    return layout(
        "Factures à valider",
        "/validation",
        _heading("Factures à valider", message),
        node("section", table(headings, rows, "Aucune facture n'attend de validation.", numeric=(3,)), class_="card flush"),
    )


def _name(platform: Platform, identifier: str) -> str:
    structure = platform.works.structure(identifier)
    return structure.designationStructure if structure else identifier


def _party(platform: Platform, identifier: str) -> Child:
    return join(_name(platform, identifier), node("small", siret(identifier))) if identifier else "–"
