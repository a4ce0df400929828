"""The answer in one sentence: what is left of the gravest window, until when, and if it lasts."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.limit_windows import WindowNow
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.words import Basis, brief_label, day_and_clock
from tui.words import format as fmt
from tui.words.limits import (
    Outlook,
    age_text,
    beside_usual_text,
    exact_step,
    is_estimated,
    left_text,
    outlook_of,
    when,
)
from tui.words.lines import Line, Piece, cells, joined

EXACT = "exact: ccmon statusline --install"
"""The one step that makes limits exact."""


class HeroView(Struct, frozen=True):
    """What the sentence says, in whole minutes, so that it rests between.

    `left` is what counts most and stands at the left, `ahead` what is foreseen, `rest` what
    else there is to say where there is room.
    """

    left: tuple[Line, ...]
    ahead: tuple[Line, ...]
    rest: tuple[Line, ...]


def hero_view(snapshot: Snapshot) -> HeroView:
    """Take the answer from a snapshot."""
    now, zone = snapshot.generated_at, snapshot.zone
    window = gravest(snapshot)
    if window is None:
        return _without_limit(snapshot)
    rest = tuple(_other(each, window, now, zone) for each in _others(snapshot.windows, window))
    step: tuple[Line, ...] = ((Piece(EXACT, "accent"),),) if exact_step(snapshot.windows) else ()
    if window.used_share is None and snapshot.state == "reading":
        return _without_limit(snapshot)
    if window.used_share is None:
        return _unknown(window, now, zone, step, rest)
    if is_estimated(window):
        return HeroView(_estimated(window, now, zone, step), _ahead(window, now, zone), rest)
    return HeroView(_left(window, now, zone), _ahead(window, now, zone), rest)


def gravest(snapshot: Snapshot) -> WindowNow | None:
    """Return the window that stands above all, `None` where none is known."""
    known = [window for window in snapshot.windows if window.used_share is not None]
    chosen = next((window for window in known if window.is_gravest), None)
    return chosen or next(iter(known or snapshot.windows), None)


def _name(window: WindowNow) -> str:
    """Return a window's name, with its owner's where there are several."""
    owner = f" ({fmt.plain(window.owner_name)})" if window.owner_name else ""
    return fmt.plain(window.label) + owner


def _until(window: WindowNow, now: int, zone: str) -> Line:
    if window.resets_at is None:
        return ()
    clock = when(window.resets_at, now, zone)
    left = left_text(window.resets_at, now)
    return (Piece(" until "), Piece(clock, "bold"), Piece(f" ({left})"))


def _left(window: WindowNow, now: int, zone: str) -> tuple[Line, ...]:
    """Say the share that is left, or that nothing is."""
    share, name = window.used_share or 0.0, _name(window)
    outlook = outlook_of(window)
    if outlook == "hit":
        open_again: Line = (Piece(f" {name} used up ", "alarm"),)
        if window.resets_at is not None:
            open_again += (
                Piece(" open again "),
                Piece(when(window.resets_at, now, zone), "bold"),
                Piece(f" in {left_text(window.resets_at, now)}"),
            )
        return (open_again,)
    if share >= 1:
        spent = "" if window.spend is None else f" · {fmt.percent(window.spend.share)} of its limit"
        beyond = Piece(f" {name} used up, on extra usage{spent}", "high")
        return ((beyond, *_until(window, now, zone)),)
    left = f"{'≤ ' if window.is_floor else ''}{fmt.percent(1 - share)} left"
    is_old = window.is_floor or window.state == "last known"
    age: tuple[Line, ...] = ()
    if is_old:
        ago = "" if window.age is None else f" {age_text(window.age)}"
        age = ((Piece(f"last known{ago}", "muted"),),)
    line: Line = (
        Piece(f" {left}", _INKS[outlook]),
        Piece(f" of {name}"),
        *_until(window, now, zone),
    )
    return (line, *age)


def _others(windows: Sequence[WindowNow], gravest: WindowNow) -> list[WindowNow]:
    """Return the two gravest other windows, in the order in which they are listed."""
    known = [
        each
        for each in windows
        if each is not gravest
        and each.used_share
        and each.state != "last known"
        and each.source not in ("budget", "provider")
    ]
    outlooks = tuple(_INKS)
    by_gravity = sorted(
        known, key=lambda each: (outlooks.index(outlook_of(each)), -(each.used_share or 0.0))
    )
    return [each for each in known if each in by_gravity[:2]]


def _estimated(window: WindowNow, now: int, zone: str, step: tuple[Line, ...]) -> tuple[Line, ...]:
    """Say what is used beside what is usual; an estimate has no limit to be hit."""
    line: Line = (
        Piece(" ESTIMATE ", "muted"),
        Piece(beside_usual_text(window), "bold"),
        Piece(f" {_name(window)}"),
    )
    until = _until(window, now, zone)
    return (line, *step, *([(Piece("until "), *until[1:])] if until else []))


def _unknown(
    window: WindowNow, now: int, zone: str, step: tuple[Line, ...], rest: tuple[Line, ...]
) -> HeroView:
    parts: list[Line] = [(Piece(" No limit is known", "bold"),), *step]
    if window.resets_at is not None:
        parts.append((Piece("window"), *_until(window, now, zone)))
    return HeroView(tuple(parts), (), rest)


def _without_limit(snapshot: Snapshot) -> HeroView:
    if snapshot.state == "reading":
        return HeroView(((Piece(" Reading…", "muted"),),), (), ())
    said = "No window is open." if snapshot.block is None else "No limit is known."
    return HeroView(((Piece(f" {said}", "bold"),), (Piece(EXACT, "accent"),)), (), ())


_INKS: dict[Outlook, str] = {
    "hit": "alarm",
    "extra usage": "high",
    "runs out": "critical",
    "past usual": "half",
    "may run out": "half",
    "lasts": "fine",
    "": "bold",
}


def _ahead(window: WindowNow, now: int, zone: str) -> tuple[Line, ...]:
    """Say what is foreseen, the moment first, then how sure that is."""
    forecast, end, outlook = window.forecast, window.resets_at, outlook_of(window)
    ink = _INKS[outlook]
    if outlook == "past usual" and forecast.reaches_at is not None:
        at = day_and_clock(forecast.reaches_at, now, zone)
        return ((Piece("more than usual from ", ink), Piece(f"~{at}", ink)),)
    if outlook == "runs out" and forecast.reaches_at is not None:
        at = day_and_clock(forecast.reaches_at, now, zone)
        parts: list[Line] = [(Piece("runs out ", ink), Piece(f"~{at}", ink))]
        if end is not None and end > forecast.reaches_at:
            parts.append((Piece(f"{left_text(end, forecast.reaches_at)} early"),))
        if forecast.earliest is not None:
            earliest = day_and_clock(forecast.earliest, forecast.reaches_at, zone)
            parts.append((Piece("earliest ", "muted"), Piece(earliest)))
        return tuple(parts)
    if outlook in ("may run out", "lasts") and forecast.share_at_reset is not None:
        share = f"~{fmt.percent(forecast.share_at_reset)} at the reset"
        if outlook == "lasts":
            return ((Piece("lasts", ink), Piece(f": {share}", "muted")),)
        parts = [(Piece("probably lasts", ink),)]
        if forecast.earliest is not None:
            earliest = day_and_clock(forecast.earliest, now, zone)
            parts.append((Piece("earliest out ", "muted"), Piece(earliest)))
        return (*parts, (Piece(share, "muted"),))
    return ()


def _other(window: WindowNow, gravest: WindowNow, now: int, zone: str) -> Line:
    """Say another window in a few words, with its owner where that is another one."""
    is_other = window.owner_name and window.owner != gravest.owner
    owner = f" {fmt.plain(window.owner_name)}" if is_other else ""
    outlook = outlook_of(window)
    words = {
        "hit": "used up",
        "extra usage": "on extra usage",
        "runs out": "runs out",
        "past usual": "past usual",
        "may run out": "may run out",
        "lasts": "fine",
        "": "",
    }
    said = words[outlook]
    if outlook == "runs out" and window.forecast.reaches_at is not None:
        said = f"out {when(window.forecast.reaches_at, now, zone)}"
    share = Piece(f" {fmt.percent(window.used_share or 0)}", "bold")
    return (
        Piece(f"{brief_label(window)}{owner}"),
        share,
        Piece(f" {said}" if said else "", _INKS[outlook]),
    )


class HeroPane(SnapshotPane):
    """One sentence over the whole width; on two lines where it has no room on one."""

    def show(self, snapshot: Snapshot, by: Basis) -> None:  # noqa: ARG002
        """Show a snapshot."""
        self.view = hero_view(snapshot)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the sentence: what is left, what is foreseen, then the rest."""
        view = self.view
        if not isinstance(view, HeroView) or height < 1:
            return ()
        if height == 1:
            return (_one_line(view, width),)
        first = joined([*view.left, *view.rest], width, " · ")
        second = joined(
            [
                (Piece(" "), *part) if n == 0 else part
                for n, part in enumerate(view.ahead or view.rest)
            ],
            width,
            " · ",
        )
        return (first, second) if second else (first,)


def _one_line(view: HeroView, width: int) -> Line:
    """Set what is left at the left and the forecast at the right, as much as fits."""
    left = joined(view.left, width, " · ")
    for count in range(len(view.ahead) + len(view.rest), -1, -1):
        right = joined([*view.ahead, *view.rest][:count], width, " · ")
        if cells(left) + cells(right) + 3 <= width:
            gap = width - cells(left) - cells(right) - 1
            return (*left, Piece(" " * gap), *right) if right else left
    return left
