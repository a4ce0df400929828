"""The columns that reports share: token counts, money, names and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from engine.domain.questions import Answer, Change
from engine.domain.report_columns import GIVES_WAY
from engine.domain.reports import Figures, Row
from engine.domain.responses import Tokens
from tui.tables.layout import Cell, Column, TableRow
from tui.tables.look import UNKNOWN_COST, Look, cost_text
from tui.words.format import fit, moment_of, percent, plain, tokens, tokens_exact
from tui.words.widths import Step

_LONG_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)
_MOST_OF_ID = 12

INPUT = Column(name="input", title="Input")
OUTPUT = Column(name="output", title="Output")
CACHE_WRITE = Column(name="cache_write", title="Cache write", short_title="Cache W", style="dim")
CACHE_READ = Column(name="cache_read", title="Cache read", short_title="Cache R", style="dim")
CACHE = Column(name="cache", title="Cache", style="dim")
TOTAL = Column(name="total", title="Tokens")
COST = Column(name="cost", title="Cost", style="bold")
SHARE = Column(name="share", title="Share")
BAR = Column(name="bar", title="", kind="bar", align="left", style="cyan")
RESPONSES = Column(name="responses", title="Responses", short_title="Resp.", style="dim")
SESSIONS = Column(name="sessions", title="Sessions", short_title="Sess.", style="dim")
MODELS = Column(
    name="models",
    title="Models",
    kind="names",
    align="left",
    style="dim",
    least=23,
    snug=13,
    tight=11,
)
AGENT = Column(name="agent", title="Agent", align="left", style="dim")
AGENTS = Column(
    name="agent", title="Agents", kind="names", align="left", style="dim", least=14, tight=9
)
MACHINE = Column(
    name="machine", title="Machine", kind="names", align="left", style="dim", least=12, tight=8
)
PERSON = Column(
    name="person", title="Person", kind="names", align="left", style="dim", least=12, tight=8
)
PROVIDER = Column(
    name="provider", title="Provider", kind="text", align="left", style="dim", least=8, tight=6
)
LAST = Column(name="last", title="Last response", short_title="Last", align="left", style="dim")

TREND = Column(name="trend", title="Change", style="dim")
START = Column(name="start", title="Start", align="left")
END = Column(name="end", title="End", align="left", style="dim")
STATE = Column(name="state", title="", align="left")
LIMIT = Column(name="limit", title="Limit")
FIRST = "name"
"""The column that names a row, whatever it is of."""

COUNTS = (INPUT, OUTPUT, CACHE_WRITE, CACHE_READ, CACHE, TOTAL)

_NAMED = {
    **{column.name: column for column in (*COUNTS, COST, SHARE, BAR, RESPONSES, SESSIONS, MODELS)},
    **{
        column.name: column
        for column in (AGENT, MACHINE, PERSON, PROVIDER, LAST, TREND, START, END, STATE, LIMIT)
    },
    "agents": AGENTS,
}
"""What a report's definition names, beside what its rows are of."""

_STEPS = {
    "exact": Step(is_short=True),
    "roomy": Step(is_tight=True),
    "cache kinds": Step(drop=("cache_write", "cache_read"), show=("cache",)),
}


def steps_of(*gives_way: str) -> tuple[Step, ...]:
    """Return the steps of what gives way, columns by their names."""
    return tuple(_STEPS.get(each) or Step(drop=(each,)) for each in gives_way)


STEPS = steps_of(*GIVES_WAY)
"""What gives way in a table of token counts that no report's definition tells of."""


def text_column(name: str, title: str, least: int = 24, tight: int = 10) -> Column:
    """Return a column of names that may be cut, first to `least`, then to `tight` cells."""
    return Column(
        name=name, title=title, kind="text", align="left", least=least, snug=least, tight=tight
    )


def report_columns(answer: Answer, look: Look) -> tuple[Column, ...]:
    """Return the columns of a report's definition that have something to say."""
    rows = answer.rows
    report = answer.question.report
    is_there = {
        "agent": answer.has_agents,
        "agents": answer.has_agents,
        "machine": answer.has_machines,
        "person": answer.has_people,
        "provider": any(each.row.provider for each in rows),
        "trend": any(each.trend for each in rows),
        "state": any(each.row.is_active for each in rows),
        "limit": bool(answer.token_limit),
    }
    found: list[Column] = []
    for name in report.columns:
        if name == "session":
            found += session_columns(each.row for each in rows)
        elif name == "period":
            found.append(Column(name=FIRST, title=report.name, align="left"))
        elif name in ("project", "model"):
            found.append(text_column(FIRST, report.name))
        elif is_there.get(name, True):
            found.append(_NAMED[name])
    return priced(found, look, bool(answer.totals.figures.unpriced))


