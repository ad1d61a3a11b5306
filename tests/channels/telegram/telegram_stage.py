"""What the tests of Telegram's side stand on: updates as Telegram sends them, a real server on a free port, a clock that is
told to go."""

from __future__ import annotations

import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sanic import Blueprint, Sanic

from hotline.domain.messages import Lane
from hotline.ports import Parcel

SECRET = "s3cr3t_TOKEN-1"
TOKEN = "123456:FAKE"
CITIZEN = 4_611_686_018
NOW = 1_764_037_320.0  # 2025-11-25 10:22 in Taipei
PERSON = {"id": CITIZEN, "is_bot": False, "first_name": "市民", "language_code": "zh-hant"}
CHAT = {"id": CITIZEN, "type": "private", "first_name": "市民"}


class ClockOnTheWall:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time


@asynccontextmanager
async def served(*blueprints: Blueprint) -> AsyncIterator[str]:
    """The blueprints on a free port of this machine, in this event loop."""
    app: Sanic[Any, Any] = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    app.config.MOTD = app.config.ACCESS_LOG = app.config.TOUCHUP = False  # touching up works for one app a process
    for blueprint in blueprints:
        app.blueprint(blueprint)
    free = socket.create_server(("127.0.0.1", 0))  # Sanic takes port 0 for its default port
    server = await app.create_server(sock=free, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.start_serving()
    try:
        yield f"http://127.0.0.1:{free.getsockname()[1]}"
    finally:
        await server.close()


def update(kind: str = "message", update_id: int = 7001, **node: Any) -> dict[str, Any]:
    """An update with everything that tests rarely care about."""
    return {"update_id": update_id, kind: {"from": PERSON, "chat": CHAT, "date": int(NOW)} | node}


def message(update_id: int = 7001, **content: Any) -> dict[str, Any]:
    return update("message", update_id, **({"message_id": 41} | content))


def tap(data: Any = "b7Kq2ZrT", update_id: int = 7001, **more: Any) -> dict[str, Any]:
    """A press on a button of an old message of ours."""
    keyboard = [[{"text": "送出通報", "callback_data": "b7Kq2ZrT"}, {"text": "取消", "callback_data": "x"}]]
    ours = {"message_id": 40, "chat": CHAT, "date": 0, "reply_markup": {"inline_keyboard": keyboard}}
    query = {"id": "9001", "from": PERSON, "chat_instance": "1", "data": data, "message": ours} | more
    return {"update_id": update_id, "callback_query": query}


def said(text: str, *buttons: dict[str, Any], name: str = "", image: str = "") -> dict[str, Any]:
    return {"text": text, "buttons": list(buttons), "card": None, "image": image, "name": name}


def button(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "payload": "b7Kq2ZrT"} | more


def parcel(*messages: dict[str, Any], key: str = "m1", **more: Any) -> Parcel:
    made = Parcel(
        id=1,
        lane=Lane(f"telegram:{CITIZEN}"),
        channel="telegram",
        address=str(CITIZEN),
        key=key,
        messages=messages or (said("您好"),),
        reply_token="",
        reply_until=0.0,
        attempts=1,
        token=0,
        by_bot=True,
    )
    return replace(made, **more)
