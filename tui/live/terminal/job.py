"""The live screen as a job of a shell: stopped, continued and ended by signals."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

_ENDING = ("SIGTERM", "SIGHUP")


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
            return
        self._cleanup()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopped = True
        self._before[number](number, frame)

    def _continue(self, number: int, frame: FrameType | None) -> None:
        if self._is_ending:
            return
        if not _is_in_foreground():
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


def _is_in_foreground() -> bool:
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return True
