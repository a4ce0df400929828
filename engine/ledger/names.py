"""Numbers for names: sessions, projects, models and agents are stored once each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from threading import RLock
from typing import Literal, Protocol

from engine.domain.machines import OWN, Machine, labels_of
from engine.domain.responses import CLAUDE

NameTable = Literal["roots", "sessions", "projects", "models", "agents"]

_KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "roots": ("root", ("path", "agent")),
    "sessions": ("session", ("name", "agent")),
    "projects": ("project", ("name",)),
    "models": ("model", ("name", "agent", "provider", "machine")),
    "agents": ("agent", ("name",)),
}
"""The number's column, and what a row is found by: its name, then what tells equal names apart."""

_FIND = {
    table: f"SELECT {column} FROM {table} WHERE {' AND '.join(f'{key} = ?' for key in keys)}"
    for table, (column, keys) in _KEYS.items()
}
_ADD = {
    table: f"INSERT INTO {table} ({', '.join(keys)}) VALUES ({', '.join('?' * len(keys))})"
    f" ON CONFLICT DO NOTHING RETURNING {column}"
    for table, (column, keys) in _KEYS.items()
}

Row = tuple[str, ...]

_SINGLY = 100
"""So many sessions are looked up one by one; who asks for more gets all that there are."""


class NameRows(Protocol):
    """What numbers stand for."""

    def row(self, table: NameTable, number: int) -> Row:
        """Return what a number stands for, the name first."""

    def number_of_any(self, model: int) -> int:
        """Return one of the numbers that a model has on several machines, always the same."""

    def machines(self) -> dict[int, Machine]:
        """Return the machines by place, none where there is but one."""

    def machine_label(self, place: int) -> str:
        """Return what a machine is called."""


class ModelNames:
    """What models are called, and whose they are."""

    def __init__(self, names: NameRows) -> None:
        self._names = names

    def __call__(self, model: int) -> str:
        """Return a model's name."""
        return self._names.row("models", model)[0]

    def agent(self, model: int) -> str:
        """Return the agent that used a model: a model's number is of one agent."""
        return self._names.row("models", model)[1]

    def provider(self, model: int) -> str:
        """Return who ran a model, empty where its agent names nobody."""
        return self._names.row("models", model)[2]

    def place(self, model: int) -> int:
        """Return the place of the machine whose responses bear a model's number."""
        return int(self._names.row("models", model)[3] or OWN)

    @property
    def has_machines(self) -> bool:
        """Whether the ledger knows other machines than its own."""
        return len(self._names.machines()) > 1

    def machine(self, model: int) -> str:
        """Return what the machine is called whose responses bear a model's number."""
        return self._names.machine_label(self.place(model))

    def person(self, model: int) -> str:
        """Return who works on that machine, empty where nobody said so."""
        machine = self._names.machines().get(self.place(model))
        return machine.person if machine else ""

    def of_any_machine(self, model: int) -> int:
        """Return one number for the same model of the same agent and provider on all machines."""
        return self._names.number_of_any(model) if self.has_machines else model

    def key(self, model: int) -> str:
        """Return what names a model among those of all agents: Claude Code's by name alone."""
        name, agent, provider, _ = self._names.row("models", model)
        return name if agent == CLAUDE else " ".join(filter(None, (agent, provider, name)))


