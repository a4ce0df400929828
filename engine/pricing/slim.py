"""LiteLLM's table made small: the models, ids and prices that ccmon uses of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.pricing.match import canonical, folded, vendorless
from engine.pricing.price import HIGHEST_PRICE, ModelEntry
from engine.pricing.table import PriceTable

_MODES = ("chat", "responses", "completion")

_FIELDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
}
_TIER_FIELD = re.compile(rf"({'|'.join(_FIELDS)})_above_(\d+)k_tokens(_priority|_flex|)")
_BATCH = Decimal("0.5")
"""What a batch costs of the usual price, and a flex request where no other price is named."""

_MAKERS = {
    "dashscope": ("qwen", "qwq", "qvq"),
    "deepseek": ("deepseek",),
    "gemini": ("gemini",),
    "meta": ("llama",),
    "minimax": ("minimax",),
    "mistral": ("codestral", "devstral", "magistral", "ministral", "mistral", "pixtral"),
    "moonshot": ("kimi", "moonshot"),
    "tencent": ("hunyuan", "hy"),
    "volcengine": ("doubao",),
    "xai": ("grok",),
    "xiaomi_mimo": ("mimo",),
    "zai": ("glm",),
}
"""Vendors that sell what they make, and how the names of their own models begin."""

_TOKENS_PER_UNIT = 10**6
_ATTO = Decimal(1).scaleb(-12)

Entries = dict[str, ModelEntry]


def slim(litellm: Mapping[str, Any]) -> Entries:
    """Return the entries of LiteLLM's table that say something the Claude table does not.

    An id that names no vendor gets the price of LiteLLM's own entry for it, else the one its
    maker sells it at, else the one that all vendors agree on, else none. An id with a vendor is
    kept where it costs something else there. Models listed as free have no known price.
    """
    claude = PriceTable.embedded()
    listed = _others(litellm)
    kept = _vendorless(listed)
    for model in sorted(listed, key=lambda model: len(canonical(model))):
        if folded(model) not in kept and _resolved(model, kept) != listed[model]:
            kept[folded(model)] = listed[model]
    return {name: kept[name] for name in sorted(kept) if not claude.is_claude(name)}


def listed_prices(litellm: Mapping[str, Any]) -> Entries:
    """Return LiteLLM's entry, as it is written, of each id that is not a Claude model."""
    return _others(litellm)


def makers_prices(litellm: Mapping[str, Any]) -> Entries:
    """Return the prices of ids without a vendor that LiteLLM itself or the maker names."""
    return _vendorless(_others(litellm), are_resellers_asked=False)


def names_sold(litellm: Mapping[str, Any]) -> frozenset[str]:
    """Return the folded names of all models that anybody sells, without their vendors."""
    return frozenset(map(_bare, _listed(litellm)))


def _others(litellm: Mapping[str, Any]) -> Entries:
    claude = PriceTable.embedded()
    listed = _unambiguous(_listed(litellm))
    return {model: entry for model, entry in listed.items() if not claude.is_claude(model)}


def _listed(litellm: Mapping[str, Any]) -> Entries:
    """Return the language models that have a price, by LiteLLM's id."""
    return {
        model: entry
        for model, fields in litellm.items()
        if isinstance(fields, dict)
        and fields.get("mode") in _MODES
        and (entry := _entry(fields)) is not None
    }


def _unambiguous(listed: Entries) -> Entries:
    """Return the entries without ids that fold into one but have different prices."""
    alike: dict[str, list[ModelEntry]] = defaultdict(list)
    for model, entry in listed.items():
        alike[folded(model)].append(entry)
    return {
        model: entry
        for model, entry in listed.items()
        if all(other == entry for other in alike[folded(model)])
    }


def _vendorless(listed: Entries, are_resellers_asked: bool = True) -> Entries:
    """Return the price of each id that names no vendor, where there is one."""
    named: dict[str, list[str]] = defaultdict(list)
    for model in listed:
        named[_bare(model)].append(model)
    return {
        bare: entry
        for bare, models in named.items()
        if (entry := _decided(bare, models, listed, are_resellers_asked)) is not None
    }


