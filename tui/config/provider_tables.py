"""Reads `[providers]`: how long an answer is young enough, and a table for each provider."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.mistakes import SettingsError
from tui.config.layer import Found
from tui.config.sections import Reader

CACHE_TTL = "cache-ttl"
LEAST_TTL, MOST_TTL = 60, 86_400
"""Seconds."""


def read_providers(reader: Reader, table: Mapping[str, object]) -> dict[str, Found]:
    """Return what is set by provider, and `cache-ttl` in milliseconds."""
    from engine.providers.registry import checked_options

    found: dict[str, Found] = {}
    for name, said in table.items():
        path = ("providers", name)
        if name == CACHE_TTL:
            is_number = isinstance(said, int) and not isinstance(said, bool)
            if not is_number or not LEAST_TTL <= int(str(said)) <= MOST_TTL:
                reader.fail(path, f"'{CACHE_TTL}' is {LEAST_TTL} to {MOST_TTL} seconds")
            found[name] = Found(int(str(said)) * 1_000, reader.origin(path), said)
            continue
        if not isinstance(said, dict):
            reader.fail(path, f"a provider is a table, written [providers.{name}]")
        try:
            found[name] = Found(checked_options(name, said), reader.origin(path), said)
        except SettingsError as error:
            reader.fail(path, str(error))
    return found
