"""Cursor's usage: every form of its files, and what of them is one and the same event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.agents.base import Told
from engine.agents.cursor import AGENT, kind_of
from engine.domain.responses import PICO, Tokens
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment

TIME = "2026-05-01T10:00:00.000Z"
V1 = (
    "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,"
    "Total Tokens,Cost,Cost to you\n"
)
V2 = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,"
    "Output Tokens,Total Tokens,Cost\n"
)
V3 = V2.replace("Date,Kind", "Date,Cloud Agent ID,Automation ID,Kind")


def v2(cost: str = "Included", kind: str = "Included", counts: str = '"20","30","40","10"') -> str:
    return f'"{TIME}","{kind}","gpt-5.2","No",{counts},"100","{cost}"\n'


def event(**more: Any) -> dict[str, Any]:
    """Return an event of the web's JSON, the same as the row of `v2`."""
    used = {"inputTokens": 30, "outputTokens": 10, "cacheReadTokens": 40, "cacheWriteTokens": 20}
    made = {
        "timestamp": str(moment("2026-05-01T10:00")),
        "model": "gpt-5.2",
        "kind": "USAGE_EVENT_KIND_INCLUDED_IN_PRO",
        "conversationId": "c-1",
        "tokenUsage": {**used, "totalCents": 1.5},
        "chargedCents": 0,
    }
    return {**made, **more}


def given(place: Path, name: str = "usage.csv", text: str | list[Any] = "") -> Path:
    path = place / name
    is_text = isinstance(text, str)
    path.write_text(text if is_text else json.dumps({"usageEventsDisplay": text}), "utf-8")
    return path


def problems(told: Told) -> list[str]:
    return [reason for _, reason in told.problems]


def test_the_sample_gives_its_true_total(shared: Path) -> None:
    root = shared / "data" / "agents" / "cursor" / ".config" / "tokscale" / "cursor-cache"
    found = read_home(AGENT, root).values()
    assert len(found) == 5
    counts = [each.tokens for each in found]
    assert sum(each.input for each in counts) == 2_600
    assert sum(each.output for each in counts) == 530
    assert sum(each.cache_read for each in counts) == 17_200
    assert sum(each.cache_write for each in counts) == 2_050
    recorded = {each.model: each.recorded for each in found}
    assert recorded == {
        "auto": 1_234_500_000_000_000,
        "gpt-5-codex": 30_000_000_000,
        "gpt-5.2": 10_000_000_000,
        "claude-4.5-sonnet-thinking": None,
        "composer-2": None,
    }


