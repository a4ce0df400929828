"""Which responses are an account's, where a report is asked for one alone."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain.mistakes import SettingsError
from engine.domain.owners import FOREVER, OwnedScope
from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.limits.owners import Owners, no_account


def scopes_of_account(
    ledger: Ledger, settings: Settings, roots: Iterable[str], account: str
) -> tuple[OwnedScope, ...]:
    """Return what of Claude Code's roots was an account's, and when (SPEC §9).

    `account` is a name of the configuration, an id, a plan or a directory. Raises
    `SettingsError` with the names that there are where none goes by it.
    """
    owners = Owners(ledger, settings, roots)
    names = owners.names(())
    asked = owners.asked(names, account)
    if asked not in names:
        raise SettingsError(no_account(account, names))
    held = owners.held(asked)
    if held is None:
        return (OwnedScope(ledger.open_scope(owners.roots), 0, FOREVER),)
    return tuple(OwnedScope(ledger.open_scope(each.roots), each.since, each.until) for each in held)
