"""The door to all providers: which are enabled, what they said last, and asking them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, timedelta
from threading import Thread
from typing import get_args

from engine.domain.mistakes import SettingsError
from engine.domain.paths import providers_directory
from engine.domain.provider_usage import (
    AccountState,
    ProviderAccount,
    ProviderUsage,
    course_of,
    period_of,
)
from engine.domain.settings import Settings
from engine.domain.times import day_of
from engine.providers.base import KeyFound, Provider
from engine.providers.enabled import enable, enabled_ids
from engine.providers.failures import ProviderFailure
from engine.providers.fetcher import TIMEOUT, Fetcher, Jitter, usual_jitter
from engine.providers.kept import Kept
from engine.providers.keys import Key, Keys
from engine.providers.registry import provider_of, providers
from engine.providers.sentences import sentence_of

COURSE = 30
"""Days of a course, today the last."""
_STATES: tuple[AccountState, ...] = get_args(AccountState)


class Accounts:
    """What the user's providers say, from what is kept; connections only where that is asked.

    Only those that are enabled are asked; any thread may call any method.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        timeout: float = TIMEOUT,
        jitter: Jitter = usual_jitter,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._timeout = timeout
        self._jitter = jitter
        self._wait = wait
        self._directory = providers_directory(settings)
        self._keys = Keys(settings)

    def all(self) -> tuple[ProviderAccount, ...]:
        """Return every provider, the enabled ones first; asks nobody."""
        enabled = enabled_ids(self._settings)
        found = [self._account(each, each.id in enabled) for each in providers()]
        return tuple(sorted(found, key=lambda each: not each.is_enabled))

    def enabled(self) -> tuple[ProviderAccount, ...]:
        """Return the enabled providers; asks nobody."""
        enabled = enabled_ids(self._settings)
        return tuple(self._account(each, True) for each in providers() if each.id in enabled)

    def one(self, name: str) -> ProviderAccount:
        """Return a provider; asks nobody. Raises `SettingsError` for an unknown one."""
        provider = provider_of(name)
        return self._account(provider, provider.id in enabled_ids(self._settings))

    def refresh(self, names: Iterable[str] | None = None, *, is_forced: bool = False) -> str:
        """Ask the enabled providers, or some of them, side by side, where it is their time.

        Takes as long as the slowest, some seconds at most. Returns a sentence where an answer
        could not be kept, else nothing. Raises `SettingsError` for one that is unknown or not
        enabled.
        """
        if self._settings.is_offline:
            return ""
        enabled = enabled_ids(self._settings)
        if names is None:
            asked = [each for each in providers() if each.id in enabled]
        else:
            asked = [self._of_enabled(name, enabled) for name in names]
        problems: list[str] = []
        threads = [
            Thread(
                target=self._refresh_one,
                args=(each, is_forced, problems),
                name=f"ccmon-{each.id}",
                daemon=True,
            )
            for each in asked
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return problems[0] if problems else ""

    def is_due(self) -> bool:
        """Say whether a refresh would ask anybody."""
        if self._settings.is_offline:
            return False
        enabled = enabled_ids(self._settings)
        fetchers = (self._fetcher(each) for each in providers() if each.id in enabled)
        return any(
            fetcher is not None and fetcher.is_due(fetcher.kept(), is_forced=False)
            for fetcher in fetchers
        )

    def check(self, name: str) -> tuple[KeyFound | None, str]:
        """Ask whether a provider's key is good; return what it is, or the sentence on why not.

        Raises `SettingsError` for one that is unknown or not enabled, and offline.
        """
        self._refuse_offline()
        provider = self._of_enabled(name, enabled_ids(self._settings))
        fetcher = self._fetcher(provider)
        if fetcher is None:
            return None, sentence_of("no_key", provider)
        try:
            return fetcher.check(), ""
        except ProviderFailure as failure:
            return None, _said(failure, provider)

    def days_between(self, name: str, since: date, until: date) -> ProviderUsage:
        """Ask a provider about some UTC days, both included; nothing of it is kept.

        Raises `SettingsError` with a sentence for whatever goes wrong.
        """
        self._refuse_offline()
        provider = self._of_enabled(name, enabled_ids(self._settings))
        fetcher = self._fetcher(provider)
        if fetcher is None:
            raise SettingsError(sentence_of("no_key", provider))
        try:
            return fetcher.days_between(since, until)
        except ProviderFailure as failure:
            raise SettingsError(_said(failure, provider)) from None

    def set_key(self, name: str, text: str) -> str:
        """Keep a key for ccmon and enable its provider; return where it is kept.

        Raises `SettingsError`.
        """
        provider = provider_of(name)
        try:
            where = self._keys.keep(provider, text)
            enable(self._settings, provider.id, True)
        except OSError as error:
            raise self._unwritable(error) from error
        return where

    def unset_key(self, name: str) -> bool:
        """Forget a key and what came with it, and disable its provider.

        Return whether there was a key; raises `SettingsError`.
        """
        provider = provider_of(name)
        try:
            was_kept = self._keys.forget(provider)
            enable(self._settings, provider.id, False)
            Fetcher(provider, None, self._settings, self._directory).answer.forget()
        except OSError as error:
            raise self._unwritable(error) from error
        return was_kept

    def enable(self, name: str, is_enabled: bool) -> ProviderAccount:
        """Let a provider be asked, or no more; raises `SettingsError`."""
        provider = provider_of(name)
        said = self._settings.providers.get(provider.id, {}).get("enabled")
        if said in ("true", "false") and (said == "true") != is_enabled:
            raise SettingsError(
                f"The configuration says enabled = {said} of {provider.id}: change it there"
                " (ccmon config edit)."
            )
        try:
            enable(self._settings, provider.id, is_enabled)
        except OSError as error:
            raise self._unwritable(error) from error
        return self.one(provider.id)

    def _refresh_one(self, provider: Provider, is_forced: bool, problems: list[str]) -> None:
        """Ask one provider; where nothing can be kept the last answer stays as it is."""
        fetcher = self._fetcher(provider)
        if fetcher is None:
            return
        try:
            fetcher.refresh(is_forced=is_forced)
        except OSError as error:
            problems.append(str(self._unwritable(error)))

    def _fetcher(self, provider: Provider) -> Fetcher | None:
        """Return what asks a provider, `None` where there is no key to ask with."""
        key = self._keys.find(provider)
        if key is None and provider.needs_key:
            return None
        return self._fetcher_with(provider, key)

    def _fetcher_with(self, provider: Provider, key: Key | None) -> Fetcher:
        return Fetcher(
            provider,
            key,
            self._settings,
            self._directory,
            timeout=self._timeout,
            jitter=self._jitter,
            wait=self._wait,
        )

    def _account(self, provider: Provider, is_enabled: bool) -> ProviderAccount:
        """Return a provider as it stands, from what is kept."""
        key = self._keys.find(provider)
        has_key = key is not None or not provider.needs_key
        kept = self._fetcher_with(provider, key).kept() if is_enabled and has_key else Kept()
        state = _state_of(kept, is_enabled=is_enabled, has_key=has_key)
        usage, now = kept.usage, self._settings.clock()
        today = day_of(now, UTC)
        until, month = today.isoformat(), today.replace(day=1).isoformat()
        currency, course = "", tuple[int | None, ...]()
        if usage is not None:
            currency, course = course_of(usage, _days_before(today, COURSE))
        return ProviderAccount(
            id=provider.id,
            title=provider.title,
            capabilities=provider.capabilities,
            is_enabled=is_enabled,
            key=None if key is None else key.shown,
            state=state,
            sentence=sentence_of(state, provider, status=kept.turn.status, missing=kept.missing),
            fetched_at=kept.fetched_at or None,
            is_stale=usage is not None
            and (state != "ok" or not kept.fetched_at <= now < kept.fetched_at + self._ttl * 2),
            retry_at=kept.retry_at if kept.retry_at > now else None,
            usage=usage,
            today=None if usage is None else period_of(usage, "today", until, until),
            month=None if usage is None else period_of(usage, "month", month, until),
            course=course,
            course_currency=currency,
            where=provider.where,
        )

    @property
    def _ttl(self) -> int:
        return self._settings.provider_ttl

    def _of_enabled(self, name: str, enabled: frozenset[str]) -> Provider:
        provider = provider_of(name)
        if provider.id not in enabled:
            raise SettingsError(
                f"{provider.title} is not enabled: ccmon providers enable {provider.id} (with the"
                f" environment's key) or ccmon providers set {provider.id}."
            )
        return provider

    def _refuse_offline(self) -> None:
        if self._settings.is_offline:
            raise SettingsError("A provider is asked over the network: leave --offline out.")

    def _unwritable(self, error: OSError) -> SettingsError:
        return SettingsError(
            f"{self._directory} cannot be written ({error.strerror}): make it writable."
        )


def _state_of(kept: Kept, *, is_enabled: bool, has_key: bool) -> AccountState:
    if not is_enabled:
        return "disabled"
    if not has_key:
        return "no_key"
    return next((each for each in _STATES if each == kept.state), "unasked")


def _said(failure: ProviderFailure, provider: Provider) -> str:
    return sentence_of(failure.state, provider, status=failure.status, missing=failure.missing)


def _days_before(today: date, count: int) -> Sequence[str]:
    return [(today - timedelta(days=count - 1 - each)).isoformat() for each in range(count)]
