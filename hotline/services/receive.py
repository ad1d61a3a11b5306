"""Taking in what citizens send: stored, in order, once, before anybody says yes to the platform.

One transaction for all events of a request: the conversation (which locks its lane, so that two receivers cannot swap two
messages), the line in the feed, the inbox row. A message that tells of a danger is answered right there. A redelivered event changes nothing and gets the same answer. Only then is
the bell rung.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hotline.domain import safety
from hotline.domain.messages import Incoming, Kind, Speaker
from hotline.domain.redaction import mask_ids
from hotline.ports import Work
from hotline.services.danger import answer_danger
from hotline.services.house import House

SETTLED_TOGETHER = (Kind.TEXT, Kind.PHOTO, Kind.LOCATION)
READ_FOR_DANGER = (Kind.TEXT, Kind.PHOTO)


async def receive(house: House, events: Sequence[Incoming]) -> list[int]:
    """Store the events; the sequence numbers of their lines in the feed (0 where an event leaves no line).

    Raises Unavailable when they could not be stored; then nothing was.
    """
    now = house.clock.now()
    async with house.store.work() as work:
        seqs = [await _take(house, work, event, now) for event in events]
    house.bell.ring("inbox")
    house.bell.ring("outbox")
    for lane in {event.lane for event in events}:
        house.bell.ring(f"feed:{lane}")
    house.bell.ring("desk")
    return seqs


async def _take(house: House, work: Work, event: Incoming, now: float) -> int:
    known = await work.inbox.known(event.channel, event.event_id)
    if known is not None:
        return known
    conversation = await work.conversations.open(event.lane, event.channel, event.address, house.ids.new(), now)
    if event.kind is Kind.WITHDRAWN:
        await work.feed.withdraw(event.lane, event.message_id)
        return 0
    if event.kind is Kind.EDITED:
        await work.feed.edit(event.lane, event.message_id, mask_ids(event.text)[0])
        return 0
    if event.kind is Kind.UNFOLLOW:
        await work.conversations.save(replace(conversation, reachable=False))
        return 0
    if not conversation.reachable:
        conversation = replace(conversation, reachable=True)
        await work.conversations.save(conversation)
    if event.kind is Kind.FOLLOW:
        seq = 0
    else:
        event, body = await _line(work, event)
        seq = await work.feed.add(
            event.lane,
            Speaker.CITIZEN,
            body,
            now,
            client_id=event.message_id if event.channel == "web" else "",
            message_id=event.message_id or event.event_id,
        )
    danger = safety.check(event.text) if event.kind in READ_FOR_DANGER and event.text else None
    if danger and event.answer:
        await work.inbox.add(event, seq, now, now, done=True)
        await answer_danger(
            house,
            work,
            conversation,
            danger,
            event.text,
            seqs=[seq],
            key=f"danger:{event.event_id}",
            reply_token=event.reply_token,
            reply_until=event.reply_until,
        )
    elif not event.answer:
        await work.inbox.add(event, seq, now, now, done=True)
    else:
        wait = house.policy.settle_seconds if event.kind in SETTLED_TOGETHER else 0.0
        await work.inbox.add(event, seq, now + wait, now)
    return seq


async def _line(work: Work, event: Incoming) -> tuple[Incoming, dict[str, Any]]:
    """The event as it may be stored, and its line in the feed."""
    match event.kind:
        case Kind.TEXT:
            text, covered = mask_ids(event.text)
            return replace(event, text=text), {"text": text, "covered": covered}
        case Kind.PAYLOAD:
            pressed = await work.buttons.press(event.payload, event.lane)
            return event, {"text": pressed.button.title if pressed else "（按鈕）"}
        case Kind.LOCATION:
            assert event.location is not None
            place = event.location
            return event, {
                "text": place.address or "（位置）",
                "location": {"lat": place.lat, "lng": place.lng, "address": place.address},
            }
        case Kind.PHOTO:
            text, covered = mask_ids(event.text)
            image = f"/chat/photos/{event.photo}" if event.channel == "web" else ""
            return replace(event, text=text), {"text": text or "（照片）", "image": image, "covered": covered}
        case Kind.STICKER:
            return event, {"text": f"（貼圖{'：' + event.text if event.text else ''}）"}
        case Kind.VOICE:
            return event, {"text": "（語音訊息）"}
        case _:
            return event, {"text": event.text or "（檔案）"}
