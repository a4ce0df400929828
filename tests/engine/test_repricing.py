"""Prices that change under what is booked, up to those whose costs no sum can hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ingest.tail import Tail
from engine.ledger import book
from engine.ledger.book import Ledger
from engine.monitor import Monitor
from engine.pricing.table import PriceTable
from tests.agreement import assert_agreement
from tests.made_lines import OPUS, answer
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]
_NOW = 1_795_184_640_000
_DAY = 86_400_000


def _write(root: Path, tokens: int, count: int) -> None:
    """Write responses of many days, and one of another model."""
    project = root / "projects" / "-dear"
    project.mkdir(parents=True)
    lines = [answer(f"a{number}", _NOW - number * _DAY, tokens) for number in range(count)]
    lines.append(answer("b1", _NOW, 10, model="claude-haiku-5-5"))
    (project / "s1.jsonl").write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("tokens", "count", "chunk", "price"),
    [
        pytest.param(900_000_000, 3, 20_000, 2e4, id="one cost"),
        pytest.param(1_000_000, 30, 20_000, 9e5, id="the costs of a day"),
        pytest.param(1_000_000, 30, 2, 9e5, id="the costs of all"),
    ],
)
def test_costs_too_large_to_add_up_are_unknown_until_the_price_is_mended(
    tokens: int,
    count: int,
    chunk: int,
    price: float,
    settings: MakeSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book, "_CHUNK", chunk)
    root = tmp_path / "root"
    _write(root, tokens, count)
    right = read(root)

    def opened(**more: object) -> Monitor:
        given = {"roots": (root,), "ledger": str(tmp_path / "l.db"), "clock": lambda: _NOW}
        return Monitor(settings(**given, **more))

    with opened() as monitor:
        monitor.read()
        assert_agreement(monitor, right)
    with opened(price_overrides={OPUS: {"input": price, "output": price}}) as monitor:
        monitor.read()
        figures = monitor.report("monthly", "all").totals.figures
        assert figures.responses == count + 1
        assert OPUS in figures.unpriced
        assert figures.tokens.total == sum(each.tokens.total for each in right)
        assert "memory" not in str(monitor.snapshot().notices)
    with opened() as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


def test_what_a_root_gives_is_booked_whether_or_not_it_was_asked_for_before(
    tmp_path: Path,
) -> None:
    _write(tmp_path, 10, 3)
    root = Root(str(tmp_path))
    (found,) = discover.walk(root).files
    with closing(Ledger(":memory:", PriceTable.embedded())) as ledger:
        scan = Tail().read(found, None)
        assert scan is not None
        ledger.take(root, [scan])
        assert sum(map(len, ledger.responses_of(root))) == 4
