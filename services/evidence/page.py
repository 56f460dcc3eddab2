"""The story of an invoice as pages that anybody reads in a browser, without Odoo; in French, the language of its auditors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from ..clock import PARIS
from .bundle import File
from .story import Event, Exchange, Story, Value

#: What is shown of the facts, in this order.
LABELS = {
    "company": "Fournisseur",
    "company_siret": "SIRET du fournisseur",
    "customer": "Client",
    "customer_siret": "SIRET du client",
    "kind": "Nature",
    "invoice_date": "Date de la facture",
    "total": "Montant TTC",
    "service": "Code service",
    "engagement": "Numéro d'engagement",
    "market": "Numéro de marché",
    "state_label": "État",
    "status_label": "Statut dans Chorus Pro",
    "status_at": "Depuis le",
    "status_comment": "Commentaire de l'entité publique",
    "identifier": "Identifiant dans Chorus Pro",
    "expected_date": "Paiement attendu au plus tard le",
    "payment_at": "Mise en paiement annoncée le",
    "environment_label": "Environnement",
    "asked_at": "Demandé le",
    "asked_by": "Demandé par",
    "sent_at": "Parti le",
    "action_label": "Nature de la réponse",
    "uploads": "Nombre d'envois",
    "syntax": "Format (syntaxe du flux)",
    "flow_number": "Numéro de flux",
    "flow_state_label": "État du flux",
    "flow_state_at": "État du flux depuis le",
    "deposited_at": "Déposé le",
    "done_at": "Terminé le",
    "outcome_label": "Ce qu'en a fait Chorus Pro",
    "message": "Message de Chorus Pro",
    "report": "Compte rendu de Chorus Pro",
    "error": "Dernière difficulté",
    "error_detail": "Réponse de Chorus Pro",
    "comment": "Commentaire",
    "recipient": "SIRET du destinataire",
    "validator": "SIRET du valideur",
    "note": "Remarque",
}

STATES = {
    "kept": "conservé, intact",
    "altered": "ALTÉRÉ : ce n'est plus ce qui avait été enregistré à l'envoi",
    "lost": "PERDU : enregistré à l'envoi, absent d'Odoo",
    "withheld": "laissé de côté : il contient des factures que l'auteur de l'archive n'a pas le droit de lire",
}
#: What a file is.
WHATS = {
    "sent": "Le fichier transmis",
    "data": "Les données transmises avec lui",
    "joined": "Pièce jointe transmise avec lui",
    "answer": "Pièce transmise en réponse",
    "attachment": "Pièce jointe de la facture",
}
#: What was handed over; the value of its name follows.
EXCHANGES = {"deposit": "Dépôt n° {}", "action": "Réponse n° {}"}
#: What happened in Odoo, of which no text says it.
HAPPENED = {
    "changed": "Modification",
    "noted": "Note automatique",
    "comment": "Message écrit",
    "email": "Courriel reçu",
    "email_outgoing": "Courriel envoyé",
    "out_of_office": "Réponse d'absence",
}
NOTES = {"elsewhere": "Entrée dans Chorus Pro par un autre moyen : rien n'a été transmis d'ici."}
#: Names of digests, as people write them.
DIGESTS = {"sha256": "SHA-256", "sha1": "SHA-1"}

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.6rem;margin-bottom:.3rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ccc}
h3{font-size:1rem;margin:1.4rem 0 .3rem}table{border-collapse:collapse;width:100%;margin:.4rem 0}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #eee}
th{font-weight:600}table.facts th{width:16rem;font-weight:400;color:#555}
code{font-size:.82rem;overflow-wrap:anywhere}.alert{color:#a40000;font-weight:600}.muted{color:#666}
td.text{white-space:pre-line;overflow-wrap:anywhere}td:first-child{white-space:nowrap}
@media(max-width:600px){table.facts th{width:9rem}td,th{font-size:.9rem}.rows thead{display:none}
.rows tr{display:block;padding:.3rem 0;border-bottom:1px solid #ccc}.rows td{display:block;border:0;padding:0}
td:first-child{white-space:normal}}
"""


