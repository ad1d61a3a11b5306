"""What Telegram allows: each number once, with the page that says so, and the unit in which Telegram counts texts."""

from __future__ import annotations

import unicodedata
from typing import Final

# ── going out ──

TEXT_UNITS: Final = 4096  # https://core.telegram.org/bots/api#sendmessage
CAPTION_UNITS: Final = 1024  # https://core.telegram.org/bots/api#sendphoto
CALLBACK_DATA_BYTES: Final = 64  # https://core.telegram.org/bots/api#inlinekeyboardbutton
CALLBACK_ANSWER_UNITS: Final = 200  # https://core.telegram.org/bots/api#answercallbackquery
LABEL_UNITS: Final = 64  # ours: Telegram names none, and phones cut a longer one
NAME_UNITS: Final = 64  # ours, for the name above an agent's words
BUTTONS: Final = 40  # ours: more than a screen of them helps nobody
BUTTONS_IN_ROW: Final = 3  # ours: the buttons of a row are equally wide, and four are too narrow to read
MARKS_IN_ROW: Final = 12  # ours: full-width marks that a phone shows in one row of buttons

# ── coming in ──

WEBHOOK_CONNECTIONS: Final = 40  # https://core.telegram.org/bots/api#setwebhook
WEBHOOK_BODY_BYTES: Final = 1_000_000  # ours: Telegram names none; an update takes a few thousand
EVENT_AGE_SECONDS: Final = 30 * 86400  # ours: update ids are kept this long, so nothing older may come in
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile

_JOINER = "\u200d"


def units(text: str) -> int:
    """The length of a text in UTF-16 units, in which Telegram counts: https://core.telegram.org/api/entities#entity-length"""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def first_units(text: str, most: int) -> str:
    """The longest beginning of the text that takes at most `most` UTF-16 units."""
    return text.encode("utf-16-le", "replace")[: 2 * most].decode("utf-16-le", "ignore")


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as fits with 「…」 behind it."""
    if units(text) <= most:
        return text
    head = first_units(text, most - 1)
    return text[: whole_until(text, len(head))] + "…"


def whole_until(text: str, at: int) -> int:
    """The nearest place at or before `at` where nothing that is drawn as one mark is cut in two: accents, families, flags."""
    for place in range(at, max(0, at - 32), -1):
        if place >= len(text) or not _is_one_mark(text, place):
            return place
    return at


def _is_one_mark(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # a skin tone, a region's flag
        return True
    return _is_flag_letter(after) and _flag_letters_before(text, at) % 2 == 1


def _flag_letters_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start


def _is_flag_letter(mark: str) -> bool:
    return "\U0001f1e6" <= mark <= "\U0001f1ff"
