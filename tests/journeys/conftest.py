"""One installation for all journeys that leave it whole, and the people who use it."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.citizens import (
    Citizen,
    DeskAgent,
    LineCitizen,
    TelegramCitizen,
    TelegramStage,
    WebCitizen,
    telegram,
)
from tests.journeys.installation import Installation

_LANES = itertools.count(64)


@pytest.fixture(scope="session")
def stage() -> Iterator[TelegramStage]:
    """Telegram."""
    with telegram() as stage:
        yield stage


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, stage: TelegramStage) -> Iterator[Installation]:
    """The installation of the session. Nobody may break it."""
    made = Installation(tmp_path_factory.mktemp("installation"), settings=stage.settings())
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def visit(installation: Installation, stage: TelegramStage) -> Iterator[Callable[[str], Citizen]]:
    """Somebody new on a channel; they leave when the test ends."""
    visitors: list[Citizen] = []

    def come(channel: str) -> Citizen:
        match channel:
            case "line":
                visitor: Citizen = LineCitizen(installation)
            case "telegram":
                visitor = TelegramCitizen(installation, stage)
            case _:
                visitor = WebCitizen(installation)
        visitors.append(visitor)
        return visitor

    yield come
    for visitor in visitors:
        visitor.close()


@pytest.fixture(params=["web", "line", "telegram"])
def citizen(request: pytest.FixtureRequest, visit: Callable[[str], Citizen]) -> Citizen:
    """Somebody new, once on each channel."""
    return visit(request.param)


@pytest.fixture
def on_web(visit: Callable[[str], Citizen]) -> WebCitizen:
    """Somebody new on the city's page."""
    visitor = visit("web")
    assert isinstance(visitor, WebCitizen)
    return visitor


@pytest.fixture
def on_line(visit: Callable[[str], Citizen]) -> LineCitizen:
    """Somebody new on LINE."""
    visitor = visit("line")
    assert isinstance(visitor, LineCitizen)
    return visitor


@pytest.fixture
def on_telegram(visit: Callable[[str], Citizen]) -> TelegramCitizen:
    """Somebody new on Telegram."""
    visitor = visit("telegram")
    assert isinstance(visitor, TelegramCitizen)
    return visitor


@pytest.fixture
def desk(installation: Installation) -> Iterator[DeskAgent]:
    """The administrator at the desk."""
    agent = DeskAgent(installation)
    yield agent
    agent.leaves()


@pytest.fixture
def place() -> str:
    """A place nobody has reported anything from."""
    return f"文山區興隆路二段{next(_LANES)}巷口"


@pytest.fixture
def jpeg() -> bytes:
    """A picture of a dark street."""
    raw = io.BytesIO()
    Image.new("RGB", (640, 480), (20, 28, 36)).save(raw, "JPEG")
    return raw.getvalue()


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """The folder of an installation that is going to be broken."""
    return tmp_path / "installation"
