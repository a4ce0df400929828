"""Reports whose network parts fail in every way: local figures stay, what is missing is said."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.tokens import parse_token
from engine.domain.settings import Settings
from engine.live import fetcher
from engine.monitor import Monitor
from engine.pricing import refresh
from tests.cursor_site import HTML, SECRET, TOKEN, CursorSite, csv_of, usage_event
from tests.made_lines import HOUR, answer, write
from tests.stub_server import StubHandler
from tui.cli import main

NOW = int(time.time() * 1_000) - 60_000
_LONG = 30.0
_SHORT = 0.6
"""Seconds of patience where something never comes."""
LOCAL = 100 + 520
"""Tokens of Claude Code's transcript and of the synced CSV."""

Run = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def csv(home: Path) -> Path:
    """What tokscale synced."""
    path = home / ".config" / "tokscale" / "cursor-cache" / "usage.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(csv_of(["2026-05-02T10:00:00.000Z"], 520))
    return path


@pytest.fixture(autouse=True)
def _local(
    home: Path, csv: Path, data: Path, site: CursorSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / ".claude", answer("a", NOW))
    monkeypatch.setenv("CCMON_DATA_DIR", str(data))
    monkeypatch.setenv("CCMON_CURSOR_URL", site.base)
    monkeypatch.setenv("CCMON_PRICES_URL", "http://127.0.0.1:9/prices")
    monkeypatch.setattr(fetcher, "PATIENCE", 60.0)  # what comes is in time, however slow we are
    data.mkdir()
    (data / "prices-asked").write_bytes(b"")


