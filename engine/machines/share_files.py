"""The files that machines share: a line of JSON that says what follows, then packed columns.

README.md beside this documents the format, which is independent of the ledger's. A file is whole
or it says so itself: it names the length and the digest of what follows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from engine.domain.digest import blake2b
from engine.domain.machines import Machine, is_id
from engine.domain.responses import Sighting, merge
from engine.domain.workplaces import Workplace

FORMAT = 1
SUFFIX = ".ccmon"
MOST_ROWS = 20_000
"""Responses in one file."""
LONGEST_HEADER = 1 << 20
"""Bytes of the first line."""
_LONGEST_BODY = 64 << 20
"""Bytes of the columns, unpacked; a file of so many rows has a twentieth of that."""
_FAST, _US, _BATCH, _SIDECHAIN, _FORKED = 1, 2, 4, 8, 16
_NAME = re.compile(r"([0-9a-f]{15})\.([0-9a-f]{8})\.([a-z0-9_-]+)\.(\d{13,})\.ccmon")
_BEGINNING = re.compile(r"[0-9a-f]{15}\.[0-9a-f]{8}\.([a-z0-9_-]+)\.\d{13,}")

Count = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
_Id = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
_Time = Annotated[int, Meta(ge=-62_135_596_800_000, le=253_402_300_799_999)]
"""Of the years 1 to 9999."""
_Place = Annotated[int, Meta(ge=0, lt=1 << 31)]


_Called = Annotated[str, Meta(max_length=200)]


class BadShare(Exception):
    """A file that cannot be taken in now; the text says why, in words that end a sentence."""


class Header(Struct, frozen=True, omit_defaults=True):
    """What the first line says."""

    ccmon_share: int
    """The version of the format."""
    machine: str
    name: _Called
    agent: _Called
    writer: str
    """The ledger that wrote it, 8 hexadecimal digits."""
    written: int
    """When, UTC milliseconds; of one writer's files no two say the same."""
    rows: Count
    size: Count
    """Bytes that follow the first line."""
    digest: str
    """BLAKE2b of them, 16 bytes in hexadecimal digits."""
    person: _Called = ""
    withdrawn: tuple[_Id, ...] = ()
    """Responses that turned out to be none: what files written earlier say of them is void."""

    @property
    def whose(self) -> Machine:
        """The machine that wrote it."""
        return Machine(self.machine, self.name, self.person)

    @property
    def file_name(self) -> str:
        """What a file with this header is called."""
        return f"{self.machine}.{self.writer}.{self.agent}.{self.written:013}{SUFFIX}"


class _Body(Struct, frozen=True):
    """Columns, row by row in the same order; names by their places in lists."""

    sessions: list[str]
    projects: list[str]
    models: list[str]
    providers: list[str]
    agents: list[str]
    id: list[_Id]
    time: list[_Time]
    won_at: list[_Time]
    session: list[_Place]
    project: list[_Place]
    model: list[_Place]
    provider: list[_Place]
    agent: list[_Place]
    flags: list[_Place]
    input: list[Count]
    output: list[Count]
    cache_read: list[Count]
    cache_write_5m: list[Count]
    cache_write_1h: list[Count]
    reasoning: list[Count]
    searches: list[Count]
    recorded: list[Annotated[int, Meta(ge=-1, le=(1 << 63) - 1)]]
    context: list[Annotated[int, Meta(ge=-1, lt=1 << 40)]]
    workplaces: dict[str, tuple[Annotated[int, Meta(ge=0, le=99)], _Time, str]]


class Shared(Struct):
    """What a file tells of one machine's and one agent's use."""

    responses: dict[int, Sighting]
    workplaces: dict[str, Workplace]
    withdrawn: set[int] = set()


_decode_header = msgspec.json.Decoder(Header).decode
_decode_body = msgspec.msgpack.Decoder(_Body).decode


def packed(
    shared: Shared, machine: Machine, agent: str, writer: str, written: int
) -> tuple[Header, bytes]:
    """Return a file's header and all its bytes."""
    body = zlib.compress(msgspec.msgpack.encode(_columns(shared)), 6)
    header = Header(
        FORMAT,
        machine.id,
        machine.name,
        agent,
        writer,
        written,
        len(shared.responses),
        len(body),
        _digest(body),
        machine.person,
        tuple(sorted(shared.withdrawn)),
    )
    return header, msgspec.json.encode(header) + b"\n" + body


