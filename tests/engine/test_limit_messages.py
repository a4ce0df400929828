"""Messages that a limit is hit: every wording, which window, when it resets, and no false one."""

from __future__ import annotations

import json
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.agents.claude.limit_messages import hit_of, hits_in
from engine.domain.hits import Hit
from engine.domain.times import iso_time
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE, SECOND, moment

repeatable = examples(derandomize=True, deadline=None)

AT = "2026-11-22T13:00"
"""A Sunday; 14:00 in Paris, 22:00 in Seoul."""


def record(text: str, at: str = AT, **more: Any) -> dict[str, Any]:
    return {
        "type": "assistant",
        "uuid": "u1",
        "timestamp": f"{at}:00.000Z",
        "sessionId": "s1",
        "isSidechain": False,
        "isApiErrorMessage": True,
        "error": "rate_limit",
        "message": {
            "id": "m1",
            "model": "<synthetic>",
            "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": 0, "output_tokens": 0},
        },
        **more,
    }


def quota(**said: Any) -> dict[str, Any]:
    reset = moment("2026-11-22T15:30") // SECOND
    return {"status": "rejected", "resetsAt": reset, "rateLimitType": "five_hour", **said}


def read(said: dict[str, Any], zone: str = "UTC") -> Hit | None:
    return hit_of(said, "a.jsonl:0", "of the path", lambda: ZoneInfo(zone))


def told(text: str, at: str = AT, zone: str = "UTC", **more: Any) -> tuple[str, str | None]:
    """Return window and reset of a message, the reset in UTC to the minute."""
    hit = read(record(text, at, **more), zone)
    assert hit is not None, text
    return hit.window, hit.resets_at and iso_time(hit.resets_at)[:16]


@pytest.mark.parametrize(
    ("text", "window", "reset"),
    [
        ("Claude AI usage limit reached|1795363200", "five_hour", "2026-11-22T16:00"),
        ("Claude AI usage limit reached|1795726800", "seven_day", "2026-11-26T21:00"),
        (
            "Claude usage limit reached. Your limit will reset at 3pm (Europe/Berlin).",
            "five_hour",
            "2026-11-22T14:00",
        ),
        ("5-hour limit reached ∙ resets 18:00", "five_hour", "2026-11-22T18:00"),
        ("5-hour limit reached ∙ resets 5pm", "five_hour", "2026-11-22T17:00"),
        (
            "Limit reached · resets 11:30am (America/Sao_Paulo) · /upgrade or /extra-usage",
            "five_hour",
            "2026-11-22T14:30",
        ),
        ("Weekly limit reached ∙ resets Nov 25 at 9am", "seven_day", "2026-11-25T09:00"),
        ("Opus weekly limit reached ∙ resets Nov 25, 9am", "seven_day:Opus", "2026-11-25T09:00"),
        ("You've hit your limit · resets 4pm (UTC)", "five_hour", "2026-11-22T16:00"),
        ("You've hit your limit · resets 4am (UTC)", "seven_day", "2026-11-23T04:00"),
        ("You've hit your limit · resets Nov 26 at 9pm", "seven_day", "2026-11-26T21:00"),
        ("You've hit your limit", "unknown", None),
        ("You've hit your usage limit · contact your admin to increase it", "unknown", None),
        (
            "You've hit your session limit · resets 3:45pm (Europe/Brussels)",
            "five_hour",
            "2026-11-22T14:45",
        ),
        ("You\u2019ve hit your session limit · resets 3pm (UTC)", "five_hour", "2026-11-22T15:00"),
        ("You've hit your session limit · resets in 3h 20m", "five_hour", "2026-11-22T16:20"),
        (
            "You've hit your weekly limit · resets Nov 28 at 3am (UTC)",
            "seven_day",
            "2026-11-28T03:00",
        ),
        (
            "You've hit your weekly limit · resets Nov 27, 5pm (Europe/Amsterdam)",
            "seven_day",
            "2026-11-27T16:00",
        ),
        ("You've hit your weekly limit · resets Mon 9am", "seven_day", "2026-11-23T09:00"),
        ("You've hit your Opus limit · resets Nov 23, 9pm", "seven_day:Opus", "2026-11-23T21:00"),
        (
            "You've hit your Sonnet limit · resets 9pm (UTC) · progress saved",
            "seven_day:Sonnet",
            "2026-11-22T21:00",
        ),
        (
            "You've reached your Fable 5 limit. Run /usage-credits to continue or switch models.",
            "seven_day:Fable 5",
            None,
        ),
        (
            "Lower-priority mode ended · you have reached your weekly usage limit",
            "seven_day",
            None,
        ),
    ],
)
def test_each_wording_names_its_window_and_reset(text: str, window: str, reset: str | None) -> None:
    assert told(text) == (window, reset)


