"""All providers: ccmon's own, and those of the entry points `ccmon.providers`.

[project.entry-points."ccmon.providers"]
toy = "toy_provider:PROVIDER"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from engine.domain.entry_points import loaded_points
from engine.domain.mistakes import SettingsError
from engine.domain.typed.numbers import nearest
from engine.net.addresses import private_host
from engine.providers.base import Provider, ProviderOption

GROUP = "ccmon.providers"
OWN = (
    "anthropic",
    "openai",
    "google",
    "azure-openai",
    "cohere",
    "mistral",
    "openrouter",
    "deepseek",
    "moonshot",
    "kimi-code",
    "zai",
    "xai",
    "github-copilot",
    "cursor",
)
"""In the order in which they are listed; each is the module of its name."""
SHARED_OPTIONS = (
    ProviderOption("base-url", "its address, in place of the usual one", is_address=True),
)
"""Settings that every provider has, beside `enabled`."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z", re.ASCII)


@cache
def providers() -> tuple[Provider, ...]:
    """Return every provider; a package's that is none, or has a name that is taken, is left out."""
    own = [import_module(f"engine.providers.{name.replace('-', '_')}").PROVIDER for name in OWN]
    found: dict[str, Provider] = {each.id: each for each in own}
    for _, made, _ in loaded_points(GROUP):
        if isinstance(made, Provider) and _ID.match(made.id):
            found.setdefault(made.id, made)
    return tuple(found.values())


def provider_of(name: str) -> Provider:
    """Return a provider by its id; raises `SettingsError` that names the nearest right one."""
    known = {each.id: each for each in providers()}
    if name not in known:
        end = nearest(name, tuple(known))
        raise SettingsError(
            f"There is no provider '{name}': {end if end.endswith('?') else f'{end}.'}"
        )
    return known[name]


def options_of(provider: Provider) -> tuple[ProviderOption, ...]:
    """Return all settings that a provider has in `[providers.NAME]`, beside `enabled`."""
    return (*provider.options, *SHARED_OPTIONS)


def checked_options(name: str, given: Mapping[str, object]) -> dict[str, str]:
    """Return what a configuration sets of a provider; raises `SettingsError`.

    Keys do not stand in it; addresses are https, or http to this machine.
    """
    provider = provider_of(name)
    known = {each.name: each for each in options_of(provider)}
    found: dict[str, str] = {}
    for key, value in given.items():
        if key == "enabled":
            if not isinstance(value, bool):
                raise SettingsError("'enabled' is true or false")
            found[key] = "true" if value else "false"
        elif key.replace("_", "-") in ("api-key", "key", "token"):
            raise SettingsError(
                f"a key does not stand in the configuration: ccmon providers set {name} keeps it"
            )
        elif key not in known:
            near = nearest(key, ("enabled", *known))
            raise SettingsError(f"there is no key '{key}' of {name}: {near}")
        elif isinstance(value, bool) or not isinstance(value, str | int):
            raise SettingsError(f"'{key}' is a text")
        elif known[key].is_address and private_host(str(value)) is None:
            raise SettingsError(f"'{key}' is an https address, or http to this machine")
        else:
            found[key] = str(value)
    return found
