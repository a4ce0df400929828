"""Crush: a `crush.db` in each project that knows what a session cost, and no tokens by model.

A session's cost holds that of the sessions it started, so only sessions without a parent
are read.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Told, Tree, UnknownStore, Unreadable, pico
from engine.agents.fields import Odd, decode, milliseconds, text
from engine.agents.grown import Grown
from engine.agents.opened import columns_of, selected


class Project(Struct, gc=False):
    """A project as Crush's list of all projects has it."""

    path: Any = None
    data_dir: Any = None


class Projects(Struct):
    """Crush's list of all projects."""

    projects: list[Project | Odd] = []


_projects = msgspec.json.Decoder(Projects)


class Crush(Agent):
    """Crush, with the `.crush` directory of a project as root."""

    name = "crush"
    title = "Crush"
    is_cumulative = True

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (Tree("", _kind, is_deep=False),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions cost since they were last seen."""
        there = columns_of(connection, "sessions")
        if not {"id", "cost"} <= there:
            raise UnknownStore(
                f"{place.path} has no sessions with a cost: it is of an unknown version of "
                "Crush, or just being made."
            )
        grown = Grown(state, told)
        columns = selected("s", there, ("id", "cost", "created_at"))
        alone = "WHERE s.parent_session_id IS NULL" if "parent_session_id" in there else ""
        for name, cost, created in connection.execute(
            f"SELECT {columns} FROM sessions s {alone}"
        ).fetchall():
            begun = milliseconds(created)
            is_new = grown.used(text(name)) is None and begun is not None
            grown.book(
                text(name),
                (0, 0, 0, 0, 0, pico(cost) or 0),
                time=begun if is_new and begun is not None else place.now,
                model="",
                directory=os.path.dirname(place.root.rstrip("/\\")),
            )
        return grown.state()


def places_in(index: bytes) -> list[str]:
    """Return the data directories of all projects, from the list in `projects.json`."""
    try:
        listed = decode(_projects, index).projects
    except Unreadable:
        return []
    found = (
        os.path.join(text(each.path), text(each.data_dir) or ".crush")
        for each in listed
        if isinstance(each, Project)
    )
    return [place for place in dict.fromkeys(found) if os.path.isabs(place)]


def _kind(path: str) -> Kind | None:
    return "database" if path == "crush.db" else None


AGENT = Crush()
