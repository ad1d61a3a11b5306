"""The people in the journeys: a citizen on each channel, who sees only what that channel shows, and an agent at the desk."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fakes.telegram_api import TelegramApi
from tests.journeys.installation import PASSWORD, PATIENCE_SECONDS, Installation, Listener, NeverHappened, eventually

CASE = re.compile(r"DEMO-\d+")
CODE = re.compile(r"查詢碼：(\d{6})")


@dataclass(frozen=True, slots=True)
class Said:
    """One message to a citizen, as their channel shows it."""

    text: str
    name: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    """Title → what a press sends."""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything said to a citizen since they last spoke."""

    messages: list[Said]

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages)

    @property
    def buttons(self) -> dict[str, str]:
        return self.messages[-1].buttons if self.messages else {}

    @property
    def case(self) -> str:
        """The case's number."""
        return CASE.findall(self.text)[-1]

    @property
    def code(self) -> str:
        """The case's look-up code."""
        return CODE.findall(self.text)[-1]


class Citizen:
    """What all citizens can do; each channel says how."""

    channel = ""

    def says(self, text: str) -> None:
        raise NotImplementedError

    def sends(self, payload: str) -> None:
        raise NotImplementedError

    def shares(self, lat: float, lng: float, address: str = "") -> None:
        raise NotImplementedError

    def since(self) -> Heard:
        """What came since they last spoke."""
        raise NotImplementedError

    def _until(self, look: Callable[[], Heard | None], what: Callable[[], str], seconds: float) -> Heard:
        return eventually(look, what, seconds)

    def hears(self, *parts: str, seconds: float = PATIENCE_SECONDS) -> Heard:
        """Wait until all parts stand in what was said since."""

        def look() -> Heard | None:
            since = self.since()
            return since if since.messages and all(part in since.text for part in parts) else None

        return self._until(look, lambda: f"{parts} not in: {self.since().text!r}", seconds)

    def asks(self, text: str, *parts: str, seconds: float = PATIENCE_SECONDS) -> Heard:
        """Say something, and wait for the answer."""
        self.says(text)
        return self.hears(*parts, seconds=seconds)

    def presses(self, title: str, *parts: str) -> Heard:
        """Press a button of the last message, and wait for the answer."""
        self.sends(self.since().buttons[title])
        return self.hears(*parts)

    def close(self) -> None:
        """Leave."""


