"""The burn rate is that of a recent window: it falls to zero, never explodes, counts idle time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.aggregates.rates import BUSY, Recents
from engine.domain.settings import Settings
from engine.ledger.rows import Recent
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, PICO_PER_INPUT, SECOND, Clock, answer, moment, write

MakeSettings = Callable[..., Settings]


def _recent(time: int, tokens: int = 1_000, *, session: int = 1, agent: int = 0) -> Recent:
    return Recent(
        time=time,
        session=session,
        model=1,
        agent=agent,
        tokens=tokens,
        plain_tokens=tokens // 10,
        cost=tokens * 7,
        is_counted=1,
    )


def _nothing(time: int) -> Recent:
    return Recent(time, 1, 1, 0, 0, 0, 0, 0)


def _recents(*given: Recent, begun: int = NOW - 3 * HOUR) -> Recents:
    """Return responses with the ids 1, 2 …, after one without tokens when work had begun."""
    recents = Recents()
    recents.update({0: _recent(begun, 0), **dict(enumerate(given, 1))})
    return recents


def test_steady_work_gives_its_rate_in_tokens_and_money() -> None:
    recents = _recents(*(_recent(NOW - number * MINUTE) for number in range(20)))
    rate = recents.burn_rate(NOW)
    assert rate.window == 10 * MINUTE
    assert rate.tokens_per_minute == 1_000
    assert rate.plain_tokens_per_minute == 100
    assert rate.cost_per_hour == 1_000 * 7 * 60


def test_the_rate_falls_to_zero_when_work_stops() -> None:
    recents = _recents(*(_recent(NOW - number * MINUTE) for number in range(20)))
    rates = [recents.burn_rate(NOW + minute * MINUTE).tokens_per_minute for minute in range(11)]
    assert rates == [1_000 - 100 * minute for minute in range(11)]
    after = recents.burn_rate(NOW + 10 * MINUTE)
    assert (after.tokens_per_minute, after.cost_per_hour, after.word) == (0, 0, "idle")


def test_a_response_leaves_the_window_when_it_is_as_old_as_the_window_is_long() -> None:
    recents = _recents(_recent(NOW - 10 * MINUTE))
    assert recents.burn_rate(NOW).tokens_per_minute == 0
    assert recents.burn_rate(NOW - 1).tokens_per_minute == 100
    assert recents.burn_rate(NOW, 30 * MINUTE).tokens_per_minute == 1_000 / 30


def test_two_quick_responses_do_not_explode() -> None:
    first = NOW - SECOND
    recents = _recents(_recent(first), _recent(NOW), begun=first)
    assert recents.burn_rate(first).tokens_per_minute == 2_000
    assert recents.burn_rate(NOW).tokens_per_minute == 2_000
    assert recents.burn_rate(NOW + 59 * SECOND).tokens_per_minute == 2_000
    assert recents.burn_rate(first + 2 * MINUTE).tokens_per_minute == 1_000


def test_idle_time_counts_as_idle_from_the_first_response_known() -> None:
    first = NOW - 4 * MINUTE
    quick = (_recent(first), _recent(first + 2 * SECOND))
    assert _recents(*quick, begun=first).burn_rate(NOW).tokens_per_minute == 2_000 / 4
    assert _recents(*quick).burn_rate(NOW).tokens_per_minute == 2_000 / 10
    assert Recents().burn_rate(NOW).tokens_per_minute == 0


def test_a_response_of_the_coming_minute_counts_and_a_later_one_waits() -> None:
    recents = _recents(_recent(NOW + MINUTE), _recent(NOW + MINUTE + 1, 5))
    assert recents.burn_rate(NOW).tokens_per_minute == 100
    assert recents.burn_rate(NOW + 1).tokens_per_minute == 100.5


def test_a_replaced_response_replaces_in_rate_and_trace() -> None:
    recents = _recents(_recent(NOW - MINUTE, 1_000), _recent(NOW - 2 * MINUTE, 50))
    recents.update({1: _recent(NOW - MINUTE, 4_000)})
    assert recents.burn_rate(NOW).tokens_per_minute == 405
    assert sum(recents.trace(NOW - HOUR, NOW - HOUR, NOW).tokens) == 4_050
    recents.update({1: _recent(NOW - 30 * MINUTE, 4_000)})
    assert recents.burn_rate(NOW).tokens_per_minute == 5
    trace = recents.trace(NOW - HOUR, NOW - HOUR, NOW)
    assert {place: tokens for place, tokens in enumerate(trace.tokens) if tokens} == {
        15: 4_000,
        29: 50,
    }
    recents.update({1: _nothing(NOW - 30 * MINUTE)})
    assert sum(recents.trace(NOW - HOUR, NOW - HOUR, NOW).tokens) == 50


def test_a_sub_agent_whose_session_waits_for_it_is_at_work() -> None:
    main = _recent(NOW - 9 * MINUTE)
    agent = _recent(NOW - 8 * MINUTE, agent=7)
    assert _recents(main, agent).running_agents(NOW) == {agent.session: 1}, "its tool runs long"
    later = _recent(NOW - 7 * MINUTE)
    assert _recents(main, agent, later).running_agents(NOW) == {}, "its session went on"
    assert _recents(main, agent).running_agents(NOW + 3 * MINUTE) == {}, "nobody waits so long"
    just = _recent(NOW - MINUTE, agent=8)
    assert _recents(agent, just, _recent(NOW)).running_agents(NOW) == {agent.session: 1}


def test_what_was_cleared_leaves_nothing_behind() -> None:
    recents = _recents(_recent(NOW, agent=7))
    recents.clear()
    assert recents.burn_rate(NOW).tokens_per_minute == 0
    assert recents.running_agents(NOW) == {}
    assert sum(recents.trace(NOW, NOW, NOW).tokens) == 0
    assert recents.session_rates(NOW) == {}


@pytest.mark.parametrize(
    ("plain_per_minute", "word"),
    [
        (1, "calm"),
        (499, "calm"),
        (500, "steady"),
        (1_999, "steady"),
        (2_000, "busy"),
        (4_999, "busy"),
        (5_000, "intense"),
    ],
)
def test_the_word_follows_the_plain_tokens_a_minute(plain_per_minute: int, word: str) -> None:
    recents = _recents(_recent(NOW, plain_per_minute * 100))
    assert recents.burn_rate(NOW).word == word


def test_a_trace_grows_by_a_step_every_two_minutes_up_to_the_block_s_end() -> None:
    recents, start = _recents(), NOW - HOUR
    lengths = {
        at: len(recents.trace(start, start, start + at).tokens)
        for at in (0, 2 * MINUTE - 1, 2 * MINUTE, HOUR, 5 * HOUR - 1, 9 * HOUR)
    }
    assert lengths == {
        0: 1,
        2 * MINUTE - 1: 1,
        2 * MINUTE: 2,
        HOUR: 31,
        5 * HOUR - 1: 150,
        9 * HOUR: 150,
    }
    assert recents.trace(start, start, start).steps == 150


def test_a_response_at_the_block_s_very_start_may_belong_to_the_block_before() -> None:
    recents = _recents(_recent(NOW, 700), _recent(NOW + 1, 40), begun=NOW + MINUTE)
    assert recents.trace(NOW, NOW, NOW + MINUTE).tokens == (740,)
    trace = recents.trace(NOW, NOW + 1, NOW + MINUTE)
    assert (trace.tokens, trace.running_tokens) == ((40,), (40,))
    assert (trace.cost, trace.running_cost) == ((280,), (280,))


@examples(max_examples=100, derandomize=True, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(1, 8), st.integers(0, HOUR), st.integers(0, 5_000)), max_size=40
    )
)
def test_a_trace_sums_to_what_remains_after_any_replacements(
    changes: list[tuple[int, int, int]],
) -> None:
    recents, left = Recents(), {}
    for id_, after, tokens in changes:
        left[id_] = _recent(NOW - HOUR + after, tokens)
        recents.update({id_: left[id_]})
    trace = recents.trace(NOW - HOUR, NOW - HOUR, NOW)
    tokens = sum(recent.tokens for recent in left.values())
    assert sum(trace.tokens) == trace.running_tokens[-1] == tokens
    assert sum(trace.cost) == trace.running_cost[-1] == tokens * 7
    assert len(trace.tokens) == 31
    for place, running in enumerate(trace.running_tokens):
        until = trace.start + (place + 1) * trace.step
        assert running == sum(each.tokens for each in left.values() if each.time < until)


def test_each_session_has_a_rate_of_its_own_over_five_minutes() -> None:
    recents = _recents(
        _recent(NOW - MINUTE, session=1),
        _recent(NOW - 4 * MINUTE, session=1),
        _recent(NOW - 2 * MINUTE, 500, session=2),
        _recent(NOW - 5 * MINUTE, session=3),
    )
    assert recents.session_rates(NOW) == {1: (400, 14_000 * 12), 2: (100, 3_500 * 12)}


def test_sub_agents_at_work_are_counted_once_each() -> None:
    recents = _recents(
        _recent(NOW, agent=5), _recent(NOW - MINUTE, agent=5), _recent(NOW, agent=6), _recent(NOW)
    )
    assert recents.running_agents(NOW) == {1: 2}
    assert recents.running_agents(NOW + BUSY - 1) == {1: 2}
    assert recents.running_agents(NOW + BUSY) == {}
    recents.update({3: _recent(NOW)})
    assert recents.running_agents(NOW) == {1: 1}


def test_a_monitor_s_trace_sums_to_its_block_while_a_response_grows(
    tmp_path: Path, settings: MakeSettings
) -> None:
    clock = Clock(moment("2026-11-22T10:00"))
    write(
        tmp_path,
        answer("old", moment("2026-11-21T23:30"), 7),
        answer("a", moment("2026-11-22T08:10"), 300),
        answer("b", moment("2026-11-22T09:00"), 40),
        answer("c", moment("2026-11-22T09:58"), 500),
    )
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        monitor.read()
        for tokens in (500, 2_000):
            write(tmp_path, answer("c", moment("2026-11-22T09:59"), tokens))
            monitor.read()
            snapshot = monitor.snapshot()
            assert snapshot.block is not None
            assert snapshot.trace is not None
            assert sum(snapshot.trace.tokens) == 340 + tokens
            assert snapshot.block.figures.tokens.total == 340 + tokens
            assert sum(snapshot.trace.cost) == (340 + tokens) * PICO_PER_INPUT
            assert snapshot.block.figures.cost == sum(snapshot.trace.cost)
            assert snapshot.burn_rate.tokens_per_minute == tokens / 10
            assert snapshot.burn_rate.cost_per_hour == tokens * PICO_PER_INPUT * 6
        clock.now += 10 * MINUTE
        assert monitor.snapshot().burn_rate.word == "idle"


_CHANGES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(-5, 5), st.integers(0, 9), st.booleans()), max_size=12
)


@given(_CHANGES, st.integers(-6, 6))
def test_what_was_used_is_all_that_is_counted_from_a_time_on(
    changes: list[tuple[int, int, int, bool]], start: int
) -> None:
    """Responses come in any order, are replaced by others of their id, and go."""
    recents, known = Recents(), dict[int, Recent]()
    for id_, minutes, tokens, is_counted in changes:
        made = replace(_recent(NOW + minutes * MINUTE, tokens), is_counted=int(is_counted))
        recents.update({id_: made})
        known[id_] = made
    since = NOW + start * MINUTE
    right = [
        (each.time, each.tokens, each.cost)
        for id_, each in sorted(known.items(), key=lambda item: (item[1].time, item[0]))
        if each.is_counted and since <= each.time <= NOW + MINUTE
    ]
    assert recents.uses(since, NOW) == right
