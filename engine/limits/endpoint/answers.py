"""What the body of Anthropic's usage answer says, wherever it was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT, window_of_type
from engine.domain.owners import NOBODY
from engine.limits.readings import Reading, ReadingSource, name_of, reading_of

_SCOPED = "weekly_scoped"
_WINDOWS = {"session": FIVE_HOUR, "weekly_all": SEVEN_DAY, _SCOPED: SEVEN_DAY}
_OF_MONEY = ("spend", "extra_usage")


def readings_of_usage(
    body: object, captured_at: int, source: ReadingSource, owner: str = NOBODY
) -> tuple[Reading, ...]:
    """Return the readings in a usage answer; what makes no sense is left out.

    `limits[]` comes first; the flat keys, which newer answers leave empty, fill what it does
    not name. Percentages are 0 to 100, resets ISO 8601. Never raises, whatever the value is.
    """
    if not isinstance(body, dict):
        return ()
    found: dict[str, Reading] = {}
    for window, percent, resets_at in (*_listed(body.get("limits")), *_flat(body)):
        if window in found:
            continue
        reading = reading_of(window, percent, resets_at, captured_at, source, owner=owner)
        if reading is not None:
            found[window] = reading
    spend = reading_of(SPEND_LIMIT, _spent(body), None, captured_at, source, owner=owner)
    if spend is not None:
        found[SPEND_LIMIT] = spend
    return tuple(found.values())


def _listed(limits: object) -> Iterator[tuple[str, object, object]]:
    """Yield window, percentage and reset of each entry of `limits[]`."""
    for entry in limits if isinstance(limits, list) else ():
        kind = name_of(entry.get("kind")) if isinstance(entry, dict) else ""
        if not kind:
            continue
        scope = _scope_of(entry.get("scope"))
        window = _WINDOWS.get(kind, kind)
        if scope:
            window = f"{window}:{scope}"
        elif kind == _SCOPED:
            window = kind
        yield window, entry.get("percent"), entry.get("resets_at")


def _scope_of(scope: object) -> str:
    """Return what a limit is of: a model, a surface, or a model on a surface."""
    if not isinstance(scope, dict):
        return ""
    model = scope.get("model")
    name = ""
    if isinstance(model, dict):
        name = name_of(model.get("display_name")) or name_of(model.get("id"))
    surface = name_of(scope.get("surface")).replace("_", " ")
    return f"{name} ({surface})" if name and surface else name or surface


def _flat(body: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    """Yield the windows that are keys of their own; one that never began is none."""
    for key, said in body.items():
        name = name_of(key)
        if not isinstance(said, dict) or not name or key in _OF_MONEY:
            continue
        percent, resets_at = said.get("utilization"), said.get("resets_at")
        if resets_at is not None or percent or name in (FIVE_HOUR, SEVEN_DAY):
            yield window_of_type(name), percent, resets_at


def _spent(body: Mapping[str, object]) -> float | None:
    """Return the percentage used of what may be spent beyond the plan, where that is on."""
    spend, extra = body.get("spend"), body.get("extra_usage")
    if isinstance(spend, dict) and spend.get("enabled") is not False:
        amounts = _amount(spend.get("used")), _amount(spend.get("limit"))
        percent = _percent(spend.get("percent"), *amounts)
        if percent is not None:
            return percent
    if isinstance(extra, dict) and extra.get("is_enabled") is True:
        amounts = _number(extra.get("used_credits")), _number(extra.get("monthly_limit"))
        return _percent(extra.get("utilization"), *amounts)
    return None


def _percent(told: object, used: float | None, limit: float | None) -> float | None:
    """Return a percentage as told; one that ends at 100 is continued by the amounts."""
    percent = _number(told)
    if used is None or not limit or limit < 0 or (percent is not None and percent < 100):
        return percent
    return max(percent or 0.0, used / limit * 100)


def _amount(money: object) -> float | None:
    """Return an amount in its currency's units."""
    if not isinstance(money, dict):
        return None
    minor, exponent = _number(money.get("amount_minor")), money.get("exponent", 2)
    if minor is None or not isinstance(exponent, int) or not 0 <= exponent <= 9:
        return None
    return minor / float(10**exponent)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return None
    return float(value)
