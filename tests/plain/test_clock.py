"""Dates between UTC and Chorus Pro's Paris. Needs neither Odoo nor a database."""

import unittest
from datetime import date, datetime, timedelta, timezone

from ...services.api.json_values import parse_instant
from ...services.clock import UTC, paris_day, paris_text


class TestClock(unittest.TestCase):
    def test_read(self):
        expected = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
        for text in (
            "2026-07-01T12:00:00+02:00", "2026-07-01T12:00:00.123+02:00", "2026-07-01T12:00:00+0200", "2026-07-01T10:00:00Z",
            "2026-07-01T10:00:00.5Z", "2026-07-01T12:00:00", "2026-07-01 12:00", 1782900000000,
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(parse_instant(text), expected)
        self.assertEqual(parse_instant("2026-11-20"), datetime(2026, 11, 19, 23, 0, tzinfo=UTC))

    def test_unreadable(self):
        for text in (None, "", "hier", "2026-13-45", True, {}):
            self.assertIsNone(parse_instant(text))

    def test_write(self):
        self.assertEqual(paris_text(datetime(2026, 1, 1, 0, 30, tzinfo=UTC)), "2026-01-01T01:30:00+01:00")
        self.assertEqual(paris_text(datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=-4)))), "2026-07-01T06:00:00+02:00")
        self.assertIsNone(paris_text(None))
        with self.assertRaises(ValueError):
            paris_text(datetime(2026, 1, 1))

    def test_day_changes_in_paris(self):
        self.assertEqual(paris_day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)), date(2027, 1, 1))
