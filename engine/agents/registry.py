"""The agents that ccmon knows, and where each one's store may lie.

Only the module of an agent whose store is there is imported: a start looks at some
directories, no more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from engine.agents.agent import Agent

CLAUDE = "claude"
"""Claude Code, whose transcripts have rules of their own (`engine.agents.claude`)."""


class Listed(Struct, frozen=True):
    """An agent as the registry lists it: enough to look whether it is there."""

    name: str
    title: str
    places: tuple[str, ...]
    """Directories that may be a root, with `~`, `{config}`, `{data}` and `{support}`."""
    module: str = ""
    """Where its class `Agent` implementation `AGENT` is, `engine.agents.<name>` by default."""
    variable: str = ""
    """An environment variable (a comma-separated list of roots) that replaces the places."""
    within: str = ""
    """What comes after a directory that the variable names."""
    marks: tuple[str, ...] = ()
    """A root has one of these in it; empty where the directory alone is mark enough."""


LISTED: tuple[Listed, ...] = (
    Listed(
        "codex",
        "Codex",
        ("~/.codex",),
        variable="CODEX_HOME",
        marks=("sessions", "archived_sessions"),
    ),
    Listed("opencode", "OpenCode", ("{data}/opencode",), variable="OPENCODE_DATA_DIR"),
    Listed(
        "gemini",
        "Gemini CLI",
        ("~/.gemini",),
        variable="GEMINI_CLI_HOME",
        within=".gemini",
        marks=("tmp",),
    ),
    Listed(
        "copilot",
        "GitHub Copilot CLI",
        ("~/.copilot",),
        variable="COPILOT_HOME",
        marks=("session-store.db", "session-state", "otel"),
    ),
    Listed("kilo", "Kilo CLI", ("{data}/kilo",), variable="KILO_DATA_DIR"),
    Listed("crush", "Crush", ("~/.crush",), marks=("crush.db",)),
    Listed(
        "goose",
        "Goose",
        (
            "{data}/goose/sessions",
            "{support}/goose/sessions",
            "{data}/Block/goose/sessions",
            "{support}/Block/goose/sessions",
            "{support}/Block/goose/data/sessions",
        ),
        variable="GOOSE_PATH_ROOT",
        within="data/sessions",
        marks=("sessions.db",),
    ),
    Listed(
        "hermes",
        "Hermes",
        ("~/.hermes",),
        variable="HERMES_HOME",
        marks=("state.db", "profiles"),
    ),
    Listed("mimo", "MiMo Code", ("{data}/mimocode",), marks=("mimocode.db",)),
    Listed("zcode", "ZCode", ("~/.zcode",), variable="ZCODE_HOME", marks=("cli/db/db.sqlite",)),
)


def places_of(listed: Listed, environment: Mapping[str, str], home: Path) -> list[str]:
    """Return the directories where an agent's store may lie, best first."""
    named = environment.get(listed.variable, "").strip() if listed.variable else ""
    if named:
        entries = [entry.strip() for entry in named.split(",") if entry.strip()]
        return [os.path.join(_expanded(each, environment, home), listed.within) for each in entries]
    return [_expanded(place, environment, home) for place in listed.places]


def has_store(listed: Listed, place: str) -> bool:
    """Say whether a directory is a root of an agent."""
    if not listed.marks:
        return os.path.isdir(place)
    return any(os.path.exists(os.path.join(place, mark)) for mark in listed.marks)


def load(listed: Listed) -> Agent:
    """Import an agent's module and return the agent."""
    agent = import_module(listed.module or f"engine.agents.{listed.name}").AGENT
    assert isinstance(agent, Agent)
    return agent


def _expanded(place: str, environment: Mapping[str, str], home: Path) -> str:
    """Return a place with its beginning put in, as the platform has it."""
    if place == "~" or place.startswith(("~/", "~\\")):
        return os.path.join(home, *place[2:].split("/"))
    for name, base in (("config", _config), ("data", _data), ("support", _support)):
        mark = "{" + name + "}"
        if place.startswith(mark):
            return os.path.join(base(environment, home), *place[len(mark) + 1 :].split("/"))
    return place


def _config(environment: Mapping[str, str], home: Path) -> str:
    return environment.get("XDG_CONFIG_HOME", "").strip() or str(home / ".config")


def _data(environment: Mapping[str, str], home: Path) -> str:
    return environment.get("XDG_DATA_HOME", "").strip() or str(home / ".local" / "share")


def _support(environment: Mapping[str, str], home: Path) -> str:
    """Return where programs with windows keep their data."""
    if sys.platform == "darwin":
        return str(home / "Library" / "Application Support")
    if sys.platform == "win32":
        return environment.get("APPDATA", "") or str(home / "AppData" / "Roaming")
    return _config(environment, home)
