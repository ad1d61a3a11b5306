"""One turn of a conversation: from what a citizen sent to what they are told.

How a turn goes
    The head of a free lane is leased, together with the texts, photos and pins right behind it: people send three short
    lines where one was meant. The life-safety check reads the words first, whoever is in charge. Then: a person in charge
    gets the message in the desk's live feed and the assistant keeps quiet; a citizen who waits is noted; otherwise Rasa,
    behind its door, understands and decides, and the actions it calls come back to our own services.

What is promised
    Rasa is asked outside any transaction, under the name of the turn: the same name again is answered from its memory
    and runs nothing twice. Then answers, change of charge and "done" meet in one commit, behind two fences: the row's
    attempts (somebody else may have taken the turn over) and the conversation's token (a person may have come meanwhile).

When it fails
    The world's fault is tried again, six times within ten minutes, and the lane waits, because order is the promise.
    Then the message is parked: a person is told, the citizen is told, the lane goes on. A message that breaks us is parked
    the same way and harms only itself.
"""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hotline.domain import handoff, safety, words
from hotline.domain.errors import Refused, Unavailable
from hotline.domain.handoff import InCharge, Reason
from hotline.domain.messages import Button, Kind, Message, Speaker
from hotline.domain.retries import pause_after
from hotline.ports import Conversation, InboxRow, Leased, Turn, Work
from hotline.services.danger import answer_danger, raise_alarm
from hotline.services.forget import drop_pictures, forget, what_is_kept
from hotline.services.handoff import ask_for_person
from hotline.services.house import House
from hotline.services.knowledge import MENU, unsure_between
from hotline.services.speak import FEED_CHANNELS, speak

STATEFUL = frozenset(
    {
        "answer",
        "skip",
        "confirm_report",
        "change_report",
        "cancel",
        "resume_report",
        "restart_report",
        "contact_agree",
        "contact_decline",
        "leave_contact",
        "attach_photo",
        "none_of_these",
        "follow_case",
        "new_report",
        "forget_yes",
        "rate",
    }
)
"""Buttons that belong to one moment: pressed later they are out of date. Every other button may be pressed any time."""

NO_WISH = frozenset({"refer/other_city", "refer/central_government"})
"""Where something lies, rather than what is wanted."""
MATTERS = frozenset(
    {"ask", "report", "refer", "number", "handoff", "status", "my_cases", "unfixed", "urge", "forget_me"}
)
"""Intents that are a wish of their own, even right after a danger."""
BY_BUTTON = "按了按鈕"  # what the desk reads where nothing had to be understood
COVERED = "＊" * 4
BUSY_AFTER_SECONDS = 1.0
BUSY_AGAIN_SECONDS = 4.0  # Telegram's "typing" lasts five seconds

TYPED_MENU = {
    "報修通報": "report_menu",
    "我要報修": "report_menu",
    "查案件": "status",
    "我的案件": "my_cases",
    "常見問題": "help_topics",
    "我的資料": "my_data",
    "找專人": "handoff",
}
"""The words on our own cards and menus, when somebody types them."""

TOO_SHORT_TO_READ = re.compile(r"^[\W_]*$")


@dataclass(slots=True)
class Outcome:
    """What a turn came to, before it is committed."""

    messages: list[Message] = field(default_factory=list)
    person: str = ""  # why a person is needed
    danger: str = ""  # an emergency's code, found by an action
    danger_found: safety.Danger | None = None  # what several lines say together
    text: str = ""  # those lines
    conversation: Mapping[str, Any] = field(default_factory=dict)  # changes to the conversation
    understood: Mapping[str, Any] | None = None
    used_payload: str = ""
    forget: bool = False


async def lease_turn(house: House) -> Leased | None:
    """The next turn that is due, leased; None when there is none."""
    async with house.store.work() as work:
        return await work.inbox.lease(house.policy.turn_lease_seconds, house.clock.now())


async def work_turn(house: House, leased: Leased) -> None:
    """Work a leased turn to its end: done, tried again later, or parked. It raises only when the database is away."""
    try:
        await _converse(house, leased)
    except Unavailable as error:
        await _again(house, leased, error.code, error.retry_after)
    except Exception as error:
        house.log.error("turn_failed", turn=leased.turn_id, error=type(error).__name__, attempts=leased.attempts)
        await _again(house, leased, type(error).__name__, 0.0)


