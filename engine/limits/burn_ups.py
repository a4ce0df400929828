"""How windows were used up so far, from the sources of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY
from engine.domain.limit_windows import OFFICIAL, BurnUp, UsePoint, WindowNow
from engine.domain.times import MINUTE
from engine.limits.known import Known
from engine.limits.windows import Use

_MOST_POINTS = 300


def burn_ups(
    known: Known, windows: Iterable[WindowNow], uses: Iterable[Use], now: int
) -> tuple[BurnUp, ...]:
    """Return the 5-hour window's and the week's; `uses` are this machine's in the 5 hours."""
    return tuple(
        BurnUp(
            window.window,
            window.start,
            window.resets_at,
            tuple(
                _official_points(known, window, now)
                if window.source in OFFICIAL
                else _local_points(window, uses, now)
            ),
            window.basis,
            window.owner,
        )
        for window in windows
        if window.window in (FIVE_HOUR, SEVEN_DAY)
        and window.used_share is not None
        and window.start is not None
        and window.resets_at is not None
    )


def _official_points(known: Known, window: WindowNow, now: int) -> Iterator[UsePoint]:
    """Yield each rise of the share with the moment before it, and now.

    They begin with the first answer that is known, or with the last early reset: what was
    before is not known, or is over.
    """
    start, share = window.start or 0, window.used_share or 0.0
    mark = known.marks.get((window.owner, window.window))
    highest, confirmed = -1.0, start
    for time, each in mark.steps if mark is not None else ():
        if not start <= time <= now:
            continue
        if each > highest:
            if highest >= 0 and confirmed > start:
                yield UsePoint(confirmed, highest)
            highest = each
            yield UsePoint(time, each)
        confirmed = time
    captured = window.captured_at
    if share > highest and captured is not None and confirmed < captured < now:
        if highest >= 0:
            yield UsePoint(captured, highest)
        yield UsePoint(captured, share)
    yield UsePoint(now, share)


def _local_points(window: WindowNow, uses: Iterable[Use], now: int) -> Iterator[UsePoint]:
    """Yield the start, this machine's use against the limit step by step, and now."""
    start, end, limit = window.start or 0, window.resets_at or 0, window.limit or 1
    place = 1 if window.unit == "tokens" else 2
    step = max((end - start) // _MOST_POINTS, MINUTE)
    yield UsePoint(start, 0.0)
    used, due, time = 0, start + step, start
    for use in uses:
        if use[0] > now:
            break
        if use[0] >= due:
            if used:
                yield UsePoint(time, used / limit)
            due = use[0] - (use[0] - start) % step + step
        used += use[place]
        time = use[0]
    if used and time < now:
        yield UsePoint(time, used / limit)
    yield UsePoint(now, window.used_share or 0.0)
