"""Connections that have to come to the point: one that asks nothing is closed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 10.0
"""Seconds in which the first request of a connection has to be there with all its headers."""


class Connection(H11Protocol):
    """One connection; uvicorn itself counts time only between requests, not before the first."""

    _unasked: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._unasked = self.loop.call_later(PATIENCE, self._close_unasked)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._unasked is not None:
            self._unasked.cancel()
        super().connection_lost(exc)

    def _close_unasked(self) -> None:
        is_waiting = self in self.connections and self.cycle is None  # and no WebSocket by now
        if is_waiting and not self.transport.is_closing():
            self.transport.close()