class WebCitizen(Citizen):
    """Somebody on the city's page."""

    channel = "web"

    def __init__(self, installation: Installation) -> None:
        self.client = httpx.Client(base_url=installation.url, timeout=20, trust_env=False)
        opened = self.client.post("/chat/session", json={})
        assert opened.status_code == 201, opened.text
        self.token: str = opened.json()["token"]
        self.client.headers["Authorization"] = f"Bearer {self.token}"
        self.feed: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {}
        self.mark = 0
        self.listener = Listener(
            f"{installation.url}/chat/events", {"Authorization": f"Bearer {self.token}"}, self._take
        )

    def posts(self, **content: Any) -> httpx.Response:
        """One message as the page sends it."""
        return self.client.post("/chat/messages", json={"id": str(uuid.uuid4())} | content)

    def says(self, text: str) -> None:
        self._said(self.posts(text=text))

    def sends(self, payload: str) -> None:
        self._said(self.posts(payload=payload))

    def shares(self, lat: float, lng: float, address: str = "") -> None:
        self._said(self.posts(location={"lat": lat, "lng": lng, "address": address}))

    def shows_photo(self, raw: bytes) -> None:
        """Take a picture and send it."""
        kept = self.client.post("/chat/photos", content=raw, headers={"Content-Type": "image/jpeg"})
        assert kept.status_code == 201, kept.text
        self._said(self.posts(photo=kept.json()["photo"]))

    def close(self) -> None:
        self.listener.close()
        self.client.close()

    def until_state(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the conversation stands like this."""
        return self.listener.until(
            lambda: self.state if wanted.items() <= self.state.items() else None,
            lambda: f"{wanted} not in {self.state}",
            PATIENCE_SECONDS,
        )

    def _said(self, answer: httpx.Response) -> None:
        assert answer.status_code == 202, answer.text
        self.mark = answer.json()["seq"]

    def _take(self, kind: str, data: dict[str, Any]) -> int | None:
        if kind == "state":
            self.state = data
            return None
        self.feed.append(data)
        return int(data["seq"])

    def since(self) -> Heard:
        return Heard(
            [
                Said(
                    event["text"],
                    event["name"] or "",
                    {button["title"]: button["payload"] for button in event["buttons"]},
                    event,
                )
                for event in list(self.feed)
                if event["seq"] > self.mark and event["from"] != "citizen"
            ]
        )

    def _until(self, look: Callable[[], Heard | None], what: Callable[[], str], seconds: float) -> Heard:
        self.listener.until(look, what, seconds)
        self.listener.settle(lambda: not self.state.get("working"))
        return self.listener.until(look, what, seconds)


class LineCitizen(Citizen):
    """Somebody with LINE on their phone: the simulator signs and delivers what they do."""

    channel = "line"

    def __init__(self, installation: Installation) -> None:
        self.user = f"U{uuid.uuid4().hex}"
        self.client = httpx.Client(base_url=installation.url, timeout=20, trust_env=False)
        self.shown: list[dict[str, Any]] = []
        self.arriving: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.mark = 0
        self.last = 0
        self.webhook: dict[str, Any] = {}
        self.listener = Listener(f"{installation.url}/simulators/line/events?user={self.user}", {}, self._take)

    def does(self, **what: Any) -> None:
        """Anything that a phone can do."""
        with self.listener.changed:
            self.mark = self.last
        answer = self.client.post("/simulators/line/say", json={"user": self.user} | what)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == 200, answer.text
        self.webhook = answer.json()["webhook"]

    def says(self, text: str) -> None:
        self.does(text=text)

    def sends(self, payload: str) -> None:
        self.does(postback=payload)

    def shares(self, lat: float, lng: float, address: str = "") -> None:
        self.does(location={"lat": lat, "lng": lng, "title": "", "address": address})

    def close(self) -> None:
        self.listener.close()
        self.client.close()

    def _take(self, kind: str, data: dict[str, Any]) -> int | None:
        self.last = int(data["n"])
        if data["kind"] == "message" and data["from"] == "account":
            self.arriving.append(data)
        if data["kind"] == "call":
            self.calls.append(data)
            self.shown += self.arriving  # what came in one call is seen at once
            self.arriving = []
        return self.last

    def since(self) -> Heard:
        heard = []
        for event in list(self.shown):
            if event["n"] <= self.mark:
                continue
            message = event["message"]
            actions = [item["action"] for item in message.get("quickReply", {}).get("items", ())]
            buttons = {action["label"]: action.get("data") or action["type"] for action in actions}
            heard.append(Said(message["text"], (event["sender"] or {}).get("name", ""), buttons, event))
        return Heard(heard)

    def _until(self, look: Callable[[], Heard | None], what: Callable[[], str], seconds: float) -> Heard:
        return self.listener.until(look, what, seconds)


@dataclass(slots=True)
class TelegramStage:
    """Telegram, as far as an installation can tell: a stand-in of its API, and the secret that comes with each update."""

    api: TelegramApi
    secret: str
    updates: Iterator[int] = field(default_factory=lambda: itertools.count(70_001))

    def settings(self) -> dict[str, str]:
        return {
            "telegram_bot_token": self.api.token,
            "telegram_secret_token": self.secret,
            "telegram_api_url": self.api.url,
        }


@contextmanager
def telegram() -> Iterator[TelegramStage]:
    """The stand-in, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    api = asyncio.run_coroutine_threadsafe(TelegramApi("123456:JOURNEY").__aenter__(), loop).result(30)
    yield TelegramStage(api, "s3cret-of-the_journeys")
    asyncio.run_coroutine_threadsafe(api.__aexit__(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


class TelegramCitizen(Citizen):
    """Somebody on Telegram, whose updates are posted as Telegram posts them."""

    channel = "telegram"

    def __init__(self, installation: Installation, stage: TelegramStage) -> None:
        self.chat = random.randrange(10**9, 4 * 10**9)
        self.stage = stage
        self.mark = 0
        stage.api.chats.add(self.chat)
        self.client = httpx.Client(base_url=installation.url, timeout=20, trust_env=False)

    def posts(self, update: dict[str, Any]) -> httpx.Response:
        """Deliver one update."""
        return self.client.post(
            "/webhooks/telegram", json=update, headers={"X-Telegram-Bot-Api-Secret-Token": self.stage.secret}
        )

    def does(self, kind: str, **content: Any) -> None:
        """Anything that a client can do."""
        self.mark = len(self.stage.api.sent)
        number = next(self.stage.updates)
        person = {"id": self.chat, "is_bot": False, "first_name": "市民", "language_code": "zh-hant"}
        node = {"from": person, **content}
        if kind == "message":
            node |= {"message_id": number, "date": int(time.time()), "chat": {"id": self.chat, "type": "private"}}
        assert self.posts({"update_id": number, kind: node}).status_code == 200

    def says(self, text: str) -> None:
        self.does("message", text=text)

    def sends(self, payload: str) -> None:
        query = str(uuid.uuid4().int)[:18]
        self.stage.api.open_taps.add(query)
        message = {"message_id": 1, "date": int(time.time()), "chat": {"id": self.chat, "type": "private"}}
        self.does("callback_query", id=query, chat_instance="1", data=payload, message=message)

    def shares(self, lat: float, lng: float, address: str = "") -> None:
        self.does("message", location={"latitude": lat, "longitude": lng})

    def close(self) -> None:
        self.client.close()

    def _until(self, look: Callable[[], Heard | None], what: Callable[[], str], seconds: float) -> Heard:
        super()._until(look, what, seconds)
        time.sleep(0.25)  # Telegram takes the messages of a turn one by one
        return super()._until(look, what, seconds)

    def since(self) -> Heard:
        mine = [one for one in self.stage.api.sent[self.mark :] if one["chat"]["id"] == self.chat]
        heard = []
        for message in mine:
            rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
            buttons = {button["text"]: button["callback_data"] for row in rows for button in row}
            heard.append(Said(message.get("text") or message.get("caption") or "", "", buttons, message))
        return Heard(heard)


class DeskAgent:
    """Somebody at the desk, through the API that its page uses."""

    def __init__(self, installation: Installation, login: str = "admin", password: str = PASSWORD) -> None:
        self.client = httpx.Client(base_url=f"{installation.url}/desk/api", timeout=20, trust_env=False)
        signed = self.client.post("/session", json={"login": login, "password": password})
        assert signed.status_code == 200, signed.text
        self.name: str = signed.json()["me"]["name"]
        self.token = 0

    def overview(self) -> dict[str, Any]:
        """The lists, as they are now."""
        found: dict[str, Any] = self.client.get("/conversations").json()
        return found

    def finds(self, words: str, where: str = "waiting") -> dict[str, Any]:
        """Wait until there is somebody whose row or conversation holds these words."""

        def look() -> dict[str, Any] | None:
            rows = self.overview()[where]
            return next((row for row in rows if words in str(row) or words in str(self.reads(row)["messages"])), None)

        return eventually(look, lambda: f"「{words}」 not in {where}: {self.overview()[where]}")

    def claims(self, row: dict[str, Any]) -> httpx.Response:
        answer = self.client.post(f"/conversations/{row['id']}/claim", json={})
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    def reads(self, row: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = self.client.get(f"/conversations/{row['id']}").json()
        return shown

    def writes(self, row: dict[str, Any], text: str, key: str = "") -> httpx.Response:
        body = {"id": key or str(uuid.uuid4()), "text": text, "token": self.token}
        return self.client.post(f"/conversations/{row['id']}/messages", json=body)

    def notes(self, row: dict[str, Any], text: str) -> httpx.Response:
        return self.client.post(f"/conversations/{row['id']}/notes", json={"id": str(uuid.uuid4()), "text": text})

    def returns(self, row: dict[str, Any]) -> httpx.Response:
        return self.client.post(f"/conversations/{row['id']}/return", json={"token": self.token})

    def closes(self, row: dict[str, Any]) -> httpx.Response:
        return self.client.post(f"/conversations/{row['id']}/close", json={"token": self.token})

    def leaves(self) -> None:
        self.client.delete("/session")
        self.client.close()


__all__ = [
    "CASE",
    "Citizen",
    "DeskAgent",
    "Heard",
    "LineCitizen",
    "NeverHappened",
    "Said",
    "TelegramCitizen",
    "TelegramStage",
    "WebCitizen",
    "telegram",
]
