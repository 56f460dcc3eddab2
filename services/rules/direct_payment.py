"""What subcontractors are paid directly of a statement: within what the public body accepted, and from its acceptance on.

Direct payment follows from the acceptance of the subcontractor, up to the amount accepted (CCP R.2193-10, doc/RULES.md §11.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..document.invoice import ZERO
from ..text import Text, number
from ..vocabulary.places import Place
from .rule import Finding, Level

SOURCE = "CCP R.2193-10, doc/RULES.md §11.6"


@dataclass(frozen=True)
class Share:
    """The part of one subcontractor, without VAT: of this statement, and of those before.

    :param accepted: up to which the public body pays it directly; zero where nobody entered it.
    """

    name: str
    amount: Decimal
    before: Decimal = ZERO
    accepted: Decimal = ZERO
    accepted_on: date | None = None


def check(shares: Iterable[Share], payable: Decimal, end: date | None) -> list[Finding]:
    """What stands against paying these shares.

    :param payable: what is to be paid of the statement. :param end: the last day of its period.
    """
    shares = [share for share in shares if share.amount]
    found = []
    for share in shares:
        if not share.accepted_on or (end and share.accepted_on > end):
            found.append(_not_accepted(share, end))
        elif share.before + share.amount > share.accepted:
            found.append(_above_accepted(share))
    total = sum((share.amount for share in shares), ZERO)
    if shares and total > payable:
        found.append(_above_statement(total, payable))
    return found


def _not_accepted(share: Share, end: date | None) -> Finding:
    since = share.accepted_on and Text(
        f"is only accepted from {share.accepted_on:%Y-%m-%d} on, after the period ended",
        f"n'est accepté qu'à partir du {share.accepted_on:%d/%m/%Y}, après la fin de la période",
    )
    told = since or Text("is not accepted by the public body", "n'est pas accepté par l'entité publique")
    return _finding(
        "not_accepted",
        Text(
            f"{share.name} has a part in this situation and {told.en}.",
            f"{share.name} a une part de cette situation et {told.fr}.",
        ),
        Text(
            "Enter the date of its acceptance in the market's parties, or take its part out: direct payment begins with it.",
            "Saisissez la date de son acceptation dans les intervenants du marché, ou retirez sa part : il n'est payé directement"
            " qu'à partir de là.",
        ),
    )


def _above_accepted(share: Share) -> Finding:
    stated, accepted = number(share.before + share.amount), number(share.accepted)
    return _finding(
        "above_accepted",
        Text(
            f"The parts of {share.name} reach {stated.en}, more than the {accepted.en} accepted for its direct payment.",
            f"Les parts de {share.name} atteignent {stated.fr}, au-delà des {accepted.fr} acceptés pour son paiement direct.",
        ),
        Text(
            "Lower its part, or have the higher amount accepted and enter it in the market's parties.",
            "Diminuez sa part, ou faites accepter le montant plus élevé et saisissez-le dans les intervenants du marché.",
        ),
    )


def _above_statement(total: Decimal, payable: Decimal) -> Finding:
    parts, left = number(total), number(payable)
    return _finding(
        "above_statement",
        Text(
            f"The parts of the subcontractors ({parts.en}) are more than what is to be paid of this situation ({left.en}).",
            f"Les parts des sous-traitants ({parts.fr}) dépassent ce qui est à payer de cette situation ({left.fr}).",
        ),
        Text("Check the parts.", "Vérifiez les parts."),
    )


def _finding(code: str, message: Text, remedy: Text) -> Finding:
    return Finding(f"works.share_{code}", Level.BLOCK, "amounts", message, remedy, SOURCE, Place.MARKET)
