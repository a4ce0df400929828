"""What a status line is made of, asked in no more time than a prompt may wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from threading import Thread
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.owners import name_of_owner
from engine.domain.questions import Glance
from engine.domain.settings import Settings
from engine.limits.readings import HookSaid, Reading, readings_of_hook
from tui.statusline.hook import Hook

if TYPE_CHECKING:
    from engine.monitor import Monitor

PATIENCE = 1.0
"""Seconds after which the line is made of what is known by then."""
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


def facts_of(
    settings: Callable[[], Settings], hook: Hook, now: int, patience: float = PATIENCE
) -> Facts:
    """Return what is known of a session in time; what is new in its transcript is read first.

    What does not come in time, because another process holds the ledger or history is long,
    is left: see `is_done`. Never raises.
    """
    found = Facts(hook, now)
    thread = Thread(target=_find, args=(settings, hook, found), name="ccmon-glance", daemon=True)
    thread.start()
    thread.join(patience)
    return found


def _find(settings: Callable[[], Settings], hook: Hook, found: Facts) -> None:
    """Find out step by step, the quickest first."""
    try:
        _ask(settings(), hook, found)
        found.is_done = True
    except SettingsError as error:
        found.trouble, found.is_done = str(error), True
    except Exception:  # noqa: BLE001 - the thread's one boundary: a hook never fails
        found.trouble, found.is_done = _TROUBLE, True


def _ask(settings: Settings, hook: Hook, found: Facts) -> None:
    """Read what is new, the session's own first, and look at the ledger after each step.

    Where another process is writing all the while, what is new waits for the next call.
    """
    from engine.monitor import Monitor

    session = hook.session or None
    with Monitor(settings) as monitor:
        monitor.wait_at_most(_TURN)
        found.is_partial = True
        is_free = _read(monitor, hook.transcript)
        _note(monitor, hook, found)
        found.glance = monitor.glance(session)
        if is_free:
            before = monitor.ledger_revision()
            is_all = monitor.catch_up(most_bytes=_MOST_BYTES, unless_within=_JUST_NOW)
            if monitor.ledger_revision() != before:
                found.glance = monitor.glance(session)
            found.is_partial = not is_all


def _note(monitor: Monitor, hook: Hook, found: Facts) -> None:
    """Keep what the hook says of limits and of its context, and learn what else is known."""
    said = HookSaid(
        session=hook.session,
        readings=found.readings,
        transcript=hook.transcript,
        model=hook.model_id,
        context_size=hook.context_size,
        api_time=hook.api_time,
    )
    found.windows = monitor.limits.note_hook(said, found.now)
    owner = next((each.owner for each in found.windows.values()), "")
    found.account = name_of_owner(owner, monitor.settings.accounts)


def _read(monitor: Monitor, transcript: str) -> bool:
    """Read one session; return whether the ledger was free to take it."""
    if transcript:
        try:
            monitor.read_transcript(transcript)
        except sqlite3.Error:
            return False
    return True
