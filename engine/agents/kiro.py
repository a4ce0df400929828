"""Kiro's CLI: a document per session, whose turns have counts of tokens that are mostly 0.

Kiro bills credits. Where a turn's counts are given they are told; credits are not dollars, and
nothing is estimated from the length of texts.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Tokens, Told, Tree, counts
from engine.agents.fields import decode, mapping, milliseconds, text, written_at


class _Session(Struct):
    """The fields that are read of a session."""

    session_id: Any = None
    cwd: Any = None
    session_state: Any = None


_session = msgspec.json.Decoder(_Session)


class Kiro(Agent):
    """Kiro, with `~/.kiro` as root."""

    name = "kiro"
    title = "Kiro"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions/cli", _kind, is_deep=False),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of the turns that have counts; raises `Unreadable`."""
        session = decode(_session, data)
        kept = mapping(session.session_state)
        model = mapping(mapping(kept.get("rts_model_state")).get("model_info"))
        turns = mapping(kept.get("conversation_metadata")).get("user_turn_metadatas")
        name = text(session.session_id) or place.path.rpartition("/")[2].removesuffix(".json")
        for number, turn in enumerate(turns if isinstance(turns, list) else ()):
            given, output = counts(mapping(turn), "input_token_count", "output_token_count")
            told.see(
                f"{name}\n{number}",
                time=milliseconds(mapping(turn).get("end_timestamp")) or written_at(place),
                model=text(model.get("model_id")),
                tokens=Tokens(given, output),
                session=name,
                directory=text(session.cwd),
            )
        return b""


def _kind(path: str) -> Kind | None:
    return "document" if path.endswith(".json") else None


AGENT = Kiro()
