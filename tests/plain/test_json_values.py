"""Values of any form: each is read, or named as unreadable; nothing else is raised. Needs neither Odoo nor a database."""

import contextlib
import json
import unittest
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ...services.api import json_values as values
from ...services.api.errors import OutcomeUnknown, TryLater
from ...services.clock import UTC

CONVERTERS = (
    values.text, values.name, values.digits, values.count, values.flag, values.amount, values.instant, values.past, values.day,
    values.record, values.rows,
)  # fmt: skip
#: What a row of an answer was seen to stop everything with.
NASTY = (
    "hier", "2026-13-45", "9999-12-31T23:59:59-14:00", "0001-01-01", "0001-01-01T00:00:00+14:00", 10**30, -(10**30), 1e308,
    "١٢٣", "²", "NaN", "Infinity", "-Infinity", "1e999999999", "1_000", "\0", "a\0b", "\ud800", "x" * 100_000, [], {}, [[]],
    [None], True, False, -1, 0, "", " ", "null", "[]", None, Decimal("NaN"), Decimal("Infinity"), 0.1,
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(allow_nan=True) | st.sampled_from(NASTY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


class TestConverters(unittest.TestCase):
    @settings(max_examples=400, deadline=None)
    @given(ANYTHING)
    def test_any_value(self, value):
        for convert in CONVERTERS:
            try:
                result = convert(value)
            except values.Unreadable as error:
                self.assertLessEqual(len(str(error)), 200)
                str(error).encode()
                continue
            if isinstance(result, str):
                result.encode()
                self.assertNotIn("\0", result)
                self.assertLessEqual(len(result), values.LONGEST_TEXT)
            if isinstance(result, datetime):
                self.assertEqual(result.utcoffset(), timedelta(0))

    def test_nasty_values(self):
        for value in NASTY:
            for convert in CONVERTERS:
                told = self.subTest(value=repr(value)[:40], convert=convert.__name__)
                with told, contextlib.suppress(values.Unreadable):
                    convert(value)

    def test_what_is_read(self):
        now = datetime.now(UTC)
        for convert, value, expected in (
            (values.text, 8420532, "8420532"),
            (values.text, Decimal("1200.50"), "1200.50"),
            (values.text, "  a\0b ", "ab"),
            (values.digits, 9223372036854775807, "9223372036854775807"),
            (values.digits, "0042", "0042"),
            (values.amount, Decimal("-12.50"), "-12.50"),
            (values.amount, 1200, "1200"),
            (values.amount, None, ""),
            (values.day, "2026-07-01T22:30:00Z", "2026-07-02"),
            (values.day, "2026-07-01", "2026-07-01"),
            (values.day, 1782943200000, "2026-07-02"),
            (values.day, None, ""),
            (values.instant, "9999-12-31", datetime(9999, 12, 30, 23, tzinfo=UTC)),
            (values.past, now.isoformat(), now.replace(microsecond=0)),
            (values.flag, None, False),
            (values.count, None, None),
            (values.rows, {"a": 1}, [{"a": 1}]),
            (values.rows, None, []),
        ):
            with self.subTest(convert.__name__, value=value):
                self.assertEqual(convert(value), expected)

    def test_what_is_not(self):
        ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        for convert, wrong in (
            (values.text, (True, [], {}, 1.5)),
            (values.name, ("x" * 101,)),
            (values.digits, ("12a", -3, "١٢٣", "²", 10**19, "x", True, Decimal("1.5"))),
            (values.amount, ("abc", "NaN", "1e20", 10**13, "١٢", True)),
            (values.count, (-1, "3", 1.5, True, 10**12, Decimal(3))),
            (values.flag, ("true", 0, 1, "")),
            (values.instant, ("hier", True, "2026-13-45", 10**20, [])),
            (values.past, (ahead, "9999-12-31", "1999-12-31", 0)),
            (values.record, ([], "", 0, False)),
            (values.rows, ("", 0, False, "aucune")),
        ):
            for value in wrong:
                with self.subTest(convert.__name__, value=value), self.assertRaises(values.Unreadable):
                    convert(value)

    def test_instants_never_raise(self):
        for value in (10**30, -(10**30), 2**63, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1.5, [], True):
            self.assertIsNone(values.parse_instant(value))


class TestLoad(unittest.TestCase):
    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
    def test_any_bytes(self, content):
        with contextlib.suppress(values.Unreadable):
            values.load(content)

    def test_numbers_keep_their_digits(self):
        self.assertEqual(values.load(b'{"a": 1200.50}'), {"a": Decimal("1200.50")})
        self.assertEqual(str(values.load(b'{"a": 1200.50}')["a"]), "1200.50")

    def test_a_bad_number_spoils_its_row_alone(self):
        found = values.load(b'[{"n": "F1"}, {"n": %b}, {"n": 1e99999999999999999999}]' % (b"1" * 10_000))
        bad = []
        self.assertEqual(list(values.read_rows(found, lambda row: row("n", values.name), "n", bad)), ["F1"])
        self.assertEqual(len(bad), 2)

    def test_no_json(self):
        for content in (None, b"", b"<html>", b"[" * 100_000, b'{"a": NaN}', b"\xff", b"{} {}", b'{"a": 1',
                        b"[" + b"[]," * 20_000 + b"[]]", b"[" + b"1," * 300_001 + b"1]"):  # fmt: skip
            with self.subTest(content and content[:10]), self.assertRaises(values.Unreadable):
                values.load(content)


class TestRows(unittest.TestCase):
    def test_each_row_on_its_own(self):
        bad = []
        read = values.read_rows(
            [{"n": "F1", "d": "2026-07-01"}, {"n": "F2", "d": "hier"}, None, {"n": []}, {"n": "F3"}],
            lambda row: (row.need("n", values.name), row("d", values.day)),
            "n",
            bad,
        )
        self.assertEqual(list(read), [("F1", "2026-07-01"), ("F3", "")])
        self.assertEqual([str(row) for row in bad], ["F2 (d: 'hier')", "? (None)", "? (n: [])"])

    def test_the_error_it_becomes(self):
        for error in (TryLater, OutcomeUnknown):
            with self.assertRaises(error) as caught, values.understood(error):
                values.Fields(json.loads('{"a": [1]}'))("a", values.text)
            self.assertEqual((caught.exception.code, caught.exception.detail), ("unreadable", "a: [1]"))
