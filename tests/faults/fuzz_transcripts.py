"""What must hold for any bytes in a transcript: lines, cuts, and messages that a limit is hit."""

from __future__ import annotations

import os
import random
import tempfile
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec import DecodeError

from engine.agents.claude import transcripts
from engine.agents.claude.limit_messages import Hit, hit_of, hits_in
from engine.agents.claude.signs import is_worth_reading
from engine.agents.claude.transcripts import Unreadable
from engine.domain.responses import Sighting, merge
from engine.domain.scans import Cursor, Place, Scan
from engine.domain.times import DAY, MINUTE
from engine.domain.workplaces import Workplace, note
from engine.ingest import discover
from engine.ingest.tail import Tail
from tests.faults.corpus import error_record

_PLACE = Place("-code-app/s1.jsonl", "-code-app", "s1")
_ZONES = (UTC, ZoneInfo("Pacific/Apia"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu"))
_MOST_KEPT = 2**63 - 1


def check_line(data: bytes) -> None:
    """Both readers take any line; what the strict one takes, the patient one takes alike."""
    line = data.replace(b"\n", b" ") + b"\n"
    patient = transcripts.read_patiently(line, 7, _PLACE)
    for sightings, _ in patient[0]:
        for _, sighting in sightings:
            _check_sighting(sighting)
    try:
        said, reason = [transcripts.read_line(line, 7, _PLACE)], None
    except Unreadable as error:
        said, reason = [], str(error)
    except (DecodeError, ValueError, RecursionError):
        return
    assert patient == (said, reason), (said, reason, patient)
    is_told = any(sightings for sightings, _ in said)
    assert not is_told or b"\\" in line or is_worth_reading(line)


def _check_sighting(sighting: Sighting) -> None:
    """A ledger can keep it: whole numbers of 63 bits, and text."""
    tokens = sighting.tokens
    numbers = (sighting.time, sighting.won_at, sighting.searches, sighting.recorded or 0)
    for number in (*numbers, *(getattr(tokens, name) for name in tokens.__struct_fields__)):
        assert 0 <= number <= _MOST_KEPT, sighting
    for text in (sighting.session, sighting.model, sighting.agent, sighting.project):
        text.encode("utf-8")
    assert merge(sighting, sighting) == sighting


class _Told:
    """All that scans of one file told, one after the other."""

    def __init__(self) -> None:
        self.sightings: dict[int, Sighting] = {}
        self.hits: dict[int, Hit] = {}
        self.workplaces: dict[str, Workplace] = {}
        self.cursor: Cursor | None = None

    def take(self, scan: Scan | None) -> None:
        if scan is None:
            return
        for key, sighting in scan.sightings.items():
            known = self.sightings.get(key)
            self.sightings[key] = merge(known, sighting) if known else sighting
        self.hits |= {hit.id: hit for hit in scan.hits}
        note(self.workplaces, scan.workplaces)
        self.cursor = scan.cursor

    def told(self) -> tuple[object, ...]:
        cursor = self.cursor
        counts = (cursor.offset, cursor.lines, cursor.bad) if cursor is not None else ()
        return self.sightings, self.hits, self.workplaces, counts


def check_tail(data: bytes) -> None:
    """A file that grows piece by piece tells what it tells when it is read as a whole."""
    dice = random.Random(crc32(data))
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        path = Path(place, "s1.jsonl")
        path.write_bytes(data)
        whole, in_steps, growing = _Told(), _Told(), _Told()
        _read_on(path, Tail(lambda: UTC), whole)
        _read_on(path, Tail(lambda: UTC), in_steps, most=dice.randint(1, 400))
        path.write_bytes(b"")
        tail = Tail(lambda: UTC)
        for piece in _cut(data, dice):
            with path.open("ab") as file:
                file.write(piece)
            tail = Tail(lambda: UTC) if dice.random() < 0.3 else tail
            _read_on(path, tail, growing)
    assert in_steps.told() == whole.told(), (in_steps.told(), whole.told())
    assert growing.told() == whole.told(), (growing.told(), whole.told())


def _read_on(path: Path, tail: Tail, told: _Told, most: int = 1 << 62) -> None:
    found = discover.stat(os.fspath(path), "-code-app/s1.jsonl")
    assert found is not None
    while True:
        scan = tail.read(found, told.cursor, most)
        told.take(scan)
        if scan is None or scan.is_finished:
            return


def _cut(data: bytes, dice: random.Random) -> list[bytes]:
    """Cut data into pieces anywhere, now and then byte by byte around an end of a line."""
    places = {dice.randrange(len(data) + 1) for _ in range(dice.randint(0, 6))}
    end = data.find(b"\n")
    if end >= 0 and dice.random() < 0.5:
        places |= set(range(max(0, end - 2), min(len(data), end + 3)))
    edges = [0, *sorted(places), len(data)]
    return [data[one:other] for one, other in pairwise(edges)]


def check_limits(data: bytes) -> None:
    """A damaged line, and any text in a whole one, tell of a possible hit or of none."""
    zone = _ZONES[len(data) % len(_ZONES)]
    for hit in hits_in(data, 0, "s1.jsonl", "s1", lambda: zone):
        _check_hit(hit)
    text = data.decode("utf-8", "replace")
    for more in ({}, {"error": None}, {"quotaLimits": {"status": "rejected", "resetsAt": text}}):
        hit = hit_of(error_record(text, **more), "s1.jsonl:0", "s1", lambda: zone)
        if hit is not None:
            _check_hit(hit)


def _check_hit(hit: Hit) -> None:
    assert 0 <= hit.id <= _MOST_KEPT
    assert hit.window, hit
    assert hit.window.isprintable(), hit
    if hit.resets_at is not None:
        assert hit.resets_at % MINUTE == 0, hit
        assert abs(hit.resets_at - hit.time) <= 400 * DAY, hit
