"""What a user is told beside the figures."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Notice(Struct, frozen=True):
    """Something a user should know: one clear sentence that says what to do."""

    severity: Literal["information", "warning", "error"]
    text: str
