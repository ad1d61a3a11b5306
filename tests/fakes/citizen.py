"""A citizen with a telephone in the hand: says things, presses buttons, reads what comes back."""

from __future__ import annotations

import itertools
from typing import Any

from hotline.domain.handoff import InCharge
from hotline.domain.messages import Incoming, Kind, Lane, Location, lane_of
from hotline.ports import Conversation
from hotline.services.converse import converse_next
from hotline.services.house import House
from hotline.services.receive import receive
from tests.fakes.clock import FakeClock

_numbers = itertools.count(1)


async def work_all(house: House) -> int:
    """Work every turn that is due; how many there were."""
    turns = 0
    while await converse_next(house):
        turns += 1
    return turns


class Citizen:
    """One citizen on one channel. `says` and `presses` return what is new in the conversation, oldest first."""

    def __init__(self, house: House, clock: FakeClock, channel: str = "web", address: str = "") -> None:
        self.house = house
        self.clock = clock
        self.channel = channel
        self.address = address or f"citizen{next(_numbers)}"
        self.read = 0

    @property
    def lane(self) -> Lane:
        return lane_of(self.channel, self.address)

    def event(self, kind: Kind = Kind.TEXT, text: str = "", **more: Any) -> Incoming:
        """An event of this citizen, with an id of its own unless one is given."""
        given = {"event_id": f"e{next(_numbers)}"} | more
        message_id = given.pop("message_id", given["event_id"])
        return Incoming(
            channel=self.channel,
            address=self.address,
            kind=kind,
            at=self.clock.now(),
            text=text,
            message_id=message_id,
            **given,
        )

    async def sends(self, *texts: str) -> None:
        """Texts arrive; nobody works them yet."""
        for text in texts:
            await receive(self.house, [self.event(text=text)])

    async def says(self, *texts: str) -> list[dict[str, Any]]:
        await self.sends(*texts)
        return await self.waits()

    async def does(self, kind: Kind, **more: Any) -> list[dict[str, Any]]:
        """Anything but words."""
        await receive(self.house, [self.event(kind, **more)])
        return await self.waits()

    async def shares(self, lat: float, lng: float, address: str = "") -> list[dict[str, Any]]:
        """A pin on the map."""
        return await self.does(Kind.LOCATION, location=Location(lat, lng, address))

    async def presses(self, title: str) -> list[dict[str, Any]]:
        """The newest button with this title."""
        return await self.does(Kind.PAYLOAD, payload=await self.button(title))

    async def button(self, title: str) -> str:
        """What the newest button with this title sends."""
        for line in reversed(await self.everything()):
            for button in line["buttons"]:
                if button["title"] == title:
                    return str(button["payload"])
            for row in (line["card"] or {}).get("rows", []):
                if f"改{row['label']}" == title and row.get("payload"):
                    return str(row["payload"])
        raise AssertionError(f"there is no button {title}")

    async def waits(self, seconds: float = 1.0) -> list[dict[str, Any]]:
        """Time passes, everything due is worked; what others said meanwhile."""
        self.clock.goes(seconds)
        await work_all(self.house)
        return await self.reads()

    async def reads(self) -> list[dict[str, Any]]:
        """What others said since the last look."""
        async with self.house.store.look() as work:
            lines = await work.feed.after(self.lane, self.read)
        self.read = max([self.read, *(line["seq"] for line in lines)])
        return [line for line in lines if line["from"] != "citizen"]

    async def everything(self) -> list[dict[str, Any]]:
        async with self.house.store.look() as work:
            return await work.feed.after(self.lane, 0)

    async def conversation(self) -> Conversation:
        async with self.house.store.look() as work:
            found = await work.conversations.get(self.lane)
        assert found is not None
        return found

    async def in_charge(self) -> InCharge:
        return (await self.conversation()).charge.in_charge


def texts(lines: list[dict[str, Any]]) -> list[str]:
    """The words of feed lines."""
    return [line["text"] for line in lines]


def titles(line: dict[str, Any]) -> list[str]:
    """The buttons below a line."""
    return [button["title"] for button in line["buttons"]]
