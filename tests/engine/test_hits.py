"""Limits that were hit, in the ledger: each once, however its line is read or copied."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain.hits import Hit
from engine.domain.settings import Settings
from engine.domain.times import iso_time
from engine.ingest import loader
from engine.ingest.pieces import Pieces
from engine.ledger.book import Ledger
from engine.ledger.limit_hits import rooted_hits_since
from engine.monitor import Monitor
from engine.pricing.updates import PriceUpdates
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, answer, write

TEXT = "You've hit your session limit · resets 3pm (UTC)"
AT = NOW - 10 * MINUTE
RESET = NOW + 2 * HOUR

HitsIn = Callable[..., list[Hit]]


def refusal(
    uuid: str | None, at: int = AT, text: str = TEXT, *, session: str = "s1", **more: Any
) -> bytes:
    record = {
        "type": "assistant",
        "uuid": uuid,
        "timestamp": iso_time(at),
        "sessionId": session,
        "isApiErrorMessage": True,
        "error": "rate_limit",
        "message": {
            "id": uuid,
            "model": "<synthetic>",
            "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": 0, "output_tokens": 0},
        },
        **more,
    }
    return json.dumps(record).encode() + b"\n"


@pytest.fixture
def given(tmp_path: Path, settings: Callable[..., Settings]) -> Settings:
    roots = (tmp_path / "one", tmp_path / "two")
    for root in roots:
        (root / "projects").mkdir(parents=True)
    return settings(roots=roots, ledger=str(tmp_path / "ledger.db"))


@pytest.fixture
def hits_of(given: Settings) -> HitsIn:
    """Read what is new, then return the hits of some roots, all of them unless told."""

    def read(*roots: Path, since: int = 0) -> list[Hit]:
        with Monitor(given) as monitor:
            monitor.read()
        ledger = Ledger(str(given.ledger), PriceUpdates(given).table)
        with closing(ledger):
            asked = roots or given.roots or ()
            paths = [str(root.resolve()) for root in asked]
            return [hit for hit, _ in rooted_hits_since(ledger, paths, since)]

    return read


def test_a_hit_is_booked_with_its_window_and_reset(given: Settings, hits_of: HitsIn) -> None:
    (one, _) = given.roots or ()
    quota = {"status": "rejected", "resetsAt": RESET // 1_000, "isUsingOverage": True}
    write(one, answer("a", AT - MINUTE), refusal("u1"), refusal("u2", AT + 1, quotaLimits=quota))
    first, second = hits_of()
    assert (first.time, first.session, first.window) == (AT, "s1", "five_hour")
    assert (first.resets_at, first.is_extra_usage, first.is_sidechain) == (RESET, False, False)
    assert (second.resets_at, second.is_extra_usage) == (RESET, True)


def test_refusals_are_no_responses(given: Settings) -> None:
    (one, _) = given.roots or ()
    write(one, refusal("u1"), answer("a", AT, 7), refusal("u2"))
    with Monitor(given) as monitor:
        monitor.read()
        assert monitor.snapshot().responses == 1
        assert monitor.health().bad_lines == ()


def test_a_file_read_in_pieces_and_again_books_each_hit_once(
    given: Settings, hits_of: HitsIn
) -> None:
    (one, _) = given.roots or ()
    lines = [refusal("u1"), answer("a", AT), refusal("u2", AT + 1), refusal("u3", AT + 2)]
    whole = b"".join(lines)
    for end in range(0, len(whole) + 97, 97):
        path = write(one)
        path.write_bytes(whole[:end])
        counted = len(hits_of())
        assert counted >= whole[:end].count(b'isApiErrorMessage": true}\n')
    assert counted == 3
    for again in (b"\n" + whole, whole[:500] + b"\n" + whole, whole):
        path.write_bytes(again)
        assert len(hits_of()) == 3


def test_pieces_of_a_large_file_give_what_the_whole_gives(
    given: Settings, hits_of: HitsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, _) = given.roots or ()
    monkeypatch.setattr(Pieces, "most", 1_000)
    write(one, *(refusal(f"u{number}", AT + number) for number in range(30)))
    assert [hit.time for hit in hits_of()] == [AT + number for number in range(30)]


def test_other_processes_hand_hits_back(
    given: Settings, hits_of: HitsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, _) = given.roots or ()
    monkeypatch.setattr(loader, "_WORTH_WORKERS", 0)
    monkeypatch.setattr(loader, "_FIRST_BATCH", 0)
    for number in range(5):
        write(one, refusal(f"u{number}", AT + number), name=f"-code/s{number}.jsonl")
    monkeypatch.setattr("engine.ingest.chunk_reader.ChunkReader.read", None)
    assert len(hits_of()) == 5


def test_an_unfinished_last_line_counts_once(given: Settings, hits_of: HitsIn) -> None:
    (one, _) = given.roots or ()
    write(one, refusal("u1").rstrip(b"\n"))
    assert len(hits_of()) == 1
    write(one, b"\n", answer("a", AT))
    assert len(hits_of()) == 1


def test_a_copy_under_a_later_time_takes_nothing_from_the_first(
    given: Settings, hits_of: HitsIn
) -> None:
    one, two = given.roots or ()
    write(two, refusal("u1", AT + HOUR, session="s3"), name="-code/s3.jsonl")
    write(one, refusal("u1", AT + MINUTE, session="s2"), name="-code/s2.jsonl")
    assert [(hit.time, hit.session) for hit in hits_of()] == [(AT + MINUTE, "s2")]
    write(one, refusal("u1", session="s1"), name="-code/s1.jsonl")
    (hit,) = hits_of()
    assert (hit.time, hit.session, hit.resets_at) == (AT, "s1", RESET)
    write(one, refusal("u1", AT + 3 * HOUR, session="s4"), name="-code/s4.jsonl")
    assert hits_of() == [hit]
    assert hits_of(since=AT + 1) == []
    assert [hit.session for hit in hits_of(two)] == ["s3"]


def test_copies_of_one_time_are_told_apart_in_any_order(given: Settings, hits_of: HitsIn) -> None:
    one, two = given.roots or ()
    write(one, refusal("u1", session="s2"), name="-code/s2.jsonl")
    hits_of()
    write(one, refusal("u1", session="s1"), name="-code/s1.jsonl")
    assert [hit.session for hit in hits_of()] == ["s1"]
    write(two, refusal("u1", session="s0"), name="-code/s0.jsonl")
    assert [hit.session for hit in hits_of()] == ["s0"]
    assert [hit.session for hit in hits_of(one)] == ["s1"]


def test_lines_without_an_id_are_hits_of_their_places(given: Settings, hits_of: HitsIn) -> None:
    (one, _) = given.roots or ()
    nameless = refusal(None)
    write(one, nameless, nameless)
    first, second = hits_of()
    assert first.id != second.id
    assert replace(first, id=second.id) == second


def test_damaged_lines_give_their_hits(given: Settings, hits_of: HitsIn) -> None:
    (one, _) = given.roots or ()
    torn = answer("a", AT)[:60]
    write(
        one, b"\x00\x00" + refusal("u1"), torn + refusal("u2"), answer("b", AT)[:-1] + refusal("u3")
    )
    assert len(hits_of()) == 3


def test_a_clock_without_a_zone_is_of_the_machine_not_of_the_view(
    given: Settings, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    write(tmp_path, refusal("u1", text="5-hour limit reached ∙ resets 15:00"))
    place = str(tmp_path / "other.db")
    seen = {"HOME": str(tmp_path), "TZ": "Europe/Paris"}
    asked = settings(roots=(tmp_path,), ledger=place, zone="Asia/Tokyo", environment=seen)
    with Monitor(asked) as monitor:
        monitor.read()
    with closing(Ledger(place, PriceUpdates(asked).table)) as ledger:
        ((hit, _),) = rooted_hits_since(ledger, [str(tmp_path.resolve())], 0)
    assert hit.resets_at == NOW + HOUR


def test_no_text_of_a_message_reaches_the_ledger(given: Settings, hits_of: HitsIn) -> None:
    (one, _) = given.roots or ()
    write(one, refusal("u1", text=TEXT + " · a secret word"))
    assert len(hits_of()) == 1
    assert b"secret" not in b"".join(_dumped(Path(str(given.ledger))))


def _dumped(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        for statement in connection.iterdump():
            yield statement.encode()


def test_a_ledger_of_an_earlier_version_takes_hits(given: Settings, hits_of: HitsIn) -> None:
    (one, _) = given.roots or ()
    dump = Path(__file__).parents[1] / "faults" / "ledger_of_version_1.sql"
    with closing(sqlite3.connect(str(given.ledger))) as connection:
        connection.executescript(dump.read_text("utf-8"))
        connection.execute("PRAGMA user_version=1")
    write(one, refusal("u1"))
    assert len(hits_of()) == 1