@pytest.mark.parametrize(
    ("text", "reset"),
    [
        ("You're out of extra usage · resets 6:50pm (Asia/Seoul)", "2026-11-23T09:50"),
        ("You're out of usage credits · resets 9pm", "2026-11-22T21:00"),
        ("You've hit your usage credit limit · resets Dec 1, 12am (UTC)", "2026-12-01T00:00"),
        (
            "You've hit your individual spend limit · run /usage-credits to ask your admin for a"
            " higher limit · your session limit resets 3:50pm (UTC)",
            "2026-11-22T15:50",
        ),
        ("You've hit your monthly spend limit · raise it at claude.ai/settings/usage", None),
        ("You've hit your org's monthly spend limit", None),
        ("You've hit your org's monthly usage limit", None),
        ("You've hit your channel's monthly spend limit.", None),
        ("You've hit your individual usage limit", None),
        ("You've hit your team's shared budget. Switch to another model to continue.", None),
        ("Your org is out of usage · contact your admin", None),
        ("Your group's usage limit is set to $0 · ask your admin to raise it", None),
        ("Your usage allocation has been disabled by your admin", None),
    ],
)
def test_money_beyond_the_plan_is_a_window_of_its_own(text: str, reset: str | None) -> None:
    assert told(text) == ("spend_limit", reset)


def test_a_balance_that_is_too_low_is_told_apart_from_every_window() -> None:
    assert told("Credit balance is too low", error=None) == ("credits", None)
    assert told("Credit balance is too low", error="billing_error") == ("credits", None)


@pytest.mark.parametrize(
    "text",
    [
        "API Error: Extra usage is required for 1M context · run /extra-usage to enable",
        "API Error: Usage credits required for 1M context",
        "API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited",
        "Server is temporarily limiting requests (not your usage limit)",
        "API Error: Request rejected (429) · this may be a temporary capacity issue",
        'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"limit"}}',
        "Request rejected (429) · Too many requests",
        "Rate limit exceeded; retry later",
        "You've hit your rate limit. Try again in a few seconds.",
        "You've hit your Opus fast limit · resets in 2m",
        "You've hit your concurrency limit",
        "You've reached your per-minute request limit",
        "You've reached your context limit",
        "Context limit reached · /compact or /clear to continue",
        "Fable 5 requires usage credits. Switch to another model.",
        "Approaching usage limit · resets 7pm",
        "You've used 97% of your session limit · resets 11am",
        "You're close to your session limit",
        "You're now using extra usage · Your session limit resets 7pm",
        "5-hour limit reached · now using extra usage",
        "Overloaded",
        "",
    ],
)
@pytest.mark.parametrize("error", ["rate_limit", None])
def test_other_refusals_and_warnings_are_no_hits(text: str, error: str | None) -> None:
    assert read(record(text, error=error)) is None


def test_a_refusal_known_to_pass_is_no_hit() -> None:
    said = record("You've hit your limit · resets 4pm", apiErrorIsTransient=True)
    assert read(said) is None


@pytest.mark.parametrize(
    "more",
    [
        {"isApiErrorMessage": False},
        {"isApiErrorMessage": None},
        {"isApiErrorMessage": "true"},
        {"type": "user"},
        {"timestamp": None},
        {"timestamp": "yesterday"},
    ],
)
def test_only_an_errors_line_with_a_time_is_looked_at(more: dict[str, Any]) -> None:
    text = "You've hit your session limit · resets 3pm (UTC)"
    assert read(record(text)) is not None
    assert read(record(text, quotaLimits=quota(), **more)) is None


def test_wordings_of_old_versions_count_without_the_error_field() -> None:
    for text in (
        "Claude AI usage limit reached|1795363200",
        "5-hour limit reached ∙ resets 18:00",
        "Weekly limit reached ∙ resets Nov 25 at 9am",
        "Limit reached · resets 7pm (America/Sao_Paulo)",
        "You're out of extra usage · resets 6:50pm (Asia/Seoul)",
        "You've hit your limit · resets 3:40pm (America/Ciudad_Juarez)",
    ):
        assert told(text, error=None) == told(text)
    for text in ("Limit reached for this file type", "The limit reached us", "Set a spend limit"):
        assert read(record(text, error=None)) is None


