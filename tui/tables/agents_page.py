"""The coding agents found: one row each, and below it what one should know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.domain.found import AgentFound
from tui.tables.columns import steps_of, time_cell
from tui.tables.layout import Across, Cell, Column, Table, TableLine, TableRow, draw
from tui.tables.look import UNKNOWN_COST, Look
from tui.tables.title import title_line
from tui.words.format import dollars, plain, tokens, tokens_exact
from tui.words.lines import BLANK, Line, footnotes, line, paragraph, text_of

_COLUMNS = (
    Column(name="agent", title="Agent", kind="text", align="left", least=10, tight=8),
    Column(name="files", title="Files", style="dim"),
    Column(name="responses", title="Responses", short_title="Resp."),
    Column(name="tokens", title="Tokens"),
    Column(name="cost", title="Cost", style="bold"),
    Column(name="last", title="Last response", short_title="Last", align="left", style="dim"),
)
_STEPS = steps_of("exact", "roomy", "files", "last", "responses")
_INDENT = "  "
_MOST_UNREAD = 5


def agents_lines(agents: Sequence[AgentFound], look: Look, step: str = "") -> list[Line]:
    """Return the page; of an agent that was not found the places that were looked at.

    `step` is what makes limits exact, where they are not.
    """
    lines: list[Line] = [title_line("Coding agents", [look.zone], look.width), BLANK]
    if not agents:
        return [*lines, line("No coding agent was found: --all names the places looked at.")]
    rows: list[TableLine] = []
    for agent in agents:
        rows.append(_row(agent, look))
        for note in _notes(agent):
            for part in paragraph(note, max(1, look.width - len(_INDENT))):
                rows.append(Across(f"{_INDENT}{text_of(part)}", "dim"))
    table = draw(Table(columns=_COLUMNS, lines=rows, steps=_STEPS), look.width)
    return [*lines, *table, *footnotes([step] if step else [], look.width)]


def _below(agent: AgentFound, path: str) -> str:
    """Return a path as it is below the place that it was found in, and at which byte."""
    places = [f"{place.path}/" for place in agent.places if path.startswith(f"{place.path}/")]
    below = path.removeprefix(max(places, key=len, default=""))
    file, colon, position = below.rpartition(":")
    return f"{file} at byte {position}" if colon and position.isdigit() else below


def _row(agent: AgentFound, look: Look) -> TableRow:
    if not agent.is_found:
        return TableRow({"agent": Cell(plain(agent.title)), "last": Cell("not found")}, "dim")
    return TableRow(
        {
            "agent": Cell(plain(agent.title)),
            "files": Cell(tokens_exact(agent.files), tokens(agent.files)),
            "responses": Cell(tokens_exact(agent.responses), tokens(agent.responses)),
            "tokens": Cell(tokens_exact(agent.tokens), tokens(agent.tokens)),
            "cost": Cell(_cost(agent)),
            "last": time_cell(agent.last_response, look.zone),
        }
    )


def _cost(agent: AgentFound) -> str:
    if agent.unpriced and not agent.cost:
        return UNKNOWN_COST
    return dollars(agent.cost, bool(agent.unpriced))


def _notes(agent: AgentFound) -> Iterator[str]:
    """Yield what stands below an agent's row."""
    for place in agent.places:
        if place.is_root or not agent.is_found:
            yield f"{place.path}: {place.found}"
    if agent.silence:
        yield f"nothing could be counted: {agent.silence}"
    if agent.promptless[0]:
        count, output = agent.promptless
        yield (
            f"of {count:,} response{'' if count == 1 else 's'} the output alone is known"
            f" ({tokens_exact(output)} tokens): what was asked is not recorded"
        )
    if agent.recorded_cost and agent.recorded_cost != agent.calculated_cost:
        ours, theirs = dollars(agent.calculated_cost), dollars(agent.recorded_cost)
        yield f"it recorded {theirs} itself; by list prices all comes to {ours}"
    if agent.unpriced:
        names = ", ".join(name or "unknown" for name in agent.unpriced)
        yield f"no price is known for {names}: their tokens count, their cost does not"
    if agent.note:
        yield agent.note
    for path, reason in agent.unreadable[:_MOST_UNREAD]:
        yield f"not read: {_below(agent, path)}: {reason}"
    if len(agent.unreadable) > _MOST_UNREAD:
        yield f"not read: {len(agent.unreadable) - _MOST_UNREAD} more, which --json names"
