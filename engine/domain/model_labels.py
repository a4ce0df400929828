"""What models are called, on every face: everyday names, apart where two would share one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from engine.domain.plain_text import plain

_CLAUDE = r"""(?xi)
    (?P<place>[a-z0-9_.:/-]*[./])?claude-
    (?:(?P<family>[a-z]+)-(?P<version>\d{1,2}(?:[-.]\d{1,2})?)
      |(?P<older>\d{1,2}(?:[-.]\d{1,2})?)-(?P<kind>[a-z]+))
    (?P<rest>(?:[-@](?:\d{8}|default|latest|thinking|v\d+(?::\d+)?))*
      (?::(?:beta|exacto|floor|nitro|thinking))?(?:\[1m\])?)
    (?P<fast>-fast)?
    """


_UNKNOWN = "unknown"


@lru_cache(maxsize=256)
def short_model(name: str) -> str:
    """Return a model's everyday name, such as `Opus 5.5` or `Opus 5 fast`; others stay."""
    found = re.fullmatch(_CLAUDE, name)
    if found is None:
        return plain(name) or _UNKNOWN
    family = found["family"] or found["kind"]
    version = found["version"] or found["older"]
    mode = " fast" if found["fast"] else ""
    return f"{family.capitalize()} {version.replace('-', '.')}{mode}"


def labels_of(names: Iterable[str]) -> dict[str, str]:
    """Return what models that stand side by side are called, no two of them alike.

    Where everyday names are the same, the place or the ending of an id tells them apart, such
    as `Opus 4.6 (us.anthropic)` from `Opus 4.6`; else the ids themselves do.
    """
    labels = {name: short_model(name) for name in names}
    for way in (_with_its_parts, _in_full):
        times = Counter(labels.values())
        if len(times) == len(labels):
            return labels
        labels = {name: way(name) if times[label] > 1 else label for name, label in labels.items()}
    if len(set(labels.values())) < len(labels):
        return {name: ascii(name) for name in labels}
    return labels


def _with_its_parts(name: str) -> str:
    """Return the everyday name with what the id has around it."""
    found = re.fullmatch(_CLAUDE, name)
    if found is None:
        return short_model(name)
    rest = re.findall(r"[^-@:\[\]]+(?::\d+)?", found["rest"])
    parts = [part for part in ((found["place"] or "").rstrip("./"), *rest) if part]
    return f"{short_model(name)} ({', '.join(parts)})" if parts else short_model(name)


def _in_full(name: str) -> str:
    return plain(name) or _UNKNOWN
