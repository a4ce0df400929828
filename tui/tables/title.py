"""The line above a report: what it is of."""

from __future__ import annotations

from engine.agents.names import title_of as title_of_agent
from engine.domain.questions import Question, Selection
from engine.domain.times import BLOCK_LENGTH
from tui.words.format import duration, plain
from tui.words.lines import Line, Piece, clipped

_MODES = {"auto": "", "calculate": "calculated costs", "display": "recorded costs only"}


def title_of(question: Question, zone: str, width: int) -> Line:
    """Return a report's title: its kind, what it is narrowed to, and the zone of its days."""
    parts = [*_narrowed(question), *selected(question.selection), zone]
    name = "Active block" if question.is_active_only else question.report.title
    return title_line(name, parts, width)


def title_line(name: str, parts: list[str], width: int) -> Line:
    """Return a name and what is known of it, cut to a width."""
    rest = "".join(f" · {plain(part)}" for part in parts if part)
    return clipped((Piece(name, "bold"), Piece(rest, "dim")), width)


def selected(selection: Selection) -> list[str]:
    """Return in words which responses are asked about."""
    since, until = selection.since, selection.until
    span = ""
    if since and until:
        span = since.isoformat() if since == until else f"{since} to {until}"
    elif since or until:
        span = f"since {since}" if since else f"until {until}"
    return [
        span,
        f"project {selection.project}" if selection.project else "",
        f"model {selection.model}" if selection.model else "",
        ", ".join(map(title_of_agent, selection.agents)),
        f"machine {selection.machine}" if selection.machine else "",
        selection.person or "",
        _MODES[selection.mode],
    ]


def _narrowed(question: Question) -> list[str]:
    is_usual = question.report.by != "block" or question.block_length == BLOCK_LENGTH
    return [
        "" if is_usual else f"of {duration(question.block_length)}",
        "the last three days" if question.is_recent_only else "",
        _counted("last", question.last),
        _counted("most expensive", question.top),
    ]


def _counted(which: str, number: int | None) -> str:
    if not number:
        return ""
    return f"the {which} {number}" if number > 1 else f"the {which} one"
