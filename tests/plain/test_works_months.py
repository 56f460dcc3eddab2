"""A market of 800 lines over three years: each month is, to the cent, what an independent computation gives."""

import random
from datetime import date
from decimal import Decimal

from ...services.works import clauses, progress
from ...services.works.clauses import Clauses, Done, Invoiced
from ...services.works.money import ZERO
from ...services.works.progress import Item
from ...services.works.revision import Formula, Indices, Term, Worked
from ..support.decompte import Account

D = Decimal
CHAPTERS, LINES, MONTHS, LAG = 14, 800, 36, 3
INITIAL = {"BT01": D("103.2"), "TP01": D("128.0")}
WEIGHTS = {"BT01": D("0.45"), "TP01": D("0.40")}
CENT = D("0.01")


def month_after(start, count):
    months = start.year * 12 + start.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def lines(dice, first, count, chapters):
    return {
        f"{first + rank * chapters // count}.{rank}": (
            str(first + rank * chapters // count),
            D(dice.randint(1, 90000)) / 100,
            D(dice.randint(100, 50000)) / 100,
            D(20),
        )
        for rank in range(count)
    }


def amount(schedule):
    return sum((Item(quantity, price).amount for _chapter, quantity, price, _rate in schedule.values()), ZERO)


def percents(dice, account, rank):
    """What a month states: some lines grow, a few fall or pass 100 %, all are done in the end."""
    codes = list(account.lines)
    if rank == MONTHS:
        return dict.fromkeys(codes, D(100))
    begun = codes[: len(codes) * rank // (MONTHS - 3)][-120:]
    found = {code: account.done[code] + D(dice.randint(0, 5000)) / 100 for code in dice.sample(begun, len(begun) // 2)}
    found |= {code: account.done[code] - 1 for code in dice.sample(begun, 2) if account.done[code] > 1}
    return {code: min(percent, D("103.5")) for code, percent in found.items()}


def test_thirty_six_months_of_eight_hundred_lines():
    dice, start = random.Random(36), date(2026, 1, 1)
    schedule = lines(dice, 1, LINES, CHAPTERS)
    initial = amount(schedule)
    paid = (initial * 12 / 38 * 30 / 100).quantize(CENT)
    account = Account(
        schedule, fixed=D("0.15"), weights={name: (WEIGHTS[name], INITIAL[name]) for name in WEIGHTS}, advance=paid,
        start=D(65), end=D(80), retention=D(5), amount=initial, rate=D(20),
    )  # fmt: skip
    formula = Formula(D("0.15"), tuple(Term(name, WEIGHTS[name], INITIAL[name]) for name in WEIGHTS))
    known = {name: {} for name in WEIGHTS}
    values, history, stated, worked = dict(INITIAL), {}, dict.fromkeys(schedule, progress.NOTHING), []
    total = initial
    before = {"advance": ZERO, "repaid": ZERO, "retention": ZERO, "revision": ZERO}
    for rank in range(1, MONTHS + 1):
        month = month_after(start, rank - 1)
        values = {name: value + D(dice.randint(-4, 9)) / 10 for name, value in values.items()}
        history[month] = values
        if rank > LAG:
            published = month_after(month, -LAG)
            for name in WEIGHTS:
                known[name][published] = history[published][name]
        if rank in (9, 20):
            amendment = lines(dice, CHAPTERS + rank, 10, 1)
            account.amend(amendment, amount(amendment))
            total += amount(amendment)
            stated |= dict.fromkeys(amendment, progress.NOTHING)
        typed = percents(dice, account, rank)
        expected = account.month(month, typed, known)
        works = ZERO
        for code, percent in typed.items():
            _chapter, quantity, price, _rate = account.lines[code]
            now = progress.from_percent(Item(quantity, price), percent)
            works += now.amount - stated[code].amount
            stated[code] = now
        worked.append(Worked(month, works))
        found = clauses.month(
            Clauses(total, initial, D(5), advance=paid, advance_end=D(80), formula=formula),
            Done({1: sum(one.amount for one in stated.values())}, {}, works, {1: worked}, {1: D(20)}, 1),
            Invoiced(before["advance"], before["repaid"], before["retention"], {1: before["revision"]}),
            Indices({(name, day): value for name, days in known.items() for day, value in days.items()}),
        )
        got = {"works": works, "revision": found.revision[1], "advance": found.advance, "repaid": found.repaid,
               "retention": found.retention}  # fmt: skip
        assert got == {name: expected[name] for name in got}, f"month {rank}"
        before = {name: before[name] + got[name] for name in before}
    assert sum(one.amount for one in stated.values()) == total
    assert before["repaid"] == before["advance"] == paid
    assert before["retention"] == (total * D("1.2") * 5 / 100).quantize(CENT, "ROUND_HALF_UP")
