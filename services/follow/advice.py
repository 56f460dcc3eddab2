"""What is to be done about an invoice, told in one voice: by its banners, "What to do", activities, dialogs, mails and cards.

:func:`advise` knows the state, what was already done about it, the deadline, and what its reader may do. Nothing else says what
is to be done: so no two places differ, none asks for what was done, and nobody is sent to a button that is not there.

Sources: what a supplier does about a status, doc/RULES.md §4.3 (ordinary), doc/RULES.md §2.5 (works); which actions there are,
doc/API.md §3.5; delays, see ``works_clock`` and ``timeline``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal

from ..text import Text
from ..vocabulary import motifs, states, statuses
from ..vocabulary.actors import Actor
from ..vocabulary.states import Group, State
from . import works


class Button(str, Enum):
    """A button of an invoice's form; the value is what the interface calls it."""

    SEND = "send"
    SEND_AGAIN = "send_again"
    FILE = "by_hand"
    NOT_FILED = "not_filed"
    DECIDE = "decide"
    COMPLETE = "complete"
    RECYCLE = "recycle"
    VALIDATOR = "validator"
    REISSUE = "reissue"
    NEXT = "next_document"
    OPEN_NEW = "open_new"

    __str__ = str.__str__


LABELS: Mapping[Button, Text] = MappingProxyType(
    {
        Button.SEND: Text("Send to Chorus Pro", "Envoyer à Chorus Pro"),
        Button.SEND_AGAIN: Text("Send to Chorus Pro again", "Renvoyer à Chorus Pro"),
        Button.FILE: Text("File on the portal", "Déposer sur le portail"),
        Button.NOT_FILED: Text("It was not filed", "Elle n'a pas été déposée"),
        Button.DECIDE: Text("Open the deposit", "Ouvrir le dépôt"),
        Button.COMPLETE: Text("Complete", "Compléter"),
        Button.RECYCLE: Text("Re-route", "Recycler"),
        Button.VALIDATOR: Text("Correct the validator", "Corriger le valideur"),
        Button.REISSUE: Text("Credit note and new invoice", "Avoir et nouvelle facture"),
        Button.NEXT: Text("Prepare the next document", "Préparer la pièce suivante"),
        Button.OPEN_NEW: Text("Open {number}", "Ouvrir {number}"),
    }
)
"""What each button says."""

_FOR_ANYONE = frozenset({Button.OPEN_NEW})
_FOR_BILLING = frozenset({Button.NEXT})

_DO: Mapping[Button, tuple[Text, Text]] = MappingProxyType(
    {
        Button.SEND: (
            Text("Send it with “{button}”.", "Envoyez-la avec « {button} »."),
            Text("Ask {whom} to send it to Chorus Pro.", "Demandez à {whom} de l'envoyer à Chorus Pro."),
        ),
        Button.SEND_AGAIN: (
            Text(
                "Then send it again with “{button}”, under the same number.",
                "Puis renvoyez-la avec « {button} », sous le même numéro.",
            ),
            Text(
                "Then ask {whom} to send it again, under the same number.",
                "Demandez ensuite à {whom} de la renvoyer, sous le même numéro.",
            ),
        ),
        Button.FILE: (
            Text(
                "“{button}” prepares the values and the PDF to file there.",
                "« {button} » prépare les valeurs et le PDF à y déposer.",
            ),
            Text("Ask {whom} to file it on the Chorus Pro portal.", "Demandez à {whom} de la déposer sur le portail Chorus Pro."),
        ),
        Button.NOT_FILED: (
            Text(
                "If it was not filed after all, “{button}” lets it be filed.",
                "Si elle n'a finalement pas été déposée, « {button} » permet de la déposer.",
            ),
            Text(
                "If it was not filed after all, tell {whom}.",
                "Si elle n'a finalement pas été déposée, prévenez {whom}.",
            ),
        ),
        Button.DECIDE: (
            Text(
                "“{button}” shows what was found and lets you decide.",
                "« {button} » montre ce qui a été trouvé et permet de trancher.",
            ),
            Text("Ask {whom} to compare both and decide.", "Demandez à {whom} de comparer les deux et de trancher."),
        ),
        Button.COMPLETE: (
            Text(
                "Send the documents or a comment with “{button}”: the invoice keeps its number.",
                "Envoyez les pièces ou un commentaire avec « {button} » : la facture garde son numéro.",
            ),
            Text(
                "Ask {whom} to send the documents or a comment: the invoice keeps its number.",
                "Demandez à {whom} d'envoyer les pièces ou un commentaire : la facture garde son numéro.",
            ),
        ),
        Button.RECYCLE: (
            Text(
                "Correct the SIRET, the service or the engagement number with “{button}”: the invoice keeps its number.",
                "Corrigez le SIRET, le service ou le numéro d'engagement avec « {button} » : la facture garde son numéro.",
            ),
            Text(
                "Ask {whom} to correct the SIRET, the service or the engagement number: the invoice keeps its number.",
                "Demandez à {whom} de corriger le SIRET, le service ou le numéro d'engagement : la facture garde son numéro.",
            ),
        ),
        Button.VALIDATOR: (
            Text(
                "Name the right one with “{button}”: the invoice keeps its number.",
                "Désignez le bon avec « {button} » : la facture garde son numéro.",
            ),
            Text(
                "Ask {whom} to name the right one: the invoice keeps its number.",
                "Demandez à {whom} de désigner le bon : la facture garde son numéro.",
            ),
        ),
        Button.REISSUE: (
            Text(
                "Replace it with “{button}”: the new invoice gets a new number.",
                "Remplacez-la avec « {button} » : la nouvelle part sous un nouveau numéro.",
            ),
            Text(
                "Ask {whom} to replace it by a credit note and a new invoice, under a new number.",
                "Demandez à {whom} de la remplacer par un avoir et une nouvelle facture, sous un nouveau numéro.",
            ),
        ),
        Button.NEXT: (
            Text("Prepare it with “{button}”.", "Préparez-la avec « {button} »."),
            Text("Ask {whom} to prepare it.", "Demandez à {whom} de la préparer."),
        ),
    }
)
"""How each is told to whoever has the button, and to whoever has to ask somebody."""

