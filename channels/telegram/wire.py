"""Telegram's wire format, both ways, without any I/O: updates to `Incoming`, feed messages to what sendMessage takes.

Everything here is total: whatever bytes arrive, the answer is a value and not an exception. What a citizen's text may carry
into a database is decided here as well: no NUL and no half of a surrogate pair gets past this module.

Texts go out without `parse_mode`. Telegram accepts a link whose underscores it has eaten as italics, so no fallback would
ever run (https://github.com/home-assistant/core/issues/37476); plain text shows every mark as it was written.
"""

from __future__ import annotations

import hmac
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from channels.telegram import limits
from hotline.domain.messages import TEXT_LIMIT, Incoming, Kind, Location

CHANNEL: Final = "telegram"

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that are read here."""

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "help": ("怎麼用", "怎麼用"),
    "report": ("報修通報", "報修、通報"),
    "cases": ("查案件", "查案件進度"),
    "human": ("找專人", "找專人"),
    "cancel": ("取消", "取消正在填的通報"),
    "forget": ("刪除我的資料", "刪除我的資料"),
}
"""Command → (the words it stands for, how Telegram's menu explains it)."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PLATFORM_ID = re.compile(r"[!-~]{1,255}")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?", re.DOTALL)
_PHONE = re.compile(r"\+?[0-9 -]{5,20}")
_PICTURE_FILE = re.compile(r"\.(jpe?g|png|heic|heif|webp|gif)$", re.IGNORECASE)
_CANNOT_BE_READ = ("animation", "video", "video_note", "poll", "game", "story", "contact", "paid_media", "checklist")


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update that is acknowledged and leads to nothing; both fields are safe for a log."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was pressed and spins until it is answered; `words` say what was chosen."""

    query_id: str
    words: str


# ── from Telegram ──


def is_from_telegram(secret: str, given: str) -> bool:
    """Whether the update carries our own secret: https://core.telegram.org/bots/api#setwebhook (`secret_token`)"""
    if not secret:
        return False
    return hmac.compare_digest(secret.encode(), given.encode("utf-8", "replace"))


def update_in(raw: bytes) -> Mapping[str, Any] | None:
    """The update of a webhook's body, unread; None when the body is not one."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def read_update(update: Mapping[str, Any], now: float) -> list[Incoming] | Ignored:
    """What an update means: one event, or two when words came with a file that cannot be opened."""
    what = next((kind for kind in ALLOWED_UPDATES if isinstance(update.get(kind), dict)), "")
    update_id = _integer(update, "update_id")
    if not what or update_id is None:
        return Ignored(what or "?", "nothing for us")
    node = _object(update, what)
    message = _object(node, "message") if what == "callback_query" else node
    chat, person = _object(message, "chat"), _object(node, "from")
    address = _integer(chat, "id")
    if chat.get("type") != "private" or not address or person.get("is_bot") is True:
        return Ignored(what, "not a talk with one citizen")
    at = now if what == "callback_query" else _time(node, now)
    if now - at > limits.EVENT_AGE_SECONDS:
        return Ignored(what, "too old")
    meaning = _meaning(what, node)
    if meaning is None:
        return Ignored(what, "nothing for us")
    language = person.get("language_code")
    event = Incoming(
        channel=CHANNEL,
        event_id=str(update_id),
        address=str(address),
        at=at,
        language=language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else "",
        **meaning,
    )
    return _apart(event)


def read_tap(update: Mapping[str, Any]) -> Tap | None:
    """The pressed button of an update, whatever else the update is worth."""
    query = _object(update, "callback_query")
    query_id = _id(query, "id")
    if not query_id:
        return None
    keyboard = _object(_object(query, "message"), "reply_markup").get("inline_keyboard")
    data = query.get("data")
    titles = [_text(button, "text") for button in _buttons_in(keyboard) if data and button.get("callback_data") == data]
    words = f"您選了「{titles[0]}」" if titles and titles[0] else ""
    return Tap(query_id, limits.shortened(words, limits.CALLBACK_ANSWER_UNITS))


def _apart(event: Incoming) -> list[Incoming]:
    """A voice message or file is told that it cannot be opened; the words that came with it are read as any others.

    The words come last, so that the buttons of their answer are the newest ones.
    """
    if event.kind not in (Kind.VOICE, Kind.FILE) or not event.text:
        return [event]
    alone = replace(event, text="", message_id=f"{event.message_id}:file")
    return [alone, replace(event, event_id=f"{event.event_id}:words", kind=Kind.TEXT)]


def _meaning(what: str, node: Mapping[str, Any]) -> dict[str, Any] | None:
    """What kind of event it is, and what it says; None for what we do not know or cannot use."""
    match what:
        case "message":
            return _message(node)
        case "edited_message":
            # A live location arrives as one message and then as edits, which carry no words: only its start counts.
            message_id, text = _integer(node, "message_id"), _text(node, "text") or _text(node, "caption")
            known = message_id is not None and text
            return {"kind": Kind.EDITED, "message_id": str(message_id), "text": text} if known else None
        case "callback_query":
            data = _text(node, "data")
            fits = 0 < len(data.encode()) <= limits.CALLBACK_DATA_BYTES
            return {"kind": Kind.PAYLOAD, "payload": data} if fits else None
        case _:
            return _standing(_object(node, "new_chat_member").get("status"))


def _standing(status: Any) -> dict[str, Any] | None:
    """The citizen blocked us, or took the block back. Nobody is greeted for that: /start comes by itself."""
    match status:
        case "kicked" | "left":
            return {"kind": Kind.UNFOLLOW}
        case "member":
            return {"kind": Kind.FOLLOW, "answer": False}
        case _:
            return None


def _message(message: Mapping[str, Any]) -> dict[str, Any] | None:
    message_id = _integer(message, "message_id")
    found = _content(message)
    return found | {"message_id": str(message_id)} if found and message_id is not None else None


def _content(message: Mapping[str, Any]) -> dict[str, Any] | None:
    if "text" in message:
        return _said(_text(message, "text"))
    if "location" in message:
        return _location(message)
    caption = _text(message, "caption")
    if "photo" in message:
        photo = _largest(message["photo"])
        return {"kind": Kind.PHOTO, "photo": photo, "text": caption} if photo else None
    if "sticker" in message or "dice" in message:
        sticker = _object(message, "sticker") or _object(message, "dice")
        return {"kind": Kind.STICKER, "text": _text(sticker, "emoji")}
    if "voice" in message or "audio" in message:
        return {"kind": Kind.VOICE, "text": caption}
    own_phone = _own_phone(message)
    if own_phone:
        return {"kind": Kind.TEXT, "text": own_phone}
    if any(name in message for name in _CANNOT_BE_READ):
        return {"kind": Kind.FILE, "text": caption}
    if "document" in message:
        photo = _picture(_object(message, "document"))
        return {"kind": Kind.PHOTO if photo else Kind.FILE, "photo": photo, "text": caption}
    return None


def _said(text: str) -> dict[str, Any] | None:
    """Words, or a command. What follows /start is anybody's guess and is not obeyed."""
    command = _COMMAND.fullmatch(text.strip())
    if command is None or command[1].lower() not in {"start", *COMMANDS}:
        return {"kind": Kind.TEXT, "text": text} if text else None
    if command[1].lower() == "start":
        return {"kind": Kind.FOLLOW}
    return {"kind": Kind.TEXT, "text": "\n".join(filter(None, (COMMANDS[command[1].lower()][0], command[2])))}


def _location(message: Mapping[str, Any]) -> dict[str, Any] | None:
    point, venue = _object(message, "location"), _object(message, "venue")
    lat, lng = _number(point, "latitude"), _number(point, "longitude")
    if lat is None or lng is None or abs(lat) > 90 or abs(lng) > 180:
        return None
    return {
        "kind": Kind.LOCATION,
        "location": Location(lat, lng, _text(venue, "address") or _text(venue, "title")),
    }


def _largest(sizes: Any) -> str:
    """The file id of the largest of a photo's sizes."""
    found = [
        ((_number(size, "width") or 0) * (_number(size, "height") or 0), _id(size, "file_id"))
        for size in (sizes if isinstance(sizes, list) else ())
        if isinstance(size, dict) and _id(size, "file_id")
    ]
    return max(found)[1] if found else ""


def _picture(document: Mapping[str, Any]) -> str:
    """The file id of a picture sent "as a file" to keep its size; empty when it is none, or too large to be fetched."""
    kind = _text(document, "mime_type").lower()
    is_picture = kind.startswith("image/") and "svg" not in kind
    if not is_picture and not _PICTURE_FILE.search(_text(document, "file_name")):
        return ""
    return _id(document, "file_id") if (_number(document, "file_size") or 0) <= limits.DOWNLOAD_BYTES else ""


def _own_phone(message: Mapping[str, Any]) -> str:
    """The number of a shared contact, if it is the sender's own. Somebody else's is not ours to take."""
    contact, person = _object(message, "contact"), _object(message, "from")
    owner, phone = _integer(contact, "user_id"), _text(contact, "phone_number").strip()
    if owner is None or owner != _integer(person, "id") or not _PHONE.fullmatch(phone):
        return ""
    digits = re.sub(r"[^0-9]", "", phone)
    return f"0{digits[3:]}" if digits.startswith("886") else digits


def _buttons_in(keyboard: Any) -> Iterable[Mapping[str, Any]]:
    for row in keyboard if isinstance(keyboard, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict):
                yield button


def _object(node: Any, key: str) -> Mapping[str, Any]:
    found = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, dict) else {}


