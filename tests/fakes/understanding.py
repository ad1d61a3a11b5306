"""A small scripted Rasa: what sentences mean is told to it, how a turn is played is as Rasa and its door play one.

The rules are those of data/rules, the sentences those of domain.yml, and the actions are our real ones, called with what
Rasa would send, through JSON. A turn is judged as the door judges it: an action that failed, one without a receipt and a turn
that says nothing are no turn, and nothing of them is kept. The same message id again is answered from memory.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import ActionExecutor

from actions.route import EVERY_ACTION
from hotline.domain.errors import Unavailable
from hotline.ports import Turn
from hotline.services.house import House

PROJECT = Path(__file__).resolve().parents[2]
FORM, FORM_SLOT = "report_form", "report_answer"
WITHOUT_RECEIPT = ("validate_report_form", "action_ask_report_answer")


@dataclass(frozen=True)
class Meaning:
    """What a sentence means to this Rasa."""

    label: str
    entities: tuple[Mapping[str, Any], ...] = ()
    confidence: float = 0.95
    others: tuple[str, ...] = ()
    wishes: tuple[tuple[str, str], ...] = ()  # (label, its own words)

    @property
    def intent(self) -> str:
        return self.label.partition("/")[0]


UNKNOWN = Meaning("nlu_fallback", confidence=0.3)


def entity(name: str, value: str, **info: Any) -> dict[str, Any]:
    """An entity as our extractor hands it over."""
    return {"entity": name, "start": 0, "end": len(value), "value": value, "additional_info": info}


def a_place(value: str, **parts: Any) -> dict[str, Any]:
    """A place that a sentence names."""
    return entity("place", value, **parts)


@dataclass
class Memory:
    """What Rasa keeps of one conversation."""

    slots: dict[str, Any] = field(default_factory=dict)
    in_form: bool = False
    turns: dict[str, Turn] = field(default_factory=dict)


class FakeUnderstanding:
    """`Understanding` for tests."""

    def __init__(self) -> None:
        self.meanings: dict[str, Meaning] = {}
        self.memories: dict[str, Memory] = {}
        self.away = False
        self.broken_actions: set[str] = set()
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_thinking = asyncio.Event()
        self._executor = ActionExecutor()
        domain = _read(PROJECT / "domain.yml")
        self._responses: dict[str, list[dict[str, Any]]] = domain["responses"]
        self._empty_slots = {name: slot.get("initial_value") for name, slot in domain["slots"].items()}
        self._rules = _rules()

    def serves(self, house: House) -> None:
        """Run the actions of this house."""
        for action in EVERY_ACTION:
            self._executor.register_action(action(house))

    def learns(
        self,
        text: str,
        label: str,
        *entities: Mapping[str, Any],
        confidence: float = 0.95,
        others: tuple[str, ...] = (),
        wishes: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """From now on this text means that."""
        self.meanings[text] = Meaning(label, entities, confidence, others, wishes)

    # ── the port ──

    async def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        channel: str,
        text: str = "",
        payload: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Turn:
        self.asked.append(message_id)
        self.is_thinking.set()
        await self.may_answer.wait()
        if self.away:
            raise Unavailable(code="rasa_away")
        memory = self.memories.setdefault(conversation, Memory(dict(self._empty_slots)))
        if message_id in memory.turns:
            return memory.turns[message_id]
        latest = self._understood(text, payload)
        latest["message_id"] = message_id
        latest["metadata"] = {**(metadata or {}), "event_id": message_id, "channel": channel}
        played = copy.deepcopy(memory)
        played.slots["receipt"] = None
        replies, receipts = await self._play(played, latest)
        slots = {name: value for name, value in played.slots.items() if name != "receipt" and value is not None}
        told = {key: latest[key] for key in ("intent", "labels", "wishes", "entities")}
        turn = Turn(tuple(replies), json.loads(json.dumps(told)), slots, tuple(receipts))
        played.turns[message_id] = turn
        self.memories[conversation] = played
        return turn

    async def ready(self) -> bool:
        return not self.away

    async def forget(self, conversation: str) -> None:
        self.is_thinking.set()
        await self.may_answer.wait()
        if self.away:
            raise Unavailable(code="rasa_away")
        self.memories.pop(conversation, None)

    # ── understanding ──

    def _understood(self, text: str, payload: Mapping[str, Any] | None) -> dict[str, Any]:
        if payload is not None:
            given = dict(payload.get("entities") or {})
            return {
                "text": f"/{payload['intent']}{json.dumps(given, ensure_ascii=False) if given else ''}",
                "intent": {"name": payload["intent"], "confidence": 1.0},
                "entities": [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in given.items()],
                "labels": [],
                "wishes": [],
            }
        meaning = self.meanings.get(text, UNKNOWN)
        known = () if meaning is UNKNOWN else (meaning.label,)
        labels = [{"name": name, "confidence": meaning.confidence} for name in (*known, *meaning.others)]
        return {
            "text": text,
            "intent": {"name": meaning.intent, "confidence": meaning.confidence},
            "entities": [dict(one) for one in meaning.entities],
            "labels": labels,
            "wishes": [{"name": name, "text": words} for name, words in meaning.wishes],
        }

    # ── deciding ──

    async def _play(self, memory: Memory, latest: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
        intent = str(latest["intent"]["name"])
        action = FORM if memory.in_form else self._rules.get(intent, "action_unsure")
        replies: list[dict[str, Any]] = []
        receipts: list[str] = []
        if action == FORM:
            replies += await self._run("validate_report_form", memory, latest, receipts)
            memory.in_form = memory.slots.get("requested_slot") is not None
            action = "action_ask_report_answer" if memory.in_form else "action_close_report"
        if action in self._responses:
            replies.append(copy.deepcopy(self._responses[action][0]))
        else:
            replies += await self._run(action, memory, latest, receipts)
        if not replies:
            raise Unavailable(code="turn_failed_502")
        return replies, receipts

    async def _run(
        self, name: str, memory: Memory, latest: dict[str, Any], receipts: list[str]
    ) -> list[dict[str, Any]]:
        call = {
            "next_action": name,
            "sender_id": "someone",
            "tracker": {
                "sender_id": "someone",
                "slots": memory.slots,
                "latest_message": latest,
                "events": [],
                "paused": False,
                "followup_action": None,
                "active_loop": {"name": FORM} if memory.in_form else {},
                "latest_action_name": "action_listen",
            },
            "domain": {},
            "version": "3.6.21",
        }
        if name in self.broken_actions:
            raise Unavailable(code="turn_failed_502")
        try:
            result = await self._executor.run(json.loads(json.dumps(call)))
        except Exception as error:
            raise Unavailable(code="turn_failed_502") from error
        assert result is not None
        answer = json.loads(result.model_dump_json())
        for event in answer["events"]:
            assert event["event"] == "slot"
            memory.slots[event["name"]] = event["value"]
        if name not in WITHOUT_RECEIPT:
            if memory.slots.get("receipt") != f"{latest['message_id']}:{name}":
                raise Unavailable(code="turn_failed_502")
            receipts.append(str(memory.slots["receipt"]))
        spoken = ("text", "buttons", "image", "attachment", "elements", "custom")
        return [{key: one[key] for key in spoken if one.get(key)} for one in answer["responses"]]


@cache
def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _rules() -> Mapping[str, str]:
    """Which action answers an intent outside a form, as data/rules say."""
    actions: dict[str, str] = {}
    for path in sorted((PROJECT / "data" / "rules").glob("*.yml")):
        for rule in _read(path)["rules"]:
            first, *rest = rule["steps"]
            if "intent" in first and not rule.get("condition"):
                actions[first["intent"]] = next(step["action"] for step in rest if "action" in step)
    return actions
