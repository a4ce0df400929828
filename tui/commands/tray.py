"""`ccmon tray`: the gravest limit as a percentage in the system's tray, as well as that goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

from engine.domain.mistakes import SettingsError
from engine.domain.system import PLATFORM
from tui.options.definition import Command, Namespace
from tui.options.shared import PLACES

_PAUSE = 5.0
"""Seconds between looks at the service."""
_SIDE = 64
_COLORS = {
    "fine": "#63c98b",
    "half": "#a9cf6a",
    "high": "#f0b84a",
    "critical": "#ff9152",
    "reached": "#ff6b6b",
}
_UNKNOWN = "#a3adbd"
_NONE = "?"


def run(options: Namespace) -> int:
    """Start the service if there is none, and stand in the tray until Quit is chosen."""
    from importlib.util import find_spec

    from engine.service.instance import find_running
    from tui.commands.service import start
    from tui.commands.window import NEEDS_DESKTOP
    from tui.config.settings import settings_of

    if find_spec("pystray") is None or find_spec("PIL") is None:
        raise SettingsError(NEEDS_DESKTOP)
    if PLATFORM == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SettingsError("There is no desktop here, and so no tray: ccmon live shows the same.")
    settings = settings_of(options)
    running = find_running(settings) or start(settings, options)

    def ask() -> dict[str, Any]:
        from engine.service.client import ask

        found = find_running(settings) or running
        document: dict[str, Any] = ask(found, "GET", "/api/v1/live")
        return document

    Tray(ask, lambda: _open_page(options)).run()
    return 0


def _open_page(options: Namespace) -> None:
    from tui.commands.web import run as open_page

    options.print = False
    open_page(options)


class Tray:
    """An icon with a menu of all windows; `ask` gives the live document."""

    def __init__(self, ask: Callable[[], dict[str, Any]], open_page: Callable[[], None]) -> None:
        import pystray

        self._ask = ask
        self._open_page = open_page
        self._ended = Event()
        self._live: dict[str, Any] = {}
        self._problem = ""
        self._has_tray = True
        items = pystray.Menu(self._items)
        self._icon = pystray.Icon("ccmon", self._image(), "ccmon", items)

    def run(self) -> None:
        """Stand in the tray until it is told to quit; raises `SettingsError` where none is."""
        self._icon.run(setup=self._follow)
        if not self._has_tray:
            raise SettingsError("This desktop has no tray: ccmon window shows the same.")

    def look(self) -> None:
        """Ask the service once, and show what it says."""
        try:
            self._live, self._problem = self._ask(), ""
        except SettingsError as error:
            self._problem = str(error)
        self._icon.icon = self._image()
        self._icon.title = self._problem or "\n".join(self.lines()) or "ccmon"
        self._icon.update_menu()

    def lines(self) -> list[str]:
        """Return what is told of each window."""
        return [line_of(each) for each in self._live.get("windows", ())]

    def _follow(self, icon: Any) -> None:
        icon.visible = True
        while not self._ended.is_set():
            try:
                self.look()
            except AssertionError:  # so pystray says that nobody takes its icon
                self._has_tray = False
                self._quit()
            self._ended.wait(_PAUSE)

    def _items(self) -> Iterator[Any]:
        import pystray

        for line in [self._problem] if self._problem else self.lines():
            yield pystray.MenuItem(line, None, enabled=False)
        yield pystray.Menu.SEPARATOR
        yield pystray.MenuItem("Open", lambda: self._open_page(), default=True)
        yield pystray.MenuItem("Quit", self._quit)

    def _quit(self) -> None:
        self._ended.set()
        self._icon.stop()

    def _image(self) -> Any:
        """Return the gravest window's percentage as a picture, in the color of its level."""
        from PIL import Image, ImageDraw, ImageFont

        window = gravest(self._live)
        color = _UNKNOWN if window is None or self._problem else _COLORS[window["level"]]
        text = _NONE if window is None else figure_of(window)
        image = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
        drawing = ImageDraw.Draw(image)
        font = ImageFont.load_default(36 if len(text) > 2 else 48)
        drawing.text((_SIDE / 2, _SIDE / 2), text, fill=color, font=font, anchor="mm")
        return image


def gravest(live: dict[str, Any]) -> dict[str, Any] | None:
    """Return the window that matters most, `None` where none is known."""
    windows = live.get("windows", [])
    return next((each for each in windows if each["isGravest"]), windows[0] if windows else None)


def figure_of(window: dict[str, Any]) -> str:
    """Return a window's share in at most three signs."""
    used = window["usedPercent"]
    return _NONE if used is None else str(min(round(used), 999))


def line_of(window: dict[str, Any]) -> str:
    """Return one line of a window: its name, its share, and when it is reset."""
    named = " · ".join(filter(None, (window["account"], window["label"])))
    used = window["usedPercent"]
    share = "no limit known" if used is None else f"{round(used)}%"
    left = window["minutesToReset"]
    if left is None:
        return f"{named}: {share}"
    hours, minutes = divmod(round(left), 60)
    return f"{named}: {share}, reset in {f'{hours} h ' if hours else ''}{minutes} min"


COMMAND = Command(
    "tray",
    "watch",
    "the gravest limit in the system's tray (best effort: not every desktop has one)",
    run,
    shared=(PLACES,),
    about="The icon is the percentage that is used; its menu has all windows, opens the page and"
    " quits. It starts the service in the background where none runs. It is the extra"
    " ccmon-live[desktop].",
    examples=(("ccmon tray", "until Quit is chosen"),),
    is_configurable=False,
)
