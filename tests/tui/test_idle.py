"""Nothing but the clock is painted while nothing happens, on a real monitor's snapshots."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tui.dev.screenshots import NOW
from tui.live.app import LiveApp
from tui.live.drawing.lines import LinePane
from tui.live.source import LiveOptions

_TICKS = 3


class Clock:
    """A clock that stands until it is moved, between the moments at which rates and ages move."""

    def __init__(self) -> None:
        self.now = NOW + 6_000

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}")
@pytest.mark.parametrize("later", [0, 6 * 3_600_000], ids=["open", "closed"])
async def test_a_tick_paints_only_the_clock(
    size: tuple[int, int], later: int, made_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    clock.now += later
    monitor = Monitor(
        Settings(
            roots=(made_up,), ledger=":memory:", zone="UTC", is_offline=True, is_polling=True,
            clock=clock, environment={}, home=made_up,
        )
    )  # fmt: skip
    monitor.read()
    monkeypatch.setattr(monitor, "start", lambda on_change: None)
    app = LiveApp(monitor, LiveOptions(zone="UTC", has_bell=False))
    async with app.run_test(size=size) as pilot:
        app._tick()
        await pilot.pause(0.1)
        assert (monitor.snapshot().block is None) is bool(later)
        painted: list[tuple[str | None, int]] = []
        laid_out: list[object] = []
        render_line, refresh_layout = LinePane.render_line, app.screen._refresh_layout

        def counted(self: LinePane, y: int) -> object:
            painted.append((self.id, y))
            return render_line(self, y)

        def counted_layout(*given: object) -> None:
            laid_out.append(given)
            refresh_layout(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(LinePane, "render_line", counted)
        monkeypatch.setattr(app.screen, "_refresh_layout", counted_layout)
        for _ in range(_TICKS):
            clock.now += 1_000
            app._tick()
            await pilot.pause(0.05)
        assert set(painted) == {("header", 0)}
        assert len(painted) >= _TICKS
        assert laid_out == []
