"""One refresh of one provider: its requests, within one time and with one retry in all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from threading import Lock, Thread
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from engine.net.asking import GRACE, Answer, NotAnswered, ask
from engine.providers.failures import ProviderFailure, state_of_status

MOST_PAGES = 60
LARGEST_BODY = 16 * 2**20
_LARGEST_ERROR = 64 * 2**10
_WORTH_A_RETRY = frozenset({500, 502, 503, 504, 529})
_PAUSE = 0.2
"""Seconds before the one retry."""

Params = Sequence[tuple[str, str | int]]
_T = TypeVar("_T")


class Asked:
    """What a provider's question is made with; asks until `deadline` (of `time.monotonic`).

    The key goes to `base` and to addresses that the provider's own code or the user's
    configuration names, over https, and no redirect is followed.
    """

    def __init__(
        self,
        *,
        key: str,
        base: str,
        headers: Mapping[str, str],
        options: Mapping[str, str],
        since: date,
        until: date,
        now: int,
        deadline: float,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.key = key
        self.base = base
        self.options = options
        self.since, self.until = since, until
        """UTC days, both included."""
        self.now = now
        self._headers = headers
        self._deadline = deadline
        self._wait = wait
        self._lock = Lock()
        self._has_retry = True

    def __repr__(self) -> str:
        return f"Asked({self.base!r})"

    @property
    def days(self) -> tuple[str, ...]:
        """The days that are asked about, ISO."""
        count = (self.until - self.since).days + 1
        return tuple((self.since + timedelta(days=each)).isoformat() for each in range(count))

    def option(self, name: str) -> str:
        """Return a setting; raises `ProviderFailure` where it is missing."""
        found = self.options.get(name, "").strip()
        if not found:
            raise ProviderFailure("unconfigured", missing=name)
        return found

    def get(self, path: str, params: Params = (), **how: Any) -> Any:
        """Return the JSON at a path; raises `ProviderFailure` for any status but 200."""
        return self.read(self.answer("GET", path, params, **how))

    def post(self, path: str, document: object, params: Params = (), **how: Any) -> Any:
        """Send JSON and return what is answered; raises `ProviderFailure`."""
        return self.read(self.answer("POST", path, params, document=document, **how))

    def answer(
        self,
        method: str,
        path: str,
        params: Params = (),
        *,
        document: object = None,
        base: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return whatever is answered, also where it is a refusal; raises `ProviderFailure`.

        One retry in all is left for what passes by itself: no connection, or a status such
        as 503.
        """
        query = f"?{urlencode(list(params), quote_via=quote)}" if params else ""
        url = (base or self.base).rstrip("/") + path + query
        content = None if document is None else msgspec.json.encode(document)
        sent = {
            "Accept": "application/json",
            "User-Agent": "ccmon",
            **({} if content is None else {"Content-Type": "application/json"}),
            **(self._headers if headers is None else headers),
        }
        try:
            found = self._once(method, url, sent, content)
            if found.status not in _WORTH_A_RETRY or not self._takes_retry():
                return found
        except ProviderFailure as error:
            if error.state != "unavailable" or not self._takes_retry():
                raise
        return self._once(method, url, sent, content)

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        try:
            return ask(
                method,
                url,
                headers,
                content=content,
                deadline=self._deadline,
                now=self.now,
                most=LARGEST_BODY,
                reads=lambda status: status == 200 or 400 <= status < 500,
            )
        except NotAnswered as error:
            raise ProviderFailure(_STATES[error.silence]) from None

    def _takes_retry(self) -> bool:
        with self._lock:
            is_left = self._has_retry and time.monotonic() + _PAUSE < self._deadline
            self._has_retry = False
        if is_left:
            self._wait(_PAUSE)
        return is_left

    def pages(
        self, path: str, params: Params, *, cursor: str = "page", **how: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield page after page as OpenAI and Anthropic have them: `has_more`, `next_page`."""
        more: Params = ()
        for _ in range(MOST_PAGES):
            page = self.get(path, (*params, *more), **how)
            if not isinstance(page, dict) or not isinstance(page.get("data"), list):
                raise ProviderFailure("unreadable", 200)
            yield page
            following = page.get("next_page")
            if page.get("has_more") is not True or not isinstance(following, str) or not following:
                return
            if more and more[0][1] == following:
                break
            more = ((cursor, following),)
        raise ProviderFailure("unreadable", 200)

    def together(self, *calls: Callable[[], _T]) -> list[_T]:
        """Do several things side by side; raises the first failure in their order."""
        done: dict[int, _T | ProviderFailure] = {}

        def run(place: int) -> None:
            try:
                done[place] = calls[place]()
            except ProviderFailure as error:
                done[place] = error
            except Exception:  # noqa: BLE001 - the thread's one boundary: it may tell the key
                done[place] = ProviderFailure("unreadable")

        places = range(len(calls))
        threads = [
            Thread(target=run, args=(place,), name="ccmon-provider", daemon=True)
            for place in places
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(self._left() + GRACE)
        found = []
        for place in places:
            each = done.get(place, ProviderFailure("timeout"))
            if isinstance(each, ProviderFailure):
                raise each
            found.append(each)
        return found

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def read(self, answer: Answer) -> Any:
        """Return an answer's JSON; raises `ProviderFailure` for any status but 200."""
        if answer.status != 200:
            raise ProviderFailure(state_of_status(answer.status), answer.status, answer.asked_for)
        return document_of(answer)


def document_of(answer: Answer) -> Any:
    """Return an answer's JSON; raises `ProviderFailure`."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise ProviderFailure("unreadable", answer.status) from None


def object_of(answer: Answer) -> dict[str, Any]:
    """Return an answer's JSON object; raises `ProviderFailure` for anything else."""
    found = document_of(answer)
    if not isinstance(found, dict):
        raise ProviderFailure("unreadable", answer.status)
    return found


def refusal_of(answer: Answer) -> Any:
    """Return the JSON of a refusal, `None` where it is none: it is looked at, never shown."""
    if len(answer.body) > _LARGEST_ERROR:
        return None
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


_STATES: dict[str, Any] = {
    "slow": "timeout",
    "unreached": "unavailable",
    "unreadable": "unreadable",
}
