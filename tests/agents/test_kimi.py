"""Kimi CLI and Kimi Code: each call once, under the model that answered."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from engine.agents.kimi import AGENT, CODE
from engine.agents.model_names import known_name
from tests.agents.made_pi import write
from tests.agents.reading import merged, read_home, tell_home

START = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""
GROUP = hashlib.md5(b"/home/u/alpha").hexdigest()
CLI = f"sessions/{GROUP}/s1/wire.jsonl"
CODED = "sessions/wd_alpha_1/s1/agents/main/wire.jsonl"


def status(id_: str | None, at: float, *used: int) -> dict[str, Any]:
    names = ("input_other", "output", "input_cache_read", "input_cache_creation")
    usage = dict(zip(names, used, strict=True))
    payload = {"context_usage": 0.1, "token_usage": usage, "message_id": id_}
    return {"timestamp": START / 1000 + at, "message": {"type": "StatusUpdate", "payload": payload}}


def record(at: int, scope: str, *used: int, model: str = "kimi-code/k2.7") -> dict[str, Any]:
    names = ("inputOther", "output", "inputCacheRead", "inputCacheCreation")
    usage = dict(zip(names, used, strict=True))
    return {
        "type": "usage.record",
        "model": model,
        "usage": usage,
        "usageScope": scope,
        "time": START + at,
    }


def test_a_call_says_all_that_is_known_of_it(tmp_path: Path) -> None:
    write(tmp_path / CLI, {"type": "metadata"}, status("m1", 1.5, 100, 20, 30, 4))
    (tmp_path / "kimi.json").write_text(json.dumps({"work_dirs": [{"path": "/home/u/alpha"}]}))
    (found,) = read_home(AGENT, tmp_path).values()
    tokens = found.tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m) == (
        100,
        20,
        30,
        4,
    )
    assert (found.time, found.session, found.project) == (START + 1_500, "s1", "-home-u-alpha")
    assert (found.model, found.provider) == ("kimi-k2.6", "moonshot")


def test_a_message_counts_once_with_its_last_figures(tmp_path: Path) -> None:
    first, last = status("m1", 1, 100, 20, 0, 0), status("m1", 2, 100, 25, 0, 0)
    write(tmp_path / CLI, first, last, status(None, 3, 1, 1, 0, 0), status(None, 4, 1, 1, 0, 0))
    write(tmp_path / "sessions/other/s2/wire.jsonl", first)
    found = read_home(AGENT, tmp_path)
    assert sorted(each.tokens.total for each in found.values()) == [2, 2, 125]
    assert read_home(AGENT, tmp_path, [1]) == found


@pytest.mark.parametrize(
    ("name", "settings", "model"),
    [
        ("config.json", '{"model": "kimi-k3"}', "kimi-k3"),
        ("config.json", '{"default_model": "x", "models": {"x": {"model": "kimi-k3"}}}', "kimi-k3"),
        ("config.toml", 'default_model = "x"\n[models.x]\nmodel = "kimi-k3"\n', "kimi-k3"),
        ("config.toml", "default_model = \n", "kimi-k2.6"),
        ("config.json", '{"default_model": "kimi-code/kimi-for-coding"}', "kimi-k2.6"),
        ("config.json", "[]", "kimi-k2.6"),
    ],
)
def test_the_model_stands_in_the_settings(
    tmp_path: Path, name: str, settings: str, model: str
) -> None:
    write(tmp_path / CLI, status("m1", 1, 1, 1, 0, 0))
    (tmp_path / name).write_text(settings)
    (found,) = read_home(AGENT, tmp_path).values()
    assert found.model == model


def test_only_records_of_a_turns_calls_count(tmp_path: Path) -> None:
    write(
        tmp_path / CODED,
        record(1, "turn", 100, 20, 30, 4),
        record(2, "turn", 10, 2, 0, 0),
        record(3, "session", 110, 22, 30, 4),
        {**record(4, "turn", 1, 1, 1, 1), "usageScope": None},
        {"type": "step.end", "usage": record(1, "turn", 100, 20, 30, 4)["usage"]},
    )
    write(
        tmp_path / "sessions/wd_alpha_1/s2/agents/main/wire.jsonl", record(2, "turn", 10, 2, 0, 0)
    )
    root = {"version": 1, "workspaces": {"wd_alpha_1": {"root": "/home/u/alpha", "name": "a"}}}
    (tmp_path / "workspaces.json").write_text(json.dumps(root))
    one, two = sorted(read_home(CODE, tmp_path).values(), key=lambda each: each.time)
    assert (one.tokens.total, one.model, one.session) == (154, "k2.7", "s1")
    assert (two.tokens.total, two.time, two.project) == (12, START + 2, "-home-u-alpha")


def test_a_setting_in_a_models_place_is_what_the_request_was_sent_to(tmp_path: Path) -> None:
    named = "__kimi_env_model__"
    write(
        tmp_path / CODED,
        record(1, "turn", 1, 1, 0, 0, model=named),
        {"type": "llm.request", "model": "kimi-k3"},
        {"type": "llm.request", "model": named},
        record(2, "turn", 2, 2, 0, 0, model=named),
        record(3, "turn", 3, 3, 0, 0, model="kimi-code/kimi-for-coding"),
    )
    at_once = read_home(CODE, tmp_path)
    models = [each.model for each in sorted(at_once.values(), key=lambda each: each.time)]
    assert models == ["kimi-k2.6", "kimi-k3", "kimi-k2.6"]
    assert read_home(CODE, tmp_path, [1]) == read_home(CODE, tmp_path, [2, 3]) == at_once


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    timeless = {**status("m1", 1, 1, 1, 0, 0), "timestamp": None}
    path = write(tmp_path / CLI, timeless, status("m2", 1, -5, 2, 0, 0))
    with path.open("ab") as file:
        file.write(b'{"message":{"token_usage":\n')
    told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    assert found.tokens.total == 2
    assert [reason for _, reason in told.problems] == [
        "a response without a time",
        "a broken record",
    ]


@pytest.mark.parametrize(
    ("model", "time", "known"),
    [
        ("kimi-for-coding", 1_776_698_879_999, "kimi-k2.5"),
        ("kimi-for-coding", 1_776_698_880_000, "kimi-k2.6"),
        ("k2-p6", 0, "kimi-k2.6"),
        ("k2p6", 0, "kimi-k2.6"),
        ("big-pickle", 0, "glm-4.7"),
        ("gemini-3-pro-high", 0, "gemini-3-pro-preview"),
        ("kimi-k2-p6", 0, "kimi-k2-p6"),
    ],
)
def test_names_that_only_agents_have(model: str, time: int, known: str) -> None:
    assert known_name(model, time) == known
