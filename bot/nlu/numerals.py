"""Numbers as people type them in addresses and counts: 64, ６４, 六十四, 一二二, 一百廿, 兩百."""

from __future__ import annotations

import re

CHINESE_DIGITS = "零〇○一二三四五六七八九十百千兩廿卅"

_VALUE = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "兩": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_NAMES = "零一二三四五六七八九"

NUMBER = rf"(?:\d{{1,4}}(?!\d)|[{CHINESE_DIGITS}]{{1,7}})"
"""A pattern for one number; to be compiled with `fold_pattern`."""

_ASCII = re.compile(r"[0-9]+")


def parse_number(text: str) -> int | None:
    """The value of a number in digits or Chinese numerals, or None when it is not one.

    一二二 is read digit by digit (a house number spelt out), 一百二 as 120, as it is spoken.
    """
    if not text:
        return None
    if _ASCII.fullmatch(text):
        return int(text)
    if any(c.isdigit() and c.isascii() for c in text):
        return None
    spelled = text.replace("廿", "二十").replace("卅", "三十")
    if not any(c in _UNIT for c in spelled):
        if any(c not in _VALUE for c in spelled):
            return None
        return int("".join(str(_VALUE[c]) for c in spelled))
    return _spoken(spelled)


def _spoken(text: str) -> int | None:
    total, digit, last_unit, zero = 0, None, 10, False
    for character in text:
        if character in _UNIT:
            last_unit = _UNIT[character]
            total += (1 if digit is None else digit) * last_unit
            digit, zero = None, False
        elif character in _VALUE:
            digit = _VALUE[character]
            zero = zero or digit == 0
        else:
            return None
    if digit is None:
        return total
    return total + (digit if zero or last_unit == 10 else digit * last_unit // 10)


def to_arabic(text: str) -> str | None:
    """The same number in plain digits without leading zeros."""
    value = parse_number(text)
    return None if value is None else str(value)


def to_chinese(number: str) -> str:
    """A small number in Chinese numerals, as sections of a road are written (二段)."""
    if not _ASCII.fullmatch(number) or not 0 < int(number) < 100:
        return number
    tens, ones = divmod(int(number), 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _NAMES[tens] + "十")
    return head + (_NAMES[ones] if ones else "")
