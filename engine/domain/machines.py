"""Machines whose responses are counted together, and the people who work on them.

A response belongs to the machine of its earliest line; where that line stands on several, to the
one with the smaller id. This machine's responses bear no number; another machine's bear its
*place*, how far its id lies from this one's: places are in the order of ids, and 0 is this one's.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

OWN = 0
"""The place of the machine that a ledger is of."""
_DIGITS = 15


class Machine(Struct, frozen=True):
    """A machine with the ledger that it keeps."""

    id: str
    """15 hexadecimal digits, made once by chance."""
    name: str
    """What people call it; it may change."""
    person: str = ""
    """Who works on it, empty where nobody said so."""

    def place_from(self, own: str) -> int:
        """Return this machine's place as seen from the machine with an id."""
        return int(self.id, 16) - int(own, 16)


def labels_of(machines: Mapping[int, Machine]) -> dict[int, str]:
    """Return what each machine is called: of those that share a name with the id's beginning."""
    shared = Counter(machine.name for machine in machines.values())
    return {
        place: machine.name if shared[machine.name] == 1 else f"{machine.name} {machine.id[:4]}"
        for place, machine in machines.items()
    }


def new_id() -> str:
    """Return an id that no other machine has."""
    return os.urandom(8).hex()[:_DIGITS]


def is_id(text: str) -> bool:
    """Say whether a text is a machine's id as this program writes them."""
    return len(text) == _DIGITS and all(letter in "0123456789abcdef" for letter in text)
