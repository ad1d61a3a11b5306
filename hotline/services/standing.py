"""How a conversation stands, as its citizen may know it: who answers, where they are in the queue, whether we are thinking."""

from __future__ import annotations

from typing import Any

from hotline.domain.handoff import InCharge
from hotline.domain.messages import Lane
from hotline.ports import Work
from hotline.services.house import House


async def standing(house: House, work: Work, lane: Lane) -> dict[str, Any] | None:
    """The state for the widget's head and footer; None when the session has ended."""
    conversation = await work.conversations.get(lane)
    if conversation is None:
        return {"in_charge": "bot", "agent": None, "ahead": None, "working": False, "degraded": False}
    if not await work.web_sessions.any(conversation.address):
        return None
    charge = conversation.charge
    waiting = charge.in_charge is InCharge.WAITING
    return {
        "in_charge": charge.in_charge.value,
        "agent": charge.agent_name or None,
        "ahead": await work.conversations.ahead_of(charge) if waiting else None,
        "working": charge.in_charge is InCharge.BOT and await work.inbox.is_open(lane),
        "degraded": bool(conversation.expects.get("degraded")),
    }
