"""The LINE simulator's page: what is said, what is free, what was sent in and out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.pages import Simulator

pytestmark = pytest.mark.browser


def test_a_report_by_words_and_quick_replies(phone: Simulator) -> None:
    phone.page.get_by_role("button", name="加入好友").first.click()
    phone.hears("自動回覆，不是真人")
    phone.asks("路燈壞了", "在哪裡")
    phone.asks("文山區木柵路三段200號前面", "路燈怎麼了")

    phone.taps("完全不亮")

    phone.hears("電線有沒有露出來")
    expect(phone.talk.locator("li.me").last).to_contain_text("完全不亮")
    phone.taps("沒有")
    phone.hears("請看一下對不對")
    phone.taps("送出通報")
    phone.hears("已受理")


def test_replies_are_marked_as_free_and_the_calls_stand_beside_them(phone: Simulator) -> None:
    phone.asks("停車單不見了怎麼繳", "來源：")

    expect(phone.talk.locator(".dir.free").last).to_have_text("回覆")
    expect(phone.talk.locator(".dir.push")).to_have_count(0)
    expect(phone.calls).to_contain_text("/v2/bot/message/reply")
    webhook = phone.calls.locator("details").filter(has_text="message.text 停車單不見了怎麼繳")
    webhook.locator("summary").click()
    expect(webhook.locator("pre")).to_contain_text("replyToken")


def test_somebody_else_begins_with_an_empty_phone(phone: Simulator) -> None:
    phone.asks("怎麼用", "可以這樣用")

    phone.page.get_by_role("button", name="換一位市民").click()

    expect(phone.talk.get_by_text("怎麼用", exact=True)).to_have_count(0)
    phone.page.reload()
    expect(phone.talk).to_be_visible()
