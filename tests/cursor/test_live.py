"""The live screen syncs by itself, and shows what came and what did not."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.tokens import parse_token
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.cursor_site import TOKEN, CursorSite, usage_event
from tests.made_lines import HOUR, answer, write
from tests.patience import PATIENCE


def wait_until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_what_is_synced_while_following_is_shown(
    site: CursorSite, online: Callable[..., Settings], home: Path
) -> None:
    write(home / ".claude", answer("a", NOW - HOUR))
    settings = online(
        environment={**online().environment, "CCMON_PRICES_URL": "http://127.0.0.1:9"}
    )
    TokenKeeping(settings).keep(parse_token(TOKEN))
    site.events = [usage_event(NOW - HOUR, tokens=1_000)]
    with Monitor(settings) as monitor:
        monitor.start(lambda: None)
        assert wait_until(lambda: monitor.report("daily").totals.figures.tokens.total == 1_100), (
            monitor.notices()
        )
    assert len(site.server.asked) == 1


def test_a_sync_that_fails_while_following_is_a_notice(
    site: CursorSite, online: Callable[..., Settings], home: Path
) -> None:
    write(home / ".claude", answer("a", NOW - HOUR))
    settings = online(
        environment={**online().environment, "CCMON_PRICES_URL": "http://127.0.0.1:9"}
    )
    TokenKeeping(settings).keep(parse_token(TOKEN))
    site.on_events = lambda handler: handler.send(401)
    with Monitor(settings) as monitor:
        monitor.start(lambda: None)
        assert wait_until(lambda: any("log in again" in each.text for each in monitor.notices()))
        assert monitor.report("daily").totals.figures.tokens.total == 100
