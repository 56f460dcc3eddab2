"""The final and the general account of a works market: whether they come in their time (doc/RULES.md §2.2).

Nothing of it is refused by Chorus Pro: what comes too early starts no delay, what comes too late costs something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..document.invoice import ZERO
from ..follow.works_clock import GENERAL_DAYS, TACIT_DAYS
from ..text import Text, number
from ..vocabulary.places import Place
from .rule import Finding, Level

FINAL_DAYS = 30
"""From the notification of the acceptance of the works (CCAG-Travaux 2021, 12.3.2; 45 in 2009)."""
SOURCE = "CCAG-Travaux 12.3, 12.4, doc/RULES.md §2.2"


@dataclass(frozen=True)
class Account:
    """An account. ``accepted``: the day of the acceptance; ``final`` and ``tacit``: when A7 and A22 were filed.

    ``advance_left``, ``penalty_left``: what of them it could not take off, for nothing more is to be paid; in euros.
    """

    framework: str
    day: date
    accepted: date | None = None
    final: date | None = None
    tacit: date | None = None
    advance_left: Decimal = ZERO
    penalty_left: Decimal = ZERO


def check(account: Account) -> list[Finding]:
    """What is odd about the day of an account, and what it leaves to be settled otherwise."""
    found = []
    if account.framework == "A7":
        if not account.accepted or account.accepted > account.day:
            found.append(_EARLY)
        elif account.day > account.accepted + timedelta(days=FINAL_DAYS):
            found.append(_late(account.accepted + timedelta(days=FINAL_DAYS)))
    until = _until(account)
    if until and account.day <= until:
        found.append(_too_soon(account.framework, until))
    if account.advance_left > 0:
        found.append(_advance_left(account.advance_left))
    if account.penalty_left > 0:
        found.append(_penalty_left(account.penalty_left))
    return found


def _until(account: Account) -> date | None:
    """The last day on which the project owner may still answer."""
    if account.framework == "A22" and account.final:
        return account.final + timedelta(days=GENERAL_DAYS)
    if account.framework == "A23" and account.tacit:
        return account.tacit + timedelta(days=TACIT_DAYS)
    return None


_EARLY = Finding(
    "works.final_early",
    Level.WARN,
    "number",
    Text(
        "The works are not accepted yet: a draft of the final account that comes before starts no delay.",
        "Les travaux ne sont pas encore reçus : un projet de décompte final transmis avant ne fait courir aucun délai.",
    ),
    Text(
        "Enter the day of the acceptance in the market's clauses, or wait for it.",
        "Saisissez la date de la réception dans les clauses du marché, ou attendez-la.",
    ),
    SOURCE,
    Place.MARKET,
    at_once=True,
)


def _late(until: date) -> Finding:
    return Finding(
        "works.final_late",
        Level.WARN,
        "number",
        Text(
            f"The draft of the final account was due by {until:%Y-%m-%d}, thirty days after the acceptance.",
            f"Le projet de décompte final était à transmettre pour le {until:%d/%m/%Y}, trente jours après la réception.",
        ),
        Text(
            "File it now: after a formal notice the project manager draws it up at your cost.",
            "Déposez-le maintenant : après mise en demeure, la maîtrise d'œuvre l'établit à vos frais.",
        ),
        SOURCE,
        at_once=True,
    )


def _too_soon(framework: str, until: date) -> Finding:
    return Finding(
        "works.tacit_early",
        Level.WARN,
        "framework",
        Text(
            f"{framework} comes too soon: the project owner may notify the general statement until {until:%Y-%m-%d}.",
            f"{framework} vient trop tôt : la maîtrise d'ouvrage peut notifier le décompte général jusqu'au {until:%d/%m/%Y}.",
        ),
        Text("Wait until then.", "Attendez cette date."),
        SOURCE,
        at_once=True,
    )


def _advance_left(amount: Decimal) -> Finding:
    shown = number(amount)
    return _left(
        "advance_left",
        Text(
            f"{shown.en} € of the advance cannot be taken off here: not enough work is left to be paid.",
            f"{shown.fr} € de l'avance ne peuvent pas être récupérés ici : il ne reste pas assez de travaux à payer.",
        ),
    )


def _penalty_left(amount: Decimal) -> Finding:
    shown = number(amount)
    return _left(
        "penalty_left",
        Text(
            f"{shown.en} € of the penalties cannot be taken off here: not enough is left to be paid.",
            f"{shown.fr} € de pénalités ne peuvent pas être déduits ici : il ne reste pas assez à payer.",
        ),
    )


def _left(code: str, message: Text) -> Finding:
    return Finding(
        f"works.{code}",
        Level.WARN,
        "amounts",
        message,
        Text(
            "State the work that is left, if any. Else the rest is owed to the public body: tell the project manager of it with"
            " this account, and pay it when it is asked for.",
            "Constatez les travaux restants, s'il y en a. Sinon, le reste est dû à l'entité publique : signalez-le à la"
            " maîtrise d'œuvre avec ce décompte et réglez-le quand il vous sera réclamé.",
        ),
        SOURCE,
        at_once=True,
    )
