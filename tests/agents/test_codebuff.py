"""Codebuff: a message's counts, in whichever place and words they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.agents.codebuff import AGENT
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment

CHAT = "projects/alpha/chats/2026-05-01T10-00-00.000Z/chat-messages.json"


def message(id_: str | None, **metadata: Any) -> dict[str, Any]:
    return {"id": id_, "variant": "ai", "content": "…", "credits": 3, "metadata": metadata}


def write(root: Path, *messages: Any, name: str = CHAT) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(messages))
    return path


def run_state(*options: Any) -> dict[str, Any]:
    history = [{"role": "assistant", "providerOptions": each} for each in options]
    return {"sessionState": {"mainAgentState": {"messageHistory": history}}}


PLAIN = {
    "inputTokens": 100,
    "outputTokens": 20,
    "cacheReadInputTokens": 30,
    "cacheCreationInputTokens": 4,
}
SNAKE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "prompt_tokens_details": {"cached_tokens": 30},
}


@pytest.mark.parametrize(
    ("metadata", "expected", "model"),
    [
        ({"model": "m", "usage": PLAIN}, (100, 20, 30, 4), "m"),
        ({"codebuff": {"usage": SNAKE, "model": "n"}}, (70, 20, 30, 0), "n"),
        ({"usage": {"inputTokens": 0}, "codebuff": {"usage": PLAIN}}, (100, 20, 30, 4), ""),
        (
            {"runState": run_state({"usage": SNAKE}, {"usage": PLAIN, "codebuff": {"model": "o"}})},
            (100, 20, 30, 4),
            "o",
        ),
        ({"runState": run_state({"codebuff": {"usage": SNAKE}}, {})}, (70, 20, 30, 0), ""),
    ],
)
def test_counts_are_found_wherever_they_stand(
    tmp_path: Path, metadata: dict[str, Any], expected: tuple[int, ...], model: str
) -> None:
    write(tmp_path, message("m1", **metadata))
    (found,) = read_home(AGENT, tmp_path).values()
    tokens = found.tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m) == expected
    assert (found.model, found.recorded) == (model, None)
    assert (found.session, found.time) == ("2026-05-01T10-00-00.000Z", moment("2026-05-01T10:00"))


def test_a_message_counts_once_while_its_chat_grows(tmp_path: Path) -> None:
    user = {"id": "u", "variant": "user", "metadata": {"usage": PLAIN}}
    write(tmp_path, user, message("m1"))
    assert not read_home(AGENT, tmp_path)
    write(tmp_path, user, message("m1", usage={"inputTokens": 5, "outputTokens": 1}))
    half = tell_home(AGENT, tmp_path).sightings
    write(tmp_path, user, message("m1", usage=PLAIN), message(None, usage=SNAKE))
    whole = tell_home(AGENT, tmp_path).sightings
    assert sorted(each.tokens.total for each in merged(half + whole).values()) == [120, 154]


def test_a_message_says_when_it_was_itself(tmp_path: Path) -> None:
    timed = {**message("m1", usage=PLAIN), "timestamp": "2026-05-01T10:05:00Z"}
    made = {**message("m2", usage=PLAIN), "createdAt": moment("2026-05-01T10:06")}
    timeless = message("m3", usage=PLAIN)
    write(tmp_path, timed, made, None, "text")
    write(tmp_path, timeless, name="projects/alpha/chats/odd/chat-messages.json")
    told = tell_home(AGENT, tmp_path)
    times = sorted(each.time for each in merged(told.sightings).values())
    assert times == [moment("2026-05-01T10:05"), moment("2026-05-01T10:06")]
    assert [reason for _, reason in told.problems] == ["a message without a time"]