async def converse_next(house: House) -> bool:
    """Work the next turn, if there is one. False when nothing is due."""
    leased = await lease_turn(house)
    if leased is None:
        return False
    await work_turn(house, leased)
    return True


async def _converse(house: House, leased: Leased) -> None:
    async with house.store.look() as work:
        conversation = await work.conversations.get(leased.lane)
    assert conversation is not None
    feed = f"feed:{leased.lane}"
    house.bell.ring(feed)  # the page shows that we are looking
    async with _showing_that_we_look(house, conversation):
        rows = await _with_photos(house, conversation, leased)
        outcome = await _turn(house, conversation, leased, rows)
    if outcome.forget:
        await house.understanding.forget(conversation.tracker)
    await _commit(house, conversation, leased, outcome)
    if outcome.forget:
        await drop_pictures(house, leased.lane)
    for topic in (feed, "outbox", "desk"):
        house.bell.ring(topic)


@asynccontextmanager
async def _showing_that_we_look(house: House, conversation: Conversation) -> AsyncIterator[None]:
    """A turn that takes longer than a moment is shown as being looked at, on channels that can show it."""

    async def show() -> None:
        sender = house.senders[conversation.channel]
        await asyncio.sleep(BUSY_AFTER_SECONDS)
        while True:
            await sender.busy(conversation.address)
            await asyncio.sleep(BUSY_AGAIN_SECONDS)

    shown = conversation.channel in house.senders and conversation.charge.in_charge is InCharge.BOT
    task = asyncio.create_task(show()) if shown else None
    try:
        yield
    finally:
        if task:
            task.cancel()


# ── deciding ──


async def _turn(house: House, conversation: Conversation, leased: Leased, rows: Sequence[InboxRow]) -> Outcome:
    head = rows[0].event
    text = "\n".join(
        row.event.text for row in rows if row.event.kind in (Kind.TEXT, Kind.PHOTO) and row.event.text
    ).strip()
    danger = safety.check(text) if text else None
    if danger:
        return Outcome(danger_found=danger, text=text)
    if conversation.charge.in_charge is InCharge.AGENT:
        return Outcome()
    if head.kind is Kind.PAYLOAD:
        return await _pressed(house, conversation, leased, rows)
    if conversation.charge.in_charge is InCharge.WAITING:
        return await _while_waiting(house, conversation, text)
    match head.kind:
        case Kind.FOLLOW:
            return Outcome([Message(words.GREET_FIRST, MENU)], conversation={"greeted": True})
        case Kind.STICKER:
            return await _sticker(house, conversation)
        case Kind.VOICE:
            return Outcome([Message(words.INPUT_VOICE)])
        case Kind.FILE:
            return Outcome([Message(words.INPUT_FILE)])
        case _:
            return await _said(house, conversation, leased, rows, text)


async def _while_waiting(house: House, conversation: Conversation, text: str) -> Outcome:
    if re.match(r"^(取消等候|不等了|取消|不用了)", text.strip()):
        return Outcome([Message(words.QUEUE_LEFT, MENU)], conversation={"leave_queue": True})
    plain = unicodedata.normalize("NFKC", text)
    if re.search(r"轉?真人|專人|客服|找人|轉接|還要等多久|前面還有", plain):
        return Outcome(person=Reason.ASKED)
    if conversation.expects.get("noted"):
        return Outcome()
    return Outcome(
        [Message(words.QUEUE_NOTED, (Button("取消等候", "leave_queue"),))], conversation={"expects": {"noted": True}}
    )


async def _sticker(house: House, conversation: Conversation) -> Outcome:
    async with house.store.look() as work:
        last = await work.feed.last_bot(conversation.lane)
    choices = "、".join(f"「{button['title']}」" for button in (last or {}).get("buttons", [])[:3])
    return Outcome([Message(words.INPUT_STICKER.format(choices=f"，例如{choices}" if choices else ""))])