def _decided(
    bare: str, models: Iterable[str], listed: Entries, are_resellers_asked: bool
) -> ModelEntry | None:
    own = [listed[model] for model in models if folded(model) == bare]
    makers = [
        listed[model]
        for model in models
        if bare.startswith(_MAKERS.get(model.partition("/")[0], ()))
    ]
    resellers = [listed[model] for model in models] if are_resellers_asked else []
    for entries in (own, makers, resellers):
        if entries:
            return _agreed(entries) or _agreed([_usual(entry) for entry in entries])
    return None


def _agreed(entries: list[ModelEntry]) -> ModelEntry | None:
    return entries[0] if all(entry == entries[0] for entry in entries) else None


def _usual(entry: ModelEntry) -> ModelEntry:
    """Return an entry without what requests of other plans cost, on which vendors differ."""
    return replace(entry, fast=None, priority=None, flex=None)


def _bare(model: str) -> str:
    """Return the folded id without any vendor, known or not."""
    return vendorless(model.rsplit("/", 1)[-1])


def _resolved(model: str, kept: Entries) -> ModelEntry | None:
    """Return what an id would be priced at without an entry of its own."""
    return next((kept[name] for name in canonical(model)[1:] if name in kept), None)


def _entry(fields: Mapping[str, Any]) -> ModelEntry | None:
    amounts = _amounts(fields)
    if not {"input", "output"} <= amounts.keys() or not (amounts["input"] or amounts["output"]):
        return None
    factors = fields.get("provider_specific_entry")
    factors = factors if isinstance(factors, dict) else {}
    usual = {**amounts, "tiers": _tiers(fields)}
    priority, times = _plan(fields, usual, "_priority")
    flex, part = _plan(fields, usual, "_flex")
    return msgspec.convert(
        {
            **usual,
            "fast": _factor(factors.get("fast")) or times,
            "us": _factor(factors.get("us")),
            "priority": priority if times is None else None,
            "flex": flex if part != _BATCH else None,
        },
        ModelEntry,
    )


def _amounts(fields: Mapping[str, Any], plan: str = "") -> dict[str, Any]:
    return {
        ours: amount
        for theirs, ours in _FIELDS.items()
        if (amount := _amount(fields.get(theirs + plan))) is not None
    }


def _tiers(fields: Mapping[str, Any], plan: str = "") -> list[dict[str, Any]]:
    tiers: dict[int, dict[str, Any]] = defaultdict(dict)
    for name, value in fields.items():
        match = _TIER_FIELD.fullmatch(name)
        amount = _amount(value) if match and match[3] == plan else None
        if match and amount is not None:
            tiers[int(match[2]) * 1000][_FIELDS[match[1]]] = amount
    return [{"above": above, **tiers[above]} for above in sorted(tiers)]


def _plan(
    fields: Mapping[str, Any], usual: Mapping[str, Any], plan: str
) -> tuple[dict[str, Any] | None, Decimal | None]:
    """Return what requests of a plan cost, and the one factor that says the same, if one does."""
    amounts = _amounts(fields, plan)
    if not amounts.get("input") or not usual["input"]:
        return None, None
    tiers = _tiers(fields, plan)
    factor = amounts["input"] / usual["input"]
    usual_tiers = {tier["above"]: tier for tier in usual["tiers"]}
    pairs = [(amounts, usual)] + [(tier, usual_tiers.get(tier["above"], {})) for tier in tiers]
    is_uniform = all(
        name in by and amount == by[name] * factor
        for said, by in pairs
        for name, amount in said.items()
        if name != "above"
    )
    return {**amounts, "tiers": tiers}, _plain(factor) if is_uniform else None


def _amount(value: object) -> Decimal | None:
    """Return USD per token as USD per million, without a float's noise; `None` if none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value * _TOKENS_PER_UNIT <= HIGHEST_PRICE:
        return None
    return _plain((Decimal(str(value)) * _TOKENS_PER_UNIT).quantize(_ATTO))


def _factor(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _plain(Decimal(str(value))) if 0 < value <= HIGHEST_PRICE and value != 1 else None


def _plain(value: Decimal) -> Decimal:
    """Return a number without trailing zeros or an exponent."""
    return Decimal(f"{value.normalize():f}")
