"""The live screen under a pilot, for the tests that drive it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tests.patience import PATIENCE
from tests.tui.fake_source import FakeSource
from tests.tui.live_samples import ZONE
from tui.live.app import LiveApp
from tui.live.source import LiveOptions


@asynccontextmanager
async def live(
    source: FakeSource | None = None, size: tuple[int, int] = (80, 24), **options: object
) -> AsyncIterator[tuple[LiveApp, Pilot[None]]]:
    made = LiveOptions(**{"zone": ZONE, **options})  # type: ignore[arg-type]
    app = LiveApp(source or FakeSource(), made)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield app, pilot


def screen_text(app: LiveApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    """Let the app run until something is so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to be"
        await pilot.pause(0.005)
