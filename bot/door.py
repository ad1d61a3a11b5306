"""The one way into Rasa: authenticated, once per message id, and a turn that failed leaves no trace.

Rasa's own channels answer 200 and nothing when a turn fails, its core only logs a custom action that failed, and a form whose
validation failed looks finished. Here a turn is played on a tracker in memory, judged, and saved only when it is good;
anything else is a 5xx, the message stays open, and the next try is a first try (docs/decisions/0003-the-door.md).

A message id that was answered is answered again from the tracker; nothing runs twice. An intent may be named only in `payload`,
which the service's own buttons set: what a citizen types is text, whatever it looks like.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.utils.endpoints import EndpointConfig
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

RECEIPT = "receipt"
SECONDS_PER_ACTION = 5
SPOKEN = ("text", "buttons", "image", "attachment", "elements", "custom")
TOLD = ("labels", "wishes", "entities")
HARMLESS_SLASH = "\u2215"  # looks like "/", means nothing to Rasa
failed_actions: ContextVar[list[str]] = ContextVar("failed_actions")


class TurnFailed(Exception):
    """The turn must not count: it is answered with 502 and nothing of it is saved."""


class RasaDoor(InputChannel):
    """`GET /` says whether a model is loaded, `POST /turn` is one turn, `POST /forget` deletes a conversation."""

    def __init__(self, token: str) -> None:
        self.expected = b"Bearer " + token.encode()

    @classmethod
    def name(cls) -> str:
        return "door"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> RasaDoor:
        if not credentials or not credentials.get("token"):
            raise ValueError("bot.door.RasaDoor needs a token in credentials.yml")
        return cls(credentials["token"])

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        door = Blueprint("door", __name__)

        def is_stranger(request: Request) -> bool:
            given = (request.headers.get("authorization") or "").encode()
            return not hmac.compare_digest(given, self.expected)

        @door.get("/")
        async def ready(request: Request) -> HTTPResponse:
            is_ready = _loaded(request) is not None
            return response.json({"ready": is_ready}, 200 if is_ready else 503)

        @door.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if is_stranger(request):
                return response.empty(401)
            agent = _loaded(request)
            if agent is None:
                return response.json({"error": "no model is loaded"}, 503)
            try:
                message = _message(request.json)
            except (KeyError, TypeError, ValueError):
                return response.json({"error": "a turn needs conversation, message_id and text or payload"}, 400)
            try:
                return response.json(await _turn(agent, message))
            except TurnFailed as error:
                logger.warning("turn failed: %s", error)
                return response.json({"error": str(error)}, 502)
            except Exception as error:  # ours or Rasa's: the caller learns only that there was no turn
                logger.warning("turn failed: %s", type(error).__name__)
                return response.json({"error": type(error).__name__}, 502)

        @door.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            if is_stranger(request):
                return response.empty(401)
            agent = _loaded(request)
            if agent is None:
                return response.json({"error": "no model is loaded"}, 503)
            let_failures_show(agent)
            await agent.tracker_store.delete(request.json["conversation"])
            return response.json({"forgotten": True})

        return door


def _loaded(request: Request) -> Agent | None:
    agent: Agent | None = request.app.ctx.agent
    return agent if agent is not None and agent.is_ready() else None


def _message(body: dict[str, Any]) -> UserMessage:
    metadata = {**(body.get("metadata") or {}), "event_id": body["message_id"], "channel": body.get("channel", "")}
    return UserMessage(
        text_of(body),
        CollectingOutputChannel(),
        body["conversation"],
        input_channel="door",
        message_id=body["message_id"],
        metadata=metadata,
    )


def text_of(body: dict[str, Any]) -> str:
    """What Rasa is told. Only a payload may name an intent."""
    if "payload" in body:
        entities = body["payload"].get("entities")
        return f"/{body['payload']['intent']}{json.dumps(entities, ensure_ascii=False) if entities else ''}"
    text: str = body["text"].lstrip()
    return HARMLESS_SLASH + text[1:] if text.startswith("/") else text


async def _turn(agent: Agent, message: UserMessage) -> dict[str, Any]:
    let_failures_show(agent)
    async with agent.lock_store.lock(message.sender_id):
        tracker = await agent.tracker_store.retrieve(message.sender_id)
        events = events_after(message.message_id, tracker)
        replayed = events is not None
        if events is None:
            tracker, events = await play(agent, message)
    slots = {name: slot.value for name, slot in tracker.slots.items() if name != RECEIPT and slot.value is not None}
    return {
        "replies": said(events),
        "nlu": _understood(tracker, message.message_id),
        "slots": slots,
        "receipts": receipts(events),
        "replayed": replayed,
    }


async def play(agent: Agent, message: UserMessage) -> Any:
    """One turn: what Rasa's processor does with a message, with a judge before the save."""
    failed_actions.set([])
    processor = agent.processor
    tracker = await processor.log_message(message, should_save_tracker=False)
    tracker = await processor.run_action_extract_slots(message.output_channel, tracker)
    await processor._run_prediction_loop(message.output_channel, tracker)
    events = events_after(message.message_id, tracker) or []
    judge(events, message.message_id, agent.domain)
    await processor.save_tracker(tracker)
    return tracker, events


