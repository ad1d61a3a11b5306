"""The chat on the city's page, as somebody sees and uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.pages import PHONE, Visit, Widget

pytestmark = pytest.mark.browser

NO_LINE = "ERR_INTERNET_DISCONNECTED"
FOCUSED = """() => {
  let here = document.activeElement;
  while (here?.shadowRoot?.activeElement) here = here.shadowRoot.activeElement;
  return here?.getAttribute('aria-label') || here?.textContent.trim() || '';
}"""


def test_a_question_is_answered_on_a_card_with_its_source(citizen: Widget) -> None:
    citizen.says("停車單不見了怎麼繳")

    card = citizen.talk.locator(".card.answer")
    expect(card).to_contain_text("15日內")
    expect(card).to_contain_text("來源：臺北市停車管理工程處")
    more = card.get_by_role("button", name="看完整說明")
    if more.count():
        more.click()
        expect(card.get_by_role("button", name="收起說明")).to_have_attribute("aria-expanded", "true")


def test_a_report_by_buttons_to_its_number_and_a_reload_that_loses_nothing(citizen: Widget) -> None:
    citizen.dialog.get_by_role("button", name="報修通報").first.click()
    citizen.presses("路燈")
    citizen.hears("在哪裡")
    citizen.asks("文山區木柵路三段10號前面", "路燈怎麼了")
    citizen.presses("完全不亮")
    citizen.hears("電線有沒有露出來")
    citizen.presses("沒有")
    readback = citizen.card("請看一下對不對")
    expect(readback).to_contain_text("文山區木柵路三段10號")
    expect(readback.get_by_role("button", name="改地點", exact=True)).to_be_visible()
    readback.get_by_role("button", name="送出通報").click()
    case = citizen.card("案號DEMO-")
    expect(case).to_contain_text("已受理")
    expect(case).to_contain_text("查詢碼")
    expect(citizen.card("您說的內容")).to_contain_text("送出了")
    before = citizen.lines()

    citizen.page.reload()

    citizen.open()
    expect(citizen.card("案號DEMO-")).to_be_visible()
    assert citizen.lines() == before
    citizen.asks("我的案件", "狀態")


def test_an_old_button_says_so_and_moves_nothing(citizen: Widget, place: str) -> None:
    citizen.asks(f"{place}路燈壞了", "路燈怎麼了")
    citizen.asks("取消", "這件不報了")

    citizen.talk.get_by_role("button", name=re.compile("完全不亮.*之前的按鈕")).click()

    citizen.hears("這個按鈕過期了，沒有動到任何資料")


def test_without_a_line_messages_wait_and_leave_when_it_is_back(visits: Callable[..., Visit]) -> None:
    somebody = visits()
    somebody.allowed = (NO_LINE,)
    citizen = Widget(somebody.open("/")).open()
    citizen.asks("怎麼用", "可以這樣用")
    somebody.context.set_offline(True)

    citizen.says("停車單不見了怎麼繳")
    citizen.says("謝謝")

    citizen.hears("等待連線")
    expect(citizen.dialog.get_by_text("連線斷了。寫好的訊息會等連上再送，不會不見。").first).to_be_visible()
    somebody.context.set_offline(False)
    citizen.hears("來源：臺北市停車管理工程處")
    expect(citizen.talk.get_by_text("等待連線")).to_have_count(0)
    said = citizen.talk.locator('[data-from="citizen"]').all_inner_texts()
    assert "\n".join(said).count("停車單不見了怎麼繳") == 1


def test_what_was_written_offline_survives_a_closed_page(visits: Callable[..., Visit]) -> None:
    somebody = visits()
    somebody.allowed = (NO_LINE,)
    first = Widget(somebody.open("/")).open()
    first.asks("怎麼用", "可以這樣用")
    somebody.context.set_offline(True)
    first.says("停車單不見了怎麼繳")
    first.hears("等待連線")
    first.page.close()
    somebody.context.set_offline(False)

    second = Widget(somebody.open("/")).open()

    second.hears("來源：臺北市停車管理工程處")


def test_a_draft_survives_a_reload(citizen: Widget) -> None:
    citizen.box.fill("路燈不亮，在")

    citizen.page.reload()

    citizen.open()
    expect(citizen.box).to_have_value("路燈不亮，在")


def test_everything_works_by_keyboard_alone(visits: Callable[..., Visit], place: str) -> None:
    page = visits().open("/")
    widget = Widget(page)
    expect(widget.launcher).to_be_visible()
    _tab_to(page, "問1999", backwards=True)
    page.keyboard.press("Enter")
    expect(widget.dialog).to_be_visible()
    expect(widget.box).to_be_focused()

    page.keyboard.insert_text(f"{place}路燈三天沒亮了，沒有電線外露")
    page.keyboard.press("Enter")
    expect(widget.card("請看一下對不對")).to_be_visible()
    _tab_to(page, "送出通報", backwards=True)
    page.keyboard.press("Enter")

    expect(widget.card("案號DEMO-")).to_be_visible()
    assert page.evaluate(FOCUSED), "the focus did not fall out of the page"
    page.keyboard.press("Escape")
    expect(widget.dialog).to_be_hidden()
    expect(widget.launcher).to_be_focused()


def test_what_somebody_types_is_shown_and_never_run(citizen: Widget) -> None:
    nasty = '<img src=x onerror="document.title=1"><b>路燈</b>'

    citizen.says(nasty)

    citizen.hears(nasty)
    assert citizen.page.title() != "1"
    assert citizen.talk.locator("img").count() == 0


def test_new_messages_are_announced_once_each(citizen: Widget) -> None:
    news = citizen.page.get_by_role("log", name="新訊息")

    citizen.asks("停車單不見了怎麼繳", "來源：")

    expect(news).to_contain_text("來源：")
    assert news.inner_text().count("來源：") == 1


def test_on_a_phone_the_chat_is_the_whole_screen(visits: Callable[..., Visit]) -> None:
    page = visits(PHONE, has_touch=True, is_mobile=True).open("/")
    widget = Widget(page).open()

    box = widget.dialog.bounding_box()
    assert box is not None
    assert (round(box["x"]), round(box["y"])) == (0, 0)
    assert (round(box["width"]), round(box["height"])) == PHONE
    small = widget.dialog.evaluate(
        """(dialog) => [...dialog.querySelectorAll('button, textarea')]
          .filter((one) => one.checkVisibility())
          .map((one) => [one.getAttribute('aria-label') || one.textContent, one.getBoundingClientRect()])
          .filter(([, box]) => box.width < 44 || box.height < 44)
          .map(([name, box]) => `${name} ${Math.round(box.width)}×${Math.round(box.height)}`)"""
    )
    assert small == []


def test_ending_the_talk_forgets_it(citizen: Widget) -> None:
    citizen.asks("怎麼用", "可以這樣用")

    citizen.presses("選單")
    citizen.dialog.get_by_text("結束並忘記").first.click()
    citizen.presses("結束並忘記")

    expect(citizen.talk).to_contain_text("刪除完成了")
    citizen.page.reload()
    citizen.open()
    expect(citizen.talk.get_by_text("怎麼用", exact=True)).to_have_count(0)


def _tab_to(page: Page, name: str, *, backwards: bool = False) -> None:
    """Press Tab until something with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate(FOCUSED).startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name}")
