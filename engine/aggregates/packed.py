"""A mapping whose values are kept as a few bytes each, since there is one for all of history."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar

import msgspec

V = TypeVar("V")


class Packed(MutableMapping[int, V]):
    """Values by number; one that is got is made anew, and changes only by being put back.

    A row of sums as Python objects takes ten times the memory that its digits need.
    """

    __slots__ = ("_decode", "_encode", "_packed")

    def __init__(self, type_: Any) -> None:
        """Hold values of one type that msgspec knows."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(type_).decode
        self._packed: dict[int, bytes] = {}

    def __getitem__(self, number: int) -> V:
        value: V = self._decode(self._packed[number])
        return value

    def __setitem__(self, number: int, value: V) -> None:
        self._packed[number] = self._encode(value)

    def __delitem__(self, number: int) -> None:
        del self._packed[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def packed(self) -> list[tuple[int, bytes]]:
        """Return every number with its value's bytes: the same object until it is put anew."""
        return list(self._packed.items())

    def __contains__(self, number: object) -> bool:
        return number in self._packed
