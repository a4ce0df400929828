"""Turns what is answered into responses: kept ones with a tag, changes, problems."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from engine.domain.mistakes import SettingsError
from engine.service.endpoint import API, Asked, Endpoint
from engine.service.kept import Kept, KeptAnswers
from engine.service.parameters import read_query
from engine.service.problems import MEDIA_TYPE, Problem, problem_body
from engine.service.source import Source

LOG = logging.getLogger("ccmon.service")

_JSON = "application/json"
_PRIVATE = {"Cache-Control": "private, no-cache"}


async def answer(
    endpoint: Endpoint, source: Source, kept: KeptAnswers, request: Request
) -> Response:
    """Answer what an endpoint is asked, from what is kept where that still holds."""
    try:
        said = read_query(endpoint.parameters, request.query_params.multi_items())
        made = partial(_document, endpoint, source, Asked(said, request.path_params))
        asked = f"{request.url.path}?{request.url.query}"
        found = await kept.get(asked, endpoint.lasts, made, endpoint.rests_on)
    except SettingsError as error:
        raise Problem(400, str(error)) from error
    return reply(found, request)


def reply(found: Kept, request: Request, kind: str = _JSON) -> Response:
    """Return a kept answer; who has it already is told so."""
    headers = {**_PRIVATE, "ETag": found.tag, "Vary": "Accept-Encoding"}
    known = (
        each.strip().removeprefix("W/")
        for each in request.headers.get("if-none-match", "").split(",")
    )
    if found.tag in known:
        return Response(status_code=304, headers=headers)
    if found.zipped is not None and "gzip" in request.headers.get("accept-encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
        return Response(found.zipped, headers=headers, media_type=kind)
    return Response(found.body, headers=headers, media_type=kind)


def said(document: object, status: int = 200) -> Response:
    """Return a document that is not kept."""
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(document), status, headers, media_type=_JSON)


async def body_of(request: Request) -> dict[str, Any]:
    """Return the object that a change is sent as; raises `Problem`."""
    try:
        found = msgspec.json.decode(await request.body() or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, f"The body is not JSON: {error}.") from error
    except RecursionError as error:
        raise Problem(400, "The body is nested too deeply: send one such as {}.") from error
    if not isinstance(found, dict):
        raise Problem(400, "The body is not an object: send one such as {}.")
    return found


async def problem_reply(_: Request, error: Exception) -> Response:
    """Return what is wrong with a request as a problem."""
    status = error.status if isinstance(error, Problem) else 400
    return _problem(status, str(error))


async def http_reply(request: Request, error: Exception) -> Response:
    """Return that there is nothing at a path, or not with that method, as a problem."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        return _problem(405, f"{request.url.path} is not asked with {request.method}.")
    return _problem(status, f"There is nothing at {request.url.path}: see {API}/openapi.json.")


async def fault_reply(request: Request, error: Exception) -> Response:
    """Return that the service is at fault; what it was stands in the log alone."""
    LOG.error("%r failed: %s: %s", request.url.path, type(error).__name__, error)
    return _problem(500, "ccmon could not answer this: its log says why.")


def _document(endpoint: Endpoint, source: Source, asked: Asked) -> bytes:
    """Return the document that is asked for as JSON, its keys in the order of `--json`."""
    document = endpoint.answer(source, asked)
    try:
        return msgspec.json.encode(document, order="sorted")
    except UnicodeEncodeError:
        from engine.documents.encoding import encode

        return encode(document).encode()


def _problem(status: int, sentence: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(problem_body(status, sentence), status, headers, media_type=MEDIA_TYPE)
