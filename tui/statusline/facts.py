"""What a status line is made of, asked in no more time than a prompt may wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.domain.glances import Glance
from engine.domain.hits import FIVE_HOUR
from engine.domain.mistakes import SettingsError
from engine.domain.owners import name_of_owner
from engine.domain.paths import ledger_path
from engine.domain.settings import Settings
from engine.limits.readings import HookSaid, Reading, readings_of_hook
from tui.statusline.again import files_of_session
from tui.statusline.hook import Hook

if TYPE_CHECKING:
    from engine.monitor import Monitor

    Note = Callable[[Iterable[str]], None]
    """Is told paths."""

PATIENCE = 1.0
"""Seconds after which the line is made of what is known by then."""
NOTING = 1.5
"""Seconds more for what the hook says of limits to be kept: it may never be said again."""
_TURN = 0.2
"""Seconds to wait for another process that is writing."""
_JUST_NOW = 10_000
"""Milliseconds for which a look at all transcripts, by any process, is good enough."""
_MOST_BYTES = 32 << 20
"""New bytes read at most: of a first long history the newest, the rest at the next call."""
_TROUBLE = "ccmon could not read its ledger: see ccmon doctor"


class Facts:
    """What has been found so far; grows until all is found."""

    def __init__(self, hook: Hook, now: int) -> None:
        self.now = now
        self.readings = readings_of_hook(hook.rate_limits, now, hook.session)
        self.windows: Mapping[str, Reading] = {each.window: each for each in self.readings}
        self.account = ""
        self.glance: Glance | None = None
        self.is_partial = False
        self.trouble = ""
        self.is_done = False
        self.noted = Event()
        """Set once the ledger has taken what the hook says, or never will."""
        self.lasting: tuple[str, int] | None = None
        """The ledger's path and revision, where all was known of it and nothing was written."""


def facts_of(
    settings: Callable[[], Settings],
    hook: Hook,
    now: int,
    note: Note,
    patience: float = PATIENCE,
) -> Facts:
    """Return what is known of a session in time; what is new in its transcript is read first.

    What does not come in time, because another process holds the ledger or history is long,
    is left: see `is_done`. Only for what the hook says of limits there is `NOTING` more. `note` is
    told the paths of what is read, before it is. Never raises.
    """
    found = Facts(hook, now)
    asked = (settings, hook, found, note)
    thread = Thread(target=_find, args=asked, name="ccmon-glance", daemon=True)
    thread.start()
    thread.join(patience)
    if found.readings:
        found.noted.wait(NOTING)
    return found


def _find(
    settings: Callable[[], Settings],
    hook: Hook,
    found: Facts,
    note: Note,
) -> None:
    """Find out step by step, the quickest first."""
    try:
        _ask(settings(), hook, found, note)
        found.is_done = True
    except SettingsError as error:
        found.trouble, found.is_done = str(error), True
    except Exception:  # noqa: BLE001 - the thread's one boundary: a hook never fails
        found.trouble, found.is_done = _TROUBLE, True
    finally:
        found.noted.set()


def _ask(settings: Settings, hook: Hook, found: Facts, note: Note) -> None:
    """Read what is new, the session's own first, and look at the ledger after each step.

    Where another process is writing all the while, what is new waits for the next call.
    """
    from engine.monitor import Monitor

    session, said = hook.session or None, _said(hook, found)
    note(files_of_session(hook.transcript))
    with Monitor(settings) as monitor:
        monitor.wait_at_most(_TURN)
        note((monitor.limits.account_file(said),))
        found.is_partial = True
        is_free = _read(monitor, hook.transcript)
        before = monitor.ledger_revision()
        found.windows = monitor.limits.note_hook(said, found.now)
        found.noted.set()
        owner = next((each.owner for each in found.windows.values()), "")
        found.account = name_of_owner(owner, settings.accounts)
        found.glance = monitor.glance(session, found.windows.get(FIVE_HOUR))
        if is_free:
            revision = monitor.ledger_revision()
            is_all = monitor.catch_up(most_bytes=_MOST_BYTES, unless_within=_JUST_NOW)
            if monitor.ledger_revision() != revision:
                found.glance = monitor.glance(session, found.windows.get(FIVE_HOUR))
            found.is_partial = not is_all
        is_whole = not found.is_partial and not monitor.notices()
        if is_whole and monitor.ledger_revision() == before and (session or not found.readings):
            found.lasting = ledger_path(settings), before


def _said(hook: Hook, found: Facts) -> HookSaid:
    """Return what the hook says of limits and of its context."""
    return HookSaid(
        session=hook.session,
        readings=found.readings,
        transcript=hook.transcript,
        model=hook.model_id,
        context_size=hook.context_size,
        api_time=hook.api_time,
    )


def _read(monitor: Monitor, transcript: str) -> bool:
    """Read one session; return whether the ledger was free to take it."""
    if transcript:
        try:
            monitor.read_transcript(transcript)
        except sqlite3.Error:
            return False
    return True
