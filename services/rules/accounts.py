"""The final and the general account of a works market: whether they come in their time (doc/RULES.md §2.2).

Nothing of it is refused by Chorus Pro: what comes too early starts no delay, what comes too late costs something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..document.invoice import ZERO
from ..follow import works
from ..follow.works_clock import GENERAL_DAYS, SIGN_DAYS, TACIT_DAYS
from ..text import Text, number
from ..vocabulary.places import Place
from .rule import Finding, Level

FINAL_DAYS = 30
"""From the notification of the acceptance of the works (CCAG-Travaux 2021, 12.3.2; 45 in 2009)."""
SOURCE = "CCAG-Travaux 12.3, 12.4, doc/RULES.md §2.2"


@dataclass(frozen=True)
class Account:
    """An account. ``accepted``: the day of the acceptance; ``final`` and ``tacit``: when A7 and A22 were filed.

    ``own``: what it adds to the books, with VAT; ``balance``: what it says is left to pay, less than nothing when we owe it.
    ``typed``: its lines are typed, though an account before it has the balance in the books already.
    """

    framework: str
    day: date
    accepted: date | None = None
    final: date | None = None
    tacit: date | None = None
    own: Decimal = ZERO
    balance: Decimal = ZERO
    typed: bool = False


def check(account: Account) -> list[Finding]:
    """What is odd about the day of an account, and what is to be done where it takes off more than it adds."""
    found = []
    if account.framework == "A7":
        if not account.accepted or account.accepted > account.day:
            found.append(_EARLY)
        elif account.day > account.accepted + timedelta(days=FINAL_DAYS):
            found.append(_late(account.accepted + timedelta(days=FINAL_DAYS)))
    until = _until(account)
    if until and account.day <= until:
        found.append(_too_soon(account.framework, until))
    if works.is_account(account.framework):
        if account.own < 0:
            found.append(below(account.own))
        if account.typed and account.own > 0:
            found.append(_again(account.own, account.balance))
        if account.balance < 0:
            found.append(_owed(account.balance))
    return found


@dataclass(frozen=True)
class Course:
    """How far the accounts of a market are: the day of the acceptance, when A7 and A22 were filed, and since when the general
    statement waits for our signature."""

    accepted: date | None = None
    final: date | None = None
    tacit: date | None = None
    notified: date | None = None


def due(course: Course) -> tuple[date, Text] | None:
    """What comes next of the accounts: by which day, and what happens then; None before the acceptance."""
    if course.notified:
        return course.notified + timedelta(days=SIGN_DAYS), _SIGN
    if course.tacit:
        return course.tacit + timedelta(days=TACIT_DAYS), _TACIT
    if course.final:
        return course.final + timedelta(days=GENERAL_DAYS), _GENERAL
    if course.accepted:
        return course.accepted + timedelta(days=FINAL_DAYS), _FINAL
    return None


FILE_FINAL = Text("The draft final account (A7) is due", "Le projet de décompte final (A7) est à déposer")
"""What a person is asked to do by the day that :func:`due` tells of it."""

_FINAL = Text(
    "Draft final account (A7) to be filed by {day}, thirty days after the acceptance. After that and a formal notice, the project"
    " manager draws it up at your cost.",
    "Projet de décompte final (A7) à déposer pour le {day}, trente jours après la réception. Passé ce délai, et après mise en"
    " demeure, la maîtrise d'œuvre l'établit à vos frais.",
)
_GENERAL = Text(
    "General statement expected by {day}, thirty days after the draft final account was filed. If it does not come, notify a"
    " signed draft of it (A22), which becomes final ten days later.",
    "Décompte général attendu pour le {day}, trente jours après le dépôt du projet de décompte final. S'il ne vient pas, notifiez"
    " un projet de décompte général signé (A22), qui devient définitif dix jours plus tard.",
)
_TACIT = Text(
    "General statement expected by {day}, ten days after A22 was filed. If it does not come, A22 becomes final: file it as A23.",
    "Décompte général attendu pour le {day}, dix jours après le dépôt de l'A22. S'il ne vient pas, l'A22 devient définitif :"
    " déposez-le en A23.",
)
_SIGN = Text(
    "General statement to be signed and filed (A8) by {day}, with or without reserves. After that your silence accepts it.",
    "Décompte général à signer et déposer (A8) pour le {day}, avec ou sans réserves. Passé ce délai, votre silence vaut"
    " acceptation.",
)


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


def below(own: Decimal) -> Finding:
    """That an account takes off what the books have already, so that no invoice can be made of it.

    :param own: what it adds to them, less than nothing.
    """
    shown = number(-own)
    return Finding(
        "works.account_below",
        Level.WARN,
        "amounts",
        Text(
            f"This account takes {shown.en} € off what was invoiced, and no invoice is confirmed below zero.",
            f"Ce décompte retire {shown.fr} € à ce qui a été facturé, et aucune facture ne se comptabilise en dessous de zéro.",
        ),
        Text(
            "“Prepare the credit note” puts it into a credit note, which stays in the books and is not filed: confirm it, the"
            " account then keeps all its figures and is confirmed at 0.00 €.",
            "« Préparer l'avoir » le met dans un avoir, qui reste dans les comptes et ne se dépose pas : confirmez-le, le"
            " décompte garde alors tous ses montants et se confirme à 0,00 €.",
        ),
        SOURCE,
        Place.CREDIT,
        at_once=True,
    )


def _again(own: Decimal, balance: Decimal) -> Finding:
    adds, left = number(own), number(balance)
    return Finding(
        "works.account_again",
        Level.WARN,
        "amounts",
        Text(
            f"This account adds {adds.en} € to the balance that is invoiced already: {left.en} € would be left to pay in all.",
            f"Ce décompte ajoute {adds.fr} € au solde déjà facturé : il resterait {left.fr} € à payer en tout.",
        ),
        Text(
            "Type only what the public body corrects; without a correction, one line at 0.00 €.",
            "Ne saisissez que ce que l'entité publique corrige ; sans correction, une seule ligne à 0,00 €.",
        ),
        SOURCE,
        at_once=True,
    )


def _owed(balance: Decimal) -> Finding:
    shown = number(-balance)
    return Finding(
        "works.account_owed",
        Level.WARN,
        "amounts",
        Text(
            f"The balance of this account is below zero: we owe {shown.en} € to the public body.",
            f"Le solde de ce décompte est négatif : nous devons {shown.fr} € à l'entité publique.",
        ),
        Text(
            "State the work that is left, if any. Else file the account as it is, and pay when the public body asks for it.",
            "Constatez les travaux restants, s'il y en a. Sinon, déposez le décompte tel quel et réglez quand l'entité publique"
            " émet son titre de recettes.",
        ),
        SOURCE,
        at_once=True,
    )
