"""Limit windows as they stand: per window one basis, the best there is (SPEC §9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.levels import level_of
from engine.domain.limit_windows import Forecast, HitNow, WindowNow, WindowSource
from engine.domain.reports import Levels
from engine.domain.times import HOUR
from engine.limits.estimate import LimitBasis
from engine.limits.forecast import forecast_local, forecast_official, no_forecast, pace_of
from engine.limits.known import Known, official, true_window
from engine.limits.labels import basis_of, label_of
from engine.limits.readings import FIVE_HOUR, Reading, known_length

FLOOR_AFTER = HOUR
"""An official figure that is older says no more than that at least so much is used."""

Use = tuple[int, int, int]
"""When something was used, and how many tokens and pico-dollars."""
LevelsOf = Callable[[str], Levels]


class LocalUse(Struct, frozen=True):
    """What this machine used of a window."""

    window: tuple[int, int] | None
    """Start and end; `None` while none runs."""
    used: tuple[int, int] = (0, 0)
    """Tokens and pico-dollars."""
    uses: Callable[[], Sequence[Use]] = tuple


def windows_now(
    known: Known,
    hits: Mapping[str, HitNow],
    local: LocalUse,
    basis: tuple[LimitBasis, WindowSource],
    now: int,
    levels_of: LevelsOf,
) -> tuple[WindowNow, ...]:
    """Return the 5-hour window and all that official sources name, in any order.

    Those that are over are gone. `local` and `basis` are this machine's use of the 5-hour
    window, and what it is held against where no official source says how much is used.
    """
    readings = official(known, now)
    made = [
        official_window(known, readings.get(window), hits.get(window), window, now, levels_of)
        for window in {*readings, *hits}
    ]
    if FIVE_HOUR not in readings and FIVE_HOUR not in hits:
        made.append(local_window(FIVE_HOUR, basis, local, now, levels_of))
    return tuple(made)


def official_window(
    known: Known,
    reading: Reading | None,
    hit: HitNow | None,
    window: str,
    now: int,
    levels_of: LevelsOf,
) -> WindowNow:
    """Return a window from its best reading, or from the message that its limit is hit."""
    share = reading.used_share if reading is not None else 1.0
    end = reading.resets_at if reading is not None else None
    source: WindowSource = reading.source if reading is not None else "hit"
    captured = reading.captured_at if reading is not None else now
    if hit is not None:
        share, end, source, captured = max(share, 1.0), hit.resets_at or end, "hit", hit.since
    start = _start_of(known, window, end, now)
    age = max(now - captured, 0)
    return WindowNow(
        window=window,
        label=label_of(window),
        source=source,
        basis=basis_of(source),
        captured_at=captured,
        age=age,
        is_floor=hit is None and age > FLOOR_AFTER and share < 1.0,
        used_share=share,
        start=start,
        resets_at=end,
        elapsed_share=_elapsed(start, end, now),
        level="reached" if hit is not None else level_of(share, levels_of(window)),
        forecast=_official_forecast(known, window, share, (start, end), now, hit is not None),
        hit=hit,
    )


def local_window(
    window: str,
    against: tuple[LimitBasis, WindowSource],
    local: LocalUse,
    now: int,
    levels_of: LevelsOf,
) -> WindowNow:
    """Return a window from this machine's figures against a limit, if there is one."""
    basis, source = against
    place = 0 if basis.unit == "tokens" else 1
    used, limit = local.used[place], basis.value
    share = used / limit if limit else None
    start, end = local.window or (None, None)
    if local.window is None:
        forecast = Forecast("none", "no window is running")
    elif limit is None:
        forecast = no_forecast(None, local.window, now, "no limit known")
    else:
        points = [(use[0], use[1 + place]) for use in local.uses()]
        forecast = forecast_local(points, used, limit, local.window, now)
    return WindowNow(
        window=window,
        label=label_of(window),
        source=source,
        basis=basis.label,
        used_share=share,
        used=used,
        limit=limit,
        unit=basis.unit,
        start=start,
        resets_at=end,
        elapsed_share=_elapsed(start, end, now),
        level=level_of(share, levels_of(window)),
        forecast=forecast,
        reason=basis.reason,
    )


def _start_of(known: Known, window: str, end: int | None, now: int) -> int | None:
    """Return when a window began: its length before its end, where both are known."""
    if window == FIVE_HOUR and end is None:
        anchor = true_window(known, now)
        return anchor.start if anchor is not None and anchor.kind != "estimated" else None
    length = known_length(window)
    return end - length if end is not None and length is not None else None


def _elapsed(start: int | None, end: int | None, now: int) -> float | None:
    if start is None or end is None or end <= start:
        return None
    return min(max(now - start, 0) / (end - start), 1.0)


def _official_forecast(
    known: Known,
    window: str,
    share: float,
    bounds: tuple[int | None, int | None],
    now: int,
    is_hit: bool,
) -> Forecast:
    start, end = bounds
    if start is None or end is None:
        return Forecast("none", "no forecast: its reset is not known", is_frozen=is_hit)
    readings = [each for each in known.readings if each.window == window]
    forecast = forecast_official(readings, start, end, now, is_hit)
    if forecast is not None:
        return forecast
    if not is_hit and share < 1.0:
        return no_forecast(share, (start, end), now, "no forecast yet: under 3 readings")
    pace, word = pace_of(share, (start, end), now)
    frozen = Forecast("official", "its limit is reached", is_frozen=True, pace=pace, pace_word=word)
    return replace(frozen, share_at_reset=share, share_low=share, share_high=share)
