"""A real house on a real database, with the real webhook and sender, and Telegram's API as a server of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import Row, select
from telegram_stage import CITIZEN, SECRET, TOKEN, ClockOnTheWall, served

from channels.telegram.sender import TelegramSender
from channels.telegram.webhook import telegram_routes
from hotline.adapters.bell import LocalBell
from hotline.adapters.engine import Engines
from hotline.adapters.pictures import FolderPictures
from hotline.adapters.rasa import RasaDoor
from hotline.adapters.store import SqlStore
from hotline.adapters.tables import inbox, metadata
from hotline.adapters.vault import Argon2Hasher, SystemIds
from hotline.domain.catalogue import Catalogue
from hotline.domain.hours import Hours
from hotline.ports import Sender
from hotline.services.house import House, Policy
from tests.fakes.telegram_api import TelegramApi


@pytest.fixture
def clock() -> ClockOnTheWall:
    return ClockOnTheWall()


@pytest.fixture
async def engines(tmp_path: Path) -> AsyncIterator[Engines]:
    engines = Engines(f"sqlite:///{tmp_path}/hotline.db")
    async with engines.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engines
    await engines.close()


@pytest.fixture
def senders() -> dict[str, Sender]:
    return {}


@pytest.fixture
def house(engines: Engines, clock: ClockOnTheWall, senders: dict[str, Sender], tmp_path: Path) -> House:
    return House(
        clock=clock,
        ids=SystemIds(),
        store=SqlStore(engines),
        bell=LocalBell(),
        understanding=RasaDoor("http://127.0.0.1:1", ""),
        pictures=FolderPictures(tmp_path / "pictures"),
        hasher=Argon2Hasher(),
        catalogue=Catalogue({}, {}, {}, {}),
        answers={},
        districts=(),
        hours=Hours(),
        policy=Policy(),
        senders=senders,
        log=structlog.get_logger(),
    )


@pytest.fixture
def stored(engines: Engines) -> Callable[[], Any]:
    """The rows of the inbox, oldest first."""

    async def rows() -> list[Row[Any]]:
        async with engines.reader.connect() as connection:
            return list(await connection.execute(select(inbox).order_by(inbox.c.id)))

    return rows


@pytest.fixture
async def webhook(house: House) -> AsyncIterator[str]:
    """The address of the real webhook."""
    async with served(telegram_routes(house, SECRET)) as url:
        yield f"{url}/webhooks/telegram"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with TelegramApi(TOKEN, chats={CITIZEN}) as api:
        yield api


@pytest.fixture
async def sender(api: TelegramApi) -> AsyncIterator[TelegramSender]:
    async with TelegramSender(TOKEN, api.url, call_seconds=0.4) as sender:
        yield sender
