"""What other vendors' models cost since when: kept from each fetch of prices on.

`price-history.json` lies beside the fetched table and holds only what a fetch changed, under the
day of the fetch. It is written all or nothing, twice: where one file is damaged the other holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.domain.files import read_regular, write_whole
from engine.domain.paths import price_history_paths
from engine.domain.times import DAY
from engine.pricing.match import canonical, folded
from engine.pricing.price import ModelEntry, Unit, day_start, model_price
from engine.pricing.price_file import DAMAGE, embedded_layers
from engine.pricing.timeline import ALWAYS, Layer, in_order, terms_on

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1

_FARTHEST = 31 * DAY
"""Milliseconds by which a clock may go back: a change that lies later was dated by a wrong one."""


class NewerHistory(Exception):
    """The history was written by a newer ccmon, which alone may change it."""


class Changes(Struct, frozen=True):
    """What models cost from a day on."""

    since: str
    """An ISO day (UTC); `ALWAYS` for the first price that was ever known of a model."""
    models: dict[str, ModelEntry]
    """By folded id."""


class PriceHistory(Struct, frozen=True, kw_only=True):
    """All changes that fetches brought, ascending by day, each day once."""

    version: int = VERSION
    unit: Unit = "USD per million tokens"
    changes: tuple[Changes, ...] = ()

    @property
    def layers(self) -> list[Layer]:
        """The changes as layers of a timeline."""
        return [Layer(change.since, change.models) for change in self.changes]


def read_history(prices: Path) -> tuple[PriceHistory, bool]:
    """Return the history beside a fetched table, and whether it is whole.

    Without a file it is empty and whole; where both files are damaged it is empty and is not.
    Raises `NewerHistory`.
    """
    found = [_read(path) for path in price_history_paths(prices)]
    known = [history for history in found if isinstance(history, PriceHistory)]
    if known:
        return max(known, key=_last_day), True
    return PriceHistory(), "damaged" not in found


def with_prices(
    history: PriceHistory,
    models: Mapping[str, ModelEntry],
    day: str,
    listed: Mapping[str, ModelEntry] = MappingProxyType({}),
) -> PriceHistory:
    """Return a history with what models cost from a day on, where that is news.

    `models` are a table's slim entries, `listed` all of its entries by their ids as they are
    written. No day before is changed, and none before the last change: where the clock went
    back, what is new holds from that change's day on.
    """
    day, history = _dated(history, day)
    embedded = embedded_layers()
    said = [_Said(name, canonical(name), entry) for name, entry in models.items()]
    said += [
        _Said(folded(model), canonical(model), entry)
        for model, entry in listed.items()
        if folded(model) not in models
    ]
    while news := _news(said, in_order([*embedded, *history.layers]), day):
        changes = {change.since: dict(change.models) for change in history.changes}
        for name, (since, entry) in news.items():
            changes.setdefault(since, {})[name] = entry
        ascending = tuple(Changes(since, changes[since]) for since in sorted(changes))
        history = replace(history, changes=ascending)
    return history


def save_history(history: PriceHistory, prices: Path) -> None:
    """Write the history beside a fetched table, twice; raises `OSError`."""
    data = encoded_history(history)
    for path in price_history_paths(prices):
        write_whole(path, data)


def encoded_history(history: PriceHistory) -> bytes:
    """Return a history's bytes, one model a line."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    head = encoder.encode(replace(history, changes=()))
    days = b",\n".join(
        b'{"since":'
        + encoder.encode(change.since)
        + b',"models":{\n'
        + b",\n".join(
            encoder.encode(name) + b":" + encoder.encode(entry)
            for name, entry in sorted(change.models.items())
        )
        + b"\n}}"
        for change in history.changes
    )
    return head.replace(b'"changes":[]', b'"changes":[\n' + days + b"]", 1) + b"\n"


def _last_day(history: PriceHistory) -> str:
    return history.changes[-1].since if history.changes else ALWAYS


class _Version(Struct):
    version: int


def _read(path: Path) -> PriceHistory | str:
    """Return the history of a file, else `absent` or `damaged`."""
    try:
        data = read_regular(path)
    except FileNotFoundError:
        return "absent"
    except OSError:
        return "damaged"
    try:
        if msgspec.json.decode(data, type=_Version).version > VERSION:
            raise NewerHistory
        history = msgspec.json.decode(data, type=PriceHistory)
        days = [change.since for change in history.changes]
        for day in days:
            _moment(day)
    except (ValueError, *DAMAGE):
        return "damaged"
    return history if days == sorted(set(days)) else "damaged"


def _moment(day: str) -> int:
    """Return when a day begins; raises `ValueError` for no day."""
    return 0 if day == ALWAYS else day_start(day)


def _dated(history: PriceHistory, day: str) -> tuple[str, PriceHistory]:
    """Return the day from which news hold, and the history without what was dated too far ahead."""
    today = day_start(day)
    kept = [change for change in history.changes if _moment(change.since) <= today + _FARTHEST]
    last = kept[-1].since if kept else ALWAYS
    return max(day, last), replace(history, changes=tuple(kept))


class _Said(NamedTuple):
    """What a table says of an id."""

    name: str
    ids: tuple[str, ...]
    """Under which ids its price is looked for."""
    entry: ModelEntry


def _news(
    said: Iterable[_Said], layers: Sequence[Layer], day: str
) -> dict[str, tuple[str, ModelEntry]]:
    """Return the usable entries that say another price of a day than is known, with their day.

    One that is found under another id's price is news only once that price is another one.
    """
    news: dict[str, tuple[str, ModelEntry]] = {}
    for name, ids, entry in said:
        try:
            price = model_price(name, entry).terms[-1]
        except (ValueError, ArithmeticError):
            continue
        known = terms_on(ids, layers, day)
        if known != price:
            news[name] = (ALWAYS if known is None else day, entry)
    return news
