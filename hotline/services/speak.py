"""Saying something to a citizen: a line in the feed, its buttons, and a parcel for the channel, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hotline.domain.messages import Button, Message, Speaker
from hotline.ports import Conversation, Work
from hotline.services.house import House

FEED_CHANNELS = frozenset({"web"})
"""Channels whose readers take the feed itself: no parcel is needed."""


async def speak(
    house: House,
    work: Work,
    conversation: Conversation,
    messages: Sequence[Message],
    *,
    key: str,
    speaker: Speaker = Speaker.BOT,
    name: str = "",
    reply_token: str = "",
    reply_until: float = 0.0,
    token: int | None = None,
    client_id: str = "",
) -> list[int]:
    """Store the messages and hand them to the channel, once under `key`. Returns their sequence numbers.

    Buttons stand on the last message only, as every channel shows them there.
    """
    now = house.clock.now()
    sent: list[dict[str, Any]] = []
    seqs: list[int] = []
    for k, message in enumerate(messages):
        last = k == len(messages) - 1
        meanings = {house.ids.new(10): button for button in message.buttons} if last else {}
        shown = [
            {"title": button.title, "payload": payload}
            | ({"call": button.call} if button.call else {})
            | ({"ask": button.ask} if button.ask else {})
            for payload, button in meanings.items()
        ]
        body = {"text": message.text, "buttons": shown, "card": _card(house, message, meanings), "image": message.image}
        seq = await work.feed.add(conversation.lane, speaker, body, now, name=name, client_id=client_id if last else "")
        await work.buttons.add(conversation.lane, seq, meanings, now)
        sent.append(
            {"text": message.text, "buttons": shown, "card": body["card"], "image": message.image, "name": name}
        )
        seqs.append(seq)
    if sent and conversation.channel not in FEED_CHANNELS and conversation.channel in house.senders:
        await work.outbox.add(
            conversation.lane,
            f"{conversation.public_id}:{key}",
            sent,
            reply_token=reply_token,
            reply_until=reply_until,
            token=conversation.charge.token if token is None else token,
            by_bot=speaker is Speaker.BOT,
            now=now,
        )
    return seqs


def _card(house: House, message: Message, meanings: dict[str, Button]) -> dict[str, Any] | None:
    """The card as readers get it: a row's 「改」 travels as an opaque payload, like every button."""
    if message.card is None:
        return None
    card = dict(message.card)
    if card.get("kind") == "readback":
        rows = []
        for row in card["rows"]:
            change = row.get("change")
            payload = None
            if change is not None:
                payload = house.ids.new(10)
                meanings[payload] = Button("改", "change_report", {"about": change})
            rows.append({"label": row["label"], "value": row["value"], "payload": payload})
        card["rows"] = rows
    return card
