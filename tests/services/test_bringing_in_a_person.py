"""Bringing in a person, and going back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline.adapters.tables import audit
from hotline.domain import words
from hotline.domain.errors import Conflict, NotFound, Refused
from hotline.domain.handoff import InCharge, Reason
from hotline.domain.hours import read_hours
from hotline.domain.messages import TEXT_LIMIT
from hotline.domain.people import Agent
from hotline.services import desk, handoff, signin
from hotline.services.house import House
from tests.conftest import PASSWORD
from tests.fakes.citizen import Citizen, texts, titles
from tests.fakes.clock import FakeClock
from tests.fakes.understanding import FakeUnderstanding


@pytest.fixture
async def waiting(citizen: Citizen, rasa: FakeUnderstanding) -> Citizen:
    """Somebody who asked for a person."""
    rasa.learns("找人", "handoff")
    await citizen.says("找人")
    return citizen


async def public_id(citizen: Citizen) -> str:
    return (await citizen.conversation()).public_id


async def test_who_asks_for_a_person_is_told_their_place_and_that_nobody_is_there_yet(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("找人", "handoff")

    [answer] = await citizen.says("找人")

    assert f"{words.QUEUE_NEXT_WEB}\n{words.QUEUE_NOBODY_YET}" == answer["text"]
    assert ["取消等候"] == titles(answer)


async def test_who_comes_later_has_others_before_them(
    house: House, waiting: Citizen, agent: Agent, clock: FakeClock
) -> None:
    await signin.sign_in(house, "lin", PASSWORD)
    later = Citizen(house, clock)
    clock.goes(1)

    [answer] = await later.says("找人")

    assert words.QUEUE_WAITING_WEB.format(ahead=1) == answer["text"]


async def test_outside_office_hours_nobody_is_promised_and_a_message_may_be_left(
    house: House, clock: FakeClock, rasa: FakeUnderstanding
) -> None:
    closed = replace(house, hours=read_hours("6-7 09:00-10:00"))
    citizen = Citizen(closed, clock)
    rasa.learns("找人", "handoff")

    [answer] = await citizen.says("找人")
    [ask] = await citizen.presses("留言")
    [saved] = await citizen.says("請回電給我，關於路燈")

    assert "服務時間是週六、週日09:00到10:00" in answer["text"]
    assert words.QUEUE_MESSAGE_ASK == ask["text"]
    assert words.QUEUE_MESSAGE_SAVED == saved["text"]
    assert InCharge.WAITING == await citizen.in_charge()


async def test_a_danger_brings_a_person_at_any_hour(house: House, clock: FakeClock) -> None:
    citizen = Citizen(replace(house, hours=read_hours("6-7 09:00-10:00")), clock)

    await citizen.says("我不想活了，想自殺")

    assert InCharge.WAITING == await citizen.in_charge()


async def test_a_claim_is_told_to_the_citizen_by_name(
    house: House, waiting: Citizen, agent: Agent, rows: Callable[..., Any]
) -> None:
    await handoff.claim(house, agent, await public_id(waiting))

    [joined] = await waiting.reads()

    assert ("system", words.AGENT_JOINED.format(name="小林")) == (joined["from"], joined["text"])
    assert "claimed" in [row.what for row in await rows(audit)]


async def test_claiming_twice_is_claiming_once(house: House, waiting: Citizen, agent: Agent) -> None:
    first = await handoff.claim(house, agent, await public_id(waiting))

    again = await handoff.claim(house, agent, await public_id(waiting))

    assert first == again
    assert 1 == len(await waiting.reads())


async def test_of_ten_claims_at_once_one_wins(house: House, waiting: Citizen, agent: Agent, colleague: Agent) -> None:
    name = await public_id(waiting)

    results = await asyncio.gather(
        *(handoff.claim(house, who, name) for who in (agent, colleague) * 5), return_exceptions=True
    )

    assert 5 == sum(isinstance(result, Conflict) for result in results)
    assert 1 == len({result for result in results if isinstance(result, int)})
    assert 1 == len(await waiting.reads())


async def test_an_agents_words_reach_the_citizen_under_their_name(house: House, waiting: Citizen, agent: Agent) -> None:
    token = await handoff.claim(house, agent, await public_id(waiting))
    await waiting.reads()

    await handoff.say(house, agent, await public_id(waiting), "m1", " 我是小林 ", token)

    [line] = await waiting.reads()
    assert ("agent", "小林", "我是小林") == (line["from"], line["name"], line["text"])


async def test_the_same_message_sent_twice_by_a_page_is_said_once(house: House, waiting: Citizen, agent: Agent) -> None:
    name = await public_id(waiting)
    token = await handoff.claim(house, agent, name)
    await waiting.reads()

    seqs = [await handoff.say(house, agent, name, "m1", "您好", token) for _ in range(3)]

    assert 1 == len(set(seqs))
    assert ["您好"] == texts(await waiting.reads())


async def test_nobody_speaks_who_does_not_hold_the_conversation(
    house: House, waiting: Citizen, agent: Agent, colleague: Agent
) -> None:
    name = await public_id(waiting)
    with pytest.raises(Conflict):
        await handoff.say(house, agent, name, "m0", "還沒接手", 0)
    token = await handoff.claim(house, agent, name)
    await waiting.reads()

    with pytest.raises(Conflict):
        await handoff.say(house, colleague, name, "m1", "我也來", token)
    with pytest.raises(Conflict):
        await handoff.say(house, agent, name, "m2", "舊的頁面", token - 1)

    assert [] == await waiting.reads()


@pytest.mark.parametrize("text", ["", "   ", "字" * (TEXT_LIMIT + 1)])
async def test_what_cannot_be_sent_is_refused(house: House, waiting: Citizen, agent: Agent, text: str) -> None:
    name = await public_id(waiting)
    token = await handoff.claim(house, agent, name)

    with pytest.raises(Refused):
        await handoff.say(house, agent, name, "m1", text, token)


async def test_a_note_never_leaves_the_desk(house: House, waiting: Citizen, agent: Agent, colleague: Agent) -> None:
    name = await public_id(waiting)

    first = await handoff.note(house, colleague, name, "n1", "這位打過三次")
    again = await handoff.note(house, colleague, name, "n1", "這位打過三次")

    shown = await desk.conversation(house, agent, name, None)
    assert first == again
    assert "這位打過三次" in texts(shown["messages"])
    assert [] == await waiting.reads()


async def test_giving_back_lets_the_assistant_answer_again(
    house: House, waiting: Citizen, agent: Agent, rasa: FakeUnderstanding
) -> None:
    rasa.learns("謝謝", "thanks")
    name = await public_id(waiting)
    token = await handoff.claim(house, agent, name)
    await waiting.reads()

    await handoff.give_back(house, agent, name, token, closed=False)

    [left] = await waiting.reads()
    assert words.AGENT_LEFT.format(name="小林", summary="") == left["text"]
    assert ["不客氣。"] == texts(await waiting.says("謝謝"))


@pytest.mark.parametrize(("said", "reply"), [("有", "謝謝，記下來了。"), ("沒有", "謝謝您說")])
async def test_after_a_talk_is_closed_the_citizen_is_asked_how_it_was(
    house: House, waiting: Citizen, agent: Agent, said: str, reply: str
) -> None:
    name = await public_id(waiting)
    token = await handoff.claim(house, agent, name)
    await handoff.give_back(house, agent, name, token, closed=True)
    asked = (await waiting.reads())[-1]

    [answer] = await waiting.says(said)

    assert words.SATISFACTION_ASK == asked["text"]
    assert reply in answer["text"]


async def test_how_it_was_may_be_pressed_once(house: House, waiting: Citizen, agent: Agent) -> None:
    name = await public_id(waiting)
    token = await handoff.claim(house, agent, name)
    await handoff.give_back(house, agent, name, token, closed=True)

    pressed, again = await waiting.presses("普通"), await waiting.presses("普通")

    assert "謝謝" in pressed[-1]["text"]
    assert words.BUTTON_STALE in texts(again) or words.BUTTON_STALE_ALONE in texts(again)


async def test_nobody_in_danger_is_asked_how_it_was(house: House, citizen: Citizen, agent: Agent) -> None:
    await citizen.says("我家失火了")
    name = await public_id(citizen)
    token = await handoff.claim(house, agent, name)
    await citizen.reads()

    await handoff.give_back(house, agent, name, token, closed=True)

    assert words.SATISFACTION_ASK not in texts(await citizen.reads())
    assert not (await citizen.conversation()).charge.danger


async def test_only_who_holds_it_gives_it_back(house: House, waiting: Citizen, agent: Agent, colleague: Agent) -> None:
    name = await public_id(waiting)
    token = await handoff.claim(house, agent, name)

    with pytest.raises(Conflict):
        await handoff.give_back(house, colleague, name, token, closed=True)


async def test_when_an_agent_is_gone_the_citizen_waits_again_in_their_old_place(
    house: House, waiting: Citizen, agent: Agent, clock: FakeClock
) -> None:
    before = (await waiting.conversation()).charge.waiting_since
    await handoff.claim(house, agent, await public_id(waiting))
    await waiting.reads()
    clock.goes(600)

    count = await handoff.put_back_all(house, agent)

    charge = (await waiting.conversation()).charge
    assert 1 == count
    assert (InCharge.WAITING, before, Reason.LAPSED) == (charge.in_charge, charge.waiting_since, charge.reason)
    assert [words.AGENT_TIMED_OUT.format(name="小林", ahead=0)] == texts(await waiting.reads())


async def test_a_conversation_that_does_not_exist_is_not_found(house: House, agent: Agent) -> None:
    with pytest.raises(NotFound):
        await handoff.claim(house, agent, "nobody")
    with pytest.raises(NotFound):
        await desk.conversation(house, agent, "nobody", None)


async def test_the_desks_lists_and_what_was_done_today(
    house: House, waiting: Citizen, agent: Agent, clock: FakeClock
) -> None:
    danger = Citizen(house, clock)
    await danger.says("我家失火了")
    name = await public_id(waiting)

    before = await desk.overview(house, agent)
    token = await handoff.claim(house, agent, name)
    held = await desk.overview(house, agent)
    await handoff.give_back(house, agent, name, token, closed=True)
    after = await desk.overview(house, agent)

    assert ["fire", None] == [row["danger"] and row["danger"]["code"] for row in before["waiting"]]
    assert [name] == [row["id"] for row in held["mine"]]
    assert (1, []) == (after["done_today"], after["mine"])


async def test_who_takes_over_is_told_what_is_known_without_asking(
    house: House, citizen: Citizen, agent: Agent, rasa: FakeUnderstanding
) -> None:
    rasa.learns("路燈不亮", "report/streetlight")
    rasa.learns("找人", "handoff")
    await citizen.says("路燈不亮")
    await citizen.says("找人")

    packet = (await desk.conversation(house, agent, await public_id(citizen), None))["packet"]

    assert Reason.ASKED == packet["reason"]
    assert {"label": "項目", "value": "路燈完全不亮", "confidence": None} in packet["known"]
    assert "路燈不亮或損壞" == packet["draft"]["kind"]
    assert "地點" in packet["draft"]["missing"]


async def test_reading_to_the_end_marks_as_read_for_the_one_who_holds_it(
    house: House, waiting: Citizen, agent: Agent, colleague: Agent
) -> None:
    name = await public_id(waiting)
    await handoff.claim(house, agent, name)
    await waiting.says("哈囉")

    await desk.mark_seen(house, colleague, name)
    unread = (await desk.overview(house, agent))["mine"][0]["unread"]
    await desk.mark_seen(house, agent, name)
    read = (await desk.overview(house, agent))["mine"][0]["unread"]

    assert (1, 0) == (unread, read)
