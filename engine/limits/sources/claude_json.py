"""Claude Code's own state file `.claude.json`: the usage it asked for last, and the plan.

Only the keys named here are decoded; no e-mail, name or token ever is.
"""

# No annotation is put off here: as text, each would be compiled anew at every start.

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from engine.domain.files import real_path
from engine.domain.owners import owner_key
from engine.domain.times import DAY, MINUTE
from engine.limits.readings import Reading, name_of

FILE_NAME = ".claude.json"
_OLDEST = 8 * DAY
_AHEAD = 5 * MINUTE
"""What two clocks may differ by."""
_PLANS = {"pro": "Pro", "max": "Max", "team": "Team", "enterprise": "Enterprise", "free": "Free"}
_MULTIPLE = r"(?i)max_(\d{1,3}x)\b"


class Plan(Struct, frozen=True):
    """The subscription that Claude Code is signed in with."""

    tier: str
    """As Anthropic names it, such as `default_claude_max_5x`."""
    name: str
    """`Pro`, `Max 5x`, `Max 20x`, `Team`, `Team (Max 5x)` …, else the tier itself."""


class Account(Struct, frozen=True):
    """Who readings belong to, by ids alone."""

    account: str = ""
    organization: str = ""

    @property
    def owner(self) -> str:
        """The owner's key."""
        return owner_key(self.account, self.organization)


NO_ACCOUNT = Account()


class ClaudeState(Struct, frozen=True):
    """What one `.claude.json` says."""

    fetched_at: int = 0
    """When its usage was asked for, 0 where it has none that can still hold."""
    readings: tuple[Reading, ...] = ()
    account: Account = NO_ACCOUNT
    plan: Plan | None = None


class _Signed(Struct, rename="camel"):
    account_uuid: Any = None
    organization_uuid: Any = None
    organization_type: Any = None
    user_rate_limit_tier: Any = None
    organization_rate_limit_tier: Any = None


class _Cached(Struct, rename="camel"):
    fetched_at_ms: Any = None
    account_uuid: Any = None
    utilization: Any = None


class _File(Struct, rename="camel"):
    oauth_account: Raw = Raw(b"null")
    cached_usage_utilization: Raw = Raw(b"null")


_decode_file = msgspec.json.Decoder(_File).decode
_decode_signed = msgspec.json.Decoder(_Signed | None).decode
_decode_cached = msgspec.json.Decoder(_Cached | None).decode


def state_of(data: bytes, now: int) -> ClaudeState | None:
    """Return what the file's bytes say, `None` where they are not a JSON object."""
    try:
        file = _decode_file(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    signed = _signed_of(file.oauth_account)
    account = Account(name_of(signed.account_uuid), name_of(signed.organization_uuid))
    fetched_at, readings = _usage_of(file.cached_usage_utilization, now, account)
    return ClaudeState(fetched_at, readings, account, _plan_of(signed))


def signed_in(data: bytes) -> tuple[Account, Plan | None] | None:
    """Return who the file's bytes say is signed in, `None` where they are not a JSON object."""
    try:
        signed = _signed_of(_decode_file(data).oauth_account)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return Account(name_of(signed.account_uuid), name_of(signed.organization_uuid)), _plan_of(
        signed
    )


def _signed_of(data: Raw) -> _Signed:
    try:
        return _decode_signed(data) or _Signed()
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _Signed()


def _usage_of(data: Raw, now: int, signed: Account) -> tuple[int, tuple[Reading, ...]]:
    """Return when usage was asked for, and what it was: a floor, for it may be days old."""
    try:
        cached = _decode_cached(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0, ()
    at = cached.fetched_at_ms if cached is not None else None
    if isinstance(at, bool) or not isinstance(at, int | float):
        return 0, ()
    if cached is None or not now - _OLDEST < at <= now + _AHEAD:
        return 0, ()
    from engine.limits.endpoint.answers import readings_of_usage

    account = name_of(cached.account_uuid)
    is_of_signed = not account or account == signed.account
    owner = signed.owner if is_of_signed else owner_key(account, "")
    return int(at), readings_of_usage(cached.utilization, int(at), "claude.json", owner)


def account_path(root: Path, home: Path) -> Path:
    """Return the file that says whose a root is (SPEC §9).

    Of the usual roots it is the home's, unless Claude Code was told to keep its files in one of
    them: then its own is there, and the one that was written last holds.
    """
    own, of_home = root / FILE_NAME, home / FILE_NAME
    real = real_path(root)
    usual = (home / ".claude", home / ".config" / "claude")
    if real not in {real_path(each) for each in usual}:
        return own
    return max((of_home, own), key=_written_at)


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def _plan_of(signed: _Signed) -> Plan | None:
    """Return the plan: the user's tier goes before the organization's."""
    tier = name_of(signed.user_rate_limit_tier) or name_of(signed.organization_rate_limit_tier)
    kind = name_of(signed.organization_type).removeprefix("claude_").lower()
    if not tier and not kind:
        return None
    multiple = re.search(_MULTIPLE, tier)
    plan = _PLANS.get(kind) or _PLANS.get(tier.lower().removeprefix("default_claude_"))
    if multiple is None:
        return Plan(tier, plan or tier or kind)
    name = f"Max {multiple[1].lower()}"
    return Plan(tier, name if plan in (None, "Max") else f"{plan} ({name})")
