"""A screen or a service that is left open asks the enabled providers by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.monitor import Monitor
from engine.providers.accounts import Accounts
from tests.conftest import NOW
from tests.made_lines import answer, write
from tests.patience import PATIENCE
from tests.providers.conftest import MakeSettings
from tests.providers.stubs import ADMIN, ProviderStub

MakeStub = Callable[[str], ProviderStub]


@pytest.mark.parametrize("is_enabled", [True, False])
def test_who_follows_asks_where_one_is_enabled_and_shows_its_limits(
    is_enabled: bool, make_stub: MakeStub, online: MakeSettings, tmp_path: Path
) -> None:
    stub = make_stub("openai")
    root = tmp_path / "root"
    write(root, answer("a1", NOW))
    settings = online(
        providers={"openai": stub.options()},
        roots=(root,),
        environment={"CCMON_PRICES_URL": stub.server.url},
    )
    if is_enabled:
        Accounts(settings).set_key("openai", ADMIN["openai"])
    with Monitor(settings) as monitor:
        monitor.start(lambda: None)
        end = time.monotonic() + PATIENCE
        while monitor.snapshot().state != "following":
            assert time.monotonic() < end
            time.sleep(0.01)
        while is_enabled and not _spend(monitor):
            assert time.monotonic() < end
            time.sleep(0.02)
        monitor.close()
        assert _spend(monitor) is is_enabled
    asked = [each.path for each in stub.server.asked if "organization" in each.path]
    assert bool(asked) is is_enabled


def _spend(monitor: Monitor) -> bool:
    windows = monitor.snapshot().windows
    return any(each.window == "provider:openai:spend_limit" for each in windows)
