"""A process of its own that reads transcripts and hands back what they hold.

    python -m engine.ingest.worker

Tasks come on standard input, answers go to standard output, each as eight bytes of length
and that many of MessagePack; the end of the input ends the process.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import IO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.domain.scans import Cursor, Found, Scan
from engine.ingest.tail import Tail


class Task(Struct, array_like=True):
    """A transcript to read on in; the path as bytes, since a name need be no text."""

    path: bytes
    found: Found
    cursor: Cursor | None

    @classmethod
    def of(cls, found: Found, cursor: Cursor | None) -> Task:
        """Return the task to read on in a transcript."""
        return cls(os.fsencode(found.path), replace(found, path=""), cursor)


def task_size(found: Found) -> int:
    """Return about how many bytes the task of a transcript is, rather more than fewer."""
    return 200 + 3 * (len(found.path) + len(found.relative))


class Answer(Struct, array_like=True):
    """What a transcript held, `None` for nothing new; or why it could not be read."""

    scan: Scan | None
    refused: str | None = None


def send(stream: IO[bytes], message: object) -> None:
    """Write a message with its length."""
    data = msgspec.msgpack.encode(message)
    stream.write(len(data).to_bytes(8, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read a message, `None` at the end."""
    length = stream.read(8)
    if len(length) < 8:
        return None
    data = stream.read(int.from_bytes(length, "big"))
    return data if len(data) == int.from_bytes(length, "big") else None


def read_one(tail: Tail, task: Task) -> Answer:
    """Read one transcript to its end."""
    found = replace(task.found, path=os.fsdecode(task.path))
    try:
        return Answer(tail.read(found, task.cursor))
    except FileNotFoundError:
        return Answer(None)
    except OSError as error:
        return Answer(None, refused=error.strerror or "could not be read")


def main() -> None:
    """Answer tasks until there are no more; nothing that is read forms a cycle."""
    gc.disable()
    decode = msgspec.msgpack.Decoder(list[Task]).decode
    tail = Tail()
    while (data := receive(sys.stdin.buffer)) is not None:
        send(sys.stdout.buffer, [read_one(tail, task) for task in decode(data)])


if __name__ == "__main__":
    main()
