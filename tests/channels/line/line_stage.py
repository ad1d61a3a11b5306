"""What the tests of LINE's side stand on: real servers on free ports, a clock that is told to go, a network that loses things."""

from __future__ import annotations

import asyncio
import re
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.response import json as as_json

from hotline.domain.messages import Lane
from hotline.ports import Parcel

SECRET = "channel-secret"
TOKEN = "channel-access-token"
CITIZEN = "U" + "1" * 32
NOW = 1_764_037_320.0  # 2025-11-25 10:22 in Taipei


class ClockOnTheWall:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time


@asynccontextmanager
async def served(
    *blueprints: Blueprint, middleware: Callable[[Sanic[Any, Any]], None] | None = None
) -> AsyncIterator[str]:
    """The blueprints on a free port of this machine, in this event loop."""
    app: Sanic[Any, Any] = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    app.config.MOTD = app.config.ACCESS_LOG = app.config.TOUCHUP = False  # touching up works for one app a process
    for blueprint in blueprints:
        app.blueprint(blueprint)
    if middleware:
        middleware(app)
    free = socket.create_server(("127.0.0.1", 0))  # Sanic takes port 0 for its default port
    server = await app.create_server(sock=free, return_asyncio_server=True)
    assert server is not None
    address = free.getsockname()
    await server.startup()
    await server.start_serving()
    try:
        yield f"http://127.0.0.1:{address[1]}"
    finally:
        await server.before_stop()
        await server.close()


@dataclass
class Fault:
    """What is to go wrong with the next calls of a path: `status`, or "drop", or "hang"."""

    path: str
    what: int | str
    after_accept: bool = False
    times: int = 1
    message: str = "Internal server error"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Simulated:
    """The LINE simulator behind a bad network."""

    url: str
    faults: list[Fault]
    calls: list[tuple[str, dict[str, str], Any, int]]
    client: httpx.AsyncClient

    @property
    def api(self) -> str:
        return f"{self.url}/simulators/line/api"

    async def say(self, **what: Any) -> dict[str, Any]:
        response = await self.client.post(f"{self.url}/simulators/line/say", json={"user": CITIZEN} | what)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    async def token(self) -> str:
        """A reply token that works."""
        said = await self.say(text="你好")
        return str(said["webhook"]["events"][0]["replyToken"])

    async def counts(self) -> dict[str, int]:
        response = await self.client.get(f"{self.url}/simulators/line/counts")
        counts: dict[str, int] = response.json()
        return counts

    def paths(self) -> list[str]:
        return [path.rpartition("/")[2] for path, _, _, _ in self.calls]

    def fail(self, path: str, what: int | str, **more: Any) -> None:
        self.faults.append(Fault(path, what, **more))

    def spoil(self, app: Sanic[Any, Any]) -> None:
        """Acts the faults out, before LINE accepts a call or after."""

        @app.on_request
        async def before(request: Request) -> HTTPResponse | None:
            return await self._act(request, after_accept=False)

        @app.on_response
        async def after(request: Request, response: HTTPResponse) -> HTTPResponse | None:
            spoilt = await self._act(request, after_accept=True)
            if "/api/" in request.path:
                body = request.json if request.body else None
                self.calls.append((request.path, dict(request.headers), body, (spoilt or response).status))
            return spoilt

    async def _act(self, request: Request, *, after_accept: bool) -> HTTPResponse | None:
        for fault in self.faults:
            if fault.times and fault.after_accept is after_accept and re.search(fault.path, request.path):
                fault.times -= 1
                if fault.what == "drop":
                    assert request.transport is not None
                    request.transport.abort()
                elif fault.what == "hang":
                    await asyncio.sleep(0.6)
                else:
                    return as_json({"message": fault.message}, status=int(fault.what), headers=fault.headers)
        return None


def parcel(*messages: dict[str, Any], reply_token: str = "", key: str = "m1", **more: Any) -> Parcel:
    """A parcel for the citizen; with a reply token its time is not over."""
    made = Parcel(
        id=1,
        lane=Lane(f"line:{CITIZEN}"),
        channel="line",
        address=CITIZEN,
        key=key,
        messages=messages or ({"text": "您好", "buttons": [], "card": None, "image": "", "name": ""},),
        reply_token=reply_token,
        reply_until=NOW + 50 if reply_token else 0.0,
        attempts=1,
        token=0,
        by_bot=True,
    )
    return replace(made, **more)
