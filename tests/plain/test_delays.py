"""When a public body must have paid, and what it owes when it has not."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from ...services.follow.timeline import DAYS, Step, expected_day, late_interest


def step(status, month, day, hour=12):
    return Step(status, datetime(2026, month, day, hour, tzinfo=timezone.utc))


RECEIVED = step("MISE_A_DISPOSITION", 3, 2)


@pytest.mark.parametrize(
    ("kind", "day"), [("authority", date(2026, 4, 1)), ("hospital", date(2026, 4, 21)), ("enterprise", date(2026, 5, 1))]
)
def test_from_the_reception(kind, day):
    assert expected_day([step("DEPOSEE", 3, 1), RECEIVED, step("MANDATEE", 3, 20)], DAYS[kind]) == day


def test_of_works_from_the_project_manager_or_what_is_known_in_its_place():
    manager, owner = step("MISE_A_DISPOSITION_MOE", 3, 2), step("MISE_A_DISPOSITION_MOA", 3, 9)
    assert expected_day([manager, owner], 30) == date(2026, 4, 1)
    assert expected_day([step("DEPOSEE", 3, 1), owner], 30) == date(2026, 3, 31)
    assert expected_day([owner], 30) == date(2026, 4, 8)


def test_from_the_deposit_until_the_reception_is_known():
    assert expected_day([step("DEPOSEE", 3, 1)], 30) == date(2026, 3, 31)
    assert expected_day([step("A_VALIDER_1", 3, 1)], 30) is None
    assert expected_day([], 30) is None


def test_from_the_delivery_when_it_is_later():
    assert expected_day([RECEIVED], 30, date(2026, 3, 10)) == date(2026, 4, 9)
    assert expected_day([RECEIVED], 30, date(2026, 2, 1)) == date(2026, 4, 1)


def test_day_in_paris():
    late_evening = Step("MISE_A_DISPOSITION", datetime(2026, 3, 1, 23, 30, tzinfo=timezone.utc))
    assert expected_day([late_evening], 30) == date(2026, 4, 1)


def test_suspension_stops_the_time():
    suspended = step("SUSPENDUE", 3, 12)
    assert expected_day([RECEIVED, suspended], 30) is None
    assert expected_day([RECEIVED, suspended, step("COMPLETEE", 4, 20)], 30) == date(2026, 5, 20)
    # 50 days that lost 10: 40 are left, more than the 30 an answer opens
    assert expected_day([RECEIVED, suspended, step("COMPLETEE", 4, 20)], 50) == date(2026, 5, 30)
    # taken up again without an answer of ours
    assert expected_day([RECEIVED, suspended, step("MANDATEE", 3, 20)], 30) == date(2026, 4, 19)


def test_interest():
    assert late_interest(Decimal("12000"), 73, Decimal("2.15")) == Decimal("243.60")
    assert late_interest(Decimal("12000"), 0, Decimal("2.15")) == 0
    assert late_interest(Decimal("12000"), -5, Decimal("2.15")) == 0
