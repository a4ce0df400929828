"""Shows where things stand, in plain lines, while what draws the live screen is being loaded."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn, TextIO

from engine.reports import Snapshot
from tui import format as fmt
from tui.plain import snapshot_lines

ENTER_ALTERNATE_SCREEN = "\x1b[?1049h"
_LEAVE_ALTERNATE_SCREEN = "\x1b[?1049l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class FirstPicture:
    """A picture on the alternate screen of a terminal, until something else is drawn there."""

    def __init__(self, terminal: TextIO, snapshot: Snapshot) -> None:
        columns, rows = os.get_terminal_size(terminal.fileno())
        lines = [fmt.fit(line, columns).rstrip() for line in snapshot_lines(snapshot)[: rows - 1]]
        self._terminal = terminal
        self._is_standing = True
        self._write(ENTER_ALTERNATE_SCREEN, _HIDE_CURSOR, "\x1b[H\x1b[2J", "\r\n".join(lines))

    def hand_over(self) -> bool:
        """Leave the screen to who draws next; return whether there is a picture to draw over."""
        was_standing, self._is_standing = self._is_standing, False
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
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    picture = None
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)
        picture = FirstPicture(terminal, snapshot)
        yield picture
    finally:
        with suppress(OSError, termios.error):
            if picture is not None:
                picture.take_away()
            termios.tcsetattr(terminal, termios.TCSANOW, kept)
        for each, handler in handlers.items():
            signal.signal(each, handler)
