"""The main job in one conversation, on each channel: ask, report, follow, reach a person, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.citizens import Citizen, DeskAgent

pytestmark = pytest.mark.journey


def test_a_day_from_a_question_to_a_person_and_back(
    citizen: Citizen, desk: DeskAgent, place: str, visit: Callable[[str], Citizen]
) -> None:
    answer = citizen.asks("停車單不見了，還可以繳嗎", "15日內", "來源：臺北市停車管理工程處")
    assert len(answer.text) < 400

    readback = citizen.asks(f"{place}路燈三天沒亮了，沒有電線外露", "請看一下對不對", place, "送出通報")
    assert "三天前" in readback.text
    opened = citizen.asks("對", "已受理", "案號：DEMO-", "查詢碼：", "公園路燈工程管理處")
    assert opened.text.count("案號：") == 1

    mine = citizen.asks("我的案件", opened.case, "狀態：受理")
    assert "查詢碼" not in mine.text

    elsewhere = visit(citizen.channel)
    status = elsewhere.asks(f"查 {opened.case} 查詢碼 {opened.code}", opened.case, "狀態：受理")
    assert place in status.text

    citizen.asks(f"找專人，{opened.case}這件我要補充", "幫您排好了")
    row = desk.finds(place)
    assert desk.claims(row).status_code == 200
    joined = citizen.hears(f"專員{desk.name}接手了", "真人")
    assert "自動回覆先停" in joined.text
    seen = desk.reads(row)
    assert [case["number"] for case in seen["cases"]] == [opened.case]

    citizen.says("燈桿編號是123456")
    desk.finds("燈桿編號是123456", "mine")
    assert desk.writes(row, "您好，編號補上了。").status_code == 202
    reply = citizen.hears("編號補上了")
    assert desk.name in reply.messages[-1].text + reply.messages[-1].name
    assert [message.text for message in reply.messages if "路燈" in message.text] == []

    assert desk.returns(row).status_code == 204
    citizen.hears("現在換回自動回覆")
    citizen.asks("身分證不見了怎麼辦", "來源：")


def test_an_answer_comes_with_the_buttons_of_its_channel(citizen: Citizen) -> None:
    offered = citizen.asks("怎麼用", "可以這樣用")
    assert list(offered.buttons) == ["報修通報", "查案件", "常見問題", "找專人"]

    kinds = citizen.presses("報修通報", "要報什麼")

    assert "路燈" in kinds.buttons
    citizen.presses("路燈", "在哪裡")
