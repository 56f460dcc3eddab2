"""Dates between us (UTC) and Chorus Pro (Europe/Paris)."""

from __future__ import annotations

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
PARIS = ZoneInfo("Europe/Paris")


def paris_text(instant: datetime | None) -> str | None:
    """An aware instant as the API's searches take it: ISO 8601, Paris time, to the second.

    :raises ValueError: for an instant without a time zone, which would mean another one on another server.
    """
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(PARIS).isoformat(timespec="seconds")


def paris_day(instant: datetime) -> date:
    """The calendar day of an aware instant in Paris."""
    return instant.astimezone(PARIS).date()


def paris_today() -> date:
    """Today's calendar day in Paris, wherever the server stands."""
    return paris_day(datetime.now(UTC))
