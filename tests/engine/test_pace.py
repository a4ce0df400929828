"""What comes again and again is due at first, then once an interval, whatever the clock does."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from engine.domain.pace import Every


def test_it_is_due_at_first_and_once_an_interval() -> None:
    look = Every(10)
    assert [now for now in range(100, 135) if look.is_due(now)] == [100, 110, 120, 130]


def test_a_clock_that_went_back_holds_nothing_up() -> None:
    look = Every(10)
    assert [look.is_due(now) for now in (100, 50, 59, 60)] == [True, True, False, True]


@given(some.lists(some.integers(0, 50)), some.integers(1, 20))
def test_while_the_clock_goes_on_no_two_are_nearer_than_the_interval(
    steps: list[int], interval: int
) -> None:
    look, now, due = Every(interval), 0, list[int]()
    for step in steps:
        now += step
        if look.is_due(now):
            due.append(now)
        assert now - due[-1] < interval, "it was due and is not told"
    assert all(later - earlier >= interval for earlier, later in pairwise(due))
