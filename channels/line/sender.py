"""Out to LINE: reply while the reply token is young, push otherwise.

How a parcel gets out
    A reply is free and its token works once, for a minute. A push is counted against the monthly quota and carries a retry
    key, by which LINE recognises it. So: reply first; push where no live token is left.

What can go wrong
    A push's answer is lost: the same push again under the same key; 409 means that LINE has it already. A reply's answer is
    lost: there is no key, but the token is one. The caller is told `Uncertain` and sends the same parcel again with
    `reply_tried` set; "Invalid reply token" then means that the first try had arrived (while our clock still calls the token
    young), and a token that is no longer young leads to a push, the only way in which something may arrive twice.
    LINE refuses the message itself (400): once more as bare text, then never again. It is our bug, and the log says where.

Every answer's `X-Line-Request-Id` is logged, the only thing by which LINE's support can find a call; never a text, never the
id of a person.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import structlog
from linebot.v3 import messaging
from linebot.v3.messaging.exceptions import ApiException

from channels.line import limits, wire
from hotline.domain.errors import Broken, HotlineError, Refused, TooLarge, Unavailable, Uncertain, Undeliverable
from hotline.ports import Delivered, Parcel

CALL_SECONDS = 7.0  # four calls at most, within a parcel's lease of 30 s
BUSY_SECONDS = 2.0
PHOTO_SECONDS = 15.0
RATE_PAUSE_SECONDS = 5.0

log = structlog.get_logger()

sdk: Any = messaging  # the SDK's hints call its coroutines ApiResponse, so they are of no use to a type checker


@dataclass(frozen=True, slots=True)
class Answer:
    """What LINE said."""

    status: int
    words: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def token_is_spent(self) -> bool:
        return self.status == 400 and "invalid reply token" in self.words.lower()

    @property
    def refuses_content(self) -> bool:
        return self.status in (400, 413) and not self.token_is_spent and not self.refuses_person

    @property
    def refuses_person(self) -> bool:
        return self.status in (403, 404) or (self.status == 400 and "friend" in self.words.lower())


class LineSender:
    """`Sender` for LINE. One client, made inside the running loop: `async with LineSender(token) as sender`.

    `api_url` stands for both of LINE's hosts when it is given (the simulator); it may have a path.
    """

    channel = wire.CHANNEL

    def __init__(self, token: str, api_url: str = "", *, call_seconds: float = CALL_SECONDS) -> None:
        self._token = token
        self._host = api_url.rstrip("/") or None
        self._call_seconds = call_seconds
        self._client: Any = None

    async def __aenter__(self) -> Self:
        # At DEBUG the SDK logs what LINE answers, pictures included: nothing that a log may hold.
        logging.getLogger("linebot").setLevel(logging.INFO)
        self._client = sdk.AsyncApiClient(sdk.Configuration(access_token=self._token, host=self._host))
        if self._host and urlsplit(self._host).hostname in ("127.0.0.1", "::1", "localhost"):
            # The SDK obeys the environment's proxy, which cannot reach this machine's own loopback.
            await self._client.rest_client.pool_manager.close()
            self._client.rest_client.pool_manager = aiohttp.ClientSession(trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def send(self, parcel: Parcel, now: float) -> Delivered:
        """Deliver all messages of a parcel in one call.

        Raises Uncertain when a reply's answer was lost: record `reply_tried` and send the same parcel again. Raises
        Unavailable (again later, also after a push whose answer was lost), Undeliverable (never again; `code` is "quota" when
        it is not the citizen but the month that is at its end) or Broken (the channel access token is wrong).
        """
        if not wire.messages_of(parcel.messages):
            raise Broken(code="empty_parcel")
        if parcel.reply_token and now < parcel.reply_until:
            delivered = await self._reply(parcel)
            if delivered is not None:
                return delivered
        return await self._push(parcel)

    async def busy(self, address: str) -> None:
        """Show the loading animation; it ends by itself with the next message."""
        if not limits.USER_ID.fullmatch(address):
            return
        order = sdk.ShowLoadingAnimationRequest.from_dict({"chatId": address, "loadingSeconds": limits.LOADING_SECONDS})
        try:
            await self._call(
                "loading",
                lambda: self._api.show_loading_animation_with_http_info(order, _request_timeout=BUSY_SECONDS),
            )
        except HotlineError as error:
            log.info("line_loading_failed", code=error.code)

    async def fetch_photo(self, source: str) -> bytes:
        """The picture of a message, by the message's id."""
        blob = sdk.AsyncMessagingApiBlob(self._opened)
        try:
            answer = await self._call(
                "content", lambda: blob.get_message_content_with_http_info(source, _request_timeout=PHOTO_SECONDS)
            )
        except Uncertain as error:
            raise Unavailable(code=error.code) from error
        if answer.status == 202:
            raise Unavailable(code="photo_not_ready", retry_after=limits.CONTENT_NOT_READY_SECONDS)
        if answer.status in (400, 404, 410):
            raise Refused(code="photo_gone")
        if not answer.accepted:
            raise _error(answer)
        if len(answer.content) > limits.PHOTO_BYTES:
            raise TooLarge(code="photo_too_large")
        return answer.content

    async def _reply(self, parcel: Parcel) -> Delivered | None:
        """Reply; None when the token no longer works and nothing has gone out."""

        async def reply(messages: list[dict[str, Any]]) -> Answer:
            order = sdk.ReplyMessageRequest.from_dict({"replyToken": parcel.reply_token, "messages": messages})
            return await self._call(
                "reply", lambda: self._api.reply_message_with_http_info(order, _request_timeout=self._call_seconds)
            )

        answer = await reply(wire.messages_of(parcel.messages))
        if answer.refuses_content:
            answer = await reply(wire.messages_of(parcel.messages, plain=True))
        if answer.token_is_spent:
            return Delivered("reply") if parcel.reply_tried else None
        if answer.status >= 500:
            raise Uncertain(code="line_answer_lost")
        if not answer.accepted:
            raise _error(answer)
        return Delivered("reply")

    async def _push(self, parcel: Parcel) -> Delivered:
        async def push(messages: list[dict[str, Any]], key: str) -> Answer:
            order = sdk.PushMessageRequest.from_dict({"to": parcel.address, "messages": messages})
            return await self._call(
                "push",
                lambda: self._api.push_message_with_http_info(
                    order, x_line_retry_key=retry_key(key), _request_timeout=self._call_seconds
                ),
            )

        try:
            answer = await push(wire.messages_of(parcel.messages), parcel.key)
            if answer.refuses_content:  # another body must have another key
                answer = await push(wire.messages_of(parcel.messages, plain=True), f"{parcel.key}/plain")
        except Uncertain as error:
            raise Unavailable(code=error.code) from error
        if answer.accepted or answer.status == 409:
            return Delivered("push")
        raise _error(answer)

    async def _call(self, name: str, call: Callable[[], Awaitable[Any]]) -> Answer:
        """One call and its answer. Unavailable when LINE was not reached, Uncertain when it may have been."""
        try:
            response = await call()
        except ApiException as error:
            answer = Answer(error.status or 0, _words(error.body), error.headers or {})
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(code="line_away") from error
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:  # ValueError: an answer that cannot be read
            log.warning("line_call", call=name, error=type(error).__name__)
            raise Uncertain(code="line_answer_lost") from error
        else:
            answer = Answer(response.status_code, "", response.headers or {}, _bytes(response.raw_data))
        said = {
            "request_id": answer.headers.get("X-Line-Request-Id"),
            "accepted_request_id": answer.headers.get("X-Line-Accepted-Request-Id"),
            "refused": answer.words if answer.refuses_content else None,
        }
        log.info("line_call", call=name, status=answer.status, **{key: word for key, word in said.items() if word})
        return answer

    @property
    def _opened(self) -> Any:
        if self._client is None:
            raise RuntimeError("LineSender is used inside `async with`")
        return self._client

    @property
    def _api(self) -> Any:
        return sdk.AsyncMessagingApi(self._opened)