def session_columns(
    rows: Iterable[Row], title: str = "Session", short_title: str = ""
) -> tuple[Column, ...]:
    """Return what names sessions: the id, the title where one is known, and the project."""
    name = Column(name="name", title=title, short_title=short_title, align="left")
    project = text_column("project", "Project", least=16, tight=10)
    if all(row.label == row.key for row in rows):
        return (name, project)
    return (name, text_column("title", "Title", least=20, tight=12), project)


def session_cells(row: Row, look: Look, project: str = "") -> dict[str, Cell]:
    """Return what names a session."""
    return {
        "name": Cell(short_session(row.key)),
        "title": Cell(plain(row.label) if row.label != row.key else ""),
        "project": Cell(look.project(row.project, project)),
    }


def priced(columns: Sequence[Column], look: Look, has_mark: bool) -> tuple[Column, ...]:
    """Return the columns, the one of money above its cents or not at all."""
    if not look.has_cost:
        return tuple(each for each in columns if each is not COST)
    above = replace(COST, title="Cost ") if has_mark else COST
    return tuple(above if each is COST else each for each in columns)


def token_cells(each: Tokens) -> dict[str, Cell]:
    """Return token counts, exact and in three digits."""
    counts = {
        "input": each.input,
        "output": each.output,
        "cache_write": each.cache_write,
        "cache_read": each.cache_read,
        "cache": each.prompt - each.input,
        "total": each.total,
    }
    return {name: Cell(tokens_exact(count), tokens(count)) for name, count in counts.items()}


def figure_cells(figures: Figures, look: Look, has_mark: bool) -> dict[str, Cell]:
    """Return everything that a set of responses sums to."""
    return {
        **token_cells(figures.tokens),
        "cost": Cell(cost_text(figures, has_mark)),
        "responses": Cell(tokens_exact(figures.responses)),
        "models": names_cell(look.all_models(figures.models)),
    }


def row_cells(row: Row, look: Look, has_mark: bool) -> dict[str, Cell]:
    """Return everything that a row sums to, its models the most expensive first."""
    cells = figure_cells(row.figures, look, has_mark)
    return {**cells, "models": names_cell(look.all_models(row.models))}


def agent_cell(row: Row, look: Look) -> Cell:
    """Return whose a row is, by the agents' titles; of several the last ones may give way."""
    return names_cell(tuple(map(look.agent, row.agents)))


def machine_cells(row: Row) -> dict[str, Cell]:
    """Return of which machines a row is, and who worked on them."""
    return {
        "machine": names_cell(tuple(map(plain, row.machines))),
        "person": names_cell(tuple(map(plain, row.people))),
    }


def names_cell(names: tuple[str, ...]) -> Cell:
    """Return a list of names whose last ones may give way."""
    return Cell(", ".join(names), names=names)


def bar_cell(row: Row, largest: float, look: Look) -> Cell:
    """Return a bar on the scale of the largest row, of money or else of tokens."""
    share = bar_share(row, look)
    return Cell("", share=share / largest if largest else 0.0)


def bar_share(row: Row, look: Look) -> float:
    """Return the share that a row's bar shows."""
    return row.cost_share if look.has_cost else row.token_share


def share_text(row: Row, look: Look) -> str:
    """Return a row's part of the totals; of a cost that is not known, a question mark."""
    figures = row.figures
    if look.has_cost and figures.unpriced and figures.cost == 0:
        return UNKNOWN_COST
    return percent(bar_share(row, look))


def change_text(change: Change, look: Look) -> str:
    """Return a change in percent, such as `+17%`; empty where there was nothing before."""
    return signed_percent(change.cost_share if look.has_cost else change.token_share)


def signed_percent(share: float | None) -> str:
    """Return a difference as a share of what was before, such as `-12%`."""
    if share is None:
        return ""
    text = percent(abs(share))
    if share == 0 or text.startswith(">"):
        return text
    return f"{'+' if share > 0 else '-'}{text}"


def short_session(name: str) -> str:
    """Return a session's id, of the usual long ones the beginning, which is enough to name it."""
    return plain(name[:8] if _LONG_ID.fullmatch(name) else fit(plain(name), _MOST_OF_ID).rstrip())


def time_cell(milliseconds: int | None, zone: str) -> Cell:
    """Return a moment, such as `2026-11-22 14:05`, its day alone in few cells."""
    if milliseconds is None:
        return Cell("")
    moment = moment_of(milliseconds, zone)
    return Cell(f"{moment:%Y-%m-%d %H:%M}", f"{moment:%Y-%m-%d}")


def total_row(answer: Answer, first: str, look: Look, has_mark: bool) -> TableRow:
    """Return the last line, which sums all rows found, also those that are not shown."""
    totals = answer.totals
    name = Cell("Total of all", "All") if answer.question.top else Cell("Total")
    cells = {**figure_cells(totals.figures, look, has_mark), first: name}
    if totals.sessions:
        cells["sessions"] = Cell(tokens_exact(totals.sessions))
    return TableRow({**cells, "models": Cell("")}, style="bold")
