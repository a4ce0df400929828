"""Owners and ages: whatever is said in whatever order, what holds is what the rules say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY
from engine.domain.owners import NOBODY, UNKNOWN, owner_at, resolved
from engine.domain.scans import Age
from engine.domain.settings import Settings
from engine.ledger.limit_readings import readings_since
from engine.ledger.schema import VERSION
from engine.limits.kept_readings import reading_of_row
from engine.limits.marks import marks_of
from engine.limits.readings import HookSaid, Reading
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.faults.earlier import AS_VERSION_4
from tests.made_lines import HOUR, MINUTE, SECOND, Clock, answer, write
from tests.turns import attend

MakeSettings = Callable[..., Settings]
RESETS = (NOW + 3 * HOUR, NOW + 3 * HOUR + MINUTE, NOW + HOUR, NOW + 5 * HOUR)


class Said(NamedTuple):
    """What a session's status line says at a moment."""

    session: str
    owner: str
    """Who is signed in then."""
    percent: int
    reset: int
    age: Age
    answered: int
    """How long ago its answer came, where that is known."""


SAYINGS = st.lists(
    st.builds(
        Said,
        st.sampled_from(("s1", "s2", "s3")),
        st.sampled_from(("a/o", "b/o")),
        st.sampled_from((1, 2, 3, 30, 33, 34, 60, 61, 66, 100)),
        st.sampled_from(RESETS),
        st.sampled_from(("", "", "answer", "grown")),
        st.integers(0, 20),
    ),
    max_size=14,
)


def slow_reading(sayings: list[Said]) -> dict[str, tuple[float, int, bool]]:
    """Return share, reset and whether it was reset early, by owner: the rules word by word."""
    facts: list[tuple[int, str, str, int, int, bool]] = []
    for number, said in enumerate(sayings):
        at = NOW + number * MINUTE
        own = [each for each in facts if each[2] == said.session]
        own = [each for each in own if abs(each[4] - said.reset) <= 2 * MINUTE]
        whose = said.owner
        if own:
            whose = min(own)[1]
        if said.age != "grown" and said.percent in [each[3] for each in own]:
            continue
        time = at
        if said.age == "answer":
            time = at - said.answered * SECOND
            if own and max(own)[0] >= time:
                time = max(own)[0] + 1
        is_unsure = said.age == "" and not own
        facts.append((time, whose, said.session, said.percent, said.reset, is_unsure))
    found = {}
    for whose in {each[1] for each in facts}:
        mark, reset, is_early = -1, 0, False
        for _, _, _, percent, end, is_unsure in sorted(f for f in facts if f[1] == whose):
            if mark < 0 or abs(end - reset) > 2 * MINUTE:
                is_early = 0 <= percent <= mark - 5
                mark, reset = percent, end
            elif percent <= mark - 5 and not is_unsure:
                mark, is_early = percent, True
            elif percent > mark:
                mark = percent
        found[whose] = (mark / 100, reset, is_early)
    return found


@given(SAYINGS)
def test_what_holds_is_what_a_slow_reading_of_the_rules_says(sayings: list[Said]) -> None:
    clock = Clock(NOW)
    with Monitor(Settings(ledger=":memory:", clock=clock, roots=(), environment={})) as monitor:
        for number, said in enumerate(sayings):
            at = NOW + number * MINUTE - (said.answered * SECOND if said.age == "answer" else 0)
            told = Reading(
                FIVE_HOUR,
                said.percent / 100,
                said.reset,
                at,
                owner=said.owner,
                session=said.session,
                age=said.age,
            )
            monitor.limits.note_readings([told])
        rows = readings_since(monitor._ledger, 0)
    made = marks_of(reading_of_row(row, time) for row, last in rows for time in {row[5], last})
    assert {
        owner: (mark.share, mark.resets_at, mark.early is not None)
        for (owner, _), mark in made.items()
    } == slow_reading(sayings)


def test_a_key_without_its_other_half_is_the_only_one_that_has_it() -> None:
    assert resolved(["a/", "/o", "a/o", NOBODY]) == dict.fromkeys(("a/", "/o", "a/o", ""), "a/o")
    two = resolved(["/o", "a/o", "b/o", NOBODY, UNKNOWN])
    assert (two["/o"], two[NOBODY], two[UNKNOWN]) == ("/o", NOBODY, UNKNOWN)
    assert owner_at({"r": [(5, "a/o"), (9, "b/o")]}, "r", 4) == UNKNOWN
    assert owner_at({"r": [(5, "a/o"), (9, "b/o")]}, "r", 8) == "a/o"


