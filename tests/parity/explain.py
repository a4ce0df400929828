"""Says of every difference by which of ccusage's faults it comes about, or that none does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.parity.asks import Ask
from tests.parity.compare import MISSING, agree, differing, figures
from tests.parity.documents import document
from tests.parity.faults import ALONE, FAULTS, REPORTING
from tests.parity.lines import Loader, SeenLine, seen_lines
from tests.parity.prices import TheirPrices
from tests.parity.sums import Document
from tests.parity.theirs import Entry, Mode, entries, touching

ALL = frozenset(FAULTS)
_SWITCHED_OFF = (0, *FAULTS)
_CHAIN = tuple(ALL - frozenset(_SWITCHED_OFF[: place + 1]) for place in range(len(FAULTS) + 1))
"""Every fault on, then off one after the other."""
_ENDS = (_CHAIN[0], _CHAIN[-1])


@dataclass(frozen=True)
class Difference:
    """One value in which the two programs differ."""

    place: str
    theirs: object
    ours: object
    is_explained: bool
    """Whether the model has it so with every fault, and with none."""
    faults: tuple[int, ...] = ()
    """Those that it comes from; empty where they were not asked for."""
    modelled: tuple[object, object] = (MISSING, MISSING)
    """What the model says with every fault, and with none."""


class Dataset:
    """A directory of transcripts and its responses under any set of faults."""

    def __init__(self, name: str, root: Path, prices: TheirPrices) -> None:
        self.name = name
        self.root = root
        self._prices = prices
        self._lines: list[SeenLine] | None = None
        self._touching: frozenset[int] | None = None
        self._entries: dict[tuple[object, ...], list[Entry]] = {}

    @property
    def lines(self) -> list[SeenLine]:
        if self._lines is None:
            self._lines = seen_lines([self.root])
        return self._lines

    def entries(
        self, loader: Loader, faults: frozenset[int], mode: Mode, project: str | None = None
    ) -> list[Entry]:
        """Return the responses; where two sets of faults give the same, the same list."""
        if self._touching is None:
            self._touching = touching(self.lines, self._prices)
        alone = project if ALONE in faults else None
        key = (loader, faults & self._touching, mode, alone)
        if key not in self._entries:
            lines = [line for line in self.lines if alone in (None, line.line.project)]
            made = entries(lines, loader, faults, mode, self._prices)
            equal = (known for known in self._entries.values() if known == made)
            self._entries[key] = next(equal, made)
        return self._entries[key]

    def modelled(
        self, ask: Ask, chain: Iterable[frozenset[int]], now: int
    ) -> Iterator[Mapping[str, object]]:
        """Yield the figures that a program with each set of faults would print."""
        loader: Loader = "daily" if ask.command == "daily" else "entries"
        made: dict[tuple[int, frozenset[int]], Mapping[str, object]] = {}
        for faults in chain:
            found = self.entries(loader, faults, ask.mode or "auto", ask.project)
            key = (id(found), faults & (REPORTING | {19}))
            if key not in made:
                made[key] = figures(document(ask, found, faults, now))
            yield made[key]


def differences(
    data: Dataset, ask: Ask, theirs: Document, ours: Document, now: int, *, is_attributed: bool
) -> list[Difference]:
    """Return every difference, and whether the faults of the model explain it.

    The model must have what ccusage prints with all of them, and what ccmon prints with none.
    Where that is asked for they are switched off one after the other: the steps at which a value
    changes are the faults it comes from.
    """
    their_figures, our_figures = figures(theirs), figures(ours)
    places = differing(their_figures, our_figures)
    if not places:
        return []
    steps = list(data.modelled(ask, _CHAIN if is_attributed else _ENDS, now))
    found = []
    for place in places:
        values = [step.get(place, MISSING) for step in steps]
        modelled = values[0], values[-1]
        here = their_figures[place], our_figures.get(place, MISSING)
        is_explained = all(map(agree, modelled, here))
        faults = _changing(values) if is_attributed and is_explained else ()
        found.append(Difference(place, *here, is_explained, faults, modelled))
    return found


def _changing(values: Sequence[object]) -> tuple[int, ...]:
    """Return the faults that were switched off where a value changes."""
    steps = zip(_SWITCHED_OFF[1:], pairwise(values), strict=True)
    return tuple(number for number, (before, after) in steps if not agree(before, after))