class Entry(NamedTuple):
    """An invoice in the index; ``page``: the path of its page."""

    story: Story
    page: str


def story_page(story: Story, folder: str) -> bytes:
    """The page of an invoice.

    :param folder: of the page in the archive, ending with a slash: links lead from there.
    """
    up = "../" * folder.count("/")
    parts = [
        f'<p><a href="{up}index.html">← Toutes les factures de l\'archive</a></p>',
        f"<h1>{escape(story.number)}</h1>",
        _facts(story.facts),
        "<h2>Dans Chorus Pro</h2>",
        _events(story.steps, ("Date", "Étape", "Auteur", "Commentaire")) or "<p>Chorus Pro n'en a encore rien dit.</p>",
        "<h2>Ce qui a été transmis, et les réponses</h2>",
        *(_exchange(exchange, up) for exchange in story.exchanges),
        "" if story.exchanges else "<p>Rien n'a été transmis.</p>",
    ]
    if story.attachments:
        parts += ["<h2>Pièces jointes de la facture</h2>", _files(story.attachments, up)]
    parts += [
        "<h2>Qui a fait quoi dans Odoo</h2>",
        _events(story.done, ("Date", "Quoi", "Qui", "Détail")) or "<p>Rien n'est noté.</p>",
        "<p class=muted>Ce que des personnes se sont écrit n'est pas repris : seulement que, quand, et par qui.</p>",
    ]
    return _page(f"{story.number} – Chorus Pro", parts)


def index_page(entries: Sequence[Entry], made_at: datetime, made_by: str) -> bytes:
    """The first page of the archive: which invoices, how to verify, what that proves."""
    rows = [
        f'<tr><td><a href="{_href(page)}">{escape(story.number)}</a></td>'
        + "".join(f"<td>{_value(story.facts.get(key))}</td>" for key in ("company", "customer", "invoice_date", "total"))
        + f"<td>{_value(story.facts.get('state_label'))}{_warning(story)}</td></tr>"
        for story, page in entries
    ]
    heads = "".join(f"<th>{head}</th>" for head in ("Facture", "Fournisseur", "Client", "Date", "Montant TTC", "État"))
    return _page(
        "Preuves – Chorus Pro",
        [
            "<h1>Factures transmises à Chorus Pro : les preuves</h1>",
            f"<p>Établi le {_value(made_at)} par {escape(made_by)}, depuis Odoo. Dates et heures de Paris.</p>",
            f"<table class=rows><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
            "<h2>Vérifier</h2>",
            "<p>Avec Python 3, sans Odoo ni connexion : <code>python3 verify.py archive.zip</code> (le fichier ZIP tel que reçu)."
            " Le programme est dans l'archive ; qui veut être sûr de lui prend celui du module, dont le code est public"
            " (<code>services/evidence/verify.py</code>).</p>",
            "<h2>Ce que cela prouve</h2>",
            "<p>Aucun octet n'a changé depuis que l'archive a été faite : ni un fichier, ni le manifeste"
            " (<code>manifest.json</code>), qui donne l'empreinte SHA-256 de chacun. Pour chaque fichier transmis, l'empreinte"
            " enregistrée à l'envoi est comparée à ce qui est conservé.</p>",
            "<p>Le manifeste n'est pas signé : qui referait toute l'archive ne serait pas démasqué par elle seule. Odoo a donc"
            " noté l'empreinte du manifeste sur chaque facture, à la date ci-dessus ; donnez-la au programme :"
            " <code>--manifest SHA-256</code>. Ce que dit Odoo vaut ce que vaut la tenue de sa base : Chorus Pro détient de son"
            " côté les mêmes flux (numéro de flux, identifiant), consultables sur le portail.</p>",
        ],
    )