def retry_key(key: str) -> str:
    """The UUID by which LINE recognises a push that comes again."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"hotline:line:{key}"))


def _error(answer: Answer) -> HotlineError:
    """What an answer means that is neither yes nor a matter of the reply token."""
    if answer.status == 401:
        return Broken(code="line_token_refused")
    if answer.status == 429 and "monthly" in answer.words.lower():
        return Undeliverable(code="quota")
    if answer.status == 429:
        return Unavailable(code="line_rate", retry_after=_seconds(answer.headers.get("Retry-After")))
    if answer.refuses_person:
        return Undeliverable(code="line_refuses_person")
    if answer.refuses_content:
        return Undeliverable(code="line_refuses_content")
    return Unavailable(code=f"line_{answer.status}")


def _words(body: Any) -> str:
    """LINE's own words and the properties it names: never what we sent."""
    try:
        told = json.loads(body or "")
        details = [str(detail["property"]) for detail in told.get("details", [])]
        return " ".join([str(told["message"]), *details])[:300]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def _seconds(header: str | None) -> float:
    try:
        return min(max(float(header or ""), RATE_PAUSE_SECONDS), 3600.0)
    except ValueError:
        return RATE_PAUSE_SECONDS


def _bytes(data: Any) -> bytes:
    return bytes(data) if isinstance(data, (bytes, bytearray)) else b""
