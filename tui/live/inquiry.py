"""When a pane asks for what takes a thread to make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from textual.widget import Widget

_REST_SECONDS = 0.5

W = TypeVar("W", bound=tuple[Any, ...])


class Inquiry(Generic[W]):
    """Asks for what a pane wants: only while the pane is seen, and one thing at a time.

    What is wanted begins with a revision, which may change many times a second: where nothing
    else differs there is a rest after each answer. The same again is not asked for.
    """

    def __init__(self, pane: Widget, ask: Callable[[W], object]) -> None:
        self.wanted: W | None = None
        self._pane = pane
        self._ask = ask
        self._asked: W | None = None
        self._is_asking = False
        self._is_resting = False

    def want(self, wanted: W) -> None:
        """Want something; it is asked for when that is due."""
        self.wanted = wanted
        self.ask_if_due()

    def ask_if_due(self) -> None:
        """Ask for what is wanted, where it is not asked for already and somebody looks."""
        wanted, asked = self.wanted, self._asked
        if wanted is None or wanted == asked or self._is_asking or not self._is_seen():
            return
        if self._is_resting and asked is not None and asked[1:] == wanted[1:]:
            return
        self._asked = wanted
        self._is_asking = True
        self._ask(wanted)

    def rest(self) -> None:
        """Note that all has been answered; what is wanted by then is asked for after a rest."""
        self._is_asking = False
        self._is_resting = True
        self._pane.set_timer(_REST_SECONDS, self._wake)

    def forget(self) -> None:
        """Note that there was no answer: the same may be asked for again."""
        self._asked = None

    def _wake(self) -> None:
        self._is_resting = False
        self.ask_if_due()

    def _is_seen(self) -> bool:
        return self._pane.is_mounted and all(
            node.display for node in self._pane.ancestors_with_self if isinstance(node, Widget)
        )
