"""The JSON that scripts read: every documented name, US dollars, ISO times, percentages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.documents.encoding import encode
from engine.documents.live import live_document
from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_limit
from engine.monitor import Monitor
from tests.made_lines import MINUTE, Clock, answer, moment, write

MakeSettings = Callable[..., Settings]

_NOW = moment("2026-11-22T13:00")
_PAGE = Path(__file__).resolve().parents[2] / "engine" / "documents" / "README.md"
_PROMISED = {
    "": "generatedAt block burnRate projection limit today unpricedModels",
    "block": "startTime endTime isActive tokenCounts totalTokens costUSD entries models",
    "block.tokenCounts": "inputTokens outputTokens cacheCreationInputTokens cacheReadInputTokens",
    "burnRate": "tokensPerMinute costPerHour",
    "projection": "totalTokens totalCost remainingMinutes",
    "limit": "source unit value usedPercent level",
    "today": "tokenCounts totalTokens costUSD",
}
"""Names that scripts rely on, by where they stand."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a block of two models, one of them without a price."""
    usage = {
        "input_tokens": 1_000,
        "output_tokens": 200,
        "cache_read_input_tokens": 30_000,
        "cache_creation_input_tokens": 900,
        "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 400},
    }
    message = {"id": "msg_a", "model": "claude-opus-5-5", "usage": usage}
    write(
        tmp_path,
        answer("a", moment("2026-11-22T11:00"), message=message),
        answer("b", _NOW - MINUTE, 600, model="nobody-s-model-9"),
    )
    return tmp_path


@pytest.fixture
def document(root: Path, settings: MakeSettings) -> Callable[..., dict[str, Any]]:
    """Make the document of a fresh reading."""

    def make(now: int = _NOW, **given: Any) -> dict[str, Any]:
        with Monitor(settings(roots=(root,), clock=Clock(now), **given)) as monitor:
            monitor.read()
            made: dict[str, Any] = json.loads(encode(live_document(monitor.snapshot())))
            return made

    return make


