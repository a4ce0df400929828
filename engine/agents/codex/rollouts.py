"""Reads one rollout of Codex: which of its lines tell of a response, and of whose thread.

A response is known by its usage record where its Codex writes them, else by how the
thread's running total grew. A fork begins with a copy of what its parent used, or goes on
with its parent's total: what was used before the fork has the parent's name here too.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from engine.agents.base import Place, Told, Unreadable, count
from engine.agents.claude.lines import text_of
from engine.agents.codex.limits import tell_windows
from engine.agents.codex.lines import (
    LINES,
    Line,
    Payload,
    Spent,
    is_worth_reading,
    model_at,
    spent_in,
    time_in,
    time_of,
)
from engine.agents.fields import take_records

_STALE = 0.98
"""A running total that fell back by no more was written late; a lower one began anew."""
_COPYING = 2_000
"""So many milliseconds a fork at most takes to copy what was before it."""
_FAST = ("priority", "fast")
_CHEAP = ("flex", "batch")


class State(Struct):
    """What reading on needs to know of the lines before."""

    thread: str = ""
    begun_at: int | None = None
    session: str = ""
    """The thread at the root of a tree of sub-agents."""
    sub_agent: str = ""
    parent: str = ""
    """The thread that this one was forked from or spawned by."""
    origin: str = ""
    """The first thread of those that a copied history went through."""
    is_recent: bool = False
    """Its Codex is of those that write usage records, or nearly: a copied running total
    then tells nothing that the parent's rollout does not."""
    is_others: bool = False
    """Another agent ran this Codex, and tells of it itself."""
    directory: str = ""
    provider: str = ""
    model: str = ""
    tier: str = ""
    turn: str = ""
    has_turn: bool = False
    recorded_turn: str | None = None
    """The turn whose responses have usage records."""
    total: Spent | None = None
    restarts: int = 0
    """How often the total began anew."""


