"""What is known of limits beside this machine's figures: readings, hits, a pin, what was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from engine.aggregates.true_window import Anchor
from engine.domain.hits import Hit
from engine.domain.limit_windows import HitNow
from engine.domain.times import BLOCK_LENGTH, SECOND
from engine.ledger.limit_events import Told
from engine.limits.calibration import Calibration
from engine.limits.labels import label_of
from engine.limits.readings import FIVE_HOUR, Reading, best, known_length

_IN_FLIGHT = 15 * SECOND
"""Answers that were under way when a limit was hit still come; they are no success after it."""
_FALL = 0.02
"""A share without a reset that falls by more is that of another window."""


class Known(Struct, frozen=True):
    """What official sources, the user and the ledger say of limits, as of a look at them."""

    revision: int = 0
    """Grows with every change."""
    readings: tuple[Reading, ...] = ()
    """Of the present account, by the times they were first and last given, oldest first."""
    hits: tuple[Hit, ...] = ()
    """Of the last days, oldest first."""
    pinned: int | None = None
    """When the 5-hour window ends by what the user says."""
    plan: str = ""
    told: tuple[Told, ...] = ()
    """The newest events, newest first."""
    calibration: Calibration | None = None


def of_present_account(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings of the account that was seen last, oldest first.

    Those that name no account are its own since another was seen last. The desktop app may be
    signed in elsewhere: it decides only where nobody else names an account. Of shares without a
    reset those count that are of the window that is running as far as they and the others tell.
    Other agents' accounts are their own.
    """
    of_all = sorted(readings, key=lambda reading: reading.captured_at)
    others = [reading for reading in of_all if reading.source == "agent"]
    in_order = [reading for reading in of_all if reading.source != "agent"]
    named = [reading for reading in in_order if reading.account]
    deciding = [reading for reading in named if reading.source != "desktop"] or named
    if deciding:
        present = deciding[-1].account
        before = [each.captured_at for each in deciding if each.account != present]
        since = max(before, default=0)
        in_order = [
            reading
            for reading in in_order
            if reading.account == present or (not reading.account and reading.captured_at > since)
        ]
    return _without_strays(sorted([*in_order, *others], key=lambda each: each.captured_at))


def _without_strays(in_order: Iterable[Reading]) -> tuple[Reading, ...]:
    """Leave out shares without a reset that later ones fell from: those of an earlier window."""
    fell: dict[str, int] = {}
    last: dict[str, float] = {}
    readings = tuple(in_order)
    for reading in readings:
        if reading.resets_at is None:
            if reading.used_share < last.get(reading.window, 0.0) - _FALL:
                fell[reading.window] = reading.captured_at
            last[reading.window] = reading.used_share
    return tuple(
        reading
        for reading in readings
        if reading.resets_at is not None or reading.captured_at >= fell.get(reading.window, 0)
    )


def official(known: Known, now: int) -> dict[str, Reading]:
    """Return per window the official reading that holds now.

    One without a reset is of the window that is running only if no reset came after it.
    """
    ended: dict[str, int] = {}
    for reading in known.readings:
        end = reading.resets_at
        if end is not None and end <= now:
            ended[reading.window] = max(ended.get(reading.window, 0), end)
    return best(
        (
            reading
            for reading in known.readings
            if reading.resets_at is not None or reading.captured_at >= ended.get(reading.window, 0)
        ),
        now,
    )


def true_window(known: Known, now: int) -> Anchor | None:
    """Return the 5-hour window as an official source has it, else as the user says.

    Where none is known to run, but when the last one ended: no response before is of the next.
    """
    reading = official(known, now).get(FIVE_HOUR)
    end = reading.resets_at if reading is not None else None
    captured = reading.captured_at if reading is not None and end is not None else 0
    for hit in known.hits:
        if hit.window == FIVE_HOUR and hit.resets_at is not None and hit.time > captured:
            end, captured = hit.resets_at, hit.time
    if end is not None and end - BLOCK_LENGTH <= now < end:
        return Anchor(end - BLOCK_LENGTH, end, "official")
    if known.pinned is not None and known.pinned - BLOCK_LENGTH <= now < known.pinned:
        return Anchor(known.pinned - BLOCK_LENGTH, known.pinned, "pinned")
    ended = _last_end(known, now)
    return Anchor(ended, ended + 2 * BLOCK_LENGTH, "estimated") if ended is not None else None


def next_turn(known: Known, now: int) -> int:
    """Return until when the true window stays as it is now, unless more is known by then."""
    ends = [each.resets_at for each in known.readings if each.window == FIVE_HOUR]
    ends += [hit.resets_at for hit in known.hits if hit.window == FIVE_HOUR]
    ends.append(known.pinned)
    turns = [
        moment
        for end in {end for end in ends if end is not None}
        for moment in (end - BLOCK_LENGTH, end, end + 2 * BLOCK_LENGTH)
    ]
    lapses = [
        each.captured_at + BLOCK_LENGTH
        for each in known.readings
        if each.window == FIVE_HOUR and each.resets_at is None
    ]
    return min((turn for turn in (*turns, *lapses) if turn > now), default=1 << 62)


def _last_end(known: Known, now: int) -> int | None:
    """Return when the last 5-hour window ended that is known to have run."""
    ends = [each.resets_at for each in known.readings if each.window == FIVE_HOUR]
    ends += [hit.resets_at for hit in known.hits if hit.window == FIVE_HOUR]
    ends.append(known.pinned)
    past = [end for end in ends if end is not None and now - 2 * BLOCK_LENGTH < end <= now]
    return max(past, default=None)


def hits_now(
    hits: Iterable[Hit], last_success: Callable[[str, int], int | None], now: int
) -> dict[str, HitNow]:
    """Return the limits that are hit now, by window.

    A hit lasts until its reset (without one as long as its window), or until a response
    succeeds that its window would refuse: `last_success` gives the newest such time after one.
    """
    found: dict[str, HitNow] = {}
    for hit in hits:
        end = hit.resets_at
        until = end if end is not None else hit.time + (known_length(hit.window) or BLOCK_LENGTH)
        if not hit.time <= now < until:
            continue
        if last_success(hit.window, hit.time + _IN_FLIGHT) is not None:
            continue
        earlier = found.get(hit.window)
        found[hit.window] = HitNow(
            window=hit.window,
            label=label_of(hit.window),
            since=earlier.since if earlier is not None else hit.time,
            resets_at=end if end is not None or earlier is None else earlier.resets_at,
            is_extra_usage=hit.is_extra_usage,
        )
    return found


def gravest(hits: Mapping[str, HitNow]) -> HitNow | None:
    """Return the hit that holds work up most: one of all models, and the latest reset."""
    return max(
        hits.values(),
        key=lambda hit: (":" not in hit.window, hit.resets_at or 0, hit.window),
        default=None,
    )
