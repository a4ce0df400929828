"""Takes what lines of a transcript tell, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from msgspec import DecodeError

from engine.agents.claude import transcripts
from engine.agents.claude.signs import MOST_PATIENCE
from engine.agents.claude.transcripts import Keyed, Unreadable
from engine.domain.hits import MARK
from engine.domain.responses import Sighting, merge
from engine.domain.scans import Problem, Scan
from engine.domain.workplaces import MAIN, SIDE, note, workplace

MOST_PROBLEMS = 100
"""So many unreadable lines of one file are kept with their places; all are counted."""

Seen = dict[str, Sighting]
"""Sightings by what names their response."""


def read_one(line: bytes, offset: int, scan: Scan, seen: Seen, zone: Callable[[], tzinfo]) -> bool:
    """Take what one line tells; return whether all of it could be read.

    A line that the strict reader takes tells of a response or of a hit, never of both.
    """
    reason: str | None = None
    try:
        sightings, cwd = transcripts.read_line(line, offset, scan.place)
        _add(sightings, cwd, scan, seen)
        if not sightings:
            _add_hits(line, offset, scan, zone)
    except Unreadable as error:
        reason = str(error)
        _add_hits(line, offset, scan, zone)
    except (DecodeError, ValueError, RecursionError):
        said, reason = transcripts.read_patiently(line, offset, scan.place)
        for sightings, cwd in said:
            _add(sightings, cwd, scan, seen)
        _add_hits(line, offset, scan, zone)
    if reason is not None and len(scan.problems) < MOST_PROBLEMS:
        scan.problems.append(Problem(offset, reason))
    return reason is None


def _add(sightings: list[Keyed], cwd: str | None, scan: Scan, seen: Seen) -> None:
    for key, sighting in sightings:
        known = seen.get(key)
        seen[key] = sighting if known is None else merge(known, sighting)
    if sightings:
        _note_workplace(sightings, cwd, scan)


def _note_workplace(sightings: list[Keyed], cwd: str | None, scan: Scan) -> None:
    """Note where a line's session works.

    Nearly always the session's first line has told what holds.
    """
    sighting, place = sightings[0][1], scan.place
    known, side = scan.workplaces.get(sighting.session), sighting.is_sidechain
    if known is not None and known.rank == (SIDE if side else MAIN) and known.time < sighting.time:
        return
    is_empty = not any(each.total or each.recorded for _, each in sightings)
    told = workplace(cwd, place.project, sighting.time, is_sidechain=side, is_empty=is_empty)
    note(scan.workplaces, {sighting.session: told})


def _add_hits(line: bytes, offset: int, scan: Scan, zone: Callable[[], tzinfo]) -> None:
    if len(line) > MOST_PATIENCE or MARK not in line:
        return
    from engine.agents.claude.limit_messages import hits_in

    place = scan.place
    scan.hits += hits_in(line, offset, place.path, place.session, zone)


def read_unfinished(
    tail: bytes, offset: int, scan: Scan, seen: Seen, zone: Callable[[], tzinfo]
) -> None:
    """Count a last line that is whole but for its newline; leave the cursor before it."""
    if not tail.rstrip(b" \t\r").endswith(b"}") or b'"usage"' not in tail:
        return
    try:
        said = [transcripts.read_line(tail, offset, scan.place)]
    except Unreadable:
        return
    except (DecodeError, ValueError, RecursionError):
        said, reason = transcripts.read_patiently(tail, offset, scan.place)
        if reason is not None:
            return
    for sightings, cwd in said:
        _add(sightings, cwd, scan, seen)
    if not any(sightings for sightings, _ in said):
        _add_hits(tail, offset, scan, zone)
