"""Pulls what was used on other machines, over ssh, into files as machines share them.

Where ccmon is installed there it sends what is new. Elsewhere Claude Code's transcripts are read
through ssh, only what came since the last time; nothing is written there.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import IO

import msgspec
from msgspec import Struct

from engine.domain.files import read_regular, write_whole
from engine.domain.machines import OWN, Machine, new_id
from engine.domain.mistakes import SettingsError
from engine.domain.pace import Every
from engine.domain.scans import Found, Scan
from engine.domain.settings import Settings
from engine.machines import ssh
from engine.machines.own import OwnMachine, pulled_directory
from engine.machines.remote_transcripts import Listed, Piece, listing, next_pieces
from engine.machines.share_files import (
    LONGEST_HEADER,
    BadShare,
    Shared,
    header_of,
    merged,
    unpacked,
)
from engine.machines.share_folder import Files, ShareFolder

PULLED = 300.0
"""Seconds between two times that hosts are asked."""
_ASKED = 120.0
"""Seconds that a machine may take to say what it has."""
_SENT = 900.0
"""Seconds that it may take to send it."""
_STATE = "state.json"
_WRITER = "00000000"
"""Names the files of transcripts that were read through ssh: no ledger wrote them."""
_END = b'{"ccmon_share_end":'
_SEND = (
    'PATH="$PATH:$HOME/.local/bin:/usr/local/bin:/opt/homebrew/bin"; export PATH;'
    " command -v ccmon >/dev/null 2>&1 || exit 127; exec ccmon share --send '{since}'"
)

ReadTranscript = Callable[[Found, int], Scan | None]
"""Tells what a file says that holds a transcript, from a byte on."""


class _End(Struct):
    ccmon_share_end: str
    """From where on to send the next time."""


class _Read(Struct, frozen=True, array_like=True):
    """How far a transcript was read: its bytes, and what the last of them were."""

    offset: int
    before: str


class _State(Struct):
    """What is known of one host, kept beside its files."""

    id: str
    """Of the machine, where it has no ccmon that gives it one."""
    since: str = "-"
    read: dict[str, _Read] = {}
    files: Files = {}
    pulled_at: int = 0
    problem: str = ""


class Pulled(Struct, frozen=True):
    """How pulling from a host stands."""

    place: str
    pulled_at: int
    """UTC milliseconds, 0 for never."""
    problem: str
    """Why it failed the last time, empty where it did not."""
    is_by_ccmon: bool
    """Whether a ccmon there sends; else transcripts are read."""


class Puller:
    """Pulls from hosts: when asked to, or every few minutes in a thread of its own."""

    def __init__(
        self, settings: Settings, read: ReadTranscript, command: tuple[str, ...] = ("ssh",)
    ) -> None:
        self._settings = settings
        self._read = read
        self.command = command
        """What runs in place of `ssh`, with what must come before its own options."""
        self._due = Every(PULLED)
        self._lock = Lock()
        self._thread: Thread | None = None
        self._has_news = False

    def start_when_due(self, own: OwnMachine) -> None:
        """Pull in a thread, unless that was just done, nothing is to be, or all is offline."""
        places = [share.place for share in own.shares if share.is_ssh]
        if not places or self._settings.is_offline or not self._due.is_due(time.monotonic()):
            return
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(
                target=self._pull_all, args=(places,), name="ccmon-pull", daemon=True
            )
            self._thread.start()

    def take_news(self) -> bool:
        """Say whether anything was pulled since the last call."""
        news, self._has_news = self._has_news, False
        return news

    def _pull_all(self, places: list[str]) -> None:
        for place in places:
            with suppress(SettingsError):
                if not self.pull(place).problem:
                    self._has_news = True

    def pull(self, place: str) -> Pulled:
        """Pull what is new from a host; raises `SettingsError` where it is none."""
        host = ssh.host_of(place)
        directory = pulled_directory(self._settings, place)
        with self._lock:
            state = _load(directory)
            try:
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                state = self._pulled(host, directory, state)
                state.problem, state.pulled_at = "", self._settings.clock()
            except ssh.SshFailed as error:
                state.problem = str(error)
            except BadShare as error:
                state.problem = f"what it sent cannot be read: {error}"
            except OSError as error:
                state.problem = f"it cannot be kept: {error.strerror}"
            _keep(directory, state)
            return _told(place, state)

    def standing(self, place: str) -> Pulled:
        """Return how pulling from a host stands."""
        return _told(place, _load(pulled_directory(self._settings, place)))

    def _pulled(self, host: ssh.Host, directory: Path, state: _State) -> _State:
        with tempfile.TemporaryFile(dir=directory) as sent:
            command = _SEND.format(since=state.since)
            code = ssh.run(host, command, sent, seconds=_SENT, ssh=self.command)
            if code == 0:
                sent.seek(0)
                state.since = _keep_sent(sent, directory)
                return state
        return self._read_transcripts(host, directory, state)

    def _read_transcripts(self, host: ssh.Host, directory: Path, state: _State) -> _State:
        """Read what is new in the transcripts there; each batch is kept once it is written."""
        machine = Machine(state.id, host.name)
        folder = ShareFolder(directory, machine, "claude", _WRITER)
        there = {each.path: each for each in self._listed(host)}
        while batch := next_pieces(
            there.values(), {path: each.offset for path, each in state.read.items()}
        ):
            news, read = self._read_batch(host, directory, batch, state)
            if news.responses or news.workplaces:
                state.files = folder.add(news, state.files, self._settings.clock())
            for piece in batch:
                if piece.path not in read or read[piece.path].offset == piece.offset > 0:
                    del there[piece.path]
            state.read |= read
            _keep(directory, state)
            folder.clear(state.files)
        return state

    def _listed(self, host: ssh.Host) -> list[Listed]:
        with tempfile.TemporaryFile() as said:
            code = ssh.run(host, "sh -s", said, script=listing(), seconds=_ASKED, ssh=self.command)
            if code != 0:
                raise ssh.SshFailed(f"its shell ended with {code}")
            said.seek(0)
            return Listed.all_in(said.read())

    def _read_batch(
        self, host: ssh.Host, directory: Path, batch: list[Piece], state: _State
    ) -> tuple[Shared, dict[str, _Read]]:
        """Return what some pieces of transcripts say, and how far these are read then."""
        whole = Shared({}, {})
        read: dict[str, _Read] = {}
        with tempfile.TemporaryFile(dir=directory) as said:
            ssh.run(
                host,
                "sh -s",
                said,
                script=Piece.script(batch),
                seconds=_SENT,
                ssh=self.command,
            )
            said.seek(0)
            for piece in batch:
                content = piece.content(said)
                if content is None:
                    break
                known = state.read.get(piece.path)
                if piece.offset and known and known.before != piece.digest_before(content):
                    read[piece.path] = _Read(0, "")
                    continue
                scan = self._scan(directory, piece, content)
                if scan is not None:
                    whole = merged((whole, Shared(scan.sightings, scan.workplaces)))
                    end = scan.cursor.offset
                    read[piece.path] = _Read(end, piece.digest_at(content, end))
        return whole, read

    def _scan(self, directory: Path, piece: Piece, content: bytes) -> Scan | None:
        """Read a piece as if it were a transcript, in a file that is gone right after."""
        handle, path = tempfile.mkstemp(dir=directory, prefix=".piece-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.seek(piece.offset - piece.length_before)
                file.write(content)
            status = os.stat(path)
            found = Found(path, piece.relative, 0, 0, status.st_size, status.st_mtime_ns)
            return self._read(found, piece.offset)
        finally:
            os.unlink(path)


def _keep_sent(sent: IO[bytes], directory: Path) -> str:
    """Put the files that were sent in their places; return from where on to send the next time.

    Raises `BadShare` where they are not all there.
    """
    while True:
        line = sent.readline(LONGEST_HEADER)
        if line.startswith(_END):
            return msgspec.json.decode(line, type=_End).ccmon_share_end
        header = header_of(line)
        body = sent.read(header.size)
        unpacked(header, body, OWN)
        write_whole(directory / header.file_name, line + body)


def _told(place: str, state: _State) -> Pulled:
    return Pulled(place, state.pulled_at, state.problem, not state.read)


def _load(directory: Path) -> _State:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(read_regular(directory / _STATE), type=_State)
    return _State(new_id())


def _keep(directory: Path, state: _State) -> None:
    with suppress(OSError):
        write_whole(directory / _STATE, msgspec.json.encode(state))
