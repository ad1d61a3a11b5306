"""LINE's wire format, both ways, without any I/O: bytes and JSON to `Incoming`, feed messages to LINE's message objects.

Everything here is total: whatever bytes arrive, the answer is a value and not an exception, because one strange event must
never keep its neighbours from being stored. What a citizen's text may carry into a database is decided here as well: no
NUL and no half of a surrogate pair gets past this module, since some databases refuse a whole transaction for one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.line import limits
from hotline.domain.messages import Incoming, Kind, Location

CHANNEL = "line"

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_PLATFORM_ID = re.compile(r"[!-~]{1,200}")
_PICTURE_FILE = re.compile(r"\.(jpe?g|png|heic|heif|webp|gif)$", re.IGNORECASE)
_CONSOLE_USER = "Udeadbeef"
_CONSOLE_TOKENS = ("0" * 32, "f" * 32)


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is acknowledged and leads to nothing; `what` is safe for a log."""

    what: str
    why: str


# ── from LINE ──


def is_signed(secret: str, raw: bytes, signature: str) -> bool:
    """Whether LINE signed exactly these bytes: https://developers.line.biz/en/reference/messaging-api/#signature-validation"""
    if not secret:
        return False
    return hmac.compare_digest(sign(secret, raw).encode(), signature.encode("utf-8", "replace"))


def sign(secret: str, raw: bytes) -> str:
    """The signature of these bytes."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def events_in(raw: bytes) -> list[Any] | None:
    """The events of a webhook's body, unread; None when the body is not a webhook."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    events = body.get("events") if isinstance(body, dict) else None
    return events if isinstance(events, list) else None


def read_events(events: Iterable[Any], now: float) -> tuple[list[Incoming], list[Ignored]]:
    """What the events mean, oldest first (a redelivered one may stand behind a newer one), and what was ignored.

    `now` is the time of receipt, from which a reply token's life counts.
    """
    read = [read_event(event, now) for event in events]
    taken = sorted((event for event in read if isinstance(event, Incoming)), key=lambda event: event.at)
    return taken, [event for event in read if isinstance(event, Ignored)]


def read_event(event: Any, now: float) -> Incoming | Ignored:
    """What one event means."""
    what = _kind_of(event)
    source = _object(event, "source")
    user, event_id, token = _id(source, "userId"), _id(event, "webhookEventId"), _id(event, "replyToken")
    if user.startswith(_CONSOLE_USER) or token in _CONSOLE_TOKENS:
        return Ignored(what, "the console's dummy")
    if source.get("type") != "user" or not limits.USER_ID.fullmatch(user):
        return Ignored(what, "not a talk with one citizen")
    if not event_id:
        return Ignored(what, "no event id")
    at = _time(event, now)
    if now - at > limits.EVENT_AGE_SECONDS:
        return Ignored(what, "too old")
    meaning = _meaning(event)
    if meaning is None:
        return Ignored(what, "nothing for us")
    usable = bool(token) and now - at < limits.REPLY_TOKEN_EVENT_SECONDS
    return Incoming(
        channel=CHANNEL,
        event_id=event_id,
        address=user,
        at=at,
        reply_token=token if usable else "",
        reply_until=now + limits.REPLY_BUDGET_SECONDS if usable else 0.0,
        answer=event.get("mode", "active") == "active",
        **meaning,
    )


