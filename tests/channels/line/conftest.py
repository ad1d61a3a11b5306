"""A real house on a real database, with LINE's webhook, sender and simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from line_stage import SECRET, TOKEN, ClockOnTheWall, Simulated, served
from sqlalchemy import Row, select

from channels.line.sender import LineSender
from channels.line.webhook import line_routes
from hotline.adapters.bell import LocalBell
from hotline.adapters.engine import Engines
from hotline.adapters.pictures import FolderPictures
from hotline.adapters.rasa import RasaDoor
from hotline.adapters.store import SqlStore
from hotline.adapters.tables import inbox, metadata
from hotline.adapters.vault import Argon2Hasher, SystemIds
from hotline.domain.catalogue import Catalogue
from hotline.domain.hours import Hours
from hotline.services.house import House, Policy
from simulators.line import line_simulator


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


@pytest.fixture(scope="session")
def door() -> RasaDoor:
    """Nobody goes through it here."""
    return RasaDoor("http://127.0.0.1:1", "")


@pytest.fixture
def house(engines: Engines, clock: ClockOnTheWall, door: RasaDoor, tmp_path: Path) -> House:
    return House(
        clock=clock,
        ids=SystemIds(),
        store=SqlStore(engines),
        bell=LocalBell(),
        understanding=door,
        pictures=FolderPictures(tmp_path / "pictures"),
        hasher=Argon2Hasher(),
        catalogue=Catalogue({}, {}, {}, {}),
        answers={},
        districts=(),
        hours=Hours(),
        policy=Policy(),
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
    async with served(line_routes(house, SECRET)) as url:
        yield f"{url}/webhooks/line"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=10) as client:
        yield client


@pytest.fixture
async def line(webhook: str, clock: ClockOnTheWall, client: httpx.AsyncClient) -> AsyncIterator[Simulated]:
    """The LINE simulator, delivering to the real webhook."""
    simulated = Simulated("", [], [], client)
    simulator = line_simulator(SECRET, TOKEN, lambda: webhook, now=clock.now)
    async with served(simulator, middleware=simulated.spoil) as url:
        simulated.url = url
        yield simulated


@pytest.fixture
async def sender(line: Simulated) -> AsyncIterator[LineSender]:
    async with LineSender(TOKEN, line.api, call_seconds=0.3) as sender:
        yield sender
