"""Syncs Cursor's usage for the account that is logged in: when it is due, and what came of it."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Thread
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.tokens import SessionToken
from engine.agents.cursor.usage_files import (
    EXPORTED,
    SYNCED,
    merge_synced,
    set_aside,
    synced_events,
)
from engine.agents.cursor.web import VARIABLE, AskingFailed, Failure, Site, base_of
from engine.domain.files import read_or_nothing, write_whole
from engine.domain.paths import cursor_directory, cursor_session_path, data_directory
from engine.domain.settings import Settings
from engine.domain.times import DAY, MINUTE, iso_time

FRESH = 5 * MINUTE
"""So long nothing is asked again by itself, after a success as after a failure."""
TIMEOUT = 8.0
"""Seconds that a sync may take; in reports it is less."""

_OVERLAP = 3 * DAY
"""Events so old may still come or change: they are asked for again."""
_LONGEST_REST = DAY
_SHARE_TO_SAVE = 0.1
"""Of the time, left for keeping what came."""
_GRACE = 0.2
"""Seconds more, so that it is the asking that runs out of time."""

Outcome = Literal["read", "absent", "waiting", "unsaved"] | Failure
"""`absent`: nobody is logged in; `waiting`: the server asked to be left alone; `unsaved`: what
came could not be written."""

_SENTENCES: dict[str, str] = {
    "read": "Cursor's usage is up to date.",
    "begun": "Cursor's usage is up to date, but for events before {open}: sync again for those.",
    "absent": "Nobody is logged in to Cursor: log in with ccmon cursor login.",
    "waiting": "Cursor asked to be left alone until {until}; sync again then.",
    "unsaved": "Cursor's usage was fetched but {where} cannot be written: make it writable.",
    "unauthorized": "Cursor rejects the session token: log in again with ccmon cursor login.",
    "limited": "Cursor was asked too often (429) and is left alone until {until}.",
    "refused": "Cursor answered with HTTP status {status}; ccmon cursor sync tries again.",
    "failing": (
        "Cursor's site has a fault of its own (HTTP status {status});"
        " ccmon cursor sync tries again."
    ),
    "unreached": "Cursor's site was not reached: check the network and the proxy.",
    "slow": "Cursor's site did not answer in time; ccmon cursor sync tries again.",
    "unreadable": "Cursor sent something that is not usage; export a CSV and give it with --csv.",
    "page": (
        "Cursor sent a web page instead of usage: log in again with ccmon cursor login,"
        " or give an exported CSV with --csv."
    ),
}
_WORTH_THE_EXPORT = ("refused", "failing", "unreadable", "page")
"""Failures of the JSON interface that say nothing of the export."""


class SyncState(Struct, omit_defaults=True):
    """What is known of syncs so far, of whatever process; holds no secret."""

    account: str = ""
    asked_at: int = 0
    """UTC milliseconds, as all times here."""
    synced_at: int = 0
    """When usage came last."""
    covered_until: int = 0
    """All events up to here were read once, since `open_until`."""
    open_until: int = 0
    """Events before are still to be read; 0 where none are."""
    next_allowed_at: int = 0
    outcome: str = ""
    status: int = 0


class Synced(Struct, frozen=True):
    """What a sync came to."""

    outcome: Outcome
    sentence: str
    is_changed: bool = False
    """Whether a usage file changed."""


def state_path(settings: Settings) -> Path:
    """Return where it is kept how syncs went."""
    return data_directory(settings) / "cursor-sync.json"


def load_state(settings: Settings) -> SyncState:
    """Return what is known of syncs; what cannot be read is nothing known."""
    try:
        return msgspec.json.decode(read_or_nothing(state_path(settings)), type=SyncState)
    except ValueError:
        return SyncState()


def forget_state(settings: Settings) -> None:
    """Forget how syncs went, for a new login; what was synced stays."""
    state = load_state(settings)
    known = replace(state, asked_at=0, next_allowed_at=0, outcome="", status=0)
    write_whole(state_path(settings), msgspec.json.encode(known))


def is_logged_in(settings: Settings) -> bool:
    """Say whether a session token is kept; looks for one file."""
    return cursor_session_path(settings).exists()


def is_due(settings: Settings) -> bool:
    """Say whether to sync unasked: logged in, stale, and not told to wait."""
    if settings.is_offline or not settings.reads("cursor") or not is_logged_in(settings):
        return False
    state, now = load_state(settings), settings.clock()
    is_resting = any(at <= now < at + FRESH for at in (state.asked_at, state.synced_at))
    return not is_resting and now >= state.next_allowed_at and state.outcome != "unauthorized"


def lack_of(settings: Settings) -> str:
    """Return what is missing of the usage as a sentence, empty where nothing is known to be."""
    state, now = load_state(settings), settings.clock()
    if state.outcome in ("", "read") or not is_logged_in(settings):
        return ""
    return f"{_since(state)}{_said(settings, state, now)}"


def sync(settings: Settings, timeout: float = TIMEOUT) -> Synced:
    """Fetch what is new, in at most so many seconds; any thread may call it.

    Raises `SettingsError` for an address that the token may not be sent to.
    """
    state, now = load_state(settings), settings.clock()
    base = base_of(settings.environment.get(VARIABLE))
    if not is_logged_in(settings):
        return Synced("absent", _SENTENCES["absent"])
    if now < state.next_allowed_at <= now + _LONGEST_REST:
        until = _moment(state.next_allowed_at)
        return Synced("waiting", _SENTENCES["waiting"].format(until=until))
    made: list[Synced] = []
    thread = Thread(
        target=lambda: made.append(_Sync(settings, base, timeout, state, now).run()),
        name="ccmon-cursor-asking",
        daemon=True,
    )
    thread.start()
    thread.join(timeout + _GRACE)
    if made:
        return made[0]
    return Synced("slow", _SENTENCES["slow"])


class _Sync:
    """One sync, in a thread that may be given up when its time is over."""

    def __init__(
        self, settings: Settings, base: str, timeout: float, state: SyncState, now: int
    ) -> None:
        self._settings = settings
        self._base = base
        self._deadline = time.monotonic() + timeout
        self._asking_ends = self._deadline - timeout * _SHARE_TO_SAVE
        self._state = state
        self._now = now
        self._path = cursor_directory(settings) / SYNCED

    def run(self) -> Synced:
        """Fetch and note how it went; what goes wrong is told without a word of the token."""
        state, is_changed = self._state, False
        try:
            token = TokenKeeping(self._settings).load()
            if token is None:
                return Synced("unauthorized", _SENTENCES["unauthorized"])
            state.asked_at = self._now
            self._note(state)
            try:
                site = Site(self._base, token, self._asking_ends, self._now)
                is_changed = self._fetch(site, token)
                state = replace(state, outcome="read", status=200, next_allowed_at=0)
                state.synced_at = self._now
            except AskingFailed as error:
                state = replace(state, outcome=error.failure, status=error.status)
                if error.asked_for:
                    state.next_allowed_at = self._now + min(error.asked_for, _LONGEST_REST)
            self._note(state)
        except OSError:
            return Synced("unsaved", _SENTENCES["unsaved"].format(where=self._path.parent))
        except Exception:  # noqa: BLE001 - the thread's one boundary: an error may tell the token
            return Synced("unreached", _SENTENCES["unreached"])
        return Synced(_outcome(state), _said(self._settings, state, self._now), is_changed)

    def _fetch(self, site: Site, token: SessionToken) -> bool:
        """Fetch by the JSON interface, else the export; raises `AskingFailed` and `OSError`."""
        try:
            return self._fetch_events(site, token)
        except AskingFailed as error:
            if error.failure not in _WORTH_THE_EXPORT:
                raise
            failed = error
        try:
            data = site.export()
        except AskingFailed as error:
            raise (error if error.failure == "unauthorized" else failed) from None
        target = self._path.with_name(EXPORTED)
        if read_or_nothing(target) == data:
            return False
        self._save_in_time()
        write_whole(target, data)
        return True

    def _fetch_events(self, site: Site, token: SessionToken) -> bool:
        """Fetch events since the last sync, and older ones that there was no time for."""
        state = self._state
        if state.account != token.account:
            if state.account:
                set_aside(self._path.parent, state.account)
            state.account, state.covered_until, state.open_until = token.account, 0, 0
        known = synced_events(self._path)
        if known is None:
            known, state.covered_until, state.open_until = [], 0, 0
        since = max(state.covered_until - _OVERLAP, 0)
        news = site.events(since, self._now)
        if news.since > since and state.covered_until:
            raise AskingFailed("slow")
        self._save_in_time()
        is_changed = merge_synced(self._path, known, news, self._now)
        if not state.covered_until:
            state.open_until = news.since if news.since > since else 0
        state.covered_until = self._now
        self._note(state)
        return self._fetch_older(site) or is_changed

    def _fetch_older(self, site: Site) -> bool:
        """Go on into the past where the first sync ran out of time."""
        state = self._state
        if not state.open_until:
            return False
        until = state.open_until - 1
        try:
            older = site.events(0, until)
            self._save_in_time()
        except AskingFailed:
            return False
        is_changed = merge_synced(self._path, synced_events(self._path) or [], older, until)
        state.open_until = older.since
        return is_changed

    def _save_in_time(self) -> None:
        """Refuse to write what nobody waits for any more."""
        if time.monotonic() > self._deadline:
            raise AskingFailed("slow")

    def _note(self, state: SyncState) -> None:
        self._state = state
        write_whole(state_path(self._settings), msgspec.json.encode(state))


def _outcome(state: SyncState) -> Outcome:
    outcome: Outcome = msgspec.convert(state.outcome, Outcome)
    return outcome


def _since(state: SyncState) -> str:
    if not state.synced_at:
        return "Cursor's usage is missing. "
    return f"Cursor's usage is that of {_moment(state.synced_at)}. "


def _moment(time: int) -> str:
    return iso_time(time)[:16].replace("T", " ") + " UTC"


def _said(settings: Settings, state: SyncState, now: int) -> str:
    """Return the sentence about an outcome."""
    is_begun = state.outcome == "read" and state.open_until
    sentence = _SENTENCES.get("begun" if is_begun else state.outcome, _SENTENCES["unreadable"])
    return sentence.format(
        status=state.status,
        until=_moment(max(state.next_allowed_at, now + FRESH)),
        open=_moment(state.open_until),
        where=cursor_directory(settings),
    )
