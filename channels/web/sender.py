"""The web chat's way out: the feed itself, streamed to whoever holds the token, from where they left off."""

from __future__ import annotations

import time
from typing import Any

from sanic import Request

from channels.web import limits, wire
from hotline.domain.errors import Unavailable
from hotline.domain.messages import Lane
from hotline.services.house import House
from hotline.services.standing import standing


async def stream(house: House, request: Request, lane: Lane, after: int) -> None:
    """Send everything after a sequence number, then whatever comes, until the reader leaves.

    A reader who comes back with the last number seen misses nothing and gets nothing twice.
    """
    response = await request.respond(
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    assert response is not None
    await response.send(b"retry: 2000\n\n")
    told: dict[str, Any] | None = None
    quiet_since = time.monotonic()
    async with house.bell.listen(f"feed:{lane}") as wait:
        while True:
            try:
                async with house.store.look() as work:
                    events = await work.feed.after(lane, after)
                    state = await standing(house, work, lane)
            except Unavailable:
                events, state = [], (told or {}) | {"degraded": True}
            if state is None:
                await response.eof()
                return
            for event in events:
                await response.send(wire.frame(event))
                after = event["seq"]
            if state != told:
                await response.send(wire.state_frame(state))
                told = state
            if events:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > limits.HEARTBEAT_SECONDS:
                await response.send(b": still here\n\n")
                quiet_since = time.monotonic()
            await wait(limits.POLL_SECONDS)