class Rollout:
    """Reads a rollout on (`engine.agents.base.Lines`).

    `is_ours` says by the originator that a thread names whether its usage is told of.
    """

    def __init__(
        self, place: Place, state: bytes, told: Told, is_ours: Callable[[str], bool]
    ) -> None:
        self._told = told
        self._is_ours = is_ours
        thread = _thread_in(place.path)
        self._state = (
            msgspec.msgpack.decode(state, type=State)
            if state
            else State(thread=thread, session=thread, origin=thread)
        )

    def state(self) -> bytes:
        """Return what reading on after the lines so far needs to know."""
        return msgspec.msgpack.encode(self._state)

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line; raises `Unreadable`."""
        if not is_worth_reading(line):
            return
        take_records(line, LINES, self._take)

    def _take(self, line: Line) -> None:
        payload, state = line.payload, self._state
        if payload is None:
            return
        if line.type == "session_meta":
            self._begin(line, payload)
        elif state.is_others:
            return
        elif line.type == "turn_context":
            state.model = text_of(payload.model) or state.model
            state.turn, state.has_turn = text_of(payload.turn_id) or "", True
            state.directory = state.directory or text_of(payload.cwd) or ""
        elif line.type == "token_usage_record":
            self._take_record(line, payload)
        elif line.type == "event_msg" and payload.type == "token_count":
            self._take_count(line, payload)
        elif line.type == "event_msg" and payload.type == "thread_settings_applied":
            settings = payload.thread_settings
            tier = settings.get("service_tier") if isinstance(settings, dict) else None
            state.tier = text_of(tier) or ""

    def _begin(self, line: Line, payload: Payload) -> None:
        """Take what a thread says of itself, or a copy of what its parents said."""
        state = self._state
        thread = text_of(payload.id) or state.thread
        if state.begun_at is not None:
            if thread != state.thread and state.total is None:
                state.origin = thread
            return
        is_sub_agent, name, parent = _spawned(payload)
        forked = text_of(payload.forked_from_id) or ""
        state.thread, state.begun_at = thread, time_in(line) or 0
        state.parent = forked or parent
        state.origin = forked or thread
        state.session = text_of(payload.session_id) or (parent if is_sub_agent else "") or thread
        state.sub_agent = (name or thread) if is_sub_agent else ""
        state.is_recent = line.ordinal is not None or payload.history_mode is not None
        state.is_others = not self._is_ours(text_of(payload.originator) or "")
        state.directory = text_of(payload.cwd) or ""
        state.provider = text_of(payload.model_provider) or ""

    def _take_record(self, line: Line, payload: Payload) -> None:
        state = self._state
        used = spent_in(payload.usage)
        if used is None:
            raise Unreadable("a usage record without counts")
        thread = text_of(payload.thread_id) or state.thread
        turn = text_of(payload.turn_id) or state.turn
        session = text_of(payload.session_id) or thread
        sub_agent = thread if session != thread else ""
        if thread == state.thread:
            state.turn, state.has_turn = turn, True
            session, sub_agent = state.session, state.sub_agent
        if turn == state.turn:
            state.recorded_turn = turn
        name = text_of(payload.response_id)
        if not name:
            name = (spent_in(payload.thread_token_usage) or used).name
        self._tell(
            f"{thread}:{turn}:{name}",
            time_of(line),
            used,
            model=text_of(payload.model),
            tier=text_of(payload.service_tier),
            session=session,
            sub_agent=sub_agent,
        )

    def _take_count(self, line: Line, payload: Payload) -> None:
        """Take a running total, and what was said of the limits beside it."""
        state, time = self._state, time_of(line)
        is_copied = self._is_copied(time)
        if not is_copied:
            tell_windows(payload.rate_limits, time, self._told)
        info = payload.info
        if not isinstance(info, dict):
            return
        total = spent_in(info.get("total_token_usage"))
        if total is None:
            raise Unreadable("a token count without a running total")
        used = self._used(total, spent_in(info.get("last_token_usage")), is_copied)
        if used is None:
            return
        turn = state.turn if _is_unique(state.turn) else state.origin
        session, sub_agent = state.session, state.sub_agent
        if is_copied:
            session = session if sub_agent else state.parent or state.origin
            sub_agent = ""
        model = text_of(payload.model) or _model_in(info)
        self._tell(
            f"{turn}:{state.restarts}:{total.name}",
            time,
            used,
            model=model,
            session=session,
            sub_agent=sub_agent,
        )

    def _used(self, total: Spent, last: Spent | None, is_copied: bool) -> Spent | None:
        """Return what a running total says was used since the one before.

        `None` where it says nothing: written again, written late, or counted elsewhere.
        """
        state, before = self._state, self._state.total
        if before is not None and _STALE * before.sum <= total.sum <= before.sum:
            return None
        if before is not None and total.sum < before.sum:
            before = None
            state.restarts += 1
        state.total = total
        if state.recorded_turn is not None and state.recorded_turn == state.turn:
            return None
        if (is_copied and state.is_recent) or (state.parent and not state.has_turn):
            return None
        if before is not None and last != total:
            return total.since(before)
        if last is None or not last.is_within(total):
            return total
        return None if is_copied and last != total else last

    def _is_copied(self, time: int) -> bool:
        """Say whether a line is part of what a fork copied from before it."""
        state = self._state
        if not state.parent and state.origin == state.thread:
            return False
        if _is_unique(state.turn) and _is_unique(state.thread):
            return state.turn[:13] < state.thread[:13]
        return state.begun_at is not None and time - state.begun_at < _COPYING

    def _tell(
        self,
        key: str,
        time: int,
        used: Spent,
        *,
        session: str,
        sub_agent: str,
        model: str | None = None,
        tier: str | None = None,
    ) -> None:
        state = self._state
        tier = tier or state.tier
        self._told.see(
            key,
            time=time,
            model=model_at(model or state.model, time),
            tokens=used.tokens,
            session=session,
            directory=state.directory,
            provider=state.provider,
            reasoning=count(used.reasoning),
            is_sidechain=bool(sub_agent),
            sub_agent=sub_agent,
            is_fast=tier in _FAST,
            is_batch=tier in _CHEAP,
        )


def _thread_in(path: str) -> str:
    """Return the thread that a rollout's file name ends with."""
    name = path.rpartition("/")[2].partition(".jsonl")[0]
    thread = name[28:64]
    return thread if _is_unique(thread) else name


def _is_unique(id_: str) -> bool:
    """Say whether an id is a UUID whose beginning is its time (version 7)."""
    return len(id_) == 36 and id_[14] == "7" and id_.count("-") == 4


def _spawned(payload: Payload) -> tuple[bool, str, str]:
    """Return whether a thread is a sub-agent's, its name, and the thread it belongs to."""
    source = payload.source
    origin = source.get("subagent") if isinstance(source, dict) else None
    spawn = origin.get("thread_spawn") if isinstance(origin, dict) else None
    details = spawn if isinstance(spawn, dict) else {}
    kind = origin.get("other") if isinstance(origin, dict) else origin
    name = text_of(payload.agent_nickname) or text_of(details.get("agent_nickname"))
    parent = text_of(payload.parent_thread_id) or text_of(details.get("parent_thread_id"))
    is_sub_agent = origin is not None or payload.thread_source in ("subagent", "guardian_review")
    return is_sub_agent, name or text_of(kind) or "", parent or ""


def _model_in(info: dict[str, object]) -> str | None:
    """Return the model where some builds wrote it: beside the running total."""
    details = info.get("model_info")
    slug = details.get("slug") if isinstance(details, dict) else None
    return text_of(info.get("model")) or text_of(slug)
