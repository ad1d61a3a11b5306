"""What the tests stand on: a wired house on a database file of its own, a clock that obeys, a scripted Rasa."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import Row, Table, event, select

from hotline.adapters.bell import LocalBell
from hotline.adapters.engine import Engines
from hotline.adapters.library import load_answers, load_catalogue, load_districts
from hotline.adapters.migrate import migrate
from hotline.adapters.pictures import FolderPictures
from hotline.adapters.store import SqlStore
from hotline.adapters.vault import Argon2Hasher, SystemIds
from hotline.app.settings import Settings
from hotline.domain.answers import Answer
from hotline.domain.catalogue import Catalogue
from hotline.domain.hours import Hours
from hotline.domain.people import Agent, Role
from hotline.domain.place import District
from hotline.services import signin
from hotline.services.house import House, Policy
from tests.fakes.channel import FakeSender
from tests.fakes.citizen import Citizen
from tests.fakes.clock import FakeClock
from tests.fakes.understanding import FakeUnderstanding

DATA = Path(__file__).resolve().parents[1] / "data"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(DATA / "services")


@pytest.fixture(scope="session")
def answers() -> Mapping[str, Answer]:
    return load_answers(DATA / "answers")


@pytest.fixture(scope="session")
def districts() -> tuple[District, ...]:
    return load_districts(DATA / "districts.yml")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that the migrations made; each test gets a copy."""
    import asyncio

    path = tmp_path_factory.mktemp("database") / "hotline.db"

    async def make() -> None:
        engines = Engines(f"sqlite:///{path}")
        await migrate(engines)
        await engines.close()

    asyncio.run(make())
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, settle_seconds=0.0)


@pytest.fixture
async def engines(tmp_path: Path, empty_database: Path) -> AsyncIterator[Engines]:
    path = tmp_path / "hotline.db"
    shutil.copy(empty_database, path)
    engines = Engines(f"sqlite:///{path}")
    event.listen(engines.writer.sync_engine, "connect", _in_no_fear_of_power_cuts)
    yield engines
    await engines.close()


def _in_no_fear_of_power_cuts(connection: Any, _: Any) -> None:
    """These files live for one test; waiting for the disk would be most of it. tests/contract keeps the waiting."""
    cursor = connection.cursor()
    cursor.execute("pragma synchronous=off")
    cursor.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def rasa() -> FakeUnderstanding:
    return FakeUnderstanding()


@pytest.fixture
def line() -> FakeSender:
    """LINE, as far as the services can tell."""
    return FakeSender("line")


@pytest.fixture
def house(
    engines: Engines,
    clock: FakeClock,
    rasa: FakeUnderstanding,
    line: FakeSender,
    tmp_path: Path,
    catalogue: Catalogue,
    answers: Mapping[str, Answer],
    districts: tuple[District, ...],
) -> House:
    house = House(
        clock=clock,
        ids=SystemIds(),
        store=SqlStore(engines),
        bell=LocalBell(),
        understanding=rasa,
        pictures=FolderPictures(tmp_path / "pictures"),
        hasher=Argon2Hasher(),
        catalogue=catalogue,
        answers=answers,
        districts=districts,
        hours=Hours(),
        policy=Policy(code_secret=b"a key for tests"),
        senders={"line": line},
        log=structlog.get_logger(),
    )
    rasa.serves(house)
    return house


@pytest.fixture
def citizen(house: House, clock: FakeClock) -> Citizen:
    """Somebody on the web page."""
    return Citizen(house, clock)


@pytest.fixture
def on_line(house: House, clock: FakeClock) -> Citizen:
    """Somebody on LINE."""
    return Citizen(house, clock, "line", "U1")


@pytest.fixture
async def agent(house: House) -> Agent:
    """小林, who works at the desk."""
    return await signin.add_agent(house, "lin", "小林", Role.AGENT, PASSWORD)


@pytest.fixture
async def colleague(house: House) -> Agent:
    """小陳, who sits beside 小林."""
    return await signin.add_agent(house, "chen", "小陳", Role.AGENT, PASSWORD)


@pytest.fixture
def rows(engines: Engines) -> Callable[[Table], Any]:
    """All rows of a table, oldest first."""

    async def read(table: Table) -> list[Row[Any]]:
        async with engines.reader.connect() as connection:
            return list(await connection.execute(select(table).order_by(*table.primary_key.columns)))

    return read


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield client
