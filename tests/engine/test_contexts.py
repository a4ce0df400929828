"""How full contexts are: of the main chain alone, across advisors and compactions (SPEC §7a)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import Settings
from engine.domain.snapshots import SessionNow
from engine.limits.readings import HookSaid
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write

MakeSettings = Callable[..., Settings]
HAIKU = "claude-haiku-4-5-20251001"


def usage(prompt: int, *iterations: dict[str, Any]) -> dict[str, Any]:
    """Return a usage with a prompt that is read from the cache but for ten tokens."""
    made: dict[str, Any] = {
        "input_tokens": 10,
        "cache_read_input_tokens": prompt - 10,
        "output_tokens": 5,
    }
    return {**made, "iterations": [*iterations]} if iterations else made


def iteration(kind: str, prompt: int, **more: Any) -> dict[str, Any]:
    """Return one call within a response."""
    return {"type": kind, **usage(prompt), **more}


def response(name: str, ago: int, made: dict[str, Any], model: str = HAIKU, **more: Any) -> bytes:
    """Return the line of a response with a usage of its own, some minutes ago."""
    record = json.loads(answer(name, NOW - ago * MINUTE, model=model, **more))
    record["message"]["usage"] = made
    return json.dumps(record).encode() + b"\n"


def compaction(ago: int, kind: str = "compact", **metadata: Any) -> bytes:
    """Return the line that tells of a compaction."""
    line = json.loads(answer("x", NOW - ago * MINUTE))
    record = {
        "parentUuid": None,
        "isSidechain": False,
        "type": "system",
        "subtype": f"{kind}_boundary",
        "content": "Conversation compacted",
        "timestamp": line["timestamp"],
        "uuid": f"u{ago}{kind}",
        "sessionId": "s1",
        f"{kind}Metadata": {"trigger": "auto", **metadata},
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


@pytest.fixture
def session_of(tmp_path: Path, settings: MakeSettings) -> Callable[..., SessionNow]:
    """Return what is shown of the session whose lines are given; read at once and in parts."""

    def shown(*lines: bytes) -> SessionNow:
        found = []
        for name, parts in (("whole", [lines]), ("parts", [(line,) for line in lines])):
            root = tmp_path / name
            with Monitor(settings(roots=(root,))) as monitor:
                for part in parts:
                    write(root, *part)
                    monitor.read()
                found += monitor.snapshot().sessions
                glance = monitor.glance("s1")
            assert (glance.context, glance.is_compacted) == (
                found[-1].context_tokens,
                found[-1].is_compacted,
            )
        assert found[0] == found[1]
        return found[0]

    return shown


def test_an_advisors_top_level_is_a_sum_and_its_own_prompt_is_not_the_sessions(
    session_of: Callable[..., SessionNow],
) -> None:
    advised = usage(
        330_000,
        iteration("message", 150_000),
        iteration("advisor_message", 160_000, model="claude-opus-5-5"),
        iteration("message", 180_000),
    )
    session = session_of(response("1", 3, advised))
    assert (session.context_tokens, session.context_share) == (180_000, 0.9)
    assert session.figures.tokens.prompt == 330_000 + 160_000, "all of it is billed"
    session = session_of(response("1", 3, advised), response("2", 2, usage(40_000)))
    assert session.context_share == 0.2


def test_without_several_messages_a_prompt_is_the_top_levels(
    session_of: Callable[..., SessionNow],
) -> None:
    refused = usage(
        21_874,
        iteration("message", 20_000, model="claude-fable-5"),
        iteration("fallback_message", 21_874, model=HAIKU),
    )
    assert session_of(response("1", 3, refused)).context_tokens == 21_874


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        (compaction(2, preTokens=150_000, postTokens=20_000), 20_000),
        (compaction(2, preTokens=150_000, postTokens=0), None),
        (compaction(2, preTokens=150_000), None),
        (compaction(2, preTokens=150_000, postTokens="20"), None),
        (compaction(2, preTokens=150_000, postTokens=True), None),
        (compaction(2, "microcompact", preTokens=150_000, tokensSaved=50_000), 100_000),
        (compaction(2, "microcompact", preTokens=150_000), 150_000),
        (compaction(2, "microcompact", tokensSaved=50_000), None),
        (compaction(2, "microcompact", preTokens=None, tokensSaved=None), None),
    ],
)
def test_after_a_compaction_it_is_what_was_left_where_that_is_said(
    line: bytes, tokens: int | None, session_of: Callable[..., SessionNow]
) -> None:
    before = response("1", 3, usage(150_000))
    session = session_of(before, line)
    assert session.context_tokens == tokens
    assert session.is_compacted == (tokens is None)
    assert session.context_share == (None if tokens is None else tokens / 200_000)
    assert session.figures.responses == 1, "a compaction is no response"
    aside = response("2", 1, usage(90_000), isSidechain=True, agentId="a1")
    assert session_of(before, line, aside).context_tokens == tokens, "of the main chain alone"
    after = session_of(before, line, response("3", 1, usage(30_000)))
    assert (after.context_tokens, after.is_compacted) == (30_000, False)


def test_a_context_is_of_one_model(session_of: Callable[..., SessionNow]) -> None:
    large = response("1", 3, usage(400_000), model="claude-opus-4-6")
    small = response("2", 2, usage(50_000))
    assert session_of(large).context_share == 0.4
    assert session_of(large, small).context_share == 0.25
    back = response("3", 1, usage(100_000), model="claude-opus-4-6")
    assert session_of(large, small, back).context_share == 0.1, "it was fuller: a large one"


def test_a_told_size_holds_for_its_session_and_model(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, response("1", 3, usage(50_000)))
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        said = HookSaid("s1", (), model=f"{HAIKU}[1m]", context_size=1_000_000)
        monitor.limits.note_hook(said, NOW)
        monitor.read()
        assert [each.context_share for each in monitor.snapshot().sessions] == [0.05]
