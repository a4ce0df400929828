"""How things stand with the limits in one word, as scripts ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from engine.domain.hits import SPEND_LIMIT
from engine.domain.limit_windows import OFFICIAL, HitNow, WindowNow
from engine.domain.owners import UNKNOWN, is_of_store

Status = Literal["fine", "warning", "critical", "hit", "unknown"]

_IN_ORDER: tuple[Status, ...] = ("fine", "warning", "critical", "hit")


def status_of(windows: Iterable[WindowNow], hit: HitNow | None) -> tuple[Status, WindowNow | None]:
    """Return the gravest status, and the window that is in it: of several the first.

    `hit` is what stops work: a hit limit, or an official window that is used up. A limit or
    a budget of one's own, an estimate and a spend limit are at most `critical`. Of several owners
    it is the one who answered last, beside other agents' stores; what is only last known says
    nothing.
    """
    listed = [window for window in windows if window.state != "last known" or window.is_gravest]
    present = {window.owner for window in listed if window.is_gravest}
    if any(not is_of_store(owner) for owner in present):
        shown = (*present, UNKNOWN)
        listed = [
            window
            for window in listed
            if window.owner in shown
            or is_of_store(window.owner)
            or window.source in ("budget", "provider")
        ]
    if hit is not None:
        return "hit", next((each for each in listed if _is_in(hit, each)), None)
    gravest: WindowNow | None = None
    status: Status = "unknown"
    for window in listed:
        found = _status(window)
        if found is None:
            continue
        if status == "unknown" or _IN_ORDER.index(found) > _IN_ORDER.index(status):
            gravest, status = window, found
    return status, gravest


def _is_in(hit: HitNow, window: WindowNow) -> bool:
    return (window.owner, window.window) == (hit.owner, hit.window)


def _status(window: WindowNow) -> Status | None:
    """Return the status of one window, `None` where nothing is known of it."""
    if window.hit is not None:
        return "hit"
    if window.used_share is None:
        return None
    if window.state == "extra usage":
        return "critical"
    is_spent = window.window.partition(":")[0] == SPEND_LIMIT
    if window.level == "reached" and window.source in OFFICIAL and not is_spent:
        return "hit"
    if window.level in ("reached", "critical"):
        return "critical"
    is_heading = window.forecast.reaches_at is not None
    return "warning" if is_heading or window.level != "fine" else "fine"
