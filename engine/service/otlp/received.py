"""Answers an exporter of OTLP over HTTP, in the encoding in which it asked.

What cannot be counted is told as a partial success: an exporter does not send it again. What can
be but could not be kept is refused so that it does (503).
"""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from engine.domain.paths import data_directory
from engine.service.otlp.records import NotOtlp, records_in_json, records_in_protobuf
from engine.service.otlp.requests import told_by
from engine.service.otlp.store import TelemetryStore

if TYPE_CHECKING:
    from engine.monitor import Monitor

JSON, PROTOBUF = "application/json", "application/x-protobuf"
MOST_UNZIPPED = 16 << 20
"""Bytes of a body that came compressed."""

_INVALID, _UNAVAILABLE = 3, 14
"""Codes of gRPC, by which a status of OTLP goes."""


class _Refused(NamedTuple):
    """Why nothing of a request is taken."""

    status: int
    code: int
    sentence: str


class Receiver:
    """Takes what Claude Code exports, and keeps the requests to the API alone."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._store = TelemetryStore(data_directory(monitor.settings))

    async def logs(self, request: Request) -> Response:
        """Take an export of logs."""
        kind = _kind(request)
        body = _plain(request, await request.body())
        if isinstance(body, _Refused):
            return _refusal(kind, body)
        answer = await asyncio.to_thread(self._take, kind, body)
        return answer

    async def unread(self, request: Request) -> Response:
        """Accept an export that nothing is counted of, without a look at it."""
        await request.body()
        return _accepted(_kind(request), 0, "")

    def _take(self, kind: str, body: bytes) -> Response:
        now = self._monitor.settings.clock()
        try:
            records = records_in_json(body) if kind == JSON else records_in_protobuf(body)
            told = told_by(records, now)
        except NotOtlp as error:
            return _refusal(kind, _Refused(400, _INVALID, str(error)))
        try:
            if self._store.keep(told.requests, now):
                self._monitor.refresh()
        except OSError as error:
            why = f"ccmon cannot keep this now ({error.strerror}): send it again later."
            return _refusal(kind, _Refused(503, _UNAVAILABLE, why))
        return _accepted(kind, told.rejected, told.reason)


def _kind(request: Request) -> str:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return PROTOBUF if said == PROTOBUF else JSON


def _plain(request: Request, body: bytes) -> bytes | _Refused:
    """Return a body as it was before it was compressed."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("", "identity"):
        return body
    if coding != "gzip":
        return _Refused(415, _INVALID, f"Content-Encoding {coding} is not read: send gzip or none.")
    inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = inflating.decompress(body, MOST_UNZIPPED)
    except zlib.error:
        return _Refused(400, _INVALID, "The body is not gzip, as Content-Encoding says it is.")
    if inflating.unconsumed_tail:
        return _Refused(413, _INVALID, f"At most {MOST_UNZIPPED >> 20} MB are read: send fewer.")
    if not inflating.eof:
        return _Refused(400, _INVALID, "The body breaks off.")
    return plain


def _accepted(kind: str, rejected: int, reason: str) -> Response:
    """Return a success, or a partial one; of a whole one nothing more is said."""
    if kind == JSON:
        partial = {"rejectedLogRecords": str(rejected), "errorMessage": reason}
        return _answer(kind, msgspec.json.encode({"partialSuccess": partial} if rejected else {}))
    if not rejected:
        return _answer(kind, b"")
    return _answer(kind, _field(1, _number(1, rejected) + _field(2, reason.encode())))


def _refusal(kind: str, refused: _Refused) -> Response:
    """Return a status of OTLP; one that may pass says when to try again."""
    if kind == JSON:
        body = msgspec.json.encode({"code": refused.code, "message": refused.sentence})
    else:
        body = _number(1, refused.code) + _field(2, refused.sentence.encode())
    answer = _answer(kind, body, refused.status)
    if refused.status == 503:
        answer.headers["Retry-After"] = "30"
    return answer


def _answer(kind: str, body: bytes, status: int = 200) -> Response:
    return Response(body, status, {"Cache-Control": "no-store"}, media_type=kind)


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3]) + _varint(value)


def _field(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
