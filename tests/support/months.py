"""The script of a works market over three years: what is typed and published each month, and what `decompte` makes of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .decompte import CENT, Account, half_up

D = Decimal
CHAPTERS, MONTHS, LAG = 14, 36, 3
START, END = date(2026, 1, 1), date(2029, 2, 28)
"""Notified, and finished 38 months later: the advance is that of twelve of them."""
AMENDED = (9, 20)
LATE = {2: 80, 17: 4, 18: 1, 31: 2}
"""Days of delay by the rank of the month; those of the second are more than it is paid."""
INITIAL = {"BT01": D("103.2"), "TP01": D("128.0")}
WEIGHTS = {"BT01": D("0.45"), "TP01": D("0.40")}
LOTS = {"3": (D("0.20"), {"TP01": D("0.80")}), "8": (D("0.10"), {"TP01": D("0.30"), "BT01": D("0.60")})}
"""Chapters that are a lot with a formula of its own: the fixed part, and the weights."""
FIXED, RETENTION, ADVANCE, ADVANCE_START, ADVANCE_END, VAT = D("0.15"), D(5), D(30), D(65), D(80), D(20)


@dataclass(frozen=True)
class Month:
    """One month.

    :param amendment: the lines that come with it, as those of `Script.schedule`; mostly none.
    :param late: days of delay, mostly none.
    :param typed: ``{code: percentage to date}``.
    :param published: the indices' values known by then, ``{name: {month: value}}``.
    :param expected: what `Account.month` makes of it.
    :param parts: what each of two subcontractors is paid of it, without VAT.
    """

    rank: int
    first: date
    amendment: dict
    late: int
    typed: dict
    published: dict
    expected: dict
    parts: tuple


class Script:
    """A market of so many lines in fourteen chapters; always the same for the same number.

    ``schedule`` is ``{code: (chapter, quantity, price, rate of VAT)}``; ``initial`` its amount and ``total`` that with the
    amendments so far; ``advance`` what is paid at once.
    """

    def __init__(self, count: int) -> None:
        self._dice = random.Random(36)
        self.schedule = self._lines(1, count, CHAPTERS)
        self.initial = self.total = self.amount(self.schedule)
        self.advance = (self.initial * 12 / 38 * ADVANCE / 100).quantize(CENT, ROUND_HALF_UP)
        self.account = Account(
            self.schedule, fixed=FIXED, weights=weighed(WEIGHTS),
            lots={chapter: (fixed, weighed(weights)) for chapter, (fixed, weights) in LOTS.items()}, advance=self.advance,
            start=ADVANCE_START, end=ADVANCE_END, retention=RETENTION, amount=self.initial, rate=VAT,
        )  # fmt: skip

    @staticmethod
    def amount(lines: dict) -> Decimal:
        return sum((half_up(quantity * price) for _chapter, quantity, price, _rate in lines.values()), D(0))

    def months(self) -> Iterator[Month]:
        """Each month in turn; the last one ends all work."""
        values, history, published = dict(INITIAL), {}, {name: {} for name in WEIGHTS}
        for rank in range(1, MONTHS + 1):
            first = month_after(START, rank - 1)
            values = {name: value + D(self._dice.randint(-4, 9)) / 10 for name, value in values.items()}
            history[first] = values
            if rank > LAG:
                known = month_after(first, -LAG)
                for name in WEIGHTS:
                    published[name][known] = history[known][name]
            amendment = self._lines(CHAPTERS + rank, 10, 1) if rank in AMENDED else {}
            if amendment:
                self.account.amend(amendment, self.amount(amendment))
                self.total += self.amount(amendment)
            late = LATE.get(rank, 0)
            self.account.late(late)
            typed = self._typed(rank)
            expected = self.account.month(first, typed, published)
            # a month in three, as far as it is paid
            parts = tuple(half_up(max(expected["net"], D(0)) / share) if rank % 3 == 0 else D(0) for share in (150, 400))
            yield Month(rank, first, amendment, late, typed, published, expected, parts)

    def _lines(self, first: int, count: int, chapters: int) -> dict:
        dice = self._dice
        return {
            f"{first + rank * chapters // count}.{rank}": (
                str(first + rank * chapters // count),
                D(dice.randint(1, 90000)) / 100,
                D(dice.randint(100, 50000)) / 100,
                VAT,
            )
            for rank in range(count)
        }

    def _typed(self, rank: int) -> dict:
        """Some lines grow, a few fall or pass 100 %, all are done in the end."""
        dice, account = self._dice, self.account
        codes = list(account.lines)
        if rank == MONTHS:
            return dict.fromkeys(codes, D(100))
        begun = codes[: len(codes) * rank // (MONTHS - 3)][-120:]
        found = {code: account.done[code] + D(dice.randint(0, 5000)) / 100 for code in dice.sample(begun, len(begun) // 2)}
        found |= {code: account.done[code] - 1 for code in dice.sample(begun, min(2, len(begun))) if account.done[code] > 1}
        return {code: min(percent, D("103.5")) for code, percent in found.items()}


def weighed(weights: dict) -> dict:
    """The weights of indices with their initial values."""
    return {name: (weight, INITIAL[name]) for name, weight in weights.items()}


def month_after(start: date, count: int) -> date:
    months = start.year * 12 + start.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)