def test_an_unknown_wording_of_a_limit_is_a_hit_of_an_unknown_window() -> None:
    assert told("Your seat type doesn't include usage credits") == ("unknown", None)
    assert told("Quota used up for today") == ("unknown", None)


def test_the_fields_go_before_the_text() -> None:
    text = "You've hit your limit · resets 11pm (Asia/Tokyo)"
    assert told(text, quotaLimits=quota()) == ("five_hour", "2026-11-22T15:30")
    assert told("Nothing known", error=None, quotaLimits=quota()) == (
        "five_hour",
        "2026-11-22T15:30",
    )
    week = quota(rateLimitType="seven_day", resetsAt=moment("2026-11-26T03:00") // SECOND)
    assert told(text, quotaLimits=week) == ("seven_day", "2026-11-26T03:00")


@pytest.mark.parametrize(
    ("kind", "text", "window"),
    [
        ("seven_day_opus", "", "seven_day:Opus"),
        ("seven_day_sonnet", "You've hit your Sonnet limit", "seven_day:Sonnet"),
        ("seven_day_sonnet", "You've hit your weekly limit", "seven_day"),
        ("seven_day_overage_included", "You've hit your Fable 5 limit", "seven_day:Fable 5"),
        ("seven_day_overage_included", "", "seven_day_overage_included"),
        ("overage", "", "spend_limit"),
        ("five_hour", "You've hit your monthly spend limit", "spend_limit"),
        ("fortnight", "You've hit your limit", "fortnight"),
        (None, "You've hit your limit", "five_hour"),
    ],
)
def test_the_type_names_the_window_except_of_money(
    kind: str | None, text: str, window: str
) -> None:
    assert told(text, quotaLimits=quota(rateLimitType=kind))[0] == window


@pytest.mark.parametrize("status", ["allowed", "allowed_warning", None])
def test_what_was_allowed_is_no_hit_even_where_extra_usage_was_refused(
    status: str | None,
) -> None:
    said = quota(status=status, overageStatus="rejected")
    assert read(record("Something else", error=None, quotaLimits=said)) is None


@pytest.mark.parametrize(
    "resets_at",
    [None, True, "soon", -5, 5, 10**18, moment("2028-11-22T15:30") // SECOND],
)
def test_a_reset_that_makes_no_sense_gives_way_to_the_text(resets_at: object) -> None:
    text = "You've hit your session limit · resets 4pm (UTC)"
    said = quota(resetsAt=resets_at)
    assert told(text, quotaLimits=said) == ("five_hour", "2026-11-22T16:00")


@pytest.mark.parametrize("resets_at", [1_795_361_400_000, 1_795_361_401, "2026-11-22T15:30:00.2Z"])
def test_milliseconds_and_iso_are_told_apart_and_rounded_to_the_minute(resets_at: object) -> None:
    assert told("", quotaLimits=quota(resetsAt=resets_at))[1] == "2026-11-22T15:30"


def test_the_text_says_when_spending_may_go_on_else_the_fields() -> None:
    both = told("You're out of usage credits · resets 9pm (UTC)", quotaLimits=quota())
    assert both == ("spend_limit", "2026-11-22T21:00")
    alone = told("You've hit your monthly spend limit", quotaLimits=quota())
    assert alone == ("spend_limit", "2026-11-22T15:30")


def test_a_hit_says_whose_it_is() -> None:
    hit = read(record("You've hit your limit", quotaLimits=quota(isUsingOverage=True)))
    assert hit is not None
    assert (hit.time, hit.session) == (moment(AT), "s1")
    assert (hit.is_extra_usage, hit.is_sidechain) == (True, False)
    nameless = read(record("You've hit your limit", sessionId=None, isSidechain=True))
    assert nameless is not None
    assert (nameless.session, nameless.is_extra_usage) == ("of the path", False)
    assert nameless.is_sidechain


def test_the_id_is_the_lines_own_else_that_of_its_place() -> None:
    def id_of(place: str, **more: Any) -> int:
        hit = hit_of(record("You've hit your limit", **more), place, "", lambda: UTC)
        assert hit is not None
        return hit.id

    assert id_of("a:0") == id_of("b:7", sessionId="s2")
    assert id_of("a:0") != id_of("a:0", uuid="u2")
    assert id_of("a:0", uuid=None) == id_of("a:0", uuid="")
    assert id_of("a:0", uuid=None) != id_of("a:1", uuid=None)
    assert 0 <= id_of("a:0") < 1 << 63


@pytest.mark.parametrize(
    ("said", "at", "zone", "reset"),
    [
        ("resets 12am", AT, "UTC", "2026-11-23T00:00"),
        ("resets 12pm", AT, "UTC", "2026-11-23T12:00"),
        ("resets 00:30", AT, "UTC", "2026-11-23T00:30"),
        ("resets 3:45 PM", AT, "UTC", "2026-11-22T15:45"),
        ("resets 3:45\u202fpm", AT, "UTC", "2026-11-22T15:45"),
        ("resets 3pm", AT, "Asia/Kathmandu", "2026-11-23T09:15"),
        ("resets 3pm (Asia/Calcutta)", AT, "UTC", "2026-11-23T09:30"),
        ("resets 3pm (Mars/Olympus)", AT, "Europe/Paris", None),
        ("resets 3pm (../../etc/passwd)", AT, "Europe/Paris", "2026-11-22T14:00"),
        ("resets Jan 2 at 9am", "2026-12-30T10:00", "UTC", "2027-01-02T09:00"),
        ("resets Jan 2, 2027, 9am", "2026-12-30T10:00", "UTC", "2027-01-02T09:00"),
        ("resets 1am", "2026-12-31T22:00", "UTC", "2027-01-01T01:00"),
        ("resets Feb 29 at 9am", "2028-02-26T10:00", "UTC", "2028-02-29T09:00"),
        ("resets September 18 at 3am", "2026-09-12T10:00", "UTC", "2026-09-18T03:00"),
        ("resets Sunday 9am", AT, "UTC", "2026-11-29T09:00"),
        ("resets Sunday 9pm", AT, "UTC", "2026-11-22T21:00"),
        ("resets 25:00", AT, "UTC", None),
        ("resets 13pm", AT, "UTC", None),
        ("resets 7", AT, "UTC", None),
        ("resets soon", AT, "UTC", None),
        ("resets in time", AT, "UTC", None),
        ("resets Feb 31 at 9am", AT, "UTC", None),
        ("resets Dec 3, 0001 at 9am", AT, "Europe/Paris", None),
        ("resets Dec 3, 9999 at 9am", AT, "Europe/Paris", None),
    ],
)
def test_a_clock_time_is_the_next_one_in_its_zone(
    said: str, at: str, zone: str, reset: str | None
) -> None:
    assert told(f"You've hit your weekly limit · {said}", at, zone) == ("seven_day", reset)


@pytest.mark.parametrize(
    ("said", "at", "reset"),
    [
        # Clocks go forward on 2026-03-29 at 01:00 UTC and back on 2026-10-25 at 01:00 UTC.
        ("resets 4am", "2026-03-29T00:30", "2026-03-29T02:00"),
        ("resets 11pm", "2026-03-28T22:30", "2026-03-29T21:00"),
        ("resets 2:30am", "2026-10-24T23:00", "2026-10-25T00:30"),
        ("resets 2:30am", "2026-10-25T00:45", "2026-10-25T01:30"),
        ("resets 4am", "2026-10-24T23:30", "2026-10-25T03:00"),
    ],
)
def test_a_change_of_clocks_lies_between(said: str, at: str, reset: str) -> None:
    text = f"You've hit your weekly limit · {said} (Europe/Paris)"
    assert told(text, at) == ("seven_day", reset)


def test_a_message_repeated_after_its_reset_means_the_one_that_was() -> None:
    late = "You've hit your session limit · resets 12:50pm (UTC)"
    assert told(late) == ("five_hour", "2026-11-22T12:50")
    assert told("You've hit your weekly limit · resets Nov 22 at 9am")[1] == "2026-11-22T09:00"
    old = "Claude AI usage limit reached|1795341600"
    assert told(old) == ("five_hour", "2026-11-22T10:00")


def line(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode() + b"\n"


def found(data: bytes, zone: tzinfo = UTC) -> list[Hit]:
    return hits_in(data, 100, "-code-app/s1.jsonl", "s1", lambda: zone)


def test_a_line_gives_its_hit_compact_spaced_or_damaged() -> None:
    said = record("You've hit your session limit · resets 3pm (UTC)")
    hit = read(said)
    compact = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    damaged = b"\xef\xbb\xbf\x00\x00" + compact.replace(b"s1", b"s1", 1)
    torn = b'{"type":"assistant","message":{"content":"tor' + compact
    for data in (line(said), compact + b"\r\n", damaged, torn):
        assert found(data) == [hit]
    assert found(compact + compact.replace(b'"u1"', b'"u2"'))[1].id != found(compact)[0].id
    assert found(compact.replace(b"limit", b"\xff limit")) != []


def test_a_sub_agents_line_inside_a_progress_line_is_its_hit() -> None:
    inner = record("You've hit your session limit · resets 3pm (UTC)", timestamp=None)
    del inner["timestamp"], inner["sessionId"]
    progress = {
        "type": "progress",
        "uuid": "outer",
        "timestamp": f"{AT}:00.000Z",
        "sessionId": "s1",
        "data": {"message": inner},
    }
    (hit,) = found(line(progress))
    assert (hit.session, hit.window, hit.is_sidechain) == ("s1", "five_hour", True)
    assert found(line({**progress, "type": "user"})) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
quoted = st.sampled_from(
    [
        "You've hit your session limit · resets 3pm (UTC)",
        "Claude AI usage limit reached|1795363200",
        '{"isApiErrorMessage":true,"error":"rate_limit","quotaLimits":{"status":"rejected"}}',
    ]
)


@repeatable
@given(quoted | st.text(), st.sampled_from(["user", "assistant", "system"]), json_values)
def test_no_text_of_people_or_models_is_ever_a_hit(text: str, kind: str, tool: object) -> None:
    content = [
        {"type": "text", "text": text},
        {"type": "tool_result", "content": [{"type": "text", "text": text}]},
        {"type": "tool_use", "input": {"isApiErrorMessage": True, "text": text}},
    ]
    said = {
        "type": kind,
        "uuid": "u1",
        "timestamp": f"{AT}:00.000Z",
        "toolUseResult": {"isApiErrorMessage": True, "error": "rate_limit", "other": tool},
        "message": {"content": content, "usage": {}, "error": "rate_limit"},
    }
    assert found(line(said)) == []


@repeatable
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["assistant", "progress"]) | json_values,
            "timestamp": st.just(iso_time(NOW)) | json_values,
            "uuid": json_values,
            "sessionId": json_values,
            "isSidechain": json_values,
            "error": st.just("rate_limit") | json_values,
            "quotaLimits": st.dictionaries(
                st.sampled_from(["status", "resetsAt", "rateLimitType", "isUsingOverage"]),
                st.just("rejected") | json_values,
            )
            | json_values,
            "message": st.fixed_dictionaries({"content": json_values}) | json_values,
            "data": st.fixed_dictionaries({"message": json_values}) | json_values,
        },
    )
)
def test_nothing_in_an_errors_line_makes_reading_fail(said: dict[str, Any]) -> None:
    for hit in found(line({"isApiErrorMessage": True, **said})):
        assert 0 <= hit.id < 1 << 63
        assert hit.window


