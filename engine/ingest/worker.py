"""A process of its own that reads chunks of files and hands back what they hold, packed.

    python -m engine.ingest.worker

What prices are in force comes first on standard input, then chunks; answers go to standard
output, each as eight bytes of length and that many of MessagePack. The end of the input ends the
process.
"""

from __future__ import annotations

import gc
import sys
from typing import IO

import msgspec

from engine.ingest.chunk_reader import ChunkReader, PricesInForce, Task


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


def main() -> None:
    """Answer until there are no more chunks; nothing that is read forms a cycle."""
    gc.disable()
    data = receive(sys.stdin.buffer)
    if data is None:
        return
    reader = ChunkReader(msgspec.msgpack.decode(data, type=PricesInForce).table())
    decode = msgspec.msgpack.Decoder(list[Task]).decode
    while (data := receive(sys.stdin.buffer)) is not None:
        send(sys.stdout.buffer, reader.read(decode(data)))


if __name__ == "__main__":
    main()