async def _pressed(house: House, conversation: Conversation, leased: Leased, rows: Sequence[InboxRow]) -> Outcome:
    payload = rows[0].event.payload
    async with house.store.look() as work:
        pressed = await work.buttons.press(payload, leased.lane)
        last = await work.feed.last_bot(leased.lane)
    if pressed is None:
        return Outcome([Message(words.BUTTON_STALE_ALONE, MENU)])
    button = pressed.button
    waiting = conversation.charge.in_charge is InCharge.WAITING
    if button.intent == "leave_queue":
        if not waiting:
            return Outcome([Message(words.BUTTON_STALE_ALONE, MENU)])
        return Outcome([Message(words.QUEUE_LEFT, MENU)], conversation={"leave_queue": True})
    if waiting:
        return Outcome(person=Reason.ASKED)
    if button.intent in STATEFUL and (pressed.used or (last is not None and last["seq"] > pressed.seq)):
        return await _stale(house, conversation, last)
    return await _meant(house, conversation, leased, rows, button, payload)


async def _typed_button(house: House, conversation: Conversation, plain: str) -> Button | None:
    """What is written on one of the last message's buttons, or on our own cards, typed instead of pressed."""
    if plain in TYPED_MENU:
        return Button(plain, TYPED_MENU[plain])
    async with house.store.look() as work:
        last = await work.feed.last_bot(conversation.lane)
        offered = {button["title"]: button["payload"] for button in (last or {}).get("buttons", [])}
        pressed = await work.buttons.press(offered[plain], conversation.lane) if plain in offered else None
    return pressed.button if pressed and not pressed.used else None


async def _meant(
    house: House, conversation: Conversation, leased: Leased, rows: Sequence[InboxRow], button: Button, payload: str
) -> Outcome:
    """What a button does."""
    match button.intent:
        case "call":
            return Outcome([Message(f"請直接撥{button.entities.get('about')}。")])
        case "leave_message":
            return Outcome([Message(words.QUEUE_MESSAGE_ASK)], conversation={"expects": {"what": "message"}})
        case "handoff":
            return Outcome(person=Reason.ASKED, conversation={"expects": {}, "greeted": True})
        case "rate":
            return _rated(str(button.entities.get("value")), payload)
        case "go_on":
            return await _ask_rasa(house, conversation, leased, rows, text=str(button.entities.get("text") or ""))
        case "my_data":
            return Outcome([await what_is_kept(house, conversation)])
        case "forget_yes":
            return Outcome([Message(words.FORGET_DONE)], forget=True, used_payload=payload)
        case _:
            outcome = await _ask_rasa(
                house, conversation, leased, rows, payload={"intent": button.intent, "entities": dict(button.entities)}
            )
            outcome.used_payload = payload
            return outcome


async def _stale(house: House, conversation: Conversation, last: Mapping[str, Any] | None) -> Outcome:
    """An old button moved nothing; the current step is shown again, with buttons that work."""
    if not last:
        return Outcome([Message(words.BUTTON_STALE_ALONE, MENU)])
    async with house.store.look() as work:
        again = [await work.buttons.press(button["payload"], conversation.lane) for button in last["buttons"]]
        card = last.get("card")
        if card and card.get("kind") == "readback":
            changes = [await work.buttons.press(row.get("payload") or "", conversation.lane) for row in card["rows"]]
            card = {
                **card,
                "rows": [
                    {
                        "label": row["label"],
                        "value": row["value"],
                        "change": one.button.entities.get("about") if one else None,
                    }
                    for row, one in zip(card["rows"], changes, strict=True)
                ],
            }
    buttons = tuple(one.button for one in again if one)
    return Outcome([Message(words.BUTTON_STALE), Message(last["text"], buttons, card)])


def _rated(value: str, payload: str = "") -> Outcome:
    said = "謝謝，記下來了。" if value == "有" else "謝謝您說，我們會看這段對話。要再找人，打「找專人」。"
    return Outcome(
        [Message(said)],
        used_payload=payload,
        conversation={"expects": {}},
        understood={"label": "rate", "name": f"滿意度：{value}", "confidence": 1.0, "others": [], "heard": []},
    )


