"""`ccmon push`: brings this machine's usage to a team's database, after asking."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import PLACES
from tui.terminal.console import is_terminal

if TYPE_CHECKING:
    from engine.machines.team.privacy import Projects
    from engine.monitor import Monitor

_PROJECTS = ("names", "hashes", "none")


def run(options: Namespace) -> int:
    """Make the schema, take back, or push what is new; return the exit code."""
    from engine.monitor import Monitor
    from tui.config.settings import settings_of

    if options.init and options.forget:
        raise UsageError("--init makes the tables, --forget takes back what was pushed: say one.")
    with Monitor(settings_of(options)) as monitor:
        address = monitor.machines.pushes.address(options.url)
        if options.init:
            return _init(monitor, address)
        if options.forget:
            return _forget(monitor, address, is_sure=options.yes)
        return _push(monitor, address, options)


def _init(monitor: Monitor, address: str) -> int:
    from engine.machines.team.connection import shown
    from engine.machines.team.schema import DISTRIBUTED

    monitor.machines.pushes.init(address)
    print(
        f"Made ccmon's tables, roles and views in {shown(address)}. Each person is a role of the"
        " database:\n\n"
        "  CREATE ROLE ana LOGIN PASSWORD '…' IN ROLE ccmon_writer;    -- who pushes\n"
        "  CREATE ROLE boss LOGIN PASSWORD '…' IN ROLE ccmon_reader;   -- who reads\n\n"
        "On Citus these distribute it:\n"
    )
    for statement in DISTRIBUTED:
        print(f"  {statement};")
    return 0


def _forget(monitor: Monitor, address: str, *, is_sure: bool) -> int:
    from engine.machines.team.connection import shown
    from tui.terminal.consent import agrees

    place = shown(address)
    question = f"Take back all that you ever pushed to {place}, from every machine?"
    if not is_sure and not agrees(question):
        print("Nothing was taken back.")
        return 1
    gone = monitor.machines.pushes.forget(address)
    print(f"Took back {gone:,} response{'' if gone == 1 else 's'} from {place}.")
    return 0


def _push(monitor: Monitor, address: str, options: Namespace) -> int:
    from engine.machines.team.connection import shown
    from tui.terminal.progress_line import ProgressLine

    monitor.require_roots()
    with ProgressLine(sys.stderr) as line:
        monitor.catch_up(line.show)
    pushes = monitor.machines.pushes
    agreed = pushes.agreed(address)
    projects = cast("Projects", options.projects or agreed or "hashes")
    if agreed != projects:
        if not _agrees(monitor, address, projects, options):
            print("Nothing was pushed.")
            return 1
        pushes.agree(address, projects)
    pushed = pushes.push(address, projects)
    count = f"{pushed.responses:,} response{'' if pushed.responses == 1 else 's'}"
    told = f"Pushed {count}" if pushed.responses else "Nothing is new: nothing was pushed"
    print(f"{told} to {shown(address)} as {pushed.person}.")
    return 0


def _agrees(monitor: Monitor, address: str, projects: Projects, options: Namespace) -> bool:
    """List what would leave this machine, and ask."""
    from engine.agents.names import title_of
    from tui.terminal.consent import agrees

    told = monitor.machines.pushes.preview(address, projects)
    zone = monitor.answers.zone[1]
    print(f"This leaves your machine for {told.database}, now and at each later push:\n")
    for each in told.leaves:
        print(f"  - {each}")
    print(f"\nNever {told.stays}. ccmon push --forget takes all of it back.")
    if told.responses:
        from engine.domain.times import day_of

        days = f"{day_of(told.first, zone)} to {day_of(told.last, zone)}"
        titles = ", ".join(map(title_of, told.agents))
        print(f"Now that is {told.responses:,} responses of {titles}, {days}.")
    print("--projects names, hashes or none chooses what is told of projects.\n")
    sys.stdout.flush()
    if options.yes:
        return True
    if not is_terminal(sys.stdin):
        raise UsageError("Nobody is there to be asked: say --yes, and --projects, to agree to it.")
    return agrees("Push it?")


COMMAND = Command(
    "push",
    "scripts",
    "bring usage to a team's PostgreSQL, each response once; reports read it with --from",
    run,
    shared=(PLACES,),
    own=(
        Option(
            (),
            "the database, postgresql://ana@host/name (default: CCMON_DATABASE_URL); a password"
            " stands best in ~/.pgpass",
            "URL",
            name="url",
            is_required=False,
        ),
        Option(
            ("--projects",),
            "what leaves of projects: names (full paths), hashes (the default) or none",
            "WHAT",
            read=values.choice(_PROJECTS),
            choices=_PROJECTS,
            is_configurable=False,
        ),
        Option(
            ("--init",),
            "make tables, roles and views there, as the database's owner",
            default=False,
        ),
        Option(("--forget",), "take back all that was ever pushed as this role", default=False),
        Option(("-y", "--yes"), "do it without asking", default=False),
    ),
    about="The first push lists what leaves this machine and asks; titles and prompts never leave."
    " A push sends what changed since the last one; repeated, or from a second machine with the"
    " same sessions, it counts nothing twice. Each person is a role of the database and can"
    " neither read nor change another's rows.\n\nccmon help team tells how to set it up.",
    examples=(
        ("ccmon push postgresql://db.example.com/usage", "push what is new"),
        ("ccmon daily --from postgresql://db.example.com/usage", "the team's days"),
        ("ccmon push --forget", "take everything back"),
    ),
    is_configurable=False,
)
