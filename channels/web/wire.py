"""The web chat's wire format: JSON in, `Incoming` out; feed events in, SSE frames out. Pure and total."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from channels.web import limits
from hotline.domain import words
from hotline.domain.errors import Refused
from hotline.domain.messages import Incoming, Kind, Location

CHANNEL = "web"
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def incoming(address: str, body: Any, now: float) -> Incoming:
    """One message of the widget. Raises Refused with words for the reader."""
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not _ID.fullmatch(body["id"]):
        raise Refused("訊息少了編號，請重新整理這一頁再送一次。", code="bad_id")
    given = [name for name in ("text", "payload", "location", "photo") if body.get(name) not in (None, "")]
    if body.get("text") == "" and not given:
        raise Refused(words.INPUT_EMPTY, code="empty")
    if len(given) != 1:
        raise Refused("一則訊息請只放文字、按鈕、位置或照片其中一種。", code="bad_message")
    make = {"text": _text, "payload": _payload, "location": _location, "photo": _photo}[given[0]]
    kind, fields = make(body[given[0]])
    return Incoming(
        channel=CHANNEL,
        event_id=f"{address}:{body['id']}",
        address=address,
        kind=kind,
        at=now,
        message_id=body["id"],
        **fields,
    )


def _text(value: Any) -> tuple[Kind, dict[str, Any]]:
    if not isinstance(value, str) or not value.strip():
        raise Refused(words.INPUT_EMPTY, code="empty")
    if len(value) > limits.TEXT_MOST:
        raise Refused(words.INPUT_TOO_LONG, code="too_long")
    return Kind.TEXT, {"text": clean(value)}


def _payload(value: Any) -> tuple[Kind, dict[str, Any]]:
    if not isinstance(value, str) or len(value) > 64:
        raise Refused("這個按鈕認不得，請看最新的一則。", code="bad_payload")
    return Kind.PAYLOAD, {"payload": value}


def _location(value: Any) -> tuple[Kind, dict[str, Any]]:
    try:
        lat, lng = float(value["lat"]), float(value["lng"])
        address = str(value.get("address") or "")[:200]
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise Refused("這個位置讀不到，請再傳一次，或直接打地址。", code="bad_location") from error
    if not (math.isfinite(lat) and math.isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180):
        raise Refused("這個位置讀不到，請再傳一次，或直接打地址。", code="bad_location")
    return Kind.LOCATION, {"location": Location(lat, lng, clean(address))}


def _photo(value: Any) -> tuple[Kind, dict[str, Any]]:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9]{8,64}", value):
        raise Refused("這張照片找不到，請再傳一次。", code="bad_photo")
    return Kind.PHOTO, {"photo": value}


def clean(text: str) -> str:
    """Without control characters and lone surrogates, which no database and no other channel takes."""
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]", "", text)
    return kept.encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def frame(event: Mapping[str, Any]) -> bytes:
    """A feed event as an SSE frame; its id is the sequence number."""
    return f"id: {event['seq']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def state_frame(state: Mapping[str, Any]) -> bytes:
    """The conversation's state; it has no id, so it never moves the reader's place."""
    return f"event: state\ndata: {json.dumps(state, ensure_ascii=False)}\n\n".encode()