async def _said(
    house: House, conversation: Conversation, leased: Leased, rows: Sequence[InboxRow], text: str
) -> Outcome:
    """Words, photos and pins for the assistant."""
    expects = conversation.expects
    plain = unicodedata.normalize("NFKC", text).strip()
    has_more = any(row.event.kind in (Kind.PHOTO, Kind.LOCATION) for row in rows)
    if not plain and not has_more:
        return Outcome([Message(words.INPUT_EMPTY)])
    if expects.get("what") == "message" and plain:
        return Outcome([Message(words.QUEUE_MESSAGE_SAVED)], conversation={"expects": {}, "message_left": True})
    if expects.get("what") == "rating" and plain in ("有", "普通", "沒有", "沒"):
        return _rated("沒有" if plain == "沒" else plain)
    if expects.get("what") == "forget":
        if re.match(r"^(刪除我的資料|確定|確認刪除)", plain):
            return Outcome([Message(words.FORGET_DONE)], forget=True)
        if re.match(r"^(先?不|取消|算了)", plain):
            return Outcome([Message(words.FORGET_NOT, MENU)], conversation={"expects": {}})
    if expects.get("what") == "case_code":
        code = re.fullmatch(r"\D{0,6}(\d{6})\D{0,6}", plain)
        if code:
            entities = {"case_number": expects["number"], "case_code": code[1]}
            return await _ask_rasa(
                house, conversation, leased, rows, payload={"intent": "status", "entities": entities}
            )
    if plain in house.catalogue.ambiguous:
        return Outcome([unsure_between(house, house.catalogue.ambiguous[plain])], conversation={"greeted": True})
    typed = await _typed_button(house, conversation, plain)
    if typed is not None:
        return await _meant(house, conversation, leased, rows, typed, "")
    if not has_more and TOO_SHORT_TO_READ.match(plain):
        return Outcome([Message(words.FALLBACK_NO_IDEA, MENU)])
    return await _ask_rasa(house, conversation, leased, rows, text=text)


async def _ask_rasa(
    house: House,
    conversation: Conversation,
    leased: Leased,
    rows: Sequence[InboxRow],
    *,
    text: str = "",
    payload: Mapping[str, Any] | None = None,
) -> Outcome:
    """Let Rasa play the turn, and the second wish of a sentence right after it when the first needs nothing more."""
    metadata = _metadata(conversation, rows)
    if not text and payload is None:  # only photos or a pin
        payload = {"intent": "attachment", "entities": {}}
    turn = await house.understanding.turn(
        conversation=conversation.tracker,
        message_id=leased.turn_id,
        channel=conversation.channel,
        text=text,
        payload=payload,
        metadata=metadata,
    )
    outcome = _outcome(house, turn, text)
    if conversation.frozen and not turn.slots.get("report") and turn.nlu["intent"]["name"] not in MATTERS:
        outcome.messages = [Message(words.DANGER_THEN, MENU)]
    second = _second_wish(house, turn, outcome) or conversation.pending
    if second and not turn.slots.get("report") and not outcome.person and not outcome.danger:
        again = await house.understanding.turn(
            conversation=conversation.tracker,
            message_id=f"{leased.turn_id}+",
            channel=conversation.channel,
            text=second,
            metadata=metadata | {"photos": [], "location": None},
        )
        more = _outcome(house, again, second)
        outcome.messages = [*_without_buttons(outcome.messages), *more.messages]
        outcome.person, outcome.danger = more.person, more.danger
        outcome.conversation = {**outcome.conversation, **more.conversation, "pending": ""}
    elif second:
        outcome.conversation = {**outcome.conversation, "pending": second}
    return outcome


def _second_wish(house: House, turn: Turn, outcome: Outcome) -> str:
    """The clause that holds another wish; the citizen hears at once that it is not lost."""
    wishes = [wish for wish in turn.nlu.get("wishes") or [] if wish["name"] not in NO_WISH]
    if len(wishes) < 2 or not outcome.messages:
        return ""
    first, second = (house.name_of(wish["name"]) or "這件" for wish in wishes[:2])
    opening = words.TWO_WISHES.format(first=first, second=second)
    outcome.messages[0] = replace(outcome.messages[0], text=f"{opening}\n{outcome.messages[0].text}")
    return str(wishes[1]["text"])


def _without_buttons(messages: Sequence[Message]) -> list[Message]:
    return [replace(message, buttons=()) for message in messages]


def _metadata(conversation: Conversation, rows: Sequence[InboxRow]) -> dict[str, Any]:
    location = next((row.event.location for row in reversed(rows) if row.event.location), None)
    return {
        "lane": conversation.lane,
        "photos": [row.event.photo for row in rows if row.event.kind is Kind.PHOTO and row.event.photo],
        "location": {"lat": location.lat, "lng": location.lng, "address": location.address} if location else None,
        "resumed": conversation.frozen,
        "alarmed": bool(conversation.charge.danger),
    }


