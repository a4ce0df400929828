"""pi and its kin: every entry with usage once, in whichever session it was copied to."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.agents import pi
from engine.agents.catalog import LISTED
from engine.agents.pi import AGENT
from engine.agents.registry import places_of
from tests.agents.made_pi import MODEL, answer, head, usage, write
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment

SESSION = "sessions/--home-u-alpha--/2026-05-01T10-00-00-000Z_s1.jsonl"
FORK = "sessions/--home-u-alpha--/2026-05-01T11-00-00-000Z_s2.jsonl"


def test_a_response_says_all_that_is_known_of_it(tmp_path: Path) -> None:
    used = usage(100, 20, 30, 40, reasoning=7, cacheWrite1h=10, cost={"total": 0.25})
    write(tmp_path / SESSION, head("s1"), answer("a", 5, used))
    (found,) = read_home(AGENT, tmp_path).values()
    tokens = found.tokens
    assert (tokens.input, tokens.output, tokens.cache_read) == (100, 20, 30)
    assert (tokens.cache_write_5m, tokens.cache_write_1h) == (30, 10)
    assert (found.reasoning, found.recorded) == (7, 250_000_000_000)
    assert (found.session, found.project) == ("s1", "-home-u-alpha")
    assert (found.model, found.provider) == (MODEL, "anthropic")
    assert found.time == moment("2026-05-01T10:05")


def test_a_cost_of_nothing_is_no_cost(tmp_path: Path) -> None:
    write(tmp_path / SESSION, head("s1"), answer("a", 5, usage(1, 1, cost={"total": 0})))
    (found,) = read_home(AGENT, tmp_path).values()
    assert found.recorded is None


def test_branches_and_forks_count_once_and_where_they_began(tmp_path: Path) -> None:
    one, two, branch = (
        answer(id_, at, usage(10, at)) for id_, at in (("a", 1), ("b", 2), ("c", 3))
    )
    write(tmp_path / SESSION, head("s1"), one, two, branch)
    late = head("s0", "2026-05-01T10:30:00.000Z", parentSession="s1")
    write(tmp_path / FORK, late, one, two, answer("a", 40, usage(10, 4)))
    found = sorted(read_home(AGENT, tmp_path).values(), key=lambda each: each.time)
    assert [(each.session, each.tokens.output) for each in found] == [
        ("s1", 1),
        ("s1", 2),
        ("s1", 3),
        ("s0", 4),
    ]


def test_the_model_may_stand_before(tmp_path: Path) -> None:
    change = {"type": "model_change", "id": "m", "provider": "openai", "modelId": "gpt-5.2"}
    bare = {"model": None, "provider": None}
    write(
        tmp_path / SESSION,
        {"type": "title", "title": "x"},
        head("s1"),
        change,
        answer("a", 1, usage(1, 1), **bare),
    )
    at_once = read_home(AGENT, tmp_path)
    (found,) = at_once.values()
    assert (found.model, found.provider) == ("gpt-5.2", "openai")
    assert read_home(AGENT, tmp_path, [1]) == read_home(AGENT, tmp_path, [3, 1]) == at_once


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path / SESSION,
        answer(None, 1, usage(5, 5), model=3, provider=[]),
        answer(None, 2, usage(5, 5)),
        {**answer("c", 3, usage(1, 1)), "timestamp": "noon"},
        answer("d", 4, {"input": -1, "output": None}),
        answer("e", 4, usage(1, 1), role="user"),
    )
    with path.open("ab") as file:
        file.write(b'{"type":"message","message":{"usage":\n')
    told = tell_home(AGENT, tmp_path)
    found = merged(told.sightings).values()
    assert [each.tokens.total for each in found] == [10, 10]
    assert {each.session for each in found} == {"s1"}
    assert [reason for _, reason in told.problems] == [
        "a response without a time",
        "a broken record",
    ]


@pytest.mark.parametrize(
    ("name", "place", "agent"),
    [
        ("pi", ".pi/agent", pi.AGENT),
        ("oh-my-pi", ".omp/agent", pi.OH_MY_PI),
        ("senpi", ".senpi/agent", pi.SENPI),
        ("kimchi", ".config/kimchi/harness", pi.KIMCHI),
        ("gajae", ".gjc/agent", pi.GAJAE),
        ("prime", ".prime/agent", pi.PRIME),
    ],
)
def test_its_kin_differ_in_their_places(
    tmp_path: Path, name: str, place: str, agent: pi.Pi
) -> None:
    (listed,) = (each for each in LISTED if each.name == name)
    assert str(tmp_path / place) in places_of(listed, {}, tmp_path)
    write(tmp_path / place / SESSION, head("s1"), answer("a", 1, usage(3, 4)))
    assert [each.tokens.total for each in read_home(agent, tmp_path / place).values()] == [7]
    assert (listed.title, agent.name) == (agent.title, name)
