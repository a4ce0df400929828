"""A monitor that answers from made-up samples at a fixed time: for tests, and for looking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from engine.domain.calendars import Calendar
from engine.domain.limit_windows import Event
from engine.domain.provider_usage import ProviderAccount
from engine.domain.reports import Detail, Part, Report, ReportKind, ResponseRow, Row, Span
from engine.domain.responses import PICO, Tokens
from engine.domain.snapshots import Snapshot
from engine.reports.queries.calendar import calendar_of
from tests.made_accounts import made_accounts
from tests.tui.live_samples import (
    BLOCK_START,
    HOUR,
    MINUTE,
    NOW,
    OPUS,
    ZONE,
    empty,
    estimated,
    figures,
    hit,
    parts,
    points,
    quiet,
    reading,
    snapshot,
)
from tui.words.format import moment_of


class FakeSource:
    """A `Source` that holds one snapshot; `put` replaces it and tells the screen."""

    def __init__(self, first: Snapshot | None = None) -> None:
        self.held = first or snapshot()
        self.on_change: Callable[[], None] | None = None
        self.is_closed = False
        self.refreshed = 0
        self.narrowed: list[tuple[str, ...]] = []
        self.reports: list[tuple[ReportKind, Span]] = []
        self.calendars: list[int | None] = []
        self.days: list[Row] = list(report("daily", "all", ZONE, 0).rows)
        self.happened: list[Event] = []
        self.accounts: list[ProviderAccount] = made_accounts()[:2]
        self.pinned: list[int | None] = []

    @property
    def providers(self) -> FakeSource:
        return self

    def enabled(self) -> tuple[ProviderAccount, ...]:
        return tuple(self.accounts)

    def start(self, on_change: Callable[[], None]) -> None:
        self.on_change = on_change

    def put(self, held: Snapshot) -> None:
        self.held = held
        if self.on_change is not None:
            self.on_change()

    def refresh(self) -> None:
        self.refreshed += 1

    def snapshot(self) -> Snapshot:
        return self.held

    def report(self, kind: ReportKind, span: Span = "all") -> Report:
        self.reports.append((kind, span))
        return report(kind, span, self.held.zone, self.held.revision)

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        return detail(kind, key)

    def show_agents(self, agents: Sequence[str]) -> None:
        self.narrowed.append(tuple(agents))

    def shown_calendar(self, year: int | None) -> Calendar:
        self.calendars.append(year)
        return calendar_of(
            self.days,
            year,
            moment_of(self.held.generated_at, self.held.zone).date(),
            zone=self.held.zone,
            now=self.held.generated_at,
            week_start=0,
        )

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        return False

    @property
    def limits(self) -> FakeSource:
        """Itself: what the screen asks of limits is among the rest."""
        return self

    def take_events(self) -> tuple[Event, ...]:
        taken = tuple(self.happened)
        self.happened.clear()
        return taken

    def pin_reset(self, time: int | None) -> None:
        self.pinned.append(time)

    def set_zone(self, zone: str | None) -> None:
        self.held = replace(self.held, zone=zone or ZONE, revision=self.held.revision + 1)

    def close(self) -> None:
        self.is_closed = True


def report(kind: ReportKind, span: Span, zone: str, revision: int) -> Report:
    """Return a table of forty rows and its totals."""
    rows = tuple(_report_row(kind, number) for number in range(40))
    total = figures(sum(row.figures.responses for row in rows))
    totals = Row("", "Total", total, 1.0, 1.0, sessions=120)
    return Report(kind, span, zone, revision, rows, totals)


def _report_row(kind: ReportKind, number: int) -> Row:
    day = datetime(2026, 11, 22, tzinfo=UTC) - timedelta(days=number)
    projects = ("alpha-api", "データ分析プロジェクト", "evil\x1b[31m [bold]name[/]", "zeta-cli")
    names = {
        "daily": f"{day:%Y-%m-%d}",
        "weekly": f"{day:%Y-%m-%d}",
        "monthly": f"{day:%Y-%m}-{number}",
        "sessions": f"0f3c{number:04d}-aaaa-bbbb",
        "blocks": str(BLOCK_START - number * 6 * HOUR),
        "models": f"claude-model-{number}",
        "projects": f"-home-user-{number}",
    }
    start = BLOCK_START - number * 6 * HOUR
    return Row(
        key=names[kind],
        label=projects[number % 4] if kind == "projects" else names[kind],
        figures=figures(17 + (number * 37) % 400, unpriced=("odd-model",) if number == 3 else ()),
        cost_share=0.025,
        token_share=0.025,
        sessions=1 + number % 9,
        project=projects[number % 4] if kind == "sessions" else "",
        projects=projects[: 1 + number % 4],
        start=start,
        end=start + 5 * HOUR,
        is_active=number == 0,
        by_model=parts(),
    )


def detail(kind: ReportKind, key: str) -> Detail:
    """Return what is inside a row."""
    return Detail(
        kind=kind,
        key=key,
        title=f"{kind} {key}",
        facts=(("Project", "/home/user/alpha-api"), ("Session", key)),
        figures=figures(240),
        by_model=parts(),
        series=points(24, HOUR, lambda moment: f"{moment:%H:00}"),
        series_name="hour",
        sessions=tuple(_report_row("sessions", number) for number in range(6)),
        agents=(Part("Explore: find the tests", figures(12), 0.2, 0.1),),
        responses=tuple(
            ResponseRow(
                NOW - n * MINUTE, OPUS, Tokens(4, 800, 90_000, 1_000, 0), PICO // 9, "", False
            )
            for n in range(50)
        ),
    )


def _look() -> None:
    """Run the live screen on a sample named on the command line."""
    import os
    import sys
    import threading
    import time

    from tui.live.app import LiveApp
    from tui.live.source import LiveOptions

    samples = {
        "busy": snapshot,
        "estimated": estimated,
        "hit": hit,
        "quiet": quiet,
        "reading": reading,
        "empty": empty,
    }
    name = sys.argv[1] if len(sys.argv) > 1 else "busy"
    source = FakeSource(samples[name]())

    def tick() -> None:
        while not source.is_closed:
            time.sleep(1)
            held = source.held
            source.put(replace(held, generated_at=held.generated_at + 1_000))

    threading.Thread(target=tick, daemon=True).start()
    options = LiveOptions(
        theme=sys.argv[2] if len(sys.argv) > 2 else "dark",
        zone=ZONE,
        no_color="NO_COLOR" in os.environ,
        open_demo=FakeSource,
    )
    LiveApp(source, options).run()


if __name__ == "__main__":
    _look()