def _meaning(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """What kind of event it is, and what it says; None for what we do not know or cannot use."""
    match event.get("type"):
        case "message":
            return _message(_object(event, "message"))
        case "messageEdited":
            said = _message(_object(event, "message"))
            return said | {"kind": Kind.EDITED} if said and said["kind"] is Kind.TEXT else None
        case "postback":
            data = _text(_object(event, "postback"), "data")
            return {"kind": Kind.PAYLOAD, "payload": data} if data else None
        case "follow":
            return {"kind": Kind.FOLLOW}
        case "unfollow":
            return {"kind": Kind.UNFOLLOW}
        case "unsend":
            message_id = _id(_object(event, "unsend"), "messageId")
            return {"kind": Kind.WITHDRAWN, "message_id": message_id} if message_id else None
        case _:
            return None


def _message(message: Mapping[str, Any]) -> dict[str, Any] | None:
    message_id = _id(message, "id")
    if not message_id:
        return None
    found = _content(message, message_id)
    return found | {"message_id": message_id} if found else None


def _content(message: Mapping[str, Any], message_id: str) -> dict[str, Any] | None:
    match message.get("type"):
        case "text":
            return _said(message)
        case "image":
            # Content kept elsewhere cannot be fetched from LINE, and we fetch from no address that a stranger names.
            elsewhere = _object(message, "contentProvider").get("type") == "external"
            return {"kind": Kind.FILE} if elsewhere else {"kind": Kind.PHOTO, "photo": message_id}
        case "location":
            return _location(message)
        case "sticker":
            words = message.get("keywords")
            shown = [_clean(word) for word in words if isinstance(word, str)] if isinstance(words, list) else []
            return {"kind": Kind.STICKER, "text": _text(message, "text") or "、".join(shown[:3])}
        case "audio":
            return {"kind": Kind.VOICE}
        case "file" if _PICTURE_FILE.search(_text(message, "fileName")):
            return {"kind": Kind.PHOTO, "photo": message_id}  # sent "as a file" to keep its size; HEIC mostly comes so
        case "file" | "video":
            return {"kind": Kind.FILE}
        case _:
            return None


def _said(message: Mapping[str, Any]) -> dict[str, Any] | None:
    text, emojis = _without_emojis(_text(message, "text"), message.get("emojis"))
    if text:
        return {"kind": Kind.TEXT, "text": text}
    return {"kind": Kind.STICKER, "text": "、".join(emojis[:3])} if emojis else None


def _without_emojis(text: str, emojis: Any) -> tuple[str, list[str]]:
    """The text without the bracketed placeholders of LINE's own emojis, and what the brackets said.

    Places count in UTF-16 units; brackets that a citizen typed are in no list and stay.
    """
    units = text.encode("utf-16-le")
    end = len(units)
    words: list[str] = []
    for start, length in sorted(_spans(emojis), reverse=True):
        first, last = 2 * start, 2 * (start + length)
        placeholder = units[first:last].decode("utf-16-le", "replace")
        if last <= end and placeholder.startswith("(") and placeholder.endswith(")"):
            units, end = units[:first] + units[last:], first
            words.insert(0, placeholder[1:-1])
    return (units.decode("utf-16-le", "replace").strip(), [word for word in words if word]) if words else (text, [])


def _spans(emojis: Any) -> Iterable[tuple[int, int]]:
    for emoji in emojis if isinstance(emojis, list) else ():
        index, length = (emoji.get("index"), emoji.get("length")) if isinstance(emoji, dict) else (None, None)
        if type(index) is int and type(length) is int and index >= 0 and length >= 2:
            yield index, length


def _location(message: Mapping[str, Any]) -> dict[str, Any] | None:
    lat, lng = _number(message, "latitude"), _number(message, "longitude")
    if lat is None or lng is None or abs(lat) > 90 or abs(lng) > 180:
        return None
    # LINE may send the coordinates alone: https://github.com/line/line-platform-feedback/issues/111
    address = _text(message, "address") or _text(message, "title")
    return {"kind": Kind.LOCATION, "location": Location(lat, lng, address)}


def _kind_of(event: Any) -> str:
    """The type of an event and of its message, for a log; never anything a person wrote."""
    names = [_id(part, "type") for part in (event, _object(event, "message")) if isinstance(part, dict)]
    return ".".join(name for name in names if name.isalnum() and len(name) <= 40) or "?"


def _object(node: Any, key: str) -> Mapping[str, Any]:
    found = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, dict) else {}


def _text(node: Mapping[str, Any], key: str) -> str:
    found = node.get(key)
    return _clean(found) if isinstance(found, str) else ""


def _id(node: Any, key: str) -> str:
    found = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, str) and _PLATFORM_ID.fullmatch(found) else ""


def _number(node: Mapping[str, Any], key: str) -> float | None:
    found = node.get(key)
    if type(found) not in (int, float):
        return None
    try:
        number = float(found)  # type: ignore[arg-type]
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _time(event: Mapping[str, Any], now: float) -> float:
    """When it happened; the time of receipt where LINE does not say, or says something in the future."""
    milliseconds = _number(event, "timestamp")
    return min(milliseconds / 1000, now) if milliseconds is not None and milliseconds > 0 else now


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


# ── to LINE ──

_PARAGRAPH = "\n\n"
_ENDS = ("\n", "。", "！", "？", "；", "，", " ")
_CHOOSE = "請選一項："
_AGENT = "客服人員"
_CAMERA = "拍照"