@pytest.fixture
def _logged_in() -> None:
    TokenKeeping(Settings()).keep(parse_token(TOKEN))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a report; return its totals, and what stood on standard error."""

    def run_report(*words: str) -> tuple[dict[str, Any], str]:
        assert main(["daily", "--json", *words]) == 0
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err
        assert "Traceback" not in printed.err
        return json.loads(printed.out)["totals"], printed.err

    return run_report


def test_without_credentials_nothing_is_asked_and_nothing_said(run: Run, site: CursorSite) -> None:
    totals, said = run()
    assert (totals["totalTokens"], said, site.server.asked) == (LOCAL, "", [])


@pytest.mark.usefixtures("_logged_in")
def test_a_due_sync_is_in_the_report(run: Run, site: CursorSite) -> None:
    site.events = [usage_event(NOW, tokens=1_000)]
    totals, said = run()
    assert (totals["totalTokens"], said) == (LOCAL + 1_000, "")
    assert run()[0] == totals
    assert len(site.server.asked) == 1


@pytest.mark.usefixtures("_logged_in")
def test_offline_never_opens_a_connection(run: Run, site: CursorSite, data: Path) -> None:
    (data / "prices-asked").unlink()
    totals, said = run("--offline")
    assert (totals["totalTokens"], said, site.server.asked) == (LOCAL, "", [])


@pytest.mark.usefixtures("_logged_in")
@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        (lambda handler: handler.send(500), "HTTP status 500"),
        (lambda handler: handler.send(401), "log in again"),
        (lambda handler: handler.send(200, HTML), "web page instead of usage"),
        (lambda handler: handler.send(200, b'{"usageEventsDisplay":[{'), "not usage"),
        (lambda handler: handler.say_nothing(), "in time"),
        (lambda handler: handler.drip(200, b"x" * 50_000, 0.01), "in time"),
    ],
    ids=["500", "401", "HTML", "truncated", "silence", "dripping"],
)
def test_a_sync_that_fails_leaves_local_figures_and_is_said(
    run: Run,
    site: CursorSite,
    answered: Callable[[StubHandler], None],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if reason == "in time":
        monkeypatch.setattr(fetcher, "PATIENCE", _SHORT)
    site.on_events = site.on_export = answered
    began = time.monotonic()
    totals, said = run()
    assert time.monotonic() - began < 30, "the site is silent for longer"
    assert totals["totalTokens"] == LOCAL
    assert said.startswith("ccmon: Cursor's ")
    assert reason in said
    asked = len(site.server.asked)
    totals, again = run()
    assert (totals["totalTokens"], len(site.server.asked)) == (LOCAL, asked)
    assert again.startswith("ccmon: Cursor's usage is missing.")


@pytest.mark.usefixtures("_logged_in")
def test_a_site_that_is_not_there_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMON_CURSOR_URL", "http://127.0.0.1:9")
    totals, said = run()
    assert (totals["totalTokens"], "was not reached" in said) == (LOCAL, True)
    monkeypatch.setenv("CCMON_CURSOR_URL", "http://cursor.example")
    monkeypatch.setattr(fetcher, "PATIENCE", _SHORT)
    assert run()[0]["totalTokens"] == LOCAL


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        (lambda handler: handler.send(500), "HTTP status 500"),
        (lambda handler: handler.send(200, HTML), "not LiteLLM's price table"),
        (lambda handler: handler.say_nothing(), "within 0.54 s|in time"),
    ],
    ids=["500", "HTML", "silence"],
)
def test_prices_that_do_not_come_leave_local_figures_and_are_said_once_an_hour(
    run: Run,
    site: CursorSite,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    answered: Callable[[StubHandler], None],
    reason: str,
) -> None:
    (data / "prices-asked").unlink()
    monkeypatch.setenv("CCMON_PRICES_URL", site.server.url)
    site.server.answer = answered
    if "in time" in reason:
        monkeypatch.setattr(fetcher, "PATIENCE", _SHORT)
    totals, said = run()
    assert totals["totalTokens"] == LOCAL
    assert said.startswith("ccmon: Prices were not refreshed")
    assert re.search(reason, said)
    assert run() == (totals, "")
    assert len(site.server.asked) == 1


def test_fresh_prices_are_in_the_report_that_fetched_them(
    run: Run, site: CursorSite, data: Path, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv.write_bytes(csv.read_bytes().replace(b"gpt-5.2", b"gpt-99").replace(b"0.02", b"Included"))
    (data / "prices-asked").unlink()
    monkeypatch.setattr(refresh, "FEWEST_MODELS", 1)
    monkeypatch.setenv("CCMON_PRICES_URL", site.server.url)
    price = {"input_cost_per_token": 1e-3, "output_cost_per_token": 1e-3}
    table = {"gpt-99": {**price, "litellm_provider": "openai", "mode": "chat"}}
    site.server.answer = lambda handler: handler.send(200, json.dumps(table).encode())
    totals, said = run("--model", "gpt-99")
    assert (totals["totalCost"], said) == (0.52, "")


def test_who_uses_claude_code_alone_waits_for_no_prices(
    run: Run, site: CursorSite, data: Path, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv.unlink()
    csv.parent.rmdir()
    (data / "prices-asked").unlink()
    monkeypatch.setenv("CCMON_PRICES_URL", site.server.url)
    assert run()[0]["totalTokens"] == 100
    assert site.server.asked == []


@pytest.mark.usefixtures("_logged_in")
def test_everything_slow_is_waited_for_once(
    run: Run, site: CursorSite, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "prices-asked").unlink()
    monkeypatch.setenv("CCMON_PRICES_URL", site.server.url)
    under_way: set[str] = set()
    together: list[bool] = []

    def answer(handler: StubHandler) -> None:
        under_way.add(handler.path)
        end = time.monotonic() + _LONG
        while len(under_way) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        together.append(time.monotonic() < end)
        handler.send(500, b"")

    site.server.answer = answer
    monkeypatch.setattr(fetcher, "PATIENCE", 2 * _LONG)
    totals, said = run()
    assert together
    assert all(together), "one waited for the other"
    assert totals["totalTokens"] == LOCAL
    assert sorted(line.split()[1] for line in said.splitlines()) == ["Cursor's", "Prices"]


def problems_of_cursor() -> list[str]:
    with Monitor(Settings(is_offline=True)) as monitor:
        monitor.catch_up()
        (cursor,) = [each for each in monitor.agents() if each.agent == "cursor"]
        return [reason for _, reason in cursor.unreadable]


@pytest.mark.parametrize(
    "content", [HTML, b"", b"\xff\xfe\x00" * 50], ids=["HTML", "empty", "bytes"]
)
def test_a_damaged_cache_takes_nothing_and_has_one_line(
    run: Run, csv: Path, content: bytes
) -> None:
    csv.with_name("usage.other.csv").write_bytes(content)
    totals, _ = run()
    assert totals["totalTokens"] == LOCAL
    (said,) = problems_of_cursor()
    assert said.startswith("no CSV of Cursor's usage")
    csv.write_bytes(content)
    assert run()[0] == totals


def test_a_cache_that_disappears_takes_nothing(run: Run, csv: Path) -> None:
    run()
    csv.unlink()
    assert run()[0]["totalTokens"] == LOCAL
    assert problems_of_cursor() == []


@pytest.mark.usefixtures("_logged_in")
def test_without_local_data_what_was_synced_is_the_report(
    site: CursorSite,
    home: Path,
    csv: Path,
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    site.events = [usage_event(NOW, tokens=7)]
    totals, said = run()
    assert (totals["totalTokens"], said) == (7, "")


def test_without_any_data_a_sentence_says_where_was_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    assert main(["daily"]) == 0
    assert capsys.readouterr().out.startswith("No response is known yet.")


@pytest.mark.usefixtures("_logged_in")
def test_a_store_that_is_locked_or_damaged_holds_nothing_up(
    run: Run, site: CursorSite, home: Path
) -> None:
    site.events = [usage_event(NOW, tokens=1_000)]
    stores = home / ".local" / "share" / "opencode", home / ".local" / "share" / "kilo"
    for store in stores:
        store.mkdir(parents=True)
    (stores[1] / "kilo.db").write_bytes(b"no database" * 500)
    with closing(sqlite3.connect(stores[0] / "opencode.db")) as connection:
        connection.execute("CREATE TABLE message (id TEXT)")
        connection.execute("BEGIN EXCLUSIVE")
        totals, said = run()
    assert totals["totalTokens"] == LOCAL + 1_000
    assert "could not be read" in said


@pytest.mark.usefixtures("_logged_in")
def test_ten_runs_print_identical_figures(run: Run, site: CursorSite) -> None:
    site.events = [usage_event(NOW - hours * HOUR, tokens=hours + 1) for hours in range(30)]
    printed = [run() for _ in range(10)]
    assert printed[0][0]["totalTokens"] == LOCAL + 30 * 31 // 2
    assert all(each == printed[0] for each in printed)


def test_the_phases_are_said_apart_from_the_report(run: Run) -> None:
    _, said = run("--benchmark")
    names = [line[:12].strip() for line in said.splitlines()]
    phases = ["start", "prices", "walk", "read", "book", "cursor sync", "answer", "print"]
    assert names == [*phases, "reader"]
    assert all(line.endswith(" ms") for line in said.splitlines()[: len(phases)])
