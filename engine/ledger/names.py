"""Numbers for names: sessions, projects, models and agents are stored once each."""

from __future__ import annotations

import re
import sqlite3
from threading import RLock
from typing import Literal

NameTable = Literal["roots", "sessions", "projects", "models", "agents"]

_COLUMNS: dict[str, tuple[str, str]] = {
    "roots": ("root", "path"),
    "sessions": ("session", "name"),
    "projects": ("project", "name"),
    "models": ("model", "name"),
    "agents": ("agent", "name"),
}


class Names:
    """Looks names and numbers up, both ways, remembering what was asked."""

    def __init__(self, connection: sqlite3.Connection, lock: RLock) -> None:
        self._connection = connection
        self._lock = lock
        self._numbers: dict[str, dict[str, int]] = {table: {} for table in _COLUMNS}
        self._names: dict[str, dict[int, str]] = {table: {} for table in _COLUMNS}
        self._directories: dict[int, str] = {}

    def forget(self) -> None:
        """Drop what was remembered: a transaction was undone."""
        for numbers in self._numbers.values():
            numbers.clear()
        for names in self._names.values():
            names.clear()
        self._directories.clear()

    def number(self, table: NameTable, name: str) -> int:
        """Return the number of a name, giving it one if it is new."""
        number = self._numbers[table].get(name)
        if number is None:
            _, text = _COLUMNS[table]
            number = self.find(table, name)
            if number is None:
                self._connection.execute(
                    f"INSERT INTO {table} ({text}) VALUES (?) ON CONFLICT DO NOTHING", (name,)
                )
                number = self.find(table, name)
                assert number is not None
            self._numbers[table][name] = number
            self._names[table][number] = name
        return number

    def remembers(self, table: NameTable, name: str) -> bool:
        """Say whether a name's number has been asked for before."""
        return name in self._numbers[table]

    def find(self, table: NameTable, name: str) -> int | None:
        """Return the number of a name that is known."""
        column, text = _COLUMNS[table]
        with self._lock:
            row = self._connection.execute(
                f"SELECT {column} FROM {table} WHERE {text} = ?", (name,)
            ).fetchone()
        return row[0] if row else None

    def name(self, table: NameTable, number: int) -> str:
        """Return the name of a number that is known."""
        names = self._names[table]
        known = names.get(number)
        if known is None:
            column, text = _COLUMNS[table]
            with self._lock:
                rows = self._connection.execute(f"SELECT {column}, {text} FROM {table}")
                read: dict[int, str] = dict(rows.fetchall())
            names.update(read)
            return read[number]
        return known

    def model(self, number: int) -> str:
        """Return a model's name."""
        return self.name("models", number)

    def projects(self) -> dict[int, tuple[str, str]]:
        """Return name and working directory of all projects."""
        with self._lock:
            rows = self._connection.execute("SELECT project, name, directory FROM projects")
            return {row[0]: (row[1], row[2]) for row in rows.fetchall()}

    def directory(self, project: int) -> str:
        """Return the working directory a project stands for, empty where unknown."""
        if project not in self._directories:
            with self._lock:
                rows = self._connection.execute("SELECT project, directory FROM projects")
                self._directories.update(rows.fetchall())
        return self._directories.get(project, "")

    def note_directory(self, project: str, directory: str) -> None:
        """Keep the working directory of a project: the one its name encodes, else the first.

        Claude Code names a project's directory after the working directory, with `-` for
        every character that is no ASCII letter or digit.
        """
        number = self.number("projects", project)
        known = self.directory(number)
        if known and (_encodes(project, known) or not _encodes(project, directory)):
            return
        self._connection.execute(
            "UPDATE projects SET directory = ? WHERE project = ?", (directory, number)
        )
        self._directories[number] = directory


def _encodes(project: str, directory: str) -> bool:
    return re.sub(r"[^A-Za-z0-9]", "-", directory).lower() == project.lower()
