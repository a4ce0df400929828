"""Keys of providers: where they are found, and how one is kept for ccmon alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.domain.digest import blake2b
from engine.domain.files import open_regular, read_or_nothing, write_whole
from engine.domain.mistakes import SettingsError
from engine.domain.paths import providers_directory
from engine.domain.provider_usage import KeyShown
from engine.domain.settings import Settings
from engine.net.keyring import of_keyring, put_in_keyring, take_from_keyring
from engine.providers.base import Provider

_SERVICE = "ccmon-providers"
_KEY = re.compile(r"[\x21-\x7e]{8,8192}\Z", re.ASCII)
_SHOWN = 4
_LONG_ENOUGH = 16
"""Of a shorter key not even the end is shown."""
_LARGEST_FILE = 64 * 2**10


class Key(Struct, frozen=True):
    """A key and where it is from; never shown as text."""

    secret: str
    source: str

    def __repr__(self) -> str:
        return f"Key(source={self.source!r})"

    @property
    def shown(self) -> KeyShown:
        """What may be seen of it."""
        is_long = len(self.secret) >= _LONG_ENOUGH
        return KeyShown(f"…{self.secret[-_SHOWN:]}" if is_long else "…", self.source)

    def mark(self, provider: str) -> str:
        """Return what tells this key from another, and nothing of it."""
        return blake2b(
            self.secret.encode(), digest_size=6, key=b"ccmon", person=provider.encode()[:16]
        ).hexdigest()


class _Kept(Struct):
    secret: str
    """Empty where the keyring has it."""


class Keys:
    """The keys of all providers, as one user's environment and directory have them."""

    def __init__(self, settings: Settings) -> None:
        self._environment = settings.environment
        self._directory = providers_directory(settings)
        self._of_keyring: dict[str, tuple[int, str]] = {}
        """What a keyring said, with when its file was written: asking one takes its time."""

    def find(self, provider: Provider) -> Key | None:
        """Return the key in force: one that was set for ccmon, else one of the environment."""
        return self.kept(provider) or next(self._given(provider), None)

    def kept(self, provider: Provider) -> Key | None:
        """Return the key that was set for ccmon."""
        try:
            kept = msgspec.json.decode(read_or_nothing(self._path(provider.id)), type=_Kept)
        except ValueError:
            return None
        if kept.secret:
            return Key(kept.secret, str(self._path(provider.id)))
        secret = self._from_keyring(provider.id)
        return Key(secret, "keyring") if secret else None

    def keep(self, provider: Provider, text: str) -> str:
        """Keep a key instead of any before; return where. Raises `SettingsError`, `OSError`."""
        secret = checked_key(text)
        self.forget(provider)
        is_in_keyring = put_in_keyring(_SERVICE, provider.id, secret)
        kept = _Kept("" if is_in_keyring else secret)
        path = self._path(provider.id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, msgspec.json.encode(kept))
        return "keyring" if is_in_keyring else str(path)

    def forget(self, provider: Provider) -> bool:
        """Forget the key that was set; return whether there was one. Raises `OSError`."""
        path = self._path(provider.id)
        if not path.exists():
            return False
        take_from_keyring(_SERVICE, provider.id)
        path.unlink(missing_ok=True)
        return True

    def _given(self, provider: Provider) -> Iterator[Key]:
        """Yield the keys of the environment, and of the files that it names."""
        for name in provider.variables:
            found = _whole(self._environment.get(name, ""))
            if found:
                yield Key(found, name)
            path = self._environment.get(f"{name}_FILE", "").strip()
            found = _whole(_read(path)) if path else ""
            if found:
                yield Key(found, f"{name}_FILE")

    def _from_keyring(self, provider: str) -> str:
        try:
            written = self._path(provider).stat().st_mtime_ns
        except OSError:
            return ""
        known = self._of_keyring.get(provider)
        if known is None or known[0] != written:
            known = self._of_keyring[provider] = written, of_keyring(_SERVICE, provider)
        return known[1]

    def _path(self, provider: str) -> Path:
        return self._directory / f"{provider}.key"


def checked_key(text: str) -> str:
    """Return a key as it is sent; raises `SettingsError`, which repeats nothing of it."""
    found = _whole(text)
    if not found:
        raise SettingsError(
            "That is not a key: it is one word of 8 or more characters, without spaces."
        )
    return found


def _whole(text: str) -> str:
    bare = text.strip().strip("\"'")
    return bare if _KEY.match(bare) else ""


def _read(path: str) -> str:
    try:
        with open_regular(Path(path).expanduser()) as file:
            return file.read(_LARGEST_FILE).decode("utf-8", "replace")
    except (OSError, RuntimeError, ValueError):
        return ""
