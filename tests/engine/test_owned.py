"""What one owner used, apart from what others did: blocks, estimates and the running block."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.hits import FIVE_HOUR
from engine.domain.owners import FOREVER, NOBODY, Held, held_by
from engine.domain.settings import Settings
from engine.domain.slots import slot_of
from engine.ledger.owned_rows import OwnedReader
from engine.ledger.owners import note_owner, owner_notes
from engine.limits.readings import HookSaid, Reading
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE, Clock, answer, write
from tests.turns import attend

MakeSettings = Callable[..., Settings]


def sign_in(root: Path, account: str) -> None:
    """Write who is signed in with a root."""
    (root / "projects").mkdir(parents=True, exist_ok=True)
    said = {"accountUuid": account, "organizationUuid": "o"}
    (root / ".claude.json").write_text(json.dumps({"oauthAccount": said}))


def test_what_an_owner_held_is_cut_where_owners_change() -> None:
    notes = {"r": [(50, "a"), (90, "b")], "s": [(70, "a")], "t": [(60, "b")]}
    roots = ("r", "s", "t")
    assert held_by(notes, roots, lambda each: each == "a") == (
        Held(("r", "s"), 0, 90),
        Held(("s",), 90, FOREVER),
    )
    assert held_by(notes, roots, lambda each: each == "b") == (
        Held(("t",), 0, 90),
        Held(("r", "t"), 90, FOREVER),
    )
    assert held_by(notes, ("s",), lambda each: each == "a") is None
    assert held_by({}, roots, lambda each: each == NOBODY) is None
    assert held_by(notes, roots, lambda each: each == "c") == ()


USES = st.lists(
    st.tuples(
        st.sampled_from(("a", "b")),
        st.integers(0, 40).map(lambda number: NOW + number * 5 * MINUTE),
        st.integers(1, 9),
    ),
    max_size=25,
)
TURNS = st.lists(
    st.tuples(
        st.sampled_from(("a", "b")),
        st.sampled_from(("x", "y")),
        st.integers(0, 200).map(lambda number: NOW + number * MINUTE),
    ),
    max_size=5,
)


@examples(deadline=None, max_examples=60)
@given(USES, TURNS, st.integers(0, 25))
def test_what_an_owner_used_is_what_looking_at_each_response_says(
    uses: list[tuple[str, int, int]], turns: list[tuple[str, str, int]], read_at: int
) -> None:
    with TemporaryDirectory() as place:
        roots = {name: Path(place, name) for name in ("a", "b")}
        for root in roots.values():
            (root / "projects").mkdir(parents=True)
        settings = Settings(
            ledger=":memory:",
            clock=Clock(NOW + DAY),
            roots=tuple(roots.values()),
            environment={},
            home=Path(place),
            zone="UTC",
            is_offline=True,
            is_polling=True,
        )
        paths = {name: str(root.resolve()) for name, root in roots.items()}
        notes: dict[str, list[tuple[int, str]]] = {}
        for name, owner, since in sorted(turns, key=lambda turn: turn[2]):
            known = notes.setdefault(paths[name], [])
            if not known or (known[-1][1] != owner and known[-1][0] < since):
                known.append((since, owner))
        with Monitor(settings) as monitor:
            for number, (name, at, tokens) in enumerate(uses[:read_at]):
                write(roots[name], answer(str(number), at, tokens))
            monitor.catch_up()
            held = held_by(notes, tuple(paths.values()), lambda each: each == "x")
            whole = (Held(tuple(paths.values()), 0, FOREVER),)
            reader = OwnedReader(monitor._ledger, whole if held is None else held)
            rows = {(row.slot, row.model): row.sums for row in reader.slot_rows(0)}
            revision = monitor.ledger_revision()
            for number, (name, at, tokens) in enumerate(uses):
                if number >= read_at:
                    write(roots[name], answer(str(number), at, tokens))
            monitor.catch_up()
            rows |= {(row.slot, row.model): row.sums for row in reader.slot_rows(revision)}
            within = reader.session_rows_within(NOW + 7 * MINUTE, NOW + 2 * HOUR)
            recent = reader.recent(NOW + HOUR, 0).values()
        own = [use for use in uses if _holder(notes.get(paths[use[0]], []), use[1]) == "x"]
        expected: dict[int, int] = {}
        for _, at, tokens in own:
            expected[slot_of(at)] = expected.get(slot_of(at), 0) + tokens
        assert {slot: sums.input for (slot, _), sums in rows.items() if sums.responses} == expected
        assert sum(row.sums.input for row in within) == sum(
            tokens for _, at, tokens in own if NOW + 7 * MINUTE <= at < NOW + 2 * HOUR
        )
        assert sum(each.tokens for each in recent if each.is_counted) == sum(
            tokens for _, at, tokens in own if at >= NOW + HOUR
        )


def _holder(notes: list[tuple[int, str]], time: int) -> str:
    earlier = [owner for since, owner in notes if since <= time]
    return earlier[-1] if earlier else notes[0][1] if notes else NOBODY


@pytest.fixture
def work_and_home(tmp_path: Path) -> tuple[Path, Path]:
    """Two roots: `work` has finished blocks of 1,000 tokens each, `home` of 100."""
    made = tmp_path / "work", tmp_path / "home"
    for root, tokens in zip(made, (1_000, 100), strict=True):
        sign_in(root, root.name)
        for day in range(1, 8):
            at = NOW - day * DAY
            write(root, answer(f"{root.name}{day}", at, tokens, session=root.name))
    return made


def test_estimate_and_running_block_are_of_who_answered_last(
    work_and_home: tuple[Path, Path], settings: MakeSettings
) -> None:
    work, home = work_and_home
    clock = Clock(NOW)
    with Monitor(settings(roots=(work, home), clock=clock)) as monitor:
        write(work, answer("w1", NOW - 5 * MINUTE, 400, session="w"))
        monitor.read()
        attend(monitor)
        (five,) = monitor.snapshot().windows
        assert (five.owner, five.used, five.limit, five.used_share) == ("work/o", 400, 1_000, 0.4)
        clock.now += MINUTE
        write(home, answer("h1", clock.now, 90, session="h"))
        attend(monitor)
        (five,) = monitor.snapshot().windows
        assert (five.owner, five.used, five.limit, five.used_share) == ("home/o", 90, 100, 0.9)
        snapshot = monitor.snapshot()
        assert snapshot.block is not None
        assert snapshot.block.figures.tokens.total == 90
        assert snapshot.trace is not None
        assert snapshot.trace.running_tokens[-1] == 90
        assert snapshot.projection is not None
        assert snapshot.projection.tokens == 90 + 90 * 299, "of its own rate"
        assert {each.session for each in snapshot.sessions} == {"w", "h"}
        clock.now += MINUTE
        write(work, answer("w2", clock.now, 100, session="w"))
        attend(monitor)
        (five,) = monitor.snapshot().windows
        assert (five.owner, five.used, five.limit) == ("work/o", 500, 1_000)
        assert sum(row.figures.tokens.total for row in monitor.report("blocks").rows) == (
            7 * 1_100 + 500 + 90
        )


def test_the_true_window_sums_its_owners_responses_across_a_login(
    tmp_path: Path, settings: MakeSettings
) -> None:
    clock = Clock(NOW)
    sign_in(tmp_path, "before")
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        write(tmp_path, answer("1", NOW - 3 * MINUTE, 7))
        monitor.read()
        attend(monitor)
        clock.now += MINUTE
        note_owner(monitor._ledger, str(tmp_path.resolve()), "after/o", "", clock.now)
        sign_in(tmp_path, "after")
        clock.now += MINUTE
        write(tmp_path, answer("2", clock.now, 50))
        for owner, percent in (("before/o", 70), ("after/o", 3)):
            said = Reading(FIVE_HOUR, percent / 100, NOW + 2 * HOUR, clock.now, owner=owner)
            monitor.limits.note_readings([said])
            clock.now += 1
        attend(monitor)
        block = monitor.snapshot().block
        assert block is not None
        assert (block.anchor, block.figures.tokens.total) == ("official", 50)


def test_blocks_that_are_nobodys_but_those_of_one_account_count_for_it(
    work_and_home: tuple[Path, Path], settings: MakeSettings
) -> None:
    work, home = work_and_home
    (home / ".claude.json").unlink()
    with Monitor(settings(roots=(work, home), clock=Clock(NOW))) as monitor:
        write(work, answer("w1", NOW - 5 * MINUTE, 550, session="w"))
        monitor.read()
        attend(monitor)
        (five,) = monitor.snapshot().windows
        assert (five.used, five.limit) == (550, 1_100), "two roots of one owner"


def test_who_signed_in_did_so_before_the_answer_that_the_hook_comes_with(
    tmp_path: Path, settings: MakeSettings
) -> None:
    clock = Clock(NOW)
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        for number, account in enumerate(("one", "two", "one")):
            sign_in(tmp_path, account)
            session, percent = f"s{number}", 0.8 if account == "one" else 0.05
            write(
                tmp_path,
                answer(f"{number}", clock.now - 5_000, session=session),
                name=f"-p/{session}.jsonl",
            )
            said = Reading(FIVE_HOUR, percent, NOW + 3 * HOUR, clock.now, session=session)
            transcript = f"{tmp_path}/projects/-p/{session}.jsonl"
            monitor.read_transcript(transcript)
            monitor.limits.note_hook(HookSaid(session, (said,), transcript=transcript), clock.now)
            attend(monitor)
            (top,) = (each for each in monitor.limits.now().windows if each.is_gravest)
            assert (top.owner.partition("/")[0], top.used_share) == (account, percent)
            clock.now += 2 * MINUTE


def test_a_note_of_a_clock_that_was_ahead_is_taken_back(
    tmp_path: Path, settings: MakeSettings
) -> None:
    with Monitor(settings(roots=(tmp_path,), clock=Clock(NOW))) as monitor:
        ledger, root = monitor._ledger, str(tmp_path)
        note_owner(ledger, root, "one", "", NOW)
        note_owner(ledger, root, "two", "", NOW + 900 * HOUR)
        note_owner(ledger, root, "two", "", NOW + MINUTE)
        note_owner(ledger, root, "three", "", NOW + 2 * MINUTE, since=NOW - HOUR)
        assert [note[1:3] for note in owner_notes(ledger)] == [
            (NOW, "one"),
            (NOW + MINUTE, "two"),
            (NOW + MINUTE + 1, "three"),
        ]
