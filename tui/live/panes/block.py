"""The active window: time gone and left, tokens by kind, cost, models."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.agents.names import title_of
from engine.domain.model_labels import labels_of
from engine.domain.reports import Figures, Part
from engine.domain.responses import CLAUDE
from engine.domain.snapshots import Block, Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.drawing.plot import gauge
from tui.live.words import Basis, cost_text, figure, note, share_text
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, cells, ends, joined

_ANCHORS = {"estimated": "estimated", "official": "official", "pinned": "reset pinned"}

_ALL = 1_000
"""More cells than all kinds of tokens take."""


class BlockView(Struct, frozen=True):
    """What the pane shows; `left` and `gone` are in whole minutes, so it rests between."""

    block: Block | None
    zone: str
    by: Basis
    gone: str
    left: str
    closed: tuple[str, ...]
    """What is said where no window is open: the first is the heading."""
    whose: str = ""
    """Whose window it is, where it is not Claude Code's."""


def block_view(snapshot: Snapshot, by: Basis) -> BlockView:
    """Take from a snapshot what the pane shows."""
    block = snapshot.block
    return BlockView(
        block=None if block is None else _at_rest(block),
        zone=snapshot.zone,
        by=by,
        gone=fmt.duration(block.elapsed) if block else "",
        left=fmt.duration(block.remaining) if block else "",
        closed=() if block else _said_of_closed(snapshot),
        whose="" if snapshot.agent == CLAUDE else fmt.plain(title_of(snapshot.agent)),
    )


def _at_rest(block: Block) -> Block:
    """Return a block without the milliseconds that go by, so that it rests while nothing comes."""
    return replace(block, elapsed=0, remaining=0, elapsed_share=round(block.elapsed_share, 2))


class BlockPane(SnapshotPane):
    """The active 5-hour window."""

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Show a snapshot."""
        self.view = block_view(snapshot, by)

    def watch_view(self) -> None:
        """Name the window in the border, then repaint."""
        view = self.view
        if isinstance(view, BlockView):
            self.entitle((Piece(_title(view)),))
        super().watch_view()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return as much of the window as fits, the clock first."""
        view = self.view
        if not isinstance(view, BlockView):
            return ()
        if view.block is None:
            return _closed(view.closed, width)
        return _open(view, view.block, width - 2, height)


def _title(view: BlockView) -> str:
    block = view.block
    name = f"{view.whose} window" if view.whose else "Window"
    if block is None:
        return name
    start, end = fmt.clock(block.start, view.zone), fmt.clock(block.end, view.zone)
    return f"{name} {start} to {end} · {_ANCHORS[block.anchor]}"


def _said_of_closed(snapshot: Snapshot) -> tuple[str, ...]:
    """Say that no window is open, and what was last: the response, the day, all there is."""
    if snapshot.state == "reading":
        return ("Reading…", "The newest transcripts come first.")
    said = ["No window is open.", "The next response opens one."]
    last, zone = snapshot.last_response, snapshot.zone
    if last is not None:
        now = snapshot.generated_at
        when = " ".join(fmt.day_clock(last, zone, fmt.moment_of(now, zone).year).split())
        said.append(f"The newest response came {fmt.ago(now - last)}, {when}.")
    used = [day for day in snapshot.recent_days if day.responses]
    if used:
        day = used[-1]
        sums = f"{fmt.dollars(day.cost)} · {fmt.tokens(day.tokens)} tokens"
        said.append(f"The last day of use was {fmt.plain(day.label)}: {sums}.")
    count = fmt.tokens_exact(snapshot.responses)
    said.append(f"Responses known in all: {count}; tab 6 lists past windows.")
    return tuple(said)


def _closed(said: Sequence[str], width: int) -> Sequence[Line]:
    first, second, *more = said
    head: list[Line] = [(Piece(f" {first}", "bold"),), (Piece(second, "muted"),)]
    return [joined(head, width), *((Piece(f" {sentence}", "muted"),) for sentence in more)]


