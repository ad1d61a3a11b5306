"""What people say to one another here: what comes in from a channel, what goes out to one, what a reader sees.

A channel turns bytes into `Incoming` and `Message` into bytes; nothing else of a platform gets past its folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

Lane = NewType("Lane", str)
"""One conversation: `channel:address`. It is worked strictly in order."""

TEXT_LIMIT = 5000
"""Characters a citizen may send in one message; LINE's own limit, kept for every channel."""


def lane_of(channel: str, address: str) -> Lane:
    """The lane of a citizen's address on a channel."""
    return Lane(f"{channel}:{address}")


class Kind(StrEnum):
    """What an incoming event is."""

    TEXT = "text"
    PAYLOAD = "payload"  # one of our own buttons was pressed
    LOCATION = "location"
    PHOTO = "photo"
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"  # video, documents and whatever else cannot be read here
    FOLLOW = "follow"  # first contact, or back again
    UNFOLLOW = "unfollow"
    WITHDRAWN = "withdrawn"  # the citizen took a message back
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map in WGS84 degrees, with the address a platform wrote beside it, if any."""

    lat: float
    lng: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of one citizen, as a channel understood it.

    `event_id` is the platform's own id (the key against redelivery); `message_id` names the message it is about,
    so that a later edit or withdrawal finds it. Times are seconds since the epoch.
    """

    channel: str
    event_id: str
    address: str
    kind: Kind
    at: float
    text: str = ""
    payload: str = ""
    location: Location | None = None
    photo: str = ""  # where the channel can fetch it: its own reference, or our photo id
    message_id: str = ""
    reply_token: str = ""
    reply_until: float = 0.0
    answer: bool = True  # False: stored, never answered (LINE's standby mode)
    language: str = ""

    @property
    def lane(self) -> Lane:
        return lane_of(self.channel, self.address)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `intent` and `entities` are what it means to the assistant; `call` is a number to phone,
    `ask` opens a picker ("location", "photo"). The payload that travels is an opaque id, given when it is sent."""

    title: str
    intent: str = ""
    entities: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""
    ask: str = ""

    def to_json(self) -> dict[str, Any]:
        meaning = {"title": self.title, "intent": self.intent, "entities": dict(self.entities)}
        return meaning | {key: value for key, value in (("call", self.call), ("ask", self.ask)) if value}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Button:
        return cls(
            raw["title"], raw.get("intent", ""), raw.get("entities") or {}, raw.get("call", ""), raw.get("ask", "")
        )


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a citizen. `text` is complete by itself; `card` is the same for a page that can draw it."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None
    image: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "buttons": [button.to_json() for button in self.buttons],
            "card": dict(self.card) if self.card else None,
            "image": self.image,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Message:
        buttons = tuple(Button.from_json(button) for button in raw.get("buttons") or ())
        return cls(raw.get("text") or "", buttons, raw.get("card"), raw.get("image") or "")


class Speaker(StrEnum):
    """Who said it."""

    CITIZEN = "citizen"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"
