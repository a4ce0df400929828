"""The demo that the empty screen offers: written in a thread, then shown in its place."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from textual.message import Message

from tui.live.messages import DemoFailed, DemoOpened
from tui.live.source import Source


def begin_demo(open_demo: Callable[[], Source], post: Callable[[Message], object]) -> None:
    """Have the demo written; what comes of it is posted."""

    def write() -> None:
        try:
            source = open_demo()
        except Exception as error:  # noqa: BLE001  the thread's one boundary
            post(DemoFailed(f"The demo could not be written: {error}"))
        else:
            post(DemoOpened(source))

    Thread(target=write, name="demo", daemon=True).start()
