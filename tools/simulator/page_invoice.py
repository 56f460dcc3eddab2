"""One invoice as the accountant sees it, and what the accountant may do with it."""

from __future__ import annotations

from .chorus import Platform
from .directory import Structure
from .markup import Child, Markup, join, node
from .page_parts import amount, badge, day, layout, moment, number, siret, size, table
from .records import Invoice
from .vocabulary import MOTIFS, PAYMENT_MEANS, STATUSES

# The buttons: status, label, look.
_STEPS = (
    ("MISE_A_DISPOSITION", "Mettre à disposition", "main"),
    ("MANDATEE", "Mandater", ""),
    ("MISE_EN_PAIEMENT", "Mettre en paiement", ""),
)


def invoice(platform: Platform, one: Invoice, message: str) -> Markup:
    """Call it under the store's lock."""
    document = one.document
    kind = "Avoir" if document.is_credit_note else "Facture"
    title = f"{kind} {document.number}"
    left = node("div", _parties(platform, one), _references(one), _lines(one), _taxes(one), _pieces(one))
    right = node("div", _actions(one), _history(one))
    return layout(
        title,
        "/",
        node("p", node("a", "← Factures reçues", href="/"), class_="back"),
        node("div", node("h1", title), badge(one.status), _downloads(one), class_="bar"),
        node("p", message, class_="message", role="status") if message else None,
        node("div", left, right, class_="columns"),
    )


def _downloads(one: Invoice) -> Markup:
    name = "XML" if one.flow else "Données"
    links = [node("a", name, href=f"/factures/{one.identifier}/xml", class_="button")]
    if one.pdf:
        links.insert(0, node("a", "PDF", href=f"/factures/{one.identifier}/pdf", class_="button", target="_blank"))
    return node("span", links, class_="downloads")


def _card(title: str, *content: Child, flush: bool = False) -> Markup:
    return node("section", node("h2", title), content, class_="card flush" if flush else "card")


def _facts(facts: list[tuple[str, Child]]) -> Markup:
    return node("dl", [join(node("dt", name), node("dd", value or "–")) for name, value in facts])


def _parties(platform: Platform, one: Invoice) -> Markup:
    document = one.document
    supplier = platform.directory.by_id(one.supplier_id)
    recipient = platform.directory.by_id(one.recipient_id)
    return node(
        "div",
        _card("Fournisseur", _party(supplier, document.supplier_name, document.supplier)),
        _card("Destinataire", _party(recipient, document.buyer_name, document.buyer)),
        class_="pair",
    )


def _party(structure: Structure | None, name: str, identifier: str) -> Markup:
    place = f"{structure.adresse}, {structure.codePostal} {structure.ville}" if structure else ""
    shown = structure.designationStructure if structure else name
    return join(node("p", shown, class_="strong"), node("p", "SIRET ", siret(identifier)), node("p", place, class_="soft"))


def _references(one: Invoice) -> Markup:
    document = one.document
    means = PAYMENT_MEANS.get(document.payment_code, "").capitalize()
    return _card(
        "Références",
        _facts(
            [
                ("Code service", document.service),
                ("Numéro d'engagement", document.engagement),
                ("Numéro de marché", document.market),
                ("Facture d'origine", ", ".join(document.origins)),
                ("Cadre de facturation", one.framework),
                ("Date de la facture", day(document.issued)),
                ("Échéance", day(document.due)),
                ("Paiement", f"{means} {document.iban}".strip()),
                ("Identifiant Chorus Pro", str(one.identifier)),
                ("Flux", node("code", one.flow) if one.flow else "dépôt du PDF, sans flux"),
                ("Déposée le", moment(one.deposited_at)),
            ]
        ),
    )


def _lines(one: Invoice) -> Markup:
    rows: list[list[Child]] = [
        [
            line.number,
            join(line.name, node("small", line.reference) if line.reference else None),
            f"{number(line.quantity)} {line.unit}",
            amount(line.unit_price, one.document.currency),
            f"{number(line.rate)} %" if line.rate is not None else "–",
            amount(line.net, one.document.currency),
        ]
        for line in one.document.lines
    ]
    headings: list[Child] = ["N°", "Désignation", "Quantité", "Prix unitaire", "TVA", "Montant HT"]
    return _card("Lignes", table(headings, rows, "La facture n'a pas de lignes.", numeric=(2, 3, 4, 5)), flush=True)


def _taxes(one: Invoice) -> Markup:
    currency, totals = one.document.currency, one.document.totals
    taxes = [
        node(
            "p",
            f"TVA {number(tax.rate)} % sur {amount(tax.base, currency)} : {amount(tax.amount, currency)}",
            class_="soft",
        )
        for tax in one.document.taxes
    ]
    facts: list[tuple[str, Child]] = [
        ("Total HT", amount(totals.without_vat, currency)),
        ("TVA", amount(totals.vat, currency)),
        ("Total TTC", amount(totals.with_vat, currency)),
        ("Net à payer", node("b", amount(totals.payable, currency))),
    ]
    return _card("Montants", node("div", node("div", taxes), node("div", _facts(facts), class_="totals"), class_="pair"))


def _pieces(one: Invoice) -> Markup:
    rows: list[list[Child]] = [
        [
            node("a", piece.name, href=f"/factures/{one.identifier}/pieces/{index}", target="_blank"),
            piece.description,
            size(len(piece.content)),
        ]
        for index, piece in enumerate(one.attachments, start=1)
    ]
    return _card("Pièces jointes", table(["Fichier", "Désignation", "Taille"], rows, "Aucune pièce jointe.", (2,)), flush=True)


def _actions(one: Invoice) -> Markup:
    url = f"/factures/{one.identifier}/statut"
    buttons = [node("button", label, name="statut", value=status, class_=look) for status, label, look in _STEPS]
    reasons = [node("option", "Motif…", value="")] + [
        node("option", label, value=code) for code, label in sorted(MOTIFS.items(), key=lambda item: item[1])
    ]
    statuses = [
        node("option", label, value=code, selected=code == one.status)
        for code, label in sorted(STATUSES.items(), key=lambda item: item[1])
    ]
    return _card(
        "Traiter la facture",
        node("form", buttons, method="post", action=url, class_="stack"),
        node(
            "form",
            node("h3", "Suspendre ou refuser"),
            node("select", reasons, name="motif", required=True, aria_label="Motif"),
            node(
                "textarea",
                name="commentaire",
                rows=2,
                placeholder="Commentaire pour le fournisseur",
                aria_label="Commentaire",
            ),
            node(
                "div",
                node("button", "Suspendre", name="statut", value="SUSPENDUE", class_="wait"),
                node("button", "Refuser", name="statut", value="REJETEE", class_="bad"),
                class_="row",
            ),
            method="post",
            action=url,
            class_="stack",
        ),
        node(
            "details",
            node("summary", "Donner un autre statut"),
            node(
                "form",
                node("select", statuses, name="statut", aria_label="Statut"),
                node("input", name="commentaire", placeholder="Commentaire", aria_label="Commentaire"),
                node("button", "Enregistrer"),
                method="post",
                action=url,
                class_="stack",
            ),
        ),
    )


def _history(one: Invoice) -> Markup:
    steps = [
        node(
            "li",
            badge(change.code),
            node(
                "small",
                moment(change.at),
                f" · {change.user.first_name} {change.user.last_name}" if change.user.last_name else "",
            ),
            node("p", change.comment) if change.comment else None,
        )
        for change in reversed(one.history)
    ]
    return _card("Historique", node("ol", steps, class_="history"))
