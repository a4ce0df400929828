"""What other machines share, where anything is shared; elsewhere nothing is loaded for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine.domain.paths import machine_path
from engine.domain.scans import Found, Root, Scan
from engine.domain.settings import Settings
from engine.ledger.book import Ledger

if TYPE_CHECKING:
    from engine.ingest.stores import Stores
    from engine.machines.sharing import Sharing


class SharedMachines:
    """Finds whether this machine shares anything: it does where a file beside the ledger is."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._path = machine_path(settings)
        self._sharing: Sharing | None = None
        self._stores: Stores | None = None

    def sharing(self) -> Sharing | None:
        """Return what shares, `None` where this machine knows of no other."""
        if self._sharing is None and self._path is not None and os.path.exists(self._path):
            return self.made()
        return self._sharing

    def made(self) -> Sharing:
        """Return what shares, also where nothing is shared yet."""
        if self._sharing is None:
            from engine.machines.sharing import Sharing

            self._sharing = Sharing(self._settings, self._ledger, _read)
        return self._sharing

    def troubles(self) -> dict[str, str]:
        """Return path and reason of what of others is not taken in now."""
        sharing = self.sharing()
        return sharing.files.troubles if sharing is not None else {}

    def roots(self) -> list[Root]:
        """Return the roots by which other machines' use comes in."""
        sharing = self.sharing()
        return sharing.roots() if sharing is not None else []

    def stores(self) -> Stores | None:
        """Return what reads them."""
        if self._stores is None and self._sharing is not None:
            from engine.ingest.shared_files import SharedFiles

            self._stores = SharedFiles(self._sharing.files)
        return self._stores


def _read(found: Found, offset: int) -> Scan | None:
    """Return what a transcript says from a byte on; nothing before it is known."""
    from engine.domain.files import open_regular
    from engine.domain.scans import Cursor
    from engine.ingest.tail import Tail, fingerprint

    with open_regular(found.path) as file:
        known = Cursor(0, 0, 0, 0, offset, fingerprint(file, offset), 0, 0)
    return Tail().read(found, known)
