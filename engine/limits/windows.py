"""Limit windows as they stand: per window one basis, the best there is (SPEC §9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.hits import FIVE_HOUR, SPEND_LIMIT
from engine.domain.levels import Levels, level_of, level_of_estimate
from engine.domain.limit_windows import (
    ESTIMATES,
    Forecast,
    HitNow,
    Spend,
    WindowNow,
    WindowSource,
    WindowState,
)
from engine.domain.owners import NOBODY, UNKNOWN
from engine.domain.snapshots import Limit
from engine.domain.times import HOUR
from engine.limits.estimate import LimitBasis
from engine.limits.forecast import forecast_local, forecast_official, no_forecast, pace_of
from engine.limits.known import Key, Known, official, several_owners, true_window
from engine.limits.labels import basis_of, label_of
from engine.limits.marks import Mark
from engine.limits.readings import known_length

FLOOR_AFTER = HOUR
"""An official figure that is older says no more than that at least so much is used."""

_NONE_RUNS = "no window is running", "no window is running: the next response begins one"

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
    hits: Mapping[Key, HitNow],
    local: LocalUse,
    basis: tuple[LimitBasis, WindowSource],
    now: int,
    levels_of: LevelsOf,
) -> tuple[WindowNow, ...]:
    """Return the 5-hour window and all that official sources name, in any order.

    Those that are over are gone, and so is a 5-hour window that nobody uses. `local` and
    `basis` are this machine's use of the 5-hour window, and what it is held against where no
    official source says how much the owner who answered last has used.
    """
    marks = official(known, now)
    keys = {*marks, *hits}
    made = [
        official_window(known, marks.get(key), hits.get(key), key, now, levels_of)
        for key in sorted(keys)
    ]
    own = {(known.present, FIVE_HOUR), (UNKNOWN, FIVE_HOUR)}
    is_idle = local.window is None and basis[0].value is None
    if is_idle and own & known.marks.keys():
        basis = LimitBasis("none", basis[0].unit, None, *_NONE_RUNS), "none"
        is_idle = False
    if not own & keys and not (is_idle and keys):
        made.append(local_window(FIVE_HOUR, basis, local, now, levels_of, known.present))
    named = several_owners([*keys, (known.present, FIVE_HOUR)], known)
    return tuple(
        replace(each, owner_name=known.names.get(each.owner, "")) if each.owner in named else each
        for each in made
    )


def official_window(
    known: Known,
    mark: Mark | None,
    hit: HitNow | None,
    key: Key,
    now: int,
    levels_of: LevelsOf,
) -> WindowNow:
    """Return a window from its youngest answer, or from the message that its limit is hit."""
    owner, window = key
    share = mark.share if mark is not None else 1.0
    end = mark.resets_at if mark is not None else None
    source: WindowSource = mark.source if mark is not None else "hit"
    captured = mark.captured_at if mark is not None else now
    if hit is not None:
        end = hit.resets_at or end
        if mark is None or share < 1.0:
            share, source, captured = 1.0, "hit", hit.since
    start = _start_of(known, window, end, now)
    begun = (mark.early.time, mark.early.share) if mark is not None and mark.early else None
    age = max(now - captured, 0)
    state = _state_of(known, key, share, hit, age)
    return WindowNow(
        owner=owner,
        state=state,
        begun_at=max(start or 0, begun[0]) if begun is not None else start,
        begun_share=begun[1] if begun is not None and begun[0] > (start or 0) else 0.0,
        spend=_spend_of(known, owner, now) if state == "extra usage" else None,
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
        elapsed_share=elapsed_of(start, end, now),
        level="reached" if hit is not None else level_of(share, levels_of(window)),
        forecast=_official_forecast(mark, share, (start, end), begun, now, state),
        hit=hit,
    )


def _state_of(known: Known, key: Key, share: float, hit: HitNow | None, age: int) -> WindowState:
    """Say how an official window stands."""
    if hit is not None:
        return "extra usage" if hit.is_extra_usage else "hit"
    if share >= 1.0 and key in known.passed:
        return "extra usage"
    return "last known" if age > FLOOR_AFTER else "open"


def _spend_of(known: Known, owner: str, now: int) -> Spend | None:
    """Return what is spent beyond the plan, where a source says it."""
    mark = official(known, now).get((owner, SPEND_LIMIT))
    return Spend(mark.share, mark.resets_at) if mark is not None else None


def local_window(
    window: str,
    against: tuple[LimitBasis, WindowSource],
    local: LocalUse,
    now: int,
    levels_of: LevelsOf,
    owner: str = NOBODY,
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
    is_estimate = source in ESTIMATES
    return WindowNow(
        owner=owner,
        state="unknown" if share is None else "open",
        begun_at=start,
        usual_multiple=share if is_estimate else None,
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
        elapsed_share=elapsed_of(start, end, now),
        level=(level_of_estimate if is_estimate else level_of)(share, levels_of(window)),
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


def elapsed_of(start: int | None, end: int | None, now: int) -> float | None:
    """Return the part of a window that has gone, where its ends are known."""
    if start is None or end is None or end <= start:
        return None
    return min(max(now - start, 0) / (end - start), 1.0)


def _official_forecast(
    mark: Mark | None,
    share: float,
    bounds: tuple[int | None, int | None],
    begun: tuple[int, float] | None,
    now: int,
    state: WindowState,
) -> Forecast:
    start, end = bounds
    is_hit = state == "hit"
    if start is None or end is None:
        return Forecast("none", "no forecast: its reset is not known", is_frozen=is_hit)
    if state == "last known":
        return no_forecast(
            share, (start, end), now, "no forecast: nothing is known of the last hour"
        )
    steps = mark.steps if mark is not None else ()
    if is_hit or not steps:
        pace, word = pace_of(share, (start, end), now)
        frozen = Forecast("official", "its limit is reached", is_frozen=is_hit, pace=pace)
        return replace(
            frozen, pace_word=word, share_at_reset=share, share_low=share, share_high=share
        )
    return forecast_official(steps, (start, end), now, begun)


def limit_of(windows: Iterable[WindowNow], present: str) -> Limit:
    """Return the 5 hours of the owner who answered last as one limit: the same figures."""
    of_kind = [each for each in windows if each.window.partition(":")[0] == FIVE_HOUR]
    own = [each for each in of_kind if each.owner in (present, UNKNOWN)]
    window = next(iter(own or of_kind), None)
    if window is None:
        reason = "no limit window of 5 hours is known"
        return Limit(
            "none", "no limit known", "tokens", None, None, None, None, "fine", None, reason
        )
    return Limit(
        source=window.source,
        label=window.basis,
        unit=window.unit,
        value=window.limit,
        used=window.used,
        used_share=window.used_share,
        projected_share=window.forecast.share_at_reset,
        level=window.level,
        reached_at=window.forecast.reaches_at,
        reason=window.reason,
    )
