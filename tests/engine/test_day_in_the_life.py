"""Days of a made-up user, watched by two processes: all of it true, and each thing told once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from engine.domain.levels import BY_GRAVITY
from engine.domain.limit_windows import OFFICIAL, Event, LimitsNow, WindowNow
from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_budget, parse_limit
from engine.monitor import Monitor
from tests.made_lines import HOUR, Clock, moment
from tests.simulated import Account
from tests.turns import attend

STEPS = 420
_ALARMING = ("high", "critical", "reached")
_RESET_TOLD_WITHIN = HOUR


class Period:
    """One window from its start to its end, and what was seen and told of it."""

    def __init__(self, window: WindowNow) -> None:
        self.start = window.start or 0
        self.end = window.resets_at or 0
        self.share = 0.0
        self.level = 0
        self.was_hit = False
        self.told: list[tuple[str, str]] = []


class Watcher:
    """Two processes on one ledger, of which any may be the first to see something."""

    def __init__(self, seed: int, place: Path, start: int, make: Callable[..., Settings]) -> None:
        self.random = Random(seed)
        self.clock = Clock(start)
        (place / "claude" / "projects").mkdir(parents=True)
        self.account = Account(seed, place / "claude", self.clock)
        self._zone = "Europe/Berlin"
        self._make = lambda: make(
            roots=(place / "claude",),
            ledger=str(place / "ledger.db"),
            zone=self._zone,
            clock=self.clock,
            limit=parse_limit("1000M"),
            budgets=(parse_budget("40k/day"),),
        )
        self.monitors = [Monitor(self._make()), Monitor(self._make())]
        self.periods: dict[str, list[Period]] = {}
        self.events: list[Event] = []

    def close(self) -> None:
        for monitor in self.monitors:
            monitor.close()

    def step(self) -> None:
        """Let the user do something, and have one or both processes look at it."""
        readings = self.account.step()
        random = self.random
        self.monitors[random.randrange(2)].limits.note_readings(readings)
        if random.random() < 0.02:
            place = random.randrange(2)
            self.monitors[place].close()
            self.monitors[place] = Monitor(self._make())
        if random.random() < 0.01:
            self._zone = random.choice(("Europe/Berlin", "America/New_York", "UTC"))
            for monitor in self.monitors:
                monitor.set_zone(self._zone)
        for place in random.sample((0, 1), random.choice((1, 2, 2))):
            told = attend(self.monitors[place])
            limits = self.monitors[place].limits.now()
            self._check_windows(limits)
            self._check_told(limits, told)

    def _check_windows(self, limits: LimitsNow) -> None:
        """See that what is shown is what the account knows, each row from one source."""
        now, account = self.clock.now, self.account
        names = [window.window for window in limits.windows]
        assert len(names) == len(set(names))
        assert limits.generated_at == now
        for window in limits.windows:
            assert window.resets_at is None or window.resets_at > now
            _check_source(window)
            self._check_share(window)
        shown = {window.window: window for window in limits.windows}
        for own in account.windows:
            window = shown.get(own.name)
            if own.told >= 0 or own is account.hit:
                assert window is not None
                assert window.source in OFFICIAL
                assert window.resets_at == own.end
                percent = 100 if own is account.hit else own.told
                assert window.used_share == pytest.approx(percent / 100)
            elif window is not None:
                assert window.source not in OFFICIAL
        hit = account.hit
        assert (limits.hit.window if limits.hit else None) == (hit.name if hit else None)
        assert limits.hit is None or hit is None or limits.hit.resets_at == hit.end

    def _check_share(self, window: WindowNow) -> None:
        """See that within one window no share falls; another zone's day is another."""
        if window.used_share is None or not _is_watched(window):
            return
        period = self._period(window)
        bounds = window.start or 0, window.resets_at or 0
        if bounds == (period.start, period.end):
            assert window.used_share >= period.share - 1e-9, window
        period.share = window.used_share
        period.start, period.end = bounds

    def _period(self, window: WindowNow) -> Period:
        """Return the period that a window is of: one that began within half of its length."""
        periods = self.periods.setdefault(window.window, [])
        start, end = window.start or 0, window.resets_at or 0
        for period in reversed(periods):
            if abs(period.start - start) * 2 < end - start:
                return period
        periods.append(Period(window))
        return periods[-1]

    def _check_told(self, limits: LimitsNow, told: tuple[Event, ...]) -> None:
        """See that all that has come to be is told now, and nothing else is, or is again."""
        self.events += told
        found = {(event.window, event.kind, event.level) for event in told}
        assert len(found) == len(told)
        for event in told:
            assert event.time == self.clock.now
            period = self._period_told_of(event, limits)
            key = (event.kind, event.level)
            assert key not in period.told, event
            period.told.append(key)
        right = set()
        for window in limits.windows:
            if not _is_watched(window):
                continue
            period, level = self._period(window), BY_GRAVITY.index(window.level)
            if window.hit is not None:
                if not period.was_hit:
                    right.add((window.window, "hit"))
                period.was_hit, period.level = True, BY_GRAVITY.index("reached")
            elif level > period.level:
                period.level = level
                is_crossed = window.source == "budget" and window.level == "reached"
                right.add((window.window, "budget" if is_crossed else "level"))
        kinds = ("level", "budget", "hit")
        assert {(event.window, event.kind) for event in told if event.kind in kinds} == right
        self._check_resets(told)

    def _check_resets(self, told: tuple[Event, ...]) -> None:
        """See that the end of a window is told that had come near its limit, if not too late."""
        now = self.clock.now
        resets = {event.window for event in told if event.kind == "reset"}
        for name, periods in self.periods.items():
            over = [each for each in periods if each.end <= now]
            if not over:
                assert name not in resets
                continue
            last = over[-1]
            is_told = ("reset", "fine") in last.told
            is_alarming = last.was_hit or BY_GRAVITY[last.level] in _ALARMING
            assert is_told == is_alarming or now - last.end > _RESET_TOLD_WITHIN, name

    def _period_told_of(self, event: Event, limits: LimitsNow) -> Period:
        periods = self.periods[event.window]
        if event.kind == "reset":
            return [each for each in periods if each.end <= self.clock.now][-1]
        return next(self._period(each) for each in limits.windows if each.window == event.window)


