"""Keeps the prices of other vendors' models current, beside everything else."""

from __future__ import annotations

import os
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.places import prices_path
from engine.pricing.table import PriceTable
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.pricing.price import ModelPrice

_LOOK_EVERY = 3_600.0
"""Seconds between looks at whether a day has passed since the last fetch."""


def _given(settings: Settings) -> dict[str, ModelPrice]:
    """Return the user's own prices; raises `SettingsError` for one that cannot hold."""
    if not settings.price_overrides:
        return {}
    from engine.pricing.overrides import given_prices

    return given_prices(settings.price_overrides)


class PriceRefresh:
    """The price table in force, and its daily refresh in a thread of its own.

    The refresh never keeps anyone waiting. Where it fails the prices stay as they are.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = prices_path(settings)
        self._given = _given(settings)
        self.table = PriceTable.load(self._path, self._given)
        self._settings = settings
        self._loaded = self._written()
        self._last_look = float("-inf")
        self._fetched = Event()

    @property
    def has_file(self) -> bool:
        """Whether there are refreshed prices at all."""
        return self._loaded is not None

    def refresh_when_due(self) -> None:
        """Fetch in a thread, if a day has passed and the user allows it."""
        if time.monotonic() - self._last_look < _LOOK_EVERY:
            return
        self._last_look = time.monotonic()
        if self._written() != self._loaded:
            self._fetched.set()
        if not self._settings.is_offline:
            Thread(target=self._refresh, name="ccmon-prices", daemon=True).start()

    def take_news(self) -> bool:
        """Load what was fetched, by whichever process; return whether there was anything."""
        if not self._fetched.is_set():
            return False
        self._fetched.clear()
        self._loaded = self._written()
        self.table = PriceTable.load(self._path, self._given)
        return True

    def _written(self) -> int | None:
        try:
            return os.stat(self._path).st_mtime_ns
        except OSError:
            return None

    def _refresh(self) -> None:
        from engine.pricing.refresh import RefreshError, is_due, refresh

        if not is_due(self._path, self._settings.clock()):
            return
        try:
            refresh(self._path)
        except RefreshError:
            return
        self._fetched.set()
