from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.agents.junie import AGENT
from tests.agents.made_more import DAY, junie_use, write_lines
from tests.agents.reading import read_home, tell_home

PATH = "sessions/session-260501-100000-abc/events.jsonl"
OPENING = (
    {"kind": "UserPromptEvent", "prompt": "LlmResponseMetadataEvent", "timestampMs": DAY},
    {
        "kind": "SessionA2uxEvent",
        "event": {
            "agentEvent": {
                "kind": "CurrentDirectoryUpdatedEvent",
                "currentDirectory": "/home/u/alpha",
            }
        },
        "timestampMs": DAY,
    },
)


@pytest.mark.parametrize("pieces", [None, (1,), (2, 1)])
def test_every_model_of_every_response_is_told_with_disjoint_counts(
    tmp_path: Path, pieces: tuple[int, ...] | None
) -> None:
    first = junie_use("claude-fable-5", (3, 186, 18_688, 424), 0.017589, DAY + 1)
    both = junie_use("claude-fable-5", (2, 266, 100, 0), 0.09, DAY + 2)
    helper = junie_use("gpt-4.1-mini", (186, 12, 0, 0), 9.36e-5, DAY + 2)
    event = both["event"]["agentEvent"]
    event["modelUsage"] += helper["event"]["agentEvent"]["modelUsage"]
    write_lines(tmp_path / PATH, *OPENING, first, both, first)
    told = read_home(AGENT, tmp_path, pieces)
    assert len(told) == 3
    responses = {(each.time, each.model): each for each in told.values()}
    tokens = responses[DAY + 1, "claude-fable-5"].tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write) == (
        3,
        186,
        18_688,
        424,
    )
    assert responses[DAY + 2, "gpt-4.1-mini"].recorded == 93_600_000
    assert {each.project for each in told.values()} == {"-home-u-alpha"}


def test_a_model_without_a_price_has_no_recorded_cost_and_a_broken_event_is_told(
    tmp_path: Path,
) -> None:
    path = write_lines(tmp_path / PATH, junie_use("local", (10, 2, 0, 0), 0, DAY))
    with path.open("a") as file:
        file.write('{"kind": "LlmResponseMetadataEvent", "event": {\n')
        file.write(json.dumps(junie_use("local", (5, 1, 0, 0), 0, DAY + 1)) + "\n")
    told = tell_home(AGENT, tmp_path)
    assert [each.tokens.total for _, each in told.sightings] == [12, 6]
    assert {each.recorded for _, each in told.sightings} == {None}
    assert len(told.problems) == 1


def test_only_a_sessions_own_events_are_read(tmp_path: Path) -> None:
    write_lines(tmp_path / "sessions/x/deep/events.jsonl", junie_use("m", (1, 1, 0, 0), 0, DAY))
    assert not read_home(AGENT, tmp_path)
