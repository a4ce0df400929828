"""Qwen Code: the assistant's lines, with nothing counted that is part of something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.agents.qwen import AGENT, kind_of
from tests.agents.made_qwen import CHAT, line, usage, write
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1_000, 200, 50, 300, 1_200), (700, 300, 200, 50)),  # thoughts among the candidates
        ((1_000, 200, 50, 300, 1_250), (700, 300, 250, 50)),  # beside them
        ((1_000, 200, 50, 300, 0), (700, 300, 200, 50)),  # no total
        ((1_000, 20, 50, 300, 0), (700, 300, 70, 50)),  # cannot be among them
        ((100, 20, 0, 300, 120), (0, 100, 20, 0)),  # more cached than there is
    ],
)
def test_kinds_of_tokens_are_disjoint(
    tmp_path: Path, counts: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    write(tmp_path, line("a", usage(*counts)))
    (found,) = read_home(AGENT, tmp_path).values()
    tokens = found.tokens
    assert (tokens.input, tokens.cache_read, tokens.output, found.reasoning) == expected


def test_a_response_says_where_it_belongs(tmp_path: Path) -> None:
    write(tmp_path, line("a", usage(10, 2, 0, 0, 12)))
    (found,) = read_home(AGENT, tmp_path).values()
    assert (found.session, found.project, found.model) == ("s1", "-code-app", "qwen3-coder-plus")
    assert (found.time, found.is_sidechain, found.agent) == (moment("2026-05-01T10:00"), False, "")


def test_telemetry_and_other_lines_are_no_responses(tmp_path: Path) -> None:
    one = usage(10, 2, 0, 0, 12)
    write(
        tmp_path,
        line("a", one),
        line("b", one, type="system", subtype="ui_telemetry"),
        line("c", None),
        {"type": "user", "uuid": "d"},
    )
    assert len(read_home(AGENT, tmp_path)) == 1


def test_a_branched_session_adds_only_its_own(tmp_path: Path) -> None:
    one = usage(10, 2, 0, 0, 12)
    write(tmp_path, line("a", one))
    copied = line("a", one, sessionId="s0", forkedFrom={"sessionId": "s1", "messageUuid": "a"})
    own = line("b", one, sessionId="s0")
    write(tmp_path, copied, own, name="projects/-code-app/chats/s0.jsonl")
    sessions = [each.session for each in read_home(AGENT, tmp_path).values()]
    assert sorted(sessions) == ["s0", "s1"]


def test_a_sub_agents_model_stands_in_the_settings_beside(tmp_path: Path) -> None:
    own = line("a", usage(10, 2, 0, 0, 12), agentId="explore-7f3c", isSidechain=True)
    del own["model"]
    name = "projects/-code-app/subagents/s1/agent-explore-7f3c"
    write(tmp_path, own, name=f"{name}.jsonl")
    (without,) = read_home(AGENT, tmp_path).values()
    write(tmp_path, {"agentId": "explore-7f3c", "model": "qwen-max"}, name=f"{name}.meta.json")
    (found,) = read_home(AGENT, tmp_path).values()
    assert (without.model, found.model) == ("", "qwen-max")
    assert (found.session, found.agent, found.is_sidechain) == ("s1", "explore-7f3c", True)


def test_chats_lie_in_two_places() -> None:
    assert kind_of(CHAT) == "lines"
    assert kind_of("tmp/abc/chats/s1.jsonl") == "lines"
    assert kind_of("projects/-code-app/subagents/s1/agent-a.jsonl") == "lines"
    assert kind_of("projects/-code-app/subagents/s1/agent-a.jsonl.stream") is None
    assert kind_of("tmp/abc/logs.jsonl") is None


def test_reading_in_pieces_is_reading_at_once(tmp_path: Path) -> None:
    lines = [line(str(number), usage(number, 2, 0, 0, number + 2)) for number in range(1, 6)]
    write(tmp_path, *lines)
    write(tmp_path, *lines, name="tmp/abc/chats/s1.jsonl")
    at_once = read_home(AGENT, tmp_path)
    assert sum(each.tokens.total for each in at_once.values()) == 25
    assert read_home(AGENT, tmp_path, [1]) == read_home(AGENT, tmp_path, [2, 3]) == at_once


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    good = line("b", usage(10, 2, 0, 0, 12), sessionId=None, cwd=[], model=3)
    path = write(tmp_path, line("a", usage(1, 1, 0, 0, 2), timestamp="noon"), good)
    with path.open("ab") as file:
        file.write(b'{"type":"assistant","usageMetadata":{\n')
    told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    assert (found.tokens.total, found.session, found.project) == (12, "s1", "")
    assert [reason for _, reason in told.problems] == [
        "a response without a time and zone",
        "a broken record",
    ]
