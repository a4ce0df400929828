"""Shows where things stand, in plain lines, while what draws the live screen is being loaded."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import NoReturn, TextIO

from engine.domain.reports import Snapshot
from tui.words import format as fmt
from tui.words.plain import snapshot_lines

ENTER_ALTERNATE_SCREEN = "\x1b[?1049h"
_LEAVE_ALTERNATE_SCREEN = "\x1b[?1049l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class FirstPicture:
    """A picture on the alternate screen of a terminal, until something else is drawn there."""

    def __init__(self, terminal: TextIO, restore: Callable[[], None]) -> None:
        """Draw nothing yet; `restore` gives the terminal's line its own attributes back."""
        self._terminal = terminal
        self._restore = restore
        self._is_standing = False

    def draw(self, snapshot: Snapshot) -> None:
        """Draw where things stand."""
        columns, rows = os.get_terminal_size(self._terminal.fileno())
        lines = [fmt.fit(line, columns).rstrip() for line in snapshot_lines(snapshot)[: rows - 1]]
        self._is_standing = True
        self._write(ENTER_ALTERNATE_SCREEN, _HIDE_CURSOR, "\x1b[H\x1b[2J", "\r\n".join(lines))

    def hand_over(self) -> bool:
        """Leave the screen to who draws next; return whether there is a picture to draw over.

        The line is as it was before, so that who comes next gives back what was found.
        """
        was_standing, self._is_standing = self._is_standing, False
        if was_standing:
            self._restore()
        return was_standing

    def take_away(self) -> None:
        """Leave the alternate screen, unless it was handed over."""
        if self.hand_over():
            self._write(_LEAVE_ALTERNATE_SCREEN, _SHOW_CURSOR)

    def _write(self, *parts: str) -> None:
        self._terminal.write("".join(parts))
        self._terminal.flush()


@contextmanager
def first_picture(snapshot: Snapshot) -> Iterator[FirstPicture | None]:
    """Show a snapshot at once, where there is a Unix terminal and anything to show.

    Afterwards the terminal is as it was, also where a signal ends the program on the way,
    unless the terminal itself is gone.
    """
    terminal = sys.__stderr__
    if sys.platform == "win32" or not snapshot.responses or not (terminal and terminal.isatty()):
        yield None
        return
    import termios

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    kept = termios.tcgetattr(terminal)
    handlers = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGHUP)}
    restore = partial(termios.tcsetattr, terminal, termios.TCSANOW, kept)
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    picture = FirstPicture(terminal, restore)
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)
        picture.draw(snapshot)
        yield picture
    finally:
        with suppress(OSError, termios.error):
            picture.take_away()
            restore()
        for each, handler in handlers.items():
            signal.signal(each, handler)
