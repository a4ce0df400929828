"""One model's price: as the price files write it, and as exact integers."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.domain.digest import blake2b
from engine.domain.times import DAY

ATTO_PER_PICO = 10**6
"""Atto-dollars (10⁻¹⁸ USD, the unit of a token's price) in one pico-dollar."""

HIGHEST_PRICE = 10**6
"""USD per million tokens above which a price is taken for damage."""

_ATTO_DIGITS = 12
_ATTO = Decimal(1).scaleb(-_ATTO_DIGITS)
_EPOCH = date(1970, 1, 1).toordinal()

Unit = Literal["USD per million tokens"]
Ratio = tuple[int, int]
"""A factor as numerator and denominator."""


class Amounts(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Prices as a file writes them, in USD per million tokens.

    A cache read or write without a price is billed as input, a 1-hour write without one
    as a 5-minute write: vendors that list none have no other rate for such tokens.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None


class TierEntry(Amounts, frozen=True, omit_defaults=True, kw_only=True):
    """What a whole request is billed at when its prompt is longer than `above` tokens."""

    above: int


class PlanEntry(Amounts, frozen=True, omit_defaults=True, kw_only=True):
    """Prices of requests that are served sooner or later than others.

    What is not named is as much more or less expensive than usual as the input is.
    """

    tiers: tuple[TierEntry, ...] = ()


class TermsEntry(Amounts, frozen=True, omit_defaults=True, kw_only=True):
    """Prices with their tiers and the factors of fast mode and US-only inference.

    `priority` and `flex` stand where no factor says it: `fast`, and half for batches.
    """

    tiers: tuple[TierEntry, ...] = ()
    fast: Decimal | None = None
    us: Decimal | None = None
    priority: PlanEntry | None = None
    flex: PlanEntry | None = None


class HistoryEntry(TermsEntry, frozen=True, omit_defaults=True, kw_only=True):
    """What held instead up to and including the UTC day `until`."""

    until: str


class ModelEntry(TermsEntry, frozen=True, omit_defaults=True, kw_only=True):
    """One model in a price file: what holds now, what held before, other names of it."""

    history: tuple[HistoryEntry, ...] = ()
    aliases: tuple[str, ...] = ()
    released: str = ""


NOTHING = ModelEntry(input=Decimal(), output=Decimal())
"""The entry of a model that is served for nothing."""


class PriceFile(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A price file; models are keyed by folded id. The last three tell a fetched one's origin."""

    unit: Unit
    as_of: str
    sources: tuple[str, ...]
    models: dict[str, ModelEntry]
    url: str = ""
    etag: str = ""
    fetched_at: int = 0


class Price(Struct, frozen=True):
    """Atto-dollars per token of each kind."""

    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int


class Tier(Struct, frozen=True):
    """The price of every token of a request whose prompt is longer than `above` tokens."""

    above: int
    price: Price


class Plan(Struct, frozen=True):
    """What a kind of request is billed at."""

    price: Price
    tiers: tuple[Tier, ...]
    """Ascending by threshold."""


class Terms(Struct, frozen=True, omit_defaults=True):
    """What holds for responses before `until` (UTC milliseconds, `None` without end)."""

    until: int | None
    price: Price
    tiers: tuple[Tier, ...]
    """Ascending by threshold."""
    fast: Ratio
    us: Ratio
    priority: Plan | None = None
    """In place of `fast`."""
    flex: Plan | None = None
    """In place of half the price."""


class ModelPrice(Struct, frozen=True, eq=False):
    """A model's price over its life, the earliest terms first, the present ones last."""

    model: str
    """The id the price is listed under."""
    terms: tuple[Terms, ...]

    @property
    def fingerprint(self) -> str:
        """A digest that changes exactly when some response could cost something else."""
        return blake2b(msgspec.json.encode(self.terms), digest_size=8).hexdigest()


def model_price(model: str, entry: ModelEntry) -> ModelPrice:
    """Return an entry's price; raises `ValueError` for one that cannot be a price."""
    earlier = sorted(entry.history, key=lambda held: held.until)
    return ModelPrice(
        model=model,
        terms=(
            *(_terms(_overridden(entry, held), day_start(held.until) + DAY) for held in earlier),
            _terms(entry, None),
        ),
    )


def _terms(entry: TermsEntry, until: int | None) -> Terms:
    usual = _plan(entry)
    return Terms(
        until=until,
        price=usual.price,
        tiers=usual.tiers,
        fast=_ratio(entry.fast),
        us=_ratio(entry.us),
        priority=None if entry.priority is None else _plan(_in_proportion(entry, entry.priority)),
        flex=None if entry.flex is None else _plan(_in_proportion(entry, entry.flex)),
    )


def _plan(entry: TermsEntry) -> Plan:
    tiers = sorted(entry.tiers, key=lambda tier: tier.above)
    return Plan(
        price=_price(entry),
        tiers=tuple(Tier(tier.above, _price(_overridden(entry, tier))) for tier in tiers),
    )


def _in_proportion(entry: TermsEntry, plan: PlanEntry) -> TermsEntry:
    """Return an entry at the prices of a plan; what it does not name follows the input."""
    if not entry.input or plan.input is None:
        raise ValueError("a plan has no input price to go by")
    factor = plan.input / entry.input
    named = {tier.above: tier for tier in plan.tiers}
    tiers = tuple(_scaled(tier, factor, named.get(tier.above, Amounts())) for tier in entry.tiers)
    return replace(_scaled(entry, factor, plan), tiers=tiers)


_Priced = TypeVar("_Priced", bound=Amounts)


def _scaled(amounts: _Priced, factor: Decimal, by: Amounts) -> _Priced:
    """Return amounts times a factor, to the atto-dollar, but for those that another names."""
    usual = {name: getattr(amounts, name) for name in Amounts.__struct_fields__}
    own = {name: getattr(by, name) for name in usual}
    scaled = {
        name: None if amount is None else (amount * factor).quantize(_ATTO)
        for name, amount in usual.items()
    }
    return replace(amounts, **{n: scaled[n] if own[n] is None else own[n] for n in usual})


def _overridden(entry: TermsEntry, by: Amounts) -> TermsEntry:
    """Return an entry with what another one names put in its place."""
    named = {
        name: value
        for name in TermsEntry.__struct_fields__
        if (value := getattr(by, name, None)) not in (None, ())
    }
    return replace(entry, **named)


def _price(amounts: Amounts) -> Price:
    if amounts.input is None or amounts.output is None:
        raise ValueError("a price names neither or only one of input and output")
    write = amounts.input if amounts.cache_write_5m is None else amounts.cache_write_5m
    return Price(
        input=_atto(amounts.input),
        output=_atto(amounts.output),
        cache_read=_atto(amounts.input if amounts.cache_read is None else amounts.cache_read),
        cache_write_5m=_atto(write),
        cache_write_1h=_atto(write if amounts.cache_write_1h is None else amounts.cache_write_1h),
    )


def _atto(amount: Decimal) -> int:
    """Return USD per million tokens as whole atto-dollars per token."""
    if not 0 <= amount <= HIGHEST_PRICE:
        raise ValueError(f"{amount} USD per million tokens is not a price")
    atto = amount.scaleb(_ATTO_DIGITS)
    if atto != int(atto):
        raise ValueError(f"{amount} USD per million tokens is finer than an atto-dollar")
    return int(atto)


def _ratio(factor: Decimal | None) -> Ratio:
    if factor is None:
        return (1, 1)
    if not 0 < factor <= HIGHEST_PRICE:
        raise ValueError(f"{factor} is not a factor")
    return factor.as_integer_ratio()


def day_start(day: str) -> int:
    """Return the UTC millisecond at which an ISO day begins; raises `ValueError` for no day."""
    return (date.fromisoformat(day).toordinal() - _EPOCH) * DAY
