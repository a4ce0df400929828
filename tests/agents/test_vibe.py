from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from engine.agents.base import Place, Told
from engine.agents.vibe import AGENT
from tests.agents.made_more import DAY, TIME, write_json, write_lines
from tests.agents.reading import merged
from tests.conftest import NOW
from tests.made_lines import MINUTE

SESSION = "logs/session/session_20260501_100000_abc"
ENDED = "2026-05-01T10:05:00+00:00"


def meta(prompt: int, completion: int, cached: int = 0, **given: Any) -> dict[str, Any]:
    stats = {
        "session_prompt_tokens": prompt,
        "session_completion_tokens": completion,
        "session_cached_tokens": cached,
    }
    plain = {
        "session_id": "v1",
        "start_time": TIME,
        "end_time": ENDED,
        "environment": {"working_directory": "/home/u/alpha"},
        "config": {"active_model": "devstral-2"},
    }
    return {**plain, "stats": stats, **given}


def request(name: str, prompt: int, completion: int, cached: int = 0) -> dict[str, Any]:
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "cached_tokens": cached,
    }
    message = {"role": "assistant", "content": "…", "message_id": name, "model": "devstral-small"}
    return {**message, "timestamp": ENDED, "usage": usage}


def read(root: Path, path: str, state: bytes = b"") -> tuple[Told, bytes]:
    told = Told("vibe")
    data = (root / path).read_bytes()
    return told, AGENT.document(data, Place(str(root), path, NOW), state, told)


def totals(told: Told) -> list[int]:
    return [each.tokens.total for _, each in told.sightings]


def test_a_sessions_sums_have_the_cache_inside_the_prompt(tmp_path: Path) -> None:
    path = f"{SESSION}/meta.json"
    write_json(tmp_path / path, meta(15_000, 1_200, 5_000))
    first, state = read(tmp_path, path)
    ((_, response),) = first.sightings
    tokens = response.tokens
    assert (tokens.input, tokens.output, tokens.cache_read) == (10_000, 1_200, 5_000)
    assert (response.model, response.project, response.time) == ("devstral-2", "-home-u-alpha", DAY)
    write_json(tmp_path / path, meta(16_000, 1_300, 5_500))
    grown, state = read(tmp_path, path, state)
    assert [(each.time, each.tokens.total) for _, each in grown.sightings] == [
        (DAY + 5 * MINUTE, 1_100)
    ]
    assert not read(tmp_path, path, state)[0].sightings


def test_requests_are_told_one_by_one_and_the_sums_beyond_them(tmp_path: Path) -> None:
    path = f"{SESSION}/meta.json"
    messages = tmp_path / SESSION / "messages.jsonl"
    write_lines(messages, {"role": "user", "content": "…"}, request("a", 100, 20, 30))
    write_json(tmp_path / path, meta(150, 25, 30))
    first, state = read(tmp_path, path)
    assert totals(first) == [120, 55]
    assert first.sightings[0][1].model == "devstral-small"
    write_lines(messages, request("b", 200, 10))
    write_json(tmp_path / path, meta(350, 35, 30))
    more, state = read(tmp_path, path, state)
    assert totals(more) == [210]
    copy = messages.with_suffix(".tmp")
    copy.write_text(messages.read_text().replace('"usage"', '"cost":0.1,"usage"'))
    os.replace(copy, messages)
    again, _ = read(tmp_path, path, state)
    every = merged(first.sightings + more.sightings + again.sightings)
    assert sum(each.tokens.total for each in every.values()) == 385
    whole = merged(read(tmp_path, path)[0].sightings)
    assert sum(each.tokens.total for each in whole.values()) == 385


def test_sub_agents_and_the_first_versions_form_are_read(tmp_path: Path) -> None:
    below = f"{SESSION}/agents/session_20260501_100100_def/meta.json"
    write_json(tmp_path / below, meta(10, 1, session_id="v2"))
    old = "logs/session/session_20260401_010203.json"
    write_json(tmp_path / old, {"metadata": meta(80, 5, session_id="v0"), "messages": []})
    (tree,) = AGENT.trees("")
    assert tree.kind_of(below) == tree.kind_of(old) == "document"
    assert tree.kind_of(f"{SESSION}/messages.jsonl") is None
    ((_, sub),) = read(tmp_path, below)[0].sightings
    assert (sub.is_sidechain, sub.tokens.total) == (True, 11)
    assert totals(read(tmp_path, old)[0]) == [85]


def test_a_broken_message_costs_no_other_anything(tmp_path: Path) -> None:
    path = f"{SESSION}/meta.json"
    messages = write_lines(tmp_path / SESSION / "messages.jsonl", request("a", 100, 20))
    with messages.open("a") as file:
        file.write('{"role": "assistant", "usage": {\n')
    write_lines(messages, request("b", 10, 2))
    write_json(tmp_path / path, meta(110, 22))
    told, _ = read(tmp_path, path)
    assert totals(told) == [120, 12]
    assert len(told.problems) == 1
