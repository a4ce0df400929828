"""What is wrong with an account and what to do, in one sentence each."""

from __future__ import annotations

from engine.domain.provider_usage import AccountState
from engine.providers.base import Provider

_SENTENCES: dict[AccountState, str] = {
    "disabled": "",
    "ok": "",
    "unasked": "{title} was not asked yet: ccmon providers refresh.",
    "no_key": "There is no key of {title}: ccmon providers set {id}. {key_help}.",
    "invalid_key": "{title} does not take this key: set another with ccmon providers set {id}.",
    "needs_admin_key": "{title} takes this key, but it may not read usage. {key_help}.",
    "rate_limited": "{title} was asked too often (429) and is left alone for a while.",
    "unavailable": "{title} {unavailable}.",
    "timeout": "{title} did not answer in time; it is asked again by itself.",
    "unreadable": "{title} sent something that is not an answer to this{status};"
    " its interface may have changed.",
    "unconfigured": "{title} needs {missing} in [providers.{id}] of the configuration"
    " (ccmon config edit){meaning}.",
}


def sentence_of(
    state: AccountState, provider: Provider, *, status: int = 0, missing: str = ""
) -> str:
    """Return what a user is told of how things stand, empty where all is well."""
    if state == "unconfigured" and missing == "base-url":
        return f"The address of {provider.title} must be https: nothing was sent there."
    meaning = next((each.meaning for each in provider.options if each.name == missing), "")
    return _SENTENCES[state].format(
        id=provider.id,
        title=provider.title,
        key_help=provider.key_help,
        missing=missing,
        meaning=f": {meaning}" if meaning else "",
        status=f" (HTTP status {status})" if status and status != 200 else "",
        unavailable=_unavailable(status),
    )


def _unavailable(status: int) -> str:
    if 300 <= status < 400:
        return "answered with a redirect, which is not followed with a key: check the address"
    if status:
        return f"has a fault of its own (HTTP status {status}); it is asked again by itself"
    return "was not reached, or broke off: check the network and the proxy"
