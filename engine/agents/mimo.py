"""MiMo Code, whose `mimocode.db` has the tables of OpenCode, with some times in seconds."""

from __future__ import annotations

from engine.agents.opencode import OpenCode

AGENT = OpenCode("mimo", "MiMo Code", "mimocode")
