"""The service over real HTTP: every route of the house, with a worker beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import Sanic

from actions.route import action_routes
from channels.web.webhook import web_routes
from hotline.app.gateway import REQUEST_MOST, build_app
from hotline.app.settings import Settings
from hotline.app.worker import work_inbox
from hotline.domain.people import Agent
from hotline.http.desk import desk_routes
from hotline.http.guard import guard
from hotline.http.health import health_routes
from hotline.http.pages import page_routes
from hotline.services.house import House
from tests.conftest import PASSWORD
from tests.serving import serving

ACTIONS_TOKEN = "the actions' token"
OTHER_SITE = "https://elsewhere.example"
CARRIER = "https://www.example.gov"


def app_of(house: House, *, secure: bool = False) -> Sanic[Any, Any]:
    """Every route of the house, as hotline.app.gateway puts them together."""
    app: Sanic[Any, Any] = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = REQUEST_MOST
    guard(app, secure=secure, chat_origins=frozenset({CARRIER}))
    app.blueprint(health_routes(house))
    app.blueprint(web_routes(house))
    app.blueprint(desk_routes(house, secure=secure))
    app.blueprint(action_routes(house, ACTIONS_TOKEN))
    app.blueprint(page_routes(Path(__file__).parent / "pages", demo=True, line_simulator=True))
    return app


@pytest.fixture
async def city(house: House) -> AsyncIterator[str]:
    """The address of the running service."""
    prompt = replace(house, policy=replace(house.policy, settle_seconds=0.0))
    async with serving(app_of(prompt)) as url:
        worker = asyncio.create_task(work_inbox(prompt))
        yield url
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[str]:
    """The service as it is shipped, with no channel but the web page, and no Rasa."""
    app = build_app(Settings(data_dir=tmp_path / "var"))
    async with serving(app) as url:
        yield url


@dataclass
class Chat:
    """A citizen's page."""

    client: httpx.AsyncClient
    url: str
    token: str
    address: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, **message: Any) -> httpx.Response:
        body = {"id": uuid.uuid4().hex} | message
        return await self.client.post(f"{self.url}/chat/messages", json=body, headers=self.headers)

    @asynccontextmanager
    async def stream(self, after: int | None = None, **headers: str) -> AsyncIterator[Stream]:
        """The page's stream of events."""
        query = "" if after is None else f"?after={after}"
        async with self.client.stream(
            "GET", f"{self.url}/chat/events{query}", headers=self.headers | headers, timeout=10
        ) as response:
            yield Stream(response, response.aiter_lines())


@dataclass
class Stream:
    """Server-sent events, one at a time."""

    response: httpx.Response
    lines: AsyncIterator[str]

    async def next(self) -> dict[str, str]:
        """The next event: id, event, data."""
        found: dict[str, str] = {}
        async with asyncio.timeout(8):
            async for line in self.lines:
                if not line and found.keys() & {"data"}:
                    return found
                name, _, value = line.partition(": ")
                if name in ("id", "event", "data"):
                    found[name] = value
        raise AssertionError("the stream has ended")

    async def lines_until(self, text: str) -> list[dict[str, Any]]:
        """Feed lines up to the one that holds the text."""
        read: list[dict[str, Any]] = []
        while not read or text not in read[-1]["text"]:
            event = await self.next()
            if "event" not in event:
                read.append(json.loads(event["data"]))
                assert int(event["id"]) == read[-1]["seq"]
        return read


async def begin(client: httpx.AsyncClient, url: str) -> Chat:
    """A new chat."""
    session = (await client.post(f"{url}/chat/session", json={})).json()
    return Chat(client, url, session["token"], session["conversation"])


@pytest.fixture
async def chat(client: httpx.AsyncClient, city: str) -> Chat:
    return await begin(client, city)


@pytest.fixture
async def desk(agent: Agent, city: str) -> AsyncIterator[httpx.AsyncClient]:
    """小林's page, signed in."""
    async with httpx.AsyncClient(base_url=f"{city}/desk/api", trust_env=False, timeout=10) as page:
        answer = await page.post("/session", json={"login": "lin", "password": PASSWORD})
        assert answer.status_code == 200
        yield page
