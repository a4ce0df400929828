"""Made-up snapshots at a fixed time: a busy afternoon, a quiet one, a first reading, nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine.domain.limit_windows import (
    BurnUp,
    Event,
    Forecast,
    Foreseen,
    HitNow,
    UsePoint,
    WindowNow,
)
from engine.domain.reports import Figures, Part, Point
from engine.domain.responses import PICO, Tokens
from engine.domain.scans import PlaceLookedAt
from engine.domain.snapshots import (
    Block,
    BurnRate,
    Limit,
    Progress,
    Projection,
    SessionNow,
    Snapshot,
    Trace,
    Warned,
)

ZONE = "Europe/Berlin"
NOW = int(datetime(2026, 11, 22, 16, 5, 9, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
BLOCK_START = NOW - NOW % HOUR - 3 * HOUR
OPUS, SONNET, HAIKU = "claude-opus-4-6", "claude-sonnet-4-6-20260217", "claude-haiku-4-5-20251001"


def _wave(count: int, seed: int) -> list[int]:
    """Return numbers that look like work: bursts, lulls, nothing."""
    made, value = [], seed
    for step in range(count):
        value = (value * 1103515245 + 12345) % 2**31
        lull = (step // 4 + seed) % 5 == 0
        made.append(0 if lull else value % 90_000 + (step % 7) * 12_000)
    return made


def figures(scale: int, *models: str, unpriced: tuple[str, ...] = ()) -> Figures:
    """Return the sums of about `scale` responses."""
    return Figures(
        responses=scale,
        tokens=Tokens(scale * 41, scale * 2_423, scale * 118_204, scale * 5_104, scale * 2_901),
        cost=scale * 61 * PICO // 1000,
        models=models or (OPUS, SONNET),
        unpriced=unpriced,
        first=NOW - 2 * HOUR,
        last=NOW - 40_000,
    )


def parts() -> tuple[Part, ...]:
    """Return three models' shares."""
    return (
        Part(OPUS, figures(312, OPUS), 0.61, 0.78),
        Part(SONNET, figures(180, SONNET), 0.37, 0.21),
        Part(HAIKU, figures(20, HAIKU), 0.02, 0.01),
    )


def session(name: str, project: str, minutes: float, **changes: object) -> SessionNow:
    """Return a session last at work so many minutes ago."""
    made = SessionNow(
        session=name,
        project=project,
        models=(OPUS,),
        figures=figures(max(3, int(120 - minutes * 3))),
        tokens_per_minute=max(0.0, 11_300 - minutes * 900),
        last=NOW - int(minutes * MINUTE),
        is_busy=minutes < 2,
        sub_agents=0,
        cost_per_hour=max(0, 3_400 - int(minutes * 270)) * PICO // 1_000,
    )
    return replace(made, **changes)


def sessions() -> tuple[SessionNow, ...]:
    """Return sessions with plain, wide and hostile project names."""
    return (
        session("s1", "alpha-api", 0.2, sub_agents=2, context_share=0.61, state="busy"),
        session("s2", "データ分析プロジェクト", 1, models=(SONNET, HAIKU), context_share=0.22),
        session("s3", "zeta-cli", 3, state="busy"),
        session("s4", "evil\x1b[31m\x07 [bold]name[/]", 7, models=(HAIKU,)),
        session("s5", "a-project-with-a-name-far-too-long-for-any-column-there-is", 31),
        session("s6", "delta-ml", 55),
        session("s7", "docs", 74),
    )


