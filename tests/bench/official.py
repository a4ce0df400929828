"""Made-up official readings over replayed blocks, and how far forecasts from them were off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, median

from engine.domain.hits import FIVE_HOUR
from engine.domain.limit_windows import Forecast
from engine.domain.times import MINUTE
from engine.limits.forecast import forecast_official
from engine.limits.readings import Reading
from tests.bench.histories import History, Window

_PART_OF_LARGEST = 0.6
"""The limit, as a part of the set's largest block: some blocks reach it."""
_SEEN = 0.3
"""The chance of a response to be followed by a reading."""
_REPEATED = 12 * MINUTE
"""An idle session repeats what it knew about so often."""


@dataclass(frozen=True)
class _Case:
    moment: float
    share: float
    forecast: Forecast | None
    became: float
    reached_at: int | None
    end: int
    now: int

    @property
    def naive_share(self) -> float:
        return self.share / self.moment

    @property
    def naive_reach(self) -> int | None:
        """Return when the average so far reaches the limit."""
        if not self.share:
            return None
        elapsed = (self.end - self.now) * self.moment / (1 - self.moment)
        at = int(self.now + (1 - self.share) * elapsed / self.share)
        return at if at < self.end else None


def print_official(found: Iterable[History], moments: Sequence[float]) -> None:
    """Print how far forecasts from whole percentages, read now and then, were off."""
    cases = [case for history in found if history.is_held_out for case in _cases(history, moments)]
    known = [case for case in cases if case.forecast is not None]
    by_moment = {moment: [case for case in known if case.moment == moment] for moment in moments}
    print(
        "\n5-hour blocks, held-out sets: made-up official readings (whole percents, irregular)"
        f"\n  forecast in {len(known)} of {len(cases)} cases, the others have too few readings"
        f"\n  {'share at the reset':24}{'median':>8}{'mean':>8}{'in range':>10}   in points"
    )
    for moment, chosen in by_moment.items():
        for line in _share_lines(chosen) if chosen else ():
            print(f"  {moment:<5.0%}{len(chosen):>5} {line}")
    print(f"\n  {'limit reached':24}{'said':>8}{'right':>8}{'of':>10}{'minutes off':>14}")
    for moment, chosen in by_moment.items():
        for line in _limit_lines(chosen) if chosen else ():
            print(f"  {moment:<5.0%}{len(chosen):>5} {line}")


def _share_lines(cases: Sequence[_Case]) -> Iterator[str]:
    """Yield how far the share at the reset was off, by rule."""
    ours = [abs(_at_reset(case) - case.became) * 100 for case in cases]
    naive = [abs(case.naive_share - case.became) * 100 for case in cases]
    within = fmean(_is_within(case) for case in cases)
    yield f"{'forecast':13}{median(ours):>8.1f}{fmean(ours):>8.1f}{within:>10.0%}"
    yield f"{'so far':13}{median(naive):>8.1f}{fmean(naive):>8.1f}"


def _limit_lines(cases: Sequence[_Case]) -> Iterator[str]:
    """Yield how often a limit was said to be reached before the reset, and how often it was."""
    reached = sum(case.reached_at is not None for case in cases)
    for rule, reach in _REACHES.items():
        said = [(reach(case), case.reached_at) for case in cases if reach(case) is not None]
        right = sum(was is not None for _, was in said)
        yield f"{rule:13}{len(said):>8}{right:>8}{reached:>10}{_minutes_off(said):>14}"


def _minutes_off(pairs: Iterable[tuple[int | None, int | None]]) -> str:
    """Return the median of how far a time said was off, where the limit was reached."""
    off = [abs(said - was) / MINUTE for said, was in pairs if said is not None and was is not None]
    return f"{median(off):.0f}" if off else "-"


def _cases(history: History, moments: Sequence[float]) -> Iterator[_Case]:
    """Yield cases of blocks whose limit, in cost, was not reached by then."""
    most = max((sum(use.cost for use in block.uses) for block in history.blocks), default=0)
    limit = most * _PART_OF_LARGEST
    if not limit:
        return
    for block in history.blocks:
        readings = list(_readings(block, limit, Random(f"{history.name} {block.start}")))
        became = sum(use.cost for use in block.uses) / limit
        for moment in moments:
            now = block.start + int((block.end - block.start) * moment)
            known = [reading for reading in readings if reading.captured_at <= now]
            share = max((reading.used_share for reading in known), default=0.0)
            if 0 < share < 1:
                seen = forecast_official(known, block.start, block.end, now)
                reached = _reached(block, limit)
                yield _Case(moment, share, seen, became, reached, block.end, now)


def _readings(block: Window, limit: float, chance: Random) -> Iterator[Reading]:
    """Yield what a status line would have said: after some responses, and again while idle."""
    cost, share = 0, 0.0
    last = block.start
    for use in block.uses:
        while share and use.time - last > _REPEATED:
            last += _REPEATED
            yield Reading(FIVE_HOUR, share, block.end, last)
        cost += use.cost
        last = max(last, use.time)
        if chance.random() < _SEEN:
            share = min(round(cost / limit * 100) / 100, 1.0)
            yield Reading(FIVE_HOUR, share, block.end, use.time)
    while share and last + _REPEATED < block.end:
        last += _REPEATED
        yield Reading(FIVE_HOUR, share, block.end, last)


def _reached(block: Window, limit: float) -> int | None:
    cost = 0
    for use in block.uses:
        cost += use.cost
        if cost >= limit:
            return use.time
    return None


def _at_reset(case: _Case) -> float:
    return case.forecast.share_at_reset or 0.0 if case.forecast else 0.0


def _is_within(case: _Case) -> bool:
    """Say whether the range held what became, to half a percent: no reading is finer."""
    assert case.forecast is not None
    low, high = case.forecast.share_low or 0.0, case.forecast.share_high or 0.0
    return low - 0.005 <= case.became <= high + 0.005


_REACHES: dict[str, Callable[[_Case], int | None]] = {
    "forecast": lambda case: case.forecast.reaches_at if case.forecast else None,
    "at earliest": lambda case: case.forecast.earliest if case.forecast else None,
    "so far": lambda case: case.naive_reach,
}
