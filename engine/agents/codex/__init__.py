"""Codex CLI: where its rollouts lie, plain and compressed."""

from __future__ import annotations

from io import BytesIO

from engine.agents.base import Agent, Kind, Lines, Place, Told, Tree, Unreadable
from engine.agents.codex.rollouts import Rollout
from engine.agents.zstd import unpacked

_OTHERS = ("openclaw",)
"""Originators of threads that another agent's store tells of."""


class Codex(Agent):
    """Rollouts of `$CODEX_HOME`: one file per thread, archived or not."""

    name = "codex"
    title = "Codex"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return both places of rollouts; archived ones have the same names of responses."""
        return Tree("sessions", kind_of), Tree("archived_sessions", kind_of)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a rollout on."""
        return Rollout(place, state, told, is_ours)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all responses in a compressed rollout; raises `Unreadable`."""
        read_packed(data, Rollout(place, b"", told, is_ours), told)
        return b""


def read_packed(data: bytes, rollout: Lines, told: Told) -> None:
    """Read all lines of a compressed file; raises `Unreadable` where it cannot be unpacked."""
    offset = 0
    for line in BytesIO(unpacked(data)):
        try:
            rollout.read(line, offset)
        except Unreadable as error:
            told.problem(offset, str(error))
        offset += len(line)


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows; saved output of `codex exec` is not a rollout."""
    name = path.rpartition("/")[2]
    if not name.startswith("rollout-"):
        return None
    if name.endswith(".jsonl"):
        return "lines"
    return "document" if name.endswith(".jsonl.zst") else None


def is_ours(originator: str) -> bool:
    """Say by its originator whether a thread is Codex's own."""
    return originator not in _OTHERS


AGENT = Codex()
