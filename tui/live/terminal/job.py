"""The live screen as a job of a shell: stopped, continued and ended by signals."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

with suppress(ImportError):  # there is none on Windows
    import termios

if TYPE_CHECKING:
    from textual.app import App

_ENDING = ("SIGTERM", "SIGHUP")
_GRACE = 0.1
"""Seconds in which a signal that came with the one at hand, by another thread, is noticed."""
_CLOSING = 5.0
"""Seconds that a stopped job has for putting its things away."""
_PATIENCE = 1.0
"""Seconds that a terminal may take no output before what it has not taken is thrown away."""
_TAKEN = 0.02
"""Seconds in which a terminal that is read takes more."""


class Job:
    """Answers signals so that the terminal is left as it was found, whenever they come.

    Textual stops at SIGTSTP and begins anew at *every* SIGCONT: also where it was never
    stopped, and then two threads read keys; also in the background, where it stops again
    before it can be ended. So it is only told of those that follow a stop, in the foreground.
    """

    def __init__(self, app: App[None], cleanup: Callable[[], None]) -> None:
        """Answer no signal yet; `cleanup` is for the end of a job that is stopped."""
        self._app = app
        self._cleanup = cleanup
        self._is_stopped = False
        self._is_ending = False
        self._before: dict[int, Any] = {}

    def begin(self) -> None:
        """Answer the signals that end it, in a running loop's thread."""
        self._loop = asyncio.get_running_loop()
        for name in _ENDING:
            number = getattr(signal, name, None)
            if number is not None:
                signal.signal(number, self._end)

    def attach(self) -> None:
        """Answer those that stop and continue it, once Textual has its own answers."""
        if hasattr(signal, "SIGTSTP"):
            for number, answer in (
                (signal.SIGTSTP, self._stop),
                (signal.SIGCONT, self._continue),
            ):
                self._before[number] = signal.signal(number, answer)
            self._allow_background()

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """Leave as `q` does; where it is stopped, the terminal is another's: touch nothing."""
        if not self._is_stopped:
            self._is_ending = True
            leave = partial(self._app.exit, return_code=128 + number)
            self._loop.call_soon_threadsafe(leave)
            if hasattr(select, "poll"):
                threading.Thread(target=_free_the_terminal, daemon=True).start()
            return
        closing = threading.Thread(target=self._cleanup, daemon=True)
        closing.start()
        closing.join(_CLOSING)  # not for good: what was interrupted may hold what it waits for
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopped = True
        self._before[number](number, frame)

    def _continue(self, number: int, frame: FrameType | None) -> None:
        if self._is_ending:
            return
        if not _is_in_foreground():
            time.sleep(_GRACE)  # stopped at once, it would take an end for later
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self._is_stopped:
            self._is_stopped = False
            self._before[number](number, frame)
            self._allow_background()
        else:
            self._loop.call_soon_threadsafe(self._enter_anew)

    def _enter_anew(self) -> None:
        """Take the terminal again, which others may have used; nobody said so beforehand."""
        with self._app.suspend():
            pass
        self._allow_background()

    def _allow_background(self) -> None:
        """Let an end in the background give the terminal's line back, rather than stop again."""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)


def _free_the_terminal() -> None:
    """Throw away what a terminal does not take, so that an end does not wait for its reader.

    Whoever stopped the output (Ctrl-S), or a pane that nobody reads, would hold the thread that
    writes for good, and the app with it. The last sequences, which leave the screen, are kept.
    """
    with suppress(OSError, termios.error), _terminal() as terminal:
        takes = select.poll()
        takes.register(terminal, select.POLLOUT)
        patience = _PATIENCE
        while True:
            if not takes.poll(patience * 1000):
                patience = _TAKEN  # nobody reads: what else waits goes the same way
                termios.tcflush(terminal, termios.TCOFLUSH)
                for flow in (termios.TCOOFF, termios.TCOON):  # which wakes who waits for room
                    termios.tcflow(terminal, flow)
            time.sleep(_TAKEN)


def _is_in_foreground() -> bool:
    with suppress(OSError), _terminal() as terminal:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    return True


@contextmanager
def _terminal() -> Iterator[int]:
    descriptor = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
