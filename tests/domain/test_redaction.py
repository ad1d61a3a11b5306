"""Numbers that we have no business keeping are covered before anything is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.redaction import mask_ids

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)


def national_id(letter: str, body: str) -> str:
    """A valid number: the letter, eight digits, and the check digit they ask for."""
    first = LETTERS.index(letter) + 10
    digits = [first // 10, first % 10, *map(int, body)]
    return f"{letter}{body}{-sum(a * b for a, b in zip(digits, WEIGHTS, strict=True)) % 10}"


def card(body: str) -> str:
    """A valid card number: the digits, and the Luhn digit they ask for."""
    doubled = [int(digit) * (2 if k % 2 == 0 else 1) for k, digit in enumerate(reversed(body))]
    return f"{body}{-sum(d - 9 if d > 9 else d for d in doubled) % 10}"


national_ids = st.builds(
    national_id,
    st.sampled_from(LETTERS),
    st.builds("".join, st.tuples(st.sampled_from("1289"), st.text("0123456789", min_size=7, max_size=7))),
)
cards = st.builds(card, st.text("0123456789", min_size=13, max_size=17).filter(lambda body: body.strip("0")))
words = st.text("路燈不亮請問 ，。興隆abc", max_size=10)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("我是A123456789", "我是A＊＊＊＊＊＊＊＊＊"),
        ("a123456789", "a＊＊＊＊＊＊＊＊＊"),
        ("Ａ１２３４５６７８９", "Ａ＊＊＊＊＊＊＊＊＊"),
        ("A 123456789", "A ＊＊＊＊＊＊＊＊＊"),
        ("4111 1111 1111 1111", "＊＊＊＊ ＊＊＊＊ ＊＊＊＊ ＊＊＊＊"),
        ("4111-1111-1111-1111到期", "＊＊＊＊-＊＊＊＊-＊＊＊＊-＊＊＊＊到期"),
    ],
)
def test_an_id_or_card_number_is_covered_however_it_is_typed(typed: str, kept: str) -> None:
    assert (kept, True) == mask_ids(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "路燈不亮",
        "0912345678",
        "02-2726-9600",
        "A123456788",
        "DEMO-30518 查詢碼604271",
        "燈桿編號1234567",
        "1234-5678-9012-3456",
        "https://example.org/aA123456789x",
    ],
)
def test_everything_else_is_left_alone(typed: str) -> None:
    assert (typed, False) == mask_ids(typed)


@given(words, national_ids | cards, words)
def test_no_valid_number_gets_through_and_nothing_else_is_touched(before: str, number: str, after: str) -> None:
    before = before.rstrip("abc")
    after = after.lstrip("abc")

    masked, covered = mask_ids(f"{before} {number} {after}")

    assert covered
    assert number not in masked
    assert masked.startswith(before)
    assert masked.endswith(after)


@given(st.text())
def test_any_text_at_all_keeps_its_length(text: str) -> None:
    masked, covered = mask_ids(text)

    assert len(text) == len(masked)
    assert covered == (masked != text)


@given(st.text())
def test_covering_twice_is_covering_once(text: str) -> None:
    masked, _ = mask_ids(text)

    assert (masked, False) == mask_ids(masked)


@given(national_ids.map(lambda number: number[:-1] + str((int(number[-1]) + 1) % 10)))
def test_a_number_with_a_wrong_check_digit_is_no_id(number: str) -> None:
    assert (number, False) == mask_ids(number)
