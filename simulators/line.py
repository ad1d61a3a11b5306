"""LINE, as far as Hotline can tell: the demo talks to this instead of to api.line.me.

Two halves share one memory. The first is the stand-in of LINE's API under `/simulators/line/api`, which the real sender calls:
it wants the bearer token, honours a reply token once and for a minute, knows a retry key again, and refuses what LINE refuses.
The second is what a phone would do, for the page at `/simulators/line`: `say` signs a webhook and posts it to the real
`/webhooks/line`, `events` shows what arrived in the chat and every call behind it, `counts` what it would have cost.

Nothing is kept on disk, and a webhook that was not accepted is not delivered again.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import itertools
import json
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import wraps
from typing import Any, TypeVar

import httpx
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as as_json

from channels.line import limits, wire
from hotline.domain.errors import Refused, TooLarge
from simulators.line_rules import problem, problems

TAIPEI = timezone(timedelta(hours=8))
BOT = "U" + "b" * 32
QUOTA = 200  # messages a month in LINE's free plan for Taiwan, as the page shows it
KEPT_EVENTS, KEPT_CHATS, KEPT_PHOTOS, KEPT_CALLS = 500, 200, 20, 1000
HEARTBEAT_SECONDS = 15.0
WEBHOOK_SECONDS = 10.0

K = TypeVar("K")
V = TypeVar("V")
Handler = Callable[..., Awaitable[HTTPResponse]]


class LineError(Exception):
    """LINE's refusal, in LINE's own shape."""

    def __init__(self, status: int, message: str, details: list[dict[str, str]] | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message} | ({"details": details} if details else {})
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(slots=True)
class Chat:
    """One citizen's chat with the account. `news` is set whenever there is something to show."""

    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    last: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kind: str, **what: Any) -> None:
        self.last += 1
        self.events.append({"n": self.last, "kind": kind, **what})
        self.news.set()
        self.news = asyncio.Event()


@dataclass(slots=True)
class ReplyToken:
    """A reply token: for one chat, once, for a minute."""

    user: str
    until: float
    used: bool = False


@dataclass(slots=True)
class Accepted:
    """The first push under a retry key."""

    request_id: str
    answer: dict[str, Any]
    until: float


