"""Makes the pictures in `screenshots/` from the seeded made-up user, at a fixed moment.

    python -m tui.dev.screenshots [DIRECTORY]

The same code gives the same pictures.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from engine.demo.at_work import made_up_user
from engine.demo.window_uses import window_uses
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tui.dev.printed_pictures import draw_reports
from tui.live.app import LiveApp
from tui.live.source import LiveOptions
from tui.terminal.picture import drawn

NOW = 1_795_184_640_000
"""Friday 20 November 2026, 14:24 UTC."""
_SIZES = ((80, 24), (120, 40), (200, 60))
_TABS = (
    ("2", "daily"),
    ("3", "weekly"),
    ("4", "monthly"),
    ("5", "sessions"),
    ("6", "blocks"),
    ("7", "models"),
    ("8", "projects"),
    ("9", "graph"),
)


def main() -> int:
    """Write all pictures; return the exit code."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ccmon-demo-") as place:
        root = Path(place) / "claude"
        made_up_user(root, NOW)
        asyncio.run(_take_all(root, target))
        with monitor_of(root) as monitor:
            monitor.catch_up()
            draw_reports(monitor, target)
    for picture in sorted(target.glob("*.svg")):
        print(picture)
    return 0


def monitor_of(root: Path) -> Monitor:
    """Return a monitor that stands still at the fixed moment and knows official readings."""
    monitor = Monitor(
        Settings(
            roots=(root,),
            ledger=":memory:",
            zone="Europe/Berlin",
            is_offline=True,
            is_polling=True,
            clock=lambda: NOW,
            environment={},
            home=root,
        )
    )
    monitor.limits.note_uses(window_uses(NOW))
    return monitor


async def _take_all(root: Path, target: Path) -> None:
    for width, height in _SIZES:
        await _take(root, target / f"live-{width}x{height}.svg", (width, height))
    for key, name in _TABS:
        await _take(root, target / f"{name}.svg", (120, 40), (key,))
    await _take(root, target / "day.svg", (120, 40), ("2", "enter"))
    await _take(root, target / "session.svg", (120, 40), ("5", "enter"))
    await _take(root, target / "help.svg", (120, 40), ("question_mark",))
    for theme in ("light", "safe-dark", "safe-light", "high-contrast"):
        await _take(root, target / f"theme-{theme}.svg", (120, 40), theme=theme)
    await _take(root.parent / "nothing", target / "nothing-to-read.svg", (80, 24))


async def _take(
    root: Path,
    picture: Path,
    size: tuple[int, int],
    keys: tuple[str, ...] = (),
    theme: str = "dark",
) -> None:
    """Open the live screen at a size, press keys, and save what it shows."""
    app = LiveApp(monitor_of(root), LiveOptions(theme=theme, is_demo=True, has_bell=False))
    async with app.run_test(size=size) as pilot:
        await _until_read(app, pilot.pause)
        app.clear_notifications()
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.4)
        await pilot.pause(0.4)
        picture.write_text(drawn(app.export_screenshot()), "utf-8")


async def _until_read(app: LiveApp, pause: Callable[[float], Awaitable[None]]) -> None:
    """Wait until the first reading is done and drawn."""
    for _ in range(200):
        await pause(0.05)
        if app.is_following:
            break
    await pause(0.3)


if __name__ == "__main__":
    sys.exit(main())
