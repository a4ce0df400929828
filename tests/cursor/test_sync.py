"""Syncing with a site on this machine: what is asked, what is believed, and how it is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from engine.agents.cursor import web
from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.sync import FRESH, Synced, is_due, lack_of, load_state, state_path, sync
from engine.agents.cursor.tokens import parse_token
from engine.agents.cursor.usage_files import sum_files, take_csv
from engine.domain.mistakes import SettingsError
from engine.domain.paths import cursor_directory
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.net import asking
from tests.conftest import NOW
from tests.cursor_site import HTML, SECRET, TOKEN, CursorSite, csv_of, holds_secret, usage_event
from tests.made_lines import DAY, HOUR, Clock
from tests.stub_server import StubHandler

MakeSettings = Callable[..., Settings]


def times(settings: Settings) -> list[int]:
    """Return when the events happened that were synced, in the order they are kept."""
    kept = json.loads((cursor_directory(settings) / "usage.json").read_bytes())
    return [int(each["timestamp"]) for each in kept["usageEventsDisplay"]]


@pytest.mark.posix
def test_events_are_fetched_and_kept_without_whose_they_are(
    site: CursorSite, logged_in: Settings
) -> None:
    site.events = [usage_event(NOW - HOUR), usage_event(NOW - DAY), usage_event(NOW - DAY)]
    synced = sync(logged_in)
    assert (synced.outcome, synced.is_changed) == ("read", True)
    assert times(logged_in) == [NOW - DAY, NOW - DAY, NOW - HOUR]
    path = cursor_directory(logged_in) / "usage.json"
    assert b"example.org" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    (asked,) = site.asked_for()
    assert asked == {
        "teamId": 0,
        "startDate": "0",
        "endDate": str(NOW),
        "page": 1,
        "pageSize": 1_000,
    }
    sums = sum_files([cursor_directory(logged_in)])
    assert (sums.events, sums.charged, sums.api_cost) == (3, 3 * PICO // 100, 6 * PICO // 100)


def test_a_sync_asks_only_for_what_may_be_new_and_merges_it(
    site: CursorSite, online: MakeSettings, logged_in: Settings
) -> None:
    clock = Clock(NOW)
    settings = online(clock=clock)
    site.events = [usage_event(NOW - 30 * DAY), usage_event(NOW - DAY)]
    sync(settings)
    site.events += [usage_event(NOW - 2 * DAY), usage_event(NOW + HOUR)]
    site.events.pop(0)
    clock.now += 2 * HOUR
    assert sync(settings).is_changed
    assert times(settings) == [NOW - 30 * DAY, NOW - 2 * DAY, NOW - DAY, NOW + HOUR]
    assert int(site.asked_for()[-1]["startDate"]) == NOW - 3 * DAY
    written = (cursor_directory(settings) / "usage.json").stat().st_mtime_ns
    clock.now += HOUR
    assert not sync(settings).is_changed
    assert (cursor_directory(settings) / "usage.json").stat().st_mtime_ns == written


def test_what_cursor_has_forgotten_stays(site: CursorSite, logged_in: Settings) -> None:
    site.events = [usage_event(NOW - 30 * DAY), usage_event(NOW - DAY)]
    sync(logged_in)
    state_path(logged_in).unlink()
    site.events.pop(0)
    assert not sync(logged_in).is_changed
    assert times(logged_in) == [NOW - 30 * DAY, NOW - DAY]


@pytest.mark.parametrize(
    "body", [b"{}", b'{"totalUsageEventsCount": 0}', b'{"usageEventsDisplay":[]}']
)
def test_an_account_without_usage_is_no_failure(
    site: CursorSite, logged_in: Settings, body: bytes
) -> None:
    site.on_events = lambda handler: handler.send(200, body)
    assert sync(logged_in).outcome == "read"
    assert times(logged_in) == []


def test_a_damaged_cache_is_fetched_anew(site: CursorSite, logged_in: Settings) -> None:
    site.events = [usage_event(NOW - 30 * DAY), usage_event(NOW - DAY)]
    sync(logged_in)
    (cursor_directory(logged_in) / "usage.json").write_bytes(b'{"usageEventsDisplay":[{"ti')
    sync(logged_in)
    assert times(logged_in) == [NOW - 30 * DAY, NOW - DAY]


def test_pages_are_fetched_to_the_last(
    site: CursorSite, logged_in: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PAGE", 2)
    site.events = [usage_event(NOW - hours * HOUR) for hours in range(5)]
    assert sync(logged_in).outcome == "read"
    assert len(times(logged_in)) == 5
    assert [asked["page"] for asked in site.asked_for()] == [1, 2, 3]


def test_what_there_was_no_time_for_is_fetched_by_the_next_sync(
    site: CursorSite, logged_in: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PAGE", 2)
    site.events = [usage_event(NOW - hours * HOUR) for hours in range(7)]
    passed = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed[0])
    monkeypatch.setattr(asking, "time", clock)

    def slow_from_the_third(handler: StubHandler) -> None:
        if len(site.server.asked) >= 3:
            passed[0] = 3_600
        site.send_events(handler)

    site.on_events = slow_from_the_third
    synced = sync(logged_in, 60)
    assert (synced.outcome, "events before" in synced.sentence) == ("read", True)
    assert times(logged_in) == [NOW - hours * HOUR for hours in (2, 1, 0)]
    site.on_events, passed[0] = site.send_events, 0.0
    assert "events before" not in sync(logged_in).sentence
    assert len(times(logged_in)) == 7


FAILURES: list[tuple[str, Callable[[StubHandler], None], str]] = [
    ("500", lambda handler: handler.send(500, b"oh"), "failing"),
    ("404", lambda handler: handler.send(404), "refused"),
    ("login page", lambda handler: handler.send(200, HTML), "page"),
    ("redirect", lambda handler: handler.send(307, Location="/login"), "unauthorized"),
    ("401", lambda handler: handler.send(401), "unauthorized"),
    ("truncated", lambda handler: handler.send(200, b'{"usageEventsDisplay":[{"'), "unreadable"),
    ("other JSON", lambda handler: handler.send(200, b'{"hello": 1}'), "unreadable"),
    (
        "fewer than said",
        lambda handler: handler.send(200, b'{"totalUsageEventsCount":9,"usageEventsDisplay":[]}'),
        "unreadable",
    ),
    ("cut off", lambda handler: handler.send(200, b"[]", Content_Length="99"), "unreached"),
    ("silence", lambda handler: handler.say_nothing(), "slow"),
    ("dripping", lambda handler: handler.drip(200, b"x" * 500, 0.01), "slow"),
]


@pytest.mark.parametrize(
    ("answer", "outcome"), [each[1:] for each in FAILURES], ids=[f[0] for f in FAILURES]
)
def test_a_failure_leaves_what_was_there_and_says_what_to_do(
    site: CursorSite,
    logged_in: Settings,
    answer: Callable[[StubHandler], None],
    outcome: str,
) -> None:
    site.events = [usage_event(NOW - DAY)]
    sync(logged_in)
    before = (cursor_directory(logged_in) / "usage.json").read_bytes()
    site.on_events = site.on_export = answer
    began = time.monotonic()
    synced = sync(logged_in, 0.4)
    assert time.monotonic() - began < 30, "the site is silent for longer"
    assert (synced.outcome, synced.is_changed) == (outcome, False)
    assert (cursor_directory(logged_in) / "usage.json").read_bytes() == before
    assert SECRET not in synced.sentence
    assert synced.sentence.endswith(".")
    assert lack_of(logged_in).endswith(synced.sentence)
    assert "2026-11-22 13:00" in lack_of(logged_in)
    assert not is_due(logged_in)


def test_where_the_json_interface_is_gone_the_export_is_taken(
    site: CursorSite, logged_in: Settings
) -> None:
    site.on_events = lambda handler: handler.send(404)
    site.export = csv_of(["2026-11-01T10:00:00.000Z", "2026-11-02T10:00:00.000Z"])
    assert sync(logged_in) == Synced("read", "Cursor's usage is up to date.", is_changed=True)
    assert (cursor_directory(logged_in) / "usage.csv").read_bytes() == site.export
    assert [each.path for each in site.server.asked][-1] == (
        "/api/dashboard/export-usage-events-csv?strategy=tokens"
    )
    assert not sync(logged_in).is_changed


def test_retry_after_is_kept_to(
    site: CursorSite, online: MakeSettings, logged_in: Settings
) -> None:
    clock = Clock(NOW)
    settings = online(clock=clock)
    site.on_events = lambda handler: handler.send(429, Retry_After="1800")
    assert sync(settings).outcome == "limited"
    assert "13:30 UTC" in lack_of(settings)
    clock.now += 29 * 60_000
    assert (sync(settings).outcome, is_due(settings)) == ("waiting", False)
    assert len(site.server.asked) == 1
    clock.now += 60_000
    site.on_events = site.send_events
    assert is_due(settings)
    assert sync(settings).outcome == "read"


def test_a_refused_token_is_not_tried_again_until_there_is_another(
    site: CursorSite, online: MakeSettings, logged_in: Settings
) -> None:
    site.on_events = lambda handler: handler.send(401)
    assert "log in again with ccmon cursor login" in sync(logged_in).sentence
    assert not is_due(online(clock=lambda: NOW + DAY))


def test_a_sync_is_due_every_five_minutes_and_only_where_logged_in(
    site: CursorSite, online: MakeSettings
) -> None:
    clock = Clock(NOW)
    settings = online(clock=clock)
    assert not is_due(settings)
    assert sync(settings).outcome == "absent"
    TokenKeeping(settings).keep(parse_token(TOKEN))
    assert is_due(settings)
    assert not is_due(replace(settings, is_offline=True))
    assert not is_due(replace(settings, agents=("claude", "codex")))
    sync(settings)
    clock.now += FRESH - 1
    assert not is_due(settings)
    clock.now += 1
    assert is_due(settings)
    assert len(site.server.asked) == 1


def test_nothing_listening_is_said_in_a_sentence(online: MakeSettings, logged_in: Settings) -> None:
    environment = {**logged_in.environment, "CCMON_CURSOR_URL": "http://127.0.0.1:9"}
    assert "was not reached" in sync(online(environment=environment)).sentence


@pytest.mark.parametrize("url", ["http://cursor.example", "ftp://127.0.0.1", "cursor.com"])
def test_the_token_goes_nowhere_that_others_can_read(
    online: MakeSettings, logged_in: Settings, url: str
) -> None:
    environment = {**logged_in.environment, "CCMON_CURSOR_URL": url}
    with pytest.raises(SettingsError, match="must be https"):
        sync(online(environment=environment))


def test_another_account_takes_nothing_from_the_first(
    site: CursorSite, online: MakeSettings, logged_in: Settings
) -> None:
    site.events = [usage_event(NOW - DAY)]
    sync(logged_in)
    TokenKeeping(logged_in).keep(parse_token(f"user_02::{SECRET}"))
    other = TOKEN.replace("user_01ABC", "user_02")
    site.events = [usage_event(NOW - HOUR, tokens=7)]

    def answer(handler: StubHandler) -> None:
        assert other in handler.headers["Cookie"]
        site.send_events(handler)

    site.server.answer = answer
    assert sync(logged_in).outcome == "read"
    assert times(logged_in) == [NOW - HOUR]
    assert sum_files([cursor_directory(logged_in)]).events == 2


def test_a_data_directory_that_cannot_be_written_is_said(
    site: CursorSite, logged_in: Settings
) -> None:
    cursor_directory(logged_in).write_bytes(b"a file in the way")
    synced = sync(logged_in)
    assert (synced.outcome, "make it writable" in synced.sentence) == ("unsaved", True)


def test_the_secret_is_in_no_file_but_its_own(site: CursorSite, logged_in: Settings) -> None:
    site.events = [usage_event(NOW)]
    sync(logged_in)
    site.on_events = lambda handler: handler.send(500, SECRET.encode())
    sync(logged_in)
    data = cursor_directory(logged_in).parent
    assert holds_secret(data) == [TokenKeeping(logged_in).path]
    assert load_state(logged_in).outcome == "failing"


def test_a_csv_is_checked_before_it_is_taken(tmp_path: Path) -> None:
    data = csv_of(["2026-11-01T10:00:00.000Z"])
    good, bad = tmp_path / "usage-events.csv", tmp_path / "bad.csv"
    good.write_bytes(data)
    target, count = take_csv(good, tmp_path / "data")
    assert (target.read_bytes(), count) == (data, 1)
    assert take_csv(good, tmp_path / "data")[0] == target
    bad.write_bytes(HTML)
    with pytest.raises(SettingsError, match="no CSV of Cursor's usage"):
        take_csv(bad, tmp_path / "data")
    with pytest.raises(SettingsError, match="cannot be read"):
        take_csv(tmp_path / "absent.csv", tmp_path / "data")
    assert len(list((tmp_path / "data").iterdir())) == 1