def _text(node: Mapping[str, Any], key: str) -> str:
    found = node.get(key)
    return clean(found)[:TEXT_LIMIT] if isinstance(found, str) else ""


def _id(node: Mapping[str, Any], key: str) -> str:
    found = node.get(key)
    return found if isinstance(found, str) and _PLATFORM_ID.fullmatch(found) else ""


def _integer(node: Mapping[str, Any], key: str) -> int | None:
    found = node.get(key)
    return found if type(found) is int and abs(found) < 1 << 63 else None


def _number(node: Mapping[str, Any], key: str) -> float | None:
    found = node.get(key)
    if type(found) not in (int, float):
        return None
    try:
        number = float(found)  # type: ignore[arg-type]
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _time(node: Mapping[str, Any], now: float) -> float:
    """When it happened; the time of receipt where Telegram does not say, or says something in the future."""
    seconds = _number(node, "edit_date") or _number(node, "date")
    return min(seconds, now) if seconds is not None and seconds > 0 else now


def clean(text: str) -> str:
    """The text without what no database and no other channel takes."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


# ── to Telegram ──

_CHOOSE = "請選一項："
_ENDS = ("\n\n", "\n", "。", "！", "？", "；", "，", "、", " ")


def messages_of(feed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to send, in order, from the messages of one turn: `method` and its parameters, without the chat.

    A text is complete by itself, so cards are not drawn here. The buttons of the last message stand under the last thing
    sent. An agent is shown by name on the first line, since Telegram has no other place for it.
    """
    orders: list[dict[str, Any]] = []
    for message in feed:
        orders.extend(_orders(_with_name(message), _image(message)))
    keyboard = _keyboard(feed[-1].get("buttons")) if feed else []
    if keyboard and not orders:
        orders = [{"method": "sendMessage", "text": _CHOOSE}]
    if keyboard:
        orders[-1]["reply_markup"] = {"inline_keyboard": keyboard}
    return orders


