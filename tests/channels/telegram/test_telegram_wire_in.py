"""From Telegram: what each update means, and that no update can do harm."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram_stage import CHAT, CITIZEN, NOW, PERSON, SECRET, message, tap, update

from channels.telegram import wire
from channels.telegram.wire import Ignored, Tap
from hotline.domain.messages import Incoming, Kind, Location

PHOTO = [
    {"file_id": "small", "width": 90, "height": 67, "file_size": 1200},
    {"file_id": "large", "width": 1280, "height": 960, "file_size": 150000},
    {"file_id": "middle", "width": 320, "height": 240, "file_size": 20000},
]


def read(raw: dict[str, Any]) -> Incoming:
    found = wire.read_update(raw, NOW)
    assert not isinstance(found, Ignored), found
    assert len(found) == 1
    return found[0]


def test_a_text_is_a_text_with_everything_that_names_it() -> None:
    found = read(message(text="路燈壞了"))

    assert found == Incoming(
        channel="telegram",
        event_id="7001",
        address=str(CITIZEN),
        kind=Kind.TEXT,
        at=NOW,
        text="路燈壞了",
        message_id="41",
        language="zh-hant",
    )


@pytest.mark.parametrize("text", ["/start", "/start park_01", "/START@city_bot", "/start ';drop"])
def test_start_is_a_first_contact_whatever_follows_it(text: str) -> None:
    found = read(message(text=text))

    assert (found.kind, found.text, found.answer) == (Kind.FOLLOW, "", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/help", "怎麼用"),
        ("/human@city_bot", "找專人"),
        ("/cases", "查案件"),
        ("/forget", "刪除我的資料"),
        ("/report 信義路五段\n路燈不亮", "報修通報\n信義路五段\n路燈不亮"),
        ("/weather", "/weather"),
        ("/", "/"),
        ("走路/騎車", "走路/騎車"),
    ],
)
def test_a_command_is_the_words_it_stands_for(text: str, words: str) -> None:
    found = read(message(text=text))

    assert (found.kind, found.text) == (Kind.TEXT, words)


def test_a_photo_is_its_largest_size_with_its_caption() -> None:
    found = read(message(photo=PHOTO, caption="和平東路二段18號路燈", media_group_id="1"))

    assert (found.kind, found.photo, found.text) == (Kind.PHOTO, "large", "和平東路二段18號路燈")


def test_a_place_is_a_place() -> None:
    found = read(message(location={"latitude": 25.033, "longitude": 121.5654}))

    assert (found.kind, found.location) == (Kind.LOCATION, Location(25.033, 121.5654))


def test_a_venue_brings_its_address() -> None:
    point = {"latitude": 25.033, "longitude": 121.5654}

    found = read(message(location=point, venue={"location": point, "title": "市府", "address": "市府路1號"}))

    assert found.location == Location(25.033, 121.5654, "市府路1號")


def test_only_the_start_of_a_live_location_counts() -> None:
    point = {"latitude": 25.033, "longitude": 121.5654, "live_period": 900}

    first = read(message(location=point))
    later = wire.read_update(update("edited_message", message_id=41, edit_date=int(NOW), location=point), NOW)

    assert first.kind is Kind.LOCATION
    assert later == Ignored("edited_message", "nothing for us")


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        ({"sticker": {"file_id": "s", "emoji": "😡"}}, Kind.STICKER, "😡"),
        ({"dice": {"emoji": "🎲", "value": 3}}, Kind.STICKER, "🎲"),
        ({"voice": {"file_id": "v"}}, Kind.VOICE, ""),
        ({"audio": {"file_id": "a"}}, Kind.VOICE, ""),
        ({"video": {"file_id": "v"}}, Kind.FILE, ""),
        ({"animation": {"file_id": "g"}, "document": {"file_id": "g", "mime_type": "image/gif"}}, Kind.FILE, ""),
        ({"document": {"file_id": "d", "mime_type": "application/pdf"}}, Kind.FILE, ""),
        ({"document": {"file_id": "d", "mime_type": "image/svg+xml"}}, Kind.FILE, ""),
        ({"document": {"file_id": "d", "mime_type": "image/jpeg", "file_size": 22_020_096}}, Kind.FILE, ""),
        ({"poll": {"id": "1"}}, Kind.FILE, ""),
    ],
)
def test_every_other_kind_is_understood(content: dict[str, Any], kind: Kind, text: str) -> None:
    found = read(message(**content))

    assert (found.kind, found.text, found.photo) == (kind, text, "")


@pytest.mark.parametrize("document", [{"mime_type": "image/jpeg"}, {"file_name": "IMG_0042.HEIC"}])
def test_a_picture_sent_as_a_file_is_a_photo(document: dict[str, Any]) -> None:
    found = read(message(document={"file_id": "d"} | document, caption="旁邊門牌66號"))

    assert (found.kind, found.photo, found.text) == (Kind.PHOTO, "d", "旁邊門牌66號")


def test_words_that_come_with_a_video_are_read_as_words_after_it() -> None:
    found = wire.read_update(message(video={"file_id": "v"}, caption="失火了"), NOW)

    assert not isinstance(found, Ignored)
    assert [(one.event_id, one.kind, one.text, one.message_id) for one in found] == [
        ("7001", Kind.FILE, "", "41:file"),
        ("7001:words", Kind.TEXT, "失火了", "41"),
    ]


@pytest.mark.parametrize(("phone", "text"), [("+886912345678", "0912345678"), ("0912 345 678", "0912345678")])
def test_ones_own_contact_is_ones_phone_number(phone: str, text: str) -> None:
    found = read(message(contact={"phone_number": phone, "first_name": "市民", "user_id": CITIZEN}))

    assert (found.kind, found.text) == (Kind.TEXT, text)


@pytest.mark.parametrize("owner", [{"user_id": 5}, {}, {"user_id": str(CITIZEN)}])
def test_somebody_elses_contact_is_not_taken(owner: dict[str, Any]) -> None:
    found = read(message(contact={"phone_number": "+886912345678", "first_name": "別人"} | owner))

    assert (found.kind, found.text) == (Kind.FILE, "")


def test_a_pressed_button_carries_its_data_untouched_and_happened_now() -> None:
    found = read(tap())

    assert (found.kind, found.payload, found.at, found.message_id) == (Kind.PAYLOAD, "b7Kq2ZrT", NOW, "")


def test_the_answer_to_a_press_says_what_was_chosen() -> None:
    assert wire.read_tap(tap()) == Tap("9001", "您選了「送出通報」")


@pytest.mark.parametrize("more", [{"message": None}, {"message": {"reply_markup": {"inline_keyboard": [7, [7]]}}}])
def test_a_press_whose_message_is_gone_is_answered_without_words(more: dict[str, Any]) -> None:
    assert wire.read_tap(tap(**more)) == Tap("9001", "")


@pytest.mark.parametrize("data", [None, "", "字" * 22, 7])
def test_a_press_without_data_of_ours_means_nothing_and_is_still_answered(data: Any) -> None:
    found = wire.read_update(tap(data), NOW)

    assert found == Ignored("callback_query", "nothing for us")
    assert wire.read_tap(tap(data)) == Tap("9001", "")


@pytest.mark.parametrize("content", [{"text": "在興隆路"}, {"caption": "在興隆路", "photo": PHOTO}])
def test_an_edited_message_brings_its_new_words(content: dict[str, Any]) -> None:
    found = read(update("edited_message", message_id=41, edit_date=int(NOW), **content))

    assert (found.kind, found.message_id, found.text) == (Kind.EDITED, "41", "在興隆路")


def test_an_edited_command_is_no_command() -> None:
    found = read(update("edited_message", message_id=41, edit_date=int(NOW), text="/human"))

    assert found.kind is Kind.EDITED


@pytest.mark.parametrize(
    ("status", "kind", "answer"), [("kicked", Kind.UNFOLLOW, True), ("member", Kind.FOLLOW, False)]
)
def test_a_block_ends_the_talk_and_its_end_greets_nobody(status: str, kind: Kind, answer: bool) -> None:
    found = read(update("my_chat_member", new_chat_member={"status": status}))

    assert (found.kind, found.answer) == (kind, answer)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (message(text="hi", chat={"id": -1001, "type": "supergroup"}), "not a talk with one citizen"),
        (message(text="hi", chat={"id": "7", "type": "private"}), "not a talk with one citizen"),
        (message(text="hi", chat=None), "not a talk with one citizen"),
        (message(text="hi", **{"from": PERSON | {"is_bot": True}}), "not a talk with one citizen"),
        (message(text="hi", date=int(NOW) - 31 * 86400), "too old"),
        (message(pinned_message={"message_id": 3}), "nothing for us"),
        (message(text="\x00"), "nothing for us"),
        (message(location={"latitude": float("inf"), "longitude": 1}), "nothing for us"),
        (message(photo=[{"file_id": 7}]), "nothing for us"),
        (message(text="hi", message_id=True), "nothing for us"),
        (message(update_id=None, text="hi"), "nothing for us"),  # type: ignore[arg-type]
        ({"update_id": 1, "poll": {"id": "1"}}, "nothing for us"),
        (update("my_chat_member", new_chat_member={"status": "restricted"}), "nothing for us"),
    ],
)
def test_what_is_not_for_us_is_ignored_with_a_reason(raw: dict[str, Any], why: str) -> None:
    found = wire.read_update(raw, NOW)

    assert isinstance(found, Ignored)
    assert found.why == why


def test_what_no_database_can_store_does_not_get_in() -> None:
    assert read(message(text="燈\x00壞\ud83d了\r\n😭")).text == "燈壞了\n😭"


@pytest.mark.parametrize("date", [None, "1", True, -5, 10**400, float("nan"), int(NOW) + 10**6])
def test_a_time_that_makes_no_sense_is_the_time_of_receipt(date: Any) -> None:
    assert read(message(text="你好", date=date)).at == NOW


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"{", b"[]", b"null", b"7", b"[" * 200_000, b'{"a":' * 100_000])
def test_a_body_that_is_no_update_is_recognised(raw: bytes) -> None:
    assert wire.update_in(raw) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = """
