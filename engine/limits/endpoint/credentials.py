"""Claude Code's own sign-in token: looked up when it is used, and kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from engine.domain.files import open_regular
from engine.domain.scans import COWORK
from engine.domain.system import PLATFORM

VARIABLE = "CLAUDE_CODE_OAUTH_TOKEN"
FILE = ".credentials.json"
KEYCHAIN_SERVICE = "Claude Code-credentials"
SCOPE = "user:profile"
"""What a token has to be for; those of `claude setup-token` are not."""

_LARGEST_FILE = 2**20
_LONGEST_TOKEN = 8_192
_KEYCHAIN_TIMEOUT = 5.0

Lack = Literal["absent", "expired", "narrow"]


class Found(NamedTuple):
    """A token fit for use, or why there is none; never shown as text."""

    token: str
    lack: Lack | None = None

    def __repr__(self) -> str:
        return f"Found(lack={self.lack!r})"


class _OAuth(Struct, rename="camel"):
    access_token: Any = None
    expires_at: Any = None
    scopes: Any = None


class _File(Struct, rename="camel"):
    claude_ai_oauth: _OAuth | None = None


_decode = msgspec.json.Decoder(_File).decode


def find_token(
    environment: Mapping[str, str],
    directories: Iterable[Path],
    now: int,
    platform: str = PLATFORM,
) -> Found:
    """Return the first token that may be used at a moment (UTC milliseconds).

    The environment's, else that of a config directory, else on macOS that of the Keychain.
    One that has expired is passed over and never renewed: that is Claude Code's to do.
    """
    given = environment.get(VARIABLE, "").strip()
    if given:
        return Found(given) if _is_token(given) else Found("", "absent")
    lacks: list[Lack] = []
    for content in _kept(tuple(directories), environment, platform):
        found = _token_of(content, now)
        if found.lack is None:
            return found
        lacks.append(found.lack)
    return Found("", next((lack for lack in lacks if lack != "absent"), "absent"))


def _kept(
    directories: Sequence[Path], environment: Mapping[str, str], platform: str
) -> Iterator[bytes]:
    for directory in directories:
        try:
            with open_regular(directory / FILE) as file:
                yield file.read(_LARGEST_FILE)
        except OSError:
            continue
    if platform == "darwin":
        for service in keychain_services(environment, directories):
            yield _of_keychain(service, environment)


def _token_of(content: bytes, now: int) -> Found:
    try:
        oauth = _decode(content).claude_ai_oauth
    except (msgspec.DecodeError, ValueError, RecursionError):
        oauth = None
    token = oauth.access_token if oauth is not None else None
    if oauth is None or not isinstance(token, str) or not _is_token(token):
        return Found("", "absent")
    expires_at = oauth.expires_at
    if isinstance(expires_at, int | float) and expires_at <= now:
        return Found("", "expired")
    if isinstance(oauth.scopes, list) and oauth.scopes and SCOPE not in oauth.scopes:
        return Found("", "narrow")
    return Found(token)


def _is_token(text: str) -> bool:
    """Say whether a text can stand in a header: other signs would be named in an error."""
    return 0 < len(text) <= _LONGEST_TOKEN and text.isascii() and text.isprintable()


def keychain_services(
    environment: Mapping[str, str], directories: Iterable[Path]
) -> tuple[str, ...]:
    """Return the names under which Claude Code keeps the tokens in question in the Keychain.

    With `CLAUDE_CONFIG_DIR` the name bears a digest of that text, as it is written there: each
    directory has a sign-in of its own, and another one's must never be taken for it.
    """
    named = environment.get("CLAUDE_CONFIG_DIR", "")
    if named:
        return tuple(dict.fromkeys(map(_service_of, (named, *named.split(",")))))
    usual = ((".claude",), (".config", "claude"))
    services = [
        KEYCHAIN_SERVICE
        if path.parts[-1:] in usual or path.parts[-2:] in usual
        else _service_of(str(path))
        for path in directories
        if path.name != COWORK
    ]
    return tuple(dict.fromkeys(services)) or (KEYCHAIN_SERVICE,)


def _of_keychain(service: str, environment: Mapping[str, str]) -> bytes:
    """Ask macOS, which may ask the user; nothing where that fails."""
    import shutil
    import subprocess

    program = shutil.which("security", path=environment.get("PATH", os.defpath))
    if program is None:
        return b""
    try:
        done = subprocess.run(
            [program, *_question(service, environment)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_KEYCHAIN_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""


def _service_of(directory: str) -> str:
    from hashlib import sha256
    from unicodedata import normalize

    digest = sha256(normalize("NFC", directory).encode("utf-8", "replace")).hexdigest()
    return f"{KEYCHAIN_SERVICE}-{digest[:8]}"


def _question(service: str, environment: Mapping[str, str]) -> list[str]:
    """Return what is asked: the token of the user whose environment this is, and no other's."""
    user = environment.get("USER", "").strip()
    account = ["-a", user] if user else []
    return ["find-generic-password", *account, "-s", service, "-w"]
