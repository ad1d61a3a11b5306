"""What LINE allows: each number once, with the page that says so, and the two ways in which LINE counts characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# ── going out ──

MESSAGES_IN_ONE_CALL: Final = 5  # https://developers.line.biz/en/reference/messaging-api/#send-reply-message
TEXT_UNITS: Final = 5000  # https://developers.line.biz/en/reference/messaging-api/#text-message
QUICK_REPLIES: Final = 13  # https://developers.line.biz/en/docs/messaging-api/using-quick-reply/
LABEL_CLUSTERS: Final = 20  # https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec
DISPLAY_TEXT_CLUSTERS: Final = 300  # https://developers.line.biz/en/reference/messaging-api/#postback-action
POSTBACK_DATA_UNITS: Final = 300  # https://developers.line.biz/en/reference/messaging-api/#postback-action
URI_UNITS: Final = 1000  # https://developers.line.biz/en/reference/messaging-api/#uri-action
SENDER_NAME_UNITS: Final = 20  # https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/
SENDER_NAME_FORBIDDEN: Final = "line"  # the same page: words such as "LINE" may be refused
LOADING_SECONDS: Final = 20
LOADING_SECONDS_ALLOWED: Final = range(
    5, 61, 5
)  # https://developers.line.biz/en/docs/messaging-api/use-loading-indicator/
RETRY_KEY_HOURS: Final = 24  # https://developers.line.biz/en/docs/messaging-api/retrying-api-request/

# ── coming in ──

REPLY_TOKEN_SECONDS: Final = 60  # https://developers.line.biz/en/reference/messaging-api/#send-reply-message
REPLY_BUDGET_SECONDS: Final = 50  # LINE asks not to rely on the whole minute (the same page)
REPLY_TOKEN_EVENT_SECONDS: Final = 20 * 60  # no redelivery renews the token of an older event (the same page)
WEBHOOK_BODY_BYTES: Final = 1_000_000  # ours: LINE names none, and a hundred of its longest texts fit
WEBHOOK_ANSWER_SECONDS: Final = 2  # https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/
EVENT_AGE_SECONDS: Final = 30 * 86400  # ours: LINE signs no time, and event ids are kept this long
PHOTO_BYTES: Final = 10 * 1024 * 1024  # ours: what every channel takes
CONTENT_NOT_READY_SECONDS: Final = (
    2.0  # ours, after a 202: https://developers.line.biz/en/reference/messaging-api/#get-content
)

USER_ID: Final = re.compile(r"U[0-9a-f]{32}")  # https://developers.line.biz/en/docs/messaging-api/getting-user-ids/

_ZERO_WIDTH_JOINER = "\u200d"
_PICTURES = (("\U0001f300", "\U0001f64f"), ("\U0001f680", "\U0001f6ff"), ("\U0001f90c", "\U0001f93a"))


def utf16_units(text: str) -> int:
    """The length of a text as LINE counts it: https://developers.line.biz/en/docs/messaging-api/text-character-count/"""
    return len(text) + sum(mark > "\uffff" for mark in text)


def first_units(text: str, most: int) -> str:
    """The longest beginning of the text that takes at most `most` UTF-16 units."""
    if utf16_units(text) <= most:
        return text
    left = most
    for k, mark in enumerate(text):
        left -= 2 if mark > "\uffff" else 1
        if left < 0:
            return text[:k]
    return text


def clusters(text: str) -> list[str]:
    """The text in grapheme clusters, in which LINE counts labels (the page above).

    Never fewer than Unicode's own rules find (https://unicode.org/reports/tr29/): what fits here fits at LINE.
    """
    found: list[str] = []
    for mark in text:
        if found and joins(found[-1], mark):
            found[-1] += mark
        else:
            found.append(mark)
    return found


def first_clusters(text: str, most: int) -> str:
    """The text in at most `most` clusters, with 「…」 as the last one when something had to go."""
    if len(text) <= most:
        return text
    found = clusters(text)
    return text if len(found) <= most else "".join(found[: most - 1]) + "…"


def joins(before: str, mark: str) -> bool:
    """Whether the mark belongs to the cluster before it: accents, skin tones, families, flags."""
    last = before[-1]
    if unicodedata.category(last) in ("Cc", "Cf", "Cn", "Zl", "Zp") and last != _ZERO_WIDTH_JOINER:
        return False
    if mark == _ZERO_WIDTH_JOINER or _extends(mark):
        return True
    if last == _ZERO_WIDTH_JOINER:
        stem = before[:-1]
        while stem and _extends(stem[-1]):
            stem = stem[:-1]
        return stem != "" and _is_picture(stem[-1]) and _is_picture(mark)
    return len(before) == 1 and _is_flag_letter(before) and _is_flag_letter(mark)


def _extends(mark: str) -> bool:
    return _is_skin_tone(mark) or unicodedata.category(mark) in ("Mn", "Me")


def _is_picture(mark: str) -> bool:
    """Part of what Unicode calls Extended_Pictographic: the blocks and signs that families and professions use."""
    return not _is_skin_tone(mark) and (mark in "♀♂⚕⚖✈❤" or any(first <= mark <= last for first, last in _PICTURES))


def _is_skin_tone(mark: str) -> bool:
    return "\U0001f3fb" <= mark <= "\U0001f3ff"


def _is_flag_letter(mark: str) -> bool:
    return "\U0001f1e6" <= mark <= "\U0001f1ff"
