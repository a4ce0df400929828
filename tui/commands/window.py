"""`ccmon window`: the page of the local service in a window of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.domain.files import read_regular
from engine.domain.mistakes import SettingsError
from tui.options.definition import Command, Namespace, Option
from tui.options.shared import PLACES

NEEDS_DESKTOP = (
    "A window needs pywebview, and the tray pystray: install ccmon with the extras serve and"
    " desktop, as in uv tool install '.[serve,desktop]'."
)
_LEAST = 200
"""Pixels of a side; what is kept of a smaller window is damage."""
_MOST = 20_000


class Place(msgspec.Struct, frozen=True):
    """Where a window stood, in pixels of the screen, and how large it was."""

    x: int | None = None
    y: int | None = None
    width: int = 1_100
    height: int = 900

    @property
    def is_sound(self) -> bool:
        """Whether a window can be so large."""
        return all(_LEAST <= side <= _MOST for side in (self.width, self.height))


def run(options: Namespace) -> int:
    """Start the service if there is none, and show its page until the window is closed."""
    from importlib.util import find_spec

    if find_spec("webview") is None:
        raise SettingsError(NEEDS_DESKTOP)
    import webview

    from engine.domain.paths import data_directory
    from tui.commands.web import entrance
    from tui.config.settings import settings_of

    settings = settings_of(options)
    kept = data_directory(settings) / "window.json"
    place = _within(_read(kept), webview.screens)
    window = webview.create_window(
        "ccmon",
        entrance(settings, options),
        x=place.x,
        y=place.y,
        width=place.width,
        height=place.height,
        on_top=options.on_top,
        background_color="#11151d",
    )
    window.events.closing += lambda: _keep(kept, window)
    try:
        webview.start()
    except webview.errors.WebViewException as error:
        raise SettingsError(
            f"No window can be opened here ({error}): ccmon web opens the page in a browser."
        ) from error
    return 0


def _read(path: Path) -> Place:
    """Return where the window stood last; where that is not known, a place for the first time."""
    try:
        place = msgspec.json.decode(read_regular(path), type=Place)
    except (OSError, msgspec.DecodeError):
        return Place()
    return place if place.is_sound else Place()


def _within(place: Place, screens: list[Any]) -> Place:
    """Return a place that is on one of the screens there are: one may have been taken away."""
    x, y = place.x, place.y
    if x is None or y is None:
        return place
    for screen in screens:
        is_beside = screen.x - place.width < x < screen.x + screen.width
        if is_beside and screen.y <= y < screen.y + screen.height:
            return place
    return msgspec.structs.replace(place, x=None, y=None)


def _keep(path: Path, window: Any) -> None:
    """Keep where a window stands; where that cannot be, it opens elsewhere the next time."""
    from contextlib import suppress

    from engine.domain.files import write_whole

    place = Place(window.x, window.y, window.width, window.height)
    if place.is_sound:
        with suppress(OSError):
            write_whole(path, msgspec.json.encode(place))


COMMAND = Command(
    "window",
    "watch",
    "the page of the local service in a window of its own",
    run,
    shared=(PLACES,),
    own=(Option(("--on-top",), "keep it above all other windows", default=False),),
    about="It starts the service in the background where none runs, and remembers its place and"
    " size. It is the extra ccmon-live[desktop].",
    examples=(("ccmon window --on-top", "always in sight"),),
)
