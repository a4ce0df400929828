"""Which channels a warning takes: what is set, quiet hours, and what stays off."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.typed.clocks import parse_quiet_hours
from engine.notify.channels import Channels, channels_of
from engine.notify.notifier import Notifier
from tests.conftest import NOW
from tests.made_messages import message
from tests.stub_server import hide_proxies, serving

BERLIN = ZoneInfo("Europe/Berlin")
OVER_MIDNIGHT = parse_quiet_hours("22:00-07:30")


def at(text: str) -> int:
    """Return an ISO 8601 time as UTC milliseconds."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def notifier(channels: Channels, notices: list[str], **given: Any) -> Notifier:
    plain: dict[str, Any] = {"zone": UTC, "environment": {}, "notice": notices.append}
    return Notifier(channels, **{**plain, **given})


def test_only_what_is_drawn_and_the_bell_are_on_unless_the_user_says_otherwise() -> None:
    assert channels_of({}) == Channels()
    on = {name for name in Channels.__struct_fields__ if getattr(Channels(), name)}
    assert on == {"toast", "bell", "title"}


def test_every_channel_can_be_set() -> None:
    assert channels_of(
        {
            "toast": False,
            "bell": False,
            "title": False,
            "terminal": True,
            "progress": True,
            "desktop": True,
            "command": ["notify", "--now"],
            "webhook": "https://hooks.example.org/x",
            "quiet-hours": "22:00-07:30",
        }
    ) == Channels(
        toast=False,
        bell=False,
        title=False,
        terminal=True,
        progress=True,
        desktop=True,
        command=("notify", "--now"),
        webhook="https://hooks.example.org/x",
        quiet_hours=OVER_MIDNIGHT,
    )
    assert channels_of({"command": " say hello "}).command == "say hello"


@pytest.mark.parametrize("off", [False, ""])
def test_what_is_empty_or_false_is_off(off: object) -> None:
    assert channels_of({"command": off, "webhook": off, "quiet-hours": off}) == Channels()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bell": "yes"}, "The channel 'bell' is true or false."),
        ({"telegraph": True}, "There is no channel setting 'telegraph': there are toast, bell,"),
        ({"command": 3}, "The command for warnings is a command line, or a list"),
        ({"command": []}, "The command for warnings is a command line, or a list"),
        ({"command": [" "]}, "The command for warnings is a command line, or a list"),
        ({"command": ["a", 1]}, "The command for warnings is a command line, or a list"),
        ({"command": ["a", "b\0"]}, "The command for warnings is a command line, or a list"),
        ({"webhook": "http://example.org"}, "A webhook is an https address"),
        ({"webhook": True}, "A webhook is an https address"),
        ({"quiet-hours": "night"}, "Quiet hours are two different times of the day"),
        ({"quiet-hours": True}, "Quiet hours are two different times of the day"),
    ],
)
def test_what_cannot_hold_is_one_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError) as error:
        channels_of(given)
    assert str(error.value).startswith(sentence)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("22:00-07:30", "22:00-07:30"),
        (" 8:05 - 9:00 ", "08:05-09:00"),
        ("13:00-24:00", "13:00-00:00"),
    ],
)
def test_quiet_hours_are_two_times(text: str, shown: str) -> None:
    assert str(parse_quiet_hours(text)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "22:00", "22-7", "22:00-22:00", "00:00-24:00", "24:00-07:00", "22:60-07:00", "a:b-c:d"],
)
def test_other_quiet_hours_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="such as 22:00-07:30"):
        parse_quiet_hours(text)


@pytest.mark.parametrize(
    ("time", "is_quiet"),
    [
        ("2026-11-22T21:59:59.999+01:00", False),
        ("2026-11-22T22:00+01:00", True),
        ("2026-11-23T00:00+01:00", True),
        ("2026-11-23T07:29:59.999+01:00", True),
        ("2026-11-23T07:30+01:00", False),
        ("2026-07-01T21:30+00:00", True),
        ("2026-11-01T21:30+00:00", True),
        ("2026-11-01T20:30+00:00", False),
    ],
)
def test_quiet_hours_go_over_midnight_by_the_clock_of_the_zone(time: str, is_quiet: bool) -> None:
    assert OVER_MIDNIGHT.covers(at(time), BERLIN) is is_quiet


