"""Amounts rounded one by one that must add up to another one. Needs neither Odoo nor a database."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ...services.document.taxation import Rounded, adding_up, settle
from ..support.strategies import ALWAYS_THE_SAME

CENT = Decimal("0.01")


def rounded(*exact):
    return [Rounded(Decimal(amount), Decimal(amount).quantize(CENT, ROUND_HALF_UP)) for amount in exact]


def test_what_was_rounded_worst_gives_way():
    assert adding_up(rounded("0.333", "0.338", "0.329"), Decimal("1.01"), CENT) == [
        Decimal("0.34"), Decimal("0.34"), Decimal("0.33"),
    ]  # fmt: skip
    assert adding_up(rounded("4.995", "4.995"), Decimal("9.99"), CENT) == [Decimal("4.99"), Decimal("5.00")]
    assert adding_up(rounded("0", "2.004"), Decimal("2.01"), CENT) == [0, Decimal("2.01")]
    assert adding_up([], Decimal(0), CENT) == []


def test_a_rate_reaches_its_base_by_itself():
    """2 × (0.5 × 9.99) at one rate, 100 × 9.99 at another: the cent is the first one's, though the other is larger."""
    halves, hundred = settle(
        [(rounded("4.995", "4.995"), Decimal("9.99")), (rounded("999"), Decimal("999.00"))], Decimal("1008.99"), CENT
    )
    assert (sum(halves), hundred) == (Decimal("9.99"), [Decimal("999.00")])


def test_bases_that_do_not_add_up_give_way():
    """10.004 and 20.003 are printed as 10.00 and 20.00, and as 30.01 together: the first was rounded worse."""
    first, second = settle([(rounded("10.004"), Decimal("10.00")), (rounded("20.003"), Decimal("20.00"))], Decimal("30.01"), CENT)
    assert (first, second) == ([Decimal("10.01")], [Decimal("20.00")])


cents = st.decimals(-10_000, 10_000, places=4)


@settings(ALWAYS_THE_SAME, max_examples=300)
@given(st.lists(st.lists(cents, min_size=1, max_size=8), min_size=1, max_size=4), st.integers(-2, 2))
def test_all_adds_up_and_nothing_moves_far(groups, contradiction):
    """Each group adds up to its base where the bases allow it, all to the total; no amount is further off than a unit."""
    parts = [rounded(*group) for group in groups]
    bases = [sum((part.exact for part in group), Decimal(0)).quantize(CENT, ROUND_HALF_UP) for group in parts]
    total = sum(bases) + contradiction * CENT
    found = settle(list(zip(parts, bases, strict=True)), total, CENT)
    assert sum(map(sum, found)) == total
    assert sum(abs(sum(group) - base) for group, base in zip(found, bases, strict=True)) == abs(contradiction) * CENT
    for group, amounts in zip(parts, found, strict=True):
        share = CENT * (1 + Decimal(abs(contradiction)) / len(group))
        for part, amount in zip(group, amounts, strict=True):
            assert abs(part.exact - amount) <= share + CENT / 2
