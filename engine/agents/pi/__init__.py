"""pi, and the agents that are made from it: they differ in where their sessions lie."""

from __future__ import annotations

from engine.agents.base import Agent, Kind, Lines, Place, Told, Tree
from engine.agents.pi.entries import Entries


class Pi(Agent):
    """An agent with the directory as root that its `sessions` lie in."""

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", kind_of),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a session on."""
        name = place.path.rpartition("/")[2].removesuffix(".jsonl")
        return Entries(name.rpartition("_")[2], state, told)


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows: each is `<time>_<session>.jsonl`."""
    return "lines" if path.endswith(".jsonl") else None


AGENT = Pi("pi", "pi")
OH_MY_PI = Pi("oh-my-pi", "Oh My Pi")
SENPI = Pi("senpi", "Senpi")
KIMCHI = Pi("kimchi", "Kimchi")
GAJAE = Pi("gajae", "Gajae")
PRIME = Pi("prime", "Prime Agent")
