"""A turn as an action sees it, and the one way an action answers.

Actions are thin: they read what Rasa understood, call one service, say what the service says, and leave a receipt, the
proof for the door that they really ran. They never decide who may do what; that is the services'.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from hotline.domain.messages import Lane, Location, Message
from hotline.domain.report import Heard
from hotline.services.house import House

Events = list[dict[str, Any]]


class TurnView:
    """What this message is, whose it is, and what has been remembered."""

    def __init__(self, tracker: Tracker) -> None:
        latest = tracker.latest_message or {}
        metadata = latest.get("metadata") or {}
        self.lane = Lane(metadata["lane"])
        self.message_id = str(metadata["event_id"])
        self.after_danger = bool(metadata.get("resumed"))  # the form must not go on by itself
        self.alarmed = bool(metadata.get("alarmed"))  # the desk knows of this danger already
        self.slots: Mapping[str, Any] = tracker.slots
        self.labels: Sequence[Mapping[str, Any]] = latest.get("labels") or ()
        text = str(latest.get("text") or "")
        intent = latest.get("intent") or {}
        entities = tuple(latest.get("entities") or ())
        by_button = text.startswith("/")  # the door lets a slash through only for our own buttons
        point = metadata.get("location")
        pressed = {str(one["entity"]): one["value"] for one in entities} if by_button else None
        self.heard = Heard(
            text="" if by_button else text,
            intent=str(intent.get("name") or ""),
            confidence=float(intent.get("confidence") or 0.0),
            label=self._label(intent, pressed),
            entities=() if by_button else entities,
            pressed=None if intent.get("name") == "attachment" else pressed,
            photos=tuple(metadata.get("photos") or ()),
            location=Location(point["lat"], point["lng"], point.get("address") or "") if point else None,
        )
        self.said = text if not by_button else ""

    def _label(self, intent: Mapping[str, Any], pressed: Mapping[str, Any] | None) -> str:
        if pressed is not None:
            about = pressed.get("about")
            return f"{intent.get('name')}/{about}" if about else str(intent.get("name"))
        return str(self.labels[0]["name"]) if self.labels else str(intent.get("name") or "")

    @property
    def about(self) -> str:
        """What a label is about: the topic, the kind of case, the referral."""
        return self.heard.label.partition("/")[2]

    def entity(self, name: str) -> str:
        """An entity's value, pressed or typed."""
        if self.heard.pressed is not None:
            return str(self.heard.pressed.get(name) or "")
        found = self.heard.first(name)
        return str(found["value"]) if found else ""


class HotlineAction(Action, ABC):
    """An action with a house behind it. A subclass names itself and says in `act` what is said and remembered."""

    label = ""

    def __init__(self, house: House) -> None:
        self.house = house

    def name(self) -> str:
        return self.label

    def key(self, turn: TurnView) -> str:
        """The name of this action's effect: the same however often the turn is repeated, and no way back to a citizen."""
        return hashlib.sha256(f"{turn.lane}:{turn.message_id}:{self.label}".encode()).hexdigest()[:40]

    @abstractmethod
    async def act(self, turn: TurnView) -> tuple[Sequence[Message | Mapping[str, Any]], Mapping[str, Any]]:
        """What is said, and the slots that change."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        turn = TurnView(tracker)
        said, slots = await self.act(turn)
        say(dispatcher, said)
        receipt = f"{turn.message_id}:{self.label}"
        return [SlotSet(name, value) for name, value in slots.items()] + [SlotSet("receipt", receipt)]


def say(dispatcher: CollectingDispatcher, said: Sequence[Message | Mapping[str, Any]]) -> None:
    """Messages, and what the service is asked for beside them (a person, an alarm), as Rasa's custom replies."""
    for one in said:
        dispatcher.utter_message(json_message=one.to_json() if isinstance(one, Message) else dict(one))
