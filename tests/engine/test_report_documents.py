"""The JSON of the reports: ccusage's keys, no key of money without costs, and the schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.documents.answers import answer_document
from engine.documents.comparisons import comparison_document
from engine.documents.encoding import encode
from engine.documents.health import HealthDocument, RootDocument
from engine.documents.sessions import session_document
from engine.documents.summaries import summary_document
from engine.domain.found import Health, RootHealth
from engine.domain.questions import Answer
from engine.domain.responses import PICO
from tests.made_answers import (
    ALPHA,
    BETA,
    KEYS,
    NOBODY,
    OPUS,
    SESSION,
    AnswerRow,
    answer,
    comparison,
    empty,
    figures,
    row,
    session_answer,
    summary,
)
from tests.made_documents import every_document

_SUMS = {
    "inputTokens",
    "outputTokens",
    "cacheCreationTokens",
    "cacheReadTokens",
    "totalTokens",
    "totalCost",
}
_ROW = _SUMS | {"modelsUsed", "modelBreakdowns"}
_OF_CCUSAGE: dict[str, tuple[str, set[str]]] = {
    "daily": ("daily", _ROW | {"date"}),
    "weekly": ("weekly", _ROW | {"week"}),
    "monthly": ("monthly", _ROW | {"month"}),
    "session": (
        "sessions",
        _ROW | {"sessionId", "projectPath", "firstActivity", "lastActivity"},
    ),
    "blocks": (
        "blocks",
        {
            "id",
            "startTime",
            "endTime",
            "actualEndTime",
            "isActive",
            "isGap",
            "entries",
            "tokenCounts",
            "totalTokens",
            "costUSD",
            "models",
            "burnRate",
            "projection",
        },
    ),
}
"""The keys that a script written for ccusage reads, by report."""
_MONEY = {"cost", "totalcost", "costusd", "costperhour", "recordedcostusd"}


def read(document: object) -> dict[str, Any]:
    """Return a document as a script reads it."""
    made: dict[str, Any] = json.loads(encode(document))
    return made


def keys_of(value: object) -> Iterator[str]:
    """Yield every key at every level."""
    if isinstance(value, list):
        for each in value:
            yield from keys_of(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)


@pytest.mark.parametrize("kind", _OF_CCUSAGE)
def test_every_key_of_ccusage_is_there(kind: str) -> None:
    name, keys = _OF_CCUSAGE[kind]
    made = read(answer_document(answer(kind)))
    assert len(made[name]) == 2
    for each in made[name]:
        assert keys - set(each) == set()
    if kind != "blocks":
        assert _SUMS - set(made["totals"]) == set()


@pytest.mark.parametrize(
    ("kind", "rows", "name"),
    [
        ("hourly", "hourly", "hour"),
        ("projects", "projects", "project"),
        ("models", "models", "model"),
    ],
)
def test_what_ccusage_lacks_is_named_in_the_same_manner(kind: str, rows: str, name: str) -> None:
    made = read(answer_document(answer(kind)))
    assert [each[name] for each in made[rows]] == [key or "unknown" for key in KEYS[kind]]
    assert _SUMS - set(made[rows][0]) == set()


def test_a_row_has_its_figures_and_its_models_dearest_first() -> None:
    first, _ = read(answer_document(answer("daily")))["daily"]
    whole = row("any").figures
    assert first["date"] == "2026-11-21"
    assert first["inputTokens"] == whole.tokens.input == 6_000
    assert first["cacheCreationTokens"] == 6 * 540
    assert first["cacheCreation1hTokens"] == 6 * 40
    assert first["totalTokens"] == whole.tokens.total
    assert first["totalCost"] == pytest.approx(0.375, abs=1e-9)
    assert (first["responses"], first["sessions"]) == (6, 2)
    dearest, unpriced = first["modelBreakdowns"]
    assert (dearest["modelName"], dearest["cost"]) == (OPUS, pytest.approx(0.375))
    assert "missingPricing" not in dearest
    assert (unpriced["modelName"], unpriced["missingPricing"]) == (NOBODY, True)
    assert unpriced["cost"] == 0


def test_a_response_without_a_model_counts_and_is_named_where_its_price_is_missed() -> None:
    made = read(answer_document(answer("daily")))
    first = made["daily"][0]
    assert set(first["modelsUsed"]) == {OPUS, NOBODY}
    assert sum(each["inputTokens"] for each in first["modelBreakdowns"]) == 5_000
    assert first["unpricedModels"] == made["totals"]["unpricedModels"] == [NOBODY, "unknown"]


def test_models_without_a_price_are_named_by_rows_that_have_them_alone() -> None:
    priced = AnswerRow(row=row("2026-11-22", figures=figures(), by_model=()))
    made = read(answer_document(answer("daily", priced)))
    assert "unpricedModels" not in made["daily"][0]
    assert "unpricedModels" not in made["totals"]
    blocks = read(answer_document(answer("blocks")))["blocks"]
    assert "unpricedModels" not in blocks[0]
    assert blocks[1]["unpricedModels"] == [NOBODY, "unknown"]


@pytest.mark.parametrize("kind", ["hourly", "daily", "weekly", "monthly"])
def test_apart_by_project_rows_stand_under_its_directory(kind: str) -> None:
    first, second = KEYS[kind]
    rows = [(BETA, first), (ALPHA, first), (BETA, second)]
    asked = answer(
        kind, *(AnswerRow(row=row(key), directory=name) for name, key in rows), by_project=True
    )
    made = read(answer_document(asked, aliases={ALPHA: "Alpha"}))
    assert set(made) == {"projects", "totals", "timezone"}
    name = {"hourly": "hour", "daily": "date", "weekly": "week", "monthly": "month"}[kind]
    found = {
        project: [each[name] for each in each_project]
        for project, each_project in made["projects"].items()
    }
    assert found == {ALPHA: [first], BETA: [first, second]}
    assert made["projects"][BETA][0]["project"] == BETA


def test_without_rows_totals_are_nothing_and_the_reports_name_is_there() -> None:
    text = encode(answer_document(empty("daily", by_project=True)))
    made = json.loads(text)
    assert (made["daily"], made["projects"]) == ([], {})
    assert set(made["totals"].values()) == {0, 3}
    assert "-0" not in text
    assert read(answer_document(empty("blocks")))["blocks"] == []
    assert "projects" not in read(answer_document(empty("daily")))


def test_a_session_has_its_title_and_projects() -> None:
    made = read(answer_document(answer("session"), aliases={ALPHA: "The Alpha"}))
    first = made["sessions"][0]
    assert (first["sessionId"], first["title"]) == (SESSION, "Mend the | test")
    assert (first["projectPath"], first["projectName"]) == (ALPHA, "The Alpha")
    assert first["projectPaths"] == [ALPHA, BETA]
    assert first["firstActivity"] == "2026-11-22T10:00:00.000Z"
    untitled = answer("session", AnswerRow(row=row(SESSION)))
    assert read(answer_document(untitled))["sessions"][0]["title"] is None


def test_a_block_has_the_rate_projection_and_limit_of_ccusage() -> None:
    gap, active = read(answer_document(answer("blocks", token_limit=1_000_000)))["blocks"]
    assert gap["id"] == "gap-2026-11-22T03:00:00.000Z"
    assert (gap["isGap"], gap["entries"], gap["actualEndTime"]) == (True, 0, None)
    assert (gap["burnRate"], gap["projection"]) == (None, None)
    assert "tokenLimitStatus" not in gap
    assert active["id"] == active["startTime"] == "2026-11-22T11:00:00.000Z"
    assert active["endTime"] == "2026-11-22T16:00:00.000Z"
    assert active["burnRate"] == {
        "tokensPerMinute": 1_234.5,
        "tokensPerMinuteForIndicator": 12.25,
        "costPerHour": 1.5,
    }
    assert active["projection"] == {
        "totalTokens": 900_000,
        "totalCost": 3.5,
        "remainingMinutes": 180,
    }
    assert active["tokenLimitStatus"] == {
        "limit": 1_000_000,
        "projectedUsage": 900_000,
        "percentUsed": 90.0,
        "status": "warning",
    }
    counts = active["tokenCounts"]
    assert (counts["cacheCreationInputTokens"], counts["cacheReadInputTokens"]) == (3_240, 180_000)


def test_a_month_tells_how_it_differs_from_the_one_before() -> None:
    first, second = read(answer_document(answer("monthly")))["monthly"]
    assert "trend" not in first
    assert second["trend"] == {
        "before": "2026-10",
        "isToDate": True,
        "totalTokens": -50,
        "totalCost": 0.5,
        "responses": 3,
        "totalTokensPercent": -25.0,
        "totalCostPercent": None,
    }


def test_each_response_of_a_session_has_its_own_cost() -> None:
    made = read(session_document(session_answer()))
    assert {"sessionId", "totalCost", "totalTokens", "entries"} - set(made) == set()
    first, second, third = made["entries"]
    assert first == {
        "timestamp": "2026-11-22T12:00:00.000Z",
        "model": OPUS,
        "inputTokens": 10,
        "outputTokens": 20,
        "cacheCreationTokens": 45,
        "cacheCreation1hTokens": 5,
        "cacheReadTokens": 30,
        "totalTokens": 105,
        "costUSD": 0.25,
        "recordedCostUSD": 0.125,
        "isSidechain": False,
        "agent": None,
    }
    assert (second["costUSD"], second["missingPricing"], second["agent"]) == (0, True, "a1b2")
    assert (third["model"], third["recordedCostUSD"]) == ("unknown", None)


def test_a_comparison_has_both_sides_and_the_change() -> None:
    made = read(comparison_document(comparison("projects"), aliases={BETA: "Bee"}))
    assert (made["left"]["id"], made["right"]["name"]) == (ALPHA, "Bee")
    assert (made["change"]["totalTokens"], made["change"]["totalCost"]) == (-50, 0.5)
    opus, unknown = made["models"]
    assert (opus["modelName"], opus["right"]["responses"]) == (OPUS, 2)
    assert (unknown["modelName"], unknown["left"]["totalTokens"]) == ("unknown", 0)


def test_a_summary_has_periods_block_models_and_sessions() -> None:
    made = read(summary_document(summary(), aliases={"alpha": "Alpha!"}))
    assert made["generatedAt"] == "2026-11-22T13:00:00.000Z"
    assert (made["today"]["date"], made["week"]["week"]) == ("2026-11-22", "2026-11-16")
    assert made["month"]["month"] == "2026-11"
    assert (made["block"]["entries"], made["block"]["elapsedPercent"]) == (2, 40)
    assert made["burnRate"]["costPerHour"] == 2
    assert made["projection"]["totalCostRange"] == [0.5, 2]
    assert [each["modelName"] for each in made["models"]] == [OPUS, NOBODY]
    assert made["sessions"][0]["projectName"] == "Alpha!"
    assert made["unpricedModels"] == [NOBODY, "unknown"]
    idle = read(summary_document(summary(is_idle=True)))
    assert (idle["block"], idle["projection"]) == (None, None)


def test_without_cost_no_key_of_money_is_left_anywhere() -> None:
    for name, document in every_document(is_without_cost=True):
        if name in ("agents", "graph", "providers", "bill"):
            continue
        found = {key for key in keys_of(read(document)) if "cost" in key.lower()}
        assert found == set(), name
    for name, document in every_document(is_without_cost=False):
        if name in ("limits", "events", "providers", "bill"):
            continue
        assert _MONEY & {key.lower() for key in keys_of(read(document))}, name


def test_the_doctors_document_leaves_nothing_out() -> None:
    assert set(HealthDocument.__struct_fields__) == set(Health.__struct_fields__)
    assert set(RootDocument.__struct_fields__) == set(RootHealth.__struct_fields__)


def test_keys_stand_in_alphabetical_order_as_ccusages_do() -> None:
    made = read(answer_document(answer("daily")))
    assert list(made) == sorted(made)
    assert list(made["daily"][0]) == sorted(made["daily"][0])


def test_what_is_no_text_is_written_with_a_question_mark() -> None:
    asked = answer("projects", AnswerRow(row=row("-home-\udcffé", label="\udcff")))
    text = encode(answer_document(asked))
    assert json.loads(text)["projects"][0]["project"] == "-home-?é"
    assert text.startswith('{\n  "projects": [')


def test_money_is_exact_to_the_last_digit_that_a_float_holds() -> None:
    dear = AnswerRow(row=row("2026-11-22", figures=figures(cost=123 * PICO + 456_789), by_model=()))
    asked: Answer = answer("daily", dear)
    assert read(answer_document(asked))["totals"]["totalCost"] == 123.000000456789
