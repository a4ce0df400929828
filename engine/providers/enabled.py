"""Which providers the user enabled: by a command, or in the configuration, which goes before."""

from __future__ import annotations

import msgspec

from engine.domain.files import read_or_nothing, write_whole
from engine.domain.paths import enabled_providers_path
from engine.domain.settings import Settings


def enabled_ids(settings: Settings) -> frozenset[str]:
    """Return the ids of all that are enabled."""
    said = {name: options.get("enabled") for name, options in settings.providers.items()}
    found = {name for name in _kept(settings) if said.get(name) != "false"}
    return frozenset(found | {name for name, enabled in said.items() if enabled == "true"})


def enable(settings: Settings, provider: str, is_enabled: bool) -> None:
    """Keep that a provider is enabled, or no more; raises `OSError`."""
    before = _kept(settings)
    after = before | {provider} if is_enabled else before - {provider}
    path = enabled_providers_path(settings)
    if not after:
        path.unlink(missing_ok=True)
    elif after != before:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, msgspec.json.encode(sorted(after)))


def _kept(settings: Settings) -> frozenset[str]:
    try:
        return frozenset(
            msgspec.json.decode(read_or_nothing(enabled_providers_path(settings)), type=list[str])
        )
    except (OSError, ValueError):
        return frozenset()
