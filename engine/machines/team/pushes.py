"""Pushes of this machine: what was agreed to, and nothing before that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.domain.digest import blake2b
from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.ledger.pushed_rows import PushedRows
from engine.ledger.shared_rows import own_id
from engine.machines.own import make_own
from engine.machines.team.connection import address_of, shown
from engine.machines.team.privacy import LEAVES, OF_PROJECTS, PROJECTS, STAYS, Projects
from engine.machines.team.push import Push, Pushed, forget, init

_AGREED = "push.agreed."


class Preview(NamedTuple):
    """What is told before the first push."""

    database: str
    responses: int
    first: int
    """UTC milliseconds, 0 where there is no response."""
    last: int
    agents: tuple[str, ...]
    leaves: tuple[str, ...]
    stays: str


class Pushes:
    """What may be done with a team's database; each raises `SettingsError`."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        scopes: Callable[[Sequence[str]], Mapping[str, int]],
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._scopes = scopes

    def address(self, said: str | None) -> str:
        """Return the database's address as said, or as the environment has it."""
        return address_of(said, self._settings.environment)

    def agreed(self, address: str) -> Projects | None:
        """Return what the user agreed to push of projects, `None` where to nothing yet."""
        said = self._ledger.setting(_key(address))
        return said if said in PROJECTS else None

    def agree(self, address: str, projects: Projects) -> None:
        """Keep what the user agreed to."""
        self._ledger.keep_settings({_key(address): projects})

    def preview(self, address: str, projects: Projects) -> Preview:
        """Return what a push would send."""
        spans = {
            agent: PushedRows(self._ledger, scope).span()
            for agent, scope in self._scopes(()).items()
        }
        used = {agent: span for agent, span in spans.items() if span[0]}
        return Preview(
            shown(address),
            sum(count for count, _, _ in used.values()),
            min((first for _, first, _ in used.values()), default=0),
            max((last for _, _, last in used.values()), default=0),
            tuple(used),
            (*LEAVES, OF_PROJECTS[projects]),
            STAYS,
        )

    def push(
        self,
        address: str,
        projects: Projects,
        on_part: Callable[[int], None] = lambda _: None,
    ) -> Pushed:
        """Push all that changed since the last push; `on_part` is told how much was sent so far."""
        own = make_own(self._settings, own_id(self._ledger)).machine
        push = Push(self._ledger, own, address, projects, str(self._settings.home))
        try:
            return push.push(self._scopes(()), self._settings.clock(), on_part)
        finally:
            push.close()

    def forget(self, address: str) -> int:
        """Take back all that was ever pushed; return how many responses those were."""
        gone = forget(address)
        self._ledger.keep_settings({_key(address): ""})
        return gone

    def init(self, address: str) -> None:
        """Make schema, roles and views."""
        init(address)


def _key(address: str) -> str:
    return _AGREED + blake2b(shown(address).encode(), digest_size=8).hexdigest()
