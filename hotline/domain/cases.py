"""A service case: its number, its look-up code, its states, and the words for them.

States are the city's own: 受理 → 派工中 → 處理中 → 已完成 / 不受理 / 改分其他機關, and 重新開啟 on a citizen's word. Only the office's
record may say 已完成. Numbers carry a prefix and a shape of their own, so that nobody takes one for the city's.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

CaseNumber = NewType("CaseNumber", str)

FIRST_NUMBER = 30001
CITIZENS_WORDS = "市民原話"
"""The row of a case that holds what the citizen typed; it goes when they are forgotten."""
CODE_TRIES = 5
CODE_TRIES_PER_CASE = 20  # over all conversations: new ones are free
CODE_LOCK_SECONDS = 15 * 60


class Status(StrEnum):
    """The only words used for a case's state."""

    ACCEPTED = "受理"
    DISPATCHED = "派工中"
    WORKING = "處理中"
    DONE = "已完成"
    REOPENED = "重新開啟"
    TRANSFERRED = "改分其他機關"
    DECLINED = "不受理"

    @property
    def is_open(self) -> bool:
        return self not in (Status.DONE, Status.TRANSFERRED, Status.DECLINED)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. `details` are the read-back's rows; `contact` is empty unless the citizen agreed to it."""

    number: CaseNumber
    kind: str
    name: str
    office: str
    place: Mapping[str, Any]
    where: str
    details: tuple[tuple[str, str], ...]
    status: Status
    opened_at: float
    updated_at: float
    words: str = ""
    photos: tuple[str, ...] = ()
    contact: str = ""
    events: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def summary(self) -> str:
        return f"{self.name}，{self.where}"


def number_of(prefix: str, count: int) -> CaseNumber:
    """The case number for a running count: DEMO-30001."""
    return CaseNumber(f"{prefix}-{count}")


def code_of(secret: bytes, number: CaseNumber) -> str:
    """The six-digit look-up code of a case. It is derived, so no table of codes can leak."""
    digest = hmac.new(secret, number.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def same_code(expected: str, given: str) -> bool:
    """Constant-time comparison, full-width digits accepted."""
    return hmac.compare_digest(expected.encode(), unicodedata.normalize("NFKC", given).strip().encode())


def read_number(text: str, prefix: str) -> CaseNumber | None:
    """The case number in a text, whatever its case, width and blanks: ｄｅｍｏ 30518 → DEMO-30518."""
    plain = unicodedata.normalize("NFKC", text).upper()
    found = re.search(rf"{re.escape(prefix.upper())}\s*[-_ー–—－]?\s*(\d{{5,7}})(?!\d)", plain)
    return CaseNumber(f"{prefix}-{found[1]}") if found else None