def _warning(story: Story) -> str:
    files = [*story.attachments, *(file for exchange in story.exchanges for file in exchange.files)]
    return ' <span class="alert">fichier perdu ou altéré</span>' if any(f.state in ("altered", "lost") for f in files) else ""


def _page(title: str, parts: Iterable[str]) -> bytes:
    head = f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return f"{head}{view}<style>{_STYLE}</style></head><body>\n{chr(10).join(parts)}\n</body></html>\n".encode()


def _facts(facts: Mapping[str, Value]) -> str:
    known = dict(facts)
    if known.get("note"):
        known["note"] = NOTES.get(str(known["note"]), known["note"])
    rows = [
        f'<tr><th>{escape(label)}</th><td class="text">{_value(known[key])}</td></tr>'
        for key, label in LABELS.items()
        if known.get(key) not in (None, "", 0)
    ]
    return f'<table class="facts"><tbody>{"".join(rows)}</tbody></table>' if rows else ""


def _exchange(exchange: Exchange, up: str) -> str:
    title, others = EXCHANGES[exchange.kind].format(exchange.name), ""
    if exchange.others:
        others = f"<p class=muted>Le même fichier portait aussi : {escape(', '.join(exchange.others))}.</p>"
    return f"<h3>{escape(title)}</h3>{_facts(exchange.facts)}{others}{_files(exchange.files, up)}"


def _files(files: Sequence[File], up: str) -> str:
    if not files:
        return ""
    rows = []
    for file in files:
        there = file.state in ("kept", "altered")
        name = f'<a href="{_href(up + file.path)}">{escape(file.name)}</a>' if there else escape(file.name)
        tone = ' class="alert"' if file.state in ("altered", "lost") else ""
        digests = {"sha256": file.sha256} if file.sha256 else {}
        told = [f"{DIGESTS.get(kind, kind)} <code>{escape(value)}</code>" for kind, value in digests.items()]
        told += [
            f"à l'envoi : {DIGESTS.get(kind, kind)} <code>{escape(value)}</code>"
            for kind, value in file.recorded.items()
            if digests.get(kind) != value
        ]
        size = f"{file.size:,}".replace(",", "\u202f") + " octets" if there else ""
        rows.append(
            f"<tr><td>{name}<br><span class=muted>{escape(WHATS.get(file.what, file.what))}</span></td><td>{size}</td>"
            f"<td><span{tone}>{escape(STATES[file.state])}</span><br>{'<br>'.join(told)}</td></tr>"
        )
    heads = "<tr><th>Fichier</th><th>Taille</th><th>Empreinte</th></tr>"
    return f"<table class=rows><thead>{heads}</thead><tbody>{''.join(rows)}</tbody></table>"


def _events(events: Sequence[Event], heads: Sequence[str]) -> str:
    if not events:
        return ""
    rows = []
    for event in events:
        what = escape(HAPPENED.get(event.what, event.what)) + (
            f" <span class=muted>({escape(event.code)})</span>" if event.code else ""
        )
        changes = [f"{escape(label)} : {_changed(old)} → {_changed(new)}" for label, old, new in event.changes]
        detail = "<br>".join([*([escape(event.detail)] if event.detail else []), *changes])
        cells = (_value(event.at), what, escape(event.who or "Chorus Pro"), detail)
        rows.append("<tr>" + "".join(f'<td class="text">{cell}</td>' for cell in cells) + "</tr>")
    titles = "".join(f"<th>{head}</th>" for head in heads)
    return f"<table class=rows><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _changed(value: str | bool) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return escape(value) or "–"


def _value(value: Value) -> str:
    """As people read it: an instant in Paris, a day as one writes it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(PARIS).strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(value, str) and len(value) == 10 and value[4] + value[7] == "--":
        try:
            return date.fromisoformat(value).strftime("%d/%m/%Y")
        except ValueError:
            return escape(value)
    return escape(str(value))


def _href(path: str) -> str:
    return escape(quote(path), quote=True)
