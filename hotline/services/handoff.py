"""Bringing in a person, and going back: who waits, who claims, who speaks. Every change of charge is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hotline.domain import handoff, words
from hotline.domain.catalogue import label_button
from hotline.domain.errors import NotFound, Refused
from hotline.domain.handoff import InCharge
from hotline.domain.messages import TEXT_LIMIT, Button, Message, Speaker
from hotline.domain.people import Agent, AgentId
from hotline.ports import Conversation, Work
from hotline.services.house import TAIPEI, House
from hotline.services.speak import speak

PRESENT_SECONDS = 120
ABSENT_SECONDS = 300
SUMMARY_MOST = 500


async def queue_words(house: House, work: Work, conversation: Conversation) -> Message:
    """What the citizen is told about the queue, from the queue as it is in this very transaction."""
    ahead = await work.conversations.ahead_of(conversation.charge)
    web = conversation.channel == "web"
    if ahead:
        text = (words.QUEUE_WAITING_WEB if web else words.QUEUE_WAITING).format(ahead=ahead)
    else:
        text = words.QUEUE_NEXT_WEB if web else words.QUEUE_NEXT
    if not await work.people.present(house.clock.now() - PRESENT_SECONDS):
        text = f"{text}\n{words.QUEUE_NOBODY_YET}"
    return Message(text, (Button("取消等候", "leave_queue"),))


async def queue_place(work: Work, conversation: Conversation) -> str:
    """Where they stand, as a phrase."""
    ahead = await work.conversations.ahead_of(conversation.charge)
    return f"前面還有{ahead}位" if ahead else "您是下一位"


def is_open(house: House) -> bool:
    """Do people sit at the desk now?"""
    return house.hours.is_open(datetime.fromtimestamp(house.clock.now(), TAIPEI))


async def ask_for_person(
    house: House, work: Work, conversation: Conversation, reason: str
) -> tuple[Conversation, list[Message]]:
    """Queue the citizen, or say honestly that nobody is there. In the caller's transaction."""
    if conversation.charge.in_charge is InCharge.WAITING:
        place = await queue_place(work, conversation)
        message = Message(words.QUEUE_ALREADY.format(place=place), (Button("取消等候", "leave_queue"),))
        return conversation, [message]
    if not is_open(house) and not conversation.charge.danger:
        buttons = (Button("留言", "leave_message"), Button("撥1999", "call", {"about": "1999"}, call="1999"))
        return conversation, [Message(words.QUEUE_CLOSED.format(hours=house.hours.show()), buttons)]
    charge = handoff.ask_for_person(conversation.charge, reason, house.clock.now())
    waiting = replace(conversation, charge=charge)
    await work.conversations.save(waiting)
    return waiting, [await queue_words(house, work, waiting)]


async def claim(house: House, agent: Agent, public_id: str) -> int:
    """The agent takes the conversation over; the new token. Raises Conflict when somebody else has it."""
    async with house.store.work() as work:
        conversation = await _open(work, public_id)
        charge = handoff.claim(conversation.charge, agent.id, agent.name)
        if charge is conversation.charge:
            return charge.token
        claimed = replace(conversation, charge=charge, seen_by_agent=conversation.last_seq)
        await work.conversations.save(claimed)
        await speak(
            house,
            work,
            claimed,
            [Message(words.AGENT_JOINED.format(name=agent.name))],
            key=f"claimed:{conversation.lane}:{charge.token}",
            name=agent.name,
            speaker=Speaker.SYSTEM,
        )
        await work.audit.add(agent.id, "claimed", public_id, house.clock.now(), {"reason": conversation.charge.reason})
    _changed(house, conversation)
    return charge.token


async def say(house: House, agent: Agent, public_id: str, client_id: str, text: str, token: int) -> int:
    """The agent writes to the citizen; the line's sequence number. The same `client_id` again changes nothing."""
    text = check_text(text)
    async with house.store.work() as work:
        conversation = await _open(work, public_id)
        known = await work.feed.by_client_id(conversation.lane, client_id)
        if known is not None:
            return known
        handoff.check_holds(conversation.charge, agent.id, token)
        seqs = await speak(
            house,
            work,
            conversation,
            [Message(text)],
            key=f"agent:{client_id}",
            speaker=Speaker.AGENT,
            name=agent.name,
            client_id=client_id,
        )
        fresh = await work.conversations.get(conversation.lane)
        assert fresh is not None
        await work.conversations.save(replace(fresh, seen_by_agent=fresh.last_seq))
    _changed(house, conversation)
    return seqs[0]


