"""Out to Telegram: the messages of a parcel one after the other, and where the last try stopped.

How a parcel gets out
    Telegram takes one message a call and keeps no keys: what is sent again is shown again. So the sender remembers, for as
    long as the process lives, how far each parcel got, and a retry goes on from there.

What can go wrong
    Telegram asks to wait (429): the whole channel keeps quiet until then, not only the parcel that was told. The connection
    was never made, or Telegram says that it failed: nothing has arrived, and the parcel comes again. The answer was lost:
    the message may have arrived. It is sent once more, the only way in which something may arrive twice, and not before
    Telegram has answered a harmless call, so that this one try is not spent on an outage. Lost again, it is sent no more;
    the parcel ends with a person who looks at it.
    Telegram refuses the message itself (400): once more as bare text, then never again. It is our bug, and the log says so.

What is not done
    No pacing of our own: a turn is a few messages, and Telegram says itself when it is too much. Nothing of Telegram's
    library logs here: its address line holds the bot's token, its debug lines what people wrote.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import structlog
from telegram import Bot, BotCommand, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from channels.telegram import limits, wire
from hotline.domain.errors import Broken, HotlineError, Refused, TooLarge, Unavailable, Uncertain, Undeliverable
from hotline.ports import Delivered, Parcel

CALL_SECONDS = 7.0
CONNECT_SECONDS = 3.0
SEND_SECONDS = 8.0  # no message of a parcel is begun later: three more calls still end within its lease of 30 s
BUSY_SECONDS = 2.0
PHOTO_SECONDS = 15.0
RATE_PAUSE_SECONDS = 5.0
PARCELS_REMEMBERED = 2000

T = TypeVar("T")

log = structlog.get_logger()


class Failed(TelegramError):
    """Telegram answered that it cannot, by status: it is busy (429) or broken (5xx)."""

    def __init__(self, status: int, retry_after: float) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.retry_after = retry_after


class RefusesContent(Undeliverable):
    """Telegram took offence at what was sent, not at whom."""

    def __init__(self, words: str) -> None:
        super().__init__(code="telegram_refuses_content")
        self.words = words


@dataclass(slots=True)
class Progress:
    """How far a parcel got: how many messages are out, and how often the answer about the next one was lost."""

    sent: int = 0
    doubts: int = 0


class TelegramSender:
    """`Sender` for Telegram. One client, made inside the running loop: `async with TelegramSender(token) as sender`.

    Opening it calls nobody: the service starts while Telegram is away.
    """

    channel = wire.CHANNEL

    def __init__(
        self,
        token: str,
        api_url: str = "https://api.telegram.org",
        *,
        call_seconds: float = CALL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._call_seconds = call_seconds
        self._clock = clock
        self._held_until = 0.0
        self._progress: OrderedDict[str, Progress] = OrderedDict()
        self._request: HTTPXRequest | None = None
        self._opened: Bot | None = None

    async def __aenter__(self) -> Self:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger("telegram").setLevel(logging.CRITICAL)
        request = _request(self._call_seconds, loopback=_is_loopback(self._api_url))
        await request.initialize()
        self._request = request
        self._opened = Bot(
            self._token,
            base_url=f"{self._api_url}/bot",
            base_file_url=f"{self._api_url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._request is not None:
            await self._request.shutdown()
        self._request = self._opened = None

    async def send(self, parcel: Parcel, now: float) -> Delivered:
        """Deliver what is left of a parcel.

        Raises Unavailable (again later), Uncertain (the answer about one message was lost: again, and it is shown twice at
        most), Undeliverable (never again; the citizen blocked us or is gone) or Broken (the bot's token is wrong).
        """
        orders = wire.messages_of(parcel.messages)
        chat = wire.chat_of(parcel.address)
        if not orders or chat is None:
            raise Broken(code="empty_parcel" if chat is not None else "no_chat")
        progress = self._progress_of(parcel)
        until = self._clock() + SEND_SECONDS
        while progress.sent < len(orders):
            if self._clock() >= until:
                raise Unavailable(code="telegram_slow", retry_after=0.0)
            await self._deliver(chat, orders[progress.sent], progress)
            progress.sent += 1
            progress.doubts = 0
        self._progress.pop(parcel.key, None)
        return Delivered("push")

    async def busy(self, address: str) -> None:
        """Show 「正在輸入」; it ends by itself after five seconds, or with the next message."""
        chat = wire.chat_of(address)
        if chat is None:
            return
        with suppress(HotlineError):
            await self._call("sendChatAction", lambda: self._bot.send_chat_action(chat, "typing"), BUSY_SECONDS)

    async def answer_callback(self, query_id: str, text: str | None = None) -> None:
        """Stop a pressed button from spinning, with a short note. It is tried once: after an outage it is simply too late."""
        with suppress(HotlineError):
            await self._call("answerCallbackQuery", lambda: self._bot.answer_callback_query(query_id, text or None))

    async def fetch_photo(self, source: str) -> bytes:
        """The picture of a message, by its file id."""
        try:
            file = await self._call("getFile", lambda: self._bot.get_file(source))
            if (file.file_size or 0) > limits.DOWNLOAD_BYTES:
                raise TooLarge(code="photo_too_large")
            raw = await self._call("download", file.download_as_bytearray, PHOTO_SECONDS)
        except RefusesContent as error:
            if "too big" in error.words:
                raise TooLarge(code="photo_too_large") from error
            if "temporarily" in error.words:
                raise Unavailable(code="photo_not_ready") from error
            raise Refused(code="photo_gone") from error
        except Uncertain as error:
            raise Unavailable(code=error.code) from error
        if len(raw) > limits.DOWNLOAD_BYTES:
            raise TooLarge(code="photo_too_large")
        return bytes(raw)

    async def connect(self, public_url: str, secret: str) -> None:
        """Tell Telegram where to deliver, and which commands there are. What waits there is kept.

        Raises Unavailable when Telegram is away, Broken when it does not take the token, the address or the secret.
        """
        url = f"{public_url.rstrip('/')}/webhooks/telegram"
        try:
            await self._call(
                "setWebhook",
                lambda: self._bot.set_webhook(
                    url,
                    secret_token=secret,
                    allowed_updates=list(wire.ALLOWED_UPDATES),
                    max_connections=limits.WEBHOOK_CONNECTIONS,
                ),
            )
            commands = [BotCommand(name, shown) for name, (_, shown) in wire.COMMANDS.items()]
            await self._call("setMyCommands", lambda: self._bot.set_my_commands(commands))
        except Uncertain as error:
            raise Unavailable(code=error.code) from error
        except Undeliverable as error:
            raise Broken(code="telegram_webhook_refused") from error

    async def _deliver(self, chat: int, order: Mapping[str, Any], progress: Progress) -> None:
        """Send one message, or raise with the doubt noted."""
        if progress.doubts > 1:
            raise Uncertain(code="telegram_answer_lost_twice")
        if progress.doubts:
            await self._knock(chat)
        try:
            await self._send(chat, order)
        except Uncertain:
            progress.doubts += 1
            raise

    async def _knock(self, chat: int) -> None:
        """Raises Unavailable unless Telegram answers at all."""
        try:
            await self._call("sendChatAction", lambda: self._bot.send_chat_action(chat, "typing"))
        except Uncertain as error:
            raise Unavailable(code=error.code) from error

    async def _send(self, chat: int, order: Mapping[str, Any]) -> None:
        try:
            await self._call(order["method"], lambda: self._put(chat, order))
        except RefusesContent:
            plain = wire.bare(order)
            if plain is None:
                return  # a picture that Telegram could not fetch; what is said about it follows
            if plain == order:
                raise
            await self._call(plain["method"], lambda: self._put(chat, plain))

    def _put(self, chat: int, order: Mapping[str, Any]) -> Awaitable[Any]:
        markup = InlineKeyboardMarkup.de_json(order["reply_markup"], None) if "reply_markup" in order else None
        if order["method"] == "sendPhoto":
            return self._bot.send_photo(chat, order["photo"], caption=order.get("caption"), reply_markup=markup)
        return self._bot.send_message(chat, order["text"], reply_markup=markup, disable_web_page_preview=True)

    def _progress_of(self, parcel: Parcel) -> Progress:
        """Where the last try stopped. After a restart it is not known; that an answer was lost is written on the parcel."""
        progress = self._progress.setdefault(parcel.key, Progress(doubts=1 if parcel.reply_tried else 0))
        self._progress.move_to_end(parcel.key)
        while len(self._progress) > PARCELS_REMEMBERED:
            self._progress.popitem(last=False)
        return progress

    async def _call(self, name: str, call: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
        """One call and its result, or the error that says what to do about it."""
        left = self._held_until - self._clock()
        if left > 0:
            raise Unavailable(code="telegram_rate", retry_after=left)
        try:
            async with asyncio.timeout(seconds or self._call_seconds):
                result = await call()
        except (TelegramError, TimeoutError, ValueError, TypeError, KeyError) as error:  # the last: an unreadable yes
            meaning = self._meaning(name, error)
            status = error.status if isinstance(error, Failed) else 0
            log.warning("telegram_call", what=name, code=meaning.code, error=type(error).__name__, status=status)
            raise meaning from error
        log.info("telegram_call", what=name, code="ok")
        return result

    def _meaning(self, name: str, error: Exception) -> HotlineError:
        """What is to be done about an error."""
        match error:
            case Failed(status=429):
                self._held_until = max(self._held_until, self._clock() + error.retry_after)
                return Unavailable(code="telegram_rate", retry_after=error.retry_after)
            case Failed(status=502 | 504):  # a gateway lost sight of the server behind it
                return Uncertain(code="telegram_answer_lost")
            case Failed():
                return Unavailable(code="telegram_failed")
            case Forbidden() | ChatMigrated():
                return Undeliverable(code="telegram_refuses_person")
            case InvalidToken():  # any 401 or 404; only a file can be missing without the token being wrong
                return RefusesContent("not found") if name == "download" else Broken(code="telegram_token_refused")
            case BadRequest():
                words = error.message.lower()
                gone = any(sign in words for sign in _PERSON_IS_GONE)
                return Undeliverable(code="telegram_refuses_person") if gone else RefusesContent(words)
            case NetworkError() if isinstance(error.__cause__, _NEVER_SENT):
                return Unavailable(code="telegram_away")
            case _:
                return Uncertain(code="telegram_answer_lost")

    @property
    def _bot(self) -> Bot:
        if self._opened is None:
            raise RuntimeError("TelegramSender is used inside `async with`")
        return self._opened


_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_PERSON_IS_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "deactivated",
    "blocked",
    "chat_write_forbidden",
)


class _Request(HTTPXRequest):
    """Telegram's own client, which forgets the status of an answer; this one tells it."""

    async def do_request(self, *args: Any, **more: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **more)
        if status == 429 or status >= 500:
            raise Failed(status, _asked_seconds(payload))
        return status, payload


def _request(call_seconds: float, *, loopback: bool) -> HTTPXRequest:
    return _Request(
        connection_pool_size=64,
        connect_timeout=min(CONNECT_SECONDS, call_seconds),
        read_timeout=PHOTO_SECONDS,
        write_timeout=PHOTO_SECONDS,
        pool_timeout=1.0,
        # The environment's proxy cannot reach this machine's own loopback.
        httpx_kwargs={"trust_env": not loopback},
    )


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def _asked_seconds(payload: bytes) -> float:
    """How long Telegram asks to wait: https://core.telegram.org/bots/api#responseparameters"""
    try:
        asked = float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError):
        return RATE_PAUSE_SECONDS
    return min(max(asked, 1.0), 3600.0)
