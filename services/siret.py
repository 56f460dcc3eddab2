"""A SIRET, or another identifier: as people write it, as it counts, and whether it can exist."""

from __future__ import annotations

from stdnum.fr import siret

_POST_OFFICE = "356000000"


def compact(text: str | None) -> str:
    """The text without any blank; "" for nothing. People write ``123 456 782 00077``, Chorus Pro knows the digits."""
    return "".join((text or "").split())


def is_siret(number: str) -> bool:
    """Whether it has the form of a SIRET, 14 digits."""
    return len(number) == 14 and number.isascii() and number.isdigit()


#: Characters of an identifier that is no SIRET, at most (doc/API.md §2.H).
LONGEST_OTHER = 18


def is_identifier(kind: str, number: str) -> bool:
    """Whether it has the form of an identifier of that kind: of those that are no SIRET the portal alone says which form it is.

    :param kind: a ``typeIdentifiantStructure``, "" for a SIRET.
    """
    return is_siret(number) if kind in ("", "SIRET") else 0 < len(number) <= LONGEST_OTHER


def can_exist(number: str) -> bool:
    """Whether 14 digits can be a SIRET. False for anything else.

    Those of La Poste's establishments have a digit sum that is a multiple of five in the place of Luhn's check digit (INSEE);
    python-stdnum knows that from 1.18 on, Odoo pins 1.17 for Python 3.10.
    """
    if number.startswith(_POST_OFFICE) and is_siret(number):
        return sum(map(int, number)) % 5 == 0 or siret.is_valid(number)
    return siret.is_valid(number)
