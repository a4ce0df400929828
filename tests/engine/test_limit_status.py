"""The status of all limits in one word, and budgets as people write them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from engine.documents.encoding import encode
from engine.documents.limits import (
    EXIT_CODES,
    EventsDocument,
    LimitsDocument,
    events_document,
    limits_document,
)
from engine.domain.limit_windows import Budget
from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO
from engine.domain.typed.amounts import one_of_each, parse_budget
from engine.limits.status import status_of
from tests.conftest import NOW
from tests.made_limits import budget, event, forecast, hit, limits, window
from tests.made_lines import HOUR

SOON = NOW + HOUR


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "fine"),
        ({"level": "half", "share": 0.5}, "warning"),
        ({"level": "high", "share": 0.8}, "warning"),
        ({"forecast": forecast(reaches_at=SOON)}, "warning"),
        ({"level": "critical", "share": 0.95}, "critical"),
        ({"level": "reached", "share": 1.0}, "hit"),
        ({"level": "reached", "share": 1.0, "source": "hit"}, "hit"),
        ({"level": "reached", "share": 1.2, "source": "p90"}, "critical"),
        ({"level": "reached", "share": 1.2, "source": "given"}, "critical"),
        ({"hit": hit("five_hour")}, "hit"),
        ({"share": None}, "unknown"),
    ],
)
def test_one_window_has_the_status_of_its_level_and_its_forecast(
    given: dict[str, Any], status: str
) -> None:
    assert status_of([window(**given)], None)[0] == status


def test_the_gravest_window_is_named_and_of_equals_the_first() -> None:
    first, second = window(level="half"), window("seven_day", level="half")
    assert status_of([first, second], None) == ("warning", first)
    grave = window("seven_day", 0.93, level="critical")
    assert status_of([first, grave], None) == ("critical", grave)
    assert status_of([window(share=None), second], None) == ("warning", second)


def test_a_budget_that_is_used_up_stops_no_work() -> None:
    assert status_of([window(), budget(1.5, level="reached")], None)[0] == "critical"


def test_a_hit_counts_also_without_a_window_of_it() -> None:
    assert status_of([], hit()) == ("hit", None)
    assert status_of([window()], hit()) == ("hit", None)
    week = window("seven_day", 1.0)
    assert status_of([window(), week], hit()) == ("hit", week)
    assert status_of([], None) == ("unknown", None)


def test_every_status_has_an_exit_code_of_its_own() -> None:
    assert EXIT_CODES == {"fine": 0, "warning": 10, "critical": 11, "hit": 12, "unknown": 20}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("20usd/day", Budget("day", "cost", 20 * PICO)),
        ("$2.50/day", Budget("day", "cost", 5 * PICO // 2)),
        ("500k/week", Budget("week", "tokens", 500_000)),
        (" 1.5M / Month ", Budget("month", "tokens", 1_500_000)),
    ],
)
def test_a_budget_is_an_amount_and_a_period(text: str, right: Budget) -> None:
    assert parse_budget(text) == right


@pytest.mark.parametrize(
    "text",
    ["", "20usd", "/day", "20usd/year", "max/day", "p90/week", "0/day", "-5usd/day", "1/2/3"],
)
def test_what_is_no_budget_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match=r"is not a budget: .*20usd/day, 500k/week"):
        parse_budget(text)


def test_a_period_has_one_budget() -> None:
    given = [parse_budget(text) for text in ("1k/day", "2k/week", "3k/month")]
    assert one_of_each(given) == tuple(given)
    with pytest.raises(SettingsError, match="several budgets of a day"):
        one_of_each(map(parse_budget, ["20usd/day", "500k/day"]))


def test_the_document_of_limits_says_all_of_a_window() -> None:
    given = limits(
        window(is_floor=True, forecast=forecast(reaches_at=SOON, earliest=SOON - 1, latest=None)),
        budget(0.25),
        window("odd", None, reason="not enough history"),
        hit=hit(),
    )
    text = encode(limits_document(given, is_endpoint_asked=True, notices=["Look here."]))
    msgspec.json.decode(text, type=LimitsDocument, strict=True)
    made = json.loads(text)
    assert (made["status"], made["exitCode"], made["plan"]) == ("hit", 12, "Max 5x")
    assert made["isUsageEndpointAsked"] is True
    assert made["notices"] == ["Look here."]
    assert made["hit"]["resetsAt"] == "2026-11-23T13:00:00.000Z"
    five, own, odd = made["windows"]
    assert (five["usedPercent"], five["isFloor"], five["isOfficial"]) == (42.0, True, True)
    assert (five["ageSeconds"], five["minutesToReset"], five["elapsedPercent"]) == (120, 150, 50.0)
    assert (five["used"], five["limit"], five["unit"]) == (None, None, "percent")
    assert five["forecast"]["reachesAt"] == "2026-11-22T14:00:00.000Z"
    assert five["forecast"]["latest"] is None
    assert five["forecast"]["percentAtResetRange"] == [70.0, 90.0]
    assert five["forecast"]["pacePoints"] == 6.0
    assert (own["used"], own["limit"], own["unit"], own["isOfficial"]) == (5.0, 20.0, "cost", False)
    assert (odd["usedPercent"], odd["reason"]) == (None, "not enough history")


def test_the_document_of_events_lists_them_as_given() -> None:
    given = [event(), event(5, kind="hit", severity="error", level="reached")]
    text = encode(events_document(limits(), given))
    msgspec.json.decode(text, type=EventsDocument, strict=True)
    assert [each["kind"] for each in json.loads(text)["events"]] == ["level", "hit"]


def test_credits_that_are_spent_and_estimates_are_critical_and_nothing_is_hit() -> None:
    spent = window("spend_limit", 1.3, level="reached", label="Credits")
    assert status_of([window(), spent], None)[0] == "critical"


def test_the_window_in_the_status_is_the_one_whose_limit_holds_work_up() -> None:
    both = [
        window("five_hour", 1.0, level="reached", hit=hit("five_hour", owner_name="no account")),
        window("seven_day", 1.0, level="reached", hit=hit("seven_day", owner_name="no account")),
    ]
    status, named = status_of(both, hit("seven_day"))
    assert (status, named and named.window) == ("hit", "seven_day")
