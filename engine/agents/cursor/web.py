"""Asks Cursor's web site for usage events, as its own dashboard does.

The interface is not documented: every answer is looked at before it is believed.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from engine.agents.base import Unreadable
from engine.agents.cursor.events import event_of, events_of, read_csv
from engine.agents.cursor.tokens import SessionToken
from engine.domain.mistakes import SettingsError
from engine.net.addresses import private_host
from engine.net.asking import NotAnswered, ask

BASE = "https://cursor.com"
VARIABLE = "CCMON_CURSOR_URL"
PAGE = 1_000
"""Events asked for at once; more are not given."""

_JSON = "/api/dashboard/get-filtered-usage-events"
_CSV = "/api/dashboard/export-usage-events-csv?strategy=tokens"
_LARGEST_BODY = 256 * 2**20
_MOST_PAGES = 10_000
_KEPT = ("timestamp", "model", "kind", "conversationId", "tokenUsage", "chargedCents")
"""What is kept of an event: what counts, and nothing of whose it is."""

Failure = Literal[
    "unauthorized", "limited", "refused", "failing", "unreached", "slow", "unreadable", "page"
]
"""`unauthorized`: 401, 403 or sent to the login; `limited`: 429; `failing`: 5xx; `refused`: any
other status; `page`: a web page in place of usage."""


class AskingFailed(Exception):
    """Asking came to nothing; holds no text, so none can tell the token."""

    def __init__(self, failure: Failure, status: int = 0, asked_for: int | None = None) -> None:
        super().__init__(failure)
        self.failure: Failure = failure
        self.status = status
        self.asked_for = asked_for
        """Milliseconds to leave the server alone for."""


class Range(Struct, frozen=True):
    """Events of a range of time, as far as there was time to read them."""

    events: list[dict[str, Any]]
    since: int
    """All from here on are there."""


def base_of(named: str | None) -> str:
    """Return the site's address, or the one named; raises `SettingsError` where it is unsafe."""
    url = (named or "").strip().rstrip("/") or BASE
    if private_host(url) is None:
        raise SettingsError(
            f"{VARIABLE} must be https, or http to this machine: the session token is sent there."
        )
    return url


class Site:
    """Cursor's web site as one account sees it, until a deadline (of `time.monotonic`)."""

    def __init__(self, base: str, token: SessionToken, deadline: float, now: int) -> None:
        self._base = base
        self._cookie = token.cookie
        self._deadline = deadline
        self._now = now

    def events(self, since: int, until: int) -> Range:
        """Return all events of a range (UTC milliseconds); raises `AskingFailed`.

        They come newest first: where time runs out between pages those so far are a range too.
        """
        found: list[dict[str, Any]] = []
        for number in range(1, _MOST_PAGES + 1):
            try:
                page, total = self._page(since, until, number)
            except AskingFailed as error:
                newer = _newer(found)
                if error.failure != "slow" or newer is None:
                    raise
                return newer
            found += page
            if not page or len(found) >= total:
                break
        if len(found) < total:
            raise AskingFailed("unreadable")
        return Range(found, since)

    def _page(self, since: int, until: int, number: int) -> tuple[list[dict[str, Any]], int]:
        """Return a page's events, and how many there are in all of the range."""
        asked = {
            "teamId": 0,
            "startDate": str(since),
            "endDate": str(until),
            "page": number,
            "pageSize": PAGE,
        }
        body = self._asked("POST", _JSON, msgspec.json.encode(asked))
        try:
            answer = msgspec.json.decode(body)
            listed = [] if _says_none(answer) else events_of(answer)
            if listed is None:
                raise AskingFailed("unreadable")
            for each in listed:
                event_of(each)
        except (ValueError, RecursionError, Unreadable):
            raise AskingFailed(_not_usage(body)) from None
        kept = [{name: each[name] for name in _KEPT if name in each} for each in listed]
        whole = _total(answer)
        if whole is None:
            whole = (number - 1) * PAGE + len(kept) + (len(kept) == PAGE)
        return kept, whole

    def export(self) -> bytes:
        """Return all usage as CSV; raises `AskingFailed`."""
        body = self._asked("GET", _CSV, None)
        try:
            for _ in read_csv(body, lambda _number, _reason: None):
                pass
        except Unreadable:
            raise AskingFailed(_not_usage(body)) from None
        return body

    def _asked(self, method: str, path: str, content: bytes | None) -> bytes:
        """Ask once. No redirect is followed, the token goes nowhere else; no error is quoted."""
        headers = {
            "Cookie": self._cookie,
            "Origin": self._base,
            "Referer": f"{self._base}/dashboard",
            "Content-Type": "application/json",
            "User-Agent": "ccmon",
        }
        try:
            answer = ask(
                method,
                self._base + path,
                headers,
                content=content,
                deadline=self._deadline,
                now=self._now,
                most=_LARGEST_BODY,
            )
        except NotAnswered as error:
            raise AskingFailed(error.silence) from None
        failure = _failure_of(answer.status)
        if failure is not None:
            raise AskingFailed(failure, answer.status, answer.asked_for)
        return answer.body


def time_of(event: dict[str, Any]) -> int:
    """Return when an event that was looked at happened."""
    return event_of(event).time


def _newer(events: list[dict[str, Any]]) -> Range | None:
    """Return the events after the oldest one's time, if they came newest first."""
    times = [time_of(each) for each in events]
    if not times or times != sorted(times, reverse=True) or times[0] == times[-1]:
        return None
    since = times[-1] + 1
    return Range([each for each, at in zip(events, times, strict=True) if at >= since], since)


def _says_none(answer: object) -> bool:
    """Say whether an answer tells that there are no events: what is 0 or empty is left out."""
    is_bare = isinstance(answer, dict) and not answer.keys() - {"totalUsageEventsCount"}
    return is_bare and not _total(answer)


def _total(answer: object) -> int | None:
    total = answer.get("totalUsageEventsCount") if isinstance(answer, dict) else None
    if isinstance(total, str) and total.isascii() and total.isdigit() and len(total) < 19:
        return int(total)
    return total if isinstance(total, int) and not isinstance(total, bool) else None


def _not_usage(body: bytes) -> Failure:
    return "page" if body.lstrip()[:1] == b"<" else "unreadable"


def _failure_of(status: int) -> Failure | None:
    if status == 200:
        return None
    if status in (401, 403) or 300 <= status < 400:
        return "unauthorized"
    if status == 429:
        return "limited"
    return "failing" if status >= 500 else "refused"
