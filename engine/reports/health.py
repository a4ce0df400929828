"""What `ccmon doctor` tells: roots, files, what could not be read, prices, the ledger."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from pathlib import Path

from engine.agents.claude.cost_states import costs_by_session
from engine.domain.files import read_regular
from engine.domain.found import (
    AgentFound,
    BadFile,
    BadLine,
    EmptyResponses,
    Health,
    OwnFigures,
    Promptless,
    RootHealth,
    SilentStore,
)
from engine.domain.notices import Notice
from engine.domain.responses import CLAUDE
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.domain.times import DAY
from engine.ingest import discover
from engine.ledger.book import Ledger
from engine.ledger.files import FileCounts, files_of, problems_of
from engine.ledger.scopes import cost_of_session, empty_responses, unpriced_models
from engine.native import reader_name
from engine.pricing.table import PriceTable

_CLEANUP_DAYS = 30
"""Claude Code's own default of `cleanupPeriodDays`."""
_MOST_PROBLEMS = 200


def examine(
    settings: Settings,
    ledger: Ledger,
    roots: list[Root],
    prices: PriceTable,
    *,
    watch: str,
    notices: tuple[Notice, ...],
    refused: dict[str, str],
    responses: int,
    span: tuple[int | None, int | None],
    agents: tuple[AgentFound, ...],
    scope: int | None,
) -> Health:
    """Gather what there is to tell; `scope` is Claude Code's, `None` where it is not read."""
    now = settings.clock()
    counts = files_of(ledger, CLAUDE)
    return Health(
        generated_at=now,
        places=discover.look_at(settings, {path: count.files for path, count in counts.items()}),
        roots=tuple(
            _root_health(root, counts.get(root.path), now) for root in roots if root.is_claude
        ),
        responses=responses,
        first_response=span[0],
        last_response=span[1],
        bad_lines=_bad_lines(ledger, roots),
        bad_files=_bad_files(ledger, roots),
        refused=tuple(refused.items()),
        unpriced_models=unpriced_models(ledger),
        other_prices_as_of=prices.others_as_of,
        ledger_path=ledger.path,
        ledger_size=_size(ledger.path),
        is_ledger_in_memory=ledger.is_in_memory,
        watch=watch,
        notices=notices,
        versions=(*_versions(), ("reader", reader_name(settings.environment))),
        agents=_other_agents(roots),
        silent=_silent(agents),
        promptless=_promptless(agents),
        empty=tuple(
            EmptyResponses(*found) for found in (empty_responses(ledger, scope) if scope else ())
        ),
        own_figures=_own_figures(ledger, roots, scope) if scope else None,
    )


def _bad_lines(ledger: Ledger, roots: list[Root]) -> tuple[BadLine, ...]:
    return tuple(
        BadLine(each.place, each.position, each.reason)
        for each in problems_of(ledger, roots, _MOST_PROBLEMS)
    )


def _bad_files(ledger: Ledger, roots: list[Root]) -> tuple[BadFile, ...]:
    return tuple(
        BadFile(each.place, each.bad, each.records, each.position, each.reason)
        for each in problems_of(ledger, roots, _MOST_PROBLEMS, is_by_file=True)
    )


def _other_agents(roots: list[Root]) -> tuple[str, ...]:
    """Return the agents beside Claude Code that this machine has, once each."""
    others = (root.agent for root in roots if root.agent != CLAUDE and not root.is_shared)
    return tuple(dict.fromkeys(others))


def _silent(agents: tuple[AgentFound, ...]) -> tuple[SilentStore, ...]:
    return tuple(
        SilentStore(each.agent, each.title, each.silence) for each in agents if each.silence
    )


def _promptless(agents: tuple[AgentFound, ...]) -> tuple[Promptless, ...]:
    return tuple(
        Promptless(each.agent, each.title, *each.promptless)
        for each in agents
        if each.promptless[0]
    )


def _own_figures(ledger: Ledger, roots: list[Root], scope: int) -> OwnFigures | None:
    """Return what Claude Code counted of the sessions that say so, beside what is counted here."""
    files = [found for root in roots if root.is_claude for found in discover.walk(root).files]
    compared = [
        (theirs, ours)
        for session, theirs in costs_by_session(files).items()
        if (ours := cost_of_session(ledger, scope, session)) is not None
    ]
    if not compared:
        return None
    theirs, ours = (sum(side) for side in zip(*compared, strict=True))
    return OwnFigures(len(compared), theirs, ours)


def _root_health(root: Root, counts: FileCounts | None, now: int) -> RootHealth:
    days, is_default = cleanup_days(Path(root.path))
    files = [] if root.is_cowork else discover.walk(root).files
    times = [found.mtime // 1_000_000 + days * DAY for found in files]
    return RootHealth(
        path=root.path,
        files=counts.files if counts else 0,
        lines=counts.lines if counts else 0,
        bad_lines=counts.bad if counts else 0,
        bytes=counts.size if counts else 0,
        cleanup_days=days,
        cleanup_is_default=is_default,
        files_deleted_within_week=sum(time <= now + 7 * DAY for time in times),
        oldest_deleted_at=min(times, default=None),
        is_cowork=root.is_cowork,
    )


def cleanup_days(root: Path) -> tuple[int, bool]:
    """Return after how many days Claude Code deletes transcripts, and if by default."""
    for name in ("settings.local.json", "settings.json"):
        try:
            value = json.loads(read_regular(root / name))
        except (OSError, ValueError):
            continue
        days = value.get("cleanupPeriodDays") if isinstance(value, dict) else None
        if isinstance(days, int) and not isinstance(days, bool):
            return days, False
    return _CLEANUP_DAYS, True


def _size(path: str) -> int:
    total = 0
    for suffix in ("", "-wal", "-shm"):
        try:
            total += os.stat(path + suffix).st_size
        except OSError:
            continue
    return total


def _versions() -> tuple[tuple[str, str], ...]:
    from importlib.metadata import PackageNotFoundError, version

    found = [("python", platform.python_version()), ("sqlite", sqlite3.sqlite_version)]
    for name in ("ccmon-live", "textual", "rich", "msgspec", "watchfiles", "httpx"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    found.append(("platform", platform.platform()))
    return tuple(found)
