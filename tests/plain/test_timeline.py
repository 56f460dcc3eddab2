"""The time line is the same whatever the order, the repetitions and the gaps of what Chorus Pro tells."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ...services.follow.timeline import SAME_STEP, Step, expected_day, leaves_open, merged

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
MOMENTS = st.one_of(st.none(), st.integers(0, 5000).map(lambda minutes: START + timedelta(minutes=minutes)))
STEPS = st.builds(
    Step,
    st.sampled_from(["DEPOSEE", "MISE_A_DISPOSITION", "SUSPENDUE", "COMPLETEE", "MISE_EN_PAIEMENT"]),
    MOMENTS,
    st.sampled_from(["", "Bon de commande absent", "Voir le service"]),
    st.sampled_from(["", "Camille Trésor"]),
    st.booleans(),
)


@st.composite
def told(draw):
    """Steps, and the answers in which they arrive: each step in one of them at least, in any order, any number of times."""
    steps = draw(st.lists(STEPS, max_size=12))
    answers = draw(st.lists(st.lists(st.sampled_from(steps), max_size=8), max_size=6)) if steps else []
    missing = [step for step in steps if not any(step in answer for answer in answers)]
    for step in draw(st.permutations(missing)):
        answers.insert(draw(st.integers(0, len(answers))), [step])
    return steps, answers


@settings(max_examples=1000)
@given(told())
def test_same_time_line_however_it_is_told(told):
    steps, answers = told
    line = ()
    for answer in answers:
        line = merged((*line, *answer))
    assert line == merged(steps)


@given(st.lists(STEPS, max_size=12))
def test_each_step_once_and_none_of_the_history_lost(steps):
    line = merged(steps)
    keys = [(step.status, step.at) for step in line]
    assert len(keys) == len(set(keys))
    assert {(step.status, step.at) for step in steps if step.history} <= set(keys)
    dated = [step.at for step in line if step.at]
    assert dated == sorted(dated)


def test_the_history_takes_the_place_of_what_a_search_saw():
    seen = Step("SUSPENDUE", START, "Motif", history=False)
    told = Step("SUSPENDUE", START + SAME_STEP, "Motif complet", "Camille Trésor")
    assert merged([seen, told]) == (told,)
    later = told._replace(at=START + SAME_STEP + timedelta(seconds=1))
    assert merged([seen, later]) == (seen, later)


def test_a_search_before_or_after_the_history_changes_nothing():
    seen = Step("DEPOSEE", None, "Motif", history=False)
    told, dated = Step("DEPOSEE", None), Step("DEPOSEE", START)
    assert merged([*merged([seen, dated]), told]) == merged([*merged([seen, told]), dated]) == (told, dated)


def test_fuller_words_are_kept():
    bare, full = Step("REJETEE", START), Step("REJETEE", START, "EJ_ERR", "Camille Trésor")
    assert merged([bare, full]) == merged([full, bare]) == (full,)


def seen(*statuses, hours=24):
    """Steps that searches saw, one a day."""
    return [Step(status, START + timedelta(hours=hours * rank), history=False) for rank, status in enumerate(statuses)]


def test_what_the_searches_saw_is_enough_where_no_deadline_hangs_on_more():
    usual = seen("DEPOSEE", "MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT")
    assert not any(leaves_open(usual[:count]) for count in range(len(usual) + 1))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (seen("DEPOSEE", "MANDATEE"), "when was it received?"),
        (seen("MISE_EN_PAIEMENT"), "when was it received?"),
        ([*seen("DEPOSEE"), Step("MISE_A_DISPOSITION", None, history=False), *seen("MANDATEE")], "its reception has no date"),
        ([Step("MISE_A_DISPOSITION", None, history=False)], "it has no date"),
        (seen("MISE_A_DISPOSITION", "SUSPENDUE", "MANDATEE"), "when did the suspension end?"),
        (seen("MISE_A_DISPOSITION", "A_RECYCLER", "DEPOSEE"), "what became of the re-routing?"),
        (seen("MISE_A_DISPOSITION", "COMPLETEE"), "when was it suspended?"),
        (seen("MISE_A_DISPOSITION", "MISE_A_DISPOSITION"), "what came between?"),
    ],
)
def test_the_history_is_worth_a_call(line, why):
    assert leaves_open(line), why


def test_a_suspension_within_the_hour_moves_the_day():
    """Completed before any search saw it suspended, an invoice is due thirty days later at least: the history is read."""
    received, completed = seen("MISE_A_DISPOSITION", "COMPLETEE", hours=480)
    suspended = Step("SUSPENDUE", completed.at - timedelta(minutes=40))
    assert expected_day([received, suspended, completed], 30) == date(2026, 2, 20)
    assert expected_day([received, completed], 30) == date(2026, 1, 31)
    assert leaves_open([received, completed])


def test_what_the_history_told_is_not_asked_for_again():
    assert not leaves_open([step._replace(history=True) for step in seen("MISE_A_DISPOSITION", "SUSPENDUE", "MANDATEE")])
