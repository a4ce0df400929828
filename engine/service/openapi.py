"""`openapi.json`, made from the rows that the routes are made of and the types that answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.service.endpoint import API, Endpoint
from engine.service.endpoints import ENDPOINTS
from engine.service.parameters import Parameter
from engine.service.problems import MEDIA_TYPE, ProblemDocument

_OTHERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "/health": {"get": ("health", "whether the service is there; needs no token")},
    f"{API}/stream": {
        "get": (
            "stream",
            "the live document by push: server-sent events snapshot, change, heartbeat",
        )
    },
    f"{API}/ws": {"get": ("ws", "the same over a WebSocket: objects with id, event and data")},
    f"{API}/refresh": {"post": ("refresh", "look at all files soon")},
    f"{API}/config": {
        "get": ("config", "each value in force and where it comes from; no secret"),
        "post": ("change_config", "keep values by their keys; null for what is usual"),
    },
    f"{API}/config/{{provider}}": {
        "post": ("set_up_provider", "keep enabled and api_key of a provider; null forgets the key")
    },
    f"{API}/usage/refresh": {
        "post": ("ask_providers", "ask the enabled providers now, and tell what they say")
    },
    f"{API}/codes": {"post": ("make_code", "a code that opens the page once, within a minute")},
    "/mcp": {"post": ("mcp", "Model Context Protocol, Streamable HTTP")},
    "/v1/logs": {"post": ("logs", "OTLP: requests to the API are counted, all else is dropped")},
    "/v1/metrics": {"post": ("otlp_metrics", "OTLP: accepted and not counted")},
    "/v1/traces": {"post": ("otlp_traces", "OTLP: accepted and not counted")},
    "/metrics": {"get": ("metrics", "figures for Prometheus")},
}


def openapi(version: str) -> dict[str, Any]:
    """Return the description of everything that can be asked."""
    types = list(dict.fromkeys(each.document for each in ENDPOINTS))
    references, components = msgspec.json.schema_components(
        [*types, ProblemDocument], ref_template="#/components/schemas/{name}"
    )
    by_type = dict(zip(types, references, strict=False))
    paths: dict[str, Any] = {
        API + each.path: {"get": _operation(each, by_type[each.document])} for each in ENDPOINTS
    }
    for path, methods in _OTHERS.items():
        paths.setdefault(path, {}).update(
            {
                method: {"operationId": name, "summary": summary, "responses": _responses({})}
                for method, (name, summary) in methods.items()
            }
        )
    paths["/health"]["get"]["security"] = []
    return {
        "openapi": "3.1.0",
        "info": {"title": "ccmon", "version": version},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, schema: Mapping[str, Any]) -> dict[str, Any]:
    named = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in endpoint.path.split("/")
        if part.startswith("{")
    ]
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*named, *_query(endpoint.parameters)],
        "responses": _responses(schema),
    }


def _query(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "in": "query",
            "description": each.help,
            "required": each.is_required,
            "schema": dict(each.schema),
        }
        for each in parameters
    ]


def _responses(schema: Mapping[str, Any]) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    return {
        "200": {
            "description": "the answer",
            "content": {"application/json": {"schema": dict(schema)}},
        },
        "default": {
            "description": "what is wrong, in one sentence",
            "content": {MEDIA_TYPE: problem},
        },
    }
