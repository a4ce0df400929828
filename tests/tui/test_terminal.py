"""The live screen in a real (pseudo) terminal: start, keys, signals, and what it leaves."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.demo import DemoUser, write_history
from engine.domain.settings import system_clock
from tests.terminal import Terminal

with suppress(ImportError):  # there is none on Windows
    import termios

PROJECT = Path(__file__).resolve().parents[2]
COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:[34][0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
"""Any sequence that sets a colour of text or ground."""

_PATIENCE = 30.0
"""Seconds to wait on a busy machine for what takes a moment."""

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


@pytest.mark.posix
def test_the_demo_starts_turns_its_tabs_and_quits_at_once(opened: Opener, tmp_path: Path) -> None:
    terminal = opened("live", "--demo")
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    assert terminal.wait_for(r"demo, made-up figures", _PATIENCE), terminal.text
    terminal.press("2")
    assert terminal.wait_for(r"All \d+ days", _PATIENCE), terminal.text
    terminal.press("1")
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    terminal.press("q")
    assert terminal.wait_for_end(_PATIENCE) == 0
    assert_left_sane(terminal)
    assert [path for path in tmp_path.iterdir() if path.name.startswith("ccmon-demo")] == []


@pytest.mark.posix
@pytest.mark.parametrize(
    "ending", [signal.SIGTERM, getattr(signal, "SIGHUP", 1), "\x03"], ids=["term", "hup", "c"]
)
def test_signals_and_ctrl_c_end_it_cleanly(
    ending: signal.Signals | str, opened: Opener, history: Path
) -> None:
    terminal = opened("live", "--config-dir", str(history))
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    if isinstance(ending, str):
        terminal.press(ending)
    else:
        os.kill(terminal.pid, ending)
    code = terminal.wait_for_end(_PATIENCE)
    assert code == (0 if isinstance(ending, str) else 128 + ending)
    assert_left_sane(terminal)


@pytest.mark.posix
@pytest.mark.parametrize("is_full", [False, True], ids=["stopped", "full"])
def test_a_signal_ends_it_though_the_terminal_takes_no_output(
    is_full: bool, opened: Opener, history: Path
) -> None:
    terminal = opened("live", "--config-dir", str(history))
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    if not is_full:
        terminal.stop_output()
    for columns in range(80, 140 if is_full else 82):
        terminal.resize(columns, 60)
        time.sleep(0.03)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait_for_end(_PATIENCE, is_read=False) == 128 + signal.SIGTERM
    assert_left_sane(terminal)


@pytest.mark.posix
@pytest.mark.parametrize("more", [{}, {"COLUMNS": "60", "LINES": "20"}], ids=["", "exported"])
def test_the_screen_is_as_large_as_the_terminal(
    more: dict[str, str], opened: Opener, history: Path
) -> None:
    terminal = opened("live", "--config-dir", str(history), **more)
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    assert max(len(row.rstrip()) for row in terminal.text.splitlines()) > 70
    terminal.resize(120, 40)
    end = time.monotonic() + _PATIENCE
    while not terminal.text.splitlines()[-1].strip() and time.monotonic() < end:
        terminal.drain(0.1)
    assert terminal.text.splitlines()[-1].strip(), terminal.text
    assert max(len(row.rstrip()) for row in terminal.text.splitlines()) > 110
    terminal.press("q")
    assert terminal.wait_for_end(_PATIENCE) == 0


@pytest.mark.posix
def test_a_bare_continue_draws_anew_and_starts_no_second_reader_of_keys(
    opened: Opener, history: Path
) -> None:
    terminal = opened("live", "--config-dir", str(history))
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    for number in (signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT, signal.SIGCONT):
        os.kill(terminal.pid, number)
        terminal.drain(0.3)
    threads = [path.read_text() for path in Path(f"/proc/{terminal.pid}/task").glob("*/comm")]
    terminal.wipe()
    os.kill(terminal.pid, signal.SIGCONT)
    assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
    again = [path.read_text() for path in Path(f"/proc/{terminal.pid}/task").glob("*/comm")]
    assert len(again) == len(threads)
    terminal.press("q")
    assert terminal.wait_for_end(_PATIENCE) == 0
    assert_left_sane(terminal)


class _Shell:
    """A shell with job control, in which `ccmon` is a job."""

    def __init__(self, terminal: Terminal, job: str) -> None:
        self.terminal = terminal
        assert terminal.wait_for(r">", _PATIENCE), terminal.text
        self.type(job)
        assert terminal.wait_for(r"this window", _PATIENCE), terminal.text
        terminal.drain(0.5)

    def type(self, line: str) -> None:
        self.terminal.press(f"{line}\n")

    def stop(self) -> None:
        """Press Ctrl-Z, and see the shell again."""
        self.terminal.press("\x1a")
        assert self.terminal.wait_for(r"Stopped", _PATIENCE), self.terminal.text
        assert self.terminal.local_modes() & termios.ISIG

    def state(self) -> str:
        """Return what the shell says of its jobs."""
        self.terminal.wipe()
        self.type("jobs; echo en''d")
        assert self.terminal.wait_for(r"end", _PATIENCE), self.terminal.text
        return self.terminal.text


@pytest.fixture
def shell(home: Path, tmp_path: Path, history: Path) -> Iterator[_Shell]:
    if not (bash := shutil.which("bash")):
        pytest.skip("there is no bash")
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "HOME": str(home),
        "CCMON_DATA_DIR": str(tmp_path / "data"),
        "TMPDIR": str(tmp_path),
        "PS1": "ready> ",
    }
    terminal = Terminal([bash, "--norc", "--noprofile", "-i"], environment, 100, 30, PROJECT)
    words = [sys.executable, "-m", "tui", "live", "--config-dir", str(history), "--offline"]
    yield _Shell(terminal, shlex.join(words))
    terminal.close()


@pytest.mark.posix
def test_a_stopped_job_goes_on_in_the_foreground_and_quits_at_once(shell: _Shell) -> None:
    for _ in range(2):
        shell.stop()
        shell.terminal.wipe()
        shell.type("fg")
        assert shell.terminal.wait_for(r"this window", _PATIENCE), shell.terminal.text
        shell.terminal.drain(0.5)
    shell.terminal.press("q")
    shell.terminal.drain(0.5)
    assert "tui live" not in shell.state()
    assert shell.terminal.raw.count(b"\x1b[>") == shell.terminal.raw.count(b"\x1b[<u")


@pytest.mark.posix
@pytest.mark.parametrize("how", ["kill %1", "kill -HUP %1", "bg; sleep 0.5; kill %1"])
def test_a_stopped_job_can_be_ended_and_leaves_the_shell_as_it_is(how: str, shell: _Shell) -> None:
    shell.stop()
    shell.terminal.drain(0.3)
    written = len(shell.terminal.raw)
    shell.type(how)
    end = time.monotonic() + _PATIENCE
    while "tui live" in shell.state():
        assert time.monotonic() < end, shell.terminal.text
    assert b"\x1b[?1049" not in shell.terminal.raw[written:]
    assert shell.terminal.raw.count(b"\x1b[>") == shell.terminal.raw.count(b"\x1b[<u")


@pytest.mark.posix
def test_a_dumb_terminal_gets_plain_lines(opened: Opener, history: Path) -> None:
    terminal = opened("live", "--config-dir", str(history), TERM="dumb")
    assert terminal.wait_for_end(_PATIENCE) == 0
    assert "Today " in terminal.text
    assert b"\x1b" not in terminal.raw


@pytest.mark.posix
@pytest.mark.parametrize("is_plain", [True, False], ids=["no-color", "colour"])
def test_no_color_sends_no_colours(is_plain: bool, opened: Opener, history: Path) -> None:
    more = {"NO_COLOR": "1"} if is_plain else {}
    terminal = opened("live", "--config-dir", str(history), **more)
    assert terminal.wait_for(r"Month \$", _PATIENCE), terminal.text
    terminal.press("5")
    assert terminal.wait_for(r"All \d+ sessions", _PATIENCE), terminal.text
    terminal.press("q")
    assert terminal.wait_for_end(_PATIENCE) == 0
    assert (COLOUR.search(terminal.raw) is None) is is_plain