_SOMEBODY = Text(
    "somebody who may transfer invoices to Chorus Pro",
    "une personne autorisée à transférer les factures à Chorus Pro",
)
_MEND_FIRST = Text("Mend first what the banners tell.", "Corrigez d'abord ce que disent les bandeaux.")
_BY_ITSELF = Text(
    "Nothing to do: it leaves by itself from {planned} on.",
    "Rien à faire : elle part d'elle-même à partir du {planned}.",
)
_SENDING = Text(
    "Nothing to do: Odoo sends it, and tries again by itself.",
    "Rien à faire : Odoo l'envoie, et réessaie de lui-même.",
)
_LOST = Text(
    "Nothing to do: the answer was lost, Odoo looks at Chorus Pro whether it arrived and sends nothing twice.",
    "Rien à faire : la réponse s'est perdue, Odoo vérifie dans Chorus Pro si elle est arrivée et n'envoie rien deux fois.",
)
_LOOKED_FOR = Text(
    "Said to be filed on the portal: Odoo looks for it there by its number, and goes on by itself as soon as it shows.",
    "Déclarée déposée sur le portail : Odoo l'y recherche par son numéro, et poursuit dès qu'elle y apparaît.",
)
_PAID = Text("Nothing to do: it is paid in your books.", "Rien à faire : elle est payée dans vos comptes.")
_LATE = Text(
    "The payment was expected by {expected}: remind the public body.",
    "Le paiement était attendu au plus tard le {expected} : relancez l'entité publique.",
)
_LATE_REMINDED = Text(
    "The payment was expected by {expected}. You have seen to it: wait for the public body's answer.",
    "Le paiement était attendu au plus tard le {expected}. Vous vous en êtes occupé : attendez la réponse de l'entité publique.",
)
_REMINDED = Text(
    "No answer within {days} days (since {since}). You have seen to it: wait for their answer.",
    "Pas de réponse dans les {days} jours (depuis le {since}). Vous vous en êtes occupé : attendez la réponse.",
)
_ANSWERS: Mapping[str, Text] = MappingProxyType(
    {
        "waiting": Text(
            "Nothing to do: your answer has not left yet, Odoo tries again by itself.",
            "Rien à faire : votre réponse n'est pas encore partie, Odoo réessaie de lui-même.",
        ),
        "lost": Text(
            "Nothing to do: what became of your answer is not known yet, Odoo looks at Chorus Pro.",
            "Rien à faire : le sort de votre réponse n'est pas encore connu, Odoo le vérifie dans Chorus Pro.",
        ),
        "done": Text(
            "Nothing to do: Chorus Pro has your answer, the invoice's new status follows.",
            "Rien à faire : Chorus Pro a votre réponse, le nouveau statut de la facture suit.",
        ),
    }
)
_CREDITED = Text(
    "Nothing to do: a credit note has cancelled it since.",
    "Rien à faire : un avoir l'a annulée depuis.",
)
_REPLACED = Text(
    "Nothing to do: a credit note has cancelled it, and {number} replaces it.",
    "Rien à faire : un avoir l'a annulée, et {number} la remplace.",
)
_DRAFTED = Text(
    "A credit note has cancelled it; the invoice that replaces it is still a draft: confirm it, then send it.",
    "Un avoir l'a annulée ; la facture qui la remplace est encore en brouillon : confirmez-la, puis envoyez-la.",
)
_A9 = Text(
    "A subcontractor's request still reaches the public body: replace it only when you agreed so.",
    "La demande d'un sous-traitant parvient tout de même à l'entité publique : ne la remplacez que si vous en êtes convenus.",
)

