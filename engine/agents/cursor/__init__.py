"""Cursor: usage that was fetched from its web site, by ccmon or by tokscale, or exported.

The editor itself keeps no counts that hold, so the store is a directory of fetched files.
"""

from __future__ import annotations

from engine.agents.base import Agent, Kind, Place, Told, Tree
from engine.agents.cursor.events import keyed, read_events
from engine.domain.times import iso_time


class Cursor(Agent):
    """Files of usage events; each is written anew as a whole."""

    name = "cursor"
    title = "Cursor"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory itself: what lies in others in it was put aside."""
        return (Tree("", kind_of, is_deep=False),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all events in a file; raises `Unreadable`.

        An event whose conversation is not known counts to its day's, as a copy does, so that
        the same one of a file that knows the conversation is not taken out of it.
        """
        for key, event in keyed(read_events(data, place.path, told.problem)):
            told.see(
                key,
                time=event.time,
                model=event.model,
                tokens=event.tokens,
                session=event.conversation or iso_time(event.time)[:10],
                cost=event.cost,
                is_forked=not event.conversation,
            )
        return b""


def kind_of(path: str) -> Kind | None:
    """Say how a file grows: exports by any name, JSON only as it is synced."""
    if path.startswith("."):
        return None
    is_usage = path.endswith(".csv") or (path.startswith("usage") and path.endswith(".json"))
    return "document" if is_usage else None


AGENT = Cursor()
