"""Random markets, month after month: what is stated, kept and repaid always adds up to what is due, and ends settled."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ...services.works import advance, penalty, progress, retention
from ...services.works.money import ZERO, part, taken
from ...services.works.progress import Basis, Item
from ...services.works.retention import Base, Stated
from ...services.works.statement import Amounts, Statement

D = Decimal


def decimals(low, high, places):
    return st.integers(low * 10**places, high * 10**places).map(lambda value: D(value).scaleb(-places))


ITEMS = st.builds(Item, decimals(-50, 5000, 3), decimals(0, 3000, 2), st.sampled_from(["m²", "Ft", "U"]), decimals(0, 30, 1))
BASES = st.sampled_from([Basis.PERCENT, Basis.QUANTITY, Basis.AMOUNT])
SCHEDULES = st.lists(ITEMS, min_size=1, max_size=8)


@st.composite
def lives(draw):
    """A schedule and, month by month, what is stated of each line; the last month states all of it."""
    items = draw(SCHEDULES)
    month = st.lists(st.tuples(BASES, decimals(-10, 130, 2)), min_size=len(items), max_size=len(items))
    months = draw(st.lists(month, min_size=1, max_size=8))
    return items, [*months, [(Basis.PERCENT, D(100))] * len(items)]


@given(lives())
@settings(max_examples=150, deadline=None)
def test_months_add_up_to_what_is_cumulated(life):
    items, months = life
    before = [progress.NOTHING] * len(items)
    billed = [ZERO] * len(items)
    for month in months:
        now = [progress.stated(item, basis, value) for item, (basis, value) in zip(items, month, strict=True)]
        differences = [one.amount - other.amount for one, other in zip(now, before, strict=True)]
        billed = [total + difference for total, difference in zip(billed, differences, strict=True)]
        assert billed == [one.amount for one in now]
        totals = Statement(Amounts(sum(one.amount for one in now)), Amounts(sum(one.amount for one in before)), D(1))
        assert totals.month.works == sum(differences)
        before = now
    assert billed == [item.amount for item in items]


@given(ITEMS, BASES, decimals(-10, 130, 2))
@settings(deadline=None)
def test_what_a_line_tells_in_one_way_is_what_it_tells_in_another(item, basis, value):
    """To the precision of a percentage and of a quantity."""
    one = progress.stated(item, basis, value)
    again = progress.from_percent(item, one.percent)
    assert abs(again.amount - one.amount) <= D("0.02") + abs(item.raw) * D("1e-8") or not item.raw


@given(
    st.lists(decimals(-5, 110, 2), min_size=1, max_size=20), decimals(1, 100000, 2), decimals(0, 90, 0), decimals(1, 100, 0),
    st.sampled_from(list(Base)), decimals(0, 10, 1), decimals(0, 1000000, 2),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_retention_and_advance_end_exactly_settled(reached, paid, start, end, base, rate, market):
    repaid = kept = works = ZERO
    for percent in [*reached, D(100)]:
        now = part(market, percent)
        repaid += taken(advance.repaid(paid, percent, start, end), repaid, now - works + paid)
        stated = Stated(now, part(now, D(120)), ZERO, part(repaid, D(120)))
        due = retention.kept(base, rate, stated, part(part(market, D(120)), rate))
        kept += due - kept
        assert ZERO <= kept <= max(part(part(market, D(120)), rate), ZERO)
        assert ZERO <= repaid <= paid
        works = now
    # as much was due each month as the whole advance, so that nothing had to be carried over
    assert repaid == paid
    if base is Base.WORKS:
        assert kept == part(part(market, D(120)), rate)
    assert retention.kept(base, ZERO, Stated(works, works)) == 0, "released: all of it is given back"


@given(
    st.lists(st.tuples(decimals(0, 5000, 2), decimals(-2000, 8000, 2)), min_size=1, max_size=24), decimals(0, 200000, 2),
    decimals(0, 20, 1), decimals(0, 1500, 0),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_penalties_are_taken_once_and_never_more_than_is_due(months, market, highest, exempt):
    incurred, already = [], ZERO
    for amount, payable in months:
        incurred.append(amount)
        due = penalty.due(incurred, market, highest, exempt)
        now = taken(due, already, payable)
        assert ZERO <= now <= max(payable, ZERO)
        already += now
        assert already <= due
        assert not highest or not market or due <= part(market, highest)
        assert due == 0 or sum(incurred) > exempt
    assert already + taken(due, already, due) == due, "what could not be taken off is carried over"
    assert already + taken(ZERO, already, ZERO) == 0, "remitted: all of it is given back"
