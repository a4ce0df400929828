"""Hermes: `state.db` with growing counts by session, lately by model too; one for each profile.

A session's sums hold what all of its models used; of a session that began before the counts by
model came, or whose calls beside the conversation are not in them, either may hold more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Told, Tree, pico
from engine.agents.fields import milliseconds, text
from engine.agents.grown import NOTHING, Grown, Used, whole
from engine.agents.opened import columns_of, selected
from engine.agents.shares import part

_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "actual_cost_usd",
    "estimated_cost_usd",
)
_SESSION = ("id", "model", "billing_provider", "started_at", "cwd", *_COUNTS)
_BY_MODEL = "session_model_usage"
_OF_MODEL = (
    "session_id",
    "model",
    "billing_provider",
    "billing_mode",
    "task",
    "first_seen",
    "last_seen",
    *_COUNTS,
)


class _Sums(Struct):
    """What a session used as a whole."""

    session: str
    model: str = ""
    provider: str = ""
    begun: int | None = None
    directory: str = ""
    used: Used = NOTHING


class _ModelSums(Struct):
    """What one model used in a session, for one task."""

    name: str
    model: str
    provider: str
    task: str
    first: int | None
    last: int | None
    used: Used


class Hermes(Agent):
    """Hermes."""

    name = "hermes"
    title = "Hermes"
    is_cumulative = True
    note = (
        "counts by session and model: what was used before ccmon saw it is booked on its first "
        "day, later use on its last"
    )

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the root, and the profiles, each a root of its own."""
        return (Tree("", _kind, is_deep=False), Tree("profiles", _kind))

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions used since they were last seen."""
        there = columns_of(connection, "sessions")
        if not {"id", "input_tokens", "output_tokens"} <= there:
            raise self.unknown(place, "sessions with tokens")
        grown = Grown(state, told)
        by_model = _by_model(connection)
        for sums in _sessions(connection, there):
            _book(grown, sums, by_model.pop(sums.session, []), place.now)
        for session, models in by_model.items():
            _book(grown, _Sums(session), models, place.now)
        return grown.state()


def _sessions(connection: sqlite3.Connection, there: frozenset[str]) -> Iterator[_Sums]:
    columns = selected("s", there, _SESSION)
    for row in connection.execute(f"SELECT {columns} FROM sessions s").fetchall():
        session, model, provider, started, directory, *counts = row
        yield _Sums(
            text(session),
            text(model),
            text(provider),
            milliseconds(started),
            text(directory),
            _used(counts),
        )


def _by_model(connection: sqlite3.Connection) -> dict[str, list[_ModelSums]]:
    """Return what each model used, by session; nothing where it is not known."""
    there = columns_of(connection, _BY_MODEL)
    if not {"session_id", "model", "input_tokens", "output_tokens"} <= there:
        return {}
    found: dict[str, list[_ModelSums]] = {}
    for row in connection.execute(f"SELECT {selected('u', there, _OF_MODEL)} FROM {_BY_MODEL} u"):
        session, model, provider, mode, task, first, last, *counts = row
        name = "\n".join(map(text, (model, provider, mode, task)))
        sums = _ModelSums(
            name,
            text(model),
            text(provider),
            text(task),
            milliseconds(first),
            milliseconds(last),
            _used(counts),
        )
        found.setdefault(text(session), []).append(sums)
    return found


def _used(counts: list[Any]) -> Used:
    given, output, read, written, reasoning = map(whole, counts[:5])
    actual, estimated = counts[5:]
    cost = pico(actual) or pico(estimated) or 0
    return (given, output + reasoning, read, written, reasoning, cost)


def _book(grown: Grown, sums: _Sums, models: list[_ModelSums], now: int) -> None:
    """Book what a session used by model, and what it used beyond that.

    What was booked before the counts by model came, or were read, is not booked again.
    """
    before = grown.used(sums.session)
    rest = _ModelSums("", sums.model, sums.provider, "", sums.begun, None, _beyond(sums, models))
    is_split = any(grown.used(sums.session, each.name) is not None for each in models)
    if before is not None and not is_split and _tokens(before) > _tokens(rest.used):
        for each in models:
            grown.cover(sums.session, each.used, each.name)
        rest.used = sums.used
    else:
        _share_cost(grown, sums, [rest, *models])
    for each in (rest, *models):
        known = grown.used(sums.session, each.name)
        seen = (each.first or sums.begun) if known is None else each.last
        grown.book(
            sums.session,
            each.used,
            part=each.name,
            time=seen or now,
            model=each.model or sums.model,
            directory=sums.directory,
            provider=each.provider or sums.provider,
        )


def _beyond(sums: _Sums, models: list[_ModelSums]) -> Used:
    """Return what a session used beyond its models: of all tasks, else of the conversation's."""
    if sum(_tokens(each.used) for each in models) > _tokens(sums.used):
        models = [each for each in models if not each.task]
    given, output, read, written, reasoning = (
        max(0, sums.used[kind] - sum(each.used[kind] for each in models)) for kind in range(5)
    )
    return (given, output, read, written, min(reasoning, output), 0)


def _share_cost(grown: Grown, sums: _Sums, parts: list[_ModelSums]) -> None:
    """Give a cost that is known of the session alone to what has none, by tokens to be booked."""
    bare = [each for each in parts if not each.used[5] and _tokens(each.used)]
    booked = [grown.used(sums.session, each.name) or NOTHING for each in bare]
    grew = [
        max(0, _tokens(each.used) - _tokens(known))
        for each, known in zip(bare, booked, strict=True)
    ]
    known = sum(each.used[5] for each in parts) + sum(each[5] for each in booked)
    missing, done = max(0, sums.used[5] - known), 0
    for each, before, own in zip(bare, booked, grew, strict=True):
        cost = before[5] + part(missing, done, own, sum(grew))
        given, output, read, written, reasoning, _ = each.used
        each.used = (given, output, read, written, reasoning, cost)
        done += own


def _tokens(used: Used) -> int:
    return used[0] + used[1] + used[2] + used[3]


def _kind(path: str) -> Kind | None:
    parts = path.split("/")
    is_ours = parts[-1] == "state.db" and (len(parts) == 1 or parts[0] == "profiles")
    return "database" if is_ours and len(parts) in (1, 3) else None


AGENT = Hermes()
