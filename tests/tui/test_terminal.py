"""The live screen in a real (pseudo) terminal: start, keys, signals, and what it leaves."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.demo import DemoUser, write_history
from engine.domain.settings import system_clock
from tests.terminal import Terminal

PROJECT = Path(__file__).resolve().parents[2]
COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:[34][0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
"""Any sequence that sets a colour of text or ground."""

Opener = Callable[..., Terminal]

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("history") / "claude"
    write_history(root, DemoUser(7, system_clock(), responses=300, days=3, sessions=6))
    return root


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Iterator[Opener]:
    """Open `ccmon` in a terminal of 80x24; all are closed afterwards."""
    made: list[Terminal] = []

    def make(*words: str, **more: str) -> Terminal:
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "HOME": str(home),
            "CCMON_DATA_DIR": str(tmp_path / "data"),
            "TMPDIR": str(tmp_path),
            **more,
        }
        command = [sys.executable, "-m", "tui", *words, "--offline"]
        made.append(Terminal(command, environment, 80, 24, PROJECT))
        return made[-1]

    yield make
    for each in made:
        each.close()


def assert_left_sane(terminal: Terminal) -> None:
    """See that the alternate screen was left, the cursor shown and the mouse let go, last."""
    for on, off in (
        (b"\x1b[?1049h", b"\x1b[?1049l"),
        (b"\x1b[?25l", b"\x1b[?25h"),
        (b"\x1b[?1003h", b"\x1b[?1003l"),
        (b"\x1b[?2004h", b"\x1b[?2004l"),
    ):
        assert on in terminal.raw
        assert terminal.raw.rfind(off) > terminal.raw.rfind(on), off
    assert terminal.faults() == []


def test_the_demo_starts_turns_its_tabs_and_quits_at_once(opened: Opener, tmp_path: Path) -> None:
    terminal = opened("live", "--demo")
    assert terminal.wait_for(r"this window", 10), terminal.text
    assert terminal.wait_for(r"demo, made-up figures", 5), terminal.text
    terminal.press("2")
    assert terminal.wait_for(r"All \d+ days", 5), terminal.text
    terminal.press("1")
    assert terminal.wait_for(r"this window", 5), terminal.text
    terminal.press("q")
    assert terminal.wait_for_end(1.0) == 0
    assert_left_sane(terminal)
    assert [path for path in tmp_path.iterdir() if path.name.startswith("ccmon-demo")] == []


@pytest.mark.parametrize("ending", [signal.SIGTERM, "q"], ids=["at once", "later"])
def test_a_first_picture_stands_before_the_screen_is_loaded(
    ending: signal.Signals | str, opened: Opener, history: Path
) -> None:
    read = opened("daily", "--config-dir", str(history))
    assert read.wait_for_end(10) == 0
    terminal = opened("live", "--config-dir", str(history))
    assert terminal.wait_for(r"Month +\S+ tokens +\S+ +300 responses", 10), terminal.text
    if isinstance(ending, str):
        assert terminal.wait_for(r"this window", 10), terminal.text
        terminal.press(ending)
        assert terminal.wait_for_end(1.0) == 0
        assert_left_sane(terminal)
    else:
        os.kill(terminal.pid, ending)
        assert terminal.wait_for_end(2.0) == 128 + ending
    assert terminal.raw.count(b"\x1b[?1049h") == 1, "drawn over, never cleared"
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")
    assert terminal.local_modes() & termios.ECHO
    assert terminal.local_modes() & termios.ICANON


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_nobody_wakes_up_but_for_the_clock(opened: Opener, history: Path) -> None:
    terminal = opened("live", "--config-dir", str(history))
    assert terminal.wait_for(r"this window", 10), terminal.text
    terminal.press("?")
    assert terminal.wait_for(r"Quit", 5), terminal.text
    terminal.press("\x1b")
    assert terminal.wait_for(r"this window", 5), terminal.text
    terminal.drain(2.0)
    before = terminal.wakeups()
    terminal.drain(2.0)
    woken = {thread: count - before.get(thread, 0) for thread, count in terminal.wakeups().items()}
    assert sorted(woken.values())[:-3] == [0] * (len(woken) - 3), "but clock, writing, reading"
    assert sum(woken.values()) < 25, "Textual's own driver alone wakes up 20 times"
    terminal.press("q")
    assert terminal.wait_for_end(1.0) == 0


@pytest.mark.parametrize(
    "ending", [signal.SIGTERM, signal.SIGHUP, "\x03"], ids=["term", "hup", "c"]
)
def test_signals_and_ctrl_c_end_it_cleanly(
    ending: signal.Signals | str, opened: Opener, history: Path
) -> None:
    terminal = opened("live", "--config-dir", str(history))
    assert terminal.wait_for(r"this window", 10), terminal.text
    if isinstance(ending, str):
        terminal.press(ending)
    else:
        os.kill(terminal.pid, ending)
    code = terminal.wait_for_end(2.0)
    assert code == (0 if isinstance(ending, str) else 128 + ending)
    assert_left_sane(terminal)


def test_a_dumb_terminal_gets_plain_lines(opened: Opener, history: Path) -> None:
    terminal = opened("live", "--config-dir", str(history), TERM="dumb")
    assert terminal.wait_for_end(10) == 0
    assert "Today " in terminal.text
    assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize("is_plain", [True, False], ids=["no-color", "colour"])
def test_no_color_sends_no_colours(is_plain: bool, opened: Opener, history: Path) -> None:
    more = {"NO_COLOR": "1"} if is_plain else {}
    terminal = opened("live", "--config-dir", str(history), **more)
    assert terminal.wait_for(r"Month \$", 10), terminal.text
    terminal.press("5")
    assert terminal.wait_for(r"All \d+ sessions", 5), terminal.text
    terminal.press("q")
    assert terminal.wait_for_end(1.0) == 0
    assert (COLOUR.search(terminal.raw) is None) is is_plain
