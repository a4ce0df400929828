"""Asks one provider when it is its time, and keeps what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from engine.domain.digest import blake2b
from engine.domain.provider_usage import ProviderUsage
from engine.domain.settings import Settings
from engine.domain.times import MINUTE, SECOND, day_of
from engine.net.addresses import private_host
from engine.net.asking import NotAnswered, in_time
from engine.net.turns import LONGEST_ASKED_FOR, Pauses, Turn, back_off
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider
from engine.providers.failures import FailureState, ProviderFailure
from engine.providers.kept import Kept, KeptAnswer
from engine.providers.keys import Key

TIMEOUT = 5.0
"""Seconds that one provider may take, whatever it does."""
LONGEST_BACK_OFF = 30 * MINUTE
FORCED_PAUSE = 10 * SECOND
"""So long an answer holds even for who asks for a new one: many who ask at once ask once."""
DAYS = 31
"""As many UTC days are asked about, today the last: the month is always among them."""

_UNTIL_SET_ANEW: frozenset[str] = frozenset({"invalid_key", "needs_admin_key", "unconfigured"})
"""Failures that only another key or setting helps: they are not tried again by themselves."""
_PATIENCE = TIMEOUT + 1.5
"""Seconds to wait for another process that is asking."""

_T = TypeVar("_T")
Jitter = Callable[[], float]
"""A factor near 1 by which pauses differ, so that not all ask at the same moment."""


def usual_jitter() -> float:
    """Return a factor from 0.9 to 1.1."""
    return random.uniform(0.9, 1.1)


class Fetcher:
    """Asks one provider with one key; of all processes one at a time."""

    def __init__(
        self,
        provider: Provider,
        key: Key | None,
        settings: Settings,
        directory: Path,
        *,
        timeout: float = TIMEOUT,
        jitter: Jitter = usual_jitter,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._provider = provider
        self._key = key
        self._options = settings.providers.get(provider.id, {})
        self._ttl = settings.provider_ttl
        self._clock = settings.clock
        self._timeout = timeout
        self._jitter = jitter
        self._wait = wait
        self.answer = KeptAnswer(directory, provider.id)

    @property
    def mark(self) -> str:
        """What tells this key with these settings from others, as a hash."""
        key = self._key.mark(self._provider.id) if self._key is not None else ""
        said = "\0".join(f"{name}={value}" for name, value in sorted(self._options.items()))
        return blake2b(f"{key}\0{said}".encode(), digest_size=8).hexdigest()

    def kept(self) -> Kept:
        """Return what is known, nothing where it came with another key or other settings."""
        kept = self.answer.load()
        return kept if kept.mark == self.mark else Kept(asked=kept.asked)

    def is_due(self, kept: Kept, *, is_forced: bool) -> bool:
        """Say whether to ask now."""
        now = self._clock()
        if now < kept.retry_at <= now + LONGEST_ASKED_FOR:
            return False
        asked_at = kept.turn.asked_at
        if is_forced:
            return not (kept.state and asked_at <= now < asked_at + FORCED_PAUSE)
        if kept.state in _UNTIL_SET_ANEW:
            return False
        return not (now < kept.turn.next_allowed_at <= now + LONGEST_ASKED_FOR)

    def refresh(self, *, is_forced: bool = False) -> None:
        """Ask if it is time to, in at most `timeout` seconds and a little; raises `OSError`.

        Who comes while another process is asking waits for what that brings.
        """
        before = self.answer.load().asked
        if not self.is_due(self.kept(), is_forced=is_forced):
            return
        with self.answer.alone(_PATIENCE) as has_turn:
            kept = self.kept()
            if not has_turn or self.answer.load().asked != before:
                return
            if self.is_due(kept, is_forced=is_forced):
                self.answer.save(self._asked(kept))

    def days_between(self, since: date, until: date) -> ProviderUsage:
        """Ask about other days, and keep nothing of it; raises `ProviderFailure`."""
        return self._in_time(lambda asked: self._provider.fetch(asked), since, until)

    def check(self) -> KeyFound:
        """Ask whether the key is good; raises `ProviderFailure`."""
        today = self._today()
        return self._in_time(lambda asked: self._provider.check(asked), today, today)

    def _asked(self, kept: Kept) -> Kept:
        """Ask, and return what is to be kept."""
        today = self._today()
        try:
            usage = self._in_time(
                lambda asked: self._provider.fetch(asked), today - timedelta(days=DAYS - 1), today
            )
        except ProviderFailure as failure:
            return self._failed(kept, failure)
        now = self._clock()
        pause = round(self._ttl * min(self._jitter(), 1.0))
        return Kept(
            asked=kept.asked + 1,
            mark=self.mark,
            turn=Turn(now + pause, 0, "ok", 200, now),
            state="ok",
            usage=usage,
            fetched_at=now,
        )

    def _failed(self, kept: Kept, failure: ProviderFailure) -> Kept:
        """Keep the last good answer, and when to try again."""
        now = self._clock()
        failures = kept.turn.failures + 1
        pauses = Pauses(MINUTE, LONGEST_BACK_OFF, LONGEST_BACK_OFF)
        pause = back_off(min(failures, 30), pauses, is_unreached=not failure.status)
        pause = min(round(pause * self._jitter()), LONGEST_BACK_OFF)
        asked_for = min(failure.asked_for or 0, LONGEST_ASKED_FOR)
        turn = Turn(now + max(pause, asked_for), failures, failure.state, failure.status, now)
        return replace(
            kept,
            asked=kept.asked + 1,
            mark=self.mark,
            turn=turn,
            retry_at=now + asked_for if asked_for else 0,
            state=failure.state,
            missing=failure.missing,
        )

    def _in_time(self, do: Callable[[Asked], _T], since: date, until: date) -> _T:
        """Do something with a question that is about some days; raises `ProviderFailure`."""
        asked = self._question(since, until)
        try:
            return in_time(lambda: do(asked), self._timeout, "ccmon-provider", (ProviderFailure,))
        except NotAnswered as error:
            state: FailureState = "timeout" if error.silence == "slow" else "unreadable"
            raise ProviderFailure(state) from None

    def _question(self, since: date, until: date) -> Asked:
        base = self._options.get("base-url", "").strip() or self._provider.base
        for name, address in self._addresses(base).items():
            if private_host(address) is None:
                raise ProviderFailure("unconfigured", missing=name)
        if self._key is None and self._provider.needs_key:
            raise ProviderFailure("unconfigured", missing="key")
        secret = self._key.secret if self._key is not None else ""
        return Asked(
            key=secret,
            base=base,
            headers=self._provider.headers(secret),
            options=self._options,
            since=since,
            until=until,
            now=self._clock(),
            deadline=time.monotonic() + self._timeout,
            wait=self._wait,
        )

    def _addresses(self, base: str) -> dict[str, str]:
        """Return every address that the key may go to, by the setting that names it."""
        named = {
            each.name: self._options[each.name]
            for each in self._provider.options
            if each.is_address and self._options.get(each.name, "").strip()
        }
        return {**({"base-url": base} if base else {}), **named}

    def _today(self) -> date:
        return day_of(self._clock(), UTC)
