"""What others than us are paid directly of a statement: within what the public body accepted, and from its acceptance on.

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
    """The part of one party, without VAT: of this statement, and of those before.

    :param accepted: up to which the public body pays it directly; zero where nobody entered it.
    :param paid: what it is paid of this statement: without VAT for a subcontractor, with VAT for a co-contractor.
    :param member: a co-contractor: it needs no acceptance, and is limited where its part of the market is known only.
    """

    name: str
    amount: Decimal
    before: Decimal = ZERO
    accepted: Decimal = ZERO
    accepted_on: date | None = None
    paid: Decimal | None = None
    member: bool = False

    @property
    def due(self) -> Decimal:
        """What it is paid of this statement."""
        return self.amount if self.paid is None else self.paid


def check(shares: Iterable[Share], payable: Decimal, end: date | None, work: Decimal | None = None) -> list[Finding]:
    """What stands against paying these shares, or is odd about them.

    :param payable: what is to be paid of the statement. :param end: the last day of its period.
    :param work: what is done of it without VAT, as the parts are; None where that is not to be compared.
    """
    shares = [share for share in shares if share.amount]
    found = []
    for share in shares:
        if not share.member and (not share.accepted_on or (end and share.accepted_on > end)):
            found.append(_not_accepted(share, end))
        elif (share.accepted or not share.member) and share.before + share.amount > share.accepted:
            found.append(_above_accepted(share))
    total, parts = (sum(amounts, ZERO) for amounts in ([one.due for one in shares], [one.amount for one in shares]))
    if shares and total > payable:
        found.append(_above_statement(total, payable))
    elif shares and work is not None and parts > work:
        found.append(_above_work(parts, work))
    return found


@dataclass(frozen=True)
class Request:
    """What a party asks for, and waits for our decision, without VAT.

    :param amount: of this request. :param requested: of those that were accepted before. :param stated: its parts in our
        statements to date. :param accepted: by the public body. :param vat: charged on this request.
    :param known: whether it is a party of the market.
    """

    amount: Decimal
    requested: Decimal
    stated: Decimal
    accepted: Decimal = ZERO
    vat: Decimal = ZERO
    known: bool = True
    member: bool = False
    works: bool = False


def judge(request: Request) -> list[Text]:
    """What is to be known of a request before it is accepted; nothing of it prevents that."""
    if not request.known:
        return [
            Text(
                "This supplier is no party of the market: enter it there before you accept.",
                "Ce fournisseur n'est pas un intervenant du marché : ajoutez-le au marché avant d'accepter.",
            )
        ]
    found, reached = [], request.requested + request.amount
    asked, stated, accepted = number(reached), number(request.stated), number(request.accepted)
    if reached > request.stated:
        found.append(
            Text(
                f"With this request it asks for {asked.en} without VAT, and your situations give it {stated.en} so far.",
                f"Avec cette demande, il réclame {asked.fr} HT, et vos situations lui attribuent {stated.fr} à ce jour.",
            )
        )
    if request.accepted and reached > request.accepted:
        found.append(
            Text(
                f"With this request it asks for {asked.en} without VAT, more than the {accepted.en} that were accepted.",
                f"Avec cette demande, il réclame {asked.fr} HT, au-delà des {accepted.fr} acceptés.",
            )
        )
    if request.works and not request.member and request.vat:
        found.append(
            Text(
                "It charges VAT: a subcontractor of works invoices without VAT, which you declare (CGI 283-2 nonies).",
                "Il facture la TVA : un sous-traitant de travaux facture hors taxe, elle est à votre charge (CGI 283-2 nonies).",
            )
        )
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


def _above_work(total: Decimal, work: Decimal) -> Finding:
    parts, done = number(total), number(work)
    return _finding(
        "above_work",
        Text(
            f"The parts ({parts.en}) are more than the work of this situation without VAT ({done.en}).",
            f"Les parts ({parts.fr}) dépassent les travaux HT de cette situation ({done.fr}).",
        ),
        Text(
            "Check the parts; work of yours that is taken back explains it.",
            "Vérifiez les parts ; une baisse de vos propres travaux l'explique peut-être.",
        ),
        Level.WARN,
    )


def _finding(code: str, message: Text, remedy: Text, level: Level = Level.BLOCK) -> Finding:
    return Finding(f"works.share_{code}", level, "amounts", message, remedy, SOURCE, Place.MARKET)
