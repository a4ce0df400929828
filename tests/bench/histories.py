"""Histories to replay: windows of real transcripts, where there are any, and of made-up users."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.demo import DemoUser, write_history
from engine.domain.times import DAY, HOUR
from tests.slow_prices import Prices
from tests.slow_reading import SlowResponse, read
from tests.slow_reports import blocks

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "data" / "claude-transcripts.tar.xz"
_PRICES = Path(__file__).resolve().parents[2] / "engine" / "pricing" / "prices.json"
_NOW = 1_795_352_400_000
_CHOSEN_ON = (1, 3)
_HELD_OUT = (11, 12)
_FIRST_MONDAY = 4 * DAY


@dataclass(frozen=True)
class Use:
    """What one response used: tokens and pico-dollars."""

    time: int
    tokens: int
    cost: int


@dataclass(frozen=True)
class Window:
    """A window that is over, with all that was used in it."""

    start: int
    end: int
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class History:
    """One user's windows; the rules' constants were chosen on some, the others are held out."""

    name: str
    is_made_up: bool
    is_held_out: bool
    blocks: tuple[Window, ...]
    weeks: tuple[Window, ...]


def histories(archive: Path) -> Iterator[History]:
    """Yield the sets of the archive, where it is there, and four made-up users."""
    prices = Prices.from_file(_PRICES)
    with tempfile.TemporaryDirectory(prefix="ccmon-bench-") as place:
        if archive.is_file():
            with tarfile.open(archive, "r:xz") as packed:
                packed.extractall(place, filter="data")
        roots = sorted(path.parent for path in Path(place).glob("claude/*/projects"))
        for number, root in enumerate(roots):
            responses = read(root, prices)
            if responses:
                yield _history(root.name, responses, is_held_out=number % 2 == 1)
    for seed in (*_CHOSEN_ON, *_HELD_OUT):
        yield made_up_history(seed, is_held_out=seed in _HELD_OUT)


def made_up_history(seed: int, *, is_held_out: bool, days: int = 60) -> History:
    """Return the history of a made-up user, who works alike however many days it has."""
    user = DemoUser(seed, _NOW, 133 * days, days, max(1, 4 * days // 3), text_scale=0.01)
    with tempfile.TemporaryDirectory(prefix="ccmon-bench-") as place:
        write_history(Path(place), user)
        responses = read(Path(place), Prices.from_file(_PRICES))
    name = f"made-up user {seed}"
    return _history(name, responses, is_held_out=is_held_out, is_made_up=True)


def _history(
    name: str, responses: Sequence[SlowResponse], *, is_held_out: bool, is_made_up: bool = False
) -> History:
    """Return a history; a made-up user's last windows are not over and left out."""
    over = _NOW if is_made_up else responses[-1].time + 7 * DAY
    of_blocks = [_window(start, 5 * HOUR, within) for start, within in blocks(responses)]
    of_weeks = list(_weeks(responses))
    return History(
        name,
        is_made_up,
        is_held_out,
        tuple(window for window in of_blocks if window.end <= over),
        tuple(window for window in of_weeks if window.end <= over),
    )


def _weeks(responses: Iterable[SlowResponse]) -> Iterator[Window]:
    """Yield the weeks with use in them, from Monday to Monday in UTC."""
    by_week: dict[int, list[SlowResponse]] = {}
    for response in responses:
        number = (response.time - _FIRST_MONDAY) // (7 * DAY)
        by_week.setdefault(number, []).append(response)
    for number, within in sorted(by_week.items()):
        yield _window(number * 7 * DAY + _FIRST_MONDAY, 7 * DAY, within)


def _window(start: int, length: int, responses: Iterable[SlowResponse]) -> Window:
    uses = [Use(each.time, each.tokens.total, each.cost or 0) for each in responses]
    return Window(start, start + length, tuple(uses))
