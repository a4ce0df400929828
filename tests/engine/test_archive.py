"""Real transcripts give the figures of the slow reading, at once and while they grow."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.slow_prices import Prices
from tests.slow_reading import put_together, read, read_bytes


@pytest.fixture(scope="session")
def prices(shared: Path) -> Prices:
    return Prices.from_file(shared / "data" / "prices" / "claude_prices.json")


def test_every_set_agrees_with_the_slow_reading(
    archive: Path, prices: Prices, settings: Callable[..., Settings]
) -> None:
    roots = sorted(path for path in archive.iterdir() if (path / "projects").is_dir())
    assert len(roots) == 13
    for root in roots:
        with Monitor(settings(roots=(root,), zone="Asia/Kathmandu")) as monitor:
            monitor.read()
            assert_agreement(monitor, read(root, prices), "Asia/Kathmandu")


def test_all_sets_together_agree_and_a_scope_of_one_does_not_mix(
    archive: Path,
    prices: Prices,
    tmp_path: Path,
    settings: Callable[..., Settings],
) -> None:
    roots = sorted(path for path in archive.iterdir() if (path / "projects").is_dir())
    ledger, right = str(tmp_path / "ledger.db"), read(roots, prices)
    with Monitor(settings(roots=tuple(roots), ledger=ledger)) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
    with Monitor(settings(roots=(roots[0],), ledger=ledger)) as monitor:
        monitor.read()
        assert_agreement(monitor, read(roots[0], prices))
    with Monitor(settings(roots=tuple(roots), ledger=ledger)) as monitor:
        monitor.read()
        assert_agreement(monitor, right)


def test_growing_sessions_end_at_the_figures_of_all_that_was_seen(
    archive: Path,
    prices: Prices,
    tmp_path: Path,
    settings: Callable[..., Settings],
) -> None:
    histories: dict[Path, list[Path]] = {}
    for state in sorted(archive.glob("*/snapshots/**/*.jsonl")):
        histories.setdefault(state.parent, []).append(state)
    assert len(histories) == 11
    for number, (session, states) in enumerate(histories.items()):
        root = tmp_path / str(number)
        transcript = root / "projects" / "-replayed" / f"{session.name}.jsonl"
        transcript.parent.mkdir(parents=True)
        seen = []
        with Monitor(settings(roots=(root,))) as monitor:
            for state in states:
                shutil.copyfile(state, transcript)
                monitor.read()
                seen += read_bytes(state.read_bytes(), ("-replayed", transcript.name))
                assert_agreement(monitor, put_together(seen, prices))
            assert_agreement(monitor, read(root, prices))
