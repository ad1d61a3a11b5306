"""A life in danger: the right number at once, before and regardless of everything else, and the desk is alerted.

The check reads a message in the very transaction that stores it, so that nothing can be in its way: no failing message before
it, no Rasa that is away, no person in charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hotline.domain import handoff, words
from hotline.domain.catalogue import Emergency
from hotline.domain.messages import Button, Message
from hotline.domain.safety import Danger
from hotline.ports import Conversation, Work
from hotline.services.house import House
from hotline.services.speak import speak

ALSO_A_CASE = frozenset(
    {"exposed_wire", "collapse", "flood_danger", "fire", "medical", "trapped", "traffic_accident", "animal_attack"}
)
"""Dangers whose cause may be one of the city's kinds of cases."""


async def answer_danger(
    house: House,
    work: Work,
    conversation: Conversation,
    danger: Danger,
    text: str,
    *,
    seqs: Sequence[int],
    key: str,
    reply_token: str = "",
    reply_until: float = 0.0,
) -> Conversation:
    """Say the number, raise the alarm, keep quiet afterwards; all in the caller's transaction."""
    emergency = house.catalogue.emergencies[danger.code]
    alarmed = await raise_alarm(house, work, replace(conversation, pending=""), danger.code)
    if seqs:
        await work.feed.understand(
            conversation.lane,
            seqs,
            {
                "label": f"emergency/{danger.code}",
                "name": emergency.name,
                "confidence": 1.0,
                "others": [],
                "heard": [],
                "tried": f"已請市民撥{emergency.number}",
            },
        )
    await speak(
        house,
        work,
        alarmed,
        [with_go_on(emergency_words(house, emergency, danger.also), danger.code, text)],
        key=key,
        reply_token=reply_token,
        reply_until=reply_until,
    )
    return alarmed


async def raise_alarm(house: House, work: Work, conversation: Conversation, code: str) -> Conversation:
    """Mark the conversation for the desk; bring a person at once where the catalogue says so."""
    now = house.clock.now()
    person_now = house.catalogue.emergencies[code].action == "handover_now"
    charge = handoff.raise_alarm(conversation.charge, code, now, person_now=person_now)
    name = house.catalogue.emergencies[code].name
    alarmed = replace(conversation, charge=charge, frozen=True, title=conversation.title or name)
    await work.conversations.save(alarmed)
    await work.audit.add("assistant", "alarm", conversation.public_id, now, {"code": code})
    return alarmed


def with_go_on(message: Message, code: str, text: str) -> Message:
    """A hazard is also something to be mended: once people are safe, the same words can become a case."""
    if code not in ALSO_A_CASE:
        return message
    go_on = Button("接著通報", "go_on", {"text": text[:500]})
    return Message(f"{message.text}\n{words.DANGER_GO_ON}", (*message.buttons, go_on), message.card)


def emergency_words(house: House, emergency: Emergency, also: Sequence[str] = ()) -> Message:
    """What is said when a life may be in danger; the desk is alerted in the same commit that sends it."""
    numbers = [house.catalogue.emergencies[code].number for code in also if code in house.catalogue.emergencies]
    more = [number for number in dict.fromkeys(numbers) if number not in emergency.say]
    handed_over = emergency.action == "handover_now"
    lines = (
        emergency.say,
        f"也可以撥{'、'.join(more)}。" if more else "",
        emergency.say_handed_over if handed_over else words.DANGER_ALERTED,
    )
    call = Button(f"撥{emergency.number}", "call", {"about": emergency.number}, call=emergency.number)
    return Message("\n".join(filter(None, lines)), emergency.buttons or (call,))