class LineStandIn:
    """What the platform remembers."""

    def __init__(self, secret: str, token: str, now: Callable[[], float]) -> None:
        self.secret = secret
        self.token = token
        self.now = now
        self.chats: OrderedDict[str, Chat] = OrderedDict()
        self.reply_tokens: OrderedDict[str, ReplyToken] = OrderedDict()
        self.accepted: OrderedDict[str, Accepted] = OrderedDict()
        self.photos: OrderedDict[str, bytes] = OrderedDict()
        self.counts = {"reply": 0, "push": 0}
        self._numbers = itertools.count(460_000_000_000_000_000 + secrets.randbelow(10**15))

    # ── the phone ──

    def chat(self, user: str) -> Chat:
        return _kept(self.chats, user, self.chats.get(user) or Chat(), KEPT_CHATS)

    def stamp(self) -> str:
        return datetime.fromtimestamp(self.now(), TAIPEI).isoformat(timespec="milliseconds")

    def webhook(self, user: str, what: Mapping[str, Any]) -> dict[str, Any]:
        """The webhook that LINE would send; also notes the message in the chat. Refused when it makes no sense."""
        event, message = self._event(user, what)
        token = secrets.token_hex(16)
        _kept(self.reply_tokens, token, ReplyToken(user, self.now() + limits.REPLY_TOKEN_SECONDS), KEPT_CALLS)
        if message is not None:
            self._show(user, "citizen", None, message)
        event |= {
            "mode": "active",
            "timestamp": int(self.now() * 1000),
            "source": {"type": "user", "userId": user},
            "webhookEventId": "01" + secrets.token_hex(12).upper(),
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
        }
        return {"destination": BOT, "events": [event]}

    def _event(self, user: str, what: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part of an event that the citizen decides, and the message to show for it."""
        if what.get("follow") is True:
            return {"type": "follow", "follow": {"isUnblocked": False}}, None
        if isinstance(what.get("postback"), str) and what["postback"]:
            shown = self._display_text(user, what["postback"])
            return {"type": "postback", "postback": {"data": what["postback"]}}, shown
        message = self._said(what)
        marks = {"id": self._number(), "quoteToken": secrets.token_hex(8), "markAsReadToken": secrets.token_hex(8)}
        if "photo" in message:
            _kept(self.photos, marks["id"], message.pop("photo"), KEPT_PHOTOS)
        return {"type": "message", "message": marks | message}, marks | message

    def _display_text(self, user: str, data: str) -> dict[str, Any] | None:
        """What a tap leaves in the chat: the text that came with the button, if the chat still holds it."""
        for event in reversed(self.chat(user).events):
            for item in (event.get("message") or {}).get("quickReply", {}).get("items", ()):
                if item["action"].get("data") == data:
                    return {"type": "text", "text": item["action"]["displayText"]}
        return None

    def _said(self, what: Mapping[str, Any]) -> dict[str, Any]:
        text, place, image = what.get("text"), what.get("location"), what.get("image")
        if isinstance(text, str) and text:
            if limits.utf16_units(text) > limits.TEXT_UNITS:
                raise Refused("LINE一則訊息最多5000個字。")
            return {"type": "text", "text": text}
        if isinstance(place, dict) and _is_point(place):
            named = {key: place[key] for key in ("title", "address") if isinstance(place.get(key), str) and place[key]}
            return {"type": "location", "latitude": place["lat"], "longitude": place["lng"], **named}
        if what.get("sticker") is True:
            return {
                "type": "sticker",
                "packageId": "446",
                "stickerId": "1988",
                "stickerResourceType": "STATIC",
                "keywords": ["OK", "讚"],
            }
        if isinstance(image, str) and image:
            return {"type": "image", "contentProvider": {"type": "line"}, "photo": _decoded(image)}
        raise Refused("要有text、postback、location、sticker、image或follow其中一項。")

    def _show(
        self,
        user: str,
        speaker: str,
        via: str | None,
        message: Mapping[str, Any],
        sender: Mapping[str, Any] | None = None,
    ) -> None:
        self.chat(user).add(
            "message", **{"from": speaker, "via": via, "message": message, "sender": sender, "at": self.stamp()}
        )

    def note_call(self, user: str, method: str, path: str, request: Any, status: int) -> None:
        """Shows a call in the log beside the chat."""
        if user:
            self.chat(user).add("call", method=method, path=path, request=request, status=status, at=self.stamp())

    # ── the API ──

    def reply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        _refuse(problems(body.get("messages")) + _problems_of(body, "replyToken"))
        token = self.reply_tokens.get(body["replyToken"])
        if token is None or token.used or self.now() > token.until:
            raise LineError(400, "Invalid reply token")
        token.used = True
        self.counts["reply"] += 1
        return self._sent(token.user, "reply", body["messages"])

    def push(self, body: Mapping[str, Any], key: str, request_id: str) -> dict[str, Any]:
        if not limits.USER_ID.fullmatch(str(body.get("to"))):
            raise LineError(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        _refuse(problems(body.get("messages")))
        before = self.accepted.get(key) if key else None
        if before is not None and self.now() < before.until:
            refusal = LineError(409, "The retry key is already accepted", X_Line_Accepted_Request_Id=before.request_id)
            refusal.body |= before.answer
            raise refusal
        if self.counts["push"] >= QUOTA:
            raise LineError(429, "You have reached your monthly limit.")
        self.counts["push"] += 1
        answer = self._sent(body["to"], "push", body["messages"])
        if key:
            until = self.now() + limits.RETRY_KEY_HOURS * 3600
            _kept(self.accepted, key, Accepted(request_id, answer, until), KEPT_CALLS)
        return answer

    def load(self, body: Mapping[str, Any]) -> dict[str, Any]:
        seconds = body.get("loadingSeconds", limits.LOADING_SECONDS)
        if not limits.USER_ID.fullmatch(str(body.get("chatId"))):
            _refuse([problem("invalid user ID", "chatId")])
        if seconds not in limits.LOADING_SECONDS_ALLOWED:
            _refuse([problem("must be between 5 and 60, in steps of 5", "loadingSeconds")])
        self.chat(body["chatId"]).add("loading", seconds=seconds)
        return {}

    def _sent(self, user: str, via: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
        for message in messages:
            self._show(user, "account", via, message, message.get("sender"))
        return {"sentMessages": [{"id": self._number(), "quoteToken": secrets.token_hex(8)} for _ in messages]}

    def _number(self) -> str:
        return str(next(self._numbers))


def line_simulator(
    secret: str, token: str, webhook_url: Callable[[], str], *, now: Callable[[], float] = time.time
) -> Blueprint:
    """Everything under `/simulators/line` but the page itself. `webhook_url` is where the service's own webhook listens."""
    line = LineStandIn(secret, token, now)
    routes = Blueprint("line_simulator", url_prefix="/simulators/line")
    _api_routes(routes, line)
    _phone_routes(routes, line, webhook_url)
    return routes


# ── the stand-in of LINE's API ──


def _api_routes(routes: Blueprint, line: LineStandIn) -> None:
    def api(method: str, path: str) -> Callable[[Callable[..., tuple[str, Any]]], Handler]:
        """A call of LINE's: checked for its token, noted beside the chat, answered with a request id.

        The decorated function returns the user it is about, and the answer.
        """

        def decorate(carry_out: Callable[..., tuple[str, Any]]) -> Handler:
            @wraps(carry_out)
            async def handle(request: Request, **parts: str) -> HTTPResponse:
                headers = {"X-Line-Request-Id": secrets.token_hex(16)}
                body: Any = None
                try:
                    _check_token(request, line.token)
                    body = _json_body(request) if method == "POST" else {}
                    user, answer = carry_out(body, request=request, request_id=headers["X-Line-Request-Id"], **parts)
                except LineError as refusal:
                    user, status = _about(line, body), refusal.status
                    response: HTTPResponse = as_json(refusal.body, status=status, headers=headers | refusal.headers)
                else:
                    status = 202 if path.endswith("loading/start") else 200
                    response = (
                        raw(answer, content_type="image/jpeg", headers=headers)
                        if isinstance(answer, bytes)
                        else as_json(answer, status=status, headers=headers)
                    )
                line.note_call(user, method, request.path.removeprefix("/simulators/line/api"), body or None, status)
                return response

            routes.add_route(handle, f"/api{path}", methods=[method], name=f"api_{carry_out.__name__}")
            return handle

        return decorate

    @api("POST", "/v2/bot/message/reply")
    def reply(body: Mapping[str, Any], request: Request, **_: Any) -> tuple[str, Any]:
        if "X-Line-Retry-Key" in request.headers:
            raise LineError(400, "X-Line-Retry-Key is not supported for this endpoint")
        answer = line.reply(body)
        return _about(line, body), answer

    @api("POST", "/v2/bot/message/push")
    def push(body: Mapping[str, Any], request: Request, request_id: str) -> tuple[str, Any]:
        return str(body.get("to")), line.push(body, request.headers.get("X-Line-Retry-Key", ""), request_id)

    @api("POST", "/v2/bot/chat/loading/start")
    def loading(body: Mapping[str, Any], **_: Any) -> tuple[str, Any]:
        return str(body.get("chatId")), line.load(body)

    @api("GET", "/v2/bot/profile/<user:str>")
    def profile(_body: Any, user: str, **_: Any) -> tuple[str, Any]:
        if user not in line.chats:
            raise LineError(404, "Not found")
        return user, {"userId": user, "displayName": "示範市民", "language": "zh-Hant"}

    @api("GET", "/v2/bot/message/<message_id:str>/content")
    def content(_body: Any, message_id: str, **_: Any) -> tuple[str, Any]:
        if message_id not in line.photos:
            raise LineError(404, "Not found")
        return "", line.photos[message_id]

    @api("GET", "/v2/bot/message/quota")
    def quota(_body: Any, **_: Any) -> tuple[str, Any]:
        return "", {"type": "limited", "value": QUOTA}

    @api("GET", "/v2/bot/message/quota/consumption")
    def consumption(_body: Any, **_: Any) -> tuple[str, Any]:
        return "", {"totalUsage": line.counts["push"]}

    @api("GET", "/v2/bot/info")
    def info(_body: Any, **_: Any) -> tuple[str, Any]:
        names = {"basicId": "@hotline-demo", "displayName": "示範市1999"}
        return "", {"userId": BOT, **names, "chatMode": "bot", "markAsReadMode": "auto"}


def _check_token(request: Request, token: str) -> None:
    if request.headers.get("Authorization") != f"Bearer {token}":
        raise LineError(
            401,
            "Authentication failed due to the following reason: invalid token. "
            "Confirm that the access token in the authorization header is valid.",
        )


def _json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise LineError(400, "The request body could not be parsed as JSON")
    return body


def _about(line: LineStandIn, body: Any) -> str:
    """The user whom a call is about, as far as it says."""
    if not isinstance(body, dict):
        return ""
    token = line.reply_tokens.get(str(body.get("replyToken")))
    user = token.user if token else str(body.get("to") or body.get("chatId") or "")
    return user if limits.USER_ID.fullmatch(user) else ""


def _refuse(problems: list[dict[str, str]]) -> None:
    if problems:
        raise LineError(400, f"The request body has {len(problems)} error(s)", problems)


def _problems_of(body: Mapping[str, Any], key: str) -> list[dict[str, str]]:
    return [] if isinstance(body.get(key), str) and body[key] else [problem("May not be empty", key)]


# ── the phone ──


def _phone_routes(routes: Blueprint, line: LineStandIn, webhook_url: Callable[[], str]) -> None:
    clients: list[httpx.AsyncClient] = []  # one, made when it is first needed

    def phone() -> httpx.AsyncClient:
        if not clients:
            clients.append(httpx.AsyncClient(trust_env=False, timeout=WEBHOOK_SECONDS))
        return clients[0]

    @routes.before_server_stop
    async def hang_up(*_: Any) -> None:
        while clients:
            await clients.pop().aclose()

    @routes.post("/say")
    async def say(request: Request) -> HTTPResponse:
        try:
            what = _asked(request)
            webhook = line.webhook(what["user"], what)
        except Refused as error:
            body = {"error": error.code, "message": error.message, "trace": str(request.id)}
            return as_json(body, status=error.status)
        sent = json.dumps(webhook, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "X-Line-Signature": wire.sign(line.secret, sent)}
        started = time.monotonic()
        try:
            status = (await phone().post(webhook_url(), content=sent, headers=headers)).status_code
        except httpx.HTTPError:
            status = 0
        seconds = round(time.monotonic() - started, 4)
        line.note_call(what["user"], "POST", "/webhooks/line", webhook, status)
        return as_json({"webhook": webhook, "status": status, "seconds": seconds})

    @routes.get("/events")
    async def events(request: Request) -> HTTPResponse | None:
        user = request.args.get("user", "")
        if not limits.USER_ID.fullmatch(user):
            error = Refused("user要像U後面接32個十六進位數字。")
            body = {"error": error.code, "message": error.message, "trace": str(request.id)}
            return as_json(body, status=error.status)
        seen = _number_of(request.headers.get("last-event-id") or request.args.get("after"))
        headers = {"Cache-Control": "no-store"}
        response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
        await response.send("retry: 2000\n\n")  # the page learns at once that the line is open
        chat = line.chat(user)
        seen = seen if seen <= chat.last else 0  # the page has outlived a restart
        while True:
            news = chat.news
            for event in [event for event in chat.events if event["n"] > seen]:
                seen = event["n"]
                await response.send(f"id: {seen}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n")
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await response.send(": still here\n\n")

    @routes.get("/counts")
    async def counts(request: Request) -> HTTPResponse:
        return as_json(line.counts)


def _asked(request: Request) -> dict[str, Any]:
    try:
        what = json.loads(request.body)
    except (ValueError, RecursionError):
        what = None
    if not isinstance(what, dict) or not limits.USER_ID.fullmatch(str(what.get("user"))):
        raise Refused("user要像U後面接32個十六進位數字。")
    return what


def _decoded(image: str) -> bytes:
    try:
        picture = base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("image要是base64。") from None
    if len(picture) > limits.PHOTO_BYTES:
        raise TooLarge
    return picture


def _is_point(place: Mapping[str, Any]) -> bool:
    return all(type(place.get(key)) in (int, float) and math.isfinite(place[key]) for key in ("lat", "lng"))


def _number_of(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 15 else 0


def _kept(memory: OrderedDict[K, V], key: K, value: V, most: int) -> V:
    """Remembers a value as the newest and forgets the oldest beyond `most`."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > most:
        memory.popitem(last=False)
    return value
