"""When the technical account's password ends, and when a person is told."""

from __future__ import annotations

from datetime import date, timedelta

#: Days before the end at which people are told.
THRESHOLDS = (30, 15, 5, 0)
#: Life of a technical password where the platform does not tell its end: 12 months, the shorter of what is published
#: (doc/RULES.md §6.7).
LIFE = timedelta(days=365)
#: PISTE advises a new client secret every three months (doc/RULES.md §6.6).
SECRET_AGE = timedelta(days=90)


def end_of(recorded: date | None, told: date | None) -> date | None:
    """The day on which a password ends: as the platform told, else a year after it was recorded."""
    return told or (recorded and recorded + LIFE)


def threshold(left: int) -> int | None:
    """The threshold that is reached with so many days left; None while there is time."""
    return min((item for item in THRESHOLDS if left <= item), default=None)
