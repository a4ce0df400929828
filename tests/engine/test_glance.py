"""The status line's figures: the live screen's own, from a part of history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from engine.domain.glances import Glance
from engine.domain.hits import FIVE_HOUR
from engine.domain.settings import Settings
from engine.domain.snapshots import Snapshot
from engine.ledger.rows import Reader
from engine.limits.readings import Reading
from engine.monitor import Monitor
from engine.reports.glance import glance
from tests.conftest import NOW
from tests.engine.test_owners import sign_in
from tests.made_lines import DAY, HOUR, MINUTE, PICO_PER_INPUT, answer, write
from tests.turns import attend

MakeSettings = Callable[..., Settings]


def both(settings: Settings, session: str | None = None) -> tuple[Glance, Snapshot]:
    """Return a glance at the ledger alone, and the live screen's snapshot of all history."""
    with Monitor(settings) as monitor:
        monitor.catch_up()
        glanced = monitor.glance(session)
        monitor.read()
        return glanced, monitor.snapshot()


def agrees(glanced: Glance, snapshot: Snapshot) -> None:
    assert glanced.today == snapshot.today
    assert glanced.block == snapshot.block
    assert glanced.burn_rate == snapshot.burn_rate
    assert (glanced.now, glanced.zone) == (snapshot.generated_at, snapshot.zone)


def test_a_glance_is_what_the_live_screen_shows(settings: MakeSettings, tmp_path: Path) -> None:
    write(
        tmp_path,
        answer("old", NOW - 3 * DAY),
        answer("a", NOW - 2 * HOUR, 1_000),
        answer("b", NOW - MINUTE, 3_000, model="somebodys-model"),
    )
    glanced, snapshot = both(settings(roots=(tmp_path,)), "s1")
    agrees(glanced, snapshot)
    assert glanced.block is not None
    assert glanced.block.figures.unpriced == ("somebodys-model",)
    assert glanced.session is not None
    assert glanced.session.responses == 3
    assert glanced.session.cost == 1_100 * PICO_PER_INPUT
    assert glanced.today.responses == 2


def test_a_session_that_is_not_known_has_no_figures(settings: MakeSettings, tmp_path: Path) -> None:
    write(tmp_path, answer("a", NOW))
    glanced, _ = both(settings(roots=(tmp_path,)), "another")
    assert (glanced.session, glanced.context) == (None, None)
    assert both(settings(roots=(tmp_path,)))[0].session is None


def test_nothing_at_all_is_a_glance_too(settings: MakeSettings, tmp_path: Path) -> None:
    (tmp_path / "projects").mkdir()
    glanced, snapshot = both(settings(roots=(tmp_path,)), "s1")
    agrees(glanced, snapshot)
    assert (glanced.block, glanced.session, glanced.today.responses) == (None, None, 0)


def test_the_context_is_what_the_newest_response_of_its_own_was_given(
    settings: MakeSettings, tmp_path: Path
) -> None:
    write(
        tmp_path,
        answer("a", NOW - 3 * MINUTE, 50_000),
        answer("b", NOW - 2 * MINUTE, 70_000),
        answer("sub", NOW - MINUTE, 9_000, isSidechain=True),
    )
    assert both(settings(roots=(tmp_path,)), "s1")[0].context == 70_000


def test_a_chain_of_blocks_without_a_pause_is_followed_back(
    settings: MakeSettings, tmp_path: Path
) -> None:
    """Steps of four hours: every other one begins a block, which ones the very first says."""
    for begun in (60 * DAY, 60 * DAY - 4 * HOUR):
        root = tmp_path / str(begun)
        steps = range(-begun, 1, 4 * HOUR)
        write(root, *(answer(f"n{step}", NOW + step) for step in steps))
        agrees(*both(settings(roots=(root,))))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
@checked(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.integers(-3 * DAY, HOUR),
            st.integers(-40, 1).map(lambda quarters: quarters * 15 * MINUTE),
            st.sampled_from((-5 * HOUR, -5 * HOUR - 1, -10 * MINUTE, -10 * DAY, -20 * DAY)),
        ),
        max_size=20,
    )
)
def test_a_part_of_history_is_enough(
    zone: str, tmp_path_factory: pytest.TempPathFactory, offsets: list[int]
) -> None:
    root = tmp_path_factory.mktemp("root")
    write(root, *(answer(f"n{place}", NOW + each) for place, each in enumerate(offsets)))
    made = Settings(
        roots=(root,), ledger=":memory:", zone=zone, is_offline=True, clock=lambda: NOW, home=root
    )
    agrees(*both(made))


def test_only_the_newest_part_of_a_long_history_is_read(
    settings: MakeSettings, tmp_path: Path
) -> None:
    nights = [
        answer(f"n{day}-{hour}", NOW - day * DAY - hour * HOUR)
        for day in range(30)
        for hour in range(8)
    ]
    write(tmp_path, *nights)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.catch_up()
        ledger = monitor._ledger
        reader = CountingReader(ledger, [ledger.open_scope([str(tmp_path)])])
        zone = (monitor._state.zone_name, monitor._state.zone)
        glance(reader, reader, ledger.names, zone, NOW, "s1")
    assert 0 < reader.rows <= 2 * 8 + 1


class CountingReader(Reader):
    """Counts the slots that are asked for."""

    rows = 0

    def slot_rows(
        self, since: int, first: int = 0, before: int = 1 << 62
    ) -> Iterator[tuple[int, ...]]:
        for row in super().slot_rows(since, first, before):
            self.rows += 1
            yield row


def test_the_block_is_the_window_that_is_told_of_with_what_its_owner_used(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    work, home = tmp_path / "work", tmp_path / "home"
    end = NOW + 90 * MINUTE
    start = end - 5 * HOUR
    before = answer("w0", start - MINUTE, 1, session="w")
    write(work, before, answer("w1", start, 20, session="w"), name="-p/w.jsonl")
    write(home, answer("h1", NOW - MINUTE, 300, session="h"), name="-p/h.jsonl")
    sign_in(work, "work")
    sign_in(home, "home")
    with Monitor(settings(roots=(work, home))) as monitor:
        monitor.read()
        attend(monitor)
        reading = Reading(FIVE_HOUR, 0.5, end, NOW, owner="work/o")
        block = monitor.glance("w", reading).block
        assert block is not None
        assert (block.start, block.end, block.anchor) == (start, end, "official")
        assert block.figures.tokens.total == 20
        nominal = monitor.glance("w").block
        assert nominal is not None
        assert (nominal.anchor, nominal.figures.tokens.total) == ("estimated", 321)
