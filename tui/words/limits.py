"""Limit windows in the words of pages and lines: shares, ages, resets, forecasts, pace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from engine.domain.levels import Level
from engine.domain.limit_windows import OFFICIAL, Forecast, HitNow, WindowNow
from engine.domain.owners import is_of_store
from engine.domain.times import DAY, MINUTE
from tui.words.format import ago, clock, dollars, duration, moment_of, percent, plain, tokens

_HALF_DAY = DAY // 2
_OWN = ("given", "budget", "provider")
"""Sources of limits that the user set, here or with a provider."""
_MANY = 9.95
"""How many times the usual are said without a fraction."""

Outlook = Literal["hit", "extra usage", "runs out", "past usual", "may run out", "lasts", ""]
"""What becomes of a window in a word; empty where nothing is foreseen."""

LEVEL_WORDS: dict[Level, str] = {
    "fine": "fine",
    "half": "half used",
    "high": "high",
    "critical": "critical",
    "reached": "reached",
}

EXACT_STEP = "ccmon statusline --install makes limits exact."
"""The one step that makes limits exact."""


def exact_step(windows: Sequence[WindowNow]) -> str:
    """Return what makes limits exact, empty where it would not.

    So it is where any percentage of Claude Code's is official, and where all there are windows
    of are other agents' stores.
    """
    own = [window for window in windows if not is_of_store(window.owner)]
    is_exact = any(window.source in OFFICIAL and window.source != "hit" for window in own)
    return "" if is_exact or (windows and not own) else EXACT_STEP


def outlook_of(window: WindowNow) -> Outlook:
    """Return what becomes of a window: bars and words are coloured by it."""
    forecast = window.forecast
    if window.hit is not None and not window.hit.is_extra_usage:
        return "hit"
    if window.state == "extra usage":
        return "extra usage"
    if is_estimated(window) and (window.used_share or 0.0) >= 1:
        return "past usual"
    if forecast.reaches_at is not None:
        return "past usual" if is_estimated(window) else "runs out"
    if _is_passed(window):
        return "runs out"
    if forecast.share_at_reset is None:
        return ""
    return "may run out" if (forecast.share_high or 0.0) >= 1 else "lasts"


def _is_passed(window: WindowNow) -> bool:
    """Whether a limit that the user set is used up: work goes on beyond it."""
    return window.source in _OWN and (window.used_share or 0.0) >= 1


def is_estimated(window: WindowNow) -> bool:
    """Whether a window's limit is only what is usual: nothing of it is ever hit."""
    return window.source not in OFFICIAL and window.source not in (*_OWN, "none")


def usual_text(window: WindowNow) -> str:
    """Return how much of an estimate is used: `54%`, from all of it on `3.9 ×`."""
    return _beside_usual(window.usual_multiple or window.used_share or 0.0)


def _beside_usual(times: float) -> str:
    if times < 1:
        return percent(times)
    return f"{times:.0f} ×" if times >= _MANY else f"{times:.1f} ×"


def beside_usual_text(window: WindowNow) -> str:
    """Say how much of an estimate is used: `54% of your usual`, `3.9 × your usual`."""
    used = usual_text(window)
    return f"{used}{' of' if used.endswith('%') else ''} your usual"


def share_text(window: WindowNow) -> str:
    """Return the used share such as `42%`, `≥ 42%` where it may be more, `?` where unknown."""
    if window.used_share is None:
        return "?"
    return f"{'≥ ' if window.is_floor else ''}{percent(window.used_share)}"


def amount_text(window: WindowNow) -> str:
    """Say what is used of what, where the window counts tokens or money."""
    if window.used is None or window.unit == "percent":
        return ""
    show, unit = (dollars, "") if window.unit == "cost" else (tokens, " tokens")
    limit = f" of {show(window.limit)}" if window.limit is not None else ""
    return f"{show(window.used)}{limit}{unit}{'' if limit else ' used'}"


def source_text(window: WindowNow) -> str:
    """Return where all figures of a window come from, and how old that is."""
    age = "" if window.age is None else f" · {age_text(window.age)}"
    return f"{plain(window.basis)}{age}"


def age_text(milliseconds: int) -> str:
    """Say how old a figure is, not to the second."""
    return "now" if milliseconds < MINUTE else ago(milliseconds)


def left_text(time: int, now: int) -> str:
    """Say how long it is until a time, not to the second."""
    return "<1m" if time - now < MINUTE else duration(time - now)


def when(time: int, now: int, zone: str) -> str:
    """Return the clock of a time within twelve hours or on this day, else the day with it."""
    moment, other = moment_of(time, zone), moment_of(now, zone)
    days = (moment.date() - other.date()).days
    if days == 0 or 0 <= time - now < _HALF_DAY:
        return clock(time, zone)
    day = f"{moment:%a}" if abs(days) < 7 else f"{moment.day} {moment:%b}"
    return f"{day} {clock(time, zone)}"


