"""The top line: whose figures, what time it is, how fresh they are."""

from __future__ import annotations

from msgspec import Struct

from engine.agents.names import title_of
from engine.domain.responses import CLAUDE
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import OneLine
from tui.words import format as fmt
from tui.words.lines import Line, Piece, cells, ends

_QUIET_AFTER = 120_000


class HeaderView(Struct, frozen=True):
    """What the header shows."""

    now: int
    zone: str
    word: str
    ink: str
    is_demo: bool
    plan: str = ""
    agent: str = ""
    """The coding agent that alone is shown, if one is."""
    machines: int = 1
    database: str = ""
    """The database that is watched in place of this machine."""


def header_view(
    snapshot: Snapshot, *, is_paused: bool, is_demo: bool, agent: str = ""
) -> HeaderView:
    """Take from a snapshot what the header shows; the word says how fresh all is."""
    word, ink = _freshness(snapshot)
    if is_paused:
        word, ink = "‖ PAUSED", "high"
    # Of several accounts each row names its own.
    has_one = not any(window.owner_name for window in snapshot.windows)
    plan = fmt.plain(snapshot.plan) if has_one else ""
    shown = agent or ("" if snapshot.agent == CLAUDE else snapshot.agent)
    alone = fmt.plain(title_of(shown)) if shown else ""
    machines = max(len(snapshot.machines), 1)
    return HeaderView(
        snapshot.generated_at,
        snapshot.zone,
        word,
        ink,
        is_demo,
        plan,
        alone,
        machines,
        fmt.plain(snapshot.database),
    )


def _freshness(snapshot: Snapshot) -> tuple[str, str]:
    if any(notice.severity == "error" for notice in snapshot.notices):
        return "! trouble", "critical"
    if snapshot.state == "reading":
        share = snapshot.progress.share if snapshot.progress else 0.0
        return f"◌ reading {fmt.percent(share)}", "second"
    if snapshot.last_response is None:
        return "○ waiting", "muted"
    age = snapshot.generated_at - snapshot.last_response
    if age < _QUIET_AFTER:
        return "● live", "fine"
    return f"○ quiet for {fmt.duration(age)}", "muted"


class Header(OneLine):
    """One line; only the seconds of its clock change."""

    def line(self, width: int) -> Line:
        """Return the line; what is tight goes from the clock's left."""
        view = self.view
        name: Line = (Piece(" ccmon live", "bold"),)
        if isinstance(view, HeaderView) and view.agent:
            name += (Piece(f" · {view.agent} alone", "accent"),)
        if not isinstance(view, HeaderView):
            return (*name, Piece(" · this machine", "muted"))
        machines = "this machine" if view.machines == 1 else f"{view.machines} machines"
        machines = view.database or machines
        place = " · demo, made-up figures" if view.is_demo else f" · {machines}"
        if view.plan:
            place = f" · {view.plan}{place}"
        moment = fmt.moment_of(view.now, view.zone)
        fresh = Piece(f"{view.word} ", view.ink)
        day = Piece(f"{moment:%a} {moment.day} {moment:%b}  ", "muted")
        minute, second = Piece(f"{moment:%H:%M}"), Piece(f":{moment:%S} ", "muted")
        zone = Piece(f"{moment:%Z}   ", "muted")
        for right in ((day, minute, second, zone, fresh), (minute, second, fresh), (fresh,)):
            left: Line = (*name, Piece(place, "muted"))
            if cells(left) + cells(right) < width:
                return ends(left, right, width)
        return ends(name, (fresh,), width)
