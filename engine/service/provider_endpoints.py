"""What can be asked about providers of models: all, what they say, and how they are set up."""

from __future__ import annotations

from collections.abc import Mapping

from engine.documents.providers import (
    ProviderConfigDocument,
    ProviderDocument,
    ProvidersDocument,
    provider_config_document,
    provider_document,
    providers_document,
)
from engine.domain.mistakes import SettingsError
from engine.domain.provider_usage import ProviderAccount
from engine.domain.times import SECOND
from engine.service.endpoint import Asked, Endpoint
from engine.service.problems import Problem
from engine.service.source import Source


def _providers(source: Source, _: Asked) -> object:
    monitor = source.monitor
    return providers_document(monitor.providers.all(), monitor.settings.clock())


def _usage(source: Source, _: Asked) -> object:
    monitor = source.monitor
    return providers_document(monitor.providers.enabled(), monitor.settings.clock())


def _usage_of(source: Source, asked: Asked) -> object:
    monitor = source.monitor
    account = provider_named(source, asked.named["provider"])
    return provider_document(account, monitor.settings.clock(), with_days=True)


def _provider_config(source: Source, asked: Asked) -> object:
    return provider_config_document(provider_named(source, asked.named["provider"]))


def provider_named(source: Source, name: str) -> ProviderAccount:
    """Return a provider as it stands; raises `Problem` for one that is unknown."""
    try:
        return source.monitor.providers.one(name)
    except SettingsError as error:
        raise Problem(404, str(error)) from error


def set_up(source: Source, name: str, values: Mapping[str, object]) -> ProviderConfigDocument:
    """Keep `enabled` and `api_key` (null: forget it) of a provider; return how it is set up.

    Raises `Problem` and `SettingsError`; no sentence repeats a key.
    """
    provider_named(source, name)
    for word in values:
        if word not in ("enabled", "api_key"):
            raise Problem(400, f"There is no key '{word}' here: use enabled and api_key.")
    key, is_enabled = values.get("api_key"), values.get("enabled")
    if not isinstance(key, str | None) or not isinstance(is_enabled, bool | None):
        raise Problem(400, "enabled is true or false, api_key a text or null.")
    accounts = source.monitor.providers
    if isinstance(key, str):
        accounts.set_key(name, key)
    elif "api_key" in values:
        accounts.unset_key(name)
    if is_enabled is not None:
        accounts.enable(name, is_enabled)
    return provider_config_document(accounts.one(name))


def ask_providers(source: Source) -> ProvidersDocument:
    """Ask the enabled providers now, and return what they say."""
    monitor = source.monitor
    monitor.providers.refresh(is_forced=True)
    return providers_document(monitor.providers.enabled(), monitor.settings.clock())


PROVIDER_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/providers",
        "providers",
        "every provider of models and which are enabled, as far as it is known; asks nobody",
        ProvidersDocument,
        _providers,
        lasts=SECOND,
    ),
    Endpoint(
        "/usage",
        "usage",
        "what the enabled providers last said; asks nobody, as POST usage/refresh does",
        ProvidersDocument,
        _usage,
        lasts=SECOND,
    ),
    Endpoint(
        "/usage/{provider}",
        "usage_of_provider",
        "what one provider last said, with its days; asks nobody",
        ProviderDocument,
        _usage_of,
        lasts=SECOND,
    ),
    Endpoint(
        "/config/{provider}",
        "provider_config",
        "how a provider is set up; nothing of its key but the end",
        ProviderConfigDocument,
        _provider_config,
        lasts=SECOND,
    ),
)