def _is_watched(window: WindowNow) -> bool:
    """Say whether a row is of a known window: the 5 hours as this machine has them are not."""
    return window.source in OFFICIAL or window.source == "budget"


def _check_source(window: WindowNow) -> None:
    """See that share, use, limit and forecast of a row come from the source that it names."""
    is_official = window.source in OFFICIAL
    assert window.basis.startswith("official") == is_official
    if is_official:
        assert (window.used, window.limit, window.unit) == (None, None, "percent")
        assert window.captured_at is not None
        assert window.forecast.basis != "local"
        return
    assert (window.captured_at, window.age, window.is_floor) == (None, None, False)
    assert window.forecast.basis != "official"
    assert window.hit is None
    if window.used_share is not None and window.limit:
        assert window.used_share == pytest.approx((window.used or 0) / window.limit)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2026-10-23T06:00", id="clocks-go-back-in-berlin"),
        pytest.param("2026-03-27T06:00", id="clocks-go-forward-in-berlin"),
    ],
)
def test_all_that_happens_is_shown_truly_and_told_once(
    start: str, tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    watcher = Watcher(0, tmp_path, moment(start), settings)
    try:
        for _ in range(STEPS):
            watcher.step()
    finally:
        watcher.close()
    told = {event.kind for event in watcher.events}
    assert {"level", "budget", "hit", "reset"} <= told
    kept = Monitor(settings(ledger=str(tmp_path / "ledger.db"), clock=watcher.clock))
    newest = kept.limits.now().events
    kept.close()
    assert [event.title for event in newest[:20]] != []
    assert {event.title for event in newest} <= {event.title for event in watcher.events}
