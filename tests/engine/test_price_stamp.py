"""The stamp of prices: costs are looked through again whenever one could be another."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.ledger.book import Ledger
from engine.pricing import stamp
from engine.pricing.overrides import given_prices
from engine.pricing.stamp import stamp_of
from engine.pricing.table import PriceTable

_GIVEN = given_prices({"my-model": {"input": 1.0, "output": 2.0}})
_OTHER = given_prices({"my-model": {"input": 1.0, "output": 3.0}})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(str(tmp_path / "ledger.db"), PriceTable.embedded())
    made.connection.execute("INSERT INTO models (name, price) VALUES ('my-model', '')")
    return made


def looked_through(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, table: PriceTable) -> bool:
    """Bring a ledger to a table; say whether its models were looked through for that."""
    asked: list[str] = []
    find = PriceTable.find
    with monkeypatch.context() as patch:
        patch.setattr(
            PriceTable, "find", lambda self, model: asked.append(model) or find(self, model)
        )
        ledger.reprice(table)
    return bool(asked)


def test_a_stamp_is_of_all_that_prices_depend_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed = tmp_path / "prices.json"
    stamps = [stamp_of(None, {}), stamp_of(None, _GIVEN), stamp_of(None, _OTHER)]
    assert stamp_of(refreshed, {}) == stamps[0]
    for text in ("{}", "{ }"):
        refreshed.write_text(text)
        stamps.append(stamp_of(refreshed, {}))
    (tmp_path / "package").mkdir()
    monkeypatch.setattr(stamp, "_DIRECTORY", str(tmp_path / "package"))
    stamps.append(stamp_of(None, {}))
    for name in ("prices.json", "match.py"):
        (tmp_path / "package" / name).write_text("x")
        stamps.append(stamp_of(None, {}))
    assert len(set(stamps)) == len(stamps)
    monkeypatch.setattr(stamp, "_DIRECTORY", str(tmp_path / "nowhere"))
    assert stamp_of(None, {}) is None


def test_the_same_prices_are_looked_up_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked_through(ledger, monkeypatch, PriceTable.embedded())
    assert not looked_through(ledger, monkeypatch, PriceTable.embedded())
    assert looked_through(ledger, monkeypatch, PriceTable(None, _GIVEN))
    assert not looked_through(ledger, monkeypatch, PriceTable(None, _GIVEN))
    assert looked_through(ledger, monkeypatch, PriceTable.embedded())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE models SET price = 'mixed'",
        "INSERT INTO models (name, price) VALUES ('another', 'of other prices')",
    ],
)
def test_what_a_process_with_other_prices_leaves_is_seen(
    change: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.reprice(PriceTable.embedded())
    ledger.connection.execute(change)
    assert looked_through(ledger, monkeypatch, PriceTable.embedded())
    assert not looked_through(ledger, monkeypatch, PriceTable.embedded())


def test_a_change_that_was_cut_short_is_taken_up_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.reprice(PriceTable.embedded())

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "keep_stamp", lambda: None)
        ledger.reprice(PriceTable(None, _GIVEN))
    assert looked_through(ledger, monkeypatch, PriceTable.embedded())
    assert ledger.connection.execute("SELECT price FROM models").fetchall() == [("",)]
