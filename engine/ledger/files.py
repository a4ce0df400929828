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


def problems_of(ledger: Ledger, roots: list[Root], most: int) -> list[tuple[str, str, int, str]]:
    """Return root, path, byte offset and reason of lines that could not be read."""
    with ledger.lock:
        return ledger.connection.execute(
            "SELECT roots.path, files.path, problems.position, reason FROM problems"
            " JOIN files USING (file) JOIN roots USING (root)"
            f" WHERE (roots.agent, roots.path) IN (VALUES {','.join(['(?, ?)'] * len(roots))})"
            " ORDER BY roots.path, files.path, problems.position LIMIT ?",
            (*(value for root in roots for value in (root.agent, root.path)), most),
        ).fetchall()


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
                    within, values = "instr(files.path, ?)", [f"{IN_COWORK}{stem}"]
                else:
                    within = "(files.path = ? OR (files.path >= ? AND files.path < ?))"
                    values = [f"{stem}.jsonl", f"{stem}/", f"{stem}0"]
                rows = ledger.connection.execute(
                    "SELECT files.path FROM files JOIN roots USING (root) WHERE roots.path = ?"
                    f" AND {within} ORDER BY length(files.path), files.path",
                    (root.path, *values),
                ).fetchall()
                found += [f"{root.projects}/{path}" for (path,) in rows]
    return found