def sign_in(root: Path, account: str, organization: str = "o") -> None:
    """Write who is signed in with a root."""
    said = {"accountUuid": account, "organizationUuid": organization}
    (root / ".claude.json").write_text(json.dumps({"oauthAccount": said}))


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    """Two roots, each with an account of its own."""
    made = tmp_path / "work", tmp_path / "home"
    for root, account in zip(made, ("work", "home"), strict=True):
        (root / "projects").mkdir(parents=True)
        sign_in(root, account)
    return made


def hook(root: Path, session: str, percent: float, reset: int, now: int) -> HookSaid:
    """Return what a hook says of the five hours and the week."""
    made = tuple(
        Reading(window, percent / 100, reset + later, now, session=session)
        for window, later in ((FIVE_HOUR, 0), (SEVEN_DAY, 40 * HOUR))
    )
    return HookSaid(session, made, transcript=f"{root}/projects/-p/{session}.jsonl")


def test_a_hit_of_one_account_is_not_ended_by_another(
    roots: tuple[Path, Path], settings: MakeSettings
) -> None:
    work, home = roots
    clock = Clock(NOW)
    with Monitor(settings(roots=roots, clock=clock)) as monitor:
        monitor.read()
        attend(monitor)
        monitor.limits.note_hook(hook(work, "w", 100, NOW + 2 * HOUR, NOW), NOW)
        clock.now += MINUTE
        write(home, answer("h1", clock.now, 10, session="h"), name="-p/h.jsonl")
        monitor.limits.note_hook(hook(home, "h", 11, NOW + 3 * HOUR, clock.now), clock.now)
        attend(monitor)
        windows = monitor.snapshot().windows
        rows = {(each.owner, each.window): each for each in windows}
        assert rows["work/o", FIVE_HOUR].state == "hit"
        assert rows["home/o", FIVE_HOUR].used_share == 0.11
        assert [each.owner for each in windows if each.is_gravest] == ["home/o"]
        assert monitor.snapshot().hit is None, "who answered last goes on"
        clock.now += MINUTE
        write(work, answer("w1", clock.now, 10, session="w"), name="-p/w.jsonl")
        attend(monitor)
        (five,) = (
            each
            for each in monitor.snapshot().windows
            if (each.owner, each.window) == ("work/o", FIVE_HOUR)
        )
        assert (five.state, five.hit) == ("extra usage", None)


def test_what_was_said_before_a_login_stays_of_whom_it_was(
    roots: tuple[Path, Path], settings: MakeSettings
) -> None:
    work, _ = roots
    clock = Clock(NOW)
    with Monitor(settings(roots=roots, clock=clock)) as monitor:
        before = hook(work, "w", 80, NOW + 2 * HOUR, NOW)
        monitor.limits.note_hook(before, NOW)
        sign_in(work, "third")
        clock.now += MINUTE
        shown = monitor.limits.note_hook(before, clock.now)
        assert shown[FIVE_HOUR].used_share == 0.8
        assert shown[FIVE_HOUR].owner == "work/o"
        clock.now += MINUTE
        after = hook(work, "w", 5, NOW + 4 * HOUR, clock.now)
        assert monitor.limits.note_hook(after, clock.now)[FIVE_HOUR].owner == "third/o"
        attend(monitor)
        rows = {
            each.owner: each.used_share
            for each in monitor.limits.now().windows
            if each.window == FIVE_HOUR
        }
        assert rows == {"work/o": 0.8, "third/o": 0.05}


def test_a_status_line_shows_a_younger_answer_of_the_same_owner_alone(
    roots: tuple[Path, Path], settings: MakeSettings
) -> None:
    work, home = roots
    with Monitor(settings(roots=roots, clock=Clock(NOW))) as monitor:
        idle = hook(work, "idle", 60, NOW + 2 * HOUR, NOW)
        monitor.limits.note_hook(idle, NOW)
        monitor.limits.note_hook(hook(home, "h", 90, NOW + 2 * HOUR, NOW + 1), NOW + 1)
        assert monitor.limits.note_hook(idle, NOW + 2)[FIVE_HOUR].used_share == 0.6
        busy = hook(work, "busy", 66, NOW + 2 * HOUR, NOW + 3)
        monitor.limits.note_hook(busy, NOW + 3)
        assert monitor.limits.note_hook(idle, NOW + 4)[FIVE_HOUR].used_share == 0.66


