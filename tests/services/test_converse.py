"""One turn of a conversation: danger first, a person's word before the assistant's, honest words when something fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline.adapters.tables import feed, inbox, outbox
from hotline.domain import words
from hotline.domain.handoff import InCharge, Reason
from hotline.domain.messages import Kind
from hotline.domain.people import Agent
from hotline.services import handoff, knowledge
from hotline.services.converse import lease_turn, work_turn
from hotline.services.house import House
from hotline.services.receive import receive
from tests.fakes.channel import FakeSender
from tests.fakes.citizen import Citizen, texts, titles, work_all
from tests.fakes.clock import FakeClock
from tests.fakes.understanding import FakeUnderstanding

FIRE = "我家失火了"


async def taken_over(house: House, citizen: Citizen, agent: Agent) -> int:
    """The agent holds the conversation; the token."""
    token = await handoff.claim(house, agent, (await citizen.conversation()).public_id)
    await citizen.reads()
    return token


# ── answers ──


async def test_a_question_gets_its_official_answer(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")

    [answer] = await citizen.says("停車費怎麼繳")

    assert ("bot", True) == (answer["from"], "來源：" in answer["text"])
    assert answer["card"]["kind"] == "answer"
    assert titles(answer)


async def test_three_short_lines_are_one_thought(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費\n怎麼\n繳", "ask/parking.pay")

    answers = await citizen.says("停車費", "怎麼", "繳")

    assert 1 == len(answers)
    assert 1 == len(rasa.asked)


async def test_what_was_understood_is_written_beside_the_message_for_the_desk(
    house: House, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay", others=("ask/parking.slip_lost",))

    await citizen.says("停車費怎麼繳")

    async with house.store.look() as work:
        understood = (await work.feed.after(citizen.lane, 0, notes=True))[0]["understood"]
    assert ("ask/parking.pay", "路邊停車費", 0.95) == tuple(understood[key] for key in ("label", "name", "confidence"))
    assert "停車單不見了" == understood["others"][0]["name"]


async def test_unsure_offers_candidates_and_the_second_time_a_person(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("那個車", "nlu_fallback", confidence=0.3, others=("ask/parking.pay", "report/streetlight"))

    [first] = await citizen.says("那個車")
    [second] = await citizen.says("嘎嘎")

    assert words.FALLBACK_FIRST == first["text"]
    assert ["路邊停車費", "路燈", "都不是"] == titles(first)
    assert words.FALLBACK_SECOND == second["text"]
    assert "找專人" in titles(second)


@pytest.mark.parametrize("code", ["illegal_parking", "vehicle_noise", "street_vendor"])
async def test_a_matter_somebody_else_takes_is_referred(citizen: Citizen, rasa: FakeUnderstanding, code: str) -> None:
    rasa.learns("檢舉", f"refer/{code}")

    [answer] = await citizen.says("檢舉")

    assert answer["card"]["short"] in answer["text"]
    assert isinstance(answer["card"]["more"], str | None)


async def test_every_referral_every_answer_and_every_number_can_be_said(
    house: House, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    shown = [code for code, one in house.catalogue.emergencies.items() if not one.stops_everything]
    labels = [
        *(f"refer/{code}" for code in house.catalogue.referrals),
        *(f"number/{code}" for code in shown),
    ]
    for label in labels:
        rasa.learns(label, label)

        [answer] = await citizen.says(label)

        assert answer["text"], label
    for topic in house.answers:
        assert "來源：" in knowledge.answer(house, topic).text, topic


async def test_two_wishes_in_one_sentence_are_both_answered(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    first, second = "停車費怎麼繳", "停車單不見了怎麼辦"
    wishes = (("ask/parking.pay", first), ("ask/parking.slip_lost", second))
    rasa.learns(f"{first}，還有{second}", "ask/parking.pay", wishes=wishes)
    rasa.learns(second, "ask/parking.slip_lost")

    said = "\n".join(texts(await citizen.says(f"{first}，還有{second}")))

    assert "兩件都記下了，先路邊停車費，再停車單不見了。" in said
    assert 2 == said.count("來源：")


async def test_a_second_wish_waits_until_the_report_before_it_is_done(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    first, second = "路燈不亮", "停車費怎麼繳"
    rasa.learns(
        f"{first}，{second}", "report/streetlight", wishes=(("report/streetlight", first), ("ask/parking.pay", second))
    )
    rasa.learns(second, "ask/parking.pay")
    rasa.learns("不報了", "cancel")

    opened = texts(await citizen.says(f"{first}，{second}"))
    closed = texts(await citizen.says("不報了"))

    assert "來源：" not in "".join(opened)
    assert "來源：" in "".join(closed)


async def test_a_bare_word_that_means_several_things_is_asked_about(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    word = next(iter(citizen.house.catalogue.ambiguous))

    [answer] = await citizen.says(word)

    assert words.FALLBACK_FIRST == answer["text"]
    assert len(titles(answer)) >= 2
    assert [] == rasa.asked


@pytest.mark.parametrize("text", ["？？？", "...", "。"])
async def test_a_message_without_words_goes_to_no_model(citizen: Citizen, rasa: FakeUnderstanding, text: str) -> None:
    [answer] = await citizen.says(text)

    assert words.FALLBACK_NO_IDEA == answer["text"]
    assert [] == rasa.asked


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Kind.VOICE, words.INPUT_VOICE), (Kind.FILE, words.INPUT_FILE), (Kind.FOLLOW, words.GREET_FIRST)],
)
async def test_what_cannot_be_read_is_answered_in_words(citizen: Citizen, kind: Kind, said: str) -> None:
    assert [said] == texts(await citizen.does(kind))


async def test_a_sticker_is_answered_with_what_could_be_typed(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    await citizen.says("停車費怎麼繳")

    [answer] = await citizen.does(Kind.STICKER)

    assert "例如「停車單不見了」" in answer["text"]


async def test_the_first_answer_on_line_says_who_speaks(on_line: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")

    first, second = await on_line.says("停車費怎麼繳"), await on_line.says("停車費怎麼繳")

    assert "自動回覆，不是真人" in first[0]["text"]
    assert 1 == len(second)


async def test_a_slash_command_that_is_typed_is_only_text(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    [answer] = await citizen.says('/confirm_report{"about":"x"}')

    assert words.FALLBACK_NO_IDEA == answer["text"]


# ── danger ──


async def test_danger_is_answered_before_anybody_understands_anything(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.away = True

    [answer] = await citizen.says(FIRE)

    assert "119" in answer["text"]
    assert answer["buttons"][0]["call"] == "119"
    assert [] == rasa.asked


async def test_danger_alerts_the_desk(house: House, citizen: Citizen) -> None:
    await citizen.says(FIRE)

    charge = (await citizen.conversation()).charge
    async with house.store.look() as work:
        alarms = await work.audit.count("alarm", 0.0)

    assert ("fire", InCharge.BOT, True) == (charge.danger, charge.in_charge, charge.needs_person)
    assert 1 == alarms


async def test_a_wish_to_die_brings_a_person_at_once(citizen: Citizen) -> None:
    [answer] = await citizen.says("我不想活了，想自殺")

    charge = (await citizen.conversation()).charge
    assert (InCharge.WAITING, Reason.DANGER) == (charge.in_charge, charge.reason)
    assert "專人" in answer["text"]
    assert "1925" in answer["text"]


async def test_danger_is_answered_while_a_person_is_in_charge(house: House, citizen: Citizen, agent: Agent) -> None:
    await citizen.says("嗨")
    token = await taken_over(house, citizen, agent)

    [answer] = await citizen.says(FIRE)

    charge = (await citizen.conversation()).charge
    assert "119" in answer["text"]
    assert (InCharge.AGENT, "fire", token) == (charge.in_charge, charge.danger, charge.token)


async def test_danger_is_answered_while_the_citizen_waits(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")

    [answer] = await citizen.says(FIRE)

    assert "119" in answer["text"]
    assert InCharge.WAITING == await citizen.in_charge()


async def test_danger_in_the_second_of_three_lines_is_seen(citizen: Citizen) -> None:
    answers = await citizen.says("你好", FIRE, "快點")

    assert "119" in answers[0]["text"]


async def test_danger_does_not_wait_behind_a_message_that_cannot_be_answered(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.away = True
    await citizen.says("停車費怎麼繳")

    answers = await citizen.says(FIRE)

    assert any("119" in text for text in texts(answers))


async def test_danger_behind_a_button_of_the_same_moment_is_seen(citizen: Citizen) -> None:
    await citizen.says("？")
    await receive(citizen.house, [citizen.event(Kind.PAYLOAD, payload=await citizen.button("找專人"))])

    answers = await citizen.says(FIRE)

    assert any("119" in text for text in texts(answers))


async def test_after_a_danger_small_words_are_not_taken_for_a_new_matter(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("好", "affirm")
    await citizen.says(FIRE)

    assert [words.DANGER_THEN] == texts(await citizen.says("好"))


# ── who is in charge ──


async def test_under_a_person_the_assistant_is_silent(
    house: House, citizen: Citizen, agent: Agent, rasa: FakeUnderstanding
) -> None:
    await citizen.says("？")
    asked = len(rasa.asked)
    await taken_over(house, citizen, agent)

    answers = await citizen.says("還有別的嗎") + await citizen.does(Kind.VOICE) + await citizen.presses("找專人")

    assert [] == answers
    assert asked == len(rasa.asked)


async def test_who_waits_is_told_once_that_it_was_noted(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")

    first, second = await citizen.says("我家門口"), await citizen.says("已經三天了")

    assert [words.QUEUE_NOTED] == texts(first)
    assert [] == second


async def test_who_asks_again_while_waiting_hears_where_they_are(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")

    [answer] = await citizen.says("還要等多久")

    assert "您是下一位" in answer["text"]


@pytest.mark.parametrize("typed", ["取消等候", "不等了", "取消", "不用了"])
async def test_who_leaves_the_queue_is_with_the_assistant_again(
    citizen: Citizen, rasa: FakeUnderstanding, typed: str
) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")

    [answer] = await citizen.says(typed)

    assert words.QUEUE_LEFT == answer["text"]
    assert InCharge.BOT == await citizen.in_charge()


async def test_the_button_that_leaves_the_queue_works_and_is_stale_afterwards(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")
    leave = await citizen.button("取消等候")

    left = await citizen.does(Kind.PAYLOAD, payload=leave)
    again = await citizen.does(Kind.PAYLOAD, payload=leave)

    assert ([words.QUEUE_LEFT], [words.BUTTON_STALE_ALONE]) == (texts(left), texts(again))


async def test_an_answer_that_comes_after_a_person_has_taken_over_counts_for_nothing(
    house: House, citizen: Citizen, agent: Agent, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    await citizen.says("嗨")
    rasa.may_answer.clear()
    rasa.is_thinking.clear()
    await citizen.sends("停車費怎麼繳")
    citizen.clock.goes(1)
    thinking = asyncio.create_task(work_all(house))
    await rasa.is_thinking.wait()
    await taken_over(house, citizen, agent)

    rasa.may_answer.set()
    await thinking

    assert [] == await citizen.reads()
    assert "done" == (await rows(inbox))[-1].state


async def test_a_turn_that_somebody_else_has_taken_over_is_not_committed_twice_and_says_nothing_wrong(
    house: House, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    hasty = replace(house, policy=replace(house.policy, turn_lease_seconds=-1.0))
    await citizen.sends("停車費怎麼繳")
    citizen.clock.goes(1)
    late = await lease_turn(hasty)
    timely = await lease_turn(house)
    assert late is not None
    assert timely is not None

    await work_turn(house, timely)
    await work_turn(house, late)

    answers = await citizen.reads()
    assert 1 == len(answers)
    assert "來源：" in answers[0]["text"]


# ── buttons ──


async def test_a_button_of_an_answer_may_be_pressed_any_time(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    await citizen.says("停車費怎麼繳")
    old = await citizen.button("停車單不見了")
    await citizen.says("停車費怎麼繳")

    [answer] = await citizen.does(Kind.PAYLOAD, payload=old)

    assert "停車後15日內繳" in answer["text"]


async def test_an_old_button_of_a_form_moves_nothing_and_the_current_step_is_shown_again(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("路燈怪怪的", "report/streetlight")
    await citizen.says("路燈怪怪的")
    await citizen.presses("傳位置")
    rasa.learns("不知道", "nlu_fallback")
    await citizen.shares(24.98, 121.57)
    old = await citizen.button("沒有") if await _offers(citizen, "沒有") else await citizen.button("完全不亮")
    await citizen.does(Kind.PAYLOAD, payload=old)
    before = await _draft(rasa)

    stale, step = await citizen.does(Kind.PAYLOAD, payload=old)

    assert words.BUTTON_STALE == stale["text"]
    assert step["buttons"]
    assert before == await _draft(rasa)


async def _offers(citizen: Citizen, title: str) -> bool:
    return any(title in titles(line) for line in (await citizen.everything())[-2:])


async def _draft(rasa: FakeUnderstanding) -> Any:
    [memory] = rasa.memories.values()
    return memory.slots["report"]


async def test_the_step_that_is_shown_again_has_buttons_that_work(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("路燈不亮", "report/streetlight")
    await citizen.says("路燈不亮")
    await citizen.shares(24.98, 121.57)
    old = await citizen.button("沒有")
    await citizen.does(Kind.PAYLOAD, payload=old)
    await citizen.does(Kind.PAYLOAD, payload=old)

    await citizen.presses("巷弄")

    assert "巷弄" == (await _draft(rasa))["answers"]["place_kind"]


async def test_somebody_elses_button_is_not_found(house: House, citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("路燈不亮", "report/streetlight")
    await citizen.says("路燈不亮")
    stranger = Citizen(house, citizen.clock)

    [answer] = await stranger.does(Kind.PAYLOAD, payload=await citizen.button("傳位置"))

    assert words.BUTTON_STALE_ALONE == answer["text"]


@pytest.mark.parametrize(("typed", "meant"), [("停車單不見了", "停車後15日內繳"), ("找專人", "幫您排好了")])
async def test_the_title_of_a_button_may_be_typed(
    citizen: Citizen, rasa: FakeUnderstanding, typed: str, meant: str
) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    await citizen.says("停車費怎麼繳")

    [answer] = await citizen.says(typed)

    assert meant in answer["text"]


async def test_our_own_menu_may_be_typed_without_any_button(citizen: Citizen) -> None:
    answers = [(await citizen.says(typed))[0]["text"] for typed in ("報修通報", "常見問題", "我的案件")]

    assert ["要報什麼？", "直接打字問", "這個聊天裡"] == [answer[:5] for answer in answers]


async def test_a_button_that_calls_is_harmless_when_it_is_posted(citizen: Citizen) -> None:
    await citizen.says(FIRE)

    [answer] = await citizen.presses("撥119")

    assert "請直接撥119。" == answer["text"]


# ── photos ──


async def test_a_photo_from_line_is_fetched_cleaned_and_kept_under_our_own_id(
    house: House, on_line: Citizen, line: FakeSender, jpeg: bytes
) -> None:
    line.pictures["platform-id"] = jpeg

    [*_, answer] = await on_line.does(Kind.PHOTO, photo="platform-id")

    assert words.PHOTO_ALONE == answer["text"]
    async with house.store.look() as work:
        [photo] = await work.photos.of(on_line.lane)
    assert "platform-id" != photo
    assert (await house.pictures.read(photo) or b"").startswith(b"\xff\xd8")


async def test_a_picture_that_cannot_be_opened_is_said_to_be_so(on_line: Citizen, line: FakeSender) -> None:
    line.pictures["platform-id"] = b"no picture at all"

    [*_, answer] = await on_line.does(Kind.PHOTO, photo="platform-id")

    assert words.PHOTO_UNREADABLE == answer["text"]


# ── failing ──


async def test_when_rasa_is_away_the_citizen_hears_it_once_and_is_answered_later(
    citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    rasa.away = True

    at_once = await citizen.says("停車費怎麼繳")
    meanwhile = await citizen.waits(5)
    rasa.away = False
    [answer] = await citizen.waits(15)

    assert [words.SERVICE_DEGRADED] == texts(at_once)
    assert [] == meanwhile
    assert "來源：" in answer["text"]


async def test_an_outage_is_told_once_however_many_messages_it_meets(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.away = True

    said = texts(await citizen.says("一"))
    for number in range(12):
        said += texts(await citizen.says(f"又一句{number}"))
        said += texts(await citizen.waits(60))

    assert 1 == said.count(words.SERVICE_DEGRADED)


async def test_a_message_that_comes_in_an_outage_waits_for_its_turn(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("一", "thanks")
    rasa.learns("二", "goodbye")
    rasa.away = True
    await citizen.says("一")
    await citizen.sends("二")
    rasa.away = False

    answers = await citizen.waits(5)

    assert ["不客氣。", "好，有需要再來。"] == texts(answers)


async def test_an_action_that_fails_is_no_answer(citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    rasa.broken_actions.add("action_answer")

    assert [words.SERVICE_DEGRADED] == texts(await citizen.says("停車費怎麼繳"))


async def test_poison_is_parked_after_six_tries_and_the_lane_goes_on(
    house: House, citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("毒藥", "ask/parking.pay")
    rasa.learns("謝謝", "thanks")
    rasa.broken_actions.add("action_answer")
    await citizen.says("毒藥")
    await citizen.sends("謝謝")

    said, seconds = [], 0.0
    while (await rows(inbox))[0].state != "parked":
        said += texts(await citizen.waits(5))
        seconds += 5

    poison, thanks = await rows(inbox)
    assert (6, "parked") == (poison.attempts, poison.state)
    assert seconds <= 600
    assert words.SERVICE_PARKED in said
    assert (InCharge.WAITING, Reason.STUCK) == (
        (await citizen.conversation()).charge.in_charge,
        (await citizen.conversation()).charge.reason,
    )
    assert "done" == thanks.state


async def test_poison_harms_only_its_own_lane(house: House, citizen: Citizen, rasa: FakeUnderstanding) -> None:
    rasa.learns("毒藥", "ask/parking.pay")
    rasa.learns("謝謝", "thanks")
    rasa.broken_actions.add("action_answer")
    await citizen.says("毒藥")
    neighbour = Citizen(house, citizen.clock)

    assert ["不客氣。"] == texts(await neighbour.says("謝謝"))


async def test_a_turn_that_is_repeated_says_its_answer_once(
    house: House, citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    """Rasa answered, the worker died before the commit; the same turn finds the same answer and runs nothing twice."""
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    await citizen.sends("停車費怎麼繳")
    citizen.clock.goes(1)
    hasty = replace(house, policy=replace(house.policy, turn_lease_seconds=-1.0))
    died = await lease_turn(hasty)
    assert died is not None
    await rasa.turn(
        conversation=(await citizen.conversation()).tracker,
        message_id=died.turn_id,
        channel="web",
        text="停車費怎麼繳",
        metadata={"lane": citizen.lane, "photos": [], "location": None, "resumed": False},
    )

    answers = await citizen.waits(0)

    assert 1 == len(answers)
    assert [died.turn_id] * 2 == rasa.asked


# ── a channel gets a parcel, the web page reads the feed ──


async def test_line_gets_one_parcel_a_turn_with_the_newest_reply_token(
    house: House, on_line: Citizen, clock: FakeClock, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("停車費\n怎麼繳", "ask/parking.pay")
    until = clock.now() + 50
    await receive(
        house,
        [
            on_line.event(text="停車費", reply_token="r1", reply_until=until),
            on_line.event(text="怎麼繳", reply_token="r2", reply_until=until + 1),
        ],
    )

    await on_line.waits()

    [parcel] = await rows(outbox)
    assert ("r2", until + 1, True) == (parcel.reply_token, parcel.reply_until, parcel.by_bot)
    assert 2 == len(parcel.body)


async def test_the_web_page_needs_no_parcel(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    rasa.learns("謝謝", "thanks")

    await citizen.says("謝謝")

    assert [] == await rows(outbox)
    assert 2 == len(await rows(feed))
