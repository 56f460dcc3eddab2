"""Whether a SIRET can exist, by its check digit."""

from __future__ import annotations

from stdnum.fr import siret

_POST_OFFICE = "356000000"


def can_exist(number: str) -> bool:
    """Whether 14 digits can be a SIRET. False for anything else.

    Those of La Poste's establishments have a digit sum that is a multiple of five in the place of Luhn's check digit (INSEE);
    python-stdnum knows that from 1.18 on, Odoo pins 1.17 for Python 3.10.
    """
    if number.startswith(_POST_OFFICE) and len(number) == 14 and number.isascii() and number.isdigit():
        return sum(map(int, number)) % 5 == 0 or siret.is_valid(number)
    return siret.is_valid(number)
