"""Warnings for tests."""

from __future__ import annotations

from typing import Any

from engine.notify.message import Message
from tests.conftest import NOW


def message(**given: Any) -> Message:
    """Return a warning; every field may be given."""
    plain: dict[str, Any] = {
        "kind": "level",
        "title": "90% of the 5-hour limit",
        "text": "official, 2m ago; resets at 15:00",
        "severity": "warning",
        "window": "five_hour",
        "time": NOW,
    }
    return Message(**{**plain, **given})
