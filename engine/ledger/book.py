"""The ledger's book: what was read of which file, and the responses of each set of roots."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.domain.responses import CLAUDE, Sighting, merge
from engine.domain.scans import Cursor, Mark
from engine.domain.workplaces import Workplace, note
from engine.ledger.file_notes import note_files, rows_of_uses
from engine.ledger.limit_hits import keep_hits
from engine.ledger.limit_readings import write_readings
from engine.ledger.packed_rows import bring_all, merge_held
from engine.ledger.priced_connection import PricedConnection
from engine.ledger.stand_ins import STANDS_IN_FOR, without_transcripts, yielding
from engine.ledger.workplaces import copy_workplaces, keep_workplaces, workplaces_in
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from engine.domain.packed_responses import Pack
    from engine.domain.scans import Root, Scan

_CHUNK = 20_000
"""Responses written in one transaction where there are many."""
_UNFINISHED = "~"
_CURSORS = (
    "SELECT files.path, device, inode, size, mtime, position, fingerprint, lines, bad"
    " FROM files JOIN roots USING (root) WHERE roots.path = ? AND roots.agent = ?"
)


class Ledger(PricedConnection):
    """One open ledger: what was read is booked into it, and what is asked is answered by it."""

    def known_roots(self) -> set[tuple[str, str]]:
        """Return agent and path of all roots ever read."""
        with self.lock:
            return set(self.connection.execute("SELECT agent, path FROM roots"))

    def open_scope(self, roots: Iterable[str], agent: str = CLAUDE) -> int:
        """Return the scope of a set of an agent's roots; a new one begins with what each gave."""
        with self.lock:
            numbers = sorted({self.names.number("roots", path, agent) for path in roots})
            for number in numbers:
                self._scope(str(number), agent)
            text = ",".join(map(str, numbers))
            known = self._find_scope(text)
            if known is not None:
                return known
            return self._make_scope(text, numbers, agent)

    def _make_scope(self, text: str, roots: list[int], agent: str) -> int:
        """Fill a new scope, in steps that let other processes write between them.

        Until it is whole it bears another name; begun anew after a kill, nothing doubles.
        """
        scope = self._scope(_UNFINISHED + text, agent)
        for root in roots:
            single = self._scope(str(root), agent)
            bring_all(self, (single,))
            after = -1
            while responses := self.writers.bookkeeper.responses(single, after, _CHUNK):
                with self.transaction() as revision:
                    counted = without_transcripts(self.connection, agent, responses)
                    self.writers.bookkeeper.book(scope, counted, revision)
                after = max(responses)
        with self.transaction() as revision:
            for root in roots:
                single = self._scope(str(root), agent)
                copy_workplaces(self.connection, single, scope, revision)
            self.connection.execute("UPDATE scopes SET roots = ? WHERE scope = ?", (text, scope))
        return scope

    def _find_scope(self, text: str) -> int | None:
        row = self.connection.execute(
            "SELECT scope FROM scopes WHERE roots = ?", (text,)
        ).fetchone()
        return row[0] if row else None

    def _scope(self, text: str, agent: str) -> int:
        known = self._find_scope(text)
        if known is None:
            self.connection.execute(
                "INSERT INTO scopes (roots, agent) VALUES (?,?) ON CONFLICT DO NOTHING",
                (text, agent),
            )
            known = self._find_scope(text)
        assert known is not None
        return known

    def _scopes_with(self, root: int) -> list[int]:
        rows = self.connection.execute("SELECT scope, roots FROM scopes").fetchall()
        return [scope for scope, roots in rows if str(root) in roots.lstrip(_UNFINISHED).split(",")]

    def _scopes_of(self, root: int, agent: str) -> list[int]:
        """Return the scopes with a root, and make its own where there is none yet.

        Else files would count as read and what they told be lost.
        """
        return self._scopes_with(root) or [self._scope(str(root), agent)]

    def book(
        self,
        root: Root,
        responses: Mapping[int, Sighting],
        workplaces: Mapping[str, Workplace],
    ) -> None:
        """Book what a root gave by response id, and where its sessions work, without cursors."""
        self.open_scope([root.path], root.agent)
        with self.transaction() as revision:
            number = self.names.number("roots", root.path, root.agent)
            counted = without_transcripts(self.connection, root.agent, responses)
            for scope in self._scopes_with(number):
                self.writers.bookkeeper.book(scope, counted, revision)
            self._keep_workplaces(number, root.agent, workplaces, revision)
            self._yield_to(root.agent, {each.session for each in responses.values()}, revision)

    def workplaces_of(self, root: Root) -> dict[str, Workplace]:
        """Return where sessions work, as far as a root tells."""
        scope = self.open_scope([root.path], root.agent)
        with self.lock:
            return workplaces_in(self.connection, scope)

    def responses_of(self, root: Root) -> Iterator[Mapping[int, Sighting]]:
        """Yield all that a root ever gave by response id, in parts."""
        scope, after = self.open_scope([root.path], root.agent), -1
        merge_held(self)
        bring_all(self, (scope,))
        while responses := self.writers.bookkeeper.responses(scope, after, _CHUNK):
            yield responses
            after = max(responses)

    def marks(self, root: Root) -> Iterator[tuple[str, Mark]]:
        """Yield the path and the mark at which it was read of each file of a root.

        All files are looked through in one go, which takes a third of going by their index.
        """
        with self.lock:
            rows = self.connection.execute(
                "SELECT path, device, inode, size, mtime FROM files NOT INDEXED"
                " WHERE root = (SELECT root FROM roots WHERE path = ? AND agent = ?)",
                (root.path, root.agent),
            )
            for row in rows:
                yield row[0], row[1:]

    def listing(self, root: Root) -> bytes | None:
        """Return what was found below a root when all of it had been read."""
        with self.lock:
            row = self.connection.execute(
                "SELECT listing FROM listings JOIN roots USING (root)"
                " WHERE roots.path = ? AND roots.agent = ?",
                (root.path, root.agent),
            ).fetchone()
            return row[0] if row else None

    def keep_listing(self, root: Root, listing: bytes) -> None:
        """Keep what was found below a root all of which has been read, where that can be."""
        with suppress(sqlite3.Error), self.unnumbered_transaction():
            self.connection.execute(
                "INSERT OR REPLACE INTO listings VALUES (?, ?)",
                (self.names.number("roots", root.path, root.agent), listing),
            )

    def cursor(self, root: Root, path: str) -> Cursor | None:
        """Return how far one file of a root was read, by its path below the root's base."""
        with self.lock:
            row = self.connection.execute(
                f"{_CURSORS} AND files.path = ?", (root.path, root.agent, path)
            ).fetchone()
        return Cursor(*row[1:]) if row else None

    def cursors(self, root: Root, below: str) -> dict[str, Cursor]:
        """Return how far some transcripts of a root were read, by their paths below `projects`.

        Those are the one that bears the path `below` with `.jsonl`, and all in the directory
        that bears it.
        """
        with self.lock:
            rows = self.connection.execute(
                f"{_CURSORS} AND (files.path = ? OR (files.path >= ? AND files.path < ?))",
                (root.path, root.agent, f"{below}.jsonl", f"{below}/", f"{below}0"),
            )
            return {row[0]: Cursor(*row[1:]) for row in rows}

    def state(self, root: Root, path: str) -> bytes:
        """Return what reading on in a file needs to know, empty where nothing is known."""
        with self.lock:
            row = self.connection.execute(
                "SELECT state FROM files JOIN roots USING (root)"
                " WHERE roots.path = ? AND agent = ? AND files.path = ?",
                (root.path, root.agent, path),
            ).fetchone()
            return row[0] if row else b""

    def take(self, root: Root, scans: list[Scan], packs: Sequence[Pack] = ()) -> int:
        """Book what reading gave, with its cursors, in one transaction; return the revision.

        `packs` have what the scans gave without telling it.
        """
        withdrawn = {id_ for scan in scans for id_ in scan.withdrawn}
        if withdrawn:
            merge_held(self)
        try:
            with self.transaction() as revision:
                told, priced = self._told(root.agent, scans, packs)
                sightings = without_transcripts(self.connection, root.agent, told)
                workplaces: dict[str, Workplace] = {}
                number = self.names.number("roots", root.path, root.agent)
                note_files(self.connection, number, scans)
                for scan in scans:
                    note(workplaces, scan.workplaces)
                    keep_hits(self.connection, number, scan.hits)
                    write_readings(self.connection, rows_of_uses(scan, root))
                for scope in self._scopes_of(number, root.agent):
                    self.writers.bookkeeper.withdraw(scope, withdrawn, revision)
                    self.writers.bookkeeper.book(scope, sightings, revision)
                    if priced:
                        self.writers.load.note(scope, sightings)
                        self.writers.load.keep(scope, priced, revision)
                self._keep_workplaces(number, root.agent, workplaces, revision)
                self._yield_to(root.agent, workplaces, revision)
        except BaseException:
            self.writers.forget_load()
            raise
        return revision

    def _told(
        self, agent: str, scans: list[Scan], packs: Sequence[Pack]
    ) -> tuple[dict[int, Sighting], list[Pack]]:
        """Return what was told of responses, and the packs that can be kept as they are.

        Those are priced as is in force, and stand in for no transcript.
        """
        told: dict[int, Sighting] = {}
        parts = [scan.sightings for scan in scans]
        is_kept = agent not in STANDS_IN_FOR
        priced = [each for each in packs if is_kept and self.writers.load.is_priced(each.names)]
        if len(priced) < len(packs):
            parts += [pack.sightings() for pack in packs if pack not in priced]
        for part in parts:
            for id_, sighting in part.items():
                known = told.get(id_)
                told[id_] = merge(known, sighting) if known else sighting
        return told, priced

    def _keep_workplaces(
        self, root: int, agent: str, told: Mapping[str, Workplace], revision: int
    ) -> None:
        keep_workplaces(self.connection, self.names, self._scopes_with(root), agent, told, revision)

    def _yield_to(self, agent: str, sessions: Iterable[str], revision: int) -> None:
        """Take away what stood in for sessions whose transcripts are being booked."""
        for scope, ids in yielding(self.connection, agent, sessions):
            self.writers.bookkeeper.withdraw(scope, ids, revision)

    def reprice(self, prices: PriceTable) -> bool:
        """Bring costs to another price table; return whether any changed.

        By a price that makes costs too large to add up they are unknown.
        """
        with self.lock:
            if self.price_by(prices):
                return False
            models = self.writers.price_changes.repriced_models()
        if models:
            from engine.ledger.differences import FiguresTooLarge

            bring_all(self, self._all_scopes())
        for model in models:
            try:
                self._reprice(model, is_known=True)
            except FiguresTooLarge:
                self._reprice(model, is_known=False)
        self.keep_stamp()
        return bool(models)

    def _reprice(self, model: int, *, is_known: bool) -> None:
        """Bring all of a model's costs to its price, or to unknown; raises `FiguresTooLarge`."""
        changes = self.writers.price_changes
        for scope in self._all_scopes():
            after: int | None = -1
            while after is not None:
                with self.transaction() as revision:
                    after = changes.reprice(
                        model, scope, after, _CHUNK, revision, is_known=is_known
                    )
        with self.transaction():
            changes.note_price(model)
            self.drop_stamp()

    def _all_scopes(self) -> list[int]:
        with self.lock:
            return [row[0] for row in self.connection.execute("SELECT scope FROM scopes")]
