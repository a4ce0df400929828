"""Whose limits are: keys that tell the owners of readings, hits and windows apart (SPEC §9)."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

NOBODY = ""
"""Roots without an account: together they are one owner."""
UNKNOWN = "?"
"""Whoever it was before anything was noted."""

FOREVER = 1 << 62
"""Until when what has no end holds."""

OwnerNotes = Mapping[str, Sequence[tuple[int, str]]]
"""By root: since when which owner, earliest first."""


class Held(Struct, frozen=True):
    """Roots that were an owner's together, from a time up to another."""

    roots: tuple[str, ...]
    since: int
    until: int


class OwnedScope(NamedTuple):
    """A scope of the ledger that was an account's, from a time up to another."""

    scope: int
    since: int
    until: int


def owner_key(account: str, organization: str) -> str:
    """Return the key of an account in an organization; either may be empty."""
    return f"{account}/{organization}" if account or organization else NOBODY


def store_owner(agent: str, store: str, plan: str) -> str:
    """Return the owner of another agent's limits: its store and the plan that is named there."""
    return f"{agent}:{plan}@{store}"


def name_of_owner(owner: str, names: Mapping[str, str]) -> str:
    """Return what a user calls an owner: by its key, its account or its organization."""
    account, _, organization = owner.partition("/")
    handles = (owner, account, organization)
    return next((names[each] for each in handles if each and each in names), "")


def unknown_of(root: str) -> str:
    """Return the owner of what was hit in a root before anything was noted, beside named ones."""
    return f"{UNKNOWN}{root}"


def root_of_unknown(owner: str) -> str | None:
    """Return the root in the key of such an owner, `None` for all others."""
    return owner[len(UNKNOWN) :] if owner.startswith(UNKNOWN) and owner != UNKNOWN else None


def is_of_store(owner: str) -> bool:
    """Say whether an owner is of another agent than Claude Code."""
    return not owner.startswith(UNKNOWN) and "@" in owner and ":" in owner.partition("@")[0]


def plan_of_store(owner: str) -> str:
    """Return the plan in the key of another agent's owner."""
    return owner.partition("@")[0].partition(":")[2]


def is_named(owner: str) -> bool:
    """Say whether anybody is named."""
    return owner != NOBODY and not owner.startswith(UNKNOWN)


def resolved(owners: Iterable[str]) -> dict[str, str]:
    """Return by each key the whole one that it stands for.

    A key without account or organization is the only one that has its other half; nobody is
    the only one that is named.
    """
    found = set(owners)
    named = {each for each in found if is_named(each) and not is_of_store(each)}
    whole = {each for each in named if all(each.split("/", 1))}
    made = {each: each for each in found}
    for each in named - whole:
        account, _, organization = each.partition("/")
        fitting = [
            other
            for other in whole
            if (account and other.startswith(f"{account}/"))
            or (organization and other.endswith(f"/{organization}"))
        ]
        if len(fitting) == 1:
            made[each] = fitting[0]
    owners_named = {made[each] for each in named}
    if len(owners_named) == 1:
        made[NOBODY] = next(iter(owners_named))
    return made


def owner_at(notes: OwnerNotes, root: str, time: int) -> str:
    """Return whose a root was at a time; before the first note nobody knows."""
    known = UNKNOWN if notes.get(root) else NOBODY
    for since, owner in notes.get(root, ()):
        if since > time:
            break
        known = owner
    return known


def holder_at(notes: OwnerNotes, root: str, time: int) -> str:
    """Return with whom what a root holds of a time is counted.

    Before the first note that is whoever is noted first: of nobody else is anything known there.
    """
    noted = notes.get(root)
    return owner_at(notes, root, max(time, noted[0][0])) if noted else NOBODY


def held_by(
    notes: OwnerNotes, roots: Sequence[str], is_own: Callable[[str], bool]
) -> tuple[Held, ...] | None:
    """Return what some of the roots were an owner's and when, in order; `None` for all always."""
    turns = sorted({0, *(since for root in roots for since, _ in notes.get(root, ())[1:])})
    made: list[Held] = []
    for since, until in pairwise([*turns, FOREVER]):
        own = tuple(root for root in roots if is_own(holder_at(notes, root, since)))
        if made and (made[-1].roots, made[-1].until) == (own, since):
            made[-1] = Held(own, made[-1].since, until)
        elif own:
            made.append(Held(own, since, until))
    return None if made == [Held(tuple(roots), 0, FOREVER)] else tuple(made)
