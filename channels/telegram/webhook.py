"""Where Telegram delivers: checked, stored, answered, and nothing else.

Telegram delivers again whatever was not answered with 2xx, so 200 says one thing only: that the update is stored. A pressed
button spins on the citizen's screen until it is answered by a call of its own; that call is made beside the request, and
its failure never matters: presses that waited through an outage are too old to be answered, and still count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Protocol, runtime_checkable

import structlog
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, empty, json

from channels.telegram import limits, wire
from hotline.domain.errors import HotlineError, NotSignedIn, Refused, TooLarge
from hotline.services.house import House
from hotline.services.receive import receive

log = structlog.get_logger()


@runtime_checkable
class AnswersTaps(Protocol):
    """What the sender can do beside sending: stop a pressed button from spinning. It must not raise."""

    async def answer_callback(self, query_id: str, text: str | None = None) -> None: ...


def telegram_routes(house: House, secret: str) -> Blueprint:
    """`POST /webhooks/telegram`. 200 means stored; 503 asks Telegram to deliver again; 4xx was not Telegram."""
    routes = Blueprint("telegram")
    running: set[asyncio.Task[None]] = set()

    def beside(answer: Awaitable[None]) -> None:
        task = asyncio.ensure_future(answer)
        running.add(task)
        task.add_done_callback(running.discard)

    @routes.post("/webhooks/telegram", stream=True)
    async def webhook(request: Request) -> HTTPResponse:
        try:
            tap = await _take(house, secret, request)
        except HotlineError as error:
            log.warning("telegram_webhook_refused", code=error.code, status=error.status)
            body = {"error": error.code, "message": error.message, "trace": str(request.id)}
            return json(body, status=error.status)
        sender = house.senders.get(wire.CHANNEL)
        if tap and isinstance(sender, AnswersTaps):
            beside(sender.answer_callback(tap.query_id, tap.words))
        return empty(200)

    return routes


async def _take(house: House, secret: str, request: Request) -> wire.Tap | None:
    """Store the update. The button that was pressed, if one was."""
    given = request.headers.get("x-telegram-bot-api-secret-token")
    if not given or not wire.is_from_telegram(secret, given):
        raise NotSignedIn(code="bad_secret")
    update = wire.update_in(await _body(request))
    if update is None:
        raise Refused(code="not_an_update")
    found = wire.read_update(update, house.clock.now())
    if isinstance(found, wire.Ignored):
        log.info("telegram_update_ignored", what=f"{found.what}: {found.why}")
    else:
        await receive(house, found)
        log.info("telegram_update_stored", count=len(found))
    return wire.read_tap(update)


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
