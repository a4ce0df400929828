"""Telemetry beside transcripts: in any order the same, beside a slow reading of both."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.agents.claude_telemetry import ApiRequest, encoded
from engine.domain.questions import Question
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, OPUS, answer, write

SESSIONS = ("s0", "s1", "s2", "s3")
REPORTS = ("daily", "weekly", "monthly", "session", "blocks", "models", "projects")

Step = tuple[Any, ...]

_sessions = st.sampled_from(SESSIONS)
_numbers = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("line"), _sessions, _numbers, st.integers(0, 1)),
        st.tuples(st.just("event"), _sessions, _numbers, st.integers(0, 1)),
        st.tuples(st.sampled_from(("read", "restart", "again", "read other"))),
    ),
    max_size=14,
)


def _time(number: int, hours: int) -> int:
    return NOW - DAY * (1 + number % 3) - hours * HOUR


class _Home:
    """A home that is written to, and two programs that read it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / ".claude"
        self.store = home / "data" / "telemetry"
        for path in (self.root / "projects", self.store):
            path.mkdir(parents=True)
        self.settings = Settings(
            ledger=str(home / "data" / "ledger.db"),
            zone="UTC",
            is_offline=True,
            is_polling=True,
            clock=lambda: NOW,
            environment={"HOME": str(home), "CCMON_DATA_DIR": str(home / "data")},
            home=home,
        )
        self.monitors = [Monitor(self.settings), Monitor(self.settings)]

    def take(self, step: Step) -> None:
        match step:
            case ("line", session, number, hours):
                line = answer(f"a{number}", _time(number, hours), 7**number, session=session)
                write(self.root, line, name=f"-code-{session}/{session}.jsonl")
            case ("event", session, number, day):
                request = ApiRequest(f"e{number}", _time(number, 0), session, OPUS, 3 * 7**number)
                with (self.store / f"2026-11-2{day}.jsonl").open("ab") as file:
                    file.write(encoded([request]))
            case ("restart",):
                self.monitors[0].close()
                self.monitors[0] = Monitor(self.settings)
            case ("again",):  # every file is another one with the same in it
                for path in (*self.root.rglob("*.jsonl"), *self.store.iterdir()):
                    copy = path.with_suffix(".new")
                    shutil.copyfile(path, copy)
                    copy.replace(path)
            case ("read other",):
                self.monitors[1].read()
            case _:
                self.monitors[0].read()

    def close(self) -> None:
        for each in self.monitors:
            each.close()


def _slowly(steps: list[Step]) -> tuple[Counter[str], Counter[str]]:
    """Return tokens by session of transcripts and of telemetry, by the rules alone."""
    lines = [step[1:] for step in steps if step[0] == "line"]
    events = {step[1:3] for step in steps if step[0] == "event"}
    told: Counter[str] = Counter()
    for number in {number for _, number, _ in lines}:
        first = min((_time(n, hours), session) for session, n, hours in lines if n == number)
        told[first[1]] += 7**number
    seen = {session for session, _, _ in lines}
    stood_in: Counter[str] = Counter()
    for session, number in events:
        if session not in seen:
            stood_in[session] += 3 * 7**number
    return told, stood_in


def _by_session(monitor: Monitor, agent: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in monitor.answers.answer(Question(kind="session")).rows:
        if each.row.figures.agents == (agent,):
            found[each.row.key.partition(" ")[0]] += each.row.figures.tokens.total
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_any_order_gives_what_the_rules_give(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as home:
        made = _Home(Path(home))
        try:
            for step in steps:
                made.take(step)
            told, stood_in = _slowly(steps)
            for monitor in reversed(made.monitors):
                monitor.read()
                assert _by_session(monitor, "claude") == told
                assert _by_session(monitor, "claude-telemetry") == stood_in
                whole = told.total() + stood_in.total()
                for kind in REPORTS:
                    report = monitor.answers.answer(Question(kind=kind))
                    totals = report.totals.figures
                    rows = sum(each.row.figures.tokens.total for each in report.rows)
                    assert (totals.tokens.total, rows) == (whole, whole), kind
                    assert totals.cost == whole * 4_000_000
                assert monitor.snapshot().responses == totals.responses
        finally:
            made.close()
