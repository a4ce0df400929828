"""The hook's JSON: whatever it holds, one line comes out and nothing of it steers a terminal."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR
from tui.config.command_line import parse
from tui.statusline import answer, facts
from tui.statusline.answer import status_line
from tui.statusline.facts import Facts, facts_of
from tui.statusline.hook import Hook, parse_hook

WHOLE: dict[str, Any] = {
    "session_id": "0a1b",
    "transcript_path": "/nowhere/0a1b.jsonl",
    "session_name": "tides",
    "cwd": "/home/me/old",
    "version": "2.1.300",
    "model": {"id": "claude-opus-5-5[1m]", "display_name": "Opus 5.5"},
    "effort": {"level": "high"},
    "workspace": {"current_dir": "/home/me/harbour/"},
    "cost": {"total_cost_usd": 1.25},
    "context_window": {
        "context_window_size": 200_000,
        "total_input_tokens": 1_000,
        "used_percentage": 0.5,
        "current_usage": {
            "input_tokens": 1,
            "cache_creation_input_tokens": 20,
            "cache_read_input_tokens": 300,
            "output_tokens": 5_000,
        },
    },
    "rate_limits": {"five_hour": {"used_percentage": 42, "resets_at": 1}},
}


def parsed(value: object) -> Hook:
    return parse_hook(json.dumps(value).encode())


def without(*path: str) -> dict[str, Any]:
    value = copy.deepcopy(WHOLE)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return value


def test_all_of_the_hook_is_read() -> None:
    assert parsed(WHOLE) == Hook(
        session="0a1b",
        transcript="/nowhere/0a1b.jsonl",
        session_name="tides",
        directory="harbour",
        version="2.1.300",
        model="Opus 5.5",
        model_id=WHOLE["model"]["id"],
        effort="high",
        cost=1_250_000_000_000,
        context_tokens=1_000,
        context_size=200_000,
        context_share=0.005,
        rate_limits=WHOLE["rate_limits"],
    )


def test_what_is_missing_is_taken_from_elsewhere() -> None:
    assert parsed(without("model", "display_name")).model == "Opus 5.5"
    assert parsed(without("workspace")).directory == "old"
    assert parsed(without("context_window", "context_window_size")).context_size == 1_000_000
    assert parsed(without("context_window", "total_input_tokens")).context_tokens == 321


@pytest.mark.parametrize(
    "given",
    [b"", b" \n", b"null", b"[]", b'"text"', b"{", b"{}}", b"\xff\xfe", b"[" * 50_000, b"\0"],
)
def test_what_is_no_object_is_an_empty_hook(given: bytes) -> None:
    assert parse_hook(given) == Hook()


def test_json_that_only_python_reads_is_read() -> None:
    given = (
        b'\xef\xbb\xbf{"session_name": "a\\ud83db", "cost": {"total_cost_usd": NaN}, "x": "\xff"}'
    )
    hook = parse_hook(given)
    assert (hook.session_name, hook.cost) == ("ab", None)


@pytest.mark.parametrize("wrong", [-1, True, "1.5", [], {}, 1e300, 10**30])
def test_what_is_no_amount_is_none(wrong: object) -> None:
    hook = parsed(
        {
            "cost": {"total_cost_usd": wrong},
            "context_window": {
                "context_window_size": wrong,
                "total_input_tokens": wrong,
                "used_percentage": wrong,
            },
        }
    )
    assert hook == Hook()


def test_text_steers_nothing_and_is_not_long() -> None:
    hook = parsed({"model": {"display_name": "\x1b[31mOp\nus\x07\u202e" + "x" * 500}})
    assert hook.model.startswith("[31mOp usxxx")
    assert len(hook.model) == 80
    assert parsed({"transcript_path": "/a\0b", "session_id": "s\0"}) == Hook()


def options(*words: str) -> Any:
    return parse(["statusline", "--ledger", ":memory:", "--config-dir", "/nowhere", *words])


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(("\x1b[31m", "#(rm)", "a\nb", "\ud83d", "<b>", "\x9b2J"))
)
_ANY = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@st.composite
def _hooks(draw: st.DrawFn) -> object:
    """Return the whole hook with anything in the place of some of its parts."""

    def changed(value: object) -> object:
        if draw(st.integers(0, 4)) == 0:
            return draw(_ANY)
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items() if draw(st.booleans())}
        return value

    return changed(WHOLE)


@pytest.mark.parametrize("output", ["claude", "plain", "tmux", "waybar", "polybar", "xbar"])
@examples(max_examples=40, deadline=None)
@given(_hooks())
def test_any_hook_gives_one_line_without_orders(output: str, hook: object) -> None:
    line, is_done = status_line(options("--format", output), json.dumps(hook).encode(), {})
    assert is_done
    if output == "xbar":
        line, _, menu = line.partition("\n---\n")
        assert all(each.isprintable() and "|" not in each for each in (line, *menu.split("\n")))
    if output == "polybar":
        assert "%" not in re.sub(r"%%|%\{F#[0-9a-f]{6}\}|%\{F-\}", "", line)
    assert len(line.splitlines()) == 1
    assert re.sub(r"\x1b\[\d+m", "", line).isprintable()
    assert "\x1b" not in line or output == "claude"
    if output == "waybar":
        assert {"text", "tooltip"} <= set(json.loads(line))
    if output == "tmux":
        assert "#(" not in line.replace("##", "")


@examples(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_one_line(given: bytes) -> None:
    line, _ = status_line(options("--format", "plain"), given, {})
    assert len(line.splitlines()) == 1


def test_what_fails_in_the_ledger_is_said_and_the_hook_goes_on(tmp_path: Path) -> None:
    asked = options("--format", "plain")
    asked.timezone = "Mars/Olympus"
    line, is_done = status_line(asked, json.dumps(WHOLE).encode(), {})
    assert is_done
    assert line.startswith("Opus 5.5 (high) │ $1.25 session │ context 1.00k (<1%) │ There is no")


def test_what_nobody_foresaw_leaves_the_models_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Facts:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(answer, "_facts", broken)
    given = json.dumps(WHOLE).encode()
    assert status_line(options(), given, {}) == ("Opus 5.5", True)
    assert status_line(options(), b"", {}) == ("ccmon", True)
    line, _ = status_line(options("--format", "waybar"), given, {})
    assert json.loads(line) == {"text": "Opus 5.5", "tooltip": ""}


def test_what_is_said_of_limits_is_kept_though_there_is_no_time_for_the_rest(
    tmp_path: Path, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "NOTING", 60.0)
    ledger = str(tmp_path / "ledger.db")
    made = settings(roots=(tmp_path,), ledger=ledger)
    said = {"five_hour": {"used_percentage": 100, "resets_at": (NOW + HOUR) // 1_000}}
    hook = parsed({"session_id": "s", "rate_limits": said})
    facts_of(lambda: made, hook, NOW, lambda _: None, patience=0.0)
    with Monitor(made) as monitor:
        assert [each.used_share for each in monitor.limits.readings(0)] == [1.0]


def test_where_nothing_is_said_of_limits_nobody_waits_for_it(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "NOTING", 1e9)
    goes_on = Event()

    def slow() -> Settings:
        goes_on.wait(60)
        return settings()

    found = facts_of(slow, Hook(), NOW, lambda _: None, patience=0.0)
    assert not found.is_done
    goes_on.set()
