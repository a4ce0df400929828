"""Numbers for the names of a team's database, given as they are met: it keeps none itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import Any

from engine.domain.machines import OWN, Machine, labels_of
from engine.domain.responses import CLAUDE
from engine.ledger.names import ModelNames, NameTable, Row

_MOST_SHOWN = 12
"""Where there are more machines rows tell of machines and people only where that is asked."""


_MODEL = ("agent", "provider", "model")
_APART = (*_MODEL, "person", "machine")


class TeamNames:
    """Names that were met so far, each with a number from 1 on."""

    def __init__(self) -> None:
        self.model = ModelNames(self)
        self._numbers: dict[str, dict[Row, int]] = {}
        self._rows: dict[str, list[Row]] = {}
        self._machines: dict[int, Machine] = {}
        self._labels: dict[int, str] = {}
        self._lock = Lock()
        self._people: Counter[Row] = Counter()
        """How many people have a session of an id and an agent."""
        self._places: dict[tuple[str, int], int] = {}
        self._workplaces: dict[int, tuple[str, bool]] = {}
        self.is_apart = False
        """Whether models are apart by machine."""

    def number(self, table: str, *key: str) -> int:
        """Return the number of a name."""
        known = self._numbers.setdefault(table, {})
        number = known.get(key)
        return self._give(table, known, key) if number is None else number

    def _give(self, table: str, known: dict[Row, int], key: Row) -> int:
        with self._lock:
            if key not in known:
                rows = self._rows.setdefault(table, [])
                rows.append(key)
                if table == "sessions":
                    self._people[key[:2]] += 1
                known[key] = len(rows)
            return known[key]

    def row(self, table: NameTable, number: int) -> Row:
        """Return what a number stands for, the name first."""
        return self._rows[table][number - 1]

    def name(self, table: NameTable, number: int) -> str:
        """Return the name of a number of `sessions`, `projects`, `models` or `agents`.

        A session's bears the person where another person's with the same id was met.
        """
        row = self.row(table, number)
        is_shared = table == "sessions" and self._people[row[:2]] > 1
        return f"{row[0]} {row[2]}" if is_shared else row[0]

    def find(self, table: NameTable, name: str) -> int | None:
        """Return the number of a name, Claude Code's of several agents'; `None` if not met."""
        found = sorted(
            (row[1:2] != ("claude",), number)
            for row, number in self._numbers.get(table, {}).items()
            if row[0] == name or (table == "sessions" and f"{row[0]} {row[2]}" == name)
        )
        return found[0][1] if found else None

    def know_machines(self, rows: Iterable[tuple[Any, ...]], *, is_asked: bool) -> None:
        """Take the machines, each person, id and name; they show where asked or few."""
        told = sorted(rows)
        self.is_apart = len(told) > 1 and (is_asked or len(told) <= _MOST_SHOWN)
        self._machines, self._places = {}, {}
        for place, (person, id_, name) in enumerate(told, OWN + 1):
            self._places[person, id_] = place
            if self.is_apart:
                self._machines[place] = Machine(f"{id_:015x}", name, person)
        self._labels = labels_of(self._machines)

    @property
    def model_columns(self) -> tuple[str, ...]:
        """What a model's number stands for, as columns."""
        return _APART if self.is_apart else _MODEL

    def model_number(self, agent: str, provider: str, model: str, *of: Any) -> int:
        """Return the number of a model; `of` are its person and machine where they are apart."""
        place = str(self._places.get((of[0], of[1]), OWN)) if of else ""
        return self.number("models", model, agent, provider, place)

    def model_key(self, number: int) -> tuple[str, str, str, str | None, int | None]:
        """Return agent, provider, model, person and machine of a model's number."""
        name, agent, provider, place = self.row("models", number)
        machine = self._machines.get(int(place or OWN))
        if machine is None:
            return agent, provider, name, None, None
        return agent, provider, name, machine.person, int(machine.id, 16)

    def number_of_any(self, model: int) -> int:
        """Return one number for a model on all machines."""
        row = self.row("models", model)
        return self.number("models", *row[:3], "")

    def machines(self) -> dict[int, Machine]:
        """Return the machines by place, none where they do not show."""
        return self._machines

    def machine_labels(self) -> tuple[str, ...]:
        """Return what all machines are called, none where they do not show."""
        return tuple(self._labels.values())

    def learn_machines(self) -> None:
        """Learn nothing: whoever follows the database tells what machines are called."""

    def session_key(self, session: int) -> str:
        """Return what names a session: its id, with agent and person where others have it too."""
        name, agent, _ = self.row("sessions", session)
        return self.name("sessions", session) if agent == CLAUDE else f"{name} {agent}"

    def find_session(self, key: str) -> int | None:
        """Return the number of a session that was met, by what names it."""
        name, _, agent = key.rpartition(" ")
        rows = self._rows.get("sessions", [])
        found = (number for number, row in enumerate(rows, 1) if row[:2] == (name, agent))
        return next(found, None) or self.find("sessions", key)

    def find_models(self, key: str) -> tuple[int, ...]:
        """Return the numbers, one of each machine, of a model by what names it among all."""
        count = len(self._rows.get("models", []))
        return tuple(each for each in range(1, count + 1) if self.model.key(each) == key)

    def agent_of_session(self, session: int) -> str:
        """Return the agent whose session it is."""
        return self.row("sessions", session)[1]

    def machine_label(self, place: int) -> str:
        """Return what a machine is called."""
        return self._labels.get(place, "")

    def workplace_number(self, path: str, is_name: bool) -> int:
        """Return the number of a workplace."""
        number = self.number("workplaces", path, str(is_name))
        self._workplaces[number] = (path, is_name)
        return number

    def workplaces(self) -> dict[int, tuple[str, bool]]:
        """Return all workplaces met: path, and whether it is but the name of a directory."""
        return self._workplaces