Answer = Literal["", "waiting", "lost", "refused", "done"]
Doubt = Literal["", "lost", "by_hand", "decide"]


@dataclass(frozen=True)
class Reader:
    """Who reads. ``sends``: may transfer to Chorus Pro; ``bills``: may make invoices. ``whom``: the name to ask otherwise."""

    sends: bool
    bills: bool = True
    whom: str = ""

    def has(self, button: Button) -> bool:
        """Whether this reader is shown the button."""
        return button in _FOR_ANYONE or (self.bills if button in _FOR_BILLING else self.sends)


@dataclass(frozen=True)
class Delay:
    """A party's delay to answer, in words of the reader: ``due`` and ``since`` are days. ``asks``: its end asks us to act."""

    running: Text
    passed: Text
    days: int
    due: str
    since: str
    over: bool = False
    asks: bool = False


@dataclass(frozen=True)
class Case:
    """An invoice as far as advice depends on it.

    ``status``: Chorus Pro's code. ``motifs``: codes of the reasons it gave. ``remedies``: what its messages on the deposit, or on
    our answer, ask for. ``obstacles``: something is to be mended before it can be sent. ``planned``: when it leaves by itself.
    ``doubt``: what is not known of its deposit. ``answer``: what became of our last answer to this very status. ``seen_to``: a
    person was called about the delay that is over, or the late payment, and dealt with it. ``expected``: the day of the payment,
    when it is late. ``paid``: in our books. ``credited``: cancelled by a credit note. ``replacement``: the number of the new
    invoice, ``drafted``: that one is a draft.
    """

    state: State
    status: str = ""
    framework: str = ""
    motifs: tuple[str, ...] = ()
    remedies: tuple[Text, ...] = ()
    by_hand: bool = False
    obstacles: bool = False
    planned: str = ""
    doubt: Doubt = ""
    answer: Answer = ""
    delay: Delay | None = None
    expected: str = ""
    seen_to: bool = False
    paid: bool = False
    credited: bool = False
    replacement: str = ""
    drafted: bool = False


@dataclass(frozen=True)
class Advice:
    """What to do: a sentence or a few, the button that does it, the colour, who acts.

    ``button``: only one that the reader has. ``group``: that of the state, unless a delay that is over makes it ours to act.
    """

    sentence: Text
    group: Group
    who: Actor
    button: Button | None = None


def advise(case: Case, reader: Reader) -> Advice:
    """What this reader is to do about this invoice, or may expect."""
    texts, button, who = _told(case)
    group = states.group(case.state)
    if who is Actor.SUPPLIER and group is Group.THEIRS:
        group = Group.MINE
    if button:
        texts = [*texts, *_press(button, case, reader)]
    return Advice(_joined(texts), group, who, button if button and reader.has(button) else None)


def _told(case: Case) -> tuple[list[Text], Button | None, Actor]:
    """What is told before the button, the button, and who acts."""
    if case.state in ("to_send", "to_file", "rejected"):
        return _before(case)
    if case.state == "sending":
        return list(case.remedies) or [_SENDING], None, Actor.PLATFORM
    if case.state == "checking":
        return _in_doubt(case)
    status = statuses.get(case.status)
    if case.credited:
        if case.drafted:
            return [_DRAFTED], Button.OPEN_NEW, Actor.SUPPLIER
        if case.replacement:
            return [_REPLACED.format(number=case.replacement)], Button.OPEN_NEW, Actor.NOBODY
        return [_CREDITED], None, Actor.NOBODY
    if case.state in states.WAITING:
        return _waiting(case, status)
    if case.state in states.RETURNED and case.paid and case.status != "A_ASSOCIER_FOURNISSEUR":
        return [_PAID], None, Actor.NOBODY
    if case.answer in _ANSWERS:
        return [_ANSWERS[case.answer]], None, Actor.PLATFORM
    return _returned(case, status)