def test_an_early_reset_is_told_once_and_warnings_begin_anew(
    tmp_path: Path, settings: MakeSettings
) -> None:
    clock = Clock(NOW)
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        told = []
        for percent in (55, 78, 2, 3, 52, 79):
            clock.now += MINUTE
            reading = Reading(SEVEN_DAY, percent / 100, NOW + 50 * HOUR, clock.now, session="s")
            monitor.limits.note_readings([reading])
            told += [(event.kind, event.level, event.text) for event in attend(monitor)]
        kinds = [each[:2] for each in told if each[0] in ("level", "early_reset")]
        assert kinds == [
            ("level", "half"),
            ("level", "high"),
            ("early_reset", "fine"),
            ("level", "half"),
            ("level", "high"),
        ]
        assert "78% → 2%" in next(text for kind, _, text in told if kind == "early_reset")
        (week,) = (each for each in monitor.snapshot().windows if each.window == SEVEN_DAY)
        assert (week.begun_at, week.begun_share) == (NOW + 3 * MINUTE, 0.02)


def test_of_several_hits_the_one_that_is_reset_last_stands_above(
    tmp_path: Path, settings: MakeSettings
) -> None:
    with Monitor(settings(roots=(tmp_path,), clock=Clock(NOW))) as monitor:
        ends = {
            FIVE_HOUR: NOW + HOUR,
            SEVEN_DAY: NOW + 50 * HOUR,
            "seven_day:Fable": NOW + 90 * HOUR,
        }
        monitor.limits.note_readings([Reading(name, 1.0, end, NOW) for name, end in ends.items()])
        limits = monitor.limits.now()
        assert limits.hit is not None
        assert limits.hit.window == SEVEN_DAY, "other models go on at its reset"
        assert [each.window for each in limits.windows if each.is_gravest] == [SEVEN_DAY]


_VERSION_3 = """
DROP TABLE readings; DROP TABLE events; DROP TABLE owners; DROP TABLE told_sessions;
CREATE TABLE readings (window TEXT NOT NULL, account TEXT NOT NULL, source TEXT NOT NULL,
  session TEXT NOT NULL, resets_at INTEGER NOT NULL, captured_at INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL, used_share REAL NOT NULL,
  PRIMARY KEY (window, account, source, session, resets_at, captured_at)) STRICT, WITHOUT ROWID;
CREATE TABLE events (window TEXT NOT NULL, start INTEGER NOT NULL, kind TEXT NOT NULL,
  level TEXT NOT NULL, is_official INTEGER NOT NULL, until INTEGER NOT NULL, time INTEGER NOT NULL,
  severity TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (window, start, kind, level, is_official)) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_time ON readings (confirmed_at);
CREATE INDEX events_by_time ON events (time);
INSERT INTO events VALUES ('five_hour', 1, 'level', 'half', 1, 2, 3, 'information', 't', 'x');
PRAGMA user_version = 3;
"""


def test_readings_and_events_of_an_earlier_ledger_stay_whoever_they_were_of(
    tmp_path: Path, settings: MakeSettings
) -> None:
    path = tmp_path / "ledger.db"
    make = lambda: Monitor(settings(roots=(tmp_path,), ledger=str(path), clock=Clock(NOW)))  # noqa: E731
    make().close()
    rows = [("", "statusline", 0.4), ("a", "claude.json", 0.5), ("o", "desktop", 0.6)]
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(AS_VERSION_4 + _VERSION_3)
        for account, source, share in rows:
            kept = ("five_hour", account, source, "", NOW + HOUR, NOW, NOW, share)
            connection.execute("INSERT INTO readings VALUES (?,?,?,?,?,?,?,?)", kept)
        connection.commit()
    with make() as monitor:
        found = {(each.owner, each.used_share) for each in monitor.limits.readings(NOW)}
    assert found == {(UNKNOWN, 0.4), ("a/", 0.5), ("/o", 0.6)}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert connection.execute("SELECT owner, title FROM events").fetchall() == [(UNKNOWN, "t")]


@pytest.mark.parametrize("asked", ["Arbeit", "work", "work/o"])
def test_limits_can_be_narrowed_to_one_account(
    asked: str, roots: tuple[Path, Path], settings: MakeSettings
) -> None:
    work, home = roots
    names = {"work": "Arbeit"}
    made = settings(roots=roots, clock=Clock(NOW), accounts=names, account=asked)
    with Monitor(made) as monitor:
        monitor.limits.note_hook(hook(work, "w", 40, NOW + 2 * HOUR, NOW), NOW)
        monitor.limits.note_hook(hook(home, "h", 90, NOW + 3 * HOUR, NOW + 1), NOW + 1)
        windows = monitor.limits.now().windows
    assert [(each.owner, each.window) for each in windows] == [
        ("work/o", FIVE_HOUR),
        ("work/o", SEVEN_DAY),
    ]
    assert windows[0].is_gravest or windows[1].is_gravest