def _outcome(house: House, turn: Turn, text: str) -> Outcome:
    """Rasa's replies as messages, with what our own actions asked for beside them."""
    outcome = Outcome(understood=_understood(house, turn, text))
    changes: dict[str, Any] = {"frozen": False, "greeted": True}
    for reply in turn.replies:
        custom = reply.get("custom") or {}
        if custom.get("person"):
            outcome.person = str(custom["person"])
        if custom.get("danger"):
            outcome.danger = str(custom["danger"])
            changes["frozen"] = True
        if "expects" in custom:
            changes["expects"] = custom["expects"]
        if custom.get("title"):
            changes["title"] = custom["title"]
        if custom.get("text") or custom.get("card"):
            outcome.messages.append(Message.from_json(custom))
        elif reply.get("text"):
            outcome.messages.append(
                Message(str(reply["text"]).strip(), tuple(map(_button, reply.get("buttons") or ())))
            )
    changes.setdefault("expects", {})
    outcome.conversation = changes
    return outcome


def _button(raw: Mapping[str, Any]) -> Button:
    """A button of domain.yml: its payload is `/intent{"entity": …}`, as Rasa people write it."""
    found = re.fullmatch(r"/(\w+)(\{.*\})?", raw["payload"])
    assert found is not None, f"a button of domain.yml has the payload {raw['payload']}"
    entities = json.loads(found[2]) if found[2] else {}
    if found[1] == "call":
        return Button(raw["title"], "call", entities, call=str(entities.get("about", "")))
    return Button(raw["title"], found[1], entities)


def _understood(house: House, turn: Turn, text: str) -> dict[str, Any]:
    """What the desk may see of how a message was understood."""
    labels = turn.nlu.get("labels") or []
    intent = str(turn.nlu.get("intent", {}).get("name") or "")
    sure = bool(labels) and intent != "nlu_fallback"
    best = labels[0] if sure else {"name": intent, "confidence": labels[0]["confidence"] if labels else 1.0}
    others = labels[1:3] if sure else labels[:2]
    shown = [row for reply in turn.replies for row in (reply.get("custom") or {}).get("heard", [])]
    draft = next(
        (
            (reply.get("custom") or {}).get("draft")
            for reply in turn.replies
            if (reply.get("custom") or {}).get("draft")
        ),
        None,
    )
    return {
        "label": best["name"],
        "name": house.name_of(str(best["name"])) or BY_BUTTON,
        "confidence": round(float(best["confidence"]), 2),
        "others": [
            {"name": house.name_of(one["name"]) or one["name"], "confidence": round(float(one["confidence"]), 2)}
            for one in others
        ],
        "heard": shown,
        "draft": draft,
    }


# ── keeping ──


async def _commit(house: House, before: Conversation, leased: Leased, outcome: Outcome) -> None:
    """Answers, change of charge, "done": together or not at all."""
    async with house.store.work() as work:
        conversation = await work.conversations.open(
            leased.lane, before.channel, before.address, before.public_id, house.clock.now()
        )
        if not await work.inbox.finish(leased):
            raise Unavailable(code="overtaken")
        seqs = [row.seq for row in leased.rows if row.seq]
        if outcome.understood and seqs:
            await work.feed.understand(leased.lane, seqs, outcome.understood)
        token = max((row.event.reply_until, row.event.reply_token) for row in leased.rows)
        if outcome.danger_found:
            await answer_danger(
                house,
                work,
                conversation,
                outcome.danger_found,
                outcome.text,
                seqs=seqs,
                key=leased.turn_id,
                reply_token=token[1],
                reply_until=token[0],
            )
            return
        if conversation.charge.token != before.charge.token and not outcome.danger:
            return  # somebody else is in charge now: the assistant's answer counts for nothing
        conversation, messages = await _apply(house, work, conversation, leased, outcome)
        if outcome.used_payload:
            await work.buttons.use(outcome.used_payload)
        await speak(house, work, conversation, messages, key=leased.turn_id, reply_token=token[1], reply_until=token[0])
        if outcome.forget:
            await forget(house, work, conversation, keep_last=True)


