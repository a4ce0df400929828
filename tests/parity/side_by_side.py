"""Asks both programs the same and collects what differs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.parity.asks import Ask, asks_of
from tests.parity.explain import ALL, Dataset, Difference, differences
from tests.parity.programs import Ccmon, Ccusage

_TRIES = 3


@dataclass(frozen=True)
class Comparison:
    """One question put to both programs about one dataset."""

    data: Dataset
    ask: Ask
    differences: list[Difference]

    @property
    def unexplained(self) -> list[Difference]:
        return [difference for difference in self.differences if not difference.is_explained]


def asks_about(data: Dataset) -> list[Ask]:
    """Return all questions that suit what a dataset has."""
    found = data.entries("daily", ALL, "auto")
    days = sorted({time.strftime("%Y%m%d", time.gmtime(each.time / 1000)) for each in found})
    projects = sorted({each.project for each in found if each.project.startswith("-")})
    sessions = sorted({each.session for each in data.entries("entries", frozenset(), "auto")})
    return asks_of(days, projects[:2], sessions[:3])


def some_of(asks: list[Ask], count: int, seed: str) -> list[Ask]:
    """Return so many of the questions, always the same ones."""
    return Random(seed).sample(asks, min(count, len(asks)))


def compare(
    theirs: Ccusage, ours: Ccmon, data: Dataset, ask: Ask, *, is_attributed: bool = True
) -> Comparison:
    """Ask both; where the clock moved on in between, ask again."""
    for _ in range(_TRIES):
        now = time.time_ns() // 1_000_000
        told = theirs.answer(data.root, ask), ours.answer(data.root, ask)
        found = differences(data, ask, *told, now, is_attributed=is_attributed)
        comparison = Comparison(data, ask, found)
        if ask.command != "blocks" or not comparison.unexplained:
            break
    return comparison


def compared(theirs: Ccusage, ours: Ccmon, data: Dataset, asks: list[Ask]) -> Iterator[Comparison]:
    for ask in asks:
        yield compare(theirs, ours, data, ask)
