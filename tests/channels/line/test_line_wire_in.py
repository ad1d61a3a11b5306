"""From LINE: what each event means, and that nothing which arrives can do harm."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.line import wire
from channels.line.wire import Ignored
from hotline.domain.messages import Incoming, Kind, Location

NOW = 1_764_037_320.0
CITIZEN = "U" + "1" * 32
SECRET = "channel-secret"


def event(type_: str = "message", **more: Any) -> dict[str, Any]:
    """An event as LINE completes it."""
    return {
        "type": type_,
        "mode": "active",
        "timestamp": int(NOW * 1000) - 200,
        "source": {"type": "user", "userId": CITIZEN},
        "webhookEventId": "01KB000000000000000000000A",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "a" * 32,
    } | more


def message(type_: str, **more: Any) -> dict[str, Any]:
    return event(message={"type": type_, "id": "4611", "quoteToken": "q", "markAsReadToken": "r"} | more)


def read(raw: Any) -> Incoming:
    found = wire.read_event(raw, NOW)
    assert isinstance(found, Incoming), found
    return found


def test_a_text_message_carries_all_that_an_answer_needs() -> None:
    found = read(message("text", text="路燈壞了"))

    assert found == Incoming(
        channel="line",
        event_id="01KB000000000000000000000A",
        address=CITIZEN,
        kind=Kind.TEXT,
        at=NOW - 0.2,
        text="路燈壞了",
        message_id="4611",
        reply_token="a" * 32,
        reply_until=NOW + 50,
    )


@pytest.mark.parametrize(
    ("text", "emojis", "left"),
    [
        ("(燈泡)信義路四段(驚)100號前的燈不亮", [(0, 4), (9, 3)], "信義路四段100號前的燈不亮"),
        ("()信義路四段()100號前的燈不亮", [(0, 2), (7, 2)], "信義路四段100號前的燈不亮"),
        ("😭燈(哭)壞了(真的)", [(3, 3)], "😭燈壞了(真的)"),
        ("(真的)壞了", [], "(真的)壞了"),
        ("(真的)壞了", [(1, 3), (40, 4), (0, 900)], "(真的)壞了"),
        ("(a)(b)燈", [(0, 3), (0, 3), (3, 3)], "燈"),
    ],
)
def test_placeholders_of_lines_own_emojis_leave_the_text_and_typed_brackets_stay(
    text: str, emojis: list[tuple[int, int]], left: str
) -> None:
    listed = [{"index": index, "length": length, "productId": "p", "emojiId": "1"} for index, length in emojis]

    found = read(message("text", text=text, emojis=listed))

    assert (Kind.TEXT, left) == (found.kind, found.text)


def test_a_text_of_line_emojis_alone_is_a_sticker() -> None:
    found = read(message("text", text="(讚)(讚)", emojis=[{"index": 0, "length": 3}, {"index": 3, "length": 3}]))

    assert (found.kind, found.text) == (Kind.STICKER, "讚、讚")


def test_an_image_is_a_photo_that_is_fetched_by_its_message_id() -> None:
    found = read(message("image", contentProvider={"type": "line"}, imageSet={"id": "s", "index": 2, "total": 3}))

    assert (found.kind, found.photo, found.message_id) == (Kind.PHOTO, "4611", "4611")


def test_an_image_that_lies_elsewhere_is_never_fetched() -> None:
    elsewhere = {"type": "external", "originalContentUrl": "http://169.254.169.254/", "previewImageUrl": "x"}

    found = read(message("image", contentProvider=elsewhere))

    assert (found.kind, found.photo) == (Kind.FILE, "")


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ({}, ""),
        ({"title": "我的位置"}, "我的位置"),
        ({"title": "象山", "address": "臺北市信義區"}, "臺北市信義區"),
        ({"title": None, "address": 7}, ""),
    ],
)
def test_a_location_may_come_with_its_coordinates_alone(place: dict[str, Any], address: str) -> None:
    found = read(message("location", latitude=25.033, longitude=121.5654, **place))

    assert (Kind.LOCATION, Location(25.033, 121.5654, address)) == (found.kind, found.location)


def test_a_sticker_speaks_by_its_keywords() -> None:
    found = read(message("sticker", packageId="1", stickerId="2", keywords=["哭", "難過", "淚", "傷心"]))

    assert (found.kind, found.text) == (Kind.STICKER, "哭、難過、淚")


@pytest.mark.parametrize(
    ("what", "kind", "photo"),
    [
        (message("audio", duration=3000), Kind.VOICE, ""),
        (message("video", duration=3000), Kind.FILE, ""),
        (message("file", fileName="申請書.pdf", fileSize=9), Kind.FILE, ""),
        (message("file", fileName="IMG_0001.HEIC", fileSize=9), Kind.PHOTO, "4611"),
        (event("follow", follow={"isUnblocked": True}), Kind.FOLLOW, ""),
        (event("unfollow"), Kind.UNFOLLOW, ""),
    ],
)
def test_every_other_kind_is_understood(what: dict[str, Any], kind: Kind, photo: str) -> None:
    found = read(what)

    assert (kind, photo) == (found.kind, found.photo)


def test_a_postback_carries_its_data_untouched() -> None:
    found = read(event("postback", postback={"data": "b7Kq2ZrT", "params": {"date": "2026-01-01"}}))

    assert (found.kind, found.payload, found.text) == (Kind.PAYLOAD, "b7Kq2ZrT", "")


def test_an_unsent_message_is_named_by_its_id() -> None:
    found = read(event("unsend", unsend={"messageId": "4611"}))

    assert (found.kind, found.message_id) == (Kind.WITHDRAWN, "4611")


def test_an_edited_message_brings_its_new_text() -> None:
    found = read(event("messageEdited", message={"type": "text", "id": "4611", "text": "在興隆路"}))

    assert (found.kind, found.message_id, found.text) == (Kind.EDITED, "4611", "在興隆路")


@pytest.mark.parametrize("mode", ["standby", "odd"])
def test_what_arrives_in_standby_is_kept_and_never_answered(mode: str) -> None:
    found = read(message("text", text="路燈壞了") | {"mode": mode})

    assert found.answer is False


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"source": {"type": "group", "groupId": "C" + "1" * 32, "userId": CITIZEN}}, "not a talk with one citizen"),
        ({"source": {"type": "room", "roomId": "R" + "1" * 32}}, "not a talk with one citizen"),
        ({"source": {"type": "satellite"}}, "not a talk with one citizen"),
        ({"source": None}, "not a talk with one citizen"),
        ({"source": {"type": "user", "userId": "Udeadbeefdeadbeefdeadbeefdeadbeef"}}, "the console's dummy"),
        ({"replyToken": "0" * 32}, "the console's dummy"),
        ({"replyToken": "f" * 32}, "the console's dummy"),
        ({"webhookEventId": None}, "no event id"),
        ({"timestamp": int((NOW - 31 * 86400) * 1000)}, "too old"),
        ({"type": "beacon"}, "nothing for us"),
        ({"type": ["message"]}, "nothing for us"),
        ({"message": {"type": "hologram", "id": "1"}}, "nothing for us"),
        ({"message": {"type": "text", "id": "1", "text": "\x00"}}, "nothing for us"),
        ({"message": {"type": "location", "id": "1", "latitude": 1e400, "longitude": 1}}, "nothing for us"),
    ],
)
def test_what_is_not_for_us_is_ignored_with_a_reason(change: dict[str, Any], why: str) -> None:
    found = wire.read_event(message("text", text="路燈壞了") | change, NOW)

    assert isinstance(found, Ignored)
    assert why == found.why


def test_a_log_of_an_ignored_event_holds_nothing_that_a_person_wrote() -> None:
    found = wire.read_event(event("王小明 0912", message={"type": "我家在這"}), NOW)

    assert Ignored("?", "nothing for us") == found


def test_one_bad_event_leaves_its_neighbours_alone_and_the_oldest_comes_first() -> None:
    late = message("text", text="在興隆路")
    early = message("text", text="路燈壞了") | {"timestamp": int(NOW * 1000) - 5000, "webhookEventId": "01B"}

    taken, ignored = wire.read_events([{"type": "follow", "mode": 7}, late, None, early], NOW)

    assert [found.text for found in taken] == ["路燈壞了", "在興隆路"]
    assert len(ignored) == 2


def test_the_token_of_an_event_over_twenty_minutes_old_is_not_used() -> None:
    old = message("text", text="路燈壞了") | {"timestamp": int((NOW - 1201) * 1000)}

    found = read(old | {"deliveryContext": {"isRedelivery": True}})

    assert (found.reply_token, found.reply_until) == ("", 0.0)


def test_what_no_database_can_store_does_not_get_in() -> None:
    found = read(message("text", text="燈\x00壞\ud83d了\r\n😭"))

    assert found.text == "燈壞了\n😭"


@pytest.mark.parametrize("timestamp", [None, "1", True, -5, 10**400, float("nan"), int(NOW * 1000) + 10**9])
def test_a_time_that_makes_no_sense_is_the_time_of_receipt(timestamp: Any) -> None:
    assert read(message("text", text="你好") | {"timestamp": timestamp}).at == NOW


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\xfd",
        b"{",
        b"[]",
        b"null",
        b'{"events": {}}',
        b'{"destination": "x"}',
        b"[" * 200_000,
        b'{"events": [' + b"1" * 5000 + b"]}",
    ],
)
def test_a_body_that_is_no_webhook_is_recognised(raw: bytes) -> None:
    assert wire.events_in(raw) is None


def test_an_empty_webhook_has_no_events() -> None:
    assert wire.events_in(b'{"destination": "U", "events": []}') == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [
        "type",
        "mode",
        "timestamp",
        "source",
        "userId",
        "groupId",
        "webhookEventId",
        "replyToken",
        "message",
        "id",
        "text",
        "emojis",
        "index",
        "length",
        "postback",
        "data",
        "unsend",
        "messageId",
        "latitude",
        "longitude",
        "address",
        "title",
        "keywords",
        "fileName",
        "contentProvider",
        "deliveryContext",
    ]
)
words = st.sampled_from(
    [
        "message",
        "messageEdited",
        "postback",
        "follow",
        "unfollow",
        "unsend",
        "text",
        "image",
        "video",
        "audio",
        "file",
        "location",
        "sticker",
        "user",
        "group",
        "external",
        "active",
        "standby",
        "01KB",
        "4611",
    ]
) | st.just(CITIZEN)
nearly_events = st.recursive(
    anything | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=9),
    max_leaves=40,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(nearly_events, max_size=4))
def test_no_json_makes_the_reader_fail(events: list[Any]) -> None:
    taken, ignored = wire.read_events(events, NOW)

    assert len(events) == len(taken) + len(ignored)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(names, nearly_events, max_size=12), words, words)
def test_no_event_with_a_true_frame_makes_the_reader_fail_or_store_what_cannot_be_stored(
    content: dict[str, Any], type_: str, kind: str
) -> None:
    raw = event(type_) | {key: content[key] for key in ("postback", "unsend", "timestamp", "mode") if key in content}

    found = wire.read_event(raw | {"message": content | {"type": kind, "id": "1"}}, NOW)

    if isinstance(found, Incoming):
        stored = json.dumps([found.text, found.payload, found.message_id], ensure_ascii=False)
        assert "\x00" not in stored.encode().decode()


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    found = wire.events_in(raw)

    assert found is None or isinstance(found, list)


def test_the_signature_of_the_bytes_as_they_came_is_accepted() -> None:
    raw = '{"events":[],"text":"燈壞了😭"}'.encode()

    assert wire.is_signed(SECRET, raw, wire.sign(SECRET, raw))


def test_ten_thousand_changed_signatures_are_accepted_never() -> None:
    raw = '{"events":[],"text":"燈壞了😭"}'.encode()
    good = wire.sign(SECRET, raw)
    dice = random.Random(7)
    accepted = tried = 0
    while tried < 10_000:
        changed = _changed(good, dice)
        if changed != good:
            tried += 1
            accepted += wire.is_signed(SECRET, raw, changed)

    assert accepted == 0


def _changed(signature: str, dice: random.Random) -> str:
    at = dice.randrange(len(signature))
    mark = dice.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= é😀\udc80\x00")
    match dice.randrange(6):
        case 0:
            return signature[:at] + mark + signature[at + 1 :]
        case 1:
            return signature[:at] + signature[at + 1 :]
        case 2:
            return signature[:at] + mark + signature[at:]
        case 3:
            return signature.swapcase() if at % 2 else signature.rstrip("=")
        case 4:
            return base64.b64encode(dice.randbytes(32)).decode()
        case _:
            return signature + dice.choice(["=", " ", "\n", "\x00", signature])


def test_changed_bytes_are_refused() -> None:
    raw = '{"events":[],"text":"燈壞了😭"}'.encode()
    good = wire.sign(SECRET, raw)

    assert not any(wire.is_signed(SECRET, raw[:k] + bytes([raw[k] ^ 1]) + raw[k + 1 :], good) for k in range(len(raw)))


def test_without_a_secret_nothing_is_signed() -> None:
    assert not wire.is_signed("", b"{}", wire.sign("", b"{}"))
