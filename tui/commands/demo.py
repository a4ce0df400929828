"""`ccmon demo`: writes a made-up data directory and goes on appending to it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError, reason_of
from engine.domain.settings import system_clock
from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError

if TYPE_CHECKING:
    from engine.demo import DemoUser


def run(options: Namespace) -> int:
    """Write a history, then append in real time until Ctrl+C; return the exit code."""
    from shlex import quote

    from engine.demo import write_history
    from engine.demo.others import AGENTS, places_of_others, write_others
    from tui.words import format as fmt

    user = _user(options)
    if options.directory is None:
        raise UsageError(
            "DIRECTORY is missing: a made-up user's transcripts take about 95 MB there. To look at"
            " one, ccmon live --demo."
        )
    directory = Path(options.directory).expanduser()
    _require_empty(directory)
    try:
        written = write_history(directory, user)
        write_others(directory, user)
    except OSError as error:
        raise SettingsError(
            f"{directory} cannot be written ({reason_of(error)}): name another directory."
        ) from error
    print(
        f"Wrote {written.responses:,} responses in {written.files:,} transcripts"
        f" ({fmt.size(written.bytes)}) below {directory}."
    )
    place = directory.absolute()
    others = " ".join(f"{key}={quote(path)}" for key, path in places_of_others(place).items())
    watch = f"ccmon live --config-dir {quote(str(directory))} --ledger :memory:"
    print(f"Watch it:  {watch}")
    print(f"With Codex and Gemini CLI beside it:  {others} {watch} --agent {','.join(AGENTS)}")
    if options.once:
        return 0
    print("Going on to append in real time; Ctrl+C stops.")
    sys.stdout.flush()
    _go_on(directory, user)
    return 0


def _go_on(directory: Path, user: DemoUser) -> None:
    from threading import Event

    from engine.demo import DemoWriter

    try:
        DemoWriter(directory, user).run(Event())
    except KeyboardInterrupt:
        print()


def _user(options: Namespace) -> DemoUser:
    """Return the made-up user asked for."""
    from engine.demo import DemoUser

    try:
        return DemoUser(
            seed=options.seed,
            now_ms=system_clock(),
            responses=options.responses,
            days=options.days,
            sessions=options.sessions,
        )
    except SettingsError as error:
        raise UsageError(str(error)) from error


def _require_empty(directory: Path) -> None:
    """Refuse a place where something is: a demo must never touch real transcripts."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise SettingsError(
            f"{directory} is not empty: name a new directory, such as ccmon demo ccmon-demo."
        )


COMMAND = Command(
    "demo",
    "upkeep",
    "write a lifelike made-up data directory and go on appending to it",
    run,
    own=(
        Option(
            (),
            "where to write; must be new or empty",
            "DIRECTORY",
            name="directory",
            is_required=False,
            completes="directory",
        ),
        Option(("--responses",), "default: 28000", "NUMBER", read=values.number, default=28_000),
        Option(
            ("--days",),
            "most of the work is in the last 30 (default: 365)",
            "NUMBER",
            read=values.demo_days,
            default=365,
        ),
        Option(("--sessions",), "default: 280", "NUMBER", read=values.number, default=280),
        Option(
            ("--seed",),
            "the same seed gives the same user",
            "NUMBER",
            read=values.whole,
            default=7,
        ),
        Option(("--once",), "write the history and exit, without appending", default=False),
    ),
    about="To look at a made-up user, and leave nothing: ccmon live --demo.",
    examples=(("ccmon demo ccmon-demo --once", "28,000 responses to try other programs with"),),
    is_configurable=False,
    is_long=True,
)
