"""Keeps the prices of other vendors' models current, beside everything else."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.domain.pace import PRICES_LOOK, Every
from engine.domain.paths import data_directory, prices_path
from engine.domain.settings import Settings
from engine.domain.times import DAY, HOUR
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from pathlib import Path

    from engine.pricing.price import ModelPrice

VARIABLE = "CCMON_PRICES_URL"


def _given(settings: Settings) -> dict[str, ModelPrice]:
    """Return the user's own prices; raises `SettingsError` for one that cannot hold."""
    if not settings.price_overrides:
        return {}
    from engine.pricing.overrides import given_prices

    return given_prices(settings.price_overrides)


class PriceUpdates:
    """The price table in force, and its daily refresh in a thread of its own.

    The refresh never keeps anyone waiting. Where it fails the prices stay as they are.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = prices_path(settings)
        self._given = _given(settings)
        self.table = PriceTable.load(self._path, self._given)
        self._settings = settings
        self._loaded = self._written()
        self._look = Every(PRICES_LOOK)
        self._fetched = Event()
        self._asked = data_directory(settings) / "prices-asked"

    @property
    def has_file(self) -> bool:
        """Whether there are refreshed prices at all."""
        return self._loaded is not None

    def refresh_when_due(self) -> None:
        """Fetch in a thread, if a day has passed and the user allows it."""
        if not self._look.is_due(time.monotonic()):
            return
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

    def is_due_once(self) -> bool:
        """Say whether a report may fetch: prices a day old, and no fetch within the last hour.

        A server that does not answer keeps no more than one report an hour waiting.
        """
        if self._settings.is_offline:
            return False
        return self._is_older(self._path, DAY) and self._is_older(self._asked, HOUR)

    def fetch(self, timeout: float) -> str:
        """Fetch in this thread where a day has passed; return why that failed, else nothing."""
        from engine.pricing.refresh import DEFAULT_URL, RefreshError, is_due, refresh

        if not is_due(self._path, self._settings.clock()):
            return ""
        with suppress(OSError):
            self._asked.parent.mkdir(parents=True, exist_ok=True)
            self._asked.write_bytes(b"")
        url = self._settings.environment.get(VARIABLE, "").strip() or DEFAULT_URL
        try:
            refresh(self._path, url, timeout, self._settings.clock())
        except RefreshError as error:
            return str(error)
        self._fetched.set()
        return ""

    def _is_older(self, path: Path, age: int) -> bool:
        """Say whether a file is older than so many milliseconds, or absent, or of the future."""
        try:
            written = os.stat(path).st_mtime_ns // 1_000_000
        except OSError:
            return True
        return not written <= self._settings.clock() < written + age

    def _written(self) -> int | None:
        try:
            return os.stat(self._path).st_mtime_ns
        except OSError:
            return None

    def _refresh(self) -> None:
        from engine.pricing.refresh import TIMEOUT

        self.fetch(TIMEOUT)