def messages_of(feed: Sequence[Mapping[str, Any]], *, plain: bool = False) -> list[dict[str, Any]]:
    """LINE's message objects for one call, from the messages of one turn.

    A text is complete by itself, so cards are not drawn here; the buttons of the last message become quick replies on the
    last object, the only place where LINE shows them. `plain` leaves all but the texts away, for when LINE refuses the rest.
    """
    buttons = [] if plain or not feed else quick_replies(_list(feed[-1].get("buttons")))
    parts = [(piece, _name(message)) for message in feed for piece in _pieces(_clean(message.get("text") or ""))]
    if buttons and not parts:
        parts = [(_CHOOSE, "")]
    objects: list[dict[str, Any]] = []
    for text, name in _in_one_call(parts):
        sender = {"sender": {"name": name}} if name and not plain else {}
        objects.append({"type": "text", "text": text} | sender)
    if buttons:
        objects[-1]["quickReply"] = {"items": buttons}
    return objects


def quick_replies(buttons: Sequence[Any]) -> list[dict[str, Any]]:
    """Quick reply items. 「call」 opens the phone's dialler, 「ask」 the map, the album or the camera."""
    actions = [action for button in buttons if isinstance(button, Mapping) for action in _actions(button)]
    return [{"type": "action", "action": action} for action in actions[: limits.QUICK_REPLIES]]


def _actions(button: Mapping[str, Any]) -> list[dict[str, Any]]:
    title = " ".join(_clean(button.get("title") or "").split()) or "…"
    label = limits.first_clusters(title, limits.LABEL_CLUSTERS)
    phone = re.match(r"\+?[0-9][0-9-]*", button.get("call") or "")
    if phone:
        return [{"type": "uri", "label": label, "uri": f"tel:{phone[0]}"}]
    match button.get("ask"):
        case "location":
            return [{"type": "location", "label": label}]
        case "photo":  # LINE opens either the album or the camera; the citizen chooses
            return [{"type": "cameraRoll", "label": label}, {"type": "camera", "label": _CAMERA}]
    data = _clean(button.get("payload") or "")
    if not data or limits.utf16_units(data) > limits.POSTBACK_DATA_UNITS:
        return []
    shown = limits.first_clusters(title, limits.DISPLAY_TEXT_CLUSTERS)
    return [{"type": "postback", "label": label, "data": data, "displayText": shown}]


def _name(message: Mapping[str, Any]) -> str:
    """The sender's name under an agent's message; LINE may refuse names with its own in them."""
    name = " ".join(_clean(message.get("name") or "").split())
    if limits.SENDER_NAME_FORBIDDEN in name.lower():
        return _AGENT
    return limits.first_units(name, limits.SENDER_NAME_UNITS).strip()


def _in_one_call(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts in as many messages as one call takes: the shortest neighbours are joined first.

    More than five full messages cannot be said in one call; the last one then ends in 「…」.
    """
    parts = list(parts)
    while len(parts) > limits.MESSAGES_IN_ONE_CALL:
        sizes = [limits.utf16_units(text) for text, _ in parts]
        joined, k = min((sizes[k] + sizes[k + 1] + len(_PARAGRAPH), k) for k in range(len(parts) - 1))
        if joined > limits.TEXT_UNITS:
            return _filled(parts)
        parts[k : k + 2] = [(parts[k][0] + _PARAGRAPH + parts[k + 1][0], parts[k][1])]
    return parts


def _filled(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    name = parts[0][1]
    pieces = _pieces(_PARAGRAPH.join(text for text, _ in parts))
    if len(pieces) > limits.MESSAGES_IN_ONE_CALL:
        pieces = pieces[: limits.MESSAGES_IN_ONE_CALL]
        pieces[-1] = limits.first_units(pieces[-1], limits.TEXT_UNITS - 1) + "…"
    return [(piece, name) for piece in pieces]


def _pieces(text: str) -> list[str]:
    """The text in pieces that LINE takes, cut where a reader would; blank ones are left out."""
    pieces = []
    text = text.strip()
    while text:
        piece = limits.first_units(text, limits.TEXT_UNITS)
        if len(piece) < len(text):
            piece = text[: _cut(text, len(piece))]
        text = text[len(piece) :].strip()
        pieces.append(piece.rstrip())
    return pieces


def _cut(text: str, most: int) -> int:
    """Where to cut within the first `most` marks: after a line, a sentence, a clause; never inside an emoji."""
    for end in _ENDS:
        at = text.rfind(end, most // 2, most)
        if at >= 0:
            return at + 1
    at = most
    while at > most - 16 and limits.joins(text[at - 1], text[at]):
        at -= 1
    return at


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