class Names:
    """Looks names and numbers up, both ways, remembering what was asked."""

    def __init__(self, connection: sqlite3.Connection, lock: RLock) -> None:
        self._connection = connection
        self._lock = lock
        self._numbers: dict[str, dict[Row, int]] = {table: {} for table in _KEYS}
        self._rows: dict[str, dict[int, Row]] = {table: {} for table in _KEYS}
        self._shared: frozenset[str] | None = None
        """Ids of sessions that several agents have, `None` until they are asked for."""
        self._machines: dict[int, Machine] | None = None
        self._machine_labels: dict[int, str] = {}
        self._of_any: dict[Row, int] = {}
        self.model = ModelNames(self)

    def forget(self) -> None:
        """Drop what was remembered: a transaction was undone."""
        for numbers in self._numbers.values():
            numbers.clear()
        for rows in self._rows.values():
            rows.clear()
        self._shared = None
        self._machines = None
        self._of_any.clear()

    def number(self, table: NameTable, *key: str) -> int:
        """Return the number of a name, giving it one if it is new.

        A session's and a root's name go with the agent, a model's with agent, provider and machine.
        """
        number = self._numbers[table].get(key)
        if number is None:
            number = self._find(table, key)
            if number is None:
                row = self._connection.execute(_ADD[table], key).fetchone()
                number = row[0] if row else self._find(table, key)
                assert number is not None
            self._numbers[table][key] = number
            self._rows[table][number] = key
            if table == "sessions":
                self._shared = None
        return number

    def learn_sessions(self, names: Iterable[str], agent: str) -> None:
        """Give the sessions of an agent that are new numbers, all in one go."""
        known, keys = self._numbers["sessions"], [(name, agent) for name in names]
        wanted = dict.fromkeys(key for key in keys if key not in known)
        if not wanted:
            return
        (last,) = self._connection.execute(
            "SELECT coalesce(max(session), 0) FROM sessions"
        ).fetchone()
        self._connection.executemany(
            "INSERT INTO sessions (name, agent) VALUES (?, ?) ON CONFLICT DO NOTHING", list(wanted)
        )
        for number, *key in self._connection.execute(
            "SELECT session, name, agent FROM sessions WHERE session > ?", (last,)
        ):
            known[key[0], key[1]] = number
            self._rows["sessions"][number] = (key[0], key[1])
        self._shared = None

    def remembers(self, table: NameTable, *key: str) -> bool:
        """Say whether a name's number has been asked for before."""
        return key in self._numbers[table]

    def find(self, table: NameTable, name: str) -> int | None:
        """Return the number of a name that is known; of several agents' Claude Code's."""
        column, keys = _KEYS[table]
        first = f" ORDER BY agent <> '{CLAUDE}', {column}" if len(keys) > 1 else ""
        with self._lock:
            row = self._connection.execute(
                f"SELECT {column} FROM {table} WHERE {keys[0]} = ?{first} LIMIT 1", (name,)
            ).fetchone()
        return row[0] if row else None

    def session_key(self, session: int) -> str:
        """Return what names a session among those of all agents: its id.

        Where several agents have the id, another's than Claude Code's bears the agent's name.
        """
        name, agent = self.row("sessions", session)
        return f"{name} {agent}" if agent != CLAUDE and name in self._shared_ids() else name

    def find_session(self, key: str) -> int | None:
        """Return the number of a session by what names it among those of all agents."""
        name, _, agent = key.rpartition(" ")
        number = self._find("sessions", (name, agent)) if name in self._shared_ids() else None
        return self.find("sessions", key) if number is None else number

    def _shared_ids(self) -> frozenset[str]:
        if self._shared is None:
            with self._lock:
                rows = self._connection.execute(
                    "SELECT name FROM sessions GROUP BY name HAVING count(*) > 1"
                )
                self._shared = frozenset(name for (name,) in rows.fetchall())
        return self._shared

    def find_models(self, key: str) -> tuple[int, ...]:
        """Return the numbers, one of each machine, of a model by what names it among all."""
        self._learn("models")
        return tuple(model for model in self._rows["models"] if self.model.key(model) == key)

    def number_of_any(self, model: int) -> int:
        """Return one of the numbers that a model has on several machines, always the same."""
        return self._of_any.setdefault(self.row("models", model)[:3], model)

    def machines(self) -> dict[int, Machine]:
        """Return the machines of the ledger by place: none where it knows of no other."""
        if self._machines is None:
            self.learn_machines()
        return self._machines or {}

    def machine_label(self, place: int) -> str:
        """Return what a machine is called, empty for one that is not known."""
        self.machines()
        return self._machine_labels.get(place, "")

    def machine_labels(self) -> tuple[str, ...]:
        """Return what all machines are called, this one first."""
        self.machines()
        own = sorted(self._machine_labels, key=lambda place: place != OWN)
        return tuple(self._machine_labels[place] for place in own)

    def learn_machines(self) -> None:
        """Read what machines are called, which may change."""
        with self._lock:
            rows = self._connection.execute("SELECT machine, id, name, person FROM machines")
            self._machines = {int(row[0] or OWN): Machine(*row[1:]) for row in rows.fetchall()}
        self._machine_labels = labels_of(self._machines)

    def _find(self, table: NameTable, key: Row) -> int | None:
        with self._lock:
            row = self._connection.execute(_FIND[table], key).fetchone()
        return row[0] if row else None

    def name(self, table: NameTable, number: int) -> str:
        """Return the name of a number that is known."""
        return self.row(table, number)[0]

    def row(self, table: NameTable, number: int) -> Row:
        """Return what a number that is known stands for, the name first."""
        known = self._rows[table].get(number)
        if known is not None:
            return known
        with self._lock:
            is_single = table == "sessions" and self._shared is None
            if is_single and len(self._rows[table]) < _SINGLY:
                self._learn(table, number)
            else:
                self._learn(table)
            return self._rows[table][number]

    def settle(self, sessions: Iterable[int]) -> None:
        """Forget what sessions are called but some, after a load that met all of them."""
        with self._lock:
            rows = self._rows["sessions"]
            self._rows["sessions"] = {each: rows[each] for each in sessions if each in rows}
            self._numbers["sessions"] = {}

    def _learn(self, table: NameTable, number: int | None = None) -> None:
        """Learn all names of a table, or that of one number."""
        column, keys = _KEYS[table]
        wanted, values = ("", ()) if number is None else (f" WHERE {column} = ?", (number,))
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {column}, {', '.join(keys)} FROM {table}{wanted}", values
            )
            self._rows[table].update((row[0], row[1:]) for row in rows.fetchall())
        if table == "sessions":
            self._shared = None

    def agent_of_session(self, session: int) -> str:
        """Return the agent whose session it is."""
        return self.row("sessions", session)[1]

    def workplaces(self) -> dict[int, tuple[str, bool]]:
        """Return all workplaces: path, and whether it is but the name of a directory."""
        with self._lock:
            rows = self._connection.execute("SELECT workplace, path, is_name FROM workplaces")
            return {number: (path, bool(is_name)) for number, path, is_name in rows.fetchall()}
