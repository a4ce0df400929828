"""Real transcripts: every limit in them is found, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.agents.claude.limit_messages import hits_in
from engine.domain.hits import Hit
from engine.domain.settings import Settings
from engine.domain.times import iso_time
from engine.ledger.book import Ledger
from engine.ledger.limit_hits import rooted_hits_since
from engine.monitor import Monitor
from engine.pricing.updates import PriceUpdates
from tests.made_lines import HOUR

_NO_HITS = ("Invalid API key", "API Error: 529 ")
"""How the texts of all other errors in the archive begin."""


def lines_of(archive: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(archive.rglob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                yield str(path), line


def error_in(line: bytes) -> dict[str, Any] | None:
    """Return a line's record if it is an error's, by a plain reading of all of it."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    is_error = isinstance(record, dict) and record.get("isApiErrorMessage") is True
    return record if is_error else None


def text_of(record: dict[str, Any]) -> str:
    content = record["message"]["content"]
    return content if isinstance(content, str) else str(content[0]["text"])


def shown(hit: Hit) -> tuple[str, str | None]:
    return hit.window, hit.resets_at and iso_time(hit.resets_at)[:16]


def test_every_error_is_classified_and_no_other_line_is_a_hit(archive: Path) -> None:
    found: dict[str, tuple[str, str | None]] = {}
    others: list[str] = []
    lines = 0
    for path, line in lines_of(archive):
        lines += 1
        hits = hits_in(line, 0, path, "", _unasked)
        record = error_in(line)
        if record is None:
            assert hits == [], line[:200]
        elif hits:
            (hit,) = hits
            found[text_of(record)] = shown(hit)
        else:
            others.append(text_of(record))
    assert lines > 20_000
    assert {text.partition(" · ")[0]: said for text, said in found.items()} == {
        "You've hit your session limit": ("five_hour", "2026-07-22T17:20"),
        "You've hit your monthly spend limit": ("spend_limit", None),
    }
    assert len(others) == 3
    assert all(text.startswith(_NO_HITS) for text in others)


def _unasked() -> Any:
    raise AssertionError("every message names its zone")


def test_reading_the_archive_books_its_hits(
    archive: Path, tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    roots = tuple(sorted(path for path in archive.iterdir() if (path / "projects").is_dir()))
    ledger = str(tmp_path / "ledger.db")
    given = settings(roots=roots, ledger=ledger)
    with Monitor(given) as monitor:
        monitor.catch_up()
    book = Ledger(ledger, PriceUpdates(given).table)
    found = rooted_hits_since(book, [str(root.resolve()) for root in roots], 0)
    hits = [hit for hit, _ in found]
    book.close()
    assert [shown(hit) for hit in hits] == [
        ("five_hour", "2026-07-22T17:20"),
        ("spend_limit", None),
    ]
    assert hits[1].time - hits[0].time < HOUR
    assert hits[0].session == hits[1].session != ""