def bare(order: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same words and nothing else, for when Telegram refuses an order; None when it had no words."""
    text = order.get("text") or order.get("caption") or ""
    return {"method": "sendMessage", "text": text} if text else None


def chat_of(address: str) -> int | None:
    """The chat of a citizen's address."""
    return int(address) if re.fullmatch(r"-?[0-9]{1,18}", address, re.ASCII) else None


def _orders(text: str, image: str) -> list[dict[str, Any]]:
    pieces = _pieces(text)
    if not image:
        return [{"method": "sendMessage", "text": piece} for piece in pieces]
    if len(pieces) == 1 and limits.units(pieces[0]) <= limits.CAPTION_UNITS:
        return [{"method": "sendPhoto", "photo": image, "caption": pieces[0]}]
    return [{"method": "sendPhoto", "photo": image}, *_orders(text, "")]


def _with_name(message: Mapping[str, Any]) -> str:
    text = clean(message.get("text") or "").strip()
    name = limits.shortened(" ".join(clean(message.get("name") or "").split()), limits.NAME_UNITS)
    return f"{name}：\n{text}" if name and not _is_blank(text) else text


def _image(message: Mapping[str, Any]) -> str:
    """A picture that Telegram can fetch by itself; our own are shown to people who are signed in only."""
    image = message.get("image")
    return image if isinstance(image, str) and re.fullmatch(r"https://[!-~]{1,2000}", image) else ""


def _keyboard(buttons: Any) -> list[list[dict[str, str]]]:
    """Buttons in rows: short ones side by side.

    All of them are plain ones. Telegram takes no tel: links, and an inline button cannot ask for a place or a photo; pressing
    such a button says in words what to do (https://core.telegram.org/bots/api#inlinekeyboardbutton).
    """
    rows: list[list[dict[str, str]]] = []
    shown = [made for button in (buttons if isinstance(buttons, (list, tuple)) else ()) for made in _button(button)]
    for button in shown[: limits.BUTTONS]:
        row = [*rows[-1], button] if rows else []
        if row and len(row) <= limits.BUTTONS_IN_ROW and max(map(_width, row)) * len(row) <= limits.MARKS_IN_ROW:
            rows[-1] = row
        else:
            rows.append([button])
    return rows


def _button(button: Any) -> Iterable[dict[str, str]]:
    if not isinstance(button, Mapping):
        return
    title = limits.shortened(" ".join(clean(button.get("title") or "").split()), limits.LABEL_UNITS)
    payload = clean(button.get("payload") or "")
    if 0 < len(payload.encode()) <= limits.CALLBACK_DATA_BYTES:
        yield {"text": "…" if _is_blank(title) else title, "callback_data": payload}


def _width(button: Mapping[str, str]) -> float:
    """How wide a label is, in full-width marks."""
    return sum(1 if unicodedata.east_asian_width(mark) in "WFA" else 0.5 for mark in button["text"])


def _pieces(text: str) -> list[str]:
    """The text in pieces that Telegram takes, cut where a reader would; blank ones are left out."""
    pieces = []
    text = text.strip()
    while text:
        piece = limits.first_units(text, limits.TEXT_UNITS)
        if len(piece) < len(text):
            piece = text[: _cut(text, len(piece))]
        text = text[len(piece) :].strip()
        pieces.append(piece.strip())
    return [piece for piece in pieces if not _is_blank(piece)]


def _cut(text: str, most: int) -> int:
    """Where to cut within the first `most` marks: after a paragraph, a line, a sentence, a clause."""
    for end in _ENDS:
        at = text.rfind(end, most // 2, most)
        if at >= 0:
            return at + len(end)
    return limits.whole_until(text, most)


def _is_blank(text: str) -> bool:
    """Telegram refuses a text in which nothing can be seen."""
    return all(mark.isspace() or unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp") for mark in text)
