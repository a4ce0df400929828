"""Being a user whom permissions bind, also where project and Python are closed to that user."""

from __future__ import annotations

import os
import pkgutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest

import engine
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.pricing import price_file as table
from engine.pricing.price import PriceFile
from tests.faults.written import responses, transcript
from tests.patience import wait_until

NOBODY = 65534


@contextmanager
def as_another_user() -> Iterator[None]:
    """Be a user who is not root; skip the test where there is no way to be one for a while."""
    if not hasattr(os, "setresuid"):
        pytest.skip("no way here to be another user for a while")
    if os.geteuid() != 0:
        yield
        return
    _load_everything()
    with patch.object(table, "read_prices", _read_prices):
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)


_of_a_file = table.read_prices
_embedded = cache(_of_a_file)


def _read_prices(path: str | Path) -> PriceFile:
    """Return a price file; those that come with ccmon are read once, while they can be."""
    is_embedded = path in (table.CLAUDE_PRICES, table.OTHER_PRICES)
    return _embedded(path) if is_embedded else _of_a_file(path)


@cache
def _load_everything() -> None:
    """Load what reading and following need while it can be: a clone may lie below `/root`.

    Some of it is loaded on the way only, by the engine and by Python itself.
    """
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for path in (table.CLAUDE_PRICES, table.OTHER_PRICES):
        _embedded(path)
    with tempfile.TemporaryDirectory(prefix="ccmon-loading-") as place:
        root, ledger = Path(place, "root"), Path(place, "ledger.db")
        transcript(root, "-a/s1.jsonl", responses(range(3)))
        given = Settings(
            roots=(root,), ledger=str(ledger), is_offline=True, environment={}, home=Path(place)
        )
        with Monitor(given) as monitor:
            monitor.start(lambda: None)
            wait_until(lambda: monitor.snapshot().state == "following")
            monitor.report("daily")
            monitor.health()
