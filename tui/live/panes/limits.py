"""Every limit's bar, with the pace, the reset and the source of its figures."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.limit_windows import OFFICIAL, WindowLevel, WindowNow
from engine.domain.reports import Snapshot
from tui.live.drawing.lines import BLANK, Line, LinePane, Piece, cells, joined, wrapped
from tui.live.drawing.plot import LEVEL_WORDS, gauge
from tui.live.words import brief_label
from tui.words import format as fmt
from tui.words.limits import age_text, left_text, when

_OLD_AFTER = 600_000
"""An official figure older than this is dimmed."""
_LEAST_BAR = 12
_SHORT_WORDS: dict[WindowLevel, str] = {**LEVEL_WORDS, "fine": "", "half": "half"}
_RANK: dict[WindowLevel, int] = {"reached": 0, "critical": 1, "high": 2, "half": 3, "fine": 4}


class LimitRow(Struct, frozen=True):
    """One window in words and rounded shares, so that it rests while they stay."""

    label: str
    brief: str
    share: float | None
    percent: str
    level: WindowLevel
    mark: float | None
    """Part of the window that has gone: even use would stand here."""
    ahead: float | None
    reset: str
    left: str
    source: str
    """In a few cells, such as `official 2m`, `estimate`."""
    basis: str
    """The source in full, with its age."""
    is_old: bool
    is_budget: bool
    amount: str
    reason: str


class LimitsView(Struct, frozen=True):
    """What the pane shows."""

    rows: tuple[LimitRow, ...]
    is_reading: bool


def limits_view(snapshot: Snapshot) -> LimitsView:
    """Take from a snapshot what the pane shows."""
    unpriced = bool(snapshot.block and snapshot.block.figures.unpriced)
    return LimitsView(
        rows=tuple(
            limit_row(window, snapshot.generated_at, snapshot.zone, unpriced)
            for window in snapshot.windows
        ),
        is_reading=snapshot.state == "reading",
    )


def limit_row(window: WindowNow, now: int, zone: str, unpriced: bool = False) -> LimitRow:
    """Say one window in words."""
    share, age = window.used_share, window.age
    resets_at, elapsed = window.resets_at, window.elapsed_share
    at_reset = window.forecast.share_at_reset
    return LimitRow(
        label=fmt.plain(window.label),
        brief=brief_label(window),
        share=None if share is None else round(share, 3),
        percent="" if share is None else f"{'≥ ' if window.is_floor else ''}{fmt.percent(share)}",
        level=window.level,
        mark=None if elapsed is None else round(elapsed, 2),
        ahead=None if at_reset is None or share is None else round(at_reset, 2),
        reset="" if resets_at is None else when(resets_at, now, zone),
        left="" if resets_at is None else left_text(resets_at, now),
        source=_source(window),
        basis=fmt.plain(window.basis) + (f" · {age_text(age)}" if age is not None else ""),
        is_old=age is not None and age >= _OLD_AFTER,
        is_budget=window.source == "budget",
        amount=_amount(window, unpriced),
        reason=fmt.plain(window.reason),
    )


def _source(window: WindowNow) -> str:
    if window.source in OFFICIAL:
        age = "" if window.age is None else age_text(window.age).removesuffix(" ago")
        return f"official {age}".rstrip()
    words = {"given": "your limit", "budget": "this machine", "none": ""}
    return words.get(window.source, "estimate")


def _amount(window: WindowNow, unpriced: bool) -> str:
    """Say what is used of what, where the source counts tokens or money."""
    if window.used is None or window.unit == "percent":
        return ""
    is_cost = window.unit == "cost"
    used = fmt.dollars(window.used, unpriced) if is_cost else fmt.tokens(window.used)
    unit = "" if is_cost else " tokens"
    if window.limit is None:
        return f"{used}{unit} used"
    limit = fmt.dollars(window.limit) if is_cost else fmt.tokens(window.limit)
    return f"{used} of {limit}{unit}"


class LimitsPane(LinePane):
    """A bar for each window; every row has all its figures from the source it names."""

    TITLE = "Limits"

    def watch_view(self) -> None:
        """Say in the border how many windows have no room, then repaint."""
        view = self.view
        if isinstance(view, LimitsView):
            hidden = len(view.rows) - self.size.height if self.size.height else 0
            self.entitle(f"{self.TITLE} · {hidden} more" if hidden > 0 else self.TITLE)
        super().watch_view()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Give each window as many lines as there are, up to three."""
        view = self.view
        if not isinstance(view, LimitsView) or height < 1:
            return ()
        if not view.rows:
            said = "Reading…" if view.is_reading else "No limit is known."
            return [(Piece(f" {said}", "muted"),)]
        rows = most_telling(view.rows, height)
        each = min(3, height // len(rows))
        if each < 2 or width < 40:
            lines = one_line_each(rows, width - 2)
        else:
            lines = _several_lines_each(rows, width - 2, each)
        if height > len(lines) and width >= 50:
            lines += [BLANK] * (height - len(lines) - 1)
            lines.append((Piece("█ used  ▒ forecast at the reset  ┃ even pace", "muted"),))
        return [(Piece(" "), *line) for line in lines]


def most_telling(rows: Sequence[LimitRow], count: int) -> Sequence[LimitRow]:
    """Return at most so many rows in their order: the first two, then the gravest."""
    if len(rows) <= count:
        return rows
    places = sorted(range(len(rows)), key=lambda n: (n > 1, _RANK[rows[n].level], n))
    return [rows[place] for place in sorted(places[:count])]


def one_line_each(rows: Sequence[LimitRow], width: int) -> list[Line]:
    """Draw one line per window in columns; what has no room goes, the bar keeps its least."""
    name = max(len(row.brief) for row in rows)
    percent = max(4, *(len(row.percent) for row in rows))
    reset = max(len(row.reset) for row in rows)
    left = max(len(row.left) for row in rows)
    word = max(len(_SHORT_WORDS[row.level]) for row in rows)
    source = max(len(row.source) for row in rows)
    room = width - name - percent - 2
    has = []
    for column, size in (("left", left), ("reset", reset + 3), ("source", source), ("word", word)):
        if size and room - size - 1 >= _LEAST_BAR and (width >= 50 or column == "left"):
            has.append(column)
            room -= size + 1
    lines = []
    for row in rows:
        line: Line = (Piece(fmt.fit(row.brief, name) + " "),)
        if row.share is None:
            lines.append((*line, *_no_limit(row, width - name - 1)))
            continue
        line += (*_bar(row, room), Piece(" " + fmt.fit(row.percent, percent, "right"), "bold"))
        if "word" in has:
            line += (Piece(" "), Piece(fmt.fit(_SHORT_WORDS[row.level], word), row.level))
        if "reset" in has:
            between = " in " if row.left else "    "
            line += (Piece(" " + fmt.fit(row.reset, reset, "right")), Piece(between, "muted"))
        elif "left" in has:
            line += (Piece(" "),)
        if "left" in has:
            line += (Piece(fmt.fit(row.left, left, "right")),)
        if "source" in has:
            line += (Piece(" " + row.source, "muted" if row.is_old else "plain"),)
        lines.append(line)
    return lines


def _several_lines_each(rows: Sequence[LimitRow], width: int, each: int) -> list[Line]:
    """Draw a bar per window and under it, on one or two lines, reset, source and amount."""
    name = max(len(row.label) for row in rows)
    percent = max(4, *(len(row.percent) for row in rows))
    lines: list[Line] = []
    for row in rows:
        label = Piece(fmt.fit(row.label, name) + " ", "bold")
        below = width - name - 1
        indent = Piece(" " * (name + 1))
        if row.share is None:
            said = [
                (indent, Piece(reason, "muted")) for reason in _cut(row.reason, below, each - 1)
            ]
            lines += [(label, *_no_limit(row, below, has_reason=False)), *said]
            lines += [BLANK] * (each - 1 - len(said))
            continue
        bar = _bar(row, width - name - percent - 12)
        word = Piece(fmt.fit(LEVEL_WORDS[row.level], 9), row.level)
        lines.append(
            (label, *bar, Piece(f" {fmt.fit(row.percent, percent, 'right')} ", "bold"), word)
        )
        lines += [(indent, *line) for line in _below(row, below, each - 1)]
    return lines


def _cut(text: str, width: int, height: int) -> list[str]:
    """Break text into at most so many rows, the last one cut with an ellipsis."""
    rows = wrapped(text, width)
    if len(rows) <= height:
        return rows
    return [*rows[: height - 1], fmt.fit(" ".join(rows[height - 1 :]), width)]


def _below(row: LimitRow, width: int, height: int) -> list[Line]:
    """Say reset, source and amount on one or two lines."""
    ink = "muted" if row.is_old else "plain"
    clock = f"{row.reset} in {row.left}" if row.reset else ""
    resets: Line = (Piece("resets ", "muted"), Piece(clock)) if clock else ()
    amount: Line = (Piece(row.amount),) if row.amount else ()
    basis: Line = (Piece(row.basis, ink),)
    if height >= 2:
        first = [part for part in (resets, amount) if part]
        return [joined(first, width, " · "), (Piece(fmt.fit(row.basis, width), ink),)]
    short: Line = (Piece(row.source.replace("official ", "official · "), ink),)
    plain: Line = (Piece(clock),) if clock else ()
    if row.is_budget:
        return [joined([part for part in (plain, amount, basis) if part], width, " · ")]
    for parts in ((resets, basis), (plain, basis), (resets, short), (plain, short)):
        said = [part for part in parts if part]
        if sum(cells(part) + 3 for part in said) - 3 <= width:
            break
    return [joined([*said, amount] if amount else said, width, " · ")]


def _bar(row: LimitRow, width: int) -> Line:
    return gauge(row.share or 0, width, ink=row.level, mark=row.mark, ahead=row.ahead)


def _no_limit(row: LimitRow, width: int, *, has_reason: bool = True) -> Line:
    """Say that no limit is known, what is used, and why."""
    said = row.amount or "no limit known"
    if has_reason and row.reason:
        return (Piece(fmt.fit(f"{said} · {row.reason}", width), "muted"),)
    reset = f" · resets {row.reset} in {row.left}" if row.reset else ""
    return (Piece(fmt.fit(said + reset, width).rstrip(), "muted"),)
