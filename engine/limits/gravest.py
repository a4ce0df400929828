"""The order in which windows are listed, and which of them stands above all (SPEC §9)."""

from __future__ import annotations

from collections.abc import Container, Iterable

from msgspec.structs import replace

from engine.domain.hits import SPEND_LIMIT
from engine.domain.limit_windows import ESTIMATES, OFFICIAL, WindowNow
from engine.domain.owners import UNKNOWN, is_of_store
from engine.limits.labels import is_of_model, rank_of


def in_order(windows: Iterable[WindowNow], present: str) -> tuple[WindowNow, ...]:
    """Return windows as they are listed: by kind, the present owner's first; one is gravest.

    Of the owner who answered last, of the windows of all models: of those that are hit the one
    whose reset comes last, else the one foreseen to be reached first, else the fullest.
    """
    listed = sorted(
        windows,
        key=lambda each: (rank_of(each.window), each.owner not in (present, UNKNOWN), each.owner),
    )
    own = (present, UNKNOWN, _present_store(listed))
    top = max((each for each in listed if _may_stand_above(each, own)), key=_gravity, default=None)
    return tuple(replace(each, is_gravest=True) if each is top else each for each in listed)


def _present_store(windows: Iterable[WindowNow]) -> str | None:
    """Return the owner of another agent's store that answered last."""
    answers = [
        (window.captured_at, window.owner)
        for window in windows
        if is_of_store(window.owner) and window.captured_at is not None
    ]
    return max(answers)[1] if answers else None


def _may_stand_above(window: WindowNow, own: Container[str | None]) -> bool:
    return (
        window.owner in own
        and window.used_share is not None
        and (window.start is not None or window.source in OFFICIAL)
        and window.source not in ("budget", "provider")
        and window.window.partition(":")[0] not in (SPEND_LIMIT, "credits")
        and not is_of_model(window.window)
    )


def _gravity(window: WindowNow) -> tuple[object, ...]:
    """Return what puts one window above another; agents' own come after Claude Code's.

    So does what is only last known, and an estimate after what is as full: it is never reached.
    """
    reached = window.forecast.reaches_at
    is_estimate = window.source in ESTIMATES
    is_ahead = reached is not None and not is_estimate
    return (
        window.state != "last known",
        not is_of_store(window.owner),
        window.state == "hit",
        (window.resets_at or 0) if window.state == "hit" else 0,
        is_ahead,
        -(reached or 0) if is_ahead else 0,
        min(window.used_share or 0.0, 1.0),
        not is_estimate,
    )
