"""Getting answers out: in order, once, or a person learns of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline.adapters.tables import outbox
from hotline.domain.errors import Unavailable, Uncertain, Undeliverable
from hotline.domain.handoff import InCharge, Reason
from hotline.domain.messages import Message, Speaker
from hotline.domain.people import Agent
from hotline.services import handoff
from hotline.services.deliver import deliver_next, lease_parcel, send_parcel
from hotline.services.house import House
from hotline.services.speak import speak
from tests.fakes.channel import FakeSender
from tests.fakes.citizen import Citizen
from tests.fakes.clock import FakeClock


@pytest.fixture
async def someone(on_line: Citizen) -> Citizen:
    """Somebody on LINE with whom a conversation is open."""
    async with on_line.house.store.work() as work:
        await work.conversations.open(on_line.lane, "line", on_line.address, "public", on_line.clock.now())
    return on_line


async def say(citizen: Citizen, text: str, speaker: Speaker = Speaker.BOT) -> None:
    """The assistant (or somebody else) says something to the citizen."""
    async with citizen.house.store.work() as work:
        conversation = await work.conversations.get(citizen.lane)
        assert conversation is not None
        await speak(citizen.house, work, conversation, [Message(text)], key=text, speaker=speaker)


async def deliver_all(house: House) -> None:
    while await deliver_next(house):
        pass


async def states(rows: Callable[..., Any]) -> list[str]:
    return [row.state for row in await rows(outbox)]


async def test_nothing_to_deliver_is_said(house: House) -> None:
    assert not await deliver_next(house)


async def test_what_is_said_arrives_in_order(
    house: House, someone: Citizen, line: FakeSender, rows: Callable[..., Any]
) -> None:
    for text in "一二三":
        await say(someone, text)

    await deliver_all(house)

    assert ["一", "二", "三"] == line.texts
    assert [("sent", "push")] * 3 == [(row.state, row.via) for row in await rows(outbox)]


async def test_the_same_thing_said_twice_under_one_key_arrives_once(
    house: House, someone: Citizen, line: FakeSender
) -> None:
    await say(someone, "一")
    await say(someone, "一")

    await deliver_all(house)

    assert ["一"] == line.texts


async def test_what_the_assistant_said_before_a_person_took_over_is_dropped(
    house: House, someone: Citizen, line: FakeSender, agent: Agent, rows: Callable[..., Any]
) -> None:
    await say(someone, "我來回答")
    await handoff.claim(house, agent, "public")

    await deliver_all(house)

    assert ["dropped", "sent"] == await states(rows)
    assert "我來回答" not in line.texts


async def test_what_a_person_said_is_never_dropped(
    house: House, someone: Citizen, line: FakeSender, agent: Agent
) -> None:
    token = await handoff.claim(house, agent, "public")
    await handoff.say(house, agent, "public", "m1", "馬上幫您看", token)
    await handoff.give_back(house, agent, "public", token, closed=False)

    await deliver_all(house)

    assert ["馬上幫您看"] == [text for text in line.texts if "專員" not in text]


async def test_a_busy_platform_is_asked_again_and_the_lane_waits(
    house: House, someone: Citizen, line: FakeSender, clock: FakeClock
) -> None:
    await say(someone, "一")
    await say(someone, "二")
    line.troubles.append(Unavailable(retry_after=30))

    await deliver_all(house)
    clock.goes(29)
    await deliver_all(house)
    too_early = list(line.texts)
    clock.goes(1)
    await deliver_all(house)

    assert [] == too_early
    assert ["一", "二"] == line.texts


async def test_other_lanes_do_not_wait_for_a_busy_one(
    house: House, someone: Citizen, line: FakeSender, clock: FakeClock
) -> None:
    other = Citizen(house, clock, "line", "U2")
    async with house.store.work() as work:
        await work.conversations.open(other.lane, "line", "U2", "public2", clock.now())
    await say(someone, "一")
    await say(other, "二")
    line.troubles.append(Unavailable())

    await deliver_all(house)

    assert ["二"] == line.texts


async def test_a_lost_answer_goes_again_under_the_same_key_and_is_counted(
    house: House, someone: Citizen, line: FakeSender, clock: FakeClock, rows: Callable[..., Any]
) -> None:
    await say(someone, "一")
    line.troubles.append(Uncertain())
    await deliver_all(house)
    clock.goes(5)

    await deliver_all(house)

    [row] = await rows(outbox)
    assert ("sent", True, True) == (row.state, row.uncertain, row.reply_tried)
    assert [row.key] == [parcel.key for parcel in line.arrived]


async def test_who_blocked_us_is_unreachable_and_nothing_more_is_tried(
    house: House, someone: Citizen, line: FakeSender, rows: Callable[..., Any]
) -> None:
    await say(someone, "一")
    await say(someone, "二")
    line.troubles.append(Undeliverable(code="blocked"))

    await deliver_all(house)

    conversation = await someone.conversation()
    assert not conversation.reachable
    assert InCharge.BOT is conversation.charge.in_charge
    assert ["undeliverable", "undeliverable"] == await states(rows)
    assert [] == line.arrived


async def test_a_used_up_quota_makes_nobody_unreachable(house: House, someone: Citizen, line: FakeSender) -> None:
    await say(someone, "一")
    line.troubles.append(Undeliverable(code="quota"))

    await deliver_all(house)

    assert (await someone.conversation()).reachable


@pytest.mark.parametrize("trouble", [Unavailable, Uncertain, ValueError])
async def test_after_six_tries_it_is_parked_a_person_learns_of_it_and_the_lane_goes_on(
    house: House,
    someone: Citizen,
    line: FakeSender,
    clock: FakeClock,
    rows: Callable[..., Any],
    trouble: type[Exception],
) -> None:
    await say(someone, "一", Speaker.AGENT)
    await say(someone, "二", Speaker.AGENT)
    line.troubles.extend(trouble() for _ in range(6))

    began = clock.now()
    while not line.arrived:
        await deliver_all(house)
        clock.goes(5)

    charge = (await someone.conversation()).charge
    assert clock.now() - began <= 600
    assert ["parked", "sent"] == await states(rows)
    assert ["二"] == line.texts
    assert (InCharge.WAITING, Reason.STUCK) == (charge.in_charge, charge.reason)


async def test_a_sender_that_wakes_up_late_settles_nothing(
    house: House, someone: Citizen, line: FakeSender, rows: Callable[..., Any]
) -> None:
    hasty = replace(house, policy=replace(house.policy, send_lease_seconds=-1.0))
    await say(someone, "一")
    late, timely = await lease_parcel(hasty), await lease_parcel(house)
    assert late is not None
    assert timely is not None
    await send_parcel(house, timely)
    line.troubles.append(Unavailable())

    await send_parcel(house, late)

    assert ["sent"] == await states(rows)


async def test_a_channel_that_was_switched_off_settles_what_is_left(
    house: House, someone: Citizen, rows: Callable[..., Any]
) -> None:
    await say(someone, "一")

    await deliver_all(replace(house, senders={}))

    assert ["undeliverable"] == await states(rows)


async def test_what_was_done_is_not_forgotten_because_the_citizen_asked_for_a_person_meanwhile(
    house: House, someone: Citizen, line: FakeSender, clock: FakeClock
) -> None:
    """The platform was busy for a moment; nobody has taken over; the case number must still arrive."""
    await say(someone, "已受理。案號：DEMO-30001")
    line.troubles.append(Unavailable())
    await deliver_all(house)
    async with house.store.work() as work:
        conversation = await work.conversations.get(someone.lane)
        assert conversation is not None
        await handoff.ask_for_person(house, work, conversation, Reason.ASKED)
    clock.goes(5)

    await deliver_all(house)

    assert ["已受理。案號：DEMO-30001"] == line.texts
