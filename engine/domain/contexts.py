"""How long a session's context may be (SPEC §7a)."""

from __future__ import annotations

import re

USUAL = 200_000
LARGE = 1_000_000

_LARGE_MARK = "[1m]"
_VERSION = r"claude-(?:[a-z]+-)?(\d+)(?:-(\d{1,2}))?(?:-[a-z]+)?(?:[-@]20\d{6})?\Z"
_SINCE = (4, 7)
"""Models of this version and later are run at their own window, earlier ones at the usual one."""
_LARGE_FAMILIES = ("claude-mythos",)
"""Families without a version that are run at the large window."""


def context_size(model: str, told: int | None, longest: int) -> int:
    """Return the size of the context of a session and a model, in tokens.

    It is what the status line `told` of them; else the model's own window. A context that was
    ever fuller than the usual one (`longest`) is a large one.
    """
    if told:
        return told if longest <= told else LARGE
    return LARGE if longest > USUAL or _is_large(model.lower()) else USUAL


def bare_model(model: str) -> str:
    """Return a model's name as sessions are told of by it: without the mark of its context."""
    return model.lower().replace(_LARGE_MARK, "").strip()


def _is_large(model: str) -> bool:
    """Say whether a model's own window is the large one, and it is run at that."""
    if _LARGE_MARK in model or any(family in model for family in _LARGE_FAMILIES):
        return True
    found = re.search(_VERSION, model.rpartition("/")[2].rpartition("anthropic.")[2])
    return found is not None and (int(found[1]), int(found[2] or 0)) >= _SINCE
