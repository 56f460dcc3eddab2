"""A French customer's VAT number, as its directory tells it or as its SIREN makes it."""

from __future__ import annotations

from stdnum.eu import vat as european
from stdnum.fr import siren as sirens

from .siret import compact
from .vocabulary.territories import FRENCH_VAT


def known(told: str, registry: str, country: str) -> str:
    """The VAT number to record: the one told where it can exist, else the one that the SIREN makes; "" where neither is.

    :param told: what a directory says, however it is written.
    :param registry: a SIRET or a SIREN.
    :param country: ISO 3166 code of where it is established.
    """
    number = compact(told).upper()
    return number if number and european.is_valid(number) else of_siren(registry, country)


def of_siren(registry: str, country: str) -> str:
    """The VAT number of a SIREN: two digits that follow from it, then the SIREN; "" where French VAT is not charged.

    Source: art. 286 ter of the CGI gives the number to who is liable; the two digits are ``(12 + 3 × (SIREN mod 97)) mod 97``
    (BOI-TVA-DECLA-20-10-20). Whether the body is liable is not told: the number is then the one that it would have.
    """
    siren = compact(registry)[:9]
    if country not in FRENCH_VAT or not sirens.is_valid(siren):
        return ""
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
