"""Reads the terminal's keys, and sleeps until there are any."""

from __future__ import annotations

import os
import selectors
import time
from codecs import getincrementaldecoder
from threading import Event
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.live.terminal.first_picture import ENTER_ALTERNATE_SCREEN

if TYPE_CHECKING:
    from textual.app import App

_READ = 4_096
_UNFINISHED = 0.1
"""Seconds between looks whether a sequence that has begun goes on."""
_FINISHED = 1.0
"""Seconds after which none is unfinished."""


class _Ending(Event):
    """An event that can be waited for together with keys."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False
        self.heard, self._said = os.pipe()
        os.set_blocking(self._said, False)

    def set(self) -> None:
        super().set()
        os.write(self._said, b"\0")

    def clear(self) -> None:
        super().clear()
        os.read(self.heard, _READ)

    def close(self) -> None:
        self.is_closed = True
        for descriptor in (self.heard, self._said):
            os.close(descriptor)


class CalmDriver(LinuxDriver):
    """Textual's driver for Unix terminals, but for its ten looks a second for keys."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        from tui.live.app import LiveApp

        self.exit_event = self._ending = _Ending()
        self._picture = app.picture if isinstance(app, LiveApp) else None

    def write(self, data: str) -> None:
        """Write to the terminal; a first picture is drawn over, not cleared away before."""
        picture = self._picture if data == ENTER_ALTERNATE_SCREEN else None
        if picture is None or not picture.hand_over():
            super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal, also again after a stop."""
        if self._ending.is_closed:
            self.exit_event = self._ending = _Ending()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Write what is left to write; nothing is read any more."""
        super().close()
        if not self._ending.is_closed:
            self._ending.close()

    def run_input_thread(self) -> None:
        """Hand on what is typed until the end."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        read_at = float("-inf")
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._ending.heard, selectors.EVENT_READ)
            while not self._ending.is_set():
                is_finished = time.monotonic() - read_at > _FINISHED
                ready = selector.select(None if is_finished else _UNFINISHED)
                if any(key.fd == self.fileno for key, _ in ready):
                    read_at = time.monotonic()
                    typed = os.read(self.fileno, _READ)
                    if not typed:
                        selector.unregister(self.fileno)
                    for message in parser.feed(text) if (text := decode(typed)) else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
