"""Made-up reports, rows and details for tests of the report tabs."""

from collections.abc import Callable, Iterable
from random import Random

from engine.domain.reports import (
    Detail,
    Figures,
    Part,
    Point,
    Report,
    ReportKind,
    ResponseRow,
    Row,
    Span,
)
from engine.domain.responses import PICO, Tokens
from engine.domain.snapshots import Snapshot
from engine.domain.totals import total_of

NOW = 1_795_356_300_000
"""2026-11-22 14:05 UTC, a Sunday."""
HOUR = 3_600_000
OPUS, SONNET, UNKNOWN = "claude-opus-5-5-20260922", "claude-sonnet-4-5-20250929", "gpt-5.2-codex"
PROJECTS = ("alpha-api", "delta-ml", "データ基盤", "zeta-cli", "a-project-with-quite-a-long-name")


def figures(number: int = 1, models: tuple[str, ...] = (OPUS,), **other: object) -> Figures:
    """Return figures that grow with a number."""
    values = {
        "responses": number,
        "tokens": Tokens(number * 11, number * 1_003, number * 90_017, number * 4_001, number * 7),
        "cost": number * PICO // 8 + number,
        "models": models,
        "first": NOW - number * HOUR,
        "last": NOW - number * HOUR + 1_800_000,
    }
    return Figures(**{**values, **other})


def row(number: int, **other: object) -> Row:
    """Return a session's row that is the older the larger its number."""
    models = ((OPUS,), (OPUS, SONNET), (SONNET,))[number % 3]
    project = PROJECTS[number % len(PROJECTS)]
    values = {
        "key": f"{number:08x}-1111-4111-8111-111111111111",
        "label": f"{number:08x}-1111-4111-8111-111111111111",
        "figures": figures(number, models),
        "cost_share": 0.5 / number,
        "token_share": 0.4 / number,
        "sessions": 1,
        "project": project,
        "projects": (project,),
    }
    return Row(**{**values, **other})


def report_of(rows: list[Row], kind: ReportKind = "sessions", span: Span = "all") -> Report:
    """Return rows as a report with their totals."""
    return Report(kind, span, "UTC", 1, tuple(rows), total_of(rows))


def many_rows(count: int, kind: ReportKind = "sessions") -> list[Row]:
    """Return lifelike rows of a kind, newest first, the same ones each time."""
    random = Random(7)
    return [_lifelike(kind, number, random) for number in range(1, count + 1)]


def _lifelike(kind: ReportKind, number: int, random: Random) -> Row:
    size = random.randint(1, 400)
    models = random.choice([(OPUS,), (OPUS, SONNET), (SONNET,), (OPUS, SONNET, UNKNOWN)])
    unpriced = (UNKNOWN,) if UNKNOWN in models else ()
    start = NOW - number * 5 * HOUR
    each = figures(size, models, unpriced=unpriced, first=start, last=start + size * 60_000)
    share = size / 200 / 10_000
    key, label = {
        "daily": (f"2026-{number:06d}", f"Sun {number} Nov 2026"),
        "sessions": (f"{random.getrandbits(32):08x}-{number}", f"Fix the flaky test no. {number}"),
        "blocks": (str(start), ""),
        "models": (f"claude-model-{number}-20260101", ""),
    }.get(kind, (f"-home-me-{number}", f"{random.choice(PROJECTS)}-{number}"))
    is_gap = kind == "blocks" and number % 5 == 0
    return row(
        number,
        key=key,
        label=label,
        figures=Figures() if is_gap else each,
        cost_share=share,
        token_share=share,
        sessions=random.randint(1, 12),
        project=random.choice(PROJECTS),
        start=start if kind == "blocks" else None,
        end=start + 5 * HOUR if kind == "blocks" else None,
        is_active=kind == "blocks" and number == 1,
        is_gap=is_gap,
    )


def detail(kind: ReportKind, key: str) -> Detail:
    """Return what is inside a row, with something in every part."""
    return Detail(
        kind=kind,
        key=key,
        title="Fix the \x1b[31mflaky test in データ基盤",
        facts=(("Project", "/home/me/alpha-api"), ("Session", key), ("Span", "2h 05m")),
        figures=figures(40, (OPUS, SONNET, UNKNOWN), unpriced=(UNKNOWN,)),
        by_model=(
            Part(OPUS, figures(30), 0.75, 0.8),
            Part(SONNET, figures(9, (SONNET,)), 0.2, 0.2),
            Part(UNKNOWN, figures(1, (UNKNOWN,), cost=0, unpriced=(UNKNOWN,)), 0.05, 0.0),
        ),
        series=tuple(
            Point(
                NOW + hour * HOUR, f"{hour:02d}:00", hour, hour % 9 * 10_000, hour % 9 * PICO // 9
            )
            for hour in range(24)
        ),
        series_name="hour",
        sessions=tuple(row(number) for number in range(1, 5)) if kind != "sessions" else (),
        agents=(Part("Explore: find the test", figures(5), 0.1, 0.1),),
        responses=tuple(
            ResponseRow(
                NOW - number * 60_000,
                OPUS,
                Tokens(3, number * 10, number * 1_000),
                None if number == 2 else number * PICO // 50,
                "agent-1" if number % 4 == 3 else "",
                number % 4 == 3,
            )
            for number in range(1, 200)
        )
        if kind == "sessions"
        else (),
    )


class ReportSource:
    """A source that answers with given reports and notes what it was asked."""

    def __init__(self, rows: list[Row], kind: ReportKind = "sessions") -> None:
        self.reports: dict[str, Report] = {kind: report_of(rows, kind)}
        self.asked: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def report(self, kind: ReportKind, span: Span = "all") -> Report:
        self.asked.append((kind, span))
        if self.error is not None:
            raise self.error
        return self.reports[kind]

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        if self.error is not None:
            raise self.error
        return None if key == "gone" else detail(kind, key)

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        return False

    def start(self, on_change: Callable[[], None]) -> None:
        raise NotImplementedError

    def refresh(self) -> None:
        raise NotImplementedError

    def snapshot(self) -> Snapshot:
        raise NotImplementedError

    def set_zone(self, zone: str | None) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
