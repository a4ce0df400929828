"""Made-up snapshots at a fixed time: a busy afternoon, a quiet one, a first reading, nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine.reports import (
    Block,
    BurnRate,
    Figures,
    Limit,
    Part,
    PlaceLookedAt,
    Point,
    Progress,
    Projection,
    SessionNow,
    Snapshot,
    Trace,
    Warned,
)
from engine.responses import PICO, Tokens

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
    )
    return replace(made, **changes)


def sessions() -> tuple[SessionNow, ...]:
    """Return sessions with plain, wide and hostile project names."""
    return (
        session("s1", "alpha-api", 0.2, sub_agents=2),
        session("s2", "データ分析プロジェクト", 1, models=(SONNET, HAIKU)),
        session("s3", "zeta-cli", 3),
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
            Warned("high", BLOCK_START, "75 % of the limit is used.", now - 9 * MINUTE),
            Warned("half", BLOCK_START, "50 % of the limit is used.", now - 80 * MINUTE),
        ),
        unpriced=(),
        notices=(),
        places=(PlaceLookedAt("/home/user/.claude", "1,204 files", True),),
        responses=184_020,
        last_response=now - 4_000,
        today_hours=points(17, HOUR, lambda moment: f"{moment:%H:00}"),
        recent_days=points(30, DAY, lambda moment: f"{moment:%d %b}"),
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
    )


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
