"""The sessions of the active window: who is at work, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from engine.agents.names import title_of
from engine.domain.snapshots import SessionNow, Snapshot
from engine.domain.times import MINUTE
from tui.live.drawing.lines import SnapshotPane
from tui.live.keys import bindings
from tui.live.words import Basis, first_of, names_of_models
from tui.words import format as fmt
from tui.words.lines import Line, Piece, padded


def _latest(session: SessionNow) -> tuple[float, float]:
    """Order by the latest response; those at work keep their places while they take turns."""
    return (0.0, -session.figures.cost) if session.is_busy else (1.0, -session.last)


ORDERS: tuple[tuple[str, Callable[[SessionNow], float | str | tuple[float, float]]], ...] = (
    ("latest", _latest),
    ("rate", lambda session: (-session.cost_per_hour, -session.tokens_per_minute)),
    ("cost", lambda session: -session.figures.cost),
    ("tokens", lambda session: -session.figures.tokens.total),
    ("project", lambda session: session.project.casefold()),
)


_LEAST_TITLE = 8
"""A title in fewer cells says nothing."""
_LEAST_NAME, _LEAST_MODEL = 20, 14
"""Fewer cells tell no session from another; then the models have no column."""
_LEAST_FIRST = ("id", "cache read", "out", "resp.", "tokens", "last", "ctx", "rate", "machine")
"""The order in which columns give way to the names."""
_ID = 8
"""Cells of a session's id: as in the tabs."""


class SessionsView(Struct, frozen=True):
    """What the pane shows: the sessions in order, each with how long ago it was at work."""

    sessions: tuple[tuple[SessionNow, str], ...]
    by: Basis
    order: str
    is_reading: bool
    has_agents: bool = False
    """Whether they are of several coding agents."""
    has_machines: bool = False


def sessions_view(snapshot: Snapshot, by: Basis, order: int, is_reversed: bool) -> SessionsView:
    """Take the sessions from a snapshot, in one of `ORDERS`."""
    name, key = ORDERS[order]
    ordered = sorted(snapshot.sessions, key=key, reverse=is_reversed)
    listed = [(session, _since(snapshot.generated_at - session.last)) for session in ordered]
    return SessionsView(
        sessions=tuple(listed),
        by=by,
        order=f"{name} reversed" if is_reversed else name,
        is_reading=not ordered and snapshot.state == "reading",
        has_agents=len({session.agent for session in ordered}) > 1,
        has_machines=len({name for each in ordered for name in each.figures.machines}) > 1,
    )


def _since(milliseconds: int) -> str:
    """Say how long ago, but not to the second: the row rests while work goes on."""
    return "now" if milliseconds < MINUTE else fmt.ago(milliseconds)


