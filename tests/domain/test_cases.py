"""Case numbers, look-up codes and states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.cases import CaseNumber, Status, code_of, number_of, read_number, same_code

SECRET = b"a key for tests"


def test_a_number_is_the_prefix_and_a_count() -> None:
    assert "DEMO-30001" == number_of("DEMO", 30001)


@pytest.mark.parametrize(
    "typed",
    [
        "DEMO-30518",
        "demo30518",
        "ｄｅｍｏ 30518",
        "案號是 Demo－30518 謝謝",
        "DEMO_30518",
        "DEMO—30518",
        "DEMOー30518",
        "查DEMO 30518的進度",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert "DEMO-30518" == read_number(typed, "DEMO")


@pytest.mark.parametrize("typed", ["", "30518", "DEMO", "DEMO-1", "DEMO-123456789", "TEST-30518", "演示30518"])
def test_what_is_no_number_of_ours_is_none(typed: str) -> None:
    assert read_number(typed, "DEMO") is None


@given(st.integers(30001, 9_999_999))
def test_every_number_is_read_back(count: int) -> None:
    number = number_of("DEMO", count)

    assert number == read_number(f"請查{number.lower()}", "DEMO")


@given(st.integers(30001, 9_999_999))
def test_a_code_has_six_digits_and_is_always_the_same(count: int) -> None:
    code = code_of(SECRET, number_of("DEMO", count))

    assert len(code) == 6
    assert code.isdecimal()
    assert code == code_of(SECRET, number_of("DEMO", count))


def test_codes_tell_nothing_about_one_another() -> None:
    codes = [code_of(SECRET, number_of("DEMO", 30001 + k)) for k in range(200)]
    elsewhere = [code_of(b"another key", number_of("DEMO", 30001 + k)) for k in range(200)]

    assert len(set(codes)) > 195
    assert sum(a == b for a, b in zip(codes, elsewhere, strict=True)) < 3


@pytest.mark.parametrize(
    ("given_code", "right"), [("604271", True), (" ６０４２７１ ", True), ("604272", False), ("", False)]
)
def test_a_code_is_compared_whatever_its_width(given_code: str, right: bool) -> None:
    assert right == same_code("604271", given_code)


def test_the_citys_seven_states_and_which_of_them_are_open() -> None:
    still_open = [status.value for status in Status if status.is_open]
    settled = [status.value for status in Status if not status.is_open]

    assert ["受理", "派工中", "處理中", "重新開啟"] == still_open
    assert ["已完成", "改分其他機關", "不受理"] == settled


def test_a_number_that_was_read_is_the_number_that_was_given() -> None:
    assert CaseNumber("DEMO-30518") == read_number("demo-30518", "DEMO")