def points(count: int, step: int, label: Callable[[datetime], str]) -> tuple[Point, ...]:
    """Return a series that ends now."""
    made = []
    for place, tokens in enumerate(_wave(count, count)):
        start = NOW - NOW % step - (count - 1 - place) * step
        name = label(datetime.fromtimestamp(start / 1000, ZoneInfo(ZONE)))
        made.append(Point(start, name, tokens // 2_000, tokens * 40, tokens * PICO // 9_000))
    return tuple(made)


def forecast(now: int, reset: int, used: float, then: float, **changes: object) -> Forecast:
    """Return a forecast from official readings that leads from one share to another."""
    steps = 12
    cone = tuple(
        Foreseen(
            now + (reset - now) * step // steps,
            used + (then - used) * 0.7 * step / steps,
            used + (then - used) * step / steps,
            used + (then - used) * 1.4 * step / steps,
        )
        for step in range(steps + 1)
    )
    made = Forecast(
        basis="official",
        basis_label="14 official readings",
        share_at_reset=then,
        share_low=cone[-1].low,
        share_high=cone[-1].high,
        pace=0.16,
        pace_word="over",
        cone=cone,
    )
    return replace(made, **changes)


def windows(now: int = NOW) -> tuple[WindowNow, ...]:
    """Return what an official source says: 5 hours, week, a model's week, credits."""
    start = BLOCK_START
    end, week_end = start + 5 * HOUR, NOW - NOW % HOUR + 60 * HOUR
    official = {"source": "statusline", "basis": "official · status line"}
    given = {**official, "captured_at": now - 2 * MINUTE, "age": 2 * MINUTE}
    return (
        WindowNow(
            window="five_hour",
            label="5 hours",
            used_share=0.78,
            start=start,
            resets_at=end,
            elapsed_share=(now - start) / (end - start),
            level="high",
            forecast=forecast(
                now,
                end,
                0.78,
                1.17,
                reaches_at=start + 4 * HOUR + 7 * MINUTE,
                earliest=start + 3 * HOUR + 41 * MINUTE,
                latest=start + 4 * HOUR + 52 * MINUTE,
            ),
            **given,  # type: ignore[arg-type]
        ),
        WindowNow(
            window="seven_day",
            label="Week",
            used_share=0.41,
            start=week_end - 7 * DAY,
            resets_at=week_end,
            elapsed_share=(now - week_end + 7 * DAY) / (7 * DAY),
            level="fine",
            forecast=forecast(now, week_end, 0.41, 0.63, pace=-0.23, pace_word="under"),
            **given,  # type: ignore[arg-type]
        ),
        WindowNow(
            window="seven_day:fable",
            label="Week · Fable",
            source="claude.json",
            basis="official · Claude Code's cache",
            captured_at=now - 95 * MINUTE,
            age=95 * MINUTE,
            is_floor=True,
            used_share=0.19,
            start=week_end - 7 * DAY,
            resets_at=week_end,
            elapsed_share=(now - week_end + 7 * DAY) / (7 * DAY),
            forecast=Forecast("none", "no forecast yet"),
        ),
        WindowNow(
            window="budget:month",
            label="Budget · month",
            source="budget",
            basis="your budget · this machine",
            used_share=0.522,
            used=1_305 * PICO,
            limit=2_500 * PICO,
            unit="cost",
            start=NOW - 22 * DAY,
            resets_at=NOW - NOW % HOUR + 8 * DAY + 8 * HOUR,
            elapsed_share=0.72,
            level="half",
            forecast=Forecast("none", "no forecast yet"),
        ),
    )


def burn_ups(now: int = NOW) -> tuple[BurnUp, ...]:
    """Return the steps that led to the windows' shares."""
    made = []
    for window in windows(now)[:2]:
        assert window.start is not None
        assert window.resets_at is not None
        assert window.used_share is not None
        count = 14
        points = tuple(
            UsePoint(
                window.start + (now - window.start) * step // count,
                round(window.used_share * (step / count) ** 1.3, 2),
            )
            for step in range(1, count + 1)
        )
        made.append(BurnUp(window.window, window.start, window.resets_at, points, window.basis))
    return tuple(made)


def rates() -> tuple[BurnRate, ...]:
    """Return the rates over 1, 5, 15 and 60 minutes."""
    return tuple(
        BurnRate(minutes * MINUTE, rate, rate / 14, round(rate * 540) * PICO // 1_000_000, "busy")
        for minutes, rate in ((1, 21_000.0), (5, 18_200.0), (15, 14_900.0), (60, 12_400.0))
    )


def events(now: int = NOW) -> tuple[Event, ...]:
    """Return what happened, latest first."""
    return (
        Event(
            now - 9 * MINUTE,
            "level",
            "five_hour",
            "warning",
            "5 hours: 75% used",
            "75% of the 5-hour limit was used at 15:56; it resets at 18:00.",
            "high",
        ),
        Event(
            now - 80 * MINUTE,
            "forecast",
            "five_hour",
            "warning",
            "5 hours: limit ahead",
            "At the present pace the 5-hour limit is reached at 17:10, before its reset.",
        ),
        Event(
            now - 30 * HOUR,
            "reset",
            "five_hour",
            "information",
            "5 hours: reset",
            "The 5-hour window was reset.",
        ),
    )


def hit_now(now: int = NOW, **changes: object) -> HitNow:
    """Return the 5-hour limit, hit a while ago."""
    made = HitNow("five_hour", "5 hours", now - 12 * MINUTE, BLOCK_START + 5 * HOUR, False)
    return replace(made, **changes)


def snapshot(now: int = NOW) -> Snapshot:
    """Return the rich sample: a busy afternoon, three fifths through its window."""
    gone = now - BLOCK_START
    steps = _wave(gone // (5 * MINUTE) + 1, 7)
    running = [sum(steps[: place + 1]) for place in range(len(steps))]
    cost = running[-1] * 18 * PICO // 1_000_000
    used = figures(512, OPUS, SONNET, HAIKU)
    return Snapshot(
        generated_at=now,
        zone=ZONE,
        revision=1,
        state="following",
        progress=None,
        block=Block(
            start=BLOCK_START,
            end=BLOCK_START + 5 * HOUR,
            figures=replace(used, cost=cost),
            by_model=parts(),
            elapsed=gone,
            remaining=5 * HOUR - gone,
            elapsed_share=gone / (5 * HOUR),
        ),
        burn_rate=BurnRate(10 * MINUTE, 18_240.0, 1_130.0, 9_800 * PICO // 1000, "busy"),
        trace=Trace(
            start=BLOCK_START,
            step=5 * MINUTE,
            steps=60,
            tokens=tuple(steps),
            cost=tuple(step * 18 * PICO // 1_000_000 for step in steps),
            running_tokens=tuple(running),
            running_cost=tuple(step * 18 * PICO // 1_000_000 for step in running),
        ),
        projection=Projection(running[-1] * 3 // 2, cost * 3 // 2, 5 * HOUR - gone),
        limit=Limit(
            source="p90",
            label="P90 of 23 finished blocks · estimate",
            unit="cost",
            value=cost * 100 // 78,
            used=cost,
            used_share=0.78,
            projected_share=1.17,
            level="high",
            reached_at=BLOCK_START + 4 * HOUR + 7 * MINUTE,
        ),
        today=figures(1_020),
        week=figures(6_310),
        month=figures(21_400),
        sessions=sessions(),
        warned=(
            Warned("high", BLOCK_START, "75% of the limit is used.", now - 9 * MINUTE),
            Warned("half", BLOCK_START, "50% of the limit is used.", now - 80 * MINUTE),
        ),
        unpriced=(),
        notices=(),
        places=(PlaceLookedAt("/home/user/.claude", "1,204 files", True),),
        responses=184_020,
        last_response=now - 4_000,
        today_hours=points(17, HOUR, lambda moment: f"{moment:%H:00}"),
        recent_days=points(30, DAY, lambda moment: f"{moment:%d %b}"),
        windows=windows(now),
        burn_ups=burn_ups(now),
        rates=rates(),
        events=events(now),
        plan="Max 5x",
    )


def quiet() -> Snapshot:
    """Return the sample with no window open."""
    return replace(
        snapshot(),
        block=None,
        trace=None,
        projection=None,
        sessions=(),
        warned=(),
        burn_rate=BurnRate(10 * MINUTE, 0.0, 0.0, 0, "idle"),
        limit=no_limit(),
        last_response=NOW - 9 * HOUR,
        windows=(unknown_window(), *windows()[1:2]),
        burn_ups=burn_ups()[1:],
        rates=(),
        events=(),
    )


def unknown_window() -> WindowNow:
    """Return the 5 hours without a limit that is known."""
    return WindowNow(
        window="five_hour",
        label="5 hours",
        source="none",
        basis="not enough history",
        forecast=Forecast("none", "no forecast yet"),
        reason="3 finished blocks are known, 5 are needed; --limit gives one of your own.",
    )


def estimated(now: int = NOW) -> Snapshot:
    """Return the sample where no official source has spoken: an estimate, from this machine."""
    official = windows(now)[0]
    window = replace(
        official,
        source="p90",
        basis="P90 of 23 finished blocks · estimate",
        captured_at=None,
        age=None,
        used=4_530_000,
        limit=5_810_000,
        unit="tokens",
        forecast=replace(
            official.forecast, basis="local", basis_label="last 30 min and so far, this machine"
        ),
    )
    return replace(
        snapshot(now),
        windows=(window,),
        burn_ups=burn_ups(now)[:1],
        events=(),
        plan="",
    )


def hit(now: int = NOW) -> Snapshot:
    """Return the sample with the 5-hour limit hit."""
    held = snapshot(now)
    first, *others = held.windows
    frozen = Forecast("official", "hit", is_frozen=True, pace=0.38, pace_word="over")
    reached = replace(first, used_share=1.0, level="reached", hit=hit_now(now), forecast=frozen)
    return replace(held, windows=(reached, *others), hit=hit_now(now))


def no_limit() -> Limit:
    """Return what stands for a limit that is not known."""
    return Limit(
        source="none",
        label="not enough history",
        unit="cost",
        value=None,
        used=0,
        used_share=None,
        projected_share=None,
        level="fine",
        reached_at=None,
        reason="3 finished blocks are known, 5 are needed; --limit gives one of your own.",
    )


def reading() -> Snapshot:
    """Return the sample in the middle of the first reading."""
    return replace(
        snapshot(),
        state="reading",
        progress=Progress(412, 1_204, 318_000_000, 758_000_000, 61_204, 3.4, 0.42),
        limit=no_limit(),
        warned=(),
        windows=(),
        burn_ups=(),
        rates=(),
        events=(),
        plan="",
    )


def empty() -> Snapshot:
    """Return what a machine without transcripts gives."""
    return replace(
        quiet(),
        places=(
            PlaceLookedAt("/home/user/.config/claude", "does not exist", False),
            PlaceLookedAt("/home/user/.claude", "no projects directory", False),
        ),
        today=Figures(),
        week=Figures(),
        month=Figures(),
        responses=0,
        last_response=None,
        today_hours=(),
        recent_days=(),
    )
