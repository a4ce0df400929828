"""What reads the stores of some agents: one interface for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from engine.domain.scans import Cursor, Found, Root, Scan

if TYPE_CHECKING:
    from engine.ingest.loader import Batch, Waiting

CursorOf = Callable[[Root, str], Cursor | None]
"""Says how far a root's file was read, by its path below the root's base."""


class Stores(Protocol):
    """Finds the files of its agents' roots, and reads what is new in them."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Path and reason of what cannot be read now."""

    @property
    def has_unnamed(self) -> bool:
        """Whether there are files that change, or may come, without an event that names them."""

    def forget(self) -> None:
        """Take from the ledger anew what reading on needs to know."""

    def look(
        self, root: Root, is_as_read: Callable[[Found], bool], cursor_of: CursorOf
    ) -> list[Waiting]:
        """Walk a root; return the files that may hold something unread.

        `is_as_read` says whether a file is as it was when it was read.
        """

    def files(self) -> list[Found]:
        """Return the files that are to be watched."""

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in some files, those written last first."""

    def owns(self, path: str) -> bool:
        """Say whether a path lies below a root that was looked at."""

    def news(
        self, paths: set[str], roots: list[Root], cursor_of: CursorOf
    ) -> tuple[dict[Root, list[Scan]], bool]:
        """Read on in the files that events name; `False` where a name says too little."""
