"""Reaching a person, danger, and an assistant that keeps quiet while a person speaks."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.journeys.citizens import Citizen, DeskAgent, WebCitizen
from tests.journeys.installation import Installation, eventually

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def _yi(installation: Installation) -> None:
    installation.add_agent("yi", "阿怡")


@pytest.fixture
def yi(installation: Installation, _yi: None) -> Iterator[DeskAgent]:
    """阿怡, who was added by the deployer."""
    agent = DeskAgent(installation, "yi")
    yield agent
    agent.leaves()


def test_danger_is_answered_first_whatever_else_is_going_on(citizen: Citizen, desk: DeskAgent, place: str) -> None:
    citizen.asks("路燈壞了", "在哪裡")

    warned = citizen.asks(f"{place}有人被車撞倒，流很多血", "119")

    assert "119" in warned.messages[0].text.splitlines()[0]
    assert "在哪裡" not in warned.text
    row = desk.finds("流很多血")
    assert row["danger"]["name"]
    assert desk.overview()["waiting"][0]["danger"], "danger stands above everybody else"
    assert desk.claims(row).status_code == 200
    citizen.hears(f"專員{desk.name}接手了")
    assert desk.closes(row).status_code == 204
    assert "這次有幫到您嗎" not in citizen.hears("離開這個對話了").text


def test_only_one_of_two_agents_wins(on_web: WebCitizen, desk: DeskAgent, yi: DeskAgent) -> None:
    on_web.asks("我要找專人，兩位都想接的那件", "幫您排好了")
    row = desk.finds("兩位都想接的那件")
    assert yi.claims(row).status_code == 200

    lost = desk.claims(row)

    assert lost.status_code == 409
    assert "阿怡已經接手了" in lost.json()["message"]
    assert desk.writes(row, "我來").status_code == 409
    assert yi.closes(row).status_code == 204
    on_web.hears("這次有幫到您嗎")
    on_web.presses("有", "謝謝")


def test_the_assistant_is_silent_while_a_person_is_in_charge(on_web: WebCitizen, yi: DeskAgent, place: str) -> None:
    on_web.asks("轉真人，請靜一靜那件", "幫您排好了")
    row = yi.finds("請靜一靜那件")
    yi.claims(row)
    on_web.until_state(in_charge="agent", agent="阿怡")

    on_web.says(f"{place}路燈不亮")
    eventually(lambda: any(place in message["text"] for message in yi.reads(row)["messages"]), "the agent sees it")
    time.sleep(2.0)  # an assistant that answers does so within this time

    assert not on_web.since().messages
    yi.writes(row, "收到，我幫您看。")
    assert on_web.hears("收到，我幫您看。").messages[-1].name == "阿怡"
    yi.returns(row)
    on_web.hears("現在換回自動回覆")
    on_web.until_state(in_charge="bot")
    on_web.asks("怎麼用", "可以這樣用")


def test_a_note_never_leaves_the_desk(on_web: WebCitizen, yi: DeskAgent) -> None:
    on_web.asks("找專人，備註那件", "幫您排好了")
    row = yi.finds("備註那件")
    yi.claims(row)
    on_web.hears("阿怡接手了")

    assert yi.notes(row, "這位來過三次").status_code == 202
    first = yi.writes(row, "您好", key="one-and-the-same")
    again = yi.writes(row, "您好", key="one-and-the-same")

    assert first.json() == again.json()
    on_web.hears("您好")
    assert "來過三次" in str(yi.reads(row)["messages"])
    assert "來過三次" not in str(on_web.feed)
    assert [event["text"] for event in on_web.feed].count("您好") == 1
    yi.closes(row)


def test_who_waits_may_leave_the_queue_again(citizen: Citizen, desk: DeskAgent) -> None:
    citizen.asks("找專人，不等了那件", "幫您排好了")
    desk.finds("不等了那件")

    citizen.presses("取消等候", "取消等候了")

    with pytest.raises(StopIteration):
        next(row for row in desk.overview()["waiting"] if "不等了那件" in str(desk.reads(row)["messages"]))


def test_two_misses_offer_a_person(citizen: Citizen, desk: DeskAgent) -> None:
    citizen.asks("咕嚕嘩啦哇哈哈啵啵", "。")
    offered = citizen.asks("嘰哩呱啦碰碰恰恰", "。")

    assert "找專人" in offered.buttons
    citizen.presses("找專人", "幫您排好了")
    citizen.presses("取消等候", "取消等候了")


def test_nobody_reads_the_desk_without_signing_in(installation: Installation, on_web: WebCitizen) -> None:
    import httpx

    with httpx.Client(base_url=installation.url, trust_env=False) as stranger:
        for path in ("/desk/api/conversations", "/desk/api/me", "/desk/api/events"):
            assert stranger.get(path).status_code == 401
        wrong = stranger.post("/desk/api/session", json={"login": "admin", "password": "guess"})
        nobody = stranger.post("/desk/api/session", json={"login": "nobody", "password": "guess"})
        assert wrong.status_code == nobody.status_code == 401
        assert wrong.json()["message"] == nobody.json()["message"]
        elsewhere = stranger.post(
            "/desk/api/session",
            json={"login": "admin", "password": "correct horse battery"},
            headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
        )
        assert elsewhere.status_code == 403
        assert stranger.get("/chat/events", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert stranger.post("/internal/actions", json={"next_action": "action_close_report"}).status_code in (401, 404)
