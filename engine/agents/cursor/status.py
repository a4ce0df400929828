"""What `ccmon cursor status` tells: who is logged in, how syncs went, and what it all came to."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.sync import lack_of, load_state
from engine.agents.cursor.usage_files import UsageFile, UsageSums, sum_files
from engine.agents.registry import Registry
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.domain.times import iso_time


class CursorStatus(Struct, frozen=True, rename="camel"):
    """Cursor as ccmon knows it; times are ISO, costs US dollars."""

    is_logged_in: bool
    account: str | None
    kept_in: str | None
    """The file of the session token, or `keyring`."""
    expires_at: str | None
    synced_at: str | None
    problem: str | None
    """Why the usage is not up to date, as a sentence."""
    events: int
    first_event: str | None
    last_event: str | None
    charged_cost: float
    """What the user is charged."""
    api_cost: float
    """What Cursor says the same costs through the API; 0 for what it says nothing of."""
    files: tuple[UsageFile, ...]


def cursor_status(settings: Settings) -> CursorStatus:
    """Return how things stand, from what is on disk alone."""
    keeping = TokenKeeping(settings)
    token, account = keeping.load(), keeping.account
    state, sums = load_state(settings), usage_sums(settings)
    return CursorStatus(
        is_logged_in=token is not None,
        account=account or None,
        kept_in=("keyring" if keeping.is_in_keyring else str(keeping.path)) if account else None,
        expires_at=_iso(token.expires_at if token is not None else None),
        synced_at=_iso(state.synced_at or None),
        problem=lack_of(settings) or None,
        events=sums.events,
        first_event=_iso(sums.first),
        last_event=_iso(sums.last),
        charged_cost=sums.charged / PICO,
        api_cost=sums.api_cost / PICO,
        files=sums.files,
    )


def usage_sums(settings: Settings) -> UsageSums:
    """Return what all files of Cursor's usage hold together, ccmon's and tokscale's."""
    registry = Registry(settings.environment, settings.home)
    return sum_files([Path(place) for _, place in registry.stores(("cursor",))])


def _iso(time: int | None) -> str | None:
    return iso_time(time) if time is not None else None
