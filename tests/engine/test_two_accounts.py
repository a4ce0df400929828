"""A day with two accounts: every face agrees at every step, and each thing is told once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.documents.limits import limits_document
from engine.documents.live import live_document
from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT
from engine.domain.limit_windows import Event, LimitsNow, WindowNow
from engine.domain.questions import Selection, Summary
from engine.domain.settings import Settings
from engine.domain.snapshots import Snapshot
from engine.limits.readings import HookSaid, readings_of_hook
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE, SECOND, Clock, answer, write
from tests.tui.test_one_forecast import drawn
from tests.turns import attend
from tui.live.panes.hero import HeroPane, hero_view
from tui.tables.limits_page import limits_lines
from tui.tables.look import Look
from tui.tables.summary_page import summary_lines
from tui.words.limits import forecast_text, when
from tui.words.lines import text_of
from tui.words.plain import snapshot_lines


def sign_in(root: Path, account: str) -> None:
    """Write who is signed in with a root."""
    (root / "projects").mkdir(parents=True, exist_ok=True)
    said = {"accountUuid": account, "organizationUuid": "o"}
    (root / ".claude.json").write_text(json.dumps({"oauthAccount": said}))


class Life:
    """Two roots and a clock; after each step every face is held against the others."""

    def __init__(self, place: Path, make: Callable[..., Settings]) -> None:
        self.work, self.home = place / "work", place / "home"
        sign_in(self.work, "work")
        sign_in(self.home, "home")
        self.clock = Clock(NOW)
        self.awake = 0.0
        self.events: list[Event] = []
        self.count = self.agreed = 0
        names = {"work": "Work", "home": "Home", "third": "Third"}
        self.monitor = Monitor(make(roots=(self.work, self.home), clock=self.clock, accounts=names))
        self.monitor.read()
        self.week = {owner: NOW + days * DAY for owner, days in (("work", 3), ("home", 5))}

    def answers(self, root: Path, session: str) -> None:
        """Let a response come."""
        self.count += 1
        line = answer(f"n{self.count}", self.clock.now, 2_000, session=session)
        write(root, line, name=f"-p/{session}.jsonl")

    def says(self, root: Path, session: str, **shares: tuple[float, int]) -> None:
        """Let a session's hook hand over percentages with their resets."""
        given = {
            name: {"used_percentage": percent, "resets_at": reset // SECOND}
            for name, (percent, reset) in shares.items()
        }
        readings = readings_of_hook(given, self.clock.now, session)
        transcript = f"{root}/projects/-p/{session}.jsonl"
        self.monitor.limits.note_hook(
            HookSaid(session, readings, transcript=transcript), self.clock.now
        )

    def step(self, minutes: float = 1, *, is_asleep: bool = False) -> dict[Any, WindowNow]:
        """Look at everything, then let some time go by; return the rows by owner and window."""
        told = attend(self.monitor)
        self.events += told
        rows = self._hold_together()
        self.clock.now += round(minutes * MINUTE)
        self.awake += 0 if is_asleep else minutes * 60
        self.monitor._state.sleeps.note(self.clock.now, self.awake)
        return rows

    def _hold_together(self) -> dict[Any, WindowNow]:
        snapshot, limits = self.monitor.snapshot(), self.monitor.limits.now()
        summary = self.monitor.answers.summary(Selection())
        assert snapshot.windows == limits.windows
        rows = {(each.owner, each.window): each for each in snapshot.windows}
        assert len(rows) == len(snapshot.windows), "one row of each owner's window"
        named = {each.owner_name for each in snapshot.windows if each.owner_name}
        assert named <= {"Work", "Home", "Third"}
        gravest = [each for each in snapshot.windows if each.is_gravest]
        assert len(gravest) <= 1
        assert summary.window in gravest or not gravest
        live = live_document(snapshot)
        alone = limits_document(limits, is_endpoint_asked=False)
        assert live.windows == alone.windows
        assert live.hit == alone.hit
        for each in snapshot.windows:
            forecast = each.forecast
            if each.state in ("hit", "extra usage", "last known"):
                assert forecast.reaches_at is None
            if forecast.reaches_at is not None:
                assert self.clock.now < forecast.reaches_at < (each.resets_at or 0)
            assert each.resets_at is None or each.resets_at > self.clock.now
            if forecast.reaches_at is not None and each.is_gravest:
                self._agree(snapshot, limits, summary, each)
        if snapshot.block is not None and snapshot.trace is not None:
            assert snapshot.trace.running_tokens[-1] == snapshot.block.figures.tokens.total
        return rows

    def _agree(
        self, snapshot: Snapshot, limits: LimitsNow, summary: Summary, window: WindowNow
    ) -> None:
        """See that what people read says the one forecast."""
        said = forecast_text(window, self.clock.now, snapshot.zone)
        look = Look(width=200, zone=snapshot.zone)
        assert said in "\n".join(map(text_of, limits_lines(limits, look)))
        assert said in "\n".join(map(text_of, summary_lines(summary, look)))
        assert said in "\n".join(snapshot_lines(snapshot))
        at = when(window.forecast.reaches_at or 0, self.clock.now, snapshot.zone)
        assert f"~{at}" in drawn(HeroPane(), hero_view(snapshot), 200, 1)
        self.agreed += 1


@pytest.fixture
def life(tmp_path: Path, settings: Callable[..., Settings]) -> Iterator[Life]:
    made = Life(tmp_path, settings)
    yield made
    made.monitor.close()


def test_a_day_with_two_accounts_an_early_reset_a_login_a_hit_and_a_sleep(life: Life) -> None:
    work, home = life.work, life.home
    five = NOW + 3 * HOUR
    week = life.week["work"]
    for percent in (40, 55, 78):
        life.answers(work, "w")
        life.says(work, "w", five_hour=(percent, five), seven_day=(60, week))
        life.step()
    life.answers(work, "closed")
    life.says(work, "closed", five_hour=(80, five), seven_day=(61, week))
    life.step()

    life.answers(home, "h")
    life.says(home, "h", five_hour=(10, NOW + 4 * HOUR), seven_day=(5, life.week["home"]))
    rows = life.step()
    assert rows["work/o", FIVE_HOUR].used_share == 0.8
    assert rows["home/o", FIVE_HOUR].is_gravest
    block = life.monitor.snapshot().block
    assert block is not None
    assert block.figures.tokens.total == 2_000, "home's alone"

    life.answers(work, "w")
    life.says(work, "w", five_hour=(82, five), seven_day=(2, week))
    rows = life.step()
    assert rows["work/o", SEVEN_DAY].used_share == 0.02
    for _ in range(3):
        life.says(work, "closed", five_hour=(80, five), seven_day=(61, week))
        rows = life.step(2)
        assert rows["work/o", SEVEN_DAY].used_share == 0.02, "what idle sessions repeat is old"
        assert rows["work/o", FIVE_HOUR].used_share == 0.82
    life.answers(work, "w")
    life.says(work, "w", five_hour=(100, five), seven_day=(4, week))
    rows = life.step()
    assert rows["work/o", FIVE_HOUR].state == "hit"
    life.answers(home, "h")
    life.says(home, "h", five_hour=(12, NOW + 4 * HOUR), seven_day=(6, life.week["home"]))
    rows = life.step()
    assert rows["work/o", FIVE_HOUR].state == "hit", "home's response ends no hit of work's"
    assert life.monitor.snapshot().hit is None, "home goes on"
    life.answers(work, "w")
    life.says(work, "w", five_hour=(100, five), seven_day=(5, week), spend_limit=(20, week))
    rows = life.step()
    beyond = rows["work/o", FIVE_HOUR]
    assert (beyond.state, beyond.spend and beyond.spend.share) == ("extra usage", 0.2)

    sign_in(work, "third")
    life.says(work, "w", five_hour=(100, five), seven_day=(5, week), spend_limit=(20, week))
    life.step()
    life.answers(work, "w")
    life.says(work, "w", five_hour=(3, NOW + 5 * HOUR), seven_day=(9, NOW + 6 * DAY))
    rows = life.step()
    assert rows["third/o", FIVE_HOUR].used_share == 0.03
    assert rows["third/o", FIVE_HOUR].is_gravest or rows["third/o", SEVEN_DAY].is_gravest
    assert rows["work/o", FIVE_HOUR].state == "extra usage", "what it was stays work's"
    block = life.monitor.snapshot().block
    assert block is not None
    assert block.figures.tokens.total == 2_000, "what came before the login is work's"

    before = len(life.events)
    life.step(9 * 60, is_asleep=True)
    rows = life.step()
    assert all(each.captured_at is None for each in rows.values() if each.window == FIVE_HOUR)
    late = life.events[before:]
    assert {event.kind for event in late} <= {"reset"}, "nothing old is told after the sleep"
    life.says(work, "w", five_hour=(3, NOW + 5 * HOUR), seven_day=(9, NOW + 6 * DAY))
    life.step()
    life.answers(work, "w")
    life.says(work, "w", five_hour=(1, life.clock.now + 5 * HOUR), seven_day=(10, NOW + 6 * DAY))
    rows = life.step()
    assert rows["third/o", FIVE_HOUR].used_share == 0.01
    assert life.monitor.snapshot().burn_rate.tokens_per_minute > 0

    assert life.agreed > 3
    told = Counter((each.owner, each.window, each.kind, each.level) for each in life.events)
    assert max(told.values()) == 1, told
    early = [each for each in life.events if each.kind == "early_reset"]
    assert [(each.owner, each.window) for each in early] == [("work/o", SEVEN_DAY)]
    assert "61% → 2%" in early[0].text
    kinds = {(each.owner, each.kind) for each in life.events}
    assert {("work/o", "level"), ("work/o", "hit"), ("work/o", "extra_usage")} <= kinds
    assert not [each for each in life.events if each.owner in ("home/o", "third/o")]
    assert SPEND_LIMIT not in {each.window for each in life.events if each.kind == "hit"}