@pytest.mark.parametrize(
    "text",
    [
        V1 + f"{TIME},gpt-5.2,20,30,40,10,100,0.5,0\n",
        V2 + v2("0.5"),
        V3 + v2("0.5").replace(f'"{TIME}"', f'"{TIME}","",""'),
        "\ufeff" + V2.replace("\n", "\r\n") + v2("$0.50").replace("\n", "\r\n"),
        "Cost,Output Tokens,Cache Read,Input (w/o Cache Write),Input (w/ Cache Write),Model,Date\n"
        f"0.5,10,40,30,20,gpt-5.2,{TIME}\n",
    ],
    ids=["v1", "v2", "v3", "BOM, CRLF, $", "other order"],
)
def test_every_generation_is_read_by_its_columns_names(tmp_path: Path, text: str) -> None:
    given(tmp_path, text=text)
    (found,) = read_home(AGENT, tmp_path).values()
    assert found.tokens == Tokens(30, 10, 40, 20)
    assert (found.model, found.time) == ("gpt-5.2", moment("2026-05-01T10:00"))
    assert (found.recorded, found.session, found.project) == (PICO // 2, "2026-05-01", "")


@pytest.mark.parametrize(
    ("cost", "kind", "recorded"),
    [
        ("Included", "Included", None),
        ("-", "Errored, No Charge", None),
        ("0.20", "Errored, No Charge", None),
        ("NaN", "On-Demand", None),
        ("", "On-Demand", None),
        ("-3", "On-Demand", None),
        ("inf", "On-Demand", None),
        ("$1,234.50", "On-Demand", 1_234_500_000_000_000),
        ("0", "Included", 0),
        ("0.000001", "On-Demand", PICO // 1_000_000),
    ],
)
def test_a_cost_is_what_a_number_says(
    tmp_path: Path, cost: str, kind: str, recorded: int | None
) -> None:
    given(tmp_path, text=V2 + v2(cost, kind))
    (found,) = read_home(AGENT, tmp_path).values()
    assert found.recorded == recorded


def test_an_event_of_the_web_knows_its_conversation_and_its_api_cost(tmp_path: Path) -> None:
    errored = event(kind="USAGE_EVENT_KIND_ERRORED_NOT_CHARGED", model="composer-2")
    given(tmp_path, "usage.json", [event(), errored])
    found = {each.model: each for each in read_home(AGENT, tmp_path).values()}
    one = found["gpt-5.2"]
    assert (one.tokens, one.session, one.recorded) == (
        Tokens(30, 10, 40, 20),
        "c-1",
        PICO * 3 // 200,
    )
    assert found["composer-2"].recorded is None


@pytest.mark.parametrize("name", ["usageEvents", "events", None])
def test_a_list_of_events_is_found_under_each_name(tmp_path: Path, name: str | None) -> None:
    text = json.dumps({name: [event()]} if name else [event()])
    given(tmp_path, "usage.json", text)
    assert len(read_home(AGENT, tmp_path)) == 1


def test_identical_rows_of_one_file_are_two_and_the_same_account_in_two_files_is_one(
    tmp_path: Path,
) -> None:
    given(tmp_path, "usage.csv", V2 + v2() + v2())
    given(tmp_path, "mine.csv", V1 + f"{TIME},gpt-5.2,20,30,40,10,100,Included,0\n")
    assert len(read_home(AGENT, tmp_path)) == 2
    given(tmp_path, "usage.json", [event(), event()])
    found = read_home(AGENT, tmp_path).values()
    assert [each.session for each in found] == ["c-1", "c-1"]
    assert [each.recorded for each in found] == [PICO * 3 // 200] * 2


def test_events_without_tokens_are_no_responses(tmp_path: Path) -> None:
    given(tmp_path, "usage.json", [event(tokenUsage=None), event(tokenUsage={})])
    given(tmp_path, "usage.csv", V2 + v2("-", "Errored", '"0","0","0","0"'))
    told = tell_home(AGENT, tmp_path)
    assert (merged(told.sightings), problems(told)) == ({}, [])


def test_a_broken_row_costs_no_more_than_itself(tmp_path: Path) -> None:
    text = V2 + v2().replace(TIME, "yesterday") + '"x","y"\n\n' + v2("0.5").replace('"10"', '"ten"')
    given(tmp_path, text=text)
    told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    assert found.tokens == Tokens(30, 0, 40, 20)
    assert problems(told) == [
        "an event without a time and zone",
        "a row with other columns than the first line names",
    ]


def test_a_broken_event_costs_no_more_than_itself(tmp_path: Path) -> None:
    given(tmp_path, "usage.json", ["text", event(timestamp=None), event(model=3), event()])
    told = tell_home(AGENT, tmp_path)
    assert {each.model for each in merged(told.sightings).values()} == {"", "gpt-5.2"}
    assert problems(told) == ["an event that is not an object", "an event without a time and zone"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("usage.csv", "<!DOCTYPE html><html>Log in</html>", "no CSV of Cursor's usage"),
        ("usage.csv", "", "no CSV of Cursor's usage"),
        ("usage.json", '{"usageEventsDisplay": [{"time', "a broken JSON document"),
        ("usage.json", '{"error": "unauthorized"}', "no JSON of Cursor's usage"),
        ("usage.json", "", "a broken JSON document"),
    ],
)
def test_a_file_that_holds_no_usage_is_said_to(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    given(tmp_path, name, text)
    told = tell_home(AGENT, tmp_path)
    assert told.sightings == []
    (said,) = problems(told)
    assert said.startswith(reason)


def test_only_usage_is_read(tmp_path: Path) -> None:
    assert kind_of("usage.json") == kind_of("usage.other.csv") == kind_of("may.csv") == "document"
    assert kind_of("state.json") is kind_of(".usage.csv") is kind_of("usage.json.part") is None
    (tmp_path / "archive").mkdir()
    given(tmp_path, "archive/usage.csv", V2 + v2())
    assert read_home(AGENT, tmp_path) == {}