def _open(view: BlockView, block: Block, width: int, height: int) -> Sequence[Line]:
    """Lay out an open window: figures only, or with its clock and a line for every model."""
    lines: list[Line] = []
    left: list[Line] = [figure(view.left, "left")]
    if height >= 7:
        bar_width = width - 16
        until = f"until {fmt.clock(block.end, view.zone)}"
        gone = (Piece(f"{view.gone} gone", "muted"),)
        bar = gauge(block.elapsed_share, bar_width, ink="accent")
        lines = [
            (*bar, Piece(f" {view.left} ", "bold"), Piece("left", "muted")),
            ends(gone, (Piece(until, "muted"),), bar_width),
            BLANK,
        ]
        left = []
    models = _models_inline(block.by_model, view.by, width)
    sums = [*left, *_sums(block.figures, view.by)]
    lines.append(joined([*sums, models] if height < 3 else sums, width, " · "))
    lines.append(_kinds(block.figures, width))
    if height >= len(lines) + min(3, len(block.by_model)) and height > len(lines) + 1:
        lines += [BLANK] if height > len(lines) + len(block.by_model) else []
        lines += _model_lines(block.by_model, view.by, width, height - len(lines))
    else:
        lines.append(models)
    return [(Piece(" "), *line) for line in lines]


def true_window_remark(snapshot: Snapshot) -> str:
    """Say why the newest block of the report is not the window that runs, where that is known."""
    block = snapshot.block
    if block is None or block.anchor == "estimated":
        return ""
    start, end = fmt.clock(block.start, snapshot.zone), fmt.clock(block.end, snapshot.zone)
    return f"The limited window runs {start} to {end}; blocks begin on the hour"


def _sums(figures: Figures, by: Basis) -> list[Line]:
    cost = figure(fmt.dollars(figures.cost, bool(figures.unpriced)), "")
    total = figure(fmt.tokens(figures.tokens.total), "tokens")
    first, second = (cost, total) if by == "cost" else (total, cost)
    word = "response" if figures.responses == 1 else "responses"
    responses = figure(fmt.tokens_exact(figures.responses), word)
    return [first, second, responses]


def _kinds(figures: Figures, width: int) -> Line:
    """Return the tokens by kind; where they have no room the lesser kinds go."""
    tokens = figures.tokens
    kinds = [
        note(name, fmt.tokens(count))
        for name, count in (
            ("in", tokens.input),
            ("out", tokens.output),
            ("cache read", tokens.cache_read),
            ("cache write", tokens.cache_write),
        )
    ]
    forms = (kinds, kinds[:3], kinds[1:3])
    whole = (each for each in forms if cells(joined(each, _ALL, " · ")) <= width)
    return joined(next(whole, forms[-1]), width, " · ")


def _share(part: Part, by: Basis) -> float:
    return part.cost_share if by == "cost" else part.token_share


def _ranked(parts: Sequence[Part], by: Basis) -> list[Part]:
    return sorted(parts, key=lambda part: _share(part, by), reverse=True)


def _models_inline(parts: Sequence[Part], by: Basis, width: int) -> Line:
    labels = labels_of(part.name for part in parts)
    return joined(
        [
            (
                Piece(labels[part.name]),
                Piece(f" {share_text(_share(part, by), part.figures, by)}", "bold"),
            )
            for part in _ranked(parts, by)
        ],
        width,
        " · ",
    )


def _model_lines(parts: Sequence[Part], by: Basis, width: int, height: int) -> list[Line]:
    """Give every model a bar of its share; those without room become a count."""
    ranked = _ranked(parts, by)
    shown = ranked if len(ranked) <= height else ranked[: height - 1]
    labels = labels_of(part.name for part in parts)
    lines: list[Line] = []
    for part in shown:
        if by == "cost":
            amount = cost_text(part.figures).rstrip()
        else:
            amount = fmt.tokens(part.figures.tokens.total)
        share = _share(part, by)
        lines.append(
            (
                Piece(fmt.fit_apart(labels[part.name], 14, labels.values()) + " "),
                *gauge(share, max(4, width - 31), ink="second"),
                Piece(fmt.fit(share_text(share, part.figures, by), 5, "right"), "bold"),
                Piece(fmt.fit(amount, 11, "right"), "muted"),
            )
        )
    if len(shown) < len(ranked):
        lines.append((Piece(f"and {len(ranked) - len(shown)} more models", "muted"),))
    return lines
