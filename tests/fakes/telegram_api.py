"""Telegram's Bot API as a small server of our own: it takes what Telegram takes, refuses what Telegram refuses in Telegram's
words, and can be told to be slow, to break, to ask for patience, or to accept a call and lose the answer."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
DATA_BYTES = 64
FILE_BYTES = 20 * 1024 * 1024


class Refusal(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str) -> None:
        self.status, self.description = status, description


@dataclass
class Fault:
    """What is to go wrong with the next calls of a method, after `spare` good ones: a status, "drop" or "hang"."""

    method: str
    what: int | str
    after_accept: bool = False
    times: int = 1
    spare: int = 0
    description: str = "Internal Server Error"
    retry_after: int | None = None


@dataclass
class Call:
    """A call as it came."""

    method: str
    parameters: dict[str, Any]
    at: float


@dataclass
class TelegramApi:
    """One bot's API. `async with TelegramApi(token) as api`, then `api.url`."""

    token: str
    chats: set[int] = field(default_factory=set)
    blocked_by: set[int] = field(default_factory=set)
    open_taps: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    commands: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def fail(self, method: str, what: int | str, **more: Any) -> None:
        """Let the next calls of a method (a regular expression) go wrong."""
        self.faults.append(Fault(method, what, **more))

    def texts(self) -> list[str]:
        """What stands in the chats, in order."""
        return [message.get("text") or message.get("caption") or "" for message in self.sent]

    def methods(self) -> list[str]:
        return [call.method for call in self.calls]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        parameters = {key: _value(value) for key, value in (await request.post()).items()}
        self.calls.append(Call(method, parameters, time.monotonic()))
        if request.match_info["token"] != self.token:
            return _refused(401, "Unauthorized")
        fault = self._fault(method)
        if fault and not fault.after_accept:
            return await self._act(fault, request)
        try:
            result = self._result(method, parameters)
        except Refusal as refusal:
            return _refused(refusal.status, refusal.description)
        if fault:
            return await self._act(fault, request)
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("download")
        if fault:
            return await self._act(fault, request)
        raw = self.files.get(request.match_info["path"].removeprefix("photos/"))
        if request.match_info["token"] != self.token or raw is None:
            return _refused(404, "Not Found")
        return web.Response(body=raw, content_type="application/octet-stream")

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if not fault.times or not re.search(fault.method, method):
                continue
            if fault.spare:
                fault.spare -= 1
                continue
            fault.times -= 1
            return fault
        return None

    async def _act(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        if fault.what == "hang":
            await asyncio.sleep(1.0)
        if isinstance(fault.what, str):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        more = {"parameters": {"retry_after": fault.retry_after}} if fault.retry_after else {}
        return _refused(fault.what, fault.description, **more)

    def _result(self, method: str, parameters: dict[str, Any]) -> Any:
        match method:
            case "sendMessage" | "sendPhoto":
                return self._send(parameters, method)
            case "sendChatAction":
                self._chat(parameters)
                return True
            case "answerCallbackQuery":
                return self._answer(parameters)
            case "getFile":
                return self._file(str(parameters.get("file_id")))
            case "setWebhook":
                self.webhook = parameters
                return True
            case "setMyCommands":
                self.commands = parameters["commands"]
                return True
            case _:
                raise Refusal(404, "Not Found")

    def _chat(self, parameters: dict[str, Any]) -> int:
        chat = parameters.get("chat_id")
        if chat in self.blocked_by:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise Refusal(400, "Bad Request: chat not found")
        return int(chat)

    def _send(self, parameters: dict[str, Any], method: str) -> dict[str, Any]:
        chat = self._chat(parameters)
        field_, most = ("caption", CAPTION_UNITS) if method == "sendPhoto" else ("text", TEXT_UNITS)
        words = str(parameters.get(field_, ""))
        if method == "sendMessage" and not words.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(words.encode("utf-16-le")) // 2 > most:
            raise Refusal(400, "Bad Request: message is too long")
        for row in (parameters.get("reply_markup") or {}).get("inline_keyboard", []):
            for button in row:
                if not 0 < len(button["callback_data"].encode()) <= DATA_BYTES or not button["text"]:
                    raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        message = {
            "message_id": len(self.sent) + 1,
            "date": 1_764_037_320,
            "chat": {"id": chat, "type": "private"},
            field_: words,
        }
        self.sent.append(message | {key: parameters[key] for key in ("reply_markup", "photo") if key in parameters})
        return message

    def _answer(self, parameters: dict[str, Any]) -> bool:
        query = str(parameters.get("callback_query_id"))
        if query not in self.open_taps:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.open_taps.discard(query)
        self.answered[query] = str(parameters.get("text", ""))
        return True

    def _file(self, file_id: str) -> dict[str, Any]:
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: invalid file_id")
        size = self.sizes.get(file_id, len(self.files[file_id]))
        if size > FILE_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": f"photos/{file_id}"}


def _value(value: Any) -> Any:
    """A form's value: numbers and objects travel as JSON, words as they are."""
    try:
        return json.loads(value) if re.match(r"[\[{]|-?\d+$|true$|false$", value) else value
    except ValueError:
        return value


def _refused(status: int, description: str, **more: Any) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description} | more
    return web.json_response(body, status=status)
