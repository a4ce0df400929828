"""Asks a server once, within a time: no redirect is followed, no error is quoted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from engine.net.addresses import retry_after

if TYPE_CHECKING:
    from ssl import SSLContext

GRACE = 0.2
"""Seconds more, so that it is the asking itself that runs out of time."""

Silence = Literal["slow", "unreached", "unreadable"]
"""`slow`: time ran out; `unreached`: no connection, or one that broke off; `unreadable`: a body
that cannot be unpacked or is too long."""

_T = TypeVar("_T")


class NotAnswered(Exception):
    """There is no answer; holds no text of the exchange, so none can tell a key."""

    def __init__(self, silence: Silence) -> None:
        super().__init__(silence)
        self.silence: Silence = silence


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    body: bytes
    """Empty where the status was none whose body is read."""
    asked_for: int | None
    """Milliseconds that the server asks to be left alone for."""
    headers: Mapping[str, str]


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    deadline: float,
    now: int,
    content: bytes | None = None,
    most: int = 2**20,
    reads: Callable[[int], bool] = lambda status: status == 200,
) -> Answer:
    """Ask once, up to a moment of `time.monotonic`; raises `NotAnswered`.

    A body of more than `most` bytes is not read to its end, nor one of a status that `reads`
    refuses. `now` (UTC milliseconds) is what a `Retry-After` is reckoned from. What goes to this
    machine unencrypted goes through no proxy, which could read it.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise NotAnswered("slow")
    import httpx

    try:
        with (
            httpx.Client(
                timeout=left,
                follow_redirects=False,
                verify=_certificates(),
                trust_env=url.startswith("https:"),
            ) as client,
            client.stream(method, url, headers=dict(headers), content=content) as answer,
        ):
            status = answer.status_code
            body = _body(answer.iter_bytes(), deadline, most) if reads(status) else b""
            asked_for = retry_after(answer.headers.get("Retry-After"), now)
            return Answer(status, body, asked_for, answer.headers)
    except httpx.TimeoutException:
        raise NotAnswered("slow") from None
    except httpx.DecodingError:
        raise NotAnswered("unreadable") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError, OSError):
        raise NotAnswered("unreached") from None


def in_time(
    do: Callable[[], _T],
    seconds: float,
    name: str,
    passes: tuple[type[Exception], ...] = (),
) -> _T:
    """Do something in a thread of its own, and turn away when time is up.

    Looking a name up, and headers that come one by one, may take longer than any limit of a
    single wait. Raises `NotAnswered`, what of `passes` it raises, and `NotAnswered` also for
    anything else that it raises: an error may tell the key.
    """
    done: list[_T | Exception] = []

    def run() -> None:
        try:
            done.append(do())
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            is_clean = isinstance(error, (NotAnswered, *passes))
            done.append(error if is_clean else NotAnswered("unreached"))

    thread = Thread(target=run, name=name, daemon=True)
    thread.start()
    thread.join(seconds + GRACE)
    found = done[0] if done else NotAnswered("slow")
    if isinstance(found, Exception):
        raise found
    return found


@cache
def _certificates() -> SSLContext:
    """Return what connections are checked against: reading it takes longer than many an answer."""
    import httpx

    return httpx.create_ssl_context()


def _body(chunks: Iterator[bytes], deadline: float, most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise NotAnswered("unreadable")
        if time.monotonic() > deadline:
            raise NotAnswered("slow")
    return bytes(body)
