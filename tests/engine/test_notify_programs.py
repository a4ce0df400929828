"""The channels that run a program: the user's command and the desktop's notifier."""

import base64
import json
import os
import re
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from engine.notify.channel import FLUSH, MOST_WAITING, Channel, NotDelivered, Patience
from engine.notify.command import CommandChannel
from engine.notify.desktop import DesktopChannel, arguments_of, find_notifier
from engine.notify.message import Message
from tests.conftest import NOW
from tests.made_messages import message
from tests.patience import PATIENCE, done_within, wait_until

COPY = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
NASTY = "-e \" ' $(touch /tmp/x) `id` ; do shell script \\ <b>&amp; %PATH% {0} \ud800"


def has_ended(process: int) -> bool:
    """Say whether a process is gone, or waits only to be noticed by its parent."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return state == "Z"


def test_a_command_gets_the_message_as_json(tmp_path: Path) -> None:
    notices: list[str] = []
    target = tmp_path / "got"
    channel = CommandChannel([sys.executable, "-c", COPY, str(target)], notices.append)
    channel.send(message(text="é \ud800"))
    channel.close()
    assert json.loads(target.read_bytes()) == {
        "kind": "level",
        "title": "90% of the 5-hour limit",
        "text": "é ?",
        "severity": "warning",
        "window": "five_hour",
        "time": NOW,
    }
    assert notices == []


@pytest.mark.skipif(sys.platform == "win32", reason="the line is for a POSIX shell")
def test_a_text_is_a_command_line_of_the_shell(tmp_path: Path) -> None:
    target = tmp_path / "a name"
    channel = CommandChannel(f"cat >> '{target}'; echo ignored", lambda notice: None)
    channel.send(message(title="first"))
    channel.send(message(title="second"))
    channel.close()
    titles = [json.loads(line)["title"] for line in target.read_bytes().splitlines()]
    assert titles == ["first", "second"]


def test_a_failing_command_is_one_notice_until_it_works_again(tmp_path: Path) -> None:
    notices: list[str] = []
    code = "import os, sys; sys.exit('no\\x1b[31m way' if not os.path.exists(sys.argv[1]) else 0)"
    channel = CommandChannel([sys.executable, "-c", code, str(tmp_path / "ok")], notices.append)
    for _ in range(2):
        channel.hand_over(message())
    assert notices == ["The command for warnings failed with exit code 1 (no [31m way)."]
    (tmp_path / "ok").touch()
    channel.hand_over(message())
    (tmp_path / "ok").unlink()
    channel.hand_over(message())
    assert len(notices) == 2


@pytest.mark.parametrize("command", [["/nowhere/at-all"], ["a\0b"]])
def test_a_command_that_is_not_there_is_a_notice(command: list[str]) -> None:
    notices: list[str] = []
    channel = CommandChannel(command, notices.append)
    channel.send(message())
    channel.close()
    assert len(notices) == 1
    assert notices[0].startswith("The command for warnings could not be started (")


@pytest.mark.skipif(sys.platform == "win32", reason="groups of processes are POSIX's")
def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    notices: list[str] = []
    target = tmp_path / "pid"
    command = f"sleep 60 & echo $! > {target}; wait"
    channel = CommandChannel(command, notices.append, timeout=0.3)
    channel.hand_over(message())
    assert notices == ["The command for warnings was ended: it took longer than 0.3 s."]
    wait_until(lambda: has_ended(int(target.read_text())))


@pytest.mark.skipif(sys.platform == "win32", reason="the line is for a POSIX shell")
def test_what_a_command_leaves_running_holds_nothing_up() -> None:
    notices: list[str] = []
    channel = CommandChannel("sleep 2 &", notices.append)
    done_within(1.5, lambda: channel.hand_over(message()))
    assert notices == []


@pytest.mark.skipif(sys.platform == "win32", reason="the line is for a POSIX shell")
def test_closing_waits_two_seconds_at_most(tmp_path: Path) -> None:
    started = tmp_path / "started"
    channel = CommandChannel(f"echo $$ > {started}; sleep 600", lambda notice: None)
    channel.send(message())
    channel.send(message())
    wait_until(lambda: started.exists() and started.read_text().endswith("\n"))
    assert FLUSH == 2.0
    start = time.monotonic()
    channel.close()
    assert time.monotonic() - start < PATIENCE
    wait_until(lambda: has_ended(int(started.read_text())))
    channel.close()
    channel.send(message())


class Held(Channel):
    """Holds every message until it is let go; the first fault is not of the expected kind."""

    name = "held"

    def __init__(self, notices: list[str]) -> None:
        super().__init__(notices.append)
        self.let_go = Event()
        self.got: list[str] = []

    def deliver(self, message: Message, patience: Patience) -> None:
        assert self.let_go.wait(10 * PATIENCE)
        self.got.append(message.title)
        if message.title == "fault":
            raise KeyError("secret")
        if message.title == "failure":
            raise NotDelivered("One sentence.")


def test_sending_never_waits_and_drops_the_oldest_of_too_many() -> None:
    channel = Held([])
    for number in range(200):
        channel.send(message(title=str(number)))
    assert channel.got == [], "nobody let one go"
    channel.let_go.set()
    channel.close()
    assert channel.got[-MOST_WAITING:] == [str(each) for each in range(200 - MOST_WAITING, 200)]
    assert len(channel.got) <= MOST_WAITING + 1


def test_a_fault_of_a_channel_is_a_notice_and_ends_nothing() -> None:
    notices: list[str] = []
    channel = Held(notices)
    channel.let_go.set()
    for title in ("fault", "failure", "fine"):
        channel.send(message(title=title))
    channel.close()
    assert channel.got == ["fault", "failure", "fine"]
    assert notices == ["A warning was not sent by held (KeyError).", "One sentence."]


def program(directory: Path, name: str) -> Path:
    """Put a program on a path that writes its arguments, one a line, beside itself."""
    place = directory / name
    place.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"open({str(directory / 'said')!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    place.chmod(0o755)
    return place


@pytest.mark.skipif(sys.platform == "win32", reason="programs are found by suffix there")
def test_the_desktop_is_told_by_notify_send_where_it_is(tmp_path: Path) -> None:
    notices: list[str] = []
    program(tmp_path, "notify-send")
    channel = DesktopChannel(notices.append, platform="linux", path=str(tmp_path))
    channel.send(message(title="-u x", text="<b>&", severity="error"))
    channel.close()
    assert notices == []
    said = json.loads((tmp_path / "said").read_text())
    assert said == ["--app-name=ccmon", "--urgency=critical", "--", "-u x", "&lt;b&gt;&amp;"]


def test_a_desktop_without_a_notifier_is_a_notice_that_says_what_to_do(tmp_path: Path) -> None:
    notices: list[str] = []
    channel = DesktopChannel(notices.append, platform="linux", path=str(tmp_path))
    channel.send(message())
    channel.close()
    assert len(notices) == 1
    assert "install notify-send" in notices[0]


@pytest.mark.skipif(sys.platform == "win32", reason="programs are found by suffix there")
@pytest.mark.parametrize(
    ("platform", "there", "found"),
    [
        ("linux", ["notify-send", "powershell.exe"], "notify-send"),
        ("linux", ["powershell.exe"], "powershell"),
        ("darwin", ["notify-send", "osascript"], "osascript"),
        ("darwin", ["notify-send"], "notify-send"),
        ("win32", ["powershell", "notify-send"], "powershell"),
        ("linux", [], None),
    ],
)
def test_the_notifier_is_the_one_that_is_there(
    tmp_path: Path, platform: str, there: list[str], found: str | None
) -> None:
    for name in there:
        program(tmp_path, name)
    chosen = find_notifier(platform, str(tmp_path))
    assert (chosen and chosen[0]) == found


def test_words_are_arguments_of_applescript_never_its_code() -> None:
    arguments = arguments_of("osascript", "osascript", message(title=NASTY, text=NASTY))
    plain = NASTY.replace("\ud800", "").rstrip()
    assert arguments[-3:] == ["ccmon", plain, plain]
    code = arguments[1:-3]
    assert code[::2] == ["-e"] * 3
    assert code == arguments_of("osascript", "osascript", message())[1:-3]


def script_of(title: str) -> list[str]:
    arguments = arguments_of("powershell", "powershell", message(title=title, text="é"))
    assert arguments[:4] == ["powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand"]
    return base64.b64decode(arguments[4]).decode("utf-16-le").splitlines()


def test_words_stand_in_powershell_as_base64_never_as_code() -> None:
    lines, other_lines = (script_of(each) for each in (NASTY, "other"))
    (line,) = [line for line in lines if line not in other_lines]
    told = re.fullmatch(r"\$told = '([\w+/=]+)', '([\w+/=]+)'", line)
    assert told is not None
    title, text = told.groups()
    assert base64.b64decode(title).decode() == NASTY.replace("\ud800", "").rstrip()
    assert base64.b64decode(text).decode() == "é"