class SessionsPane(SnapshotPane, can_focus=True):
    """A list of sessions with a cursor; Enter or a click on the cursor opens one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sessions")
    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    class Opened(Message):
        """A session was asked for."""

        def __init__(self, session: str) -> None:
            self.session = session
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._first = 0
        self._page = 1
        self._chosen = ""
        self._count = 0
        """The sessions that the pane's height was found for."""
        self._order = 0
        self._is_reversed = False

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Show a snapshot's sessions in the order asked for."""
        self.view = sessions_view(snapshot, by, self._order, self._is_reversed)

    def sort_next(self) -> None:
        """Sort by the next column; shown with the next snapshot."""
        self._order = (self._order + 1) % len(ORDERS)

    def sort_by(self, order: int) -> None:
        """Sort by one of `ORDERS`; shown with the next snapshot."""
        self._order, self._is_reversed = order, False

    def sort_reverse(self) -> None:
        """Turn the order around; shown with the next snapshot."""
        self._is_reversed = not self._is_reversed

    def watch_view(self) -> None:
        """Keep the cursor on the session it was moved to while others go around it."""
        view = self.view
        if isinstance(view, SessionsView):
            count = len(view.sessions)
            named = f"Sessions · {count} in this window · by {view.order}"
            self.entitle((Piece(named if count else "Sessions"),))
            ids = [session.session for session, _ in view.sessions]
            chosen = ids.index(self._chosen) if self._chosen in ids else self.cursor
            self.set_reactive(SessionsPane.cursor, min(chosen, max(0, count - 1)))
            if count != self._count:
                self._count = count
                self.refresh(layout=True)
        super().watch_view()

    def watch_cursor(self) -> None:
        """Repaint the two rows that the cursor left and came to."""
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return a head where there is room, and the sessions around the cursor."""
        view = self.view
        if not isinstance(view, SessionsView):
            return ()
        if not view.sessions:
            said = "Reading…" if view.is_reading else "No session is at work."
            return [(Piece(f" {said}", "muted"),)]
        has_head = self._has_head(height)
        self._page = page = max(1, height - has_head)
        if len(view.sessions) <= page:
            self._first = 0
        else:
            self._first = min(max(self._first, self.cursor - page + 1), self.cursor)
            self._first = min(self._first, len(view.sessions) - page)
        shown = view.sessions[self._first : self._first + page]
        rows = [
            _row(session, since, view, width, self._first + place == self.cursor)
            for place, (session, since) in enumerate(shown)
        ]
        return [_head(view.sessions[0][0], view, width), *rows] if has_head else rows

    def _has_head(self, height: int) -> bool:
        """Whether the columns are named: where that costs few sessions their row."""
        view = self.view
        return height >= 5 or (isinstance(view, SessionsView) and height > len(view.sessions))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return the lines that all sessions and their head need."""
        view = self.view
        return max(2, len(view.sessions) + 1) if isinstance(view, SessionsView) else 2

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._go_to(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is shown at once."""
        self._go_to(self.cursor + pages * self._page)

    def action_edge(self, is_end: bool) -> None:
        """Move the cursor to the first or the last session."""
        self._go_to(10**9 if is_end else 0)

    def action_open(self) -> None:
        """Ask for the session under the cursor."""
        view = self.view
        if isinstance(view, SessionsView) and view.sessions:
            self.post_message(self.Opened(view.sessions[self.cursor][0].session))

    def _go_to(self, place: int) -> None:
        view = self.view
        if isinstance(view, SessionsView):
            self.cursor = max(0, min(place, len(view.sessions) - 1))
            self._chosen = view.sessions[self.cursor][0].session if view.sessions else ""

    def on_click(self, event: events.Click) -> None:
        """Move to the row clicked; a click on the cursor opens."""
        at = event.get_content_offset(self)
        view = self.view
        if at is None or not isinstance(view, SessionsView):
            return
        place = self._first + at.y - self._has_head(self.size.height)
        if not 0 <= place < len(view.sessions):
            return
        if place == self.cursor:
            self.action_open()
        self._go_to(place)

    def on_mouse_scroll_down(self) -> None:
        """Move down with the wheel."""
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        """Move up with the wheel."""
        self.action_move(-1)


class _Cell(NamedTuple):
    name: str
    width: int
    text: str
    ink: str = "plain"
    is_left: bool = False


def _fixed_cells(session: SessionNow, since: str, view: SessionsView, width: int) -> list[_Cell]:
    """Return the columns right of project and model, as many as the width has room for."""
    figures = session.figures
    is_tight = width < 100
    cost = _Cell("cost", 9 if is_tight else 10, fmt.dollars(figures.cost, bool(figures.unpriced)))
    tokens = _Cell("tokens", 9, fmt.tokens(figures.tokens.total))
    main, other = (cost, tokens) if view.by == "cost" else (tokens, cost)
    rate = (
        f"{fmt.dollars(session.cost_per_hour, bool(figures.unpriced))}/h"
        if view.by == "cost"
        else f"{fmt.tokens(round(session.tokens_per_minute))}/min"
    )
    made = [_Cell("rate", 10, rate), main._replace(ink="bold")]
    if view.has_agents:
        title = f" {fmt.plain(title_of(session.agent))}"
        made.insert(0, _Cell("agent", 12 if is_tight else 13, title, is_left=True))
    if view.has_machines:
        names = f" {first_of(session.figures.machines, 11)}"
        made.insert(int(view.has_agents), _Cell("machine", 12, names, "muted", is_left=True))
    if width >= 60:
        share = session.context_share
        filled = "" if share is None else fmt.percent(share)
        made.insert(
            view.has_agents + view.has_machines,
            _Cell("ctx", 5 if is_tight else 6, "?" if session.is_compacted else filled, "muted"),
        )
    if not is_tight:
        made += [other, _Cell("resp.", 7, fmt.tokens_exact(figures.responses), "muted")]
    if width >= 150:
        made += [
            _Cell("out", 9, fmt.tokens(figures.tokens.output), "muted"),
            _Cell("cache read", 12, fmt.tokens(figures.tokens.cache_read), "muted"),
            _Cell("id", 11, _id_of(session, view), "muted"),
        ]
    if not is_tight:
        made.append(_Cell("last", 9, since, "muted"))
    made.append(_state_cell(session, since, width))
    return _with_room_for_names(made, width)


def _state_cell(session: SessionNow, since: str, width: int) -> _Cell:
    """Say whether a session is at work; where it has no column of its own, since when not."""
    is_busy = session.state == "busy" if session.state else session.is_busy
    if width < 70:
        return _Cell("  state", 8, "  ● busy" if is_busy else "  ○ idle", _state_ink(is_busy), True)
    agents = f" +{session.sub_agents} sub" if session.sub_agents else ""
    idle = "○ idle" if width >= 100 else f"○ {since}"
    text = f"  ● busy{agents}" if is_busy else f"  {idle}"
    return _Cell("  state", 15 if width < 100 else 16, text, _state_ink(is_busy), True)


def _state_ink(is_busy: bool) -> str:
    return "fine" if is_busy else "muted"


def _with_room_for_names(made: list[_Cell], width: int) -> list[_Cell]:
    """Leave out the least columns until names and models have the cells they are known by.

    The models' own column is the last to go but for the two that nothing else tells.
    """
    for name in _LEAST_FIRST:
        wanted = _LEAST_NAME + (0 if name in ("ctx", "rate") else _LEAST_MODEL)
        if width - 2 - sum(cell.width for cell in made) >= wanted:
            break
        made = [cell for cell in made if cell.name != name]
    return made


def _name_widths(width: int, fixed: int) -> tuple[int, int]:
    """Share what the fixed columns leave between the name and the models; the name comes first."""
    free = max(8, width - 2 - fixed)
    model = min(40, free - _LEAST_NAME, max(_LEAST_MODEL, free // 3))
    return (free, 0) if model < _LEAST_MODEL else (free - model, model)


def _head(first: SessionNow, view: SessionsView, width: int) -> Line:
    made = _fixed_cells(first, "", view, width)
    project, model = _name_widths(width, sum(cell.width for cell in made))
    names = [
        fmt.fit(
            f" {c.name}" if c.name in ("agent", "machine") else c.name,
            c.width,
            "left" if c.is_left else "right",
        )
        for c in made
    ]
    text = f"  {fmt.fit('session', project)}{fmt.fit('model', model)}{''.join(names)}"
    return (Piece(text, "muted"),)


def _name(session: SessionNow, view: SessionsView, width: int, has_id: bool) -> Line:
    """Name a session by its project and, in what room is left, its title or what tells it apart."""
    project = _project_of(session)
    alike = [each for each, _ in view.sessions if _project_of(each) == project]
    room = width - cell_len(project) - 2
    title = fmt.plain(session.title)
    is_only = has_id or not any(
        each is not session and each.title == session.title for each in alike
    )
    if title and room >= _LEAST_TITLE and is_only:
        titles = {fmt.plain(each.title) for each in alike}
        return (Piece(f"{project}  "), Piece(fmt.fit_apart(title, room, titles), "muted"))
    others = {_project_of(each) for each, _ in view.sessions}
    if len(alike) == 1 or has_id:
        return (Piece(fmt.fit_apart(project, width, others)),)
    head = fmt.fit_apart(project, max(1, width - _ID - 2), others).rstrip()
    return (Piece(f"{head}  "), Piece(_id_of(session, view), "muted"))


def _id_of(session: SessionNow, view: SessionsView) -> str:
    """Return so much of a session's id as tells it from the others."""
    ids = {fmt.plain(each.session) for each, _ in view.sessions}
    return fmt.fit_apart(fmt.plain(session.session), _ID, ids, "")


def _project_of(session: SessionNow) -> str:
    return fmt.plain(session.project) or "no project"


def _row(session: SessionNow, since: str, view: SessionsView, width: int, has_cursor: bool) -> Line:
    """Say one session in one line; the cursor is a mark as well as a colour."""
    made = _fixed_cells(session, since, view, width)
    project, model = _name_widths(width, sum(cell.width for cell in made))
    models = names_of_models(session.models, model - 1)
    pieces = [
        Piece("▸ " if has_cursor else "  "),
        *padded(_name(session, view, project - 1, any(c.name == "id" for c in made)), project - 1),
        Piece(" "),
        Piece(fmt.fit(models, model - 1) + " " if model else "", "muted"),
    ]
    for cell in made:
        text = fmt.fit(cell.text, cell.width, "left" if cell.is_left else "right")
        pieces.append(Piece(text, cell.ink))
    line = padded(tuple(pieces), width)
    return tuple(piece._replace(ink="cursor") for piece in line) if has_cursor else line
