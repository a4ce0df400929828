"""The live document by push: server-sent events, and the same over a WebSocket."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.service.hub import Event, Hub
from engine.service.problems import Problem

_TRY_AGAIN_LATER = 1013


async def stream(hub: Hub, request: Request) -> Response:
    """Answer with server-sent events; `Last-Event-ID` goes on where a listener stopped."""
    events = hub.listen(request.headers.get("last-event-id"))
    first = await anext(events)
    return StreamingResponse(
        _written(first, events),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def socket(hub: Hub, websocket: WebSocket) -> None:
    """Send the same events as objects with `id`, `event` and `data`; `?last=` goes on."""
    await websocket.accept()
    async with anyio.create_task_group() as tasks:

        async def until_gone() -> None:
            while (await websocket.receive())["type"] != "websocket.disconnect":
                pass  # nothing is asked here
            tasks.cancel_scope.cancel()

        tasks.start_soon(until_gone)
        try:
            async with aclosing(hub.listen(websocket.query_params.get("last"))) as events:
                async for event in events:
                    await websocket.send_text(_object(event))
            await websocket.close()
        except Problem as problem:
            await websocket.close(_TRY_AGAIN_LATER, str(problem))
        except WebSocketDisconnect:
            pass
        tasks.cancel_scope.cancel()


async def _written(first: Event, rest: AsyncGenerator[Event]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield b"retry: 2000\n\n" + _lines(first)
        async for event in rest:
            yield _lines(event)


def _lines(event: Event) -> bytes:
    if event.name == "heartbeat":
        return b": still here\n\n"
    return f"id: {event.id}\nevent: {event.name}\ndata: ".encode() + event.data + b"\n\n"


def _object(event: Event) -> str:
    return f'{{"id":"{event.id}","event":"{event.name}","data":{event.data.decode()}}}'
