"""What the desk shows: the list of who needs a person, and one conversation with all that is known about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from hotline.domain.errors import NotFound
from hotline.domain.people import Agent
from hotline.ports import Conversation, QueueRow
from hotline.services.cases import day
from hotline.services.handoff import is_open, packet
from hotline.services.house import TAIPEI, House

CHANNEL_NAMES = {"line": "LINE", "telegram": "Telegram", "web": "網頁"}


def iso(at: float | None) -> str | None:
    """Taipei's time with its offset."""
    return datetime.fromtimestamp(at, TAIPEI).isoformat(timespec="seconds") if at is not None else None


async def overview(house: House, agent: Agent) -> dict[str, Any]:
    """The three lists, and what was done today."""
    now = house.clock.now()
    midnight = datetime.combine(house.today(), time(), TAIPEI).timestamp()
    async with house.store.look() as work:
        waiting, mine, team = await work.conversations.queue(agent.id)
        done = await work.audit.count("closed", midnight) + await work.audit.count("returned", midnight)
    return {
        "now": iso(now),
        "hours": {"open": is_open(house), "text": None if house.hours.always else house.hours.show()},
        "waiting": [_row(house, row) for row in waiting],
        "mine": [_row(house, row) for row in mine],
        "team": [_row(house, row) for row in team],
        "done_today": done,
    }


async def conversation(house: House, agent: Agent, public_id: str, before: int | None) -> dict[str, Any]:
    """One conversation: the transcript with what was understood, the packet, the citizen's cases in this chat."""
    async with house.store.look() as work:
        found = await work.conversations.by_public_id(public_id)
        if found is None:
            raise NotFound
        messages = [_for_desk(message) for message in await work.feed.before(found.lane, before)]
        cases = await work.cases.of(found.lane)
        last = messages[-1] if messages else None
    understood = [message["understood"] for message in messages if message.get("understood")]
    last_text = last["text"] if last else ""
    row = QueueRow(found, last_text, last["from"] if last else "citizen", 0)
    return {
        "conversation": _row(house, row),
        "messages": messages,
        "packet": packet(found, understood),
        "cases": [
            {
                "number": case.number,
                "kind": case.name,
                "place": case.where,
                "status": case.status.value,
                "opened_at": day(case.opened_at),
            }
            for case in cases
        ],
        "token": found.charge.token,
    }


async def mark_seen(house: House, agent: Agent, public_id: str) -> None:
    """The agent who holds the conversation has read it to the end."""
    async with house.store.work() as work:
        found = await work.conversations.by_public_id(public_id)
        if found and found.charge.agent_id == agent.id and found.seen_by_agent < found.last_seq:
            await work.conversations.save(replace(found, seen_by_agent=found.last_seq))


def _row(house: House, row: QueueRow) -> dict[str, Any]:
    found, charge = row.conversation, row.conversation.charge
    danger = None
    if charge.danger:
        emergency = house.catalogue.emergencies.get(charge.danger)
        danger = {
            "code": charge.danger,
            "name": emergency.name if emergency else charge.danger,
            "since": iso(charge.danger_since),
            "place": _place(found) or row.last[:60] or None,
        }
    return {
        "id": found.public_id,
        "channel": found.channel,
        "title": found.title or row.last[:24] or "還沒說什麼事",
        "last": row.last[:120],
        "last_from": row.last_from,
        "waiting_since": iso(charge.waiting_since),
        "in_charge": charge.in_charge.value,
        "agent": charge.agent_name or None,
        "danger": danger,
        "reason": charge.reason or None,
        "unread": row.unread,
        "reachable": found.reachable,
        "last_at": iso(found.last_at),
    }


def _for_desk(message: dict[str, Any]) -> dict[str, Any]:
    """A feed event with its picture at the address that the desk's cookie opens."""
    image = message.get("image")
    return {**message, "image": image.replace("/chat/photos/", "/desk/api/photos/") if image else None}


def _place(found: Conversation) -> str | None:
    """The place in the title, if one is known."""
    _, comma, where = found.title.rpartition("，")
    return where if comma else None
