"""Keeps the session token: in the system's keyring where there is one, else in a file of ours."""

from __future__ import annotations

import importlib
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.cursor.files import read_or_nothing, write_whole
from engine.agents.cursor.tokens import SessionToken, TokenError, parse_token
from engine.domain.paths import cursor_session_path
from engine.domain.settings import Settings

_SERVICE = "ccmon-cursor"
_LEAST_PRIORITY = 1
"""What `keyring` recommends; stores below it are no stores, or not safe."""


class _Kept(Struct, omit_defaults=True):
    account: str
    secret: str = ""
    """Empty where the keyring has it."""


class TokenKeeping:
    """Where one session token is kept; that a file is there says that one is."""

    def __init__(self, settings: Settings) -> None:
        self.path = cursor_session_path(settings)

    @property
    def account(self) -> str:
        """Whose token is kept, empty for none."""
        kept = self._kept()
        return kept.account if kept is not None else ""

    @property
    def is_in_keyring(self) -> bool:
        """Whether the secret is in the system's keyring, not in the file."""
        kept = self._kept()
        return kept is not None and not kept.secret

    def load(self) -> SessionToken | None:
        """Return the token, `None` where none is kept or what is kept cannot be used."""
        kept = self._kept()
        if kept is None:
            return None
        secret = kept.secret or _of_keyring(kept.account)
        try:
            return parse_token(f"{kept.account}::{secret}")
        except TokenError:
            return None

    def keep(self, token: SessionToken) -> None:
        """Keep a token instead of any before; raises `OSError`."""
        self.forget()
        is_in_keyring = _put_in_keyring(token)
        kept = _Kept(token.account, "" if is_in_keyring else token.secret)
        write_whole(self.path, msgspec.json.encode(kept))

    def forget(self) -> bool:
        """Forget the token; return whether there was one. Raises `OSError`."""
        kept = self._kept()
        if kept is not None and not kept.secret:
            _take_from_keyring(kept.account)
        is_there = self.path.exists()
        self.path.unlink(missing_ok=True)
        return is_there

    def _kept(self) -> _Kept | None:
        try:
            return msgspec.json.decode(read_or_nothing(self.path), type=_Kept)
        except ValueError:
            return None


def _keyring() -> Any:
    """Return the package `keyring` where it is installed and has a safe store, else `None`."""
    try:
        keyring: Any = importlib.import_module("keyring")
        return keyring if keyring.get_keyring().priority >= _LEAST_PRIORITY else None
    except (ImportError, RuntimeError):
        return None


def _put_in_keyring(token: SessionToken) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(_SERVICE, token.account, token.secret)
    except keyring.errors.KeyringError:
        return False
    return True


def _of_keyring(account: str) -> str:
    keyring = _keyring()
    if keyring is None:
        return ""
    try:
        return keyring.get_password(_SERVICE, account) or ""
    except keyring.errors.KeyringError:
        return ""


def _take_from_keyring(account: str) -> None:
    keyring = _keyring()
    if keyring is None:
        return
    try:
        keyring.delete_password(_SERVICE, account)
    except keyring.errors.KeyringError:
        return
