"""One browser and one installation for all tests of the pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.installation import Installation
from tests.web.pages import DESKTOP, Desk, Simulator, Visit, Widget, chromium, visit

_LANES = itertools.count(64)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation of the session."""
    made = Installation(tmp_path_factory.mktemp("installation"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


@pytest.fixture
def visits(browser: Browser, installation: Installation) -> Iterator[Callable[..., Visit]]:
    """Somebody new with a browser of their own. Nothing the browser complains about is forgiven."""
    made: list[Visit] = []

    def come(size: tuple[int, int] = DESKTOP, **more: Any) -> Visit:
        made.append(visit(browser, installation.url, size, **more))
        return made[-1]

    yield come
    for one in made:
        one.context.close()
    assert [complaint for one in made for complaint in one.complaints] == []


@pytest.fixture
def citizen(visits: Callable[..., Visit]) -> Widget:
    """Somebody on the city's page who has opened the chat."""
    return Widget(visits().open("/")).open()


@pytest.fixture
def desk(visits: Callable[..., Visit]) -> Desk:
    """An agent who has signed in."""
    return Desk(visits().open("/desk")).sign_in()


@pytest.fixture
def phone(visits: Callable[..., Visit]) -> Simulator:
    """Somebody at the LINE simulator."""
    return Simulator(visits().open("/simulators/line"))


@pytest.fixture
def place() -> str:
    """A place nobody has reported anything from."""
    return f"文山區興隆路二段{next(_LANES)}巷口"
