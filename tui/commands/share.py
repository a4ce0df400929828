"""`ccmon share DIR | ssh://host`: counts what was used on other machines too."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import PLACES

if TYPE_CHECKING:
    from engine.domain.settings import Settings
    from engine.machines.own import OwnMachine, Share
    from engine.monitor import Monitor

_LEAVES = """\
What this machine would write into {place}, for everybody who can read it:
  of each response its id as a number, times, session id, model, provider, sub-agent's name,
    counts of tokens and the cost its line recorded
  of each session the project it works in: {projects}
  what this machine is called ({name}){person}
Never: prompts, answers, titles, files, accounts, limits.
"""
_STOPPED = (
    "Shared with {place} no more; what was written there is deleted, what was read stays known."
)


def run(options: Namespace) -> int:
    """Share, stop, or say how it stands; return the exit code."""
    _check(options)
    from engine.monitor import Monitor
    from tui.config.settings import settings_of

    settings = settings_of(options)
    with Monitor(settings) as monitor:
        if options.send is not None:
            monitor.machines.send(options.send, sys.stdout.buffer)
            return 0
        if options.place:
            place = _place_of(options.place)
            if options.stop:
                return _stop(monitor, place)
            if not _begin(monitor, place, options):
                print("Nothing was changed.")
                return 1
        elif options.name is not None or options.person is not None:
            monitor.machines.sharing.call(options.name, options.person)
        return _show(monitor, settings)


def _check(options: Namespace) -> None:
    if options.stop and not options.place:
        raise UsageError("Say what to stop: ccmon share DIR --stop.")
    if options.redact and (options.stop or not options.place):
        raise UsageError("--redact says how a folder is shared: ccmon share DIR --redact.")


def _place_of(text: str) -> str:
    """Return what a place is kept as; raises `SettingsError` for one that cannot be."""
    from engine.domain.mistakes import SettingsError

    if text.startswith("ssh:"):
        from engine.machines.ssh import host_of

        host_of(text)
        return text.rstrip("/")
    path = os.path.realpath(os.path.expanduser(text))
    if not os.path.isdir(path):
        raise SettingsError(f"{text} is not a directory: make it first, or correct its name.")
    return path


def _begin(monitor: Monitor, place: str, options: Namespace) -> bool:
    """Share at a place, once the user agrees to what leaves; return whether they did."""
    from engine.machines.own import Share
    from tui.terminal.consent import agrees

    sharing = monitor.machines.sharing
    own = sharing.known()
    share = Share(place, options.redact)
    if not share.is_ssh and all(each.place != place for each in own.shares):
        print(_leaves(own, share, options))
        if not (options.yes or agrees("Write this?")):
            return False
    sharing.begin(share)
    sharing.call(options.name, options.person)
    return True


def _leaves(own: OwnMachine, share: Share, options: Namespace) -> str:
    """Return what of this machine others will see."""
    name = own.name if options.name is None else options.name
    person = own.person if options.person is None else options.person
    return _LEAVES.format(
        place=share.place,
        projects="a hash that only this machine can tell" if share.is_redacted else "its path",
        name=name,
        person=f" and its person ({person})" if person else "",
    )


def _stop(monitor: Monitor, place: str) -> int:
    if not monitor.machines.sharing.stop(place):
        print(f"Nothing is shared with {place}.")
        return 1
    print(_STOPPED.format(place=place))
    return 0


def _show(monitor: Monitor, settings: Settings) -> int:
    """Bring everything up to date and say how it stands."""
    from tui.tables.sharing_page import sharing_lines
    from tui.terminal.encoding import writable

    now = monitor.machines.share()
    lines = sharing_lines(now, settings.clock())
    print(writable("\n".join(lines), sys.stdout.encoding))
    lacks = [notice.text for notice in monitor.notices() if notice.severity != "information"]
    for text in lacks:
        print(writable(text, sys.stderr.encoding), file=sys.stderr)
    return 0


COMMAND = Command(
    "share",
    "upkeep",
    "count what was used on other machines too: by a shared folder, or over ssh",
    run,
    shared=(PLACES,),
    own=(
        Option(
            (),
            "a directory that reaches the other machines, or ssh://user@host; without one it says"
            " how sharing stands",
            "PLACE",
            name="place",
            completes="directory",
            is_required=False,
        ),
        Option(("--stop",), "share there no more, and take back what was written", default=False),
        Option(
            ("--redact",),
            "write names of projects as hashes that only this machine can tell",
            default=False,
        ),
        Option(("--name",), "what this machine is called (default: its host's name)", "NAME"),
        Option(("--person",), "who works on this machine, for a team", "NAME"),
        Option(("-y", "--yes"), "write without asking", default=False),
        Option(("--send",), "", "SINCE", is_hidden=True),
    ),
    about="Run it once on each machine. Each writes files of its own into the directory and reads"
    " those of all others, so that any program may sync it: Syncthing, Dropbox, iCloud, git, NFS."
    " A response that is seen on several machines counts once. ccmon help machines says more.",
    examples=(
        ("ccmon share ~/Sync/ccmon", "share by a folder"),
        ("ccmon share ssh://me@server", "pull from a server, with ccmon there or without"),
        ("ccmon share", "what is shared, and which machines there are"),
        ("ccmon daily --by-machine", "whose each day was"),
    ),
    is_configurable=False,
)
