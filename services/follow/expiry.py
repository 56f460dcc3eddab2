"""When the technical account's password ends, when a refusal means that it has, and when a person is told."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

#: Days before the end at which people are told.
THRESHOLDS = (30, 15, 5, 0)
#: Life of a technical password where the platform does not tell its end: 12 months, the shorter of what is published
#: (doc/RULES.md §6.7).
LIFE = timedelta(days=365)
#: PISTE advises a new client secret every three months (doc/RULES.md §6.6).
SECRET_AGE = timedelta(days=90)
#: Refusals in a row, and the time they must span, after which a password that was good has come to its end: a gateway that has
#: lost its way, or a maintenance, refuses everybody for a while.
REFUSALS, REFUSED_FOR = 5, timedelta(hours=6)
#: How the platform's own words would say it; which words they are is not public.
_EXPIRED = re.compile(r"expir|p[ée]rim", re.IGNORECASE)


def end_of(recorded: date | None, told: date | None, refused: date | None = None) -> date | None:
    """The day on which a password ends: as the platform told, else a year after it was recorded.

    :param refused: the day on which refusals showed that it had ended, whatever was told.
    """
    end = told or (recorded and recorded + LIFE)
    return min(end, refused) if end and refused else refused or end


def has_ended(words: str, refusals: int, since: datetime, now: datetime) -> bool:
    """Whether the refusal of a password that was accepted before means that it has expired.

    One refusal does not: the token or the gateway may be at fault.

    :param words: the platform's own words.
    :param refusals: how often it was refused in a row, each time with a fresh token.
    :param since: the first of them.
    """
    return bool(_EXPIRED.search(words)) or (refusals >= REFUSALS and now - since >= REFUSED_FOR)


def is_old(recorded: datetime | None, now: datetime) -> bool:
    """Whether a client secret has the age at which PISTE advises a new one."""
    return bool(recorded) and now - recorded >= SECRET_AGE  # type: ignore[operator]


def threshold(left: int) -> int | None:
    """The threshold that is reached with so many days left; None while there is time."""
    return min((item for item in THRESHOLDS if left <= item), default=None)
