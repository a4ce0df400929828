"""A plain model of how ccusage 20.0.24 reads transcripts, with a switch for each fault.

With every fault on it gives ccusage's responses, with every fault off those of our rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from tests.parity.faults import HUGE, KEYLESS, LARGEST, NAMELESS
from tests.parity.lines import SYNTHETIC, Loader, SeenLine
from tests.parity.prices import TheirPrices
from tests.slow_reading import SlowLine, SlowTokens, billed_name, how_final

Mode = Literal["auto", "calculate", "display"]


_OF_COPIES = frozenset((11, 27, KEYLESS))
"""Faults in telling which lines are one response."""


@dataclass(frozen=True)
class Entry:
    """One response as a report counts it; money in pico-dollars."""

    time: int
    session: str
    """What the session report names it by."""
    names: frozenset[str]
    """What `session --id` finds it by."""
    project: str
    directory: str
    """The project path of the session report."""
    model: str | None
    """`None` for a line of no model, which no list of models names."""
    plain_model: str
    """As the line has it."""
    tokens: SlowTokens
    flat_write: int
    cost: Fraction
    recorded: int | None
    is_unpriced: bool


class _Group:
    """The lines of one response, and which of them ccusage keeps."""

    def __init__(self, line: SeenLine) -> None:
        self.lines = [line]
        self.kept = line


def entries(
    lines: Iterable[SeenLine],
    loader: Loader,
    faults: frozenset[int],
    mode: Mode,
    prices: TheirPrices,
) -> list[Entry]:
    """Return the responses in the order in which ccusage first meets them."""
    groups = _Groups(loader, faults, lambda line: _tokens(line, faults))
    for line in lines:
        if not line.refused_by(loader) & faults and _is_of_model(line, faults):
            groups.add(line)
    found = (_entry(group, faults, mode, prices) for group in groups.all)
    return [entry for entry in found if entry is not None]


def _is_of_model(line: SeenLine, faults: frozenset[int]) -> bool:
    """Say whether a line is of a model, or counts without one."""
    return not line.is_synthetic or bool(faults & {28 if line.line.tokens.total else 17})


def touching(lines: Iterable[SeenLine], prices: TheirPrices) -> frozenset[int]:
    """Return the faults that can make a difference to some lines; the others cannot."""
    found = {11, 19, 26, 27, LARGEST}
    for line in lines:
        found |= line.refused[0] | line.refused[1] | prices.touching(line.line.model)
        found |= {4} if line.tokens != line.line.tokens else set()
        found |= {KEYLESS} if not line.message else set()
        found |= {17} if not line.line.tokens.total or not line.tokens.total else set()
        found |= {17, 28} if line.is_synthetic else set()
        found |= {NAMELESS} if not line.line.model else set()
        found |= {HUGE} if line.huge.total else set()
        found |= {10} if line.line.is_us or line.line.is_batch or line.line.searches else set()
    return frozenset(found)


def _tokens(line: SeenLine, faults: frozenset[int]) -> SlowTokens:
    tokens = line.tokens if 4 in faults else line.line.tokens
    return tokens + line.huge if HUGE in faults and line.huge.total else tokens


class _Groups:
    """Puts lines of one response together."""

    def __init__(
        self, loader: Loader, faults: frozenset[int], tokens: Callable[[SeenLine], SlowTokens]
    ) -> None:
        self.all: list[_Group] = []
        self._loader = loader
        self._faults = faults
        self._tokens = tokens
        self._by_message: dict[tuple[object, ...], list[_Group]] = {}

    def add(self, line: SeenLine) -> None:
        place = self._by_message.setdefault(self._wide_key(line), [])
        known = next((group for group in place if self._is_same(group.kept, line)), None)
        known = known or next((group for group in place if self._is_replay(group.kept, line)), None)
        if known is None:
            self.all.append(_Group(line))
            place.append(self.all[-1])
            return
        known.lines.append(line)
        if self._replaces(line, known.kept):
            known.kept = line

    def _wide_key(self, line: SeenLine) -> tuple[object, ...]:
        """Return what all lines that could be one response share."""
        if not self._faults & _OF_COPIES:
            return line.line.key
        if line.message:
            return ("id", line.message)
        if KEYLESS in self._faults:
            return ("alone", id(line))
        return line.line.key

    def _is_same(self, known: SeenLine, line: SeenLine) -> bool:
        """Say whether two lines that share their wide key are one response."""
        if not line.message or not self._faults & _OF_COPIES:
            return True
        if line.message.startswith("msg_"):
            if 27 not in self._faults:
                return known.line.key == line.line.key
        elif 11 not in self._faults:
            return known.line.key == line.line.key
        if known.request != line.request:
            return False
        if line.request:
            return True
        is_daily = self._loader == "daily" and 11 in self._faults
        return known.line.session == line.line.session and (
            not is_daily or known.line.time == line.line.time
        )

    def _is_replay(self, known: SeenLine, line: SeenLine) -> bool:
        """Say whether a side-chain's line copies another's under a new request."""
        if not line.message or known.line.session != line.line.session:
            return False
        if not (self._is_sidechain(known) or self._is_sidechain(line)):
            return False
        is_timed = self._loader == "entries" and 11 in self._faults
        if line.message.startswith("msg_"):
            return not is_timed or known.line.time == line.line.time
        return 11 in self._faults and (not is_timed or known.line.time == line.line.time)

    def _is_sidechain(self, line: SeenLine) -> bool:
        return line.is_sidechain if 12 in self._faults else line.line.is_sidechain

    def _replaces(self, line: SeenLine, kept: SeenLine) -> bool:
        if self._is_sidechain(line) != self._is_sidechain(kept):
            return self._is_sidechain(kept)
        total, most = self._tokens(line).total, self._tokens(kept).total
        if total != most:
            return total > most
        if self._loader == "daily" and line.line.recorded != kept.line.recorded:
            return (line.line.recorded or 0) > (kept.line.recorded or 0)
        return line.has_speed and not kept.has_speed


def _entry(group: _Group, faults: frozenset[int], mode: Mode, prices: TheirPrices) -> Entry | None:
    winner = group.kept
    if LARGEST not in faults:
        winner = max(group.lines, key=lambda seen: how_final(seen.line))
    origin = winner
    if 26 not in faults:
        origin = min(group.lines, key=_how_early)
    tokens, line = _tokens(winner, faults), winner.line
    is_synthetic = line.model == SYNTHETIC
    is_empty = not tokens.total and not line.recorded
    if is_empty and 17 not in faults:
        return None
    calculated = prices.calculated(_with_tokens(line, tokens), origin.line.time, faults)
    cost: Fraction | None = Fraction(line.recorded or 0)
    if is_synthetic:
        calculated = Fraction(0)
    if mode == "calculate" or (mode == "auto" and line.recorded is None):
        cost = calculated
    by_path = 19 in faults
    return Entry(
        time=origin.line.time,
        session=origin.own if by_path else origin.line.session,
        names=frozenset((origin.line.session, *((origin.own,) if by_path else ()))),
        project=origin.line.project or (origin.own if by_path else ""),
        directory=origin.directory if by_path else origin.line.project,
        model=None if is_synthetic else billed_name(line),
        plain_model="<synthetic>" if is_synthetic else line.model,
        tokens=tokens,
        flat_write=winner.flat_write,
        cost=cost or Fraction(0),
        recorded=line.recorded,
        is_unpriced=cost is None
        and bool(tokens.total)
        and bool(line.model or NAMELESS not in faults),
    )


def _how_early(seen: SeenLine) -> tuple[object, ...]:
    line = seen.line
    return (line.time, line.is_forked, line.session, line.project)


def _with_tokens(line: SlowLine, tokens: SlowTokens) -> SlowLine:
    return line if line.tokens == tokens else replace(line, tokens=tokens)
