"""When the made-up user works: stretches of work, and the sessions that fill them."""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random

from msgspec import Struct

from engine.demo.user import PROJECTS, DemoUser
from engine.domain.times import DAY, HOUR, MINUTE, moment_at

_BETWEEN_STARTS = 5 * HOUR + 25 * MINUTE
"""So far apart, each stretch of a day falls into a block of its own."""
_CHANCE_OF_STRETCH = {-1: 0.95, 0: 0.9, 1: 0.45}
_CHANCE_AT_WEEKEND = {-1: 0.4, 0: 0.25, 1: 0.2}
_RECENT_DAYS = 30
_CHANCE_BEFORE, _WEIGHT_BEFORE = 0.2, 0.15
"""The user took to it in the last month: before that fewer stretches, each with less work."""
_BUSY_NOW = 3
_SHARE_OF_HEAVY = 0.62
"""How much the active stretch has of a heavy one (the 90th percentile)."""
_WAVE = 50 * MINUTE
_LONGEST_FORKED = 400


class Piece(Struct, frozen=True):
    """An unbroken stay in one session: from, to and how many responses."""

    start: int
    end: int
    responses: int


class Plan(Struct, frozen=True):
    """One session: where, when, and whether it goes on after now."""

    number: int
    project: int
    pieces: tuple[Piece, ...]
    start: int
    until: int = 0
    """The session goes on by itself until then; 0 ends it with its last piece."""
    fork_of: int | None = None


class _Stretch(Struct):
    """Hours of work without a long break."""

    start: int
    end: int
    weight: float
    is_active: bool = False
    responses: int = 0
    sessions: int = 0


@lru_cache(maxsize=4)
def plan_sessions(user: DemoUser) -> tuple[Plan, ...]:
    """Return the sessions of the user's history, the busy ones last."""
    chance = user.random("plan")
    stretches = _stretches(user, chance)
    weights = [stretch.weight for stretch in stretches]
    for stretch, responses in zip(stretches, allot(user.responses, weights), strict=True):
        stretch.responses = responses
    stretches[-1].sessions = min(_BUSY_NOW, user.sessions)
    left = user.sessions - stretches[-1].sessions
    for stretch, sessions in zip(stretches[:-1], allot(left, weights[:-1]), strict=True):
        stretch.sessions = sessions
    plans: list[Plan] = []
    waiting: tuple[Piece, ...] = ()
    for stretch in stretches:
        if stretch.sessions:
            plans += _open_sessions(stretch, len(plans), waiting, user.now_ms, chance)
            waiting = ()
        else:
            piece = Piece(stretch.start, stretch.end, stretch.responses)
            if plans:
                plans[-1] = _resumed(plans[-1], piece)
            else:
                waiting += (piece,)
    return tuple(plans)


def plan_later(user: DemoUser, number: int) -> Plan:
    """Return the session that begins as the `number`th after now."""
    chance = user.random("later", number)
    start = user.now_ms + int((number + chance.uniform(0.3, 0.7)) * 14 * MINUTE)
    project = chance.choices(range(len(PROJECTS)), [place.weight for place in PROJECTS])[0]
    until = start + int(chance.uniform(30, 50) * MINUTE)
    return Plan(user.sessions + number, project, (), start, until)


def allot(total: int, weights: list[float]) -> list[int]:
    """Share a whole number out by weight, so that the parts sum to it exactly."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(part) for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _stretches(user: DemoUser, chance: Random) -> list[_Stretch]:
    """Return the stretches of work, oldest first, the one that reaches now last."""
    active_start = user.now_ms // HOUR * HOUR - 2 * HOUR + chance.randrange(4, 14) * MINUTE
    stretches = []
    for day in range(user.days - 1, -1, -1):
        middle = active_start - day * DAY
        is_recent = day < _RECENT_DAYS
        is_weekend = moment_at(middle).weekday() >= 5
        chances = _CHANCE_AT_WEEKEND if is_weekend else _CHANCE_OF_STRETCH
        for slot, usual in chances.items():
            likely = usual * (1 if is_recent else _CHANCE_BEFORE)
            if (day == 0 and slot >= 0) or (chance.random() > likely and (day, slot) != (0, -1)):
                continue
            start = middle + slot * _BETWEEN_STARTS + chance.randrange(-6, 7) * MINUTE
            hours = chance.uniform(1.6, 4.2)
            weight = hours * chance.lognormvariate(0, 0.45) * (0.5 if is_weekend else 1)
            weight *= 1 if is_recent else _WEIGHT_BEFORE
            stretches.append(_Stretch(start, start + int(hours * HOUR), weight))
    first_recent = active_start - _RECENT_DAYS * DAY
    recent = sorted(stretch.weight for stretch in stretches if stretch.start > first_recent)
    heavy = recent[len(recent) * 9 // 10]
    active = _Stretch(active_start, user.now_ms, heavy * _SHARE_OF_HEAVY, is_active=True)
    return [*stretches, active]


def _open_sessions(
    stretch: _Stretch, first: int, waiting: tuple[Piece, ...], now: int, chance: Random
) -> list[Plan]:
    """Return the sessions that begin in a stretch; the first lasts all of it."""
    count, length = stretch.sessions, stretch.end - stretch.start
    if stretch.is_active:
        projects = list(range(count))
    else:
        weights = [place.weight for place in PROJECTS]
        projects = chance.choices(range(len(PROJECTS)), weights, k=count)
    shares = allot(stretch.responses, [chance.uniform(0.5, 1.5) for _ in range(count)])
    plans = []
    for i, (project, responses) in enumerate(zip(projects, shares, strict=True)):
        start, end, until, fork_of = stretch.start, stretch.end, 0, None
        if i:
            start += int(length * chance.uniform(0.05, 0.45))
        if stretch.is_active:
            until = now + (20 + 15 * i) * MINUTE
        elif i:
            end -= int(length * chance.uniform(0, 0.3))
            if chance.random() < 0.12 and 0 < shares[i - 1] <= _LONGEST_FORKED:
                fork_of, project = first + i - 1, projects[i - 1]
                projects[i] = project
        piece = Piece(start, end, responses)
        pieces = (*waiting, piece) if i == 0 else (piece,)
        plans.append(Plan(first + i, project, pieces, pieces[0].start, until, fork_of))
    return plans


def _resumed(plan: Plan, piece: Piece) -> Plan:
    return Plan(
        plan.number, plan.project, (*plan.pieces, piece), plan.start, plan.until, plan.fork_of
    )


def response_times(piece: Piece, chance: Random) -> list[int]:
    """Return when the responses of a piece begin: in waves, with quiet minutes between."""
    length = piece.end - piece.start
    steps = max(1, length // (5 * MINUTE))
    weights = []
    for step in range(steps):
        before_end = length * (steps - step - 1) / steps
        wave = 1.25 + math.cos(2 * math.pi * before_end / _WAVE)
        weights.append(wave * (chance.choice((0.3, 0.8, 1.0, 1.2)) if before_end else 1.3))
    times: list[int] = []
    for step, count in enumerate(allot(piece.responses, weights)):
        begin = piece.start + length * step // steps
        end = piece.start + length * (step + 1) // steps
        times += sorted(chance.randrange(begin, max(begin + 1, end)) for _ in range(count))
    return times
