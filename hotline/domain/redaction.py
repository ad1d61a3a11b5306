"""Numbers that we have no business keeping are covered before anything is stored.

National id: one letter and nine digits with a check digit (內政部, 國民身分證統一編號). Card numbers: Luhn (ISO/IEC 7812-1).
"""

from __future__ import annotations

import re
import unicodedata

_ID = re.compile(r"(?<![A-Za-z0-9])([A-Za-z])\s?([1289A-Da-d]\d{8})(?!\d)")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # position + 10 is the letter's number


def mask_ids(text: str) -> tuple[str, bool]:
    """The text with national ids and card numbers covered, and whether there were any. Length is kept."""
    plain = "".join(unicodedata.normalize("NFKC", mark) if "！" <= mark <= "～" else mark for mark in text)
    covered = list(text)
    for match in _ID.finditer(plain):
        if _is_national_id(match[1].upper() + match[2].upper()):
            _cover(covered, match.start() + 1, match.end())
    for match in _CARD.finditer(plain):
        digits = [int(mark) for mark in match[0] if mark.isdigit()]
        if 13 <= len(digits) <= 19 and _luhn(digits):
            _cover(covered, match.start(), match.end())
    masked = "".join(covered)
    return masked, masked != text


def _cover(marks: list[str], start: int, end: int) -> None:
    for k in range(start, end):
        if marks[k] not in " -":
            marks[k] = "＊"


def _is_national_id(number: str) -> bool:
    """The check digit of citizens' and residents' numbers (weights 1, 9, 8 … 1, 1)."""
    first = _LETTERS.index(number[0]) + 10
    second = number[1]
    digits = [first // 10, first % 10]
    digits.append(int(second) if second.isdigit() else (_LETTERS.index(second) + 10) % 10)
    digits.extend(int(mark) for mark in number[2:])
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(a * b for a, b in zip(digits, weights, strict=True)) % 10 == 0


def _luhn(digits: list[int]) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
