"""Where LINE delivers: checked, stored, answered, and nothing else.

LINE gives up after two seconds and may deliver again whatever was not answered with 200, so the answer says one thing only:
that the events are stored. The signature is checked over the bytes as they came, before anything reads them.
"""

from __future__ import annotations

from typing import Any

import structlog
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, empty, json

from channels.line import limits, wire
from hotline.domain.errors import HotlineError, NotSignedIn, Refused, TooLarge
from hotline.services.house import House
from hotline.services.receive import receive

log = structlog.get_logger()


def line_routes(house: House, secret: str) -> Blueprint:
    """`POST /webhooks/line`. 200 means stored; 503 asks LINE to deliver again; 4xx was not LINE, or not a webhook."""
    routes = Blueprint("line")

    @routes.post("/webhooks/line", stream=True)
    async def webhook(request: Request) -> HTTPResponse:
        try:
            await _take(house, secret, request)
        except HotlineError as error:
            log.warning("line_webhook_refused", code=error.code, status=error.status)
            body = {"error": error.code, "message": error.message, "trace": str(request.id)}
            return json(body, status=error.status)
        return empty(200)

    return routes


async def _take(house: House, secret: str, request: Request) -> None:
    signature = request.headers.get("x-line-signature")
    if not signature:
        raise NotSignedIn(code="no_signature")
    raw = await _body(request)
    if not wire.is_signed(secret, raw, signature):
        raise NotSignedIn(code="bad_signature")
    unread = wire.events_in(raw)
    if unread is None:
        raise Refused(code="not_a_webhook")
    events, ignored = wire.read_events(unread, house.clock.now())
    for event in ignored:
        log.info("line_event_ignored", what=event.what, why=event.why)
    if events:
        await receive(house, events)
        log.info("line_events_stored", events=len(events))


async def _body(request: Request) -> bytes:
    """The body as it came, read no further than we take."""
    if int(request.headers.get("content-length") or 0) > limits.WEBHOOK_BODY_BYTES:
        raise TooLarge
    raw = bytearray()
    stream: Any = request.stream  # its published type does not say that it can be iterated
    async for chunk in stream:
        raw += chunk
        if len(raw) > limits.WEBHOOK_BODY_BYTES:
            raise TooLarge
    return bytes(raw)
