"""What every bell promises: a hint that comes quickly, to everybody who listens, and that never keeps anybody from leaving."""

from __future__ import annotations

import asyncio

import pytest

from hotline.adapters.bell import LocalBell
from hotline.ports import Bell


@pytest.fixture(params=["local"])
def bell(request: pytest.FixtureRequest) -> Bell:
    return LocalBell()


async def test_everybody_who_listens_to_the_topic_hears_it_and_nobody_else(bell: Bell) -> None:
    async with bell.listen("inbox") as one, bell.listen("inbox") as two, bell.listen("outbox") as other:
        bell.ring("inbox")

        assert [True, True, False] == [await one(0.5), await two(0.5), await other(0.02)]


async def test_a_ring_between_two_waits_is_not_lost(bell: Bell) -> None:
    async with bell.listen("inbox") as wait:
        bell.ring("inbox")
        bell.ring("inbox")

        assert [True, False] == [await wait(0.5), await wait(0.02)]


async def test_silence_ends_by_itself(bell: Bell) -> None:
    async with bell.listen("inbox") as wait:
        assert not await wait(0.01)


async def test_a_ring_that_nobody_hears_is_lost_and_harms_nobody(bell: Bell) -> None:
    bell.ring("inbox")

    async with bell.listen("inbox") as wait:
        assert not await wait(0.02)


async def test_who_is_told_to_stop_at_the_very_moment_of_a_ring_stops(bell: Bell) -> None:
    async def listen_for_ever() -> None:
        async with bell.listen("inbox") as wait:
            while True:
                await wait(5)

    listener = asyncio.create_task(listen_for_ever())
    await asyncio.sleep(0.01)
    bell.ring("inbox")
    await asyncio.sleep(0)

    listener.cancel()

    done, _ = await asyncio.wait([listener], timeout=1)
    assert {listener} == done
