"""Asks Anthropic's usage endpoint what the limits stand at, if and only if the user wants it.

The endpoint is not documented and troubled easily, so all processes together ask it every
five minutes at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct

from engine.domain.mistakes import SettingsError
from engine.domain.settings import system_clock
from engine.domain.system import PLATFORM
from engine.domain.times import MINUTE
from engine.limits.endpoint.answers import readings_of_usage
from engine.limits.endpoint.credentials import SCOPE, VARIABLE, find_token
from engine.limits.readings import Reading
from engine.net.addresses import private_host
from engine.net.asking import NotAnswered, ask, in_time
from engine.net.turns import Result, Turn, Turns

URL = "https://api.anthropic.com/api/oauth/usage"
TIMEOUT = 10.0
"""Seconds that the whole question may take."""
LARGEST_BODY = 2**20

Outcome = Literal[
    "off",
    "waiting",
    "absent",
    "expired",
    "narrow",
    "read",
    "empty",
    "unauthorized",
    "forbidden",
    "limited",
    "refused",
    "failing",
    "offline",
    "unreadable",
]
"""`absent`, `expired`, `narrow`: there is no token to ask with. `empty`: an answer without a limit.
`unauthorized`: 401, `forbidden`: 403, `limited`: 429, `failing`: 5xx, `refused`: any other."""

_RESULTS: dict[Outcome, Result] = {
    "absent": "unasked",
    "expired": "unasked",
    "narrow": "unasked",
    "read": "answered",
    "empty": "answered",
    "offline": "unreached",
}
_SENTENCES: dict[Outcome, str] = {
    "off": "The usage endpoint is not asked: ccmon limits --enable-oauth turns it on.",
    "waiting": "The usage endpoint is asked every 5 minutes at most.",
    "absent": (
        "The usage endpoint is not asked: there is no sign-in token of Claude Code;"
        f" sign in with claude, or set {VARIABLE}."
    ),
    "expired": (
        "The usage endpoint is not asked: Claude Code's sign-in token has expired;"
        " use claude once and it renews the token."
    ),
    "narrow": (
        f"The usage endpoint is not asked: the sign-in token lacks the scope {SCOPE};"
        " sign in with claude (a token of claude setup-token is not enough)."
    ),
    "read": "The usage endpoint told the limits.",
    "empty": "The usage endpoint answered without naming a limit of this account.",
    "unauthorized": (
        "The usage endpoint refused the sign-in token (401); use claude once and it renews the"
        " token, or sign in again."
    ),
    "forbidden": (
        f"The usage endpoint does not let this sign-in token ask (403): it may lack the scope"
        f" {SCOPE}; sign in with claude (a token of claude setup-token is not enough)."
    ),
    "limited": "The usage endpoint was asked too often, by whichever tool (429).",
    "refused": "The usage endpoint answered with HTTP status {status}.",
    "failing": "The usage endpoint has a fault of its own (HTTP status {status}).",
    "offline": "The usage endpoint was not reached in time; check the network and the proxy.",
    "unreadable": "The usage endpoint sent something that is not a usage answer.",
}


class UsageAnswer(Struct, frozen=True):
    """What asking came to."""

    outcome: Outcome
    sentence: str
    readings: tuple[Reading, ...] = ()
    next_allowed_at: int | None = None
    """When anyone may ask again, in UTC milliseconds; `None` where it is off."""
    last: Outcome | None = None
    """While waiting: how the last question went, of whatever process."""


class _Reply(NamedTuple):
    """What came back; `status` is 0 where nothing did."""

    outcome: Outcome
    status: int = 0
    body: bytes = b""
    asked_for: int | None = None


class UsageEndpoint:
    """The endpoint, the sign-in token and the memory of when it was asked.

    `directories` are config directories of Claude Code. `load`, `keep` and `exclusive` are
    those of `Turns`. Nothing is opened, imported or asked unless `is_enabled`.
    """

    def __init__(
        self,
        *,
        is_enabled: bool,
        environment: Mapping[str, str],
        directories: Iterable[Path],
        load: Callable[[], str | None],
        keep: Callable[[str], None],
        exclusive: Callable[[], AbstractContextManager[object]] = nullcontext,
        clock: Callable[[], int] = system_clock,
        url: str = URL,
        timeout: float = TIMEOUT,
        platform: str = PLATFORM,
    ) -> None:
        self._is_enabled = is_enabled
        self._environment = environment
        self._directories = tuple(directories)
        self._turns = Turns(load, keep, exclusive)
        self._clock = clock
        if private_host(url) is None:
            raise SettingsError("The usage endpoint is asked over https only.")
        self._url = url
        self._timeout = timeout
        self._platform = platform

    def ask(self) -> UsageAnswer:
        """Ask if it is time to; takes up to `timeout` seconds, and raises nothing of its own."""
        if not self._is_enabled:
            return UsageAnswer("off", _SENTENCES["off"])
        now = self._clock()
        taken = self._turns.take(now)
        if taken is None:
            return self.waiting()
        reply = self._replied(now)
        readings: tuple[Reading, ...] = ()
        if reply.outcome == "read":
            reply, readings = self._read(reply)
        turn = self._turns.end(
            taken,
            _RESULTS.get(reply.outcome, "failed"),
            self._clock(),
            outcome=reply.outcome,
            status=reply.status,
            asked_for=reply.asked_for,
        )
        sentence = _sentence(reply.outcome, turn, turn.asked_at)
        return UsageAnswer(reply.outcome, sentence, readings, turn.next_allowed_at)

    def waiting(self) -> UsageAnswer:
        """Say how the last question went, without asking."""
        now, last = self._clock(), self._turns.last()
        known = _known(last.outcome)
        shown = "waiting" if known in (None, "read") else known
        sentence = _sentence(shown or "waiting", last, now)
        return UsageAnswer("waiting", sentence, (), last.next_allowed_at, known)

    def _replied(self, now: int) -> _Reply:
        """Look the token up, use it once and forget it."""
        found = find_token(self._environment, self._directories, now, self._platform)
        if found.lack is not None:
            return _Reply(found.lack)
        return _asked_in_time(self._url, found.token, self._timeout, now)

    def _read(self, reply: _Reply) -> tuple[_Reply, tuple[Reading, ...]]:
        try:
            body = msgspec.json.decode(reply.body)
        except (msgspec.DecodeError, ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return reply._replace(outcome="unreadable"), ()
        readings = readings_of_usage(body, self._clock(), "oauth")
        return reply if readings else reply._replace(outcome="empty"), readings


def _asked_in_time(url: str, token: str, timeout: float, now: int) -> _Reply:
    """Ask once and turn away when time is up; the token goes nowhere else."""
    headers = {
        "Authorization": f"Bearer {token}",
        "anthropic-beta": "oauth-2025-04-20",
        "Accept": "application/json",
        "User-Agent": "ccmon",
    }
    deadline = time.monotonic() + timeout
    asking = partial(ask, "GET", url, headers, deadline=deadline, now=now, most=LARGEST_BODY)
    try:
        answer = in_time(asking, timeout, "ccmon-usage")
    except NotAnswered as error:
        return _Reply("unreadable", 200) if error.silence == "unreadable" else _Reply("offline")
    return _Reply(_outcome_of(answer.status), answer.status, answer.body, answer.asked_for)


def _outcome_of(status: int) -> Outcome:
    named: dict[int, Outcome] = {
        200: "read",
        401: "unauthorized",
        403: "forbidden",
        429: "limited",
    }
    return named.get(status, "failing" if status >= 500 else "refused")


def _sentence(outcome: Outcome, turn: Turn, now: int) -> str:
    """Return what a user is told, with the time until the next question."""
    sentence = _SENTENCES[outcome].format(status=turn.status)
    if outcome in ("off", "read"):
        return sentence
    minutes = max(-(-(turn.next_allowed_at - now) // MINUTE), 1)
    if minutes <= 90:
        return f"{sentence} It is asked again in {minutes} min."
    return f"{sentence} It is asked again in {minutes / 60:.1f} h."


def _known(outcome: str) -> Outcome | None:
    names: tuple[Any, ...] = get_args(Outcome)
    return next((name for name in names if name == outcome), None)
