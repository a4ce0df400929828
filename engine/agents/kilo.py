"""Kilo CLI, a fork of OpenCode: the same tables, in `kilo.db`."""

from __future__ import annotations

from engine.agents.opencode import OpenCode

AGENT = OpenCode("kilo", "Kilo CLI", "kilo")