def hit_text(hit: HitNow, now: int, zone: str) -> str:
    """Say which limit is hit and until when."""
    what = "Extra usage is in use beyond" if hit.is_extra_usage else "The limit is hit:"
    if hit.resets_at is None:
        until = "until a response succeeds"
    else:
        until = f"reset {when(hit.resets_at, now, zone)}, in {left_text(hit.resets_at, now)}"
    return f"{what} {name_text(hit)} · {until} · since {when(hit.since, now, zone)}"


def forecast_text(window: WindowNow, now: int, zone: str) -> str:
    """Say what becomes of a window, with its range; empty where nothing is foreseen."""
    forecast, end = window.forecast, window.resets_at
    what = "more than usual" if is_estimated(window) else "limit"
    if window.state == "extra usage":
        return "beyond the limit, on extra usage" + _spend_text(window)
    if forecast.is_frozen and not window.is_gravest:
        return "used up until its reset"
    if forecast.is_frozen:
        return "limit hit, nothing moves until the reset"
    if forecast.reaches_at is not None:
        before = ""
        if end is not None and end > forecast.reaches_at:
            before = f", {left_text(end, forecast.reaches_at)} before the reset"
        return f"{what} at {when(forecast.reaches_at, now, zone)}{_times(forecast, zone)}{before}"
    if forecast.share_at_reset is None:
        return ""
    then = f"~{then_text(window)} then{range_text(window, ' to ', '%')}"
    outlook = outlook_of(window)
    if _is_passed(window):
        return f"passed, {then}"
    if outlook == "past usual":
        return f"more than usual, {then}"
    if outlook != "may run out":
        return f"{what} not before the reset, {then}"
    first = forecast.earliest
    earliest = "" if first is None else f" (earliest {when(first, now, zone)})"
    return f"{what} probably not before the reset{earliest}, {then}"


def _spend_text(window: WindowNow) -> str:
    spend = window.spend
    return "" if spend is None else f", {percent(spend.share)} of its limit is spent"


def pace_text(window: WindowNow) -> str:
    """Say how far use is from even use, such as `6 points over pace`; beyond what is usual not."""
    forecast = window.forecast
    if forecast.pace is None or forecast.pace_word is None or outlook_of(window) == "past usual":
        return ""
    points = abs(round(forecast.pace * 100))
    if not points or forecast.pace_word == "on":
        return "on pace"
    return f"{points} point{'' if points == 1 else 's'} {forecast.pace_word} pace"


def name_text(of: WindowNow | HitNow) -> str:
    """Return what a window is called, with its owner where there are several."""
    return f"{plain(of.label)} · {plain(of.owner_name)}" if of.owner_name else plain(of.label)


def window_line(window: WindowNow, now: int, zone: str) -> str:
    """Say in one line how a window stands and what becomes of it."""
    used = beside_usual_text(window) if is_estimated(window) else share_text(window)
    parts = [name_text(window), used if window.used_share is not None else plain(window.reason)]
    if window.state in ("hit", "extra usage", "last known"):
        parts.append(window.state)
    if window.resets_at is not None:
        end = f"resets {when(window.resets_at, now, zone)}"
        parts.append(f"{end} in {left_text(window.resets_at, now)}")
    source = source_text(window)
    parts += [forecast_text(window, now, zone), "" if window.reason.startswith(source) else source]
    return " · ".join(part for part in parts if part)


def window_notes(window: WindowNow, now: int, zone: str) -> Iterator[str]:
    """Yield what stands below a window: its source, and what becomes of it."""
    source, reason = source_text(window), plain(window.reason)
    told = "" if reason.startswith(source) else source
    yield from filter(None, (" · ".join(filter(None, (told, amount_text(window)))), reason))
    said = forecast_text(window, now, zone)
    basis = plain(window.forecast.basis_label) if said and not window.forecast.is_frozen else ""
    pace = pace_text(window)
    if said or pace:
        yield " · ".join(part for part in (said, pace, basis) if part)


def _times(forecast: Forecast, zone: str) -> str:
    """Say between which times a limit is reached; `later` is after the reset."""
    at, earliest, latest = forecast.reaches_at, forecast.earliest, forecast.latest
    if at is None or earliest is None:
        return ""
    first = when(earliest, at, zone)
    last = "later" if latest is None else when(latest, at, zone)
    return "" if first == last else f" ({first} to {last})"


def then_text(window: WindowNow) -> str:
    """Return the share foreseen for a window's end, of an estimate beside what is usual."""
    share = window.forecast.share_at_reset or 0.0
    return _beside_usual(share) if is_estimated(window) else percent(share)


def range_text(window: WindowNow, to: str = "-", unit: str = "") -> str:
    """Say between which shares a forecast lies, such as ` (70-90)`, ` (1.2-3.4 ×)`."""
    low, high = window.forecast.share_low, window.forecast.share_high
    if low is None or high is None:
        return ""
    if is_estimated(window) and low >= 1:
        first, last = (_beside_usual(each).removesuffix(" ×") for each in (low, high))
        return "" if first == last else f" ({first}{to}{last} ×)"
    first, last = (percent(each).removesuffix("%") for each in (low, high))
    return "" if first == last else f" ({first}{to}{last}{unit})"
