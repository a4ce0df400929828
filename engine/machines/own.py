"""This machine as others know it, and what it shares where: one file beside the ledger."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.domain.files import read_regular, write_whole
from engine.domain.machines import Machine, is_id, new_id
from engine.domain.mistakes import SettingsError
from engine.domain.paths import ledger_path, machine_path
from engine.domain.settings import Settings

_SSH = "ssh://"


class Share(Struct, frozen=True):
    """One place that other machines' usage comes from."""

    place: str
    """A directory's absolute path, or `ssh://host`."""
    is_redacted: bool = False
    """Names of projects leave as hashes."""

    @property
    def is_ssh(self) -> bool:
        """Whether it is a host to pull from; to such nothing is written."""
        return self.place.startswith(_SSH)


class OwnMachine(Struct, frozen=True):
    """What the file says of this machine."""

    id: str
    name: str
    person: str = ""
    shares: tuple[Share, ...] = ()
    roots: tuple[str, ...] | None = None
    """The config directories that were given when something was first shared; `None` for the
    usual ones. With others in force nothing is shared: a report covers exactly those."""
    salt: str = ""
    """What names are hashed with where they are redacted."""

    @property
    def machine(self) -> Machine:
        """This machine as others know it."""
        return Machine(self.id, self.name, self.person)

    @property
    def folders(self) -> tuple[Share, ...]:
        """The directories among what is shared."""
        return tuple(share for share in self.shares if not share.is_ssh)


_decode = msgspec.json.Decoder(OwnMachine).decode


def load_own(settings: Settings) -> OwnMachine | None:
    """Return this machine, `None` where it has no id yet.

    Raises `SettingsError` where the file is damaged: another id would count this machine twice.
    """
    path = machine_path(settings)
    if path is None:
        return None
    try:
        said = read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from error
    try:
        own = _decode(said)
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{path} is damaged ({error}): mend it or delete it.") from error
    if not is_id(own.id):
        raise SettingsError(f"{path} is damaged (it has no id): mend it or delete it.")
    return own


def make_own(settings: Settings, known_id: str | None = None) -> OwnMachine:
    """Return this machine, giving it an id once; `known_id` is the one that its ledger knows.

    Raises `SettingsError` where nothing can be kept.
    """
    own = load_own(settings)
    if own is not None:
        return own
    made = OwnMachine(
        id=known_id or new_id(),
        name=_host(),
        roots=_roots_of(settings),
        salt=os.urandom(16).hex(),
    )
    keep_own(settings, made)
    return made


def keep_own(settings: Settings, own: OwnMachine) -> None:
    """Keep what is said of this machine; raises `SettingsError` where that cannot be."""
    path = machine_path(settings)
    if path is None:
        raise SettingsError("A ledger in memory cannot be shared: leave --ledger :memory: out.")
    try:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        write_whole(Path(path), msgspec.json.format(msgspec.json.encode(own)) + b"\n")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from error


def is_in_force(settings: Settings, own: OwnMachine) -> bool:
    """Say whether what is shared counts with these settings: the same directories are read."""
    return _roots_of(settings) == own.roots


def with_share(own: OwnMachine, share: Share) -> OwnMachine:
    """Return the machine with one more place, or with the place as it is said to be."""
    kept = tuple(each for each in own.shares if each.place != share.place)
    return replace(own, shares=(*kept, share))


def pulled_directory(settings: Settings, place: str) -> Path:
    """Return where it is kept what was pulled from a host."""
    from engine.domain.digest import blake2b

    digest = blake2b(place.encode(), digest_size=6).digest().hex()
    return Path(ledger_path(settings)).parent / "pulled" / digest


def _roots_of(settings: Settings) -> tuple[str, ...] | None:
    if settings.roots is None:
        return None
    return tuple(sorted(os.path.realpath(path) for path in settings.roots))


def _host() -> str:
    return socket.gethostname().split(".")[0] or "this machine"
