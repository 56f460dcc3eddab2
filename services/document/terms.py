"""What a payer must know besides the amount to pay: instalments, what is kept back and why. In French, as the document is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ..text import fold, number
from .invoice import WHOLE_CURRENCIES, ZERO

_RETENTION = re.compile(r"\bretenue de garantie\b|\bretention\b")

Instalment = tuple[date, Decimal]
"""When a part is due, and how much it is."""


def amount(value: Decimal, currency: str) -> str:
    """``1 234,50 EUR``: the value as the French write it."""
    return f"{number(value, 0 if currency in WHOLE_CURRENCIES else 2).fr} {currency}"


def first_due(instalments: Sequence[Instalment], paid: Decimal = ZERO) -> date | None:
    """When the first part is due that is not paid yet; the first of all when all are paid, ``None`` without any.

    :param paid: what was paid before the document was issued; it settles the earliest parts.
    """
    ordered = sorted(instalments)
    reached = ZERO
    for due, part in ordered:
        reached += part
        if reached > paid:
            return due
    return ordered[0][0] if ordered else None


def particulars(
    instalments: Sequence[Instalment],
    withheld: Iterable[tuple[str, Decimal]],
    retained: Iterable[tuple[str, Decimal]],
    currency: str,
    deducted: Iterable[tuple[str, Decimal]] = (),
) -> tuple[str, ...]:
    """The sentences that say it, each for itself; none for what pays all at once.

    :param withheld: what the customer keeps back to pay it to others, by its name.
    :param retained: what it keeps back as a guarantee, by the words of the books.
    :param deducted: what it takes off as a penalty, likewise.
    """
    found = []
    if len(instalments) > 1:
        parts = (f"{amount(part, currency)} le {due:%d/%m/%Y}" for due, part in sorted(instalments))
        found.append(f"Échéances : {', '.join(parts)}.")
    for name, value in withheld:
        found.append(f"{name} : {amount(value, currency)} retenus par le client, déduits du montant à payer.")
    for name, value in retained:
        found.append(f"{name} : {amount(value, currency)} à retenir sur le règlement, payables à la levée de la garantie.")
    for name, value in deducted:
        found.append(f"{name} : {amount(value, currency)} à déduire du règlement.")
    return tuple(found)


def says_retention(text: str | None) -> bool:
    """Whether a line's label says that it keeps back a guarantee."""
    return bool(text) and bool(_RETENTION.search(fold(text)))
