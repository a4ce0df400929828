"""What `ccmon agents` tells: which coding agents were found where, and what was read of them."""

from __future__ import annotations

import errno
import os

from engine.domain.found import AgentFound
from engine.domain.responses import CLAUDE
from engine.domain.scans import PlaceLookedAt, Root
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ingest.roots import Roots
from engine.ledger.book import Ledger
from engine.ledger.files import BadRecord, FileCounts, files_of, problems_of
from engine.ledger.scopes import Used, used_in

_MOST_FILES = 50
_CLOSED = os.strerror(errno.EACCES)


def agents_found(
    settings: Settings, ledger: Ledger, roots: Roots, refused: dict[str, str]
) -> tuple[AgentFound, ...]:
    """Return all agents that ccmon can read, Claude Code first, found or not."""
    scopes = roots.open_scopes()
    return tuple(
        _found(name, settings, ledger, roots, scopes.get(name), refused)
        for name in roots.registry.names()
    )


def _found(
    name: str,
    settings: Settings,
    ledger: Ledger,
    roots: Roots,
    scope: int | None,
    refused: dict[str, str],
) -> AgentFound:
    own = [root for root in roots.in_force() if root.agent == name]
    counts = files_of(ledger, name)
    places = _places(name, settings, roots, {path: each.files for path, each in counts.items()})
    counted = [counts[root.path] for root in own if root.path in counts]
    problems = problems_of(ledger, own, _MOST_FILES, is_by_file=True) if own else []
    unreadable = [(path, why) for path, why in refused.items() if _is_of(path, own)]
    unreadable += [(place.path, _CLOSED) for place in places if place.found == _CLOSED]
    unreadable += [(f"{each.place}:{each.position}", _why(each)) for each in problems]
    if (problem := roots.registry.problem(name)) and (not places or _there(places)):
        unreadable.append((_there(places) or name, problem))
    used = used_in(ledger, scope) if scope is not None else Used()
    is_there = any(place.is_root for place in places)
    has_agent = name != CLAUDE and is_there
    is_read = is_there and bool(own)
    return AgentFound(
        agent=name,
        title=roots.registry.title(name),
        places=places,
        files=sum(each.files for each in counted),
        records=sum(each.lines for each in counted),
        bad=sum(each.bad for each in counted),
        bytes=sum(each.size for each in counted),
        responses=used.responses,
        tokens=used.tokens,
        cost=used.cost,
        recorded_cost=used.recorded_cost,
        calculated_cost=used.calculated_cost,
        unpriced=used.unpriced,
        first_response=used.first,
        last_response=used.last,
        unreadable=tuple(unreadable),
        note=roots.registry.agent(name).note if has_agent else "",
        silence=_silence(counted, bool(unreadable)) if is_read and not used.responses else "",
        promptless=used.promptless,
    )


def _why(bad: BadRecord) -> str:
    """Return why a record could not be read, and how many more of a file that could in part."""
    return f"{bad.reason}, and {bad.others:,} more" if bad.others else bad.reason


def _silence(counted: list[FileCounts], is_refused: bool) -> str:
    """Return why nothing could be counted of a store that is there."""
    files = sum(each.files for each in counted)
    records, bad = sum(each.lines for each in counted), sum(each.bad for each in counted)
    if not files:
        return "what is there could not be read" if is_refused else "no file of usage is there"
    named = f"{files:,} file{'' if files == 1 else 's'} {'is' if files == 1 else 'are'} there"
    if bad and bad >= records:
        return f"{named}, and none of {'its' if files == 1 else 'their'} records could be read"
    if bad:
        return f"{named}, {bad:,} of {records:,} records could not be read"
    if is_refused:
        return f"{named}, and not all that is there could be read"
    return f"{named} and {'tells' if files == 1 else 'tell'} of no tokens"


def _places(
    name: str, settings: Settings, roots: Roots, counts: dict[str, int]
) -> tuple[PlaceLookedAt, ...]:
    if name == CLAUDE:
        return discover.look_at(settings, counts)
    stores = set(roots.registry.stores((name,)))
    return tuple(
        PlaceLookedAt(
            place,
            "found" if roots.registry.is_there(name, place) else _absence(place),
            (name, place) in stores,
        )
        for _, place in roots.registry.places((name,))
    )


def _there(places: tuple[PlaceLookedAt, ...]) -> str:
    """Return the first place where a store is, empty where there is none."""
    return next((place.path for place in places if place.found == "found"), "")


def _is_of(path: str, roots: list[Root]) -> bool:
    """Say whether a path is one of some roots, or below it."""
    return any(path == root.base or path.startswith(root.base + os.sep) for root in roots)


def _absence(place: str) -> str:
    if not os.path.isdir(place):
        return "no such directory"
    return "nothing of it in there" if os.access(place, os.X_OK) else _CLOSED
