"""A market of 800 lines over three years: each month is, to the cent, what an independent computation gives."""

from decimal import Decimal

from ...services.works import clauses, penalty, progress
from ...services.works.clauses import Clauses, Done, Invoiced
from ...services.works.money import ZERO
from ...services.works.progress import Item
from ...services.works.revision import Formula, Indices, Term, Worked
from ..support import months
from ..support.decompte import half_up

D = Decimal


def test_thirty_six_months_of_eight_hundred_lines():
    script = months.Script(800)
    formulas = {0: formula(months.FIXED, months.WEIGHTS)} | {int(lot): formula(*one) for lot, one in months.LOTS.items()}
    stated, last = dict.fromkeys(script.schedule, progress.NOTHING), 0
    worked, revised = {(1, key): [] for key in formulas}, dict.fromkeys(((1, key) for key in formulas), ZERO)
    before = {"advance": ZERO, "repaid": ZERO, "retention": ZERO, "penalty": ZERO}
    late, ever = [], set()
    for month in script.months():
        stated |= dict.fromkeys(month.amendment, progress.NOTHING)
        if month.late:
            late.append(penalty.daily(script.total, month.late))
        works, of = ZERO, dict.fromkeys(formulas, ZERO)
        for code, percent in month.typed.items():
            chapter, quantity, price, _rate = script.account.lines[code]
            now = progress.from_percent(Item(quantity, price), percent)
            works += now.amount - stated[code].amount
            of[int(chapter) if chapter in months.LOTS else 0] += now.amount - stated[code].amount
            stated[code] = now
        for key, amount in of.items():
            worked[1, key].append(Worked(month.first, amount))
        found = clauses.month(
            Clauses(
                script.total, script.initial, months.RETENTION, advance=script.advance, advance_end=months.ADVANCE_END,
                formulas=formulas, penalties_highest=penalty.HIGHEST, penalties_exempt=penalty.EXEMPT,
            ),
            Done({1: sum(one.amount for one in stated.values())}, {}, works, worked, {1: months.VAT}, 1, late),
            Invoiced(before["advance"], before["repaid"], before["retention"], revised, before["penalty"]),
            Indices({(name, day): value for name, days in month.published.items() for day, value in days.items()}),
        )  # fmt: skip
        revision = sum(found.revision.values())
        untaxed = works + revision + found.advance - found.repaid
        found = clauses.within(found, untaxed + half_up(untaxed * months.VAT / 100))
        got = {"works": works, "revision": revision, "advance": found.advance, "repaid": found.repaid,
               "retention": found.retention, "penalty": found.penalty}  # fmt: skip
        assert got == {name: month.expected[name] for name in got}, f"month {month.rank}"
        carried = {"retention": found.retention_carried, "penalty": found.penalty_carried}
        assert carried == month.expected["carried"], f"month {month.rank}"
        ever |= {name for name, amount in carried.items() if amount}
        before = {name: before[name] + got[name] for name in before}
        revised = {key: amount + found.revision[key] for key, amount in revised.items()}
        last = month.rank
    assert last == months.MONTHS
    assert sum(one.amount for one in stated.values()) == script.total
    assert before["repaid"] == before["advance"] == script.advance
    assert before["penalty"] == sum(late) > 0
    assert "penalty" in ever, "a month is paid less than is due"
    assert before["retention"] == half_up(script.total * D("1.2") * 5 / 100)


def formula(fixed, weights):
    return Formula(fixed, tuple(Term(name, weight, months.INITIAL[name]) for name, weight in weights.items()))
