"""Who owns what is known of limits: by the ledger's notes of each root's account (SPEC §9)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.domain.files import real_path
from engine.domain.hits import Hit
from engine.domain.owners import (
    NOBODY,
    UNKNOWN,
    Held,
    OwnerNotes,
    held_by,
    holder_at,
    is_named,
    is_of_store,
    owner_at,
    plan_of_store,
    resolved,
    root_of_unknown,
    unknown_of,
)
from engine.domain.plain_text import plain
from engine.domain.settings import Settings
from engine.ledger.connection import Connection
from engine.ledger.limit_readings import SAME_RESET
from engine.ledger.owners import newest_responses, owner_notes
from engine.limits.known import IN_FLIGHT, Key, OwnedHit
from engine.limits.labels import is_of_model
from engine.limits.marks import Marks
from engine.limits.readings import Reading, length_of

_SHORT_ID = 12


class Owners:
    """The owners of some roots, as of a look at the ledger's notes."""

    def __init__(self, ledger: Connection, settings: Settings, roots: Iterable[str]) -> None:
        self._ledger = ledger
        self._settings = settings
        self.roots = tuple(roots)
        self._plans: dict[str, str] = {}
        self._roots_of: dict[str, list[str]] = {}
        raw: dict[str, list[tuple[int, str]]] = {}
        for root, since, owner, plan in owner_notes(ledger):
            raw.setdefault(root, []).append((since, owner))
            if root in self.roots:
                self._plans[owner] = plan
                self._roots_of.setdefault(owner, []).append(root)
        self._noted: OwnerNotes = raw
        self._whole = resolved({NOBODY, *self._plans})

    def learn(self, readings: Iterable[Reading]) -> None:
        """Learn which owners readings name."""
        self._whole = resolved({NOBODY, *self._plans, *(each.owner for each in readings)})

    def whole(self, owner: str) -> str:
        """Return the whole key of an owner."""
        return self._whole.get(owner, owner)

    def at(self, root: str, time: int) -> str:
        """Return whose a root was at a time."""
        return self.whole(owner_at(self._noted, root, time))

    def present(self, marks: Marks, now: int) -> str:
        """Return the owner of Claude Code who answered last, here or wherever it is known of."""
        answers = [
            (mark.captured_at, owner)
            for (owner, _), mark in marks.items()
            if not is_of_store(owner)
        ]
        for root in self.roots:
            newest = newest_responses(self._ledger, root, 0)
            if newest and newest[0] <= now:
                answers.append((newest[0], self._holder(root, newest[0])))
        if answers:
            return max(answers)[1]
        return self._holder(self.roots[0], now) if self.roots else NOBODY

    def held(self, owner: str) -> tuple[Held, ...] | None:
        """Return which roots were an owner's and when, `None` for all of them always."""
        return held_by(self._noted, self.roots, lambda each: self.whole(each) == owner)

    def _holder(self, root: str, time: int) -> str:
        return self.whole(holder_at(self._noted, root, time))

    def owned(self, hit: Hit, root: str, marks: Marks, now: int) -> OwnedHit:
        """Return a hit with its owner, and when a response came in spite of it.

        One from before anything was noted is of the owner whose window has its reset; else of
        somebody unknown, who stands beside named owners where these have that window with other
        resets: a hit that holds is never hidden.
        """
        owner = self.at(root, hit.time)
        if owner == UNKNOWN and hit.resets_at is not None:
            fitting = {
                key[0]
                for key, mark in marks.items()
                if key[1] == hit.window
                and mark.resets_at is not None
                and abs(mark.resets_at - hit.resets_at) <= SAME_RESET
            }
            owner = fitting.pop() if len(fitting) == 1 else owner
        is_unknown = owner == UNKNOWN
        if is_unknown and any(
            window == hit.window and is_named(whose) and not is_of_store(whose)
            for whose, window in marks
        ):
            owner = unknown_of(root)
        roots = (root,) if is_unknown else self.roots
        until = hit.resets_at or hit.time + length_of(hit.window)
        is_over = until <= now
        passed = None if is_over else self._passed_at(owner, roots, hit.window, hit.time)
        return OwnedHit(hit, owner, passed)

    def passed(self, marks: Marks, now: int) -> dict[Key, int]:
        """Return the windows that are used up though a response came since, and when it came."""
        found: dict[Key, int] = {}
        for (owner, window), mark in marks.items():
            if mark.share < 1 or not mark.holds(now):
                continue
            since = next((time for time, share in mark.steps if share >= 1), mark.captured_at)
            passed = self._passed_at(owner, self.roots, window, since)
            if passed is not None:
                found[owner, window] = passed
        return found

    def _passed_at(self, owner: str, roots: Iterable[str], window: str, time: int) -> int | None:
        """Return when the newest response of an owner came that a window would have refused."""
        since = time + IN_FLIGHT - 1
        if is_of_store(owner):
            agent, store = owner.partition(":")[0], owner.partition("@")[2]
            newest = newest_responses(self._ledger, store, since, agent=agent)
            return newest[0] if newest else None
        scope = window.partition(":")[2].partition(" ")[0]
        model = scope if is_of_model(window) else ""
        times = [
            time
            for root in roots
            for time in newest_responses(self._ledger, root, since, model, is_whole=True)
            if owner.startswith(UNKNOWN) or self.at(root, time) == owner
        ]
        return max(times, default=None)

    def names(self, owners: Iterable[str]) -> dict[str, str]:
        """Return what owners are called: as the user says, else by plan or root."""
        made = {owner: self._name(owner) for owner in {*owners, *self._plans}}
        rooted = {owner: self._with_root(owner, name) for owner, name in made.items()}
        names, with_roots = list(made.values()), list(rooted.values())
        return {
            owner: name
            if names.count(name) == 1
            else rooted[owner]
            if with_roots.count(rooted[owner]) == 1
            else _with_id(owner, name)
            for owner, name in made.items()
        }

    def asked(self, names: Mapping[str, str], account: str) -> str:
        """Return the owner that goes by what a user says, else that itself; empty for empty."""
        if not account:
            return ""
        fitting = [
            owner
            for owner, name in names.items()
            if account.casefold() == name.casefold() or account in self._handles(owner)
        ]
        return fitting[0] if fitting else account

    def _name(self, owner: str) -> str:
        if owner == UNKNOWN:
            return "unknown"
        root = root_of_unknown(owner)
        if root is not None:
            return f"unknown {_brief(_short(root, self._settings.home))}"
        for handle in self._handles(owner):
            if handle in self._settings.accounts:
                return plain(self._settings.accounts[handle])
        if is_of_store(owner):
            return plan_of_store(owner).title()
        plan = self._plans.get(owner, "")
        return (
            plan or self._with_root(owner, "") or ("no account" if owner == NOBODY else owner[:8])
        )

    def _with_root(self, owner: str, name: str) -> str:
        roots = self._roots_of.get(owner) or []
        shown = _brief(_short(roots[-1], self._settings.home)) if roots else owner[:8]
        return f"{name} {shown}".strip()

    def _handles(self, owner: str) -> tuple[str, ...]:
        """Return what a configuration may call an owner by: key, account, organization, roots."""
        account, _, organization = owner.partition("/")
        handles = [owner, account, organization, plan_of_store(owner)]
        for root in self._roots_of.get(owner, ()):
            handles += [root, _short(root, self._settings.home)]
        return tuple(each for each in handles if each)


def no_account(account: str, names: Mapping[str, str]) -> str:
    """Say that no account goes by what a user says, and by what they go that there are."""
    known = ", ".join(sorted({name for owner, name in names.items() if is_named(owner)}))
    hint = f"there are: {known}" if known else "nobody has signed in with the roots read"
    return f"No account is called '{account}': {hint}."


def _with_id(owner: str, name: str) -> str:
    """Return a name with the beginning of the account's id, or all of a short one."""
    account = owner.strip("/").partition("/")[0]
    return f"{name} {account if len(account) <= _SHORT_ID else account[:8]}"


def _brief(path: str) -> str:
    """Return the end of a long path, by which roots beside each other differ."""
    parts = path.replace("\\", "/").split("/")
    return path if path.startswith("~") or len(parts) <= 3 else f"…/{parts[-1]}"


def _short(path: str, home: Path) -> str:
    """Return a path with `~` for the home."""
    real = real_path(home)
    return f"~{path[len(real) :]}" if path.startswith(real + os.sep) else path
