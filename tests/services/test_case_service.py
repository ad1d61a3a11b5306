"""Opening and following service cases: once under a key, and said only of a case that exists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hotline.adapters.tables import case_events
from hotline.adapters.tables import cases as case_table
from hotline.domain import words
from hotline.domain.cases import CODE_LOCK_SECONDS, CODE_TRIES, Case, CaseNumber, Status, code_of
from hotline.domain.place import Place
from hotline.domain.report import Draft
from hotline.services import cases
from hotline.services.house import House
from tests.fakes.citizen import Citizen, texts, titles
from tests.fakes.clock import FakeClock
from tests.fakes.understanding import FakeUnderstanding, a_place, entity

DRAFT = Draft(
    kind="streetlight",
    place=Place(district="文山區", road="興隆路", section="2", lane="64", relation="巷口"),
    answers={"problem": "完全不亮", "danger_now": "沒有", "place_kind": "巷弄"},
    said=("路燈不亮", "在興隆路"),
    photos=("p1",),
)


@pytest.fixture
async def known(citizen: Citizen) -> Citizen:
    """Somebody with a conversation."""
    async with citizen.house.store.work() as work:
        await work.conversations.open(citizen.lane, "web", citizen.address, "public", citizen.clock.now())
    return citizen


@pytest.fixture
async def stranger(house: House, clock: FakeClock) -> Citizen:
    """Somebody else."""
    other = Citizen(house, clock)
    async with house.store.work() as work:
        await work.conversations.open(other.lane, "web", other.address, "public2", clock.now())
    return other


async def opened(house: House, citizen: Citizen, key: str = "k1") -> Case:
    await cases.open_case(house, key, citizen.lane, DRAFT)
    async with house.store.look() as work:
        return (await work.cases.of(citizen.lane))[0]


def code(house: House, number: str) -> str:
    return code_of(house.policy.code_secret, CaseNumber(number))


async def test_a_case_keeps_what_was_read_back_and_what_was_said(house: House, known: Citizen) -> None:
    case = await opened(house, known)

    assert ("路燈完全不亮", "文山區興隆路二段64巷口", Status.ACCEPTED) == (case.name, case.where, case.status)
    assert ("市民原話", "路燈不亮\n在興隆路") in case.details
    assert ("p1",) == case.photos


async def test_accepted_is_said_with_number_code_and_office(house: House, known: Citizen) -> None:
    [message] = await cases.open_case(house, "k1", known.lane, DRAFT)

    assert message.text.startswith("已受理。\n案號：DEMO-30001\n")
    assert f"查詢碼：{code(house, 'DEMO-30001')}" in message.text
    assert message.card is not None
    assert ("case", "DEMO-30001", "受理") == tuple(message.card[key] for key in ("kind", "number", "status"))


async def test_twenty_calls_with_one_key_open_one_case_and_say_the_same(
    house: House, known: Citizen, rows: Callable[..., Any]
) -> None:
    said = await asyncio.gather(*(cases.open_case(house, "k1", known.lane, DRAFT) for _ in range(20)))

    assert 1 == len({messages[0].text for messages in said})
    assert 1 == len(await rows(case_table))


async def test_ones_own_cases_need_no_code(house: House, known: Citizen) -> None:
    none = await cases.mine(house, known.lane)
    await opened(house, known)
    one = await cases.mine(house, known.lane)
    await opened(house, known, "k2")
    two = await cases.mine(house, known.lane)

    assert words.CASE_NONE == none[0].text
    assert "狀態：受理（11月25日更新）" in one[0].text
    assert ["DEMO-30002", "DEMO-30001"] == [button.title for button in two[0].buttons]


async def test_a_strangers_case_needs_its_code(house: House, known: Citizen, stranger: Citizen) -> None:
    case = await opened(house, known)

    asked, waits_for = await cases.look_up(house, stranger.lane, "demo30001", "")
    wrong, again = await cases.look_up(house, stranger.lane, case.number, "000000")
    right, done = await cases.look_up(house, stranger.lane, case.number, code(house, case.number))

    assert words.CASE_ASK_CODE.format(number=case.number) == asked[0].text
    assert words.CASE_NO_MATCH.format(left=CODE_TRIES - 1) == wrong[0].text
    assert "狀態：受理" in right[0].text
    assert (case.number, case.number, "") == (waits_for, again, done)


async def test_a_wrong_code_and_a_case_that_does_not_exist_get_the_very_same_words(
    house: House, known: Citizen, stranger: Citizen, clock: FakeClock
) -> None:
    await opened(house, known)
    another = Citizen(house, clock)

    exists = [await cases.look_up(house, stranger.lane, "DEMO-30001", given) for given in ("", "000000")]
    missing = [await cases.look_up(house, another.lane, "DEMO-39999", given) for given in ("", "000000")]

    assert [said[0].text.replace("30001", "39999") for said, _ in exists] == [said[0].text for said, _ in missing]


async def test_after_five_wrong_codes_even_the_right_one_has_to_wait(
    house: House, known: Citizen, stranger: Citizen, clock: FakeClock
) -> None:
    case = await opened(house, known)
    for _ in range(CODE_TRIES):
        last, _ = await cases.look_up(house, stranger.lane, case.number, "000000")
    locked, _ = await cases.look_up(house, stranger.lane, case.number, code(house, case.number))
    clock.goes(CODE_LOCK_SECONDS + 1)
    later, _ = await cases.look_up(house, stranger.lane, case.number, code(house, case.number))

    assert words.CASE_LOCKED.format(minutes=15) == last[0].text == locked[0].text
    assert "狀態：受理" in later[0].text


async def test_a_right_code_ends_the_count(house: House, known: Citizen, stranger: Citizen) -> None:
    case = await opened(house, known)
    await cases.look_up(house, stranger.lane, case.number, "000000")
    await cases.look_up(house, stranger.lane, case.number, code(house, case.number))

    said, _ = await cases.look_up(house, stranger.lane, case.number, "000000")

    assert words.CASE_NO_MATCH.format(left=CODE_TRIES - 1) == said[0].text


async def test_a_number_of_somebody_elses_system_is_said_to_be_so(house: House, known: Citizen) -> None:
    said, _ = await cases.look_up(house, known.lane, "W10-1141125-00001", "")

    assert words.CASE_UNKNOWN.format(shape="DEMO-30001") == said[0].text


async def test_the_same_trouble_is_found_and_may_be_followed_without_seeing_anything_of_its_reporter(
    house: House, known: Citizen, stranger: Citizen
) -> None:
    case = await opened(house, known)

    own, others = await cases.similar(house, known.lane, DRAFT), await cases.similar(house, stranger.lane, DRAFT)
    [followed] = await cases.follow(house, stranger.lane, case.number)

    assert own is None
    assert others is not None
    assert words.CASE_FOLLOWED.format(number=case.number) == followed.text
    assert await cases.similar(house, stranger.lane, DRAFT) is None


async def test_an_open_case_that_is_not_repaired_gets_the_citizens_words(
    house: House, known: Citizen, rows: Callable[..., Any]
) -> None:
    await opened(house, known)

    [said], done = await cases.not_fixed(house, "k2", known.lane, "", "還是不亮")

    assert done
    assert words.CASE_STILL_OPEN.format(number="DEMO-30001", status="受理") == said.text
    assert "還是不亮" in [row.words for row in await rows(case_events)]


async def test_a_settled_case_is_opened_again_on_the_citizens_word(house: House, known: Citizen) -> None:
    case = await opened(house, known)
    await cases.record_status(house, case.number, Status.DONE, "路燈已正常放亮")

    [said], _ = await cases.not_fixed(house, "k2", known.lane, "", "還是不亮")

    [status] = await cases.mine(house, known.lane)
    assert words.CASE_REOPENED.format(number=case.number, office=case.office) == said.text
    assert "狀態：重新開啟" in status.text


async def test_reopening_that_is_repeated_says_the_same_again(house: House, known: Citizen) -> None:
    """The first answer was lost on its way to Rasa; the turn is played again under the same key."""
    case = await opened(house, known)
    await cases.record_status(house, case.number, Status.DONE, "路燈已正常放亮")

    first, _ = await cases.not_fixed(house, "k2", known.lane, "", "還是不亮")
    again, _ = await cases.not_fixed(house, "k2", known.lane, "", "還是不亮")

    assert first == again


async def test_urging_is_written_into_the_case_once(house: House, known: Citizen, rows: Callable[..., Any]) -> None:
    case = await opened(house, known)

    said = [(await cases.urge(house, "k2", known.lane, "", "快一點"))[0][0].text for _ in range(2)]

    assert [words.CASE_URGED.format(number=case.number, what="路燈")] * 2 == said
    assert 1 == [row.words for row in await rows(case_events)].count("催辦：快一點")


async def test_with_several_cases_it_is_asked_which_one(house: House, known: Citizen) -> None:
    await opened(house, known)
    await opened(house, known, "k2")

    [asked], done = await cases.urge(house, "k3", known.lane, "", "快一點")
    [told], told_done = await cases.urge(house, "k3", known.lane, "DEMO-30001", "快一點")

    assert not done
    assert words.CASE_WHICH in asked.text
    assert ["DEMO-30002", "DEMO-30001"] == [button.title for button in asked.buttons]
    assert told_done
    assert "DEMO-30001" in told.text


async def test_nobody_urges_or_reopens_a_strangers_case(
    house: House, known: Citizen, stranger: Citizen, rows: Callable[..., Any]
) -> None:
    case = await opened(house, known)
    before = len(await rows(case_events))

    _, urged = await cases.urge(house, "k2", stranger.lane, case.number, "快")
    _, reopened = await cases.not_fixed(house, "k3", stranger.lane, case.number, "壞")

    assert (False, False) == (urged, reopened)
    assert before == len(await rows(case_events))


async def test_no_time_is_promised(house: House, known: Citizen) -> None:
    await opened(house, known)

    [said] = await cases.when_fixed(house, known.lane)

    assert words.CASE_NO_TIME.format(what="路燈") == said.text


async def test_only_the_offices_record_says_done_and_its_words_are_shown(house: House, known: Citizen) -> None:
    case = await opened(house, known)

    recorded = await cases.record_status(house, case.number, Status.DONE, "路燈已正常放亮")
    unknown = await cases.record_status(house, CaseNumber("DEMO-39999"), Status.DONE, "")

    [said] = await cases.mine(house, known.lane)
    assert (True, False) == (recorded, unknown)
    assert "狀態：已完成" in said.text
    assert f"{case.office}：路燈已正常放亮" in said.text
    assert ["還沒修好"] == [button.title for button in said.buttons]


# ── a whole report, from the first word to the case ──

SPOT = a_place(
    "文山區興隆路二段64巷口", district="文山區", road="興隆路", section="2", lane="64", relation="巷口", in_city=True
)


async def test_from_路燈不亮_to_a_case_number_in_three_messages(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("文山區興隆路二段64巷口路燈不亮", "report/streetlight", SPOT)

    [danger] = await citizen.says("文山區興隆路二段64巷口路燈不亮")
    [readback] = await citizen.presses("沒有")
    nothing_yet = await rows(case_table)
    [done] = await citizen.presses("送出通報")

    assert ["沒有", "有", "不確定"] == titles(danger)
    assert "readback" == readback["card"]["kind"]
    assert [] == nothing_yet
    assert done["text"].startswith("已受理。")
    [row] = await rows(case_table)
    assert "文山區興隆路二段64巷口" == row._mapping["where"]


async def test_nothing_says_accepted_when_the_case_could_not_be_opened(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("文山區興隆路二段64巷口路燈不亮", "report/streetlight", SPOT)
    await citizen.says("文山區興隆路二段64巷口路燈不亮")
    await citizen.presses("沒有")
    rasa.broken_actions.add("action_close_report")

    said = texts(await citizen.presses("送出通報"))

    assert [] == await rows(case_table)
    assert not any(word in text for text in said for word in ("已受理", "立案", "完成"))
    rasa.broken_actions.clear()
    [done] = await citizen.waits(5)
    assert done["text"].startswith("已受理。")


async def test_a_confirmation_that_is_pressed_twice_opens_one_case(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("文山區興隆路二段64巷口路燈不亮", "report/streetlight", SPOT)
    await citizen.says("文山區興隆路二段64巷口路燈不亮")
    await citizen.presses("沒有")
    send = await citizen.button("送出通報")

    await citizen.presses("送出通報")
    again = await citizen.does(kind=citizen.event().kind.PAYLOAD, payload=send)

    assert words.BUTTON_STALE in texts(again)
    assert 1 == len(await rows(case_table))


async def test_an_address_that_is_wrong_is_put_right_in_the_read_back(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("文山區興隆路二段64巷口路燈不亮", "report/streetlight", SPOT)
    rasa.learns("不是64巷，是66巷", "deny", a_place("66巷", lane="66", in_city=True))
    rasa.learns("對", "affirm")
    await citizen.says("文山區興隆路二段64巷口路燈不亮")
    await citizen.presses("沒有")

    [readback] = await citizen.says("不是64巷，是66巷")
    await citizen.says("對")

    assert "改好了，地點是文山區興隆路二段66巷口。" in readback["text"]
    assert "文山區興隆路二段66巷口" == (await rows(case_table))[0]._mapping["where"]


async def test_a_question_in_between_is_answered_and_the_form_goes_on(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("路燈不亮", "report/streetlight", SPOT)
    rasa.learns("停車費怎麼繳？", "ask/parking.pay")
    await citizen.says("路燈不亮")

    answers = await citizen.says("停車費怎麼繳？")

    assert "來源：" in answers[0]["text"]
    assert [] == answers[0]["buttons"]
    assert ["沒有", "有", "不確定"] == titles(answers[-1])


async def test_an_answer_that_means_danger_stops_the_form_and_keeps_what_was_said(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("路燈不亮", "report/streetlight", SPOT)
    rasa.learns("接著填", "affirm")
    await citizen.says("路燈不亮")

    alarm = await citizen.presses("有")
    charge = (await citizen.conversation()).charge
    [step] = await citizen.says("接著填")

    assert any("119" in text for text in texts(alarm))
    assert "exposed_wire" == charge.danger
    assert step["buttons"]


async def test_a_phone_is_asked_for_with_the_notice_and_kept_with_the_case(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("要丟沙發", "report/bulky_waste", SPOT)
    rasa.learns("一張沙發", "nlu_fallback")
    rasa.learns("一樓門口", "nlu_fallback")
    rasa.learns("0912345678", "nlu_fallback", entity("phone", "0912345678"))
    last = await citizen.says("要丟沙發")
    for _ in range(6):
        if "同意，留電話" in titles(last[-1]):
            break
        asked = last[-1]["text"]
        last = (
            await citizen.presses("一般住家")
            if "一般住家" in titles(last[-1])
            else await citizen.says("一張沙發" if "哪些東西" in asked else "一樓門口")
        )

    notice = last[-1]["text"]
    await citizen.presses("同意，留電話")
    [readback] = await citizen.says("0912345678")
    await citizen.presses("送出通報")

    assert "個資" in notice or "蒐集" in notice
    assert "電話：末三碼678" in readback["text"]
    assert "0912345678" == (await rows(case_table))[0].contact


async def test_with_two_cases_of_ones_own_asking_for_a_case_shows_them(
    house: House, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("查案件進度", "status")
    rasa.learns("嗨", "greet")
    await citizen.says("嗨")
    await opened(house, citizen, "k1")
    await opened(house, citizen, "k2")

    [answer] = await citizen.says("查案件進度")

    assert "DEMO-30001" in answer["text"]
    assert "DEMO-30002" in answer["text"]


async def test_a_number_then_its_code_leads_to_the_case(
    house: House, known: Citizen, stranger: Citizen, rasa: FakeUnderstanding
) -> None:
    case = await opened(house, known)
    rasa.learns("查DEMO-30001", "status", entity("case_number", "DEMO-30001"))

    [asked] = await stranger.says("查DEMO-30001")
    [wrong] = await stranger.says("000000")
    [right] = await stranger.says(f"查詢碼是{code(house, case.number)}")

    assert "6位數查詢碼" in asked["text"]
    assert "還可以試4次" in wrong["text"]
    assert "狀態：受理" in right["text"]
