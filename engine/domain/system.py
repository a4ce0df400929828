"""Which system this is, asked once; what differs by system takes it as an argument."""

from __future__ import annotations

import sys

PLATFORM: str = sys.platform
"""`linux`, `darwin` or `win32`, as `sys.platform` has it."""
