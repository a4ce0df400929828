"""Starts the live screen on a terminal and cleans up behind it."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.domain.paths import uses_providers
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.notify.channels import Channels
from tui import startup
from tui.live.source import LiveOptions
from tui.live.terminal.job import Job

if TYPE_CHECKING:
    from tui.live.app import LiveApp

_THEME = "theme"


def run_live(
    settings: Settings,
    *,
    theme: str | None,
    is_demo: bool,
    has_bell: bool,
    channels: Channels | None = None,
) -> int:
    """Show the live screen until the user quits; return the exit code."""
    startup.hold_garbage()
    carried = channels or Channels()
    if carried.quiet_hours is None and settings.quiet_hours:
        carried = replace(carried, quiet_hours=settings.quiet_hours)
    with ExitStack() as cleanup:
        if is_demo:
            print("Making up a user and a year of work…", end="\r", file=sys.stderr, flush=True)
        monitor = _open_demo(settings, cleanup) if is_demo else Monitor(settings)
        cleanup.callback(monitor.close)
        options = LiveOptions(
            theme=theme or monitor.preference(_THEME) or "dark",
            zone=settings.zone,
            is_demo=is_demo,
            no_color=bool(settings.environment.get("NO_COLOR")),
            has_bell=has_bell,
            channels=carried,
            environment=settings.environment,
            is_offline=settings.is_offline,
            has_providers=uses_providers(settings),
            open_demo=lambda: _open_demo(settings, cleanup),
            on_theme=lambda name: monitor.keep_preference(_THEME, name),
        )
        from tui.live.app import LiveApp

        _follow_the_terminal()
        app = LiveApp(monitor, options)
        asyncio.run(_until_ended(app, cleanup.close))
        if app.broken_by:
            print(app.broken_by, file=sys.stderr)
        return app.return_code or 0


def _follow_the_terminal() -> None:
    """Let the screen be as large as the terminal, whatever size was exported at some time."""
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)


async def _until_ended(app: LiveApp, cleanup: Callable[[], None]) -> None:
    """Run the app; a signal that ends it leaves the terminal as well as `q` does."""
    job = Job(app, cleanup)
    job.begin()

    def settle() -> None:
        job.attach()
        startup.settle()

    app.when_shown(settle)
    await app.run_async()


def _open_demo(settings: Settings, cleanup: ExitStack) -> Monitor:
    """Write a made-up user into a temporary place and watch them at work."""
    from engine.demo.at_work import DemoAtWork, made_up_user
    from engine.demo.others import AGENTS, places_of_others, write_others
    from engine.demo.window_uses import window_uses

    place = cleanup.enter_context(
        tempfile.TemporaryDirectory(prefix="ccmon-demo-", ignore_cleanup_errors=True)
    )
    root = Path(place) / "claude"
    user = made_up_user(root, settings.clock())
    write_others(Path(place), user)
    at_work = DemoAtWork(root, user)
    monitor = Monitor(
        replace(
            settings,
            roots=(root,),
            agents=settings.agents or AGENTS,
            environment={**settings.environment, **places_of_others(Path(place))},
            ledger=os.path.join(place, "ledger.db"),
            is_offline=True,
        )
    )
    monitor.limits.note_uses(window_uses(settings.clock()))
    cleanup.callback(monitor.close)
    cleanup.callback(at_work.stop)
    return monitor
