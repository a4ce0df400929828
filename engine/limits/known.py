"""What is known of limits beside this machine's figures: readings, hits, a pin, what was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from engine.aggregates.true_window import Anchor
from engine.domain.hits import FIVE_HOUR, SPEND_LIMIT, Hit
from engine.domain.limit_windows import HitNow
from engine.domain.owners import NOBODY, UNKNOWN, Held, is_named, is_of_store
from engine.domain.times import BLOCK_LENGTH, SECOND
from engine.ledger.limit_events import Told
from engine.limits.calibration import Calibration
from engine.limits.labels import is_of_model, label_of
from engine.limits.marks import Mark
from engine.limits.readings import length_of

IN_FLIGHT = 15 * SECOND
"""Answers under way when a limit was hit still come; they do not count as success after it."""

Key = tuple[str, str]
"""Owner and window."""


class OwnedHit(Struct, frozen=True):
    """A limit that was hit, and whose it is."""

    hit: Hit
    owner: str
    passed_at: int | None = None
    """When a response of the owner came that the window would have refused."""


class Known(Struct, frozen=True):
    """What official sources, the user and the ledger say of limits, as of a look at them."""

    revision: int = 0
    """Grows with every change."""
    marks: Mapping[Key, Mark] = {}
    """What the youngest answers say, also of windows that are over."""
    hits: tuple[OwnedHit, ...] = ()
    """Of the last days, oldest first."""
    passed: Mapping[Key, int] = {}
    """Windows that are used up, and when a response came nevertheless."""
    present: str = NOBODY
    """The owner who answered last."""
    held: tuple[Held, ...] | None = None
    """Which roots were that owner's, and when; `None` for all of them always."""
    names: Mapping[str, str] = {}
    """What owners are called."""
    account: str = ""
    """The owner that is asked for alone; empty for all."""
    pinned: int | None = None
    """When the 5-hour window ends by what the user says."""
    plan: str = ""
    told: tuple[Told, ...] = ()
    """The newest events, newest first."""
    calibration: Calibration | None = None
    contexts: Mapping[tuple[str, str], int] = {}
    """How long contexts may be by the status line, in tokens, by session and model."""

    def is_shown(self, key: Key) -> bool:
        """Say whether a row is shown: not of an unknown owner where a known one has the window."""
        owner, window = key
        if self.account and owner != self.account and not is_of_store(owner):
            return False
        if owner != UNKNOWN:
            return True
        others = (*self.marks, *((each.owner, each.hit.window) for each in self.hits))
        return not any(each[1] == window and each[0] != UNKNOWN for each in others)


def official(known: Known, now: int) -> dict[Key, Mark]:
    """Return the windows that official sources say something of now, by owner and window."""
    return {
        key: mark for key, mark in known.marks.items() if mark.holds(now) and known.is_shown(key)
    }


def own_five_hours(known: Known, now: int) -> Mark | None:
    """Return what is known officially of the present owner's 5 hours."""
    marks = official(known, now)
    return marks.get((known.present, FIVE_HOUR)) or marks.get((UNKNOWN, FIVE_HOUR))


def true_window(known: Known, now: int) -> Anchor | None:
    """Return the present owner's 5-hour window as an official source has it, else as the user says.

    Where none is known to run, but when the last one ended: no response before is of the next.
    """
    mark = own_five_hours(known, now)
    end = mark.resets_at if mark is not None else None
    captured = mark.captured_at if mark is not None and end is not None else 0
    for each in _own_hits(known):
        if each.resets_at is not None and each.time > captured:
            end, captured = each.resets_at, each.time
    if end is not None and end - BLOCK_LENGTH <= now < end:
        return Anchor(end - BLOCK_LENGTH, end, "official")
    if known.pinned is not None and known.pinned - BLOCK_LENGTH <= now < known.pinned:
        return Anchor(known.pinned - BLOCK_LENGTH, known.pinned, "pinned")
    ended = _last_end(known, now)
    return Anchor(ended, ended + 2 * BLOCK_LENGTH, "estimated") if ended is not None else None


