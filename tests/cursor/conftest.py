"""What tests of Cursor's usage stand on: a site on this machine, and settings that know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.tokens import parse_token
from engine.domain.settings import Settings
from tests.cursor_site import TOKEN, CursorSite
from tests.stub_server import hide_proxies, serving

MakeSettings = Callable[..., Settings]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[CursorSite]:
    """Cursor's web site, on this machine."""
    hide_proxies(monkeypatch)
    with serving() as server:
        yield CursorSite(server)


@pytest.fixture
def online(site: CursorSite, settings: MakeSettings, home: Path, tmp_path: Path) -> MakeSettings:
    """Settings that may ask the site; nobody is logged in."""
    environment = {
        "HOME": str(home),
        "CCMON_DATA_DIR": str(tmp_path / "data"),
        "CCMON_CURSOR_URL": site.base,
        "CCMON_PRICES_URL": site.server.url,
    }

    def make(**given: Any) -> Settings:
        return settings(**{"is_offline": False, "environment": environment, **given})

    return make


@pytest.fixture
def logged_in(online: MakeSettings) -> Settings:
    """Settings of an account that is logged in."""
    made = online()
    TokenKeeping(made).keep(parse_token(TOKEN))
    return made
