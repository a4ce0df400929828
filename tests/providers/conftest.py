"""What tests of providers stand on: a stub of each, and accounts that know where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import Settings
from engine.providers.accounts import Accounts
from tests.providers.stubs import ADMIN, ProviderStub
from tests.stub_server import hide_proxies, serving

MakeSettings = Callable[..., Settings]
MakeAccounts = Callable[..., Accounts]


@pytest.fixture
def make_stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ProviderStub]]:
    """Make a stub of a provider; all of them end with the test."""
    hide_proxies(monkeypatch)
    open_ones = []

    def make(provider: str) -> ProviderStub:
        context = serving()
        open_ones.append(context)
        return ProviderStub(context.__enter__(), provider)

    yield make
    for context in open_ones:
        context.__exit__(None, None, None)


@pytest.fixture
def online(settings: MakeSettings, home: Path, tmp_path: Path) -> MakeSettings:
    """Settings that may ask; nothing is enabled."""
    environment = {"HOME": str(home), "CCMON_DATA_DIR": str(tmp_path / "data")}

    def make(**given: Any) -> Settings:
        more = given.pop("environment", {})
        return settings(**{"is_offline": False, "environment": {**environment, **more}, **given})

    return make


@pytest.fixture
def accounts_of(online: MakeSettings) -> MakeAccounts:
    """Accounts with one enabled provider that is asked at a stub, with the key given."""

    def make(stub: ProviderStub, key: str = "", timeout: float = 5.0, **given: Any) -> Accounts:
        options = {**stub.options(), **given.pop("options", {})}
        made = online(providers={stub.provider: options}, **given)
        accounts = Accounts(made, timeout=timeout, jitter=lambda: 1.0, wait=lambda _: None)
        accounts.set_key(stub.provider, key or ADMIN[stub.provider])
        return accounts

    return make
