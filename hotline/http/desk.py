"""The desk's API: for agents who are signed in, and only from our own page. Deny by default: every route asks who it is."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, response

from hotline.domain.errors import NotAllowed, NotFound, NotSignedIn, Refused
from hotline.domain.people import Agent
from hotline.services import desk, handoff, signin
from hotline.services.house import House

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 5.0
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def desk_routes(house: House, *, secure: bool) -> Blueprint:
    """`/desk/api/…`."""
    routes = Blueprint("desk_api", url_prefix="/desk/api")
    cookie = "__Host-desk" if secure else "desk"

    async def who(request: Request, *, fresh_password: bool = True) -> Agent:
        agent = await signin.whose(house, request.cookies.get(cookie))
        if fresh_password and agent.must_change_password:
            raise NotAllowed("請先設定自己的密碼。", code="must_change_password")
        return agent

    @routes.post("/session")
    async def sign_in(request: Request) -> HTTPResponse:
        body = _body(request)
        agent, token = await signin.sign_in(
            house, _text(body, "login", 64).strip().lower(), _text(body, "password", 256)
        )
        answer = response.json({"me": _me(agent)})
        answer.add_cookie(
            cookie,
            token,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=secure,
            host_prefix=False,
            max_age=int(house.policy.session_most_seconds),
        )
        return answer

    @routes.delete("/session")
    async def sign_out(request: Request) -> HTTPResponse:
        token = request.cookies.get(cookie)
        if token:
            await signin.sign_out(house, token)
        answer = response.empty(204)
        answer.delete_cookie(cookie, path="/", host_prefix=False)
        return answer

    @routes.get("/me")
    async def me(request: Request) -> HTTPResponse:
        return response.json({"me": _me(await who(request, fresh_password=False))})

    @routes.post("/password")
    async def password(request: Request) -> HTTPResponse:
        agent = await who(request, fresh_password=False)
        body = _body(request)
        token = request.cookies.get(cookie) or ""
        await signin.change_password(house, agent, _text(body, "old", 256), _text(body, "new", 256), token)
        return response.empty(204)

    @routes.get("/conversations")
    async def conversations(request: Request) -> HTTPResponse:
        return response.json(await desk.overview(house, await who(request)))

    @routes.get("/conversations/<public_id:str>")
    async def conversation(request: Request, public_id: str) -> HTTPResponse:
        agent = await who(request)
        before = request.args.get("before")
        if before is not None and not before.isdecimal():
            raise Refused("before 要是數字。", code="bad_before")
        shown = await desk.conversation(house, agent, public_id, int(before) if before else None)
        await desk.mark_seen(house, agent, public_id)
        return response.json(shown)

    @routes.post("/conversations/<public_id:str>/claim")
    async def claim(request: Request, public_id: str) -> HTTPResponse:
        return response.json({"token": await handoff.claim(house, await who(request), public_id)})

    @routes.post("/conversations/<public_id:str>/messages")
    async def say(request: Request, public_id: str) -> HTTPResponse:
        agent, body = await who(request), _body(request)
        seq = await handoff.say(house, agent, public_id, _id(body), _text(body, "text", 20_000), _token(body))
        return response.json({"seq": seq}, 202)

    @routes.post("/conversations/<public_id:str>/notes")
    async def note(request: Request, public_id: str) -> HTTPResponse:
        agent, body = await who(request), _body(request)
        seq = await handoff.note(house, agent, public_id, _id(body), _text(body, "text", 20_000))
        return response.json({"seq": seq}, 202)

    @routes.post("/conversations/<public_id:str>/return")
    async def give_back(request: Request, public_id: str) -> HTTPResponse:
        agent = await who(request)
        body = _body(request)
        summary = _text(body, "summary", 2_000) if body.get("summary") else ""
        await handoff.give_back(house, agent, public_id, _token(body), closed=False, summary=summary)
        return response.empty(204)

    @routes.post("/conversations/<public_id:str>/close")
    async def close(request: Request, public_id: str) -> HTTPResponse:
        agent = await who(request)
        await handoff.give_back(house, agent, public_id, _token(_body(request)), closed=True)
        return response.empty(204)

    @routes.get("/photos/<photo:str>")
    async def photo(request: Request, photo: str) -> HTTPResponse:
        await who(request)
        raw = await house.pictures.read(photo)
        if raw is None:
            raise NotFound
        return response.raw(raw, content_type="image/jpeg", headers={"Content-Disposition": "inline"})

    @routes.get("/events")
    async def events(request: Request) -> None:
        await who(request)
        stream = await request.respond(
            content_type="text/event-stream; charset=utf-8",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        assert stream is not None
        await stream.send(b"retry: 2000\n\nevent: queue\ndata: {}\n\n")
        quiet = 0.0
        async with house.bell.listen("desk") as wait:
            while True:
                rang = await wait(POLL_SECONDS)
                try:
                    await who(request)  # a session that ended closes the stream
                except NotSignedIn:
                    await stream.send(b"event: signed_out\ndata: {}\n\n")
                    await stream.eof()
                    return
                quiet = 0.0 if rang else quiet + POLL_SECONDS
                if rang or quiet >= HEARTBEAT_SECONDS:
                    quiet = 0.0
                    await stream.send(b"event: queue\ndata: {}\n\n" if rang else b": still here\n\n")
                    await asyncio.sleep(0.05)

    return routes


def _me(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "login": agent.login,
        "role": agent.role.value,
        "must_change_password": agent.must_change_password,
    }


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refused(code="bad_json") from error
    if not isinstance(body, dict):
        raise Refused(code="bad_json")
    return body


def _text(body: dict[str, Any], name: str, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise Refused(code=f"bad_{name}")
    return value


def _id(body: dict[str, Any]) -> str:
    value = body.get("id")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Refused("訊息少了編號，請重新整理這一頁。", code="bad_id")
    return value


def _token(body: dict[str, Any]) -> int:
    value = body.get("token")
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("畫面舊了，請重新整理這一頁。", code="bad_token")
    return value