def _before(case: Case) -> tuple[list[Text], Button | None, Actor]:
    if case.state == "rejected":
        mend = list(case.remedies) or [_MEND_FIRST]
        return mend, Button.FILE if case.by_hand else Button.SEND_AGAIN, Actor.SUPPLIER
    mend = [_MEND_FIRST] if case.obstacles else []
    if case.state == "to_file":
        return mend, Button.FILE, Actor.SUPPLIER
    if case.planned and not case.obstacles:
        return [_BY_ITSELF.format(planned=case.planned)], None, Actor.PLATFORM
    return mend, Button.SEND, Actor.SUPPLIER


def _in_doubt(case: Case) -> tuple[list[Text], Button | None, Actor]:
    if case.doubt == "by_hand":
        return [_LOOKED_FOR], Button.NOT_FILED, Actor.PLATFORM
    if case.doubt == "decide":
        # what differs has a banner of its own
        return [], Button.DECIDE, Actor.SUPPLIER
    return list(case.remedies) or [_LOST], None, Actor.PLATFORM


def _waiting(case: Case, status: statuses.Status) -> tuple[list[Text], Button | None, Actor]:
    # a final account goes on to the general one, whatever was paid of it
    if case.paid and not (works.is_account(case.framework) and works.follows(case.framework)):
        return [_PAID], None, Actor.NOBODY
    if case.remedies:
        return list(case.remedies), None, Actor.SUPPLIER
    if case.expected:
        text = _LATE_REMINDED if case.seen_to else _LATE
        return [text.format(expected=case.expected)], None, status.who if case.seen_to else Actor.SUPPLIER
    if delay := case.delay:
        if not delay.over:
            return [delay.running.format(due=delay.due, since=delay.since)], None, status.who
        if delay.asks and case.seen_to:
            return [_REMINDED.format(days=delay.days, since=delay.since)], None, status.who
        passed = delay.passed.format(due=delay.due, since=delay.since)
        return [passed], None, Actor.SUPPLIER if delay.asks else status.who
    # the platform itself says that the time is over, and asks nobody
    ours = status.activity and states.group(case.state) is Group.THEIRS
    return [status.advice], None, Actor.SUPPLIER if ours else status.who


def _returned(case: Case, status: statuses.Status) -> tuple[list[Text], Button | None, Actor]:
    known = [motifs.get(code) for code in case.motifs]
    button = Button(status.actions[0]) if status.actions else None
    if button is Button.REISSUE and known and not any(motif.anew for motif in known):
        button = None
    if status.code == "A_ASSOCIER_FOURNISSEUR":
        button = Button.NEXT
    texts = [*case.remedies, *(motif.remedy for motif in known)]
    # what an action of ours mends, its own words tell; where there is none, the status says where it is mended
    if not known or not status.actions:
        texts.append(status.advice)
    if delay := case.delay:
        told = delay.passed if delay.over else delay.running
        texts.append(told.format(due=delay.due, since=delay.since))
    if status.code in ("REFUSEE_1", "REFUSEE_2") and case.framework == "A9":
        texts.append(_A9)
    return texts, button, status.who


def _press(button: Button, case: Case, reader: Reader) -> list[Text]:
    if button not in _DO:
        return []
    do, ask = _DO[button]
    if reader.has(button):
        # a message of the platform says itself that it is to be sent again
        told = button is Button.SEND_AGAIN and case.remedies
        name = LABELS[button]
        return [] if told else [Text(do.en.format(button=name.en), do.fr.format(button=name.fr))]
    whom = Text(reader.whom, reader.whom) if reader.whom else _SOMEBODY
    return [Text(ask.en.format(whom=whom.en), ask.fr.format(whom=whom.fr))]


def label(button: Button, case: Case) -> Text:
    """What the button says about this invoice."""
    return LABELS[button].format(number=case.replacement) if button is Button.OPEN_NEW else LABELS[button]


def _joined(texts: Iterable[Text]) -> Text:
    several = list(texts)
    return Text(" ".join(text.en for text in several), " ".join(text.fr for text in several))
