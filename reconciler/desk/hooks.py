"""Where Zoom's web hook knocks: no session and no password, but a signature (``drivers.zoom.events.hook``)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from drivers.zoom.events.hook import LARGEST, WebHook


def hook_routes(hook: WebHook) -> APIRouter:
    """``POST /hooks/zoom``; for nobody but Zoom, so it stands in no description of the API."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/hooks/zoom")
    async def zoom(request: Request) -> Response:
        """Take an event."""
        content = await _content(request)
        reply = hook.too_large() if content is None else hook.answer(request.headers, content)
        return (
            Response(status_code=reply.status)
            if reply.body is None
            else JSONResponse(reply.body, reply.status)
        )

    return routes


async def _content(request: Request) -> bytes | None:
    """The body as it came, since the signature is about its bytes; None if it is too large."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST:
            return None
    return bytes(content)
