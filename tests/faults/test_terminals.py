"""However a live screen is resized, stopped, broken or cut off, the terminal is left sane."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.faults.terminals import IN_ASCII, Screens, left_of, stop_and_go_on, storm
from tests.patience import PATIENCE
from tests.terminal import Terminal
from tui.__main__ import main

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc"),
]


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Screens:
    return Screens(tmp_path_factory.mktemp("screens"))


@pytest.fixture
def ended() -> Iterator[list[Terminal]]:
    """Terminals to be closed, whatever becomes of the test."""
    opened: list[Terminal] = []
    yield opened
    for each in opened:
        each.close()


def test_one_screen_lives_through_a_storm_of_sizes_and_a_stop(
    screens: Screens, ended: list[Terminal]
) -> None:
    terminal = screens.open()
    ended.append(terminal)
    assert terminal.wait_for(r"Month \$", PATIENCE), terminal.text
    storm(terminal, random.Random(3), 100)
    for columns, rows in ((20, 5), (1, 1), (1, 40), (300, 1), (300, 100), (80, 24)):
        terminal.resize(columns, rows)
        terminal.press("12")
        terminal.drain(0.1)
    assert terminal.wait_for(r"All \d+ days", PATIENCE), terminal.text
    assert stop_and_go_on(terminal, 0.1) == []
    terminal.wipe()
    assert terminal.wait_for(r"All \d+ days(?s:.*)q quit", PATIENCE), terminal.text
    terminal.press("q567")
    assert terminal.wait_for_end(PATIENCE) == 0
    assert terminal.faults() == []
    assert left_of(terminal.pid) == []


@pytest.mark.parametrize("size", [(20, 5), (1, 1)])
def test_the_smallest_terminals_without_utf_8_are_left_sane(
    size: tuple[int, int], screens: Screens, ended: list[Terminal]
) -> None:
    terminal = screens.open(*size, **IN_ASCII)
    ended.append(terminal)
    terminal.drain(1.0)
    for key in ("5", "\r", "\x1b", "?", "\x10", "no such thing", "\x1b[6~", "\x1b"):
        terminal.press(key)
        terminal.drain(0.1)
    terminal.press("\x03")
    assert terminal.wait_for_end(PATIENCE) == 0
    assert b"\x1b[?1049h" in terminal.raw
    assert terminal.faults() == []


def test_a_shell_stops_it_and_brings_it_back(screens: Screens, ended: list[Terminal]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    terminal = screens.open(command=[bash, "--norc", "--noprofile", "--noediting", "-i"], PS1="$ ")
    ended.append(terminal)
    assert terminal.wait_for(r"\$ ", PATIENCE)
    live = shlex.join([sys.executable, "-m", "tui", "live", *screens.options])
    terminal.press(f"{live}\n")
    assert terminal.wait_for(r"Month \$", PATIENCE), terminal.text
    terminal.press("\x1a")
    assert terminal.wait_for(r"Stopped", PATIENCE), terminal.text
    assert terminal.faults() == []
    terminal.wipe()
    terminal.press("fg\n")
    assert terminal.wait_for(r"Month \$(?s:.*)q quit", PATIENCE), terminal.text
    terminal.wipe()
    terminal.press("q")
    assert terminal.wait_for(r"\$ ", PATIENCE), terminal.text
    terminal.press("echo code $?; exit\n")
    assert terminal.wait_for(r"code 0", PATIENCE), terminal.text
    assert terminal.wait_for_end(PATIENCE) == 0
    assert terminal.faults() == []


def test_a_connection_that_breaks_off_leaves_no_process(
    screens: Screens, ended: list[Terminal]
) -> None:
    terminal = screens.open()
    ended.append(terminal)
    assert terminal.wait_for(r"Month \$", PATIENCE), terminal.text
    terminal.hang_up()
    assert terminal.wait_for_end(PATIENCE) == 128 + signal.SIGHUP
    assert left_of(terminal.pid) == []


_BREAKING = """
import sys
from tui.live.watch_screen import WatchScreen
show = WatchScreen.show
def broken(self, snapshot):
    show(self, snapshot)
    if snapshot.state == "following":
        raise RuntimeError("the words of the user")
WatchScreen.show = broken
from tui.cli import main
sys.exit(main(["live", *sys.argv[1:]]))
"""


def test_a_screen_that_breaks_says_so_in_a_sentence(
    screens: Screens, ended: list[Terminal]
) -> None:
    terminal = screens.open(command=[sys.executable, "-c", _BREAKING, *screens.options])
    ended.append(terminal)
    assert terminal.wait_for_end(PATIENCE) == 1
    assert terminal.faults() == []
    said = " ".join(terminal.text.split())
    assert "ccmon: the live screen met an error of its own (RuntimeError in <string>" in said
    assert "the words of the user" not in said
    assert left_of(terminal.pid) == []


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ("live", "<&- >&- 2>&-"),
        ("daily", ">&-"),
        ("daily", "2>&-"),
        ("daily", "| head -0"),
        ("statusline", ">&-"),
    ],
)
def test_streams_closed_by_the_caller_are_no_failure(
    words: str, closed: str, screens: Screens, tmp_path: Path
) -> None:
    command = shlex.join([sys.executable, "-m", "tui", words, *screens.options])
    script = f"({command}; echo code $? >{tmp_path}/code) {closed}"
    done = subprocess.run(
        ["sh", "-c", script],
        env=screens.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "code").read_text() == "code 0\n"
    assert done.stderr == ""


@pytest.mark.parametrize("words", [("live",), ("live", "--json"), ("doctor", "--json"), ("help",)])
def test_an_encoding_that_lacks_signs_is_no_failure(
    words: tuple[str, ...], screens: Screens
) -> None:
    options = screens.options if words != ("help",) else []
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words, *options],
        env=screens.environment(**IN_ASCII),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    if "--json" in words:
        assert json.loads(done.stdout)


def test_ctrl_c_while_ccmon_is_loaded_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "tui.cli", Slow("tui.cli"))
    assert main() == 130


def test_what_a_program_leaves_behind_is_seen(ended: list[Terminal]) -> None:
    program = (
        "import signal, subprocess, sys, tty; tty.setraw(0);"
        " sys.stdout.write('\\x1b[?1049h\\x1b[?25l\\x1b[?1006h\\x1b[?1006l\\x1b[>1u');"
        " signal.signal(signal.SIGHUP, signal.SIG_IGN); subprocess.Popen(['sleep', '5'])"
    )
    terminal = Terminal([sys.executable, "-c", program], dict(os.environ))
    ended.append(terminal)
    assert terminal.wait_for_end(PATIENCE) == 0
    faults = terminal.faults()
    assert faults[:2] == ["mode 1049 is on", "mode 25 is off"]
    assert len(faults) == 4
    assert len(left_of(terminal.pid)) == 1