def judge(events: list[Event], message_id: str | None, domain: Any) -> None:
    """Raises TurnFailed unless every action was reached, left its receipt, and the turn said something and ended."""
    ran = [event.action_name for event in events if isinstance(event, ActionExecuted)]
    custom = set(domain.user_actions) - set(domain.responses) - set(domain.form_names)
    left = receipts(events)
    unproven = {name for name in ran if name in custom and f"{message_id}:{name}" not in left}
    if failed_actions.get([]):
        raise TurnFailed(f"failed: {', '.join(failed_actions.get())}")
    if unproven:
        raise TurnFailed(f"no receipt: {', '.join(sorted(unproven))}")
    if not ran or ran[-1] != ACTION_LISTEN_NAME:
        raise TurnFailed("the turn did not come to an end")
    if not said(events):
        raise TurnFailed("the turn said nothing")


def events_after(message_id: str | None, tracker: Any) -> list[Event] | None:
    """The events of the turn that began with this message, or None when Rasa does not know the message.

    Looked up in `tracker.events`: `applied_events()` hides the messages inside a form.
    """
    events = list(tracker.events) if tracker else []
    for start in range(len(events) - 1, -1, -1):
        if isinstance(events[start], UserUttered) and events[start].message_id == message_id:
            rest = events[start + 1 :]
            end = next((k for k, event in enumerate(rest) if isinstance(event, UserUttered)), len(rest))
            return rest[:end]
    return None


def receipts(events: Iterable[Event]) -> list[str]:
    return [event.value for event in events if isinstance(event, SlotSet) and event.key == RECEIPT and event.value]


def said(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The bot's messages of the turn: no empty fields, nothing of Rasa's own."""
    messages = [event.message() for event in events if isinstance(event, BotUttered)]
    return [{key: value for key, value in message.items() if value and key in SPOKEN} for message in messages]


def _understood(tracker: Any, message_id: str | None) -> dict[str, Any]:
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered) and event.message_id == message_id:
            parsed = event.parse_data or {}
            intent = parsed.get("intent") or {}
            told = {key: parsed.get(key) or [] for key in TOLD}
            kept = {"name": intent.get("name"), "confidence": intent.get("confidence")}
            return {"intent": kept, "ranking": (parsed.get("intent_ranking") or [])[:5], **told}
    return {"intent": {"name": None, "confidence": 0.0}, "ranking": [], **{key: [] for key in TOLD}}


class WatchedEndpoint(EndpointConfig):
    """The way to the actions. Remembers the failures that Rasa would only log, and does not wait five minutes."""

    async def request(self, *args: Any, **options: Any) -> Any:
        options["timeout"] = SECONDS_PER_ACTION
        try:
            return await super().request(*args, **options)
        except Exception as error:
            if getattr(error, "status", None) != 400:  # 400 is a form that rejects an input: an answer, no failure
                failed_actions.get([]).append((options.get("json") or {}).get("next_action", "?"))
            raise


def let_failures_show(agent: Agent) -> None:
    """Put our endpoint, and the bare tracker store, where Rasa keeps its forgiving ones.

    Rasa wraps the store so that a database that is away looks like a new conversation, and a save goes to memory.
    """
    if agent.action_endpoint is not None and not isinstance(agent.action_endpoint, WatchedEndpoint):
        watched = WatchedEndpoint()
        vars(watched).update(vars(agent.action_endpoint))
        agent.action_endpoint = watched
    if isinstance(agent.tracker_store, FailSafeTrackerStore):
        agent.tracker_store = agent.tracker_store._tracker_store
    if agent.processor is not None:  # a newly loaded model brings a new processor
        agent.processor.action_endpoint = agent.action_endpoint
        agent.processor.tracker_store = agent.tracker_store