def _documented() -> dict[str, set[str]]:
    """Return what the page's table names: the first column's names, and those of their rows."""
    section = _PAGE.read_text("utf-8").partition("\n## For scripts\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.MULTILINE)
    return {
        name: set(re.findall(r"`(\w+)`", told))
        for names, told in rows
        for name in re.findall(r"`(\w+)`", names)
    }


def _names(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield where each name stands, and the name."""
    if isinstance(value, list):
        for each in value:
            yield from _names(each, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from _names(inner, f"{path}.{name}".lstrip("."))


def test_every_promised_name_is_there(document: Callable[..., dict[str, Any]]) -> None:
    names = set(_names(document()))
    promised = {(path, name) for path, told in _PROMISED.items() for name in told.split()}
    assert promised - names == set()


def test_the_readme_documents_every_name_and_no_other(
    document: Callable[..., dict[str, Any]],
) -> None:
    documented = _documented()
    made = document()
    made["notices"] = [{"severity": "warning", "text": "something"}]
    assert set(made) == set(documented) - {"tokenCounts", "forecast"}
    names: dict[str, set[str]] = {}
    for path, name in _names(made):
        names.setdefault(path.rpartition(".")[2], set()).add(name)
    names.pop("")
    for place, found in names.items():
        assert found - documented[place] == set(), place
    for place in ("tokenCounts", "burnRate", "projection", "sessions", "notices", "today"):
        assert documented[place] - names[place] <= {"null"}, place
    values = {"given", "p90", "max", "median", "none", "tokens", "cost", "null"}
    values |= {"official", "pinned", "estimated", "statusline", "calibrated", "percent"}
    values |= {"fine", "half", "high", "critical", "reached"}
    assert documented["limit"] - names["limit"] <= values
    assert documented["block"] - names["block"] <= values


def test_money_is_in_dollars_and_tokens_are_whole(
    document: Callable[..., dict[str, Any]],
) -> None:
    made = document(limit=parse_limit("$2"))
    block = made["block"]
    cost = (1_000 * 4 + 200 * 20 + 30_000 * 0.2 + 500 * 5 + 400 * 8) / 1_000_000
    assert block["costUSD"] == made["today"]["costUSD"] == pytest.approx(cost, abs=1e-12)
    assert block["tokenCounts"] == {
        "inputTokens": 1_600,
        "outputTokens": 200,
        "cacheCreationInputTokens": 900,
        "cacheReadInputTokens": 30_000,
        "cacheCreation1hInputTokens": 400,
    }
    assert block["totalTokens"] == 32_700
    assert (block["entries"], block["models"]) == (2, ["claude-opus-5-5", "nobody-s-model-9"])
    limit = made["limit"]
    assert (limit["source"], limit["unit"], limit["value"]) == ("given", "cost", 2.0)
    assert limit["used"] == pytest.approx(cost, abs=1e-12)
    assert limit["usedPercent"] == round(cost / 2 * 100, 2) == 0.98
    assert made["unpricedModels"] == ["nobody-s-model-9"]
    assert made["projection"]["totalCost"] == block["costUSD"], "the recent rate has no price"
    (session,) = made["sessions"]
    assert (session["sessionId"], session["totalTokens"]) == ("s1", 32_700)
    assert session["costUSD"] == block["costUSD"]


def test_rates_and_forecasts_are_per_minute_and_hour(
    root: Path, document: Callable[..., dict[str, Any]]
) -> None:
    write(root, answer("c", _NOW - MINUTE, 250_000))
    made = document(limit=parse_limit("500k"))
    rate, projection = made["burnRate"], made["projection"]
    assert (rate["tokensPerMinute"], rate["windowMinutes"], rate["word"]) == (
        25_060,
        10,
        "intense",
    )
    assert rate["tokensPerMinuteForIndicator"] == 25_060
    assert rate["costPerHour"] == pytest.approx(6.0)
    assert projection["remainingMinutes"] == 180
    assert projection["totalTokens"] == 32_700 + 250_000 + 180 * 25_060
    assert projection["totalCost"] == pytest.approx(1.0197 + 18)
    assert projection["totalTokensRange"][1] == projection["totalTokens"]
    assert projection["totalCostRange"][1] == pytest.approx(projection["totalCost"])
    assert (made["limit"]["usedPercent"], made["limit"]["level"]) == (56.54, "half")
    forecast = made["windows"][0]["forecast"]
    assert made["limit"]["reachedAt"] == forecast["reachesAt"]
    assert made["limit"]["projectedPercent"] == forecast["percentAtReset"]


def test_times_are_iso_in_utc_whatever_the_zone(document: Callable[..., dict[str, Any]]) -> None:
    made = document(zone="Asia/Kolkata")
    assert made["timezone"] == "Asia/Kolkata"
    assert made["generatedAt"] == "2026-11-22T13:00:00.000Z"
    block = made["block"]
    assert block["startTime"] == "2026-11-22T11:00:00.000Z"
    assert block["endTime"] == "2026-11-22T16:00:00.000Z"
    assert block["actualEndTime"] == made["lastActivity"] == "2026-11-22T12:59:00.000Z"
    assert (block["isActive"], block["anchor"], block["elapsedPercent"]) == (True, "estimated", 40)
    assert made["sessions"][0]["lastActivity"] == "2026-11-22T12:59:00.000Z"


def test_what_is_not_known_is_null(document: Callable[..., dict[str, Any]]) -> None:
    made = document(now=moment("2026-11-23T09:00"))
    assert (made["block"], made["projection"], made["sessions"]) == (None, None, [])
    assert made["burnRate"]["tokensPerMinute"] == 0
    limit = made["limit"]
    assert (limit["source"], limit["value"], limit["usedPercent"]) == ("none", None, None)
    assert limit["reason"].startswith("not enough history: 1 of 5")
    assert (made["today"]["entries"], made["responses"]) == (0, 2)


def test_an_empty_machine_has_every_name_too(settings: MakeSettings) -> None:
    with Monitor(settings()) as monitor:
        monitor.read()
        made = json.loads(encode(live_document(monitor.snapshot())))
    assert set(made) == set(_documented()) - {"tokenCounts", "forecast"}
    assert (made["responses"], made["lastActivity"]) == (0, None)


def test_what_steers_a_terminal_or_turns_text_is_escaped() -> None:
    steering = "\x7f\x80\x9b\x9f\u061c\u200e\u200f\u2028\u202a\u202e\u2066\u2069"
    kept = "é日本\xa0\u200b\u200d\u2030🎉"
    text = encode({"name": steering + kept})
    assert not set(steering) & set(text)
    assert kept in text
    assert json.loads(text) == {"name": steering + kept}