def header_of(line: bytes) -> Header:
    """Return what a file's first line says; raises `BadShare`."""
    if not line.endswith(b"\n"):
        raise BadShare("it is not whole yet")
    try:
        version = msgspec.json.decode(line, type=dict[str, object]).get("ccmon_share")
    except msgspec.MsgspecError:
        raise BadShare("it is no file of ccmon's, or damaged") from None
    if not isinstance(version, int) or version < 1:
        raise BadShare("it is no file of ccmon's, or damaged")
    if version > FORMAT:
        raise BadShare("a newer ccmon wrote it: update this one")
    try:
        header = _decode_header(line)
    except msgspec.MsgspecError:
        raise BadShare("its first line is damaged") from None
    if not is_id(header.machine) or not _NAME.fullmatch(header.file_name):
        raise BadShare("its first line is damaged")
    return header


def unpacked(header: Header, body: bytes, place: int) -> Shared:
    """Return what a file tells, as of the machine at a place; raises `BadShare`."""
    if len(body) < header.size:
        raise BadShare("it is not whole yet")
    if len(body) > header.size or _digest(body) != header.digest:
        raise BadShare("it is damaged")
    unpacker = zlib.decompressobj()
    try:
        columns = _decode_body(unpacker.decompress(body, _LONGEST_BODY))
        return Shared(
            dict(_rows(columns, place)),
            {session: Workplace(*told) for session, told in columns.workplaces.items()},
            set(header.withdrawn),
        )
    except (zlib.error, msgspec.MsgspecError, IndexError, ValueError):
        raise BadShare("it is damaged") from None


def named(name: str) -> re.Match[str] | None:
    """Return machine, writer, agent and time that a file's name says, `None` for another name."""
    return _NAME.fullmatch(name)


def agent_named(name: str) -> str | None:
    """Return the agent in a file's name, also in a copy's that a syncing program named anew."""
    found = _BEGINNING.match(name)
    return found[1] if found and name.endswith(SUFFIX) else None


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=16).digest().hex()


def _columns(shared: Shared) -> _Body:
    names: list[dict[str, int]] = [{}, {}, {}, {}, {}]
    rows = [
        (
            id_,
            each.time,
            each.won_at,
            *_places(names, each.session, each.project, each.model, each.provider, each.agent),
            _flags(each),
            each.input,
            each.output,
            each.cache_read,
            each.cache_write_5m,
            each.cache_write_1h,
            each.reasoning,
            each.searches,
            -1 if each.recorded is None else each.recorded,
            each.context,
        )
        for id_, each in sorted(shared.responses.items(), key=lambda item: item[1].time)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(18)]
    told = {session: tuple(each) for session, each in shared.workplaces.items()}
    return _Body(*map(list, names), *columns, told)  # type: ignore[arg-type, call-arg]


def _places(names: list[dict[str, int]], *own: str) -> Iterable[int]:
    return (known.setdefault(name, len(known)) for known, name in zip(names, own, strict=True))


def _flags(each: Sighting) -> int:
    return (
        each.is_fast * _FAST
        | each.is_us * _US
        | each.is_batch * _BATCH
        | each.is_sidechain * _SIDECHAIN
        | each.is_forked * _FORKED
    )


def _rows(columns: _Body, place: int) -> Iterable[tuple[int, Sighting]]:
    """Yield what each row tells; raises `IndexError` or `ValueError` where columns do not fit."""
    for row in zip(
        *(getattr(columns, name) for name in _Body.__struct_fields__[5:-1]), strict=True
    ):
        flags, recorded = row[8], row[16]
        yield (
            row[0],
            Sighting(
                is_sidechain=bool(flags & _SIDECHAIN),
                won_at=row[2],
                model=columns.models[row[5]],
                input=row[9],
                output=row[10],
                cache_read=row[11],
                cache_write_5m=row[12],
                cache_write_1h=row[13],
                is_fast=bool(flags & _FAST),
                is_us=bool(flags & _US),
                is_batch=bool(flags & _BATCH),
                searches=row[15],
                recorded=None if recorded < 0 else recorded,
                agent=columns.agents[row[7]],
                time=row[1],
                is_forked=bool(flags & _FORKED),
                session=columns.sessions[row[3]],
                project=columns.projects[row[4]],
                provider=columns.providers[row[6]],
                reasoning=row[14],
                context=row[17],
                machine=place,
            ),
        )


def merged(parts: Iterable[Shared]) -> Shared:
    """Return what several files of one writer tell, the later ones given last."""
    whole = Shared({}, {})
    for part in parts:
        for id_ in part.withdrawn:
            whole.responses.pop(id_, None)
        whole.withdrawn = (whole.withdrawn | part.withdrawn) - part.responses.keys()
        for id_, each in part.responses.items():
            before = whole.responses.get(id_)
            whole.responses[id_] = each if before is None else merge(before, each)
        for session, told in part.workplaces.items():
            known = whole.workplaces.get(session)
            whole.workplaces[session] = told if known is None else min(known, told)
    return whole
