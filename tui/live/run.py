"""Starts the live screen on a terminal and cleans up behind it."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.notify.channels import Channels
from tui.live.source import LiveOptions
from tui.live.terminal.first_picture import first_picture

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
    carried = channels or Channels()
    if carried.quiet_hours is None and settings.quiet_hours:
        carried = replace(carried, quiet_hours=settings.quiet_hours)
    with ExitStack() as cleanup:
        monitor = _open_demo(settings, cleanup) if is_demo else Monitor(settings)
        cleanup.callback(monitor.close)
        picture = None if is_demo else cleanup.enter_context(first_picture(monitor.snapshot()))
        options = LiveOptions(
            theme=theme or monitor.preference(_THEME) or "dark",
            zone=settings.zone,
            is_demo=is_demo,
            no_color=bool(settings.environment.get("NO_COLOR")),
            has_bell=has_bell,
            channels=carried,
            environment=settings.environment,
            is_offline=settings.is_offline,
            open_demo=lambda: _open_demo(settings, cleanup),
            on_theme=lambda name: monitor.keep_preference(_THEME, name),
        )
        from tui.live.app import LiveApp

        app = LiveApp(monitor, options, picture)
        asyncio.run(_until_ended(app))
        return app.return_code or 0


async def _until_ended(app: LiveApp) -> None:
    """Run the app; a signal that ends it leaves the terminal as well as `q` does."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, partial(app.exit, return_code=128 + number))
    await app.run_async()


def _open_demo(settings: Settings, cleanup: ExitStack) -> Monitor:
    """Write a made-up user into a temporary place and watch them at work."""
    from engine.demo.at_work import DemoAtWork, made_up_user
    from engine.demo.others import AGENTS, places_of_others, write_others

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
    cleanup.callback(monitor.close)
    cleanup.callback(at_work.stop)
    return monitor
