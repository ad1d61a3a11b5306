"""Pages for everybody: nothing axe objects to by day and by night, and no scrolling sideways on the narrowest phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.citizens import WebCitizen
from tests.journeys.installation import Installation
from tests.web.pages import DESKTOP, NARROWEST, Desk, Simulator, Visit, Widget, broken_rules, wider_than_the_window

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (NARROWEST, "dark")], ids=["desktop by day", "narrow by night"]
)


@LOOKS
def test_the_city_page_and_the_chat(
    visits: Callable[..., Visit], size: tuple[int, int], scheme: str, place: str
) -> None:
    page = visits(size, color_scheme=scheme, reduced_motion="reduce").open("/")
    widget = Widget(page)
    expect(widget.launcher).to_be_visible()
    _is_for_everybody(page)

    widget.open()
    _is_for_everybody(page)

    widget.asks("停車單不見了怎麼繳", "來源：")
    widget.says(f"{place}路燈三天沒亮了，沒有電線外露")
    expect(widget.card("請看一下對不對")).to_be_visible()
    _is_for_everybody(page)

    widget.presses("送出通報")
    expect(widget.card("案號DEMO-")).to_be_visible()
    widget.presses("選單")
    _is_for_everybody(page)


@LOOKS
def test_signing_in_and_the_desk(
    installation: Installation, visits: Callable[..., Visit], size: tuple[int, int], scheme: str, place: str
) -> None:
    waiting = WebCitizen(installation)
    waiting.asks(f"{place}路燈壞了", "路燈")
    waiting.asks("找專人", "幫您排好了")
    page = visits(size, color_scheme=scheme, reduced_motion="reduce").open("/desk")
    expect(page.get_by_role("button", name="登入")).to_be_visible()
    _is_for_everybody(page)

    desk = Desk(page).sign_in()
    expect(desk.row(place)).to_be_visible()
    _is_for_everybody(page)

    desk.opens(place)
    desk.presses("接手")
    waiting.hears("接手了")
    desk.writes("您好，我幫您看。")
    waiting.hears("我幫您看")
    _is_for_everybody(page)

    desk.closes()
    waiting.hears("離開這個對話了")
    waiting.close()


@LOOKS
def test_the_line_simulator(visits: Callable[..., Visit], size: tuple[int, int], scheme: str) -> None:
    page = visits(size, color_scheme=scheme, reduced_motion="reduce").open("/simulators/line")
    phone = Simulator(page)
    expect(phone.talk).to_be_visible()
    _is_for_everybody(page)

    phone.asks("怎麼用", "可以這樣用")
    _is_for_everybody(page)


def _is_for_everybody(page: Page) -> None:
    assert broken_rules(page) == []
    assert wider_than_the_window(page) == []