def next_turn(known: Known, now: int) -> int:
    """Return until when the true window stays as it is now, unless more is known by then."""
    turns = [
        moment
        for end in _ends(known)
        for moment in (end - BLOCK_LENGTH, end, end + 2 * BLOCK_LENGTH)
    ]
    lapses = [
        mark.captured_at + BLOCK_LENGTH
        for (_, window), mark in known.marks.items()
        if window == FIVE_HOUR and mark.resets_at is None
    ]
    return min((turn for turn in (*turns, *lapses) if turn > now), default=1 << 62)


def _own_hits(known: Known) -> list[Hit]:
    """Return the hits of the present owner's 5 hours."""
    own = (known.present, UNKNOWN)
    return [each.hit for each in known.hits if each.hit.window == FIVE_HOUR and each.owner in own]


def _ends(known: Known) -> set[int]:
    """Return when 5-hour windows of the present owner end or ended, as far as that is known."""
    own = (known.present, UNKNOWN)
    ends = [
        mark.resets_at
        for (owner, window), mark in known.marks.items()
        if window == FIVE_HOUR and owner in own
    ]
    ends += [hit.resets_at for hit in _own_hits(known)]
    ends.append(known.pinned)
    return {end for end in ends if end is not None}


def _last_end(known: Known, now: int) -> int | None:
    """Return when the last 5-hour window ended that is known to have run."""
    return max((end for end in _ends(known) if now - 2 * BLOCK_LENGTH < end <= now), default=None)


def hits_now(known: Known, now: int) -> dict[Key, HitNow]:
    """Return the limits that are hit now, by owner and window.

    A message's hit lasts until its reset (without one as long as its window), an official 100%
    as long as it is said; either until a response of the owner comes that it would refuse.
    """
    found: dict[Key, HitNow] = {}
    for each in known.hits:
        hit, key = each.hit, (each.owner, each.hit.window)
        end = hit.resets_at
        until = end if end is not None else hit.time + length_of(hit.window)
        if not hit.time <= now < until or each.passed_at is not None or not known.is_shown(key):
            continue
        earlier = found.get(key)
        resets_at = end if end is not None or earlier is None else earlier.resets_at
        since = earlier.since if earlier is not None else hit.time
        found[key] = _hit_now(known, key, since, resets_at, is_extra=hit.is_extra_usage)
    for key, mark in official(known, now).items():
        if mark.share >= 1 and key[1] != SPEND_LIMIT and key not in known.passed:
            since = next((time for time, share in mark.steps if share >= 1), mark.captured_at)
            found.setdefault(key, _hit_now(known, key, since, mark.resets_at, is_extra=False))
    return found


def _hit_now(
    known: Known, key: Key, since: int, resets_at: int | None, *, is_extra: bool
) -> HitNow:
    owner, window = key
    return HitNow(
        window=window,
        label=label_of(window),
        since=since,
        resets_at=resets_at,
        is_extra_usage=is_extra,
        owner=owner,
        owner_name=known.names.get(owner, ""),
        is_of_model=is_of_model(window),
    )


def gravest(hits: Iterable[HitNow]) -> HitNow | None:
    """Return the hit that holds work up most: one of all models, and the latest reset."""
    return max(
        hits,
        key=lambda hit: (not hit.is_of_model, hit.resets_at or 0, hit.window),
        default=None,
    )


def several_owners(keys: Iterable[Key], known: Known) -> frozenset[str]:
    """Return the owners to be named: where more than one has rows of the same kind of agent."""
    claude = {owner for owner, _ in keys if not is_of_store(owner) and owner != UNKNOWN}
    claude |= {known.present} if is_named(known.present) else set()
    stores: dict[str, set[str]] = {}
    for owner, _ in keys:
        if is_of_store(owner):
            stores.setdefault(owner.partition(":")[0], set()).add(owner)
    several = [owners for owners in (claude, *stores.values()) if len(owners) > 1]
    return frozenset().union(*several)
