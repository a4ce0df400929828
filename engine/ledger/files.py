"""What was read of which files: counts, what could not be read, a session's transcripts."""

from __future__ import annotations

from msgspec import Struct

from engine.agents.claude.places import IN_COWORK
from engine.domain.scans import Root
from engine.ledger.book import Ledger


class FileCounts(Struct, frozen=True):
    """What was read below one root."""

    root: str
    files: int
    lines: int
    bad: int
    size: int


def files_of(ledger: Ledger, agent: str) -> dict[str, FileCounts]:
    """Return what was read below each of an agent's roots, by the root's path."""
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT roots.path, count(*), sum(lines), sum(bad), sum(size)"
            " FROM files JOIN roots USING (root) WHERE agent = ? GROUP BY root",
            (agent,),
        ).fetchall()
    return {row[0]: FileCounts(*row) for row in rows}


class BadRecord(Struct, frozen=True):
    """A record that could not be read."""

    root: Root
    path: str
    """Below the root's base, with `/`."""
    position: int
    """Byte offset, row or entry."""
    reason: str
    bad: int
    """How many of its file could not be read."""
    records: int
    """How many its file has."""

    @property
    def others(self) -> int:
        """How many more of its file could not be read, where anything of it could."""
        return self.bad - 1 if self.bad < self.records else 0

    @property
    def place(self) -> str:
        """The file's whole path."""
        return f"{self.root.base}/{self.path}"


def problems_of(
    ledger: Ledger, roots: list[Root], most: int, *, is_by_file: bool = False
) -> list[BadRecord]:
    """Return records that could not be read, file by file, or the first of each file alone.

    Where there are more than that, each file's first go before any file's second.
    """
    if not roots:
        return []
    listed = ",".join(["(?, ?)"] * len(roots))
    values = [value for root in roots for value in (root.agent, root.path)]
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT roots.agent, roots.path, files.path, problems.position, reason, bad, lines,"
            " row_number() OVER (PARTITION BY file ORDER BY problems.position) AS place"
            " FROM problems JOIN files USING (file) JOIN roots USING (root)"
            f" WHERE (roots.agent, roots.path) IN (VALUES {listed})"
            " ORDER BY place, files.mtime DESC, files.path LIMIT ?",
            (*values, most),
        ).fetchall()
    found = [
        BadRecord(Root(path, agent), *rest)
        for agent, path, *rest, place in rows
        if place == 1 or not is_by_file
    ]
    return sorted(found, key=lambda each: (each.root.path, each.path, each.position))


_OF_ROOT = "SELECT path FROM files WHERE root IN (SELECT root FROM roots WHERE path = ?1)"
_ANYWHERE = f"{_OF_ROOT} AND instr(path, ?2)"
_BY_NAME = f"{_OF_ROOT} AND path = ?2 UNION ALL {_OF_ROOT} AND path >= ?3 AND path < ?4"
"""Both halves go by the index of names; an OR of them would look at every file of the root."""


def paths_of_session(
    ledger: Ledger, roots: list[str], projects: list[str], session: str
) -> list[str]:
    """Return the transcripts that a session's name points to, main file first."""
    found: list[str] = []
    with ledger.lock:
        for root in map(Root, roots):
            for project in projects:
                stem = f"{project}/{session}" if project else session
                if root.is_cowork:
                    statement, values = _ANYWHERE, [f"{IN_COWORK}{stem}"]
                else:
                    statement, values = _BY_NAME, [f"{stem}.jsonl", f"{stem}/", f"{stem}0"]
                rows = ledger.connection.execute(statement, (root.path, *values)).fetchall()
                paths = sorted((path for (path,) in rows), key=lambda each: (len(each), each))
                found += [f"{root.projects}/{path}" for path in paths]
    return found
