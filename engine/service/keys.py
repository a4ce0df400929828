"""Who may ask: the bearer of the token, or a browser that was let in with a one-time code."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest

CODE_LASTS = 60.0
"""Seconds in which a one-time code opens the page."""
_MOST_CODES = 16
_MOST_BROWSERS = 64


class Keys:
    """The token, the codes that wait to be used, and the browsers that were let in.

    Only digests of codes and cookies are kept. They end with the process.
    """

    def __init__(self, token: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._token = _digest(token)
        self._seconds = seconds
        self._codes: dict[bytes, float] = {}
        self._browsers: list[bytes] = []

    def is_token(self, said: str) -> bool:
        """Say whether it is the token, in the same time for every wrong one."""
        return compare_digest(_digest(said), self._token)

    def is_browser(self, said: str) -> bool:
        """Say whether it is the cookie of a browser that was let in."""
        digest = _digest(said)
        return sum(compare_digest(digest, known) for known in self._browsers) > 0

    def make_code(self) -> str:
        """Return a code that opens the page once, within a minute."""
        self._drop_old_codes()
        code = secrets.token_urlsafe(24)
        self._codes[_digest(code)] = self._seconds() + CODE_LASTS
        while len(self._codes) > _MOST_CODES:
            self._codes.pop(next(iter(self._codes)))
        return code

    def let_in(self, code: str) -> str | None:
        """Use a code up; return the new browser's cookie, `None` where the code opens nothing."""
        self._drop_old_codes()
        if self._codes.pop(_digest(code), None) is None:
            return None
        cookie = secrets.token_urlsafe(32)
        self._browsers = [*self._browsers[1 - _MOST_BROWSERS :], _digest(cookie)]
        return cookie

    def _drop_old_codes(self) -> None:
        now = self._seconds()
        self._codes = {code: until for code, until in self._codes.items() if until > now}


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
