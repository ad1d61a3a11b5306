"""The bell inside one process: an event per listener. PostgreSQL's NOTIFY takes its place where there are several.

A ring is only a hint and may be lost; whoever listens also looks by themselves every now and then.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class LocalBell:
    """`Bell` within one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, topic: str) -> None:
        for event in self._listeners.get(topic, ()):
            event.set()

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[Callable[[float], Awaitable[bool]]]:
        event = asyncio.Event()
        self._listeners[topic].add(event)

        async def wait(seconds: float) -> bool:
            try:
                async with asyncio.timeout(seconds):  # wait_for would swallow a cancellation that meets the ring
                    await event.wait()
            except TimeoutError:
                return False
            event.clear()
            return True

        try:
            yield wait
        finally:
            self._listeners[topic].discard(event)
            if not self._listeners[topic]:
                del self._listeners[topic]