@repeatable
@given(
    st.from_regex(
        r"You've hit your (session |weekly |)limit · resets "
        r"((Jan|Feb|Dec) [0-3]?[0-9](, [0-9]{4})?( at|,) |Mon |)[0-9]{1,2}(:[0-9]{2})?(am|pm|)"
        r"( \((UTC|Europe/Paris|Pacific/Apia|x)\))?",
        fullmatch=True,
    ),
    st.integers(min_value=0, max_value=8_000 * 365 * DAY),
)
def test_a_reset_is_none_or_to_the_minute(text: str, time: int) -> None:
    stamp = iso_time(time)
    hit = read({**record(text), "timestamp": stamp}, "Asia/Kathmandu")
    assert hit is not None
    assert hit.resets_at is None or hit.resets_at % MINUTE == 0
    assert hit.resets_at is None or abs(hit.resets_at - time) <= 400 * DAY


@repeatable
@given(
    st.integers(min_value=0, max_value=23),
    st.integers(min_value=0, max_value=59),
    st.integers(min_value=NOW - 400 * DAY, max_value=NOW),
)
def test_a_session_never_resets_further_ahead_than_it_lasts(
    hour: int, minute: int, time: int
) -> None:
    text = f"You've hit your session limit · resets {hour}:{minute:02} (America/New_York)"
    hit = read({**record(text), "timestamp": iso_time(time)})
    assert hit is not None
    assert hit.resets_at is not None
    assert time - 25 * HOUR < hit.resets_at <= time + 5 * HOUR + 15 * MINUTE
