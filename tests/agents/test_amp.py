"""Amp: the ledger of a thread, else its messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.agents.amp import AGENT
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment

THREAD = "threads/T-1.json"
BEGUN = moment("2026-05-01T10:00")


def event(id_: str | None, minute: int, given: int, output: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "timestamp": f"2026-05-01T10:{minute:02}:00.000Z",
        "model": "claude-sonnet-4-5",
        "credits": 1.5,
        "tokens": {"input": given, "output": output},
        **more,
    }


def message(id_: int, given: int, output: int, **usage: Any) -> dict[str, Any]:
    used = {"model": "gpt-5.2", "inputTokens": given, "outputTokens": output, **usage}
    return {"role": "assistant", "messageId": id_, "content": ["…"], "usage": used}


def write(root: Path, name: str = THREAD, **thread: Any) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"id": "T-1", "created": BEGUN, **thread}))
    return path


def test_the_ledger_tells_and_the_messages_tell_of_the_cache(tmp_path: Path) -> None:
    cached = message(2, 9, 9, cacheReadInputTokens=30, cacheCreationInputTokens=4)
    ledger = {"events": [event("e1", 1, 100, 20, toMessageId=2), event("e2", 2, 7, 1)]}
    write(tmp_path, usageLedger=ledger, messages=[cached, message(3, 50, 5)])
    one, two = sorted(read_home(AGENT, tmp_path).values(), key=lambda each: each.time)
    tokens = one.tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m) == (
        100,
        20,
        30,
        4,
    )
    assert (one.model, one.session, one.time) == ("claude-sonnet-4-5", "T-1", BEGUN + 60_000)
    assert (two.tokens.total, two.recorded) == (8, None)


def test_without_a_ledger_the_messages_tell(tmp_path: Path) -> None:
    timed = message(2, 10, 1, timestamp="2026-05-01T11:00:00Z", cacheReadInputTokens=5)
    write(tmp_path, messages=[{"role": "user", "messageId": 1}, timed, message(5, 20, 2)])
    one, two = sorted(read_home(AGENT, tmp_path).values(), key=lambda each: each.time)
    assert (one.time, one.tokens.total) == (BEGUN + 5_000, 22)
    assert (two.time, two.tokens.total, two.model) == (moment("2026-05-01T11:00"), 16, "gpt-5.2")


def test_a_thread_is_counted_once_however_often_it_is_written(tmp_path: Path) -> None:
    first, second = event("e1", 1, 10, 1), event(None, 2, 20, 2)
    write(tmp_path, usageLedger={"events": [first]})
    half = tell_home(AGENT, tmp_path).sightings
    write(tmp_path, usageLedger={"events": [first, second]})
    whole = tell_home(AGENT, tmp_path).sightings
    write(tmp_path, "threads/deep/copy.json", usageLedger={"events": [second]})
    copied = tell_home(AGENT, tmp_path).sightings
    found = merged(half + whole + copied).values()
    assert sorted(each.tokens.total for each in found) == [11, 22]


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    odd = event("e2", 2, -1, 3, toMessageId="x", model=7)
    write(tmp_path, usageLedger={"events": [event("e1", 1, 1, 1, timestamp="noon"), odd, None, 3]})
    (tmp_path / "threads/broken.json").write_text('{"messages": [')
    told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    assert (found.tokens.total, found.model) == (3, "")
    assert sorted(reason for _, reason in told.problems)[0] == "Input data was truncated"
    assert "an entry of the ledger without a time" in {reason for _, reason in told.problems}