async def _apply(
    house: House, work: Work, conversation: Conversation, leased: Leased, outcome: Outcome
) -> tuple[Conversation, list[Message]]:
    """The conversation after the turn, and everything to be said."""
    changes = dict(outcome.conversation)
    messages = list(outcome.messages)
    now = house.clock.now()
    says_it_already = conversation.channel in FEED_CHANNELS or leased.rows[0].event.kind is Kind.FOLLOW
    if not conversation.greeted and changes.get("greeted") and not says_it_already:
        messages = _introduced(messages)
    if changes.pop("leave_queue", False):
        conversation = replace(conversation, charge=handoff.stop_waiting(conversation.charge), expects={})
    if changes.pop("message_left", False):
        charge = handoff.ask_for_person(conversation.charge, "下班時間留言", now)
        conversation = replace(conversation, charge=charge)
    if outcome.danger:
        conversation = await raise_alarm(house, work, conversation, outcome.danger)
    known = {name: value for name, value in changes.items() if name in Conversation.__slots__}
    conversation = replace(conversation, **known)
    if not conversation.title and outcome.understood:
        conversation = replace(conversation, title=str(outcome.understood.get("name") or ""))
    await work.conversations.save(conversation)
    if outcome.person and not outcome.danger:
        conversation, told = await ask_for_person(house, work, conversation, outcome.person)
        messages.extend(told)
    return conversation, messages


def _introduced(messages: list[Message]) -> list[Message]:
    """The first answer says who speaks: a machine, and that a person can be had."""
    hello = "（我是1999市民小幫手，自動回覆，不是真人。要找人，打「找專人」。）"
    if any("自動回覆" in message.text for message in messages):
        return messages
    return [Message(hello), *messages]


async def _with_photos(house: House, conversation: Conversation, leased: Leased) -> tuple[InboxRow, ...]:
    """The rows, with each photo fetched, cleaned and kept under an id of ours."""
    rows: list[InboxRow] = []
    for row in leased.rows:
        if row.event.kind is Kind.PHOTO and conversation.channel in house.senders:
            row = replace(row, event=replace(row.event, photo=await _keep_photo(house, conversation, row)))
        rows.append(row)
    return tuple(rows)


async def _keep_photo(house: House, conversation: Conversation, row: InboxRow) -> str:
    source = row.event.photo
    async with house.store.look() as work:
        known = await work.photos.by_source(conversation.lane, source)
    if known:
        return known
    photo_id = house.ids.new(20)
    try:
        await house.pictures.keep(photo_id, await house.senders[conversation.channel].fetch_photo(source))
    except Refused:
        return ""
    async with house.store.work() as work:
        await work.photos.add(photo_id, conversation.lane, source, house.clock.now())
        await work.feed.show_photo(conversation.lane, row.seq, f"/desk/api/photos/{photo_id}")
    return photo_id


# ── failing ──


async def _again(house: House, leased: Leased, error: str, asked: float) -> None:
    """Try later, or park: a person is told, the citizen is told, the lane goes on."""
    pause = pause_after(leased.attempts, asked if leased.attempts > 1 else None)
    now = house.clock.now()
    async with house.store.work() as work:
        if pause is not None:
            kept = await work.inbox.retry(leased, now + pause, error)
            if kept and leased.attempts == 1:
                await _say_degraded(house, work, leased)
            return
        if not await work.inbox.park(leased, error):
            return
        conversation = await work.conversations.get(leased.lane)
        assert conversation is not None
        charge = handoff.ask_for_person(conversation.charge, Reason.STUCK, now)
        conversation = replace(conversation, charge=charge)
        await work.conversations.save(conversation)
        await speak(
            house,
            work,
            conversation,
            [Message(words.SERVICE_PARKED)],
            key=f"{leased.turn_id}:parked",
            speaker=Speaker.SYSTEM,
        )
    house.log.error("turn_parked", turn=leased.turn_id, error=error)
    house.bell.ring("desk")
    house.bell.ring(f"feed:{leased.lane}")


async def _say_degraded(house: House, work: Work, leased: Leased) -> None:
    """Once per outage and conversation: it is stored, and it will be answered."""
    conversation = await work.conversations.get(leased.lane)
    if conversation is None or conversation.charge.in_charge is InCharge.AGENT or conversation.expects.get("degraded"):
        return
    await work.conversations.save(replace(conversation, expects={**conversation.expects, "degraded": True}))
    await speak(
        house,
        work,
        conversation,
        [Message(words.SERVICE_DEGRADED)],
        key=f"{leased.turn_id}:degraded",
        speaker=Speaker.SYSTEM,
    )
    house.bell.ring(f"feed:{leased.lane}")
    house.bell.ring("outbox")
