"""The web chat's way in: a session, messages, photos, and the stream of what was said."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, response

from channels.web import limits, sender, wire
from hotline.domain.errors import NotFound, NotSignedIn, Refused, TooLarge, Unavailable
from hotline.domain.messages import lane_of
from hotline.services.forget import end_and_forget
from hotline.services.house import House
from hotline.services.receive import receive
from hotline.services.signin import token_hash


def web_routes(house: House) -> Blueprint:
    """`/chat/…`. Every route but the first asks for the conversation's own token."""
    routes = Blueprint("chat", url_prefix="/chat")
    opened: dict[str, deque[float]] = {}

    async def address_of(request: Request) -> str:
        kind, _, token = (request.headers.get("authorization") or "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise NotSignedIn("這個對話已經結束，請重新開始。", code="no_session")
        async with house.store.look() as work:
            address = await work.web_sessions.address_of(token_hash(token.strip()))
        if address is None:
            raise NotSignedIn("這個對話已經結束，請重新開始。", code="no_session")
        return address

    @routes.post("/session")
    async def begin(request: Request) -> HTTPResponse:
        _slow_down(opened, request.ip)
        address, token = house.ids.new(22), house.ids.secret()
        async with house.store.work() as work:
            await work.web_sessions.add(token_hash(token), address, house.clock.now())
        return response.json({"token": token, "conversation": address}, 201)

    @routes.delete("/session")
    async def end(request: Request) -> HTTPResponse:
        await end_and_forget(house, await address_of(request))
        return response.empty(204)

    @routes.post("/messages")
    async def take(request: Request) -> HTTPResponse:
        address = await address_of(request)
        if len(request.body) > limits.BODY_MOST:
            raise TooLarge("這則訊息太大了。")
        event = wire.incoming(address, _json(request), house.clock.now())
        if event.photo:
            await _check_photo(house, address, event.photo)
        seqs = await receive(house, [event])
        return response.json({"seq": seqs[0]}, 202)

    @routes.post("/photos")
    async def keep(request: Request) -> HTTPResponse:
        address = await address_of(request)
        if len(request.body) > limits.PHOTO_MOST:
            raise TooLarge("照片最大10 MB，這張太大了。", code="photo_too_large")
        photo = house.ids.new(20)
        await house.pictures.keep(photo, request.body)
        async with house.store.work() as work:
            await work.photos.add(photo, lane_of(wire.CHANNEL, address), photo, house.clock.now())
        return response.json({"photo": photo, "url": f"/chat/photos/{photo}"}, 201)

    @routes.get("/photos/<photo:str>")
    async def show(request: Request, photo: str) -> HTTPResponse:
        await _check_photo(house, await address_of(request), photo)
        raw = await house.pictures.read(photo)
        if raw is None:
            raise NotFound
        return response.raw(raw, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    @routes.get("/events")
    async def events(request: Request) -> None:
        address = await address_of(request)
        given = request.args.get("after") or request.headers.get("last-event-id") or "0"
        if not given.isdecimal():
            raise Refused("after 要是數字。", code="bad_after")
        await sender.stream(house, request, lane_of(wire.CHANNEL, address), int(given))

    return routes


async def _check_photo(house: House, address: str, photo: str) -> None:
    """A photo is its sender's alone; somebody else's is not there."""
    async with house.store.look() as work:
        if await work.photos.lane_of(photo) != lane_of(wire.CHANNEL, address):
            raise NotFound("這張照片找不到，請再傳一次。", code="bad_photo")


def _json(request: Request) -> Any:
    try:
        return request.json
    except Exception as error:
        raise Refused("這則訊息讀不懂，請重新整理這一頁再送一次。", code="bad_json") from error


def _slow_down(opened: dict[str, deque[float]], ip: str) -> None:
    """New conversations are cheap to ask for; one address may not ask for thousands."""
    now = time.monotonic()
    recent = opened.setdefault(ip, deque())
    while recent and now - recent[0] > 60:
        recent.popleft()
    if len(recent) >= limits.SESSIONS_PER_ADDRESS_PER_MINUTE:
        raise Unavailable("開得太快了，請等一分鐘再試。急的話請打1999。", code="too_many_sessions", retry_after=60)
    recent.append(now)
    if len(opened) > 10_000:
        opened.clear()