async def note(house: House, agent: Agent, public_id: str, client_id: str, text: str) -> int:
    """A note for colleagues. It never leaves the desk."""
    text = check_text(text)
    async with house.store.work() as work:
        conversation = await _open(work, public_id)
        known = await work.feed.by_client_id(conversation.lane, client_id)
        if known is not None:
            return known
        seq = await work.feed.add(
            conversation.lane,
            Speaker.AGENT,
            {"text": text},
            house.clock.now(),
            name=agent.name,
            client_id=client_id,
            note=True,
        )
    house.bell.ring("desk")
    return seq


async def give_back(house: House, agent: Agent, public_id: str, token: int, *, closed: bool, summary: str = "") -> None:
    """Back to the assistant: the citizen is told, with the agent's one sentence, and asked how it was when it is closed."""
    summary = summary.strip()[:SUMMARY_MOST]
    async with house.store.work() as work:
        conversation = await _open(work, public_id)
        handoff.check_holds(conversation.charge, agent.id, token)
        was_danger = bool(conversation.charge.danger)
        back = replace(conversation, charge=handoff.give_back(conversation.charge), frozen=False, expects={})
        messages = [
            Message(
                words.AGENT_LEFT.format(name=agent.name, summary=f"\n{summary}\n" if summary else ""),
                (label_button("找專人", "handoff"),),
            )
        ]
        if closed and not was_danger:
            choices = tuple(Button(word, "rate", {"value": word}) for word in ("有", "普通", "沒有"))
            messages.append(Message(words.SATISFACTION_ASK, choices))
            back = replace(back, expects={"what": "rating"})
        await work.conversations.save(back)
        await speak(
            house,
            work,
            back,
            messages,
            key=f"left:{conversation.lane}:{back.charge.token}",
            name=agent.name,
            speaker=Speaker.SYSTEM,
        )
        await work.audit.add(agent.id, "closed" if closed else "returned", public_id, house.clock.now())
    _changed(house, conversation)


async def put_back_all(house: House, agent: Agent) -> int:
    """The agent is gone: those they were talking with wait again, in their old places. How many there were."""
    async with house.store.work() as work:
        held = await work.conversations.held_by(agent.id)
        for conversation in held:
            waiting = replace(conversation, charge=handoff.put_back(conversation.charge, house.clock.now()))
            await work.conversations.save(waiting)
            ahead = await work.conversations.ahead_of(waiting.charge)
            await speak(
                house,
                work,
                waiting,
                [Message(words.AGENT_TIMED_OUT.format(name=agent.name, ahead=ahead))],
                key=f"lapsed:{waiting.lane}:{waiting.charge.token}",
                speaker=Speaker.SYSTEM,
            )
    for conversation in held:
        _changed(house, conversation)
    return len(held)


async def put_back_absent(house: House) -> int:
    """Agents who hold somebody and have not been seen for a while: those citizens wait again. How many there were."""
    now = house.clock.now()
    async with house.store.look() as work:
        seen = [
            (await work.people.get(AgentId(holder)), await work.people.last_seen(AgentId(holder)))
            for holder in await work.conversations.holders()
        ]
    gone = [agent for agent, last in seen if agent and (last is None or now - last > ABSENT_SECONDS)]
    return sum([await put_back_all(house, agent) for agent in gone])


def check_text(text: str) -> str:
    """What a person wrote, fit to send. Raises Refused."""
    text = text.strip()
    if not text:
        raise Refused(words.INPUT_EMPTY, code="empty")
    if len(text) > TEXT_LIMIT:
        raise Refused(words.INPUT_TOO_LONG, code="too_long")
    return text


async def _open(work: Work, public_id: str) -> Conversation:
    """The conversation, its lane locked for this transaction."""
    found = await work.conversations.by_public_id(public_id)
    if found is None:
        raise NotFound
    return await work.conversations.open(found.lane, found.channel, found.address, found.public_id, 0.0)


def _changed(house: House, conversation: Conversation) -> None:
    for topic in (f"feed:{conversation.lane}", "outbox", "desk"):
        house.bell.ring(topic)


def packet(conversation: Conversation, understood: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the person who takes over should know without asking: built from what the assistant understood so far."""
    known: list[dict[str, Any]] = []
    tried: list[str] = []
    draft: dict[str, Any] | None = None
    for one in understood:
        if one.get("draft"):
            draft = one["draft"]
        if one.get("tried"):
            tried.append(one["tried"])
        for row in one.get("heard") or ():
            known = [old for old in known if old["label"] != row["label"]] + [row]
    return {
        "summary": conversation.title,
        "reason": conversation.charge.reason,
        "tried": tried[-5:],
        "known": known,
        "draft": draft,
    }
