"""The board of notices: what the user should know, beside the figures."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from engine.domain.notices import Notice


def stopped(what: str, error: Exception) -> Notice:
    """Return what is said where a thread ended by an error that nobody foresaw."""
    text = f"{what} stopped ({error}): start ccmon again; if it returns, report it."
    return Notice("error", text)


class NoticeBoard:
    """Notices by the name of who has put them up; any thread may put up, take down and look.

    `of_ledger` gives what the ledger has to say of itself, which comes first.
    """

    def __init__(self, of_ledger: Callable[[], tuple[Notice, ...]]) -> None:
        self._of_ledger = of_ledger
        self._lock = Lock()
        self._notices: dict[str, Notice] = {}

    def say(self, name: str, notice: Notice | None) -> None:
        """Show a notice under a name, or take it back."""
        with self._lock:
            if notice is None:
                self._notices.pop(name, None)
            else:
                self._notices[name] = notice

    def warn(self, name: str, text: str | None) -> None:
        """Show a warning under a name, or take it back where there is nothing to say."""
        self.say(name, Notice("warning", text) if text else None)

    def notices(self) -> tuple[Notice, ...]:
        """Return what the user should know."""
        with self._lock:
            return (*self._of_ledger(), *self._notices.values())


def waiting_for_turn(path: str) -> str:
    """Say that another process has kept the turn to write for longer than any ccmon needs."""
    return (
        "The ledger is locked by another program, perhaps a stopped ccmon: what is new is counted"
        f" once it lets go ({path})."
    )
