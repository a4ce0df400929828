"""Whose a response is: of the machine of its earliest line, in whatever order lines are read."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain.machines import Machine, is_id, labels_of, new_id
from engine.domain.questions import Question, Selection
from engine.domain.responses import Sighting, merge
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.monitor import Monitor
from engine.pricing.table import PriceTable
from tests.conftest import NOW
from tests.made_lines import OPUS, answer, write

MakeSettings = Callable[..., Settings]

_SIGHTING = Sighting(
    *(False, NOW, OPUS, 10, 20, 0, 0, 0, False, False, False, 0, None, ""),
    *(NOW, False, "s1", "-code-app"),
)
_sightings = st.builds(
    lambda time, output, session, machine: replace(
        _SIGHTING, time=NOW + time, won_at=NOW + time, output=output, session=session,
        machine=machine,
    ),
    st.integers(0, 2),
    st.integers(1, 3),
    st.sampled_from(("s1", "s2")),
    st.sampled_from((-7, 0, 5)),
)  # fmt: skip


def test_ids_are_made_by_chance_and_places_are_in_their_order() -> None:
    assert is_id(new_id())
    assert new_id() != new_id()
    machines = [Machine(new_id(), "a") for _ in range(20)]
    places = sorted(machines, key=lambda each: each.place_from(machines[0].id))
    assert places == sorted(machines, key=lambda each: each.id)
    assert machines[0].place_from(machines[0].id) == 0


def test_machines_that_share_a_name_are_told_apart() -> None:
    machines = {
        0: Machine("0" * 15, "air"),
        3: Machine("ab3" * 5, "box"),
        9: Machine("c" * 15, "air"),
    }
    assert labels_of(machines) == {0: "air 0000", 3: "box", 9: "air cccc"}


@examples(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(_sightings, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_machine_is_that_of_the_earliest_line_in_any_order(
    seen: list[Sighting], chance: random.Random
) -> None:
    shuffled = list(seen)
    chance.shuffle(shuffled)
    merged = reduce(merge, shuffled)
    assert merged == reduce(merge, seen)
    first = min(seen, key=lambda each: (each.time, each.session, each.machine))
    assert (merged.time, merged.session, merged.machine) == (
        first.time,
        first.session,
        first.machine,
    )


@examples(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), _sightings), min_size=1, max_size=12))
def test_booking_moves_responses_between_machines_by_difference(
    seen: list[tuple[int, Sighting]],
) -> None:
    ledger, root = Ledger(":memory:", PriceTable.load(None)), Root("/shared")
    right: dict[int, Sighting] = {}
    for id_, sighting in seen:
        ledger.book(root, {id_: sighting}, {})
        right[id_] = merge(right[id_], sighting) if id_ in right else sighting
    scope = ledger.open_scope([root.path])
    assert ledger.writers.bookkeeper.responses(scope, -1, 99) == right
    expected: dict[int, int] = {}
    for each in right.values():
        expected[each.machine] = expected.get(each.machine, 0) + each.total
    for table in ("buckets", "slot_totals", "session_totals"):
        rows = ledger.connection.execute(
            f"SELECT model, input + output FROM {table} WHERE responses > 0 AND scope = ?", (scope,)
        )
        found: dict[int, int] = {}
        for model, tokens in rows.fetchall():
            place = ledger.names.model.place(model)
            found[place] = found.get(place, 0) + tokens
        assert found == expected


@pytest.fixture
def monitor(tmp_path: Path, settings: MakeSettings) -> Monitor:
    """A monitor of this machine, `air`, that knows two responses of `box`."""
    write(tmp_path / "root", answer("1", NOW - 90_000))
    made = Monitor(settings(ledger=str(tmp_path / "ledger.db"), roots=(tmp_path / "root",)))
    made.catch_up()
    _know_machines(tmp_path / "ledger.db", tmp_path / "root")
    return made


def _know_machines(ledger: Path, path: Path) -> None:
    known = Ledger(str(ledger), PriceTable.load(None))
    with known.transaction():
        for place, machine in (
            (0, Machine("5" * 15, "air", "Ada")),
            (7, Machine("6" * 15, "box", "Bob")),
        ):
            known.connection.execute(
                "INSERT INTO machines VALUES (?,?,?,?)",
                (str(place or ""), machine.id, machine.name, machine.person),
            )
    theirs = {
        id_: replace(_SIGHTING, time=NOW - 60_000, machine=7, output=id_) for id_ in (500, 600)
    }
    known.book(Root.at(path), theirs, {})
    known.close()


def test_reports_are_of_all_machines_and_narrowed_to_one_of_them(monitor: Monitor) -> None:
    with monitor:
        whole = monitor.answers.answer(Question(kind="daily"))
        assert whole.totals.figures.machines == ("air", "box")
        parts = {part.name: part.figures.responses for part in whole.rows[0].row.by_machine}
        assert parts == {"air": 1, "box": 2}
        assert {each.name for each in whole.rows[0].row.by_person} == {"Ada", "Bob"}
        for selection, responses in (
            (Selection(machine="box"), 2),
            (Selection(machine="BO"), 2),
            (Selection(machine="5" * 15), 1),
            (Selection(person="ada"), 1),
            (Selection(person="bob", machine="air"), 0),
        ):
            answer = monitor.answers.answer(Question(kind="daily", selection=selection))
            assert answer.totals.figures.responses == responses
        models = monitor.answers.answer(Question(kind="models"))
        assert [row.row.figures.responses for row in models.rows] == [3]


def test_a_machine_that_nobody_knows_is_told(monitor: Monitor) -> None:
    with monitor:
        question = Question(kind="daily", selection=Selection(machine="desk"))
        assert monitor.answers.answer(question).notes == (
            "No machine is named like 'desk': there are air, box.",
        )
