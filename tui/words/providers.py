"""Providers in the words of pages and lines: money by currency, states, ages."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain.provider_usage import AccountState, Amount, ProviderAccount, ProviderLimit
from engine.domain.times import MINUTE
from tui.words.format import ago, dollars, percent, plain, tokens

_PICO = 10**12
_LEAST = 0.01
_WORDS: dict[AccountState, str] = {
    "disabled": "off",
    "no_key": "no key",
    "unconfigured": "not set up",
    "unasked": "not asked yet",
    "ok": "ok",
    "invalid_key": "wrong key",
    "needs_admin_key": "needs an Admin key",
    "rate_limited": "throttled",
    "unavailable": "unavailable",
    "timeout": "timed out",
    "unreadable": "unreadable",
}
UNKNOWN = "-"
"""What stands where a provider tells nothing."""


def money_text(amounts: Iterable[Amount]) -> str:
    """Return money of each currency, never added together: `$12.50`, `3.75 EUR`."""
    return ", ".join(map(amount_text, amounts)) or UNKNOWN


def amount_text(amount: Amount) -> str:
    """Return one amount; what is owed has a minus in front."""
    sign = "-" if amount.value < 0 else ""
    if amount.currency == "USD":
        return f"{sign}{dollars(abs(amount.value))}"
    value = abs(amount.value) / _PICO
    shown = "<0.01" if 0 < value < _LEAST else f"{value:,.2f}"
    return f"{sign}{shown} {plain(amount.currency)}"


def state_text(account: ProviderAccount, now: int) -> str:
    """Say how an account stands, with the age of its figures."""
    word, fetched = _WORDS[account.state], account.fetched_at
    if fetched is None or now - fetched < MINUTE:
        return word
    return f"{word} · {ago(now - fetched)}"


def limit_text(limit: ProviderLimit) -> str:
    """Say how much of a limit is used: `Week 25% (512 of 2,048)`."""
    share = "?" if limit.used_share is None else percent(limit.used_share)
    if limit.used is None or limit.limit is None:
        return f"{plain(limit.label)} {share}"
    if len(limit.unit) == 3 and limit.unit.isupper():
        used, whole = (amount_text(Amount(limit.unit, each)) for each in (limit.used, limit.limit))
    else:
        used, whole = f"{limit.used:,}", f"{limit.limit:,}"
    return f"{plain(limit.label)} {share} ({used} of {whole})"


def use_text(account: ProviderAccount) -> str:
    """Return the month's tokens, as far as they are told."""
    month = account.month
    if month is None or month.tokens is None:
        return UNKNOWN
    return tokens(month.tokens.total)


def balance_text(account: ProviderAccount) -> str:
    """Return what is left, of each currency; the first balance of each is the whole."""
    if account.usage is None:
        return UNKNOWN
    whole: dict[str, Amount] = {}
    for each in account.usage.balances:
        whole.setdefault(each.amount.currency, each.amount)
    return money_text(whole.values())
