"""How the live screen ends: at once, deaf to what is typed meanwhile, and silent of what broke."""

from __future__ import annotations

import os
import sys
from io import StringIO

from rich.console import Console, RenderableType
from textual.app import App
from textual.events import Event, InputEvent

_BROKEN = 1
"""The return code of an app that an error of its own has ended."""


class EndingApp(App[None]):
    """An app that leaves the terminal as it was, and says of an error its kind and place alone."""

    def __init__(self, *, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._is_leaving = False
        self._error: BaseException | None = None
        # What Textual would show of an error has the values of variables in it.
        self.error_console = Console(file=StringIO())

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave; keys that were pressed after the one for it find no screen to act on."""
        self._is_leaving = True
        super().exit(result, return_code, message)

    async def on_event(self, event: Event) -> None:
        """Pass over what is typed and clicked while the screen is being put away."""
        if not (self._is_leaving and isinstance(event, InputEvent)):
            await super().on_event(event)

    def bell(self) -> None:
        """Ring; Textual also rings while it handles the error that ends the app: note which."""
        self._error = sys.exc_info()[1] or self._error
        super().bell()

    @property
    def broken_by(self) -> str:
        """What to say where an error of its own has ended the app; empty where none has."""
        return _sentence(self._error) if self.return_code == _BROKEN else ""


def _sentence(error: BaseException | None) -> str:
    """Return one sentence with the error's kind and place; never its text, which may be private."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    place = (
        f" in {os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""
    )
    kind = f" ({type(error).__name__}{place})" if error is not None else ""
    return (
        f"ccmon: the live screen met an error of its own{kind}: start it"
        " again, nothing that was counted is lost; if it comes back, please report it."
    )
