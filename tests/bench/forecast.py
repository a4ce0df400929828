"""Replays histories and measures how far forecasts were off, against simpler rules.

    python -m tests.bench.forecast [--archive PATH]

At 25, 50 and 75% of each window of each history, the use (tokens and cost) at the window's
end is forecast from what was known then, and held against what it became. Half of the sets
served to choose the rules' constants; the table of held-out sets is the one that counts. An
error is a share of what the use became. Ends with 1 where the forecast of 5-hour blocks is
not better than the average so far, by median and by mean, at each of the three.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from engine.aggregates.rates import Recents
from engine.domain.times import HOUR, MINUTE
from engine.ledger.rows import Recent
from engine.limits.forecast import forecast_local
from tests.bench.histories import ARCHIVE, History, Use, Window, histories
from tests.bench.official import print_official

MOMENTS = (0.25, 0.5, 0.75)
RULES = ("forecast", "average so far", "last 10 minutes go on", "nothing more")
_STILL_WORKING = 15 * MINUTE
_NEVER_REACHED = 10**18
"""A limit in tokens or pico-dollars: the use foreseen is its share."""
_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Case:
    """What was foreseen at one moment of one window in one unit, and what it became."""

    history: History
    moment: float
    is_working: bool
    """The last response was no longer ago than 15 minutes."""
    became: int
    foreseen: dict[str, tuple[float, float, float]]
    """By rule the low end, the expected use and the high end; equal where a rule has no range."""

    def error(self, rule: str) -> float:
        return abs(self.foreseen[rule][1] - self.became) / self.became

    def is_within(self) -> bool:
        low, _, high = self.foreseen["forecast"]
        return low * (1 - 1e-9) <= self.became <= high * (1 + 1e-9)

    def pinball(self, rule: str) -> float:
        """Return the mean quantile loss of the three, as a share of what the use became."""
        losses = []
        for quantile, value in zip(_QUANTILES, self.foreseen[rule], strict=True):
            missing = self.became - value
            losses.append(max(quantile * missing, (quantile - 1) * missing))
        return fmean(losses) / self.became


def cases_of(history: History, windows: Iterable[Window]) -> list[Case]:
    """Return the cases of a history's windows; there is none before the first use."""
    return [
        case
        for window in windows
        for moment in MOMENTS
        for unit in ("tokens", "cost")
        if (case := _case(history, window, moment, unit)) is not None
    ]


def _case(history: History, window: Window, moment: float, unit: str) -> Case | None:
    now = window.start + int((window.end - window.start) * moment)
    known = [use for use in window.uses if use.time <= now]
    points = [(use.time, getattr(use, unit)) for use in known]
    used = sum(amount for _, amount in points)
    if not used:
        return None
    forecast = forecast_local(points, used, _NEVER_REACHED, (window.start, window.end), now)
    seen = forecast.cone[-1]
    average = used / moment
    recent = used + _recent_rate(known, now, unit) * (window.end - now)
    return Case(
        history,
        moment,
        now - known[-1].time <= _STILL_WORKING,
        sum(getattr(use, unit) for use in window.uses),
        {
            "forecast": (
                seen.low * _NEVER_REACHED,
                seen.expected * _NEVER_REACHED,
                seen.high * _NEVER_REACHED,
            ),
            "average so far": (average, average, average),
            "last 10 minutes go on": (recent, recent, recent),
            "nothing more": (used, used, used),
        },
    )


def _recent_rate(known: Sequence[Use], now: int, unit: str) -> float:
    """Return the burn rate that the live screen shows, in units a millisecond."""
    recents = Recents()
    recents.update(
        {
            number: Recent(use.time, 1, 1, 0, use.tokens, 0, use.cost, 1)
            for number, use in enumerate(known)
            if use.time > now - HOUR or number == 0
        }
    )
    rate = recents.burn_rate(now)
    return rate.tokens_per_minute / MINUTE if unit == "tokens" else rate.cost_per_hour / HOUR


def print_rules(title: str, cases: Sequence[Case]) -> None:
    """Print a table of all rules at each moment."""
    print(f"\n{title}")
    print(
        f"  {'at':5}{'cases':>6}  {'rule':24}{'median':>8}{'mean':>8}{'at work':>9}"
        f"{'quantiles':>11}{'in range':>10}"
    )
    for moment in MOMENTS:
        chosen = [case for case in cases if case.moment == moment]
        working = [case for case in chosen if case.is_working]
        for number, rule in enumerate(RULES if chosen else ()):
            head = f"{moment:<5.0%}{len(chosen):>6}" if number == 0 else " " * 11
            at_work = f"{_mean_error(working, rule):.0%}" if working else "-"
            within = f"{fmean(case.is_within() for case in chosen):.0%}" if number == 0 else ""
            print(
                f"  {head}  {rule:24}{median(case.error(rule) for case in chosen):>8.0%}"
                f"{_mean_error(chosen, rule):>8.0%}{at_work:>9}"
                f"{fmean(case.pinball(rule) for case in chosen):>11.3f}{within:>10}"
            )


def print_sets(cases: Sequence[Case]) -> None:
    """Print for each set the mean error of the forecast and of the average so far."""
    print("\n5-hour blocks by set: mean error, forecast / average so far")
    print(f"  {'set':32}{'blocks':>7}" + "".join(f"{moment:>16.0%}" for moment in MOMENTS))
    for history in dict.fromkeys(case.history for case in cases):
        line = f"  {history.name:32}{len(history.blocks):>7}"
        for moment in MOMENTS:
            chosen = [c for c in cases if c.history is history and c.moment == moment]
            pair = " / ".join(f"{_mean_error(chosen, rule):.0%}" for rule in RULES[:2])
            line += f"{pair if chosen else '-':>16}"
        print(line + ("" if history.is_held_out else "   chosen on"))


def is_better(cases: Sequence[Case]) -> bool:
    """Say whether the forecast beats the average so far, by median and mean, at each moment."""
    for moment in MOMENTS:
        chosen = [case for case in cases if case.moment == moment]
        ours, naive = ([case.error(rule) for case in chosen] for rule in RULES[:2])
        if median(ours) >= median(naive) or fmean(ours) >= fmean(naive):
            return False
    return True


def _mean_error(cases: Iterable[Case], rule: str) -> float:
    errors = [case.error(rule) for case in cases]
    return fmean(errors) if errors else 0.0


def main() -> int:
    """Replay all histories and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, default=ARCHIVE)
    archive: Path = parser.parse_args().archive
    if not archive.is_file():
        print(f"{archive} is absent: made-up users only", file=sys.stderr)
    found = list(histories(archive))
    cases = [case for history in found for case in cases_of(history, history.blocks)]
    held_out = [case for case in cases if case.history.is_held_out]
    real = [case for case in held_out if not case.history.is_made_up]
    print_rules("5-hour blocks, held-out sets", held_out)
    print_rules("5-hour blocks, held-out sets of real transcripts", real)
    print_rules("5-hour blocks, all sets", cases)
    print_sets(cases)
    weeks = [case for history in found for case in cases_of(history, history.weeks)]
    print_rules("Weeks, held-out sets", [case for case in weeks if case.history.is_held_out])
    print_official(found, MOMENTS)
    return 0 if is_better(cases) and is_better(held_out) else 1


if __name__ == "__main__":
    sys.exit(main())
