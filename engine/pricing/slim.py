"""LiteLLM's table made small: the models, ids and prices that ccmon uses of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

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
_TIER_FIELD = re.compile(rf"({'|'.join(_FIELDS)})_above_(\d+)k_tokens")

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
    listed = _unambiguous(_listed(litellm))
    listed = {model: entry for model, entry in listed.items() if not claude.is_claude(model)}
    kept = _vendorless(listed)
    for model, entry in listed.items():
        if folded(model) not in kept and _resolved(model, kept) != entry:
            kept[folded(model)] = entry
    return {name: kept[name] for name in sorted(kept) if not claude.is_claude(name)}


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


def _vendorless(listed: Entries) -> Entries:
    """Return the price of each id that names no vendor, where there is one."""
    named: dict[str, list[str]] = defaultdict(list)
    for model in listed:
        named[_bare(model)].append(model)
    return {
        bare: entry
        for bare, models in named.items()
        if (entry := _decided(bare, models, listed)) is not None
    }


def _decided(bare: str, models: Iterable[str], listed: Entries) -> ModelEntry | None:
    own = [listed[model] for model in models if folded(model) == bare]
    makers = [
        listed[model]
        for model in models
        if bare.startswith(_MAKERS.get(model.partition("/")[0], ()))
    ]
    for entries in (own, makers, [listed[model] for model in models]):
        if entries:
            return entries[0] if all(entry == entries[0] for entry in entries) else None
    return None


def _bare(model: str) -> str:
    """Return the folded id without any vendor, known or not."""
    return vendorless(model.rsplit("/", 1)[-1])


def _resolved(model: str, kept: Entries) -> ModelEntry | None:
    """Return what an id would be priced at without an entry of its own."""
    return next((kept[name] for name in canonical(model)[1:] if name in kept), None)


def _entry(fields: Mapping[str, Any]) -> ModelEntry | None:
    amounts = {
        ours: amount
        for theirs, ours in _FIELDS.items()
        if (amount := _amount(fields.get(theirs))) is not None
    }
    if not {"input", "output"} <= amounts.keys() or not (amounts["input"] or amounts["output"]):
        return None
    factors = fields.get("provider_specific_entry")
    factors = factors if isinstance(factors, dict) else {}
    return msgspec.convert(
        {
            **amounts,
            "tiers": _tiers(fields),
            "fast": _factor(factors.get("fast")),
            "us": _factor(factors.get("us")),
        },
        ModelEntry,
    )


def _tiers(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    tiers: dict[int, dict[str, Any]] = defaultdict(dict)
    for name, value in fields.items():
        match = _TIER_FIELD.fullmatch(name)
        amount = _amount(value) if match else None
        if match and amount is not None:
            tiers[int(match[2]) * 1000][_FIELDS[match[1]]] = amount
    return [{"above": above, **tiers[above]} for above in sorted(tiers)]


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
