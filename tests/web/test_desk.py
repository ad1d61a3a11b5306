"""The desk in one browser, a citizen in another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.citizens import LineCitizen
from tests.journeys.installation import Installation
from tests.web.pages import Desk, Simulator, Visit, Widget

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_told_kindly_and_the_right_one_opens_the_desk(visits: Callable[..., Visit]) -> None:
    somebody = visits()
    somebody.allowed = (*somebody.allowed, "/desk/api/session")
    page = somebody.open("/desk")
    page.get_by_role("textbox", name="帳號").fill("admin")
    page.get_by_role("textbox", name="密碼", exact=True).fill("guess")
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("alert").filter(has_text="帳號或密碼不對")).to_be_visible()

    Desk(page).sign_in()

    expect(page.get_by_role("tab", name="等待中")).to_be_visible()


def test_a_citizen_reaches_a_person_and_goes_back_to_the_assistant(citizen: Widget, desk: Desk, place: str) -> None:
    citizen.asks(f"{place}路燈壞了", "路燈")
    citizen.presses("選單")
    citizen.page.keyboard.press("Escape")
    citizen.asks("找專人", "幫您排好了")
    expect(citizen.dialog).to_contain_text("這一頁請先留著")

    desk.opens(place)
    expect(desk.talk).to_contain_text("找專人")
    desk.presses("接手")

    expect(citizen.dialog.get_by_role("heading", name="專員小林")).to_be_visible()
    expect(citizen.dialog).to_contain_text("真人，正在跟您對話")
    citizen.hears("專員小林接手了，接下來是真人跟您對話，自動回覆先停。")
    desk.writes("您好，我是小林。燈桿上有編號嗎？")
    said = citizen.talk.locator('[data-from="agent"]').last
    expect(said).to_contain_text("燈桿上有編號嗎？")
    expect(said).to_contain_text("小林")
    colours = citizen.dialog.evaluate(
        """(dialog) => {
          const style = (element, name) => getComputedStyle(element).getPropertyValue(name);
          const swatch = document.createElement('i');
          dialog.append(swatch);
          const of = (token) => { swatch.style.color = `var(${token})`; return style(swatch, 'color'); };
          const seen = {head: style(dialog.querySelector('.head'), 'background-color'), headPerson: of('--head-person'),
            bubble: style(dialog.querySelector('.by-person .bubble'), 'background-color'), wash: of('--person-wash')};
          swatch.remove();
          return seen;
        }"""
    )
    assert (colours["head"], colours["bubble"]) == (colours["headPerson"], colours["wash"])

    citizen.says("有，123456")
    expect(desk.talk.get_by_text("有，123456")).to_be_visible()
    expect(citizen.talk.locator('[data-from="bot"]').get_by_text("123456")).to_have_count(0)

    desk.gives_back("編號記進這一件了。")

    citizen.hears("現在換回自動回覆")
    citizen.hears("編號記進這一件了。")
    expect(citizen.dialog.get_by_role("heading", name="示範市1999")).to_be_visible()
    citizen.asks("停車單不見了怎麼繳", "來源：")


def test_danger_is_seen_and_heard_at_the_desk(installation: Installation, desk: Desk) -> None:
    somebody = LineCitizen(installation)

    somebody.asks("中正區重慶南路一段失火了，有人受困", "119")

    expect(desk.alert).to_contain_text("危險")
    fresh = desk.inbox.get_by_role("button", name="有危險")
    row = desk.inbox.locator("a.item.sos").first
    expect(row.or_(fresh).first).to_be_visible()
    if not row.count():
        fresh.click()
    expect(row).to_contain_text("危險，")
    row.click()
    desk.presses("接手")
    somebody.hears("專員小林接手了")
    desk.closes()
    somebody.hears("離開這個對話了")
    somebody.close()


def test_single_keys_work_a_conversation_from_claim_to_close(installation: Installation, desk: Desk) -> None:
    somebody = LineCitizen(installation)
    somebody.asks("找專人，用鍵盤的那件", "幫您排好了")
    desk.opens("用鍵盤的那件")
    page = desk.page
    expect(desk.talk.get_by_role("button", name="接手")).to_be_visible()

    page.keyboard.press("c")
    expect(desk.talk.get_by_role("button", name="交回")).to_be_visible()
    box = page.get_by_role("textbox", name="回覆市民")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(box).to_be_focused()
    page.keyboard.insert_text("您好，正在看。")
    page.keyboard.press("Enter")
    heard = somebody.hears("您好，正在看。")
    assert heard.messages[-1].name == "小林"
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.insert_text("這位來過三次")
    page.keyboard.press("Enter")
    expect(desk.talk.get_by_text("這位來過三次")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("dialog", name="結束這個對話？").get_by_role("button", name="結案")).to_be_focused()
    page.keyboard.press("Enter")

    heard = somebody.hears("這次有幫到您嗎")
    assert "來過三次" not in heard.text
    somebody.close()


def test_what_an_agent_says_to_line_is_a_push_when_no_reply_is_left(phone: Simulator, desk: Desk) -> None:
    phone.asks("找專人，推播那件", "幫您排好了")
    expect(phone.talk.locator(".dir.free").last).to_be_visible()
    desk.opens("推播那件")
    desk.presses("接手")
    phone.hears("專員小林接手了")

    desk.writes("您好，我是小林。")

    phone.hears("您好，我是小林。")
    expect(phone.talk.locator(".dir.push").last).to_be_visible()
    expect(phone.talk.locator("li.person").last).to_contain_text("小林")
    desk.closes()
    phone.hears("這次有幫到您嗎")
