"""The session token of Cursor's web site: how it is given, and what it says of itself."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

import msgspec
from msgspec import Struct

COOKIE = "WorkosCursorSessionToken"

_ACCOUNT = re.compile(r"[A-Za-z0-9_.@-]{1,200}\Z", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_.~+/=-]{16,8192}\Z", re.ASCII)
_SEPARATOR = re.compile(r"%3a%3a|::", re.IGNORECASE)


class TokenError(Exception):
    """A text that is not a session token; the error's never repeats it."""


class SessionToken(Struct, frozen=True):
    """Whose account, and the secret; never shown as text."""

    account: str
    secret: str

    def __repr__(self) -> str:
        return f"SessionToken(account={self.account!r})"

    @property
    def cookie(self) -> str:
        """What is sent to Cursor's web site, and nowhere else."""
        return f"{COOKIE}={self.account}%3A%3A{self.secret}"

    @property
    def expires_at(self) -> int | None:
        """UTC milliseconds, where the token says so."""
        expiry = _claims(self.secret).exp
        if isinstance(expiry, bool) or not isinstance(expiry, int | float):
            return None
        return round(expiry * 1_000) if 0 < expiry < 10**11 else None


class _Claims(Struct):
    sub: object = None
    exp: object = None


def parse_token(text: str) -> SessionToken:
    """Return the token that was pasted, or that the editor keeps; raises `TokenError`.

    It is the cookie's value (`user_…%3A%3A…`), with its name before it or not, or the second
    part alone, which names the account itself.
    """
    bare = text.strip().strip("\"'").partition(";")[0].removeprefix(f"{COOKIE}=").strip()
    account, secret = "", bare
    separator = _SEPARATOR.search(bare)
    if separator is not None:
        account, secret = bare[: separator.start()], bare[separator.end() :]
    subject = _claims(secret).sub
    if not account and isinstance(subject, str):
        account = subject.rpartition("|")[2]
    if not _ACCOUNT.match(account) or not _SECRET.match(secret):
        raise TokenError(
            "That is not a session token of Cursor: paste the value of the cookie"
            f" {COOKIE} of cursor.com."
        )
    return SessionToken(account, secret)


def _claims(secret: str) -> _Claims:
    """Return what a token says of itself; it is not checked, Cursor does that."""
    parts = secret.split(".")
    if len(parts) != 3:
        return _Claims()
    try:
        content = urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(content, type=_Claims)
    except (ValueError, RecursionError):
        return _Claims()
