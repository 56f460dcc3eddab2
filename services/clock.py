"""Dates between us (UTC) and Chorus Pro (Europe/Paris)."""

from __future__ import annotations

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
PARIS = ZoneInfo("Europe/Paris")


def parse_instant(value: object) -> datetime | None:
    """The instant the platform wrote, in UTC, or None when there is none or it cannot be read.

    Read are ISO 8601 texts with an offset or ``Z``, with or without fractions of a second (doc/API.md §2.H); without an offset,
    or as a date alone, the platform means Paris time. An integer is taken for milliseconds since 1970. Never raises.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    elif len(text) > 5 and text[-5] in "+-" and text[-4:].isdigit() and "T" in text:
        text = f"{text[:-2]}:{text[-2:]}"
    if "." in text:
        # Python 3.10 reads three or six digits of a second's fraction only, and below a second nothing matters here
        head, _, tail = text.partition(".")
        text = head + tail.lstrip("0123456789")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=PARIS)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        # the last also for the first and last days that Python counts, in another time zone
        return None


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
