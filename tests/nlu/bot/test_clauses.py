"""Where one message is taken apart, and where it is left whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.clauses import clauses, denies, parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路燈壞了，另外敬老卡怎麼辦", ["路燈壞了", "敬老卡怎麼辦"]),
        ("路燈壞了。還有 垃圾車幾點來", ["路燈壞了", "垃圾車幾點來"]),
        ("我要報坑洞，順便問一下停車費怎麼繳", ["我要報坑洞", "停車費怎麼繳"]),
        ("路燈不亮，三天了", ["路燈不亮，三天了"]),
        ("還有", []),
        ("", []),
    ],
)
def test_words_that_open_a_new_subject_part_the_text(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("路燈不亮，三天了", ["路燈不亮", "三天了"]),
        ("燈壞了 麻煩派人來修", ["燈壞了", "麻煩派人來修"]),
        ("路燈不亮\n敬老卡怎麼辦", ["路燈不亮", "敬老卡怎麼辦"]),
        ("Roosevelt Rd Sec 4", ["Roosevelt Rd Sec 4"]),
        ("路燈不亮，嗯", ["路燈不亮"]),
    ],
)
def test_pauses_part_a_part(part: str, expected: list[str]) -> None:
    assert clauses(part) == expected


@pytest.mark.parametrize(("clause", "is_denial"), [("沒有漏電", True), ("但是不會閃", True), ("路燈不亮", False)])
def test_a_denial_is_known_by_its_beginning(clause: str, is_denial: bool) -> None:
    assert denies(clause) is is_denial


@given(st.text(max_size=200))
def test_every_piece_stands_in_the_text(text: str) -> None:
    pieces = [piece for part in parts(text) for piece in [part, *clauses(part)]]

    assert all(piece in text for piece in pieces)
