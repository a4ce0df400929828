"""ccmon and the real ccusage, side by side: they differ only by known faults of ccusage.

A sample of what `python -m tests.parity` compares in full.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.parity.asks import ZONES, Ask
from tests.parity.datasets import SHARED, Datasets
from tests.parity.explain import Dataset
from tests.parity.programs import Absent, Ccmon, Ccusage
from tests.parity.side_by_side import Comparison, asks_about, compare, some_of

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"{SHARED} is absent: its prices and transcripts are not included"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parity")


@pytest.fixture(scope="module")
def theirs(place: Path) -> Ccusage:
    try:
        found = Ccusage(place)
    except Absent as reason:
        pytest.skip(str(reason))
    print(f"ccusage {found.version}")
    return found


@pytest.fixture(scope="module")
def ours(place: Path) -> Ccmon:
    return Ccmon(place)


@pytest.fixture(scope="module")
def sets(theirs: Ccusage, place: Path) -> Datasets:
    return Datasets(place)


def assert_explained(comparisons: Iterable[Comparison]) -> None:
    """Fail on the first difference that no fault of ccusage explains."""
    for comparison in comparisons:
        for found in comparison.unexplained:
            pytest.fail(
                f"{comparison.data.name}: {comparison.ask}: {found.place}: ccusage has"
                f" {found.theirs}, ccmon {found.ours}; by the model of its faults they would have"
                f" {found.modelled[0]} and {found.modelled[1]}"
            )


def compared(
    theirs: Ccusage,
    ours: Ccmon,
    datasets: Iterable[Dataset],
    most: int,
    *,
    is_attributed: bool = False,
) -> Iterable[Comparison]:
    for data in datasets:
        for ask in some_of(asks_about(data), most, data.name):
            yield compare(theirs, ours, data, ask, is_attributed=is_attributed)


def test_real_transcripts(theirs: Ccusage, ours: Ccmon, sets: Datasets) -> None:
    assert_explained(compared(theirs, ours, sets.archive(), 7))


def test_the_demo(theirs: Ccusage, ours: Ccmon, sets: Datasets) -> None:
    demo = sets.demo(time.time_ns() // 1_000_000)
    assert_explained(compared(theirs, ours, [demo], 20))


def test_small_cases(theirs: Ccusage, ours: Ccmon, sets: Datasets) -> None:
    for comparison in compared(theirs, ours, sets.cases(), 3, is_attributed=True):
        assert_explained([comparison])
        assert all(difference.faults for difference in comparison.differences)


def test_made_up_work(theirs: Ccusage, ours: Ccmon, sets: Datasets) -> None:
    made = sets.made(range(8), time.time_ns() // 1_000_000)
    assert_explained(compared(theirs, ours, made, 10))


def test_damaged_transcripts(theirs: Ccusage, ours: Ccmon, sets: Datasets) -> None:
    assert_explained(compared(theirs, ours, sets.strange(8), 5))


@pytest.mark.parametrize("zone", ZONES)
def test_as_processes_of_their_own(zone: str, theirs: Ccusage, sets: Datasets, place: Path) -> None:
    root = place / f"apart-{ZONES.index(zone)}"
    made = next(iter(Datasets(root).made(range(3, 4), time.time_ns() // 1_000_000)))
    ours = Ccmon(place, is_apart=True)
    asks = [Ask(command="daily", zone=zone), Ask(command="blocks", zone=zone, limit="max")]
    assert_explained(compare(theirs, ours, made, ask) for ask in asks)


def test_what_neither_does_wrong_is_equal(theirs: Ccusage, ours: Ccmon, sets: Datasets) -> None:
    baseline = next(data for data in sets.cases() if data.name == "case baseline")
    found = [compare(theirs, ours, baseline, ask) for ask in asks_about(baseline)[:20]]
    assert len(found) == 20
    assert not any(comparison.differences for comparison in found)


def test_a_wrong_figure_of_ours_is_not_explained(
    theirs: Ccusage, ours: Ccmon, sets: Datasets
) -> None:
    class Wrong(Ccmon):
        def answer(self, root: Path, ask: Ask) -> object:
            document = super().answer(root, ask)
            document["totals"]["inputTokens"] += 1
            return document

    baseline = next(data for data in sets.cases() if data.name == "case baseline")
    found = compare(theirs, Wrong(sets.place), baseline, Ask(command="daily"))
    assert [difference.place for difference in found.unexplained] == ["/totals/inputTokens"]