def test_an_hour_that_the_clocks_repeat_is_quiet_twice() -> None:
    hours = parse_quiet_hours("02:00-02:30")
    quiet = [
        minute
        for minute in range(24 * 60)
        if hours.covers(at("2026-10-25T00:00+02:00") + minute * 60_000, BERLIN)
    ]
    assert quiet == [*range(120, 150), *range(180, 210)]


def test_an_hour_that_the_clocks_leave_out_is_missed_and_what_follows_is_not() -> None:
    night = range(at("2026-03-28T22:00+01:00"), at("2026-03-29T07:30+02:00"), 60_000)
    assert len(night) == 8.5 * 60
    assert all(OVER_MIDNIGHT.covers(time, BERLIN) for time in night)
    assert not OVER_MIDNIGHT.covers(night.stop, BERLIN)


def test_the_face_rings_and_shows_what_its_terminal_can() -> None:
    kitty = {"TERM": "xterm-kitty"}
    assert notifier(Channels(), [], environment=kitty).send(message(), NOW) == b"\a"
    told = notifier(Channels(terminal=True), [], environment=kitty).send(message(), NOW)
    assert told.startswith(b"\x1b]99;")
    assert told.endswith(b"\x1b\\\a")
    assert notifier(Channels(bell=False), [], environment=kitty).send(message(), NOW) == b""


def test_progress_is_drawn_only_where_it_is_on() -> None:
    windows = {"WT_SESSION": "a"}
    on = notifier(Channels(progress=True), [], environment=windows)
    assert on.progress("normal", 10) == b"\x1b]9;4;1;10\a"
    assert on.cleared() == b"\x1b]9;4;0;0\a"
    off = notifier(Channels(), [], environment=windows)
    assert off.progress("normal", 10) == off.cleared() == b""


def test_in_quiet_hours_nothing_leaves_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_proxies(monkeypatch)
    copy = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    loud, quiet = at("2026-11-22T12:00+00:00"), at("2026-11-22T23:00+00:00")
    with serving() as server:
        channels = Channels(
            terminal=True,
            command=(sys.executable, "-c", copy, str(tmp_path / "got")),
            webhook=server.url,
            quiet_hours=OVER_MIDNIGHT,
        )
        notices: list[str] = []
        sender = notifier(channels, notices, environment={"TERM": "xterm-kitty"})
        assert sender.is_quiet(quiet)
        assert sender.send(message(title="quiet"), quiet) == b""
        assert sender.send(message(title="loud"), loud) != b""
        sender.close()
        assert [json.loads(asked.body)["title"] for asked in server.asked] == ["loud"]
    assert json.loads((tmp_path / "got").read_bytes())["title"] == "loud"
    assert notices == []


def test_offline_nothing_is_posted_and_the_user_is_told() -> None:
    with serving() as server:
        notices: list[str] = []
        sender = notifier(Channels(webhook=server.url), notices, is_offline=True)
        sender.send(message(), NOW)
        sender.close()
        assert server.asked == []
    assert notices == ["Warnings are not sent to the webhook: ccmon runs with --offline."]


@pytest.mark.skipif(sys.platform == "win32", reason="the notifier is a script for POSIX")
def test_the_desktop_is_looked_for_on_the_path_of_the_environment(tmp_path: Path) -> None:
    place = tmp_path / "notify-send"
    place.write_text(f"#!/bin/sh\necho \"$*\" > '{tmp_path}/said'\n")
    place.chmod(0o755)
    notices: list[str] = []
    environment = {"PATH": str(tmp_path)}
    sender = notifier(Channels(desktop=True), notices, environment=environment, platform="linux")
    sender.send(message(title="a", text="b"), NOW)
    sender.close()
    assert (tmp_path / "said").read_text() == "--app-name=ccmon --urgency=normal -- a b\n"
    assert notices == []
