"""What may go wrong when a provider is asked, told apart by what helps."""

from __future__ import annotations

from typing import Literal

FailureState = Literal[
    "invalid_key",
    "needs_admin_key",
    "rate_limited",
    "unavailable",
    "timeout",
    "unreadable",
    "unconfigured",
]


class ProviderFailure(Exception):
    """Asking came to nothing; holds no text of an answer, so none can tell the key."""

    def __init__(
        self, state: FailureState, status: int = 0, asked_for: int | None = None, missing: str = ""
    ) -> None:
        super().__init__(state)
        self.state: FailureState = state
        self.status = status
        """The HTTP status, 0 without an answer."""
        self.asked_for = asked_for
        """Milliseconds that the provider asks to be left alone for."""
        self.missing = missing
        """The setting that is missing, of `unconfigured`."""


def state_of_status(status: int) -> FailureState:
    """Return what a status says where the provider means nothing else by it."""
    if status == 401:
        return "invalid_key"
    if status == 403:
        return "needs_admin_key"
    if status == 429:
        return "rate_limited"
    if status >= 500 or 300 <= status < 400 or status == 408:
        return "unavailable"
    return "unreadable"
