"""A platform that takes what it is sent, or does what it is told to do instead."""

from __future__ import annotations

from collections import deque

from hotline.ports import Delivered, Parcel


class FakeSender:
    """`Sender` for tests: keeps what arrived; `troubles` are raised first, one a call."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.arrived: list[Parcel] = []
        self.troubles: deque[Exception] = deque()
        self.pictures: dict[str, bytes] = {}

    async def send(self, parcel: Parcel, now: float) -> Delivered:
        if self.troubles:
            raise self.troubles.popleft()
        self.arrived.append(parcel)
        return Delivered("reply" if parcel.reply_token and now < parcel.reply_until else "push")

    async def busy(self, address: str) -> None:
        """Nothing is shown."""

    async def fetch_photo(self, source: str) -> bytes:
        if self.troubles:
            raise self.troubles.popleft()
        return self.pictures[source]

    @property
    def texts(self) -> list[str]:
        """Everything that arrived, in order."""
        return [message["text"] for parcel in self.arrived for message in parcel.messages]
