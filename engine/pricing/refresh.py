"""Fetching LiteLLM's table once a day, and keeping what it changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.domain.files import read_regular, write_whole
from engine.domain.times import DAY, moment_at
from engine.pricing.history import (
    NewerHistory,
    PriceHistory,
    read_history,
    save_history,
    with_prices,
)
from engine.pricing.price import PriceFile
from engine.pricing.price_file import DAMAGE, read_prices
from engine.pricing.slim import listed_prices, slim

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_URL = (
    "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
)
TIMEOUT = 20.0
"""Seconds the whole fetch may take."""

LARGEST_BODY = 64 * 2**20
FEWEST_MODELS = 100
"""A table of fewer models is taken for something else."""


SOURCE = "LiteLLM (MIT)"

_encoder = msgspec.json.Encoder(decimal_format="number")


class RefreshError(Exception):
    """Prices could not be refreshed; its text is one sentence for the user."""


class Refreshed(Struct, frozen=True):
    """What a refresh brought."""

    models: int
    """Models in the file now."""
    is_changed: bool
    """Whether the server had a newer table; prices in use may differ then."""
    fetched_at: int


class _Age(Struct):
    fetched_at: int


class _TooSlow(Exception):
    """A body dripped in for longer than the whole fetch may take."""


class _Answer(Struct):
    status: int
    etag: str
    body: bytes


def is_due(target: Path, now_ms: int) -> bool:
    """Whether the file is absent, damaged, a day old or from the future."""
    try:
        fetched_at = msgspec.json.decode(read_regular(target), type=_Age).fetched_at
    except (OSError, *DAMAGE):
        return True
    return not fetched_at <= now_ms < fetched_at + DAY


def refresh(
    target: Path, url: str = DEFAULT_URL, timeout: float = TIMEOUT, now_ms: int | None = None
) -> Refreshed:
    """Fetch LiteLLM's table, put its slim form in `target`'s place and its news into the history.

    No earlier day costs anything else for it. A table that is unchanged since the last fetch
    from the same address is not sent again.
    `now_ms` stands for the present in UTC milliseconds. Raises `RefreshError`, and leaves
    `target` as it was, when anything goes wrong.
    """
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    known = _known(target)
    history, is_whole = _history(target)
    kept = history if known is None else with_prices(history, known.models, known.as_of)
    etag = known.etag if known and known.url == url else ""
    answer = _fetched(url, timeout, etag)
    if answer.status == 304 and known and etag:
        file = replace(known, fetched_at=now)
    elif answer.status == 200:
        day = moment_at(now).date().isoformat()
        table = table_of(answer.body, url)
        file = price_file(table, source=SOURCE, as_of=day)
        if not file.models:
            raise _refused(f"what {url} sent has no price that can be used; check the address")
        file = replace(file, url=url, etag=answer.etag, fetched_at=now)
        kept = with_prices(kept, file.models, day, listed_prices(table))
    else:
        raise _refused(f"{url} answered with HTTP status {answer.status}; try again later")
    _save(file, kept if kept.changes or not is_whole else None, target)
    return Refreshed(
        models=len(file.models),
        is_changed=known is None or known.models != file.models,
        fetched_at=now,
    )


def price_file(litellm: Mapping[str, Any], *, source: str, as_of: str) -> PriceFile:
    """Return LiteLLM's table in ccmon's form; `as_of` is an ISO day."""
    return PriceFile(
        unit="USD per million tokens", as_of=as_of, sources=(source,), models=slim(litellm)
    )


def encoded(file: PriceFile) -> bytes:
    """Return a price file's bytes, one model a line."""
    head = _encoder.encode(replace(file, models={}))
    models = b",\n".join(
        _encoder.encode(name) + b":" + _encoder.encode(entry) for name, entry in file.models.items()
    )
    return head.replace(b'"models":{}', b'"models":{\n' + models + b"\n}", 1) + b"\n"


def _known(target: Path) -> PriceFile | None:
    """Return the file of the last fetch, if there is a whole one."""
    try:
        return read_prices(target)
    except (OSError, *DAMAGE):
        return None


def _history(target: Path) -> tuple[PriceHistory, bool]:
    """Return what is known of earlier prices, and whether its files are whole."""
    try:
        return read_history(target)
    except NewerHistory:
        raise _refused("a newer ccmon keeps them here; update this one") from None


def _fetched(url: str, timeout: float, etag: str) -> _Answer:
    """Ask for the table, unless the server still has the one of `etag`.

    In a thread, since a server that drips its headers keeps each single wait short: whatever
    it does, nobody waits longer than the whole fetch may take.
    """
    brought: SimpleQueue[_Answer | RefreshError] = SimpleQueue()

    def ask() -> None:
        try:
            brought.put(_asked(url, timeout, etag))
        except RefreshError as error:
            brought.put(error)

    Thread(target=ask, name="ccmon-prices-fetch", daemon=True).start()
    try:
        answer = brought.get(timeout=timeout)
    except Empty:
        raise _too_slow(url, timeout) from None
    if isinstance(answer, RefreshError):
        raise answer
    return answer


def _asked(url: str, timeout: float, etag: str) -> _Answer:
    """Ask for the table; raises `RefreshError` for whatever a network can do."""
    import httpx

    headers = {"User-Agent": "ccmon", **({"If-None-Match": etag} if etag else {})}
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=True) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            body = _body(answer.iter_bytes(), url, time.monotonic() + timeout)
            return _Answer(answer.status_code, answer.headers.get("ETag", ""), body)
    except (httpx.TimeoutException, _TooSlow):
        raise _too_slow(url, timeout) from None
    except httpx.ConnectError as error:
        reason = f"{url} could not be reached ({error}); check the network and try again"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError, ImportError, OSError) as error:
        reason = f"{url} cannot be asked from here ({error}); check the address and the proxy"
    except httpx.DecodingError:
        reason = f"what {url} sent cannot be unpacked; try again later"
    except httpx.HTTPError as error:
        reason = f"the connection to {url} broke off ({error}); try again later"
    raise _refused(reason)


def _too_slow(url: str, timeout: float) -> RefreshError:
    return _refused(f"{url} did not send them within {timeout:g} s; try again later")


def _refused(reason: str) -> RefreshError:
    return RefreshError(f"Prices were not refreshed, those known so far stay in use: {reason}.")


def _body(chunks: Iterator[bytes], url: str, deadline: float) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_BODY:
            size = f"{LARGEST_BODY / 2**20:g} MB"
            raise _refused(f"{url} sent more than {size}, which is not a price table")
        if time.monotonic() > deadline:
            raise _TooSlow
    return bytes(body)


def table_of(body: bytes, url: str) -> dict[str, Any]:
    """Return a body as a table; raises `RefreshError` for what cannot be LiteLLM's."""
    try:
        table = msgspec.json.decode(body, type=dict[str, Any])
    except DAMAGE:
        table = {}
    priced = sum(
        isinstance(fields, dict) and "input_cost_per_token" in fields for fields in table.values()
    )
    if priced < FEWEST_MODELS:
        raise _refused(f"what {url} sent is not LiteLLM's price table; check the address")
    return table


def _save(file: PriceFile, history: PriceHistory | None, target: Path) -> None:
    """Write the history first: without the table that brought them its changes hold as well."""
    try:
        if history is not None:
            save_history(history, target)
        write_whole(target, encoded(file))
    except OSError as error:
        raise RefreshError(
            f"Prices were fetched but could not be saved to {target} "
            f"({error.strerror}): make the place writable and try again."
        ) from None
