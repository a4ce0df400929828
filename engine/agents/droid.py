"""Droid: a session's settings hold one growing count, its transcript when the replies came."""

from __future__ import annotations

import os
import re
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import BY_REPLY, Agent, Kind, Place, Told, Tree
from engine.agents.claude.patient import read_records
from engine.agents.fields import decode, mapping, milliseconds, read_beside, text, written_at
from engine.agents.grown import Grown, Left, Reply, Used, left_in, whole
from engine.domain.files import open_regular
from engine.domain.long_lines import PIECE, finished_lines

_SETTINGS = ".settings.json"
_LONGEST_LOOK = 1 << 20
"""Bytes of a transcript that are looked through for the model's name."""
_NAMED = re.compile(rb'Model: *([^\[\]\\"\n]+)')


class Settings(Struct, gc=False, rename="camel"):
    """The fields that are read of a session's settings."""

    model: Any = None
    provider_lock: Any = None
    provider_lock_timestamp: Any = None
    token_usage: Any = None


class _Line(Struct, gc=False):
    """The fields that are read of a line of the transcript."""

    timestamp: Any = None
    cwd: Any = None
    message: Any = None


class _Left(Left):
    """Where reading left off."""

    offset: int = -1
    """Byte of the transcript up to which replies were booked, -1 where none ever were."""


_settings = msgspec.json.Decoder(Settings)
_lines = msgspec.json.Decoder(_Line)


class Droid(Agent):
    """Droid, with the directory of its sessions as root."""

    name = "droid"
    title = "Droid"
    is_cumulative = True
    note = BY_REPLY

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("", kind_of),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Book what a session used since it was last seen; raises `Unreadable`."""
        settings = decode(_settings, data)
        session = place.path.rpartition("/")[2].removesuffix(_SETTINGS)
        left = left_in(state, _Left)
        grown = Grown(left.used, told)
        if not isinstance(settings.token_usage, dict):
            return state
        is_new = grown.used(session) is None
        begun = milliseconds(settings.provider_lock_timestamp) or written_at(place)
        beside = _Transcript(place, 0 if is_new else left.offset)
        is_booked = grown.book(
            session,
            _used(settings.token_usage),
            time=grown.moment(session, begun, place.now),
            model=plain_name(text(settings.model)) or _model_beside(place),
            replies=beside.replies,
            directory=beside.directory,
            provider=text(settings.provider_lock),
        )
        left.used = grown.state()
        if is_booked or left.offset < 0:
            left.offset = beside.end
        return msgspec.msgpack.encode(left)


class _Transcript:
    """What a session's transcript says from a byte on; of a negative one from its end on."""

    def __init__(self, place: Place, offset: int) -> None:
        self.directory = ""
        self.replies: list[Reply] = []
        self.end = max(offset, 0)
        path = os.path.join(place.root, *place.path.removesuffix(_SETTINGS).split("/")) + ".jsonl"
        try:
            with open_regular(path) as file:
                self._begin(file.readline(PIECE))
                self.end = os.fstat(file.fileno()).st_size if offset < 0 else offset
                file.seek(self.end)
                for line, size in finished_lines(file):
                    self.end += size
                    self._read(line)
        except OSError:
            return

    def _begin(self, line: bytes) -> None:
        for record in read_records(line, _lines)[0]:
            self.directory = text(record.cwd)

    def _read(self, line: bytes) -> None:
        if b'"assistant"' not in line:
            return
        for record in read_records(line, _lines)[0]:
            time = milliseconds(record.timestamp)
            if mapping(record.message).get("role") == "assistant" and time is not None:
                self.replies.append(Reply(time))


def _used(usage: dict[str, Any]) -> Used:
    """Return what was used; thinking stands beside the output unless the total says otherwise."""
    given, output, written, read, thinking, total = (
        whole(usage.get(f"{name}Tokens"))
        for name in ("input", "output", "cacheCreation", "cacheRead", "thinking", "total")
    )
    if total != given + output + written + read:
        output += thinking
    return (given, output, read, written, min(thinking, output), 0)


def plain_name(model: str) -> str:
    """Return a model's name without what Droid puts around it: `custom:Name-[Vendor]-0`."""
    if not model.startswith("custom:") and "[" not in model:
        return model
    name = re.sub(r"-?\[[^\]]*\](-\d+)?", "", model.removeprefix("custom:"))
    return name.strip(" -").replace(" ", "-")


def _model_beside(place: Place) -> str:
    """Return the model that the session's transcript names, if it does."""
    transcript = place.path.removesuffix(_SETTINGS) + ".jsonl"
    found = _NAMED.search(read_beside(place, *transcript.split("/"), most=_LONGEST_LOOK))
    return found[1].decode("utf-8", "replace").strip().replace(" ", "-") if found else ""


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows."""
    return "document" if path.endswith(_SETTINGS) else None


AGENT = Droid()
