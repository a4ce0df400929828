"""What a status line's hook says of limits: whose it is, how old it is, and what to show of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from engine.agents.claude.places import named_roots
from engine.domain.contexts import bare_model
from engine.domain.files import read_regular, real_path
from engine.domain.owners import NOBODY, OwnerNotes, owner_at, resolved
from engine.domain.settings import Settings
from engine.domain.times import DAY
from engine.ledger.connection import Connection
from engine.ledger.limit_readings import (
    AHEAD,
    SAME_RESET,
    keep_readings,
    newest_said,
    readings_since,
)
from engine.ledger.owners import note_owner, owner_notes
from engine.ledger.told_sessions import (
    api_time_of,
    last_response_of,
    note_session,
    root_of_session,
)
from engine.limits.kept_readings import reading_of_row, rows_of
from engine.limits.marks import marks_of
from engine.limits.readings import HookSaid, Reading
from engine.limits.sources.claude_json import account_path, signed_in

_REACH = 8 * DAY
_LARGEST = 20 << 20


def keep_hook(ledger: Connection, settings: Settings, said: HookSaid, now: int) -> None:
    """Keep what a hook says, with its owner and the time of the answer that it came with.

    Where the session has said something since its last response, the answer that another share
    comes with is not in the transcript yet: it has just come.

    Raises `sqlite3.Error` where the ledger does not take it.
    """
    earlier = api_time_of(ledger, said.session)
    is_grown = None not in (earlier, said.api_time) and (said.api_time or 0) > (earlier or 0)
    answered = last_response_of(ledger, said.session)
    is_answer = (
        answered is not None and newest_said(ledger, said.session, now + AHEAD) < answered <= now
    )
    came = answered if answered is not None and is_answer else now
    owner = _owner_now(ledger, settings, said, now, came)
    found = []
    for reading in said.readings:
        if is_grown:
            found.append(replace(reading, owner=owner, age="grown"))
        elif is_answer:
            found.append(replace(reading, owner=owner, captured_at=came, age="answer"))
        else:
            found.append(replace(reading, owner=owner))
    keep_readings(ledger, rows_of(found), now + AHEAD)
    if said.session and (said.context_size or said.api_time):
        note_session(
            ledger, said.session, bare_model(said.model), said.context_size, said.api_time, now
        )


def windows_of_hook(ledger: Connection, said: HookSaid, now: int) -> dict[str, Reading]:
    """Return what a status line shows: what it was just given for its own session.

    Only where a younger answer of the same owner is known, that is shown instead.
    """
    given = {reading.window: reading for reading in said.readings}
    if not given:
        return given
    kept = [
        reading_of_row(row, time) for row, time in readings_since(ledger, now - _REACH, now + AHEAD)
    ]
    noted = {owner for _, _, owner, _ in owner_notes(ledger)}
    whole = resolved({NOBODY, *noted, *(each.owner for each in kept)})
    kept = [replace(each, owner=whole[each.owner]) for each in kept]
    marks = marks_of(kept)
    own = {window: _own(kept, reading, said.session) for window, reading in given.items()}
    present = {each.owner for each in own.values() if each is not None}
    newest = max((each.captured_at for each in own.values() if each is not None), default=now)
    shown = {
        window: replace(reading, owner=mine.owner if (mine := own[window]) is not None else NOBODY)
        for window, reading in given.items()
    }
    for (owner, window), mark in marks.items():
        mine = own.get(window)
        since = mine.captured_at if mine is not None else newest
        if owner not in present or not mark.holds(now) or mark.captured_at <= since:
            continue
        if mine is None and window in given:
            continue
        shown[window] = Reading(
            window, mark.share, mark.resets_at, mark.captured_at, mark.source, owner
        )
    return shown


def _own(kept: Iterable[Reading], given: Reading, session: str) -> Reading | None:
    """Return the kept reading that is what the session has just said."""
    end = given.resets_at or 0
    fitting = [
        each
        for each in kept
        if each.session == session
        and each.window == given.window
        and each.used_share == given.used_share
        and abs((each.resets_at or 0) - end) <= SAME_RESET
    ]
    return max(fitting, key=lambda each: each.captured_at, default=None)


def account_file(ledger: Connection, settings: Settings, said: HookSaid) -> str:
    """Return the path of the file that says whose a hook's session is; there may be none."""
    root = real_path(_root_of(ledger, settings, said))
    return str(account_path(Path(root), settings.home))


def _owner_now(ledger: Connection, settings: Settings, said: HookSaid, now: int, came: int) -> str:
    """Return whose a hook's session is, and note it where that has changed.

    Who signed in did so before the answer that the hook came with.
    """
    root = real_path(_root_of(ledger, settings, said))
    owner, plan = _signed_in(Path(root), settings.home)
    if owner is None:
        notes: OwnerNotes = {
            root: [(since, whose) for of, since, whose, _ in owner_notes(ledger) if of == root]
        }
        return owner_at(notes, root, now)
    note_owner(ledger, root, owner, plan, now, came)
    return owner


def _signed_in(root: Path, home: Path) -> tuple[str | None, str]:
    """Return the owner and the plan that a root's file names, `None` where none can be read."""
    with suppress(OSError, ValueError):
        path = account_path(root, home)
        if path.stat().st_size <= _LARGEST:
            found = signed_in(read_regular(path))
            if found is not None:
                account, plan = found
                return account.owner, plan.name if plan is not None else ""
    return None, ""


def _root_of(ledger: Connection, settings: Settings, said: HookSaid) -> Path:
    """Return the root of a hook's session (SPEC §9): by its transcript, else by the ledger."""
    path = said.transcript.replace("\\", "/")
    before, marker, _ = path.rpartition("/projects/")
    if marker and os.path.isdir(os.path.join(before, "projects")):
        return Path(before)
    known = root_of_session(ledger, said.session)
    if known is not None:
        return Path(known)
    named = _named_root(settings.environment, settings.home)
    return named if named is not None else settings.home / ".claude"


def _named_root(environment: Mapping[str, str], home: Path) -> Path | None:
    """Return the first root that `CLAUDE_CONFIG_DIR` names, if it names any."""
    text = environment.get("CLAUDE_CONFIG_DIR", "").strip()
    return next(iter(named_roots(text, home)), None)
