"""Runs a command on another machine by the system's `ssh`, which asks nobody anything."""

from __future__ import annotations

import re
import subprocess
from typing import IO

from msgspec import Struct

from engine.domain.mistakes import SettingsError
from engine.domain.processes import unseen

_PLACE = re.compile(
    r"ssh://(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9_.+-]*)@)?"
    r"(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?\])"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
_OPTIONS = (
    *("-T", "-x", "-a", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"),
    *("-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"),
    *("-o", "PermitLocalCommand=no", "-o", "ClearAllForwardings=yes"),
)
NOT_FOUND = 127
"""What a shell says of a command that is not there."""


class SshFailed(Exception):
    """The other machine could not be asked; the text says why, in words that end a sentence."""


class Host(Struct, frozen=True):
    """Where `ssh://user@host:port` leads."""

    name: str
    user: str = ""
    port: str = ""

    @property
    def arguments(self) -> list[str]:
        """What follows `ssh` and its options; after `--` nothing is an option."""
        port = ["-p", self.port] if self.port else []
        return [*port, "--", f"{self.user}@{self.name}" if self.user else self.name]


def host_of(place: str) -> Host:
    """Return the host that a place names; raises `SettingsError` where it is none."""
    found = _PLACE.fullmatch(place)
    if found is None or int(found["port"] or 0) > 65_535:
        raise SettingsError(f"'{place}' is not a host to pull from: write ssh://user@host.")
    return Host(found["host"].strip("[]"), found["user"] or "", found["port"] or "")


def run(
    host: Host,
    command: str,
    output: IO[bytes],
    *,
    script: bytes = b"",
    seconds: float,
    ssh: tuple[str, ...] = ("ssh",),
) -> int:
    """Run a command with a script as its input; return its exit code, what it says in `output`.

    Raises `SshFailed` where the connection fails or all takes longer than so many seconds.
    """
    try:
        done = subprocess.run(
            [*ssh, *_OPTIONS, *host.arguments, command],
            input=script,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
            **unseen(),
        )
    except subprocess.TimeoutExpired:
        raise SshFailed(f"it did not answer within {seconds:.0f} seconds") from None
    except OSError as error:
        raise SshFailed(f"ssh cannot be run: {error.strerror}") from None
    if done.returncode == 255:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SshFailed(said[-1] if said else "the connection failed")
    return done.returncode
