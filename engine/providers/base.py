"""The interface of a provider: one class, what it can tell, and how its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import Struct

from engine.domain.provider_usage import Capability, ProviderUsage, Unsupported
from engine.providers.asked import Asked
from engine.providers.failures import ProviderFailure


class ProviderOption(Struct, frozen=True):
    """A setting of a provider in `[providers.NAME]` beside those that all have."""

    name: str
    meaning: str
    is_required: bool = False
    example: str = ""
    is_address: bool = False
    """Requests go there: it is https, or http to this machine."""


KeyKind = Literal["plain", "admin"]


class KeyFound(Struct, frozen=True):
    """What a check of a key came to, where the provider takes it."""

    kind: KeyKind
    """`admin`: it may ask all that the provider tells."""
    says: str = ""
    """What is known of it beyond that, such as its label; never the key."""


class Provider:
    """One provider. Its class says what it is, its two methods ask it.

    Both may raise `ProviderFailure` and nothing else; what cannot be read in an answer is left
    out, an answer that is none at all is `unreadable`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[tuple[Capability, ...]]
    """What it can tell to the right key."""
    base: ClassVar[str]
    """Where it is asked unless `base-url` says otherwise."""
    variables: ClassVar[tuple[str, ...]]
    """Environment variables that may hold a key, the best first; `NAME_FILE` names a file."""
    where: ClassVar[str]
    """Its own page of usage, for the browser."""
    key_help: ClassVar[str]
    """Which key is needed and where it is made, in a sentence."""
    options: ClassVar[tuple[ProviderOption, ...]] = ()
    needs_key: ClassVar[bool] = True

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers that carry the key."""
        return {"Authorization": f"Bearer {key}"}

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for all that the key may see of the days `asked.since` to `asked.until`."""
        raise NotImplementedError

    def check(self, asked: Asked) -> KeyFound:
        """Ask whether the key is good, in the cheapest way that costs no money."""
        raise NotImplementedError

    def lacks(self, reasons: Mapping[Capability, str]) -> tuple[Unsupported, ...]:
        """Return what is not told, each with its reason and where to look."""
        return tuple(
            Unsupported(capability, reason, self.where) for capability, reason in reasons.items()
        )


def needs_admin(status: int = 403) -> ProviderFailure:
    """Return that a key is good but not of the kind that may ask."""
    return ProviderFailure("needs_admin_key", status)
