"""Cline and its kin: each request of a task once, with its recorded cost and its model."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from engine.agents import cline
from engine.agents.catalog import LISTED
from engine.agents.cline import AGENT
from engine.agents.registry import places_of
from engine.domain.responses import Sighting
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment

START = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""
TASK = "tasks/t1/ui_messages.json"
SPOKEN = "tasks/t1/api_conversation_history.json"


def said(at: int, say: str = "api_req_started", **more: Any) -> dict[str, Any]:
    return {"ts": START + at, "type": "say", "say": say, **more}


def request(at: int, given: int, output: int, **more: Any) -> dict[str, Any]:
    """Return a request; what is not a count goes beside the text."""
    beside = {name: more.pop(name) for name in ("say", "modelInfo") if name in more}
    body = {"request": "…", "tokensIn": given, "tokensOut": output, **more}
    return said(at, text=json.dumps(body), **beside)


def spoken(at: int | None, model: str) -> dict[str, Any]:
    details = f"<environment_details>\n<slug>code</slug>\n<model>{model}</model>\n"
    content = [
        {"type": "text", "text": "hello <model>no</model>"},
        {"type": "text", "text": details},
    ]
    return {"role": "user", "content": content, **({"ts": START + at} if at is not None else {})}


def write(path: Path, record: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))
    return path


def test_a_request_says_all_that_is_known_of_it(tmp_path: Path) -> None:
    more = {"cacheReads": 30, "cacheWrites": 4, "cost": 0.25, "apiProtocol": "anthropic"}
    write(tmp_path / TASK, [said(0, "text", text="hi"), request(5, 100, 20, **more)])
    write(tmp_path / SPOKEN, [spoken(None, "claude-sonnet-4-5")])
    (found,) = read_home(AGENT, tmp_path).values()
    tokens = found.tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m) == (
        100,
        20,
        30,
        4,
    )
    assert (found.recorded, found.time, found.session) == (250_000_000_000, START + 5, "t1")
    assert (found.model, found.provider) == ("claude-sonnet-4-5", "anthropic")


def test_a_cost_of_nothing_is_no_cost(tmp_path: Path) -> None:
    write(tmp_path / TASK, [request(5, 1, 1, cost=0)])
    (found,) = read_home(AGENT, tmp_path).values()
    assert (found.recorded, found.model) == (None, "")


def test_the_model_is_that_of_the_request(tmp_path: Path) -> None:
    info = {"modelId": "gpt-5.2", "providerId": "openai"}
    write(
        tmp_path / TASK,
        [
            request(0, 1, 1),
            request(100, 2, 2),
            request(200, 3, 3, modelInfo=info),
            request(300, 4, 4),
        ],
    )
    write(tmp_path / SPOKEN, [spoken(2, "one"), spoken(105, "two"), spoken(202, "three")])
    found = sorted(read_home(AGENT, tmp_path).values(), key=lambda each: each.time)
    assert [each.model for each in found] == ["one", "two", "gpt-5.2", "three"]
    assert [each.provider for each in found] == ["", "", "openai", ""]


def test_a_request_is_filled_in_when_it_is_done(tmp_path: Path) -> None:
    open_ = request(0, 0, 0)
    write(tmp_path / TASK, [open_])
    before = read_home(AGENT, tmp_path)
    write(tmp_path / TASK, [request(0, 10, 1), request(7, 5, 5)])
    half = tell_home(AGENT, tmp_path).sightings
    write(tmp_path / TASK, [request(0, 10, 3), request(7, 5, 5)])
    whole = tell_home(AGENT, tmp_path).sightings
    assert not before
    assert sorted(each.tokens.total for each in merged(half + whole).values()) == [10, 13]


def test_old_versions_say_what_a_request_took_when_it_is_finished(tmp_path: Path) -> None:
    finished = request(50, 10, 2, say="api_req_finished")
    twice = request(90, 10, 2, say="api_req_finished")
    write(tmp_path / TASK, [said(0, text='{"request":"x"}'), finished, request(80, 1, 1), twice])
    found = sorted(read_home(AGENT, tmp_path).values(), key=lambda each: each.time)
    assert [(each.time - START, each.tokens.total) for each in found] == [(0, 12), (80, 2)]


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    write(
        tmp_path / TASK,
        [
            said(0, text="no json"),
            {**request(0, 1, 1), "ts": "noon"},
            request(3, -1, 2, cacheReads="many", cost="dear"),
            said(4, text=None),
            None,
            [1],
            "text",
        ],
    )
    write(tmp_path / SPOKEN, {"not": "a list"})
    told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    assert (found.tokens.total, found.recorded) == (2, None)
    assert [where for where, _ in told.problems] == [0, 1, 3]


def test_sessions_of_the_command_line(tmp_path: Path) -> None:
    metrics = {
        "inputTokens": 7_507,
        "outputTokens": 131,
        "cacheReadTokens": 50,
        "cacheWriteTokens": 7,
        "cost": 0.0110232,
    }
    info = {"id": "glm-5.2", "provider": "cline-pass"}
    messages = [
        {"role": "user", "ts": START},
        {"id": "m1", "role": "assistant", "ts": START + 9, "modelInfo": info, "metrics": metrics},
        {"id": "m2", "role": "assistant", "ts": START + 10, "metrics": {"inputTokens": 1}},
        {"id": "m3", "role": "assistant", "metrics": None},
        "text",
    ]
    session = tmp_path / "sessions" / "c1"
    write(session / "c1.messages.json", {"sessionId": "c1", "messages": messages})
    write(session / "c1.json", {"model": "other", "workspace_root": "/home/u/alpha"})
    one, two = sorted(read_home(AGENT, tmp_path).values(), key=lambda each: each.time)
    assert (one.tokens.input, one.tokens.output, one.tokens.total) == (7_450, 131, 7_638)
    assert (one.recorded, one.model, one.provider) == (11_023_200_000, "glm-5.2", "cline-pass")
    assert (two.model, two.session, two.project) == ("glm-5.2", "c1", "-home-u-alpha")


@pytest.mark.parametrize(
    ("name", "extension", "agent"),
    [
        ("cline", "saoudrizwan.claude-dev", cline.AGENT),
        ("roo", "rooveterinaryinc.roo-cline", cline.ROO),
        ("kilo-code", "kilocode.kilo-code", cline.KILO),
    ],
)
@pytest.mark.parametrize(
    ("platform", "editor"),
    [
        ("linux", ".config/Code"),
        ("darwin", "Library/Application Support/Code"),
        ("win32", "AppData/Roaming/Code"),
        ("linux", ".vscode-server/data"),
        ("linux", ".config/VSCodium"),
    ],
)
def test_extensions_are_found_in_all_editors(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    extension: str,
    agent: cline.Tasks,
    platform: str,
    editor: str,
) -> None:
    monkeypatch.setattr("engine.agents.registry.PLATFORM", platform)
    (listed,) = (each for each in LISTED if each.name == name)
    place = tmp_path / editor / "User/globalStorage" / extension
    assert str(place) in places_of(listed, {}, tmp_path)
    assert (listed.title, agent.name) == (agent.title, name)


def test_the_command_lines_place_may_be_named(tmp_path: Path) -> None:
    (listed,) = (each for each in LISTED if each.name == "cline")
    plain = places_of(listed, {}, tmp_path)
    named = places_of(listed, {"CLINE_DATA_DIR": "/data/c", "CLINE_DIR": "/c"}, tmp_path)
    assert str(tmp_path / ".cline/data") in plain
    assert {"/data/c", "/c/data"} == set(named) - set(plain)


def _tokens(found: Iterable[Sighting]) -> list[tuple[int, int, int, int]]:
    """Input, output, cache write and cache read of each response, in order of time."""
    return [
        (each.input, each.output, each.cache_write_5m, each.cache_read)
        for each in sorted(found, key=lambda each: each.time)
    ]


@pytest.mark.parametrize(
    ("case", "right"),
    [
        ("roo-openai-protocol", (30_000, 700, 0, 175_000)),
        ("roo-anthropic-old", (9, 764, 51_031, 0)),
    ],
)
def test_what_was_found_is_counted_right(
    shared: Path, case: str, right: tuple[int, int, int, int]
) -> None:
    place = ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline"
    found = read_home(cline.ROO, shared / "cases" / "found" / case / place).values()
    assert tuple(map(sum, zip(*_tokens(found), strict=True))) == right


OCTOBER, DECEMBER = moment("2025-10-20T10:00") - START, moment("2025-12-20T10:00") - START
NOVEMBER = moment("2025-11-05T10:00") - START


@pytest.mark.parametrize(
    ("agent", "protocol", "at", "plain"),
    [
        (cline.ROO, "openai", OCTOBER, 600),
        (cline.ROO, "openai", DECEMBER, 600),
        (cline.ROO, "anthropic", OCTOBER, 1000),
        (cline.ROO, "anthropic", NOVEMBER, 600),
        (cline.ROO, "anthropic", DECEMBER, 600),
        (cline.KILO, "anthropic", NOVEMBER, 1000),
        (cline.KILO, "anthropic", DECEMBER, 600),
        (cline.KILO, "openai", OCTOBER, 600),
        (cline.AGENT, "openai", DECEMBER, 1000),
    ],
)
def test_protocol_and_version_tell_whether_the_input_holds_the_cache(
    tmp_path: Path, agent: cline.Tasks, protocol: str, at: int, plain: int
) -> None:
    more = {"cacheReads": 300, "cacheWrites": 100, "apiProtocol": protocol}
    write(tmp_path / TASK, [request(at, 1000, 5, **more)])
    assert _tokens(read_home(agent, tmp_path).values()) == [(plain, 5, 100, 300)]


@pytest.mark.parametrize(
    ("agent", "provider", "model", "plain"),
    [
        (cline.AGENT, "openai", "x", 600),
        (cline.AGENT, "litellm", "x", 600),
        (cline.AGENT, "anthropic", "claude-sonnet-4", 1000),
        (cline.AGENT, "openrouter", "anthropic/claude-sonnet-4", 1000),
        (cline.AGENT, "", "", 1000),
        (cline.ROO, "", "anthropic/claude-sonnet-4", 600),
        (cline.ROO, "", "claude-sonnet-4", 1000),
        (cline.ROO, "", "", 1000),
        (cline.ROO, "bedrock", "x", 1000),
        (cline.ROO, "vertex", "claude-opus-4", 1000),
        (cline.KILO, "vertex", "gemini-2.5-pro", 600),
    ],
)
def test_provider_and_model_stand_in_for_the_protocol(
    tmp_path: Path, agent: cline.Tasks, provider: str, model: str, plain: int
) -> None:
    more = {"cacheReads": 300, "cacheWrites": 100}
    info = {"modelInfo": {"modelId": model, "providerId": provider}} if provider or model else {}
    write(tmp_path / TASK, [request(OCTOBER, 1000, 5, **more, **info)])
    assert _tokens(read_home(agent, tmp_path).values()) == [(plain, 5, 100, 300)]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_an_input_smaller_than_its_cache_is_the_rest(tmp_path: Path, protocol: str) -> None:
    more = {"cacheReads": 900, "cacheWrites": 200, "apiProtocol": protocol}
    write(tmp_path / TASK, [request(DECEMBER, 1000, 5, **more)])
    assert _tokens(read_home(cline.ROO, tmp_path).values()) == [(1000, 5, 200, 900)]


def test_a_rest_tells_that_the_version_before_it_was_old_too(tmp_path: Path) -> None:
    more = {"cacheReads": 300, "cacheWrites": 0, "apiProtocol": "anthropic"}
    write(
        tmp_path / TASK,
        [
            request(DECEMBER, 1000, 5, **more),
            request(DECEMBER + 1, 10, 5, **more),
            request(DECEMBER + 2, 1000, 5, **more),
        ],
    )
    found = _tokens(read_home(cline.ROO, tmp_path).values())
    assert [given for given, *_ in found] == [1000, 10, 700]


def test_a_command_line_session_whose_input_is_smaller_than_its_cache_has_it_apart(
    tmp_path: Path,
) -> None:
    metrics = {"inputTokens": 10, "outputTokens": 5, "cacheReadTokens": 300}
    message = {"id": "m", "role": "assistant", "ts": START, "metrics": metrics}
    write(tmp_path / "sessions/c/c.messages.json", {"sessionId": "c", "messages": [message]})
    assert _tokens(read_home(AGENT, tmp_path).values()) == [(10, 5, 0, 300)]