update_id message edited_message callback_query my_chat_member from chat id type date edit_date message_id text caption photo
file_id width height file_size location venue latitude longitude address title sticker emoji dice voice audio contact user_id
phone_number document mime_type file_name video animation data reply_markup inline_keyboard callback_data new_chat_member
status is_bot language_code
"""
names = st.sampled_from(NAMES.split())
words = st.sampled_from(["private", "group", "kicked", "member", "/start", "/help x", "image/png", "a.heic"])
nearly_updates = st.recursive(
    anything | words | st.just(CITIZEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(names, nearly_updates, max_size=6))
def test_no_json_makes_the_reader_fail(raw: dict[str, Any]) -> None:
    assert isinstance(wire.read_update(raw, NOW), (list, Ignored))
    assert wire.read_tap(raw) is None or isinstance(wire.read_tap(raw), Tap)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(wire.ALLOWED_UPDATES), st.dictionaries(names, nearly_updates, max_size=8))
def test_no_content_in_a_true_frame_makes_the_reader_fail_or_store_what_cannot_be_stored(
    kind: str, content: dict[str, Any]
) -> None:
    frame = {"from": PERSON, "chat": CHAT, "date": int(NOW), "message_id": 1, "id": "1"}
    raw = {"update_id": 1, kind: content | frame | {"message": {"chat": CHAT}}}

    found = wire.read_update(raw, NOW)

    for event in found if isinstance(found, list) else ():
        stored = f"{event.text}{event.payload}{event.message_id}{event.photo}{event.language}"
        assert "\x00" not in stored.encode().decode()
        assert event.kind is not Kind.LOCATION or event.location is not None
        assert event.kind is not Kind.PHOTO or event.photo


@settings(max_examples=300, deadline=None)
@given(st.binary())
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    found = wire.update_in(raw)

    assert found is None or isinstance(found, dict)


def test_our_own_secret_is_accepted() -> None:
    assert wire.is_from_telegram(SECRET, SECRET)


def test_ten_thousand_changed_secrets_are_accepted_never() -> None:
    dice = random.Random(7)
    marks = "abcXYZ019_-= é😀\udc80\x00"
    changed = []
    while len(changed) < 10_000:
        at, mark = dice.randrange(len(SECRET)), dice.choice(marks)
        tried = dice.choice(
            [SECRET[:at] + mark + SECRET[at + 1 :], SECRET[:at], SECRET + mark, SECRET[:at] + mark + SECRET[at:], mark]
        )
        changed += [tried] if tried != SECRET else []

    accepted = [given_ for given_ in changed if wire.is_from_telegram(SECRET, given_)]

    assert accepted == []


def test_without_a_secret_nobody_is_telegram() -> None:
    assert not wire.is_from_telegram("", "")
