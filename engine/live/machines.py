"""What a user does about other machines and a team: share, send, push."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import IO, TYPE_CHECKING

from engine.domain.scans import ALL
from engine.domain.settings import Settings
from engine.ingest.roots import Roots
from engine.ledger.book import Ledger
from engine.live.shared_machines import SharedMachines

if TYPE_CHECKING:
    from engine.live.steps import Steps
    from engine.machines.sharing import Sharing
    from engine.machines.standing import SharingNow
    from engine.machines.team.pushes import Pushes


class Machines:
    """This machine among others; nothing of it is made before it is asked for."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        roots: Roots,
        shared: SharedMachines,
        made: Callable[[], Steps],
    ) -> None:
        """`made` gives what reads."""
        self._settings = settings
        self._ledger = ledger
        self._roots = roots
        self._shared = shared
        self._made = made

    @property
    def sharing(self) -> Sharing:
        """What is shared with other machines."""
        return self._shared.made()

    def share(self) -> SharingNow:
        """Read all that is new, write it for other machines, read theirs; say how it stands."""
        from engine.machines.standing import standing_of

        self._made().one_shot.share(self.sharing)
        return standing_of(self.sharing, self._ledger, self._roots.open_scopes())

    def send(self, since: str, out: IO[bytes]) -> None:
        """Write what this machine used since a pull that ended so, for the machine that pulls."""
        from engine.machines.writing import send

        self._made().one_shot.catch_up(None, most_bytes=ALL, unless_within=0)
        own, scopes = self.sharing.known(), self._roots.own_scopes()
        send(self._ledger, own, scopes, since, out, self._settings.clock())

    @cached_property
    def pushes(self) -> Pushes:
        """What brings this machine's responses to a team's database, where the user wants it."""
        from engine.machines.team.pushes import Pushes

        return Pushes(self._settings, self._ledger, self._roots.open_scopes)
