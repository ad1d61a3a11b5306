"""The worker: takes what is due from the inbox and the outbox, several lanes at a time, each lane one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hotline.domain.errors import Unavailable
from hotline.services.converse import lease_turn, work_turn
from hotline.services.deliver import lease_parcel, send_parcel
from hotline.services.handoff import put_back_absent
from hotline.services.house import House
from hotline.services.retention import forget_old_contacts

TURNS_AT_ONCE = 8
PARCELS_AT_ONCE = 8
POLL_SECONDS = 2.0


async def work_inbox(house: House) -> None:
    """Turns, for ever."""
    await _forever(house, "inbox", TURNS_AT_ONCE, lease_turn, work_turn)


async def work_outbox(house: House) -> None:
    """Parcels, for ever."""
    await _forever(house, "outbox", PARCELS_AT_ONCE, lease_parcel, send_parcel)


async def look_after_things(house: House) -> None:
    """Every half minute: nobody waits for an agent who has gone, and what is kept too long goes."""
    while True:
        await asyncio.sleep(30.0)
        try:
            await put_back_absent(house)
            await forget_old_contacts(house)
        except Exception as error:
            house.log.error("care_failed", error=type(error).__name__)


async def _forever(
    house: House,
    topic: str,
    at_once: int,
    lease: Callable[[House], Awaitable[Any]],
    work: Callable[[House, Any], Awaitable[None]],
) -> None:
    """Lease, hand to a task, lease again; when nothing is due, wait for the bell or for the next due moment."""
    room = asyncio.Semaphore(at_once)
    running: set[asyncio.Task[None]] = set()

    async def one(leased: Any) -> None:
        try:
            await work(house, leased)
        except Unavailable as error:
            house.log.warning("work_interrupted", what=topic, code=error.code)  # the lease runs out, the row comes back
        except Exception as error:
            house.log.error("work_failed", what=topic, error=type(error).__name__)
        finally:
            room.release()
            house.bell.ring(topic)

    async with house.bell.listen(topic) as wait:
        try:
            while True:
                await room.acquire()
                try:
                    leased = await lease(house)
                except (
                    Exception
                ) as error:  # whatever it was, the next try may find it gone; the worker never ends by itself
                    room.release()
                    house.log.error("lease_failed", what=topic, error=type(error).__name__)
                    await asyncio.sleep(1.0)
                    continue
                if leased is None:
                    room.release()
                    await wait(await _until_due(house, topic))
                    continue
                task = asyncio.create_task(one(leased))
                running.add(task)
                task.add_done_callback(running.discard)
        finally:
            if running:
                await asyncio.wait(running, timeout=15.0)


async def _until_due(house: House, topic: str) -> float:
    """Seconds until the next row is due, at most the poll."""
    try:
        async with house.store.look() as work:
            due = await (work.inbox if topic == "inbox" else work.outbox).next_at()
    except Unavailable:
        return POLL_SECONDS
    if due is None:
        return POLL_SECONDS
    return min(max(due - house.clock.now(), 0.01), POLL_SECONDS)
