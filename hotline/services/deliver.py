"""Getting answers out: one parcel at a time per lane, in order, exactly as often as the channel lets us be sure of.

How an answer gets out
    A turn's commit left a parcel in the outbox. The head of a free lane is leased; the channel's sender delivers it; the
    row ends as sent, parked, undeliverable, or dropped when it was written under an older token (a person has taken over
    and the assistant must be silent).

What can go wrong
    The channel is away or asks to wait: tried again, six times within ten minutes, the lane waiting. The answer of the
    channel is lost: the same parcel goes again under the same key; a channel that keeps keys says "I have it", one that does
    not may show it twice, and the row is counted as uncertain. The channel says no for good: the citizen is marked
    unreachable, and nothing is parked.
"""

from __future__ import annotations

from dataclasses import replace

from hotline.domain import handoff
from hotline.domain.errors import Unavailable, Uncertain, Undeliverable
from hotline.domain.handoff import InCharge, Reason
from hotline.domain.retries import pause_after
from hotline.ports import Parcel
from hotline.services.house import House

NOT_THE_CITIZENS = frozenset({"quota", "line_refuses_content", "telegram_refuses_content"})
"""Refusals that say nothing about the citizen: they stay reachable."""


async def lease_parcel(house: House) -> Parcel | None:
    """The next parcel that is due, leased; None when there is none."""
    async with house.store.work() as work:
        return await work.outbox.lease(house.policy.send_lease_seconds, house.clock.now())


async def deliver_next(house: House) -> bool:
    """Deliver the next parcel, if there is one. False when nothing is due."""
    parcel = await lease_parcel(house)
    if parcel is None:
        return False
    await send_parcel(house, parcel)
    return True


async def send_parcel(house: House, parcel: Parcel) -> None:
    """Deliver a leased parcel, or settle why not. It raises only when the database is away."""
    async with house.store.look() as work:
        conversation = await work.conversations.get(parcel.lane)
    assert conversation is not None
    sender = house.senders.get(parcel.channel)
    held_by_person = conversation.charge.in_charge is InCharge.AGENT
    if sender is None:
        await _finish(house, parcel, "undeliverable")
    elif parcel.by_bot and parcel.token < conversation.charge.token and held_by_person:
        await _finish(house, parcel, "dropped")
    elif not conversation.reachable:
        await _finish(house, parcel, "undeliverable")
    else:
        try:
            delivered = await sender.send(parcel, house.clock.now())
        except Undeliverable as error:
            await _unreachable(house, parcel, error.code)
        except Uncertain as error:
            async with house.store.work() as work:
                await work.outbox.note_reply_tried(parcel)
            await _again(house, parcel, error.code, 0.0, uncertain=True)
        except Unavailable as error:
            await _again(house, parcel, error.code, error.retry_after)
        except Exception as error:
            house.log.error("send_failed", parcel=parcel.id, error=type(error).__name__)
            await _again(house, parcel, type(error).__name__, 0.0)
        else:
            await _finish(house, parcel, "sent", delivered.via)


async def _finish(house: House, parcel: Parcel, state: str, via: str = "") -> None:
    async with house.store.work() as work:
        await work.outbox.finish(parcel, state, via)


async def _again(house: House, parcel: Parcel, error: str, asked: float, *, uncertain: bool = False) -> None:
    pause = pause_after(parcel.attempts, asked)
    now = house.clock.now()
    async with house.store.work() as work:
        if pause is not None:
            await work.outbox.retry(parcel, now + pause, error, uncertain=uncertain)
            return
        if not await work.outbox.finish(parcel, "parked"):
            return
        conversation = await work.conversations.get(parcel.lane)
        assert conversation is not None
        charge = handoff.ask_for_person(conversation.charge, Reason.STUCK, now)
        await work.conversations.save(replace(conversation, charge=charge))
    house.log.error("parcel_parked", parcel=parcel.id, error=error)
    house.bell.ring("desk")


async def _unreachable(house: House, parcel: Parcel, code: str) -> None:
    async with house.store.work() as work:
        await work.outbox.finish(parcel, "undeliverable")
        conversation = await work.conversations.get(parcel.lane)
        if conversation and code not in NOT_THE_CITIZENS:
            await work.conversations.save(replace(conversation, reachable=False))
    house.log.warning("undeliverable", parcel=parcel.id, code=code)
    house.bell.ring("desk")
