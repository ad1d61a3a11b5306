"""To Telegram: the messages of a turn, each within every limit, all of their words there."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram_stage import button, said

from channels.telegram import limits, wire


def texts(*feed: dict[str, Any]) -> list[str]:
    return [order["text"] for order in wire.messages_of(feed)]


def rows(*buttons: dict[str, Any]) -> list[list[str]]:
    keyboard = wire.messages_of([said("請選：", *buttons)])[-1]["reply_markup"]["inline_keyboard"]
    return [[one["text"] for one in row] for row in keyboard]


def test_a_text_is_a_text_and_nothing_else() -> None:
    assert wire.messages_of([said("您好")]) == [{"method": "sendMessage", "text": "您好"}]


@pytest.mark.parametrize("text", ["3F_2、*號鍵、[公告]、A_1~B_2", "https://a.example/x_y_(z)?q=1_2&r=*", "<b>&amp;`"])
def test_no_mark_is_taken_for_markup(text: str) -> None:
    assert wire.messages_of([said(text)]) == [{"method": "sendMessage", "text": text}]


def test_buttons_stand_under_the_last_message() -> None:
    found = wire.messages_of([said("請看一下對不對："), said("對的話按「送出通報」。", button("送出通報"))])

    assert "reply_markup" not in found[0]
    assert found[1]["reply_markup"] == {"inline_keyboard": [[{"text": "送出通報", "callback_data": "b7Kq2ZrT"}]]}


def test_buttons_of_an_earlier_message_are_not_shown_under_a_later_one() -> None:
    found = wire.messages_of([said("要送出嗎？", button("送出通報")), said("好，已經取消。")])

    assert not any("reply_markup" in order for order in found)


def test_buttons_that_phone_or_ask_are_plain_ones() -> None:
    found = rows(button("撥119", call="119"), button("傳位置", ask="location"), button("傳照片", ask="photo"))

    assert found == [["撥119", "傳位置", "傳照片"]]


def test_short_buttons_stand_side_by_side_and_long_ones_alone() -> None:
    found = rows(*map(button, ["有", "沒有", "不確定", "好", "自然人憑證展期", "都不是"]))

    assert found == [["有", "沒有", "不確定"], ["好"], ["自然人憑證展期"], ["都不是"]]


@pytest.mark.parametrize("payload", ["", "字" * 22, "x" * 65, None])
def test_a_button_that_could_not_be_answered_is_left_out(payload: Any) -> None:
    found = wire.messages_of([said("您好", {"title": "送出通報", "payload": payload})])

    assert found == [{"method": "sendMessage", "text": "您好"}]


def test_a_button_of_the_longest_payload_is_kept() -> None:
    assert rows(button("送出", payload="字" * 21 + "x")) == [["送出"]]


def test_an_agents_message_begins_with_the_agents_name() -> None:
    found = texts(said("我是值班專員小林。", name="小林"), said("您好"))

    assert found == ["小林：\n我是值班專員小林。", "您好"]


def test_a_picture_for_everybody_is_sent_with_its_words() -> None:
    found = wire.messages_of([said("請看圖。", button("好"), image="https://a.example/1.jpg")])

    assert [(order["method"], order.get("caption")) for order in found] == [("sendPhoto", "請看圖。")]
    assert "reply_markup" in found[0]


def test_a_picture_with_many_words_goes_before_them() -> None:
    found = wire.messages_of([said("字" * 1025, image="https://a.example/1.jpg")])

    assert [(order["method"], len(order.get("text", ""))) for order in found] == [
        ("sendPhoto", 0),
        ("sendMessage", 1025),
    ]


@pytest.mark.parametrize("image", ["/chat/photos/abc", "http://a.example/1.jpg", "https://a example", None])
def test_a_picture_that_telegram_cannot_fetch_is_not_sent(image: Any) -> None:
    found = wire.messages_of([said("您好", image=image)])

    assert [order["method"] for order in found] == ["sendMessage"]


def test_an_order_without_its_ornaments_has_the_same_words() -> None:
    full = wire.messages_of([said("請看圖。", button("好"), image="https://a.example/1.jpg")])[0]

    assert wire.bare(full) == {"method": "sendMessage", "text": "請看圖。"}
    assert wire.bare({"method": "sendPhoto", "photo": "https://a.example/1.jpg"}) is None


@pytest.mark.parametrize("text", ["", "  \n　", "\x00", "\u200b"])
def test_no_empty_text_is_sent(text: str) -> None:
    assert texts(said(text, name="小林"), said("您好")) == ["您好"]


def test_buttons_without_any_text_get_one() -> None:
    assert texts(said("", button("送出通報"))) == ["請選一項："]


def test_nothing_to_say_is_no_message() -> None:
    assert wire.messages_of([said("")]) == []
    assert wire.messages_of([]) == []


def test_a_text_of_exactly_the_limit_is_one_message() -> None:
    assert texts(said("字" * 4096)) == ["字" * 4096]
    assert len(texts(said("😭" * 2049))) == 2


@pytest.mark.parametrize("end", ["\n\n", "\n", "。", "，"])
def test_a_long_text_is_cut_where_a_reader_would(end: str) -> None:
    text = ("路燈不亮" + end) * 1500

    found = texts(said(text))

    assert len(found) > 1
    assert all(piece.endswith("路燈不亮" + end.strip()) for piece in found)


@pytest.mark.parametrize("mark", ["👩🏽\u200d⚕️", "🇹🇼", "e\u0301", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_a_cut_never_goes_through_what_is_one_mark(mark: str) -> None:
    found = texts(said("一" + mark * 3000))

    assert len(found) > 1
    assert all(piece.removeprefix("一").replace(mark, "") == "" for piece in found)


@pytest.mark.parametrize(("address", "chat"), [("4611", 4611), ("-1001", -1001), ("", None), ("x", None), ("٣", None)])
def test_an_address_is_a_chat(address: str, chat: int | None) -> None:
    assert wire.chat_of(address) == chat


def test_every_command_is_one_that_telegram_takes() -> None:
    for name, (words, shown) in wire.COMMANDS.items():
        assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
        assert words
        assert 1 <= len(shown) <= 256


marks = st.sampled_from("路燈不亮。，！？\n 　aZ0😭👩🏽🇹🇼𠀋é\u0301\u200d\u200b\ud83d\x00「」")
long_texts = st.text(marks | st.characters(), max_size=80) | st.builds(
    lambda part, times: part * times, st.text(marks, min_size=1, max_size=40), st.integers(1, 900)
)
buttons = st.fixed_dictionaries(
    {"title": long_texts, "payload": st.text(max_size=64)},
    optional={"call": st.just("119"), "ask": st.sampled_from(["location", "photo"])},
)
messages = st.fixed_dictionaries(
    {
        "text": long_texts,
        "buttons": st.lists(buttons, max_size=50),
        "name": long_texts,
        "image": st.sampled_from(["", "https://a.example/1.jpg"]),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.lists(messages, max_size=5))
def test_whatever_is_said_keeps_every_limit_of_telegrams(feed: list[dict[str, Any]]) -> None:
    found = wire.messages_of(feed)

    for order in found:
        text, caption = order.get("text", ""), order.get("caption", "")
        assert bool(text.strip()) == (order["method"] == "sendMessage")
        assert limits.units(text) <= limits.TEXT_UNITS
        assert limits.units(caption) <= limits.CAPTION_UNITS
        (text + caption).encode()
    for row in found[-1].get("reply_markup", {}).get("inline_keyboard", []) if found else []:
        for one in row:
            assert one["text"].strip()
            assert limits.units(one["text"]) <= limits.LABEL_UNITS
            assert 0 < len(one["callback_data"].encode()) <= limits.CALLBACK_DATA_BYTES
    assert not any("reply_markup" in order for order in found[:-1])


@settings(max_examples=200, deadline=None)
@given(long_texts)
def test_nothing_that_is_said_is_lost(text: str) -> None:
    found = texts(said(text))

    assert _seen("".join(found)) == _seen(wire.clean(text))


def _seen(text: str) -> str:
    """The marks that can be seen."""
    return "".join(
        mark for mark in text if not mark.isspace() and unicodedata.category(mark) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
    )
