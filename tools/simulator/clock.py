"""The simulator's time: one clock, which can be moved, and Chorus Pro's way of writing dates (Europe/Paris)."""

from __future__ import annotations

import re
import threading
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


class Clock:
    """Real time plus a settable offset; it runs on after having been set."""

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The simulator's present, in UTC, cut to the millisecond as it is shown."""
        with self._lock:
            moment = datetime.now(timezone.utc) + self._offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def today(self) -> date:
        """The day it is in Paris."""
        return self.now().astimezone(PARIS).date()

    def set(self, moment: datetime | None) -> None:
        """Makes ``moment`` the present; None comes back to real time."""
        with self._lock:
            self._offset = timedelta(0) if moment is None else moment - datetime.now(timezone.utc)


def iso(moment: datetime) -> str:
    """``2018-02-16T15:10:25.536+01:00`` (doc/API.md §2.0, consulterCRDetaille)."""
    return moment.astimezone(PARIS).isoformat(timespec="milliseconds")


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def parse_moment(text: str) -> datetime:
    """Reads ``AAAA-MM-JJ``, with or without a time and an offset, into UTC; without an offset it is Paris time.

    Raises ValueError on anything else.
    """
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError(f"not a date: {text!r}")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    naive = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)
    if offset is None:
        return naive.replace(tzinfo=PARIS).astimezone(timezone.utc)
    if offset == "Z":
        return naive.replace(tzinfo=timezone.utc)
    sign = -1 if offset[0] == "-" else 1
    digits = offset[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return naive.replace(tzinfo=timezone(sign * shift)).astimezone(timezone.utc)
