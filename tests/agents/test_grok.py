"""Grok Build: what a completed turn took, by model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.agents.grok import AGENT, kind_of
from tests.agents.made_pi import write
from tests.agents.reading import merged, read_home, tell_home

START = 1_777_629_600
UPDATES = "sessions/%2Fhome%2Fu%2Falpha/s1/updates.jsonl"
NAMES = (
    "inputTokens",
    "cachedReadTokens",
    "cacheCreationTokens",
    "outputTokens",
    "reasoningTokens",
)


def used(*counts: int, **more: Any) -> dict[str, Any]:
    return {**dict(zip(NAMES, counts, strict=False)), **more}


def turn(event: str | None, at: int, **update: Any) -> dict[str, Any]:
    return {
        "timestamp": START + at,
        "method": "_x.ai/session/update",
        "params": {
            "sessionId": "s1",
            "update": {"sessionUpdate": "turn_completed", "prompt_id": "p", **update},
            "_meta": {"eventId": event},
        },
    }


def test_a_turn_is_told_by_model_with_the_cache_apart(tmp_path: Path) -> None:
    one = used(100, 60, 10, 20, 5, costUsdTicks=2_500_000_000)
    other = used(7, 0, 0, 1)
    whole = used(107, 60, 10, 21, 5, modelUsage={"grok-4.5": one, "grok-code": other})
    write(tmp_path / UPDATES, turn("e1", 5, usage=whole))
    found = {each.model: each for each in read_home(AGENT, tmp_path).values()}
    tokens = found["grok-4.5"].tokens
    assert (tokens.input, tokens.cache_read, tokens.cache_write_5m, tokens.output) == (
        30,
        60,
        10,
        20,
    )
    assert (found["grok-4.5"].reasoning, found["grok-4.5"].recorded) == (5, 250_000_000_000)
    assert (found["grok-code"].tokens.total, found["grok-code"].recorded) == (8, None)
    one_ = found["grok-4.5"]
    assert (one_.session, one_.project) == ("s1", "-home-u-alpha")
    assert (one_.time, one_.provider) == ((START + 5) * 1000, "xai")


def test_turns_count_once_and_other_updates_not(tmp_path: Path) -> None:
    model = {"grok-4.5": used(10, 0, 0, 1)}
    chunk = turn("e9", 9, modelUsage=model)
    chunk["params"]["update"]["sessionUpdate"] = "agent_message_chunk"
    chunk["params"]["update"]["text"] = '"turn_completed"'
    exact = turn("e2", 2, modelUsage=model)
    exact["params"]["_meta"]["agentTimestampMs"] = START * 1000 + 1
    write(tmp_path / UPDATES, turn("e1", 1, modelUsage=model), exact, chunk, exact)
    write(tmp_path / "sessions/x/s2/updates.jsonl", turn("e1", 1, modelUsage=model))
    found = read_home(AGENT, tmp_path)
    assert sorted(each.time for each in found.values()) == [START * 1000 + 1, START * 1000 + 1000]
    assert read_home(AGENT, tmp_path, [1]) == found
    assert kind_of("sessions/x/s1/deep/updates.jsonl") is None


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path / UPDATES,
        turn(None, 1, usage=used(5, 9, 9, 1, 7, costUsdTicks="dear")),
        {**turn("e2", 2, modelUsage={"x": used(1)}), "timestamp": None},
        turn("e3", 3, usage=None, modelUsage=[1]),
    )
    with path.open("ab") as file:
        file.write(b'{"params":{"update":{"sessionUpdate":"turn_completed"\n')
    told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    tokens = found.tokens
    assert (tokens.input, tokens.cache_read, tokens.cache_write_5m, tokens.output) == (0, 5, 0, 1)
    assert found.reasoning == 1
    assert [reason for _, reason in told.problems] == ["a turn without a time", "a broken record"]


def test_a_fork_without_ids_of_events_counts_once(shared: Path, tmp_path: Path) -> None:
    root = shared / "cases" / "found" / "grok-fork-no-eventid" / ".grok"
    found = read_home(AGENT, root).values()
    assert sum(each.tokens.total for each in found) == 4_200
    assert sorted(each.session for each in found) == ["aaa", "aaa", "aaa", "bbb"]


def copied(at: int, written: int, prompt: str = "p", event: str | None = None) -> dict[str, Any]:
    """Return a turn that was taken at one second and written at another."""
    row = turn(event, written, prompt_id=prompt, modelUsage={"grok-4.5": used(10, 0, 0, 1)})
    row["params"]["_meta"]["agentTimestampMs"] = (START + at) * 1000 + 5
    return row


def test_a_copy_belongs_to_the_session_that_took_the_turn(tmp_path: Path) -> None:
    write(tmp_path / "sessions/x/s9/updates.jsonl", copied(1, 1), copied(2, 2), copied(3, 3, "q"))
    write(
        tmp_path / "sessions/x/s1/updates.jsonl",
        copied(1, 900),
        copied(2, 900),
        copied(950, 950),
        copied(950, 950, "other"),
    )
    found = read_home(AGENT, tmp_path).values()
    assert sorted(each.session for each in found) == ["s1", "s1", "s9", "s9", "s9"]


def test_turns_without_a_time_of_their_own_are_told_apart_by_session(tmp_path: Path) -> None:
    same = turn(None, 1, modelUsage={"grok-4.5": used(10, 0, 0, 1)})
    write(tmp_path / "sessions/x/s1/updates.jsonl", same)
    write(tmp_path / "sessions/x/s2/updates.jsonl", same)
    assert len(read_home(AGENT, tmp_path)) == 2
