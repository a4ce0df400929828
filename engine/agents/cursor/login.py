"""Keeps the session token: in the system's keyring where there is one, else in a file of ours."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from engine.agents.cursor.tokens import SessionToken, TokenError, parse_token
from engine.domain.files import read_or_nothing, write_whole
from engine.domain.paths import cursor_session_path
from engine.domain.settings import Settings
from engine.net.keyring import of_keyring, put_in_keyring, take_from_keyring

_SERVICE = "ccmon-cursor"


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
        secret = kept.secret or of_keyring(_SERVICE, kept.account)
        try:
            return parse_token(f"{kept.account}::{secret}")
        except TokenError:
            return None

    def keep(self, token: SessionToken) -> None:
        """Keep a token instead of any before; raises `OSError`."""
        self.forget()
        is_in_keyring = put_in_keyring(_SERVICE, token.account, token.secret)
        kept = _Kept(token.account, "" if is_in_keyring else token.secret)
        write_whole(self.path, msgspec.json.encode(kept))

    def forget(self) -> bool:
        """Forget the token; return whether there was one. Raises `OSError`."""
        kept = self._kept()
        if kept is not None and not kept.secret:
            take_from_keyring(_SERVICE, kept.account)
        is_there = self.path.exists()
        self.path.unlink(missing_ok=True)
        return is_there

    def _kept(self) -> _Kept | None:
        try:
            return msgspec.json.decode(read_or_nothing(self.path), type=_Kept)
        except ValueError:
            return None
