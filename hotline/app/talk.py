"""`hotline talk`: a conversation in the terminal, through the whole service, over the web chat's own routes."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from typing import Any

import httpx

from hotline.app.settings import Settings

WHO = {"bot": "助理", "agent": "專員", "system": "系統"}


async def talk(settings: Settings, url: str) -> int:
    """Talk until the input ends or 「再見」. 0 when all went well, 1 when the service cannot be reached."""
    base = (url or settings.own_url).rstrip("/")
    async with httpx.AsyncClient(base_url=base, timeout=httpx.Timeout(10, read=None), trust_env=False) as client:
        try:
            opened = await client.post("/chat/session", json={})
            opened.raise_for_status()
        except httpx.HTTPError as error:
            print(
                f"hotline: the service at {base} does not answer ({type(error).__name__}); start it with `make run`",
                file=sys.stderr,
            )
            return 1
        headers = {"Authorization": f"Bearer {opened.json()['token']}"}
        offered: list[dict[str, Any]] = []
        quiet = asyncio.Event()
        listener = asyncio.create_task(_listen(client, headers, offered, quiet))
        try:
            await _speak(client, headers, offered, quiet)
        finally:
            listener.cancel()
    return 0


async def _speak(
    client: httpx.AsyncClient, headers: dict[str, str], offered: list[dict[str, Any]], quiet: asyncio.Event
) -> None:
    while True:
        line = await asyncio.to_thread(_read_line)
        if line is None:
            return
        text = line.strip()
        if not text:
            continue
        body: dict[str, Any] = {"id": str(uuid.uuid4())}
        pressed = offered[int(text) - 1] if text.isdecimal() and 0 < int(text) <= len(offered) else None
        body |= {"payload": pressed["payload"]} if pressed else {"text": text}
        quiet.clear()
        answer = await client.post("/chat/messages", json=body, headers=headers)
        if answer.status_code >= 400:
            print(f"  （{answer.json().get('message', answer.status_code)}）")
            continue
        try:
            await asyncio.wait_for(quiet.wait(), 15)
        except TimeoutError:
            print("  （還沒有回覆，訊息已經存好）")


def _read_line() -> str | None:
    if sys.stdin.isatty():
        print("您：", end="", flush=True)
    line = sys.stdin.readline()
    return line if line else None


async def _listen(
    client: httpx.AsyncClient, headers: dict[str, str], offered: list[dict[str, Any]], quiet: asyncio.Event
) -> None:
    async with client.stream("GET", "/chat/events?after=0", headers=headers) as stream:
        kind = "message"
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
                if kind == "state":
                    if not data["working"] and data["in_charge"] != "bot":
                        quiet.set()
                elif data["from"] != "citizen":
                    _show(data, offered)
                    quiet.set()
            elif not line:
                kind = "message"


def _show(event: dict[str, Any], offered: list[dict[str, Any]]) -> None:
    name = event.get("name") or WHO[event["from"]]
    first, *rest = event["text"].split("\n")
    print(f"{name}：{first}")
    for line in rest:
        print(f"　　　{line}")
    offered[:] = event["buttons"]
    if offered:
        print("　　　" + "　".join(f"[{k}] {button['title']}" for k, button in enumerate(offered, 1)))
