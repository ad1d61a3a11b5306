"""To LINE: the messages of a turn in one call, within every limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.line import limits, wire
from simulators.line_rules import problems


def said(text: str, *buttons: dict[str, Any], name: str = "") -> dict[str, Any]:
    return {"text": text, "buttons": list(buttons), "card": None, "image": "", "name": name}


def button(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "payload": "b7Kq2ZrT"} | more


def actions(*buttons: dict[str, Any]) -> list[dict[str, Any]]:
    return [item["action"] for item in wire.quick_replies(buttons)]


def test_a_text_is_a_text() -> None:
    assert wire.messages_of([said("您好")]) == [{"type": "text", "text": "您好"}]


def test_buttons_become_quick_replies_of_the_last_message() -> None:
    found = wire.messages_of([said("請看一下對不對："), said("對的話按「送出通報」。", button("送出通報"))])

    action = {"type": "postback", "label": "送出通報", "data": "b7Kq2ZrT", "displayText": "送出通報"}
    assert "quickReply" not in found[0]
    assert {"items": [{"type": "action", "action": action}]} == found[1]["quickReply"]


def test_buttons_of_an_earlier_message_are_not_shown_under_a_later_one() -> None:
    found = wire.messages_of([said("要送出嗎？", button("送出通報")), said("好，已經取消。")])

    assert not any("quickReply" in message for message in found)


def test_a_button_that_phones_opens_the_dialler() -> None:
    assert actions(button("撥119", call="119")) == [{"type": "uri", "label": "撥119", "uri": "tel:119"}]


def test_a_number_to_phone_ends_where_the_figures_end() -> None:
    found = actions(button("撥給動保處", call="02-8791-3064轉1;x=javascript:"))

    assert [action["uri"] for action in found] == ["tel:02-8791-3064"]


def test_a_button_that_phones_nothing_is_an_ordinary_one() -> None:
    assert [action["type"] for action in actions(button("撥119", call="javascript:alert(1)"))] == ["postback"]


def test_a_button_that_asks_for_a_place_opens_the_map() -> None:
    assert actions(button("傳位置", ask="location")) == [{"type": "location", "label": "傳位置"}]


def test_a_button_that_asks_for_a_photo_offers_the_album_and_the_camera() -> None:
    found = actions(button("傳照片", ask="photo"))

    assert found == [{"type": "cameraRoll", "label": "傳照片"}, {"type": "camera", "label": "拍照"}]


def test_a_long_title_is_shortened_on_the_button_and_whole_in_the_chat() -> None:
    title = "停車費逾期未繳的工本費什麼時候可以補繳完成呢"

    found = actions(button(title))[0]

    assert (title[:19] + "…", title) == (found["label"], found["displayText"])


@pytest.mark.parametrize("payload", ["", "x" * 301, None])
def test_a_button_that_could_not_be_answered_is_left_out(payload: Any) -> None:
    assert actions({"title": "送出通報", "payload": payload}) == []


def test_no_more_buttons_than_line_shows() -> None:
    assert len(actions(*[button(f"選項{k}") for k in range(30)])) == 13


def test_an_agents_message_carries_the_agents_name_and_the_assistants_none() -> None:
    found = wire.messages_of([said("我是值班專員小林。", name="小林"), said("您好")])

    assert found[0]["sender"] == {"name": "小林"}
    assert "sender" not in found[1]


@pytest.mark.parametrize(
    ("name", "shown"), [("LINE小姐", "客服人員"), ("林" * 30, "林" * 20), ("👩" * 30, "👩" * 10), ("小\n林", "小 林")]
)
def test_a_name_is_one_that_line_takes(name: str, shown: str) -> None:
    assert {"name": shown} == wire.messages_of([said("您好", name=name)])[0]["sender"]


@pytest.mark.parametrize("text", ["", "  \n　", "\x00"])
def test_no_empty_text_is_sent(text: str) -> None:
    assert wire.messages_of([said(text), said("您好")]) == [{"type": "text", "text": "您好"}]


def test_buttons_without_any_text_get_one() -> None:
    found = wire.messages_of([said("", button("送出通報"))])

    assert [message["text"] for message in found] == ["請選一項："]


def test_nothing_to_say_is_no_message() -> None:
    assert wire.messages_of([said("")]) == []
    assert wire.messages_of([]) == []


def test_eight_messages_go_in_one_call_with_all_their_text() -> None:
    found = wire.messages_of([said(f"第{k}段") for k in range(8)])

    assert len(found) == 5
    assert "".join(f"第{k}段" for k in range(8)) == "".join(message["text"] for message in found).replace("\n", "")


def test_a_long_text_is_cut_after_a_line() -> None:
    text = "第一行\n" * 1500

    found = wire.messages_of([said(text)])

    assert [message["text"].endswith("第一行") for message in found] == [True, True]
    assert text.strip() == "\n".join(message["text"] for message in found)


def test_more_than_five_full_messages_end_in_an_ellipsis() -> None:
    found = wire.messages_of([said("字" * 30_000)])

    assert [limits.utf16_units(message["text"]) for message in found] == [5000] * 5
    assert found[-1]["text"].endswith("字…")


def test_a_cut_never_goes_through_an_emoji() -> None:
    found = wire.messages_of([said("👩🏽‍⚕️" * 1200)])

    assert all(message["text"].startswith("👩") and message["text"].endswith("\ufe0f") for message in found)


def test_plain_leaves_the_texts_alone() -> None:
    found = wire.messages_of([said("您好", button("送出通報"), name="小林")], plain=True)

    assert found == [{"type": "text", "text": "您好"}]


marks = st.sampled_from("路燈不亮。，！？\n 　aZ0😭👩🏽‍⚕️🇹🇼𠀋é\u0301\u200d\u200b\ud83d\x00「」")
texts = st.text(marks | st.characters(), max_size=80) | st.builds(
    lambda part, times: part * times, st.text(marks, min_size=1, max_size=40), st.integers(1, 900)
)
buttons = st.fixed_dictionaries(
    {"title": texts, "payload": st.text(max_size=64)},
    optional={
        "call": st.text("0123456789+-#轉", max_size=12),
        "ask": st.sampled_from(["location", "photo", "weather"]),
    },
)
messages = st.fixed_dictionaries(
    {"text": texts, "buttons": st.lists(buttons, max_size=16), "name": texts, "card": st.none(), "image": st.just("")}
)


@settings(max_examples=80, deadline=None)
@given(st.lists(messages, min_size=1, max_size=12), st.booleans())
def test_whatever_is_said_keeps_every_limit_of_lines(feed: list[dict[str, Any]], plain: bool) -> None:
    found = wire.messages_of(feed, plain=plain)

    assert (problems(found) if found else []) == []
    assert not any("quickReply" in message for message in found[:-1])
    "".join(message["text"] for message in found).encode()


@settings(max_examples=200, deadline=None)
@given(st.lists(texts.map(lambda text: text[:2000]), min_size=1, max_size=9))
def test_nothing_that_fits_is_lost(said_texts: list[str]) -> None:
    feed = [said(text) for text in said_texts]
    wanted = "".join("".join(wire._clean(text) for text in said_texts).split())
    room = 3 * limits.TEXT_UNITS

    found = wire.messages_of(feed)

    if limits.utf16_units(wanted) < room and sum(map(limits.utf16_units, said_texts)) < room:
        assert wanted == "".join("".join(message["text"] for message in found).split())
