"""Find in what a citizen typed all that has a form of its own: place, time, count, phone, e-mail, case number and code,
lamp-post number, licence plate, identity number.

One function, `extract`, because the kinds compete for the same digits: 0912345678 is a phone and no lamp-post, 604271 is a
code unless it is part of something longer. The surer kinds are asked first and close what they take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.nlu.numerals import CHINESE_DIGITS, parse_number
from bot.nlu.places import LONGEST, find_correction, find_places
from bot.nlu.times import find_times
from bot.nlu.typed import fold_name, fold_pattern, read


@dataclass(frozen=True)
class Entity:
    """One thing found, with offsets into the text as typed."""

    entity: str
    start: int
    end: int
    value: str
    """As typed: always `text[start:end]`"""
    info: dict[str, object] = field(default_factory=dict)
    """The same normalised; its keys depend on the kind"""


Found = tuple[int, int, dict[str, object]]


def extract(text: str) -> list[Entity]:
    """Everything found in a text, in order. Never fails, whatever was typed."""
    typed = read(text[:LONGEST])
    closed = bytearray(len(text))
    entities: list[Entity] = []

    def keep(kind: str, start: int, end: int, info: dict[str, object], anyway: bool = False) -> None:
        if anyway or not any(closed[start:end]):
            closed[start:end] = b"\x01" * (end - start)
            entities.append(Entity(kind, start, end, text[start:end], info))

    for kind, finder in _FINDERS:
        for start, end, info in finder(typed.match):
            keep(kind, *typed.span(start, end), info)
    correction = find_correction(text)
    for place in [correction] if correction else find_places(text):
        info = place.as_info()
        if correction:
            info["correction"] = True
        keep("place", place.start, place.end, info)
    for start, end, info in _case_codes(typed.match):
        keep("case_code", *typed.span(start, end), info)
    for time in find_times(typed.match):
        first, last = typed.span(time.start, time.end)
        # A bare 3號 may answer either question: where, or which day.
        keep("time", first, last, {"kind": time.kind, "text": text[first:last]}, anyway=time.whole)
    for start, end, info in _counts(typed.match):
        keep("count", *typed.span(start, end), info)
    return sorted(entities, key=lambda entity: (entity.start, entity.end))


# --- e-mail, identity numbers, cards ---------------------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.){1,5}[a-z]{2,12}(?![a-z0-9-])"
)


def _emails(text: str) -> Iterator[Found]:
    for found in _EMAIL.finditer(text):
        yield *found.span(), {"address": found.group()}


_IDENTITY = re.compile(r"(?<![a-z0-9])([a-z])\s?([a-d1289])\s?(\d{8}|\d{4}[ -]\d{4})(?![a-z0-9])")
_CARD = re.compile(r"(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d.])")
# The two digits each first letter stands for, in the order of the letters' own list.
_LETTERS = {letter: number for number, letter in enumerate("abcdefghjklmnpqrstuvxywzio", start=10)}


def is_national_id(text: str) -> bool:
    """Whether the check digit of an identity or resident number is right."""
    compact = re.sub(r"[\s-]", "", text).lower()
    if not re.fullmatch(r"[a-z][a-d1289]\d{8}", compact):
        return False
    first = _LETTERS[compact[0]]
    second = _LETTERS[compact[1]] % 10 if compact[1].isalpha() else int(compact[1])
    digits = [first // 10, first % 10, second, *map(int, compact[2:])]
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )


def is_card_number(text: str) -> bool:
    """Whether a payment card's number passes its check (Luhn)."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _identities(text: str) -> Iterator[Found]:
    for found in _IDENTITY.finditer(text):
        if not _PETITION_CUE.search(text, max(0, found.start() - 6), found.start()):
            yield *found.span(), {"kind": "national_id", "valid": is_national_id(found.group())}
    for found in _CARD.finditer(text):
        if is_card_number(found.group()):
            yield *found.span(), {"kind": "card", "valid": True}


# --- cases -----------------------------------------------------------------------------------------------------------

_CASE = re.compile(r"(?<![a-z])demo[\s_.:#-]{0,3}(\d{4,7})(?!\d)")
_CASE_BY_CUE = fold_pattern(r"(?:案件編號|案件號碼|案件|案號|單號)\s?(?:是|為)?\s?[:#]?\s?(\d{5})(?!\d)")
_PETITION_CUE = fold_pattern(r"(?:案件編號|案號|陳情|編號)\s?(?:是)?[:]?\s?$")
_PETITION = re.compile(r"(?<![a-z0-9])(w\d{2,3}-?\d{5,12})(?![a-z0-9])")
_CODE = re.compile(r"(?<![\w.#@/-])\d{6}(?![\d@]|[.-]\d|\s?[a-z])")
_CODE_IN_TWO = fold_pattern(r"(?:查詢碼|驗證碼|密碼|碼)\s?(?:是)?\s?[:]?\s?(\d{3}[ -]\d{3}|\d{6})(?!\d)")
_WHOLE_CODE = re.compile(r"\s*(\d{3}[ -]?\d{3})\s*")
_CODE_IS_NOT = fold_pattern(r"(?:元|塊|台灣|台北|盞|人|年|月|公尺|路|[\u4e00-\u9fff]{2}區)")


def _case_numbers(text: str) -> Iterator[Found]:
    for found in _CASE.finditer(text):
        yield *found.span(), {"number": f"DEMO-{found[1]}", "ours": True}
    for found in _CASE_BY_CUE.finditer(text):
        yield *found.span(1), {"number": f"DEMO-{found[1]}", "ours": True}
    for found in _PETITION.finditer(text):
        if _IDENTITY.fullmatch(found.group()) is None or _PETITION_CUE.search(
            text, max(0, found.start() - 6), found.start()
        ):
            yield *found.span(), {"number": found[1].upper(), "ours": False}


def _case_codes(text: str) -> Iterator[Found]:
    for found in _CODE_IN_TWO.finditer(text):
        yield *found.span(1), {"code": re.sub(r"\D", "", found[1])}
    whole = _WHOLE_CODE.fullmatch(text)
    if whole:
        yield *whole.span(1), {"code": re.sub(r"\D", "", whole[1])}
    for found in _CODE.finditer(text):
        if not _CODE_IS_NOT.match(text, found.end()):
            yield *found.span(), {"code": found.group()}


# --- phones ----------------------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"(?<![\d.-])(?:\+?886[\s-]?\(?0?\)?|0)9(?:[\s-]?\d){8}(?!\d)")
_LANDLINE = fold_pattern(
    r"(?<![\d.-])(?:(?:\+?886[\s-]?|\(?0)(?:2\)?[\s-]{0,2}\d{4}[\s-]?\d{4}|(?:37|49|89|82|826|836|[3-8])\)?[\s-]{0,2}\d{3,4}[\s-]?\d{3,4})|0800[\s-]?\d{3}[\s-]?\d{3})(?!\d)"
    r"(?:\s?(?:#|分機|轉|ext\.?)\s?\d{1,6})?"
)
_LOCAL = fold_pattern(r"(?:電話|手機|市話|聯絡|打給我|打到|撥)[^\d]{0,4}([2-8]\d{3}[\s-]?\d{4})(?!\d)")
_LOCAL_DASHED = re.compile(r"(?<![\d.-])[2-8]\d{3}-\d{4}(?![\d-])")
_SPELLED = fold_pattern(rf"零九[{CHINESE_DIGITS}]{{8}}(?![{CHINESE_DIGITS}])")


def _phones(text: str) -> Iterator[Found]:
    for found in _MOBILE.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        national = "0" + digits[3:].lstrip("0") if digits.startswith("886") else digits
        if len(national) == 10:
            yield *found.span(), {"kind": "mobile", "digits": national}
    for found in _SPELLED.finditer(text):
        yield *found.span(), {"kind": "mobile", "digits": "".join(str(parse_number(c)) for c in found.group())}
    for found in _LANDLINE.finditer(text):
        number, *extension = re.split(_EXTENSION, found.group(), maxsplit=1)
        digits = re.sub(r"\D", "", number)
        national = "0" + digits[3:].lstrip("0") if digits.startswith("886") else digits
        if 9 <= len(national) <= 10:
            info: dict[str, object] = {"kind": "landline", "digits": national}
            if extension:
                info["extension"] = re.sub(r"\D", "", extension[0])
            yield *found.span(), info
    for pattern, group in ((_LOCAL, 1), (_LOCAL_DASHED, 0)):
        for found in pattern.finditer(text):
            yield *found.span(group), {"kind": "landline", "digits": "02" + re.sub(r"\D", "", found[group])}


_EXTENSION = fold_pattern(r"#|分機|轉|ext")


# --- lamp-posts and plates -------------------------------------------------------------------------------------------

_POLE_BY_CUE = fold_pattern(
    r"(?:(?:路?[燈登等]桿?|燈柱|桿|牌面|電桿)(?:上)?的?(?:編號|號碼|號|牌)|編號|燈號|路燈|燈桿|(?<![a-z])no\.?|#)\s?(?:是|為|碼)?\s?[:.#]{0,2}\s?(?:no\.?)?\s?#?(\d{5,8})(?!\s?\d|-\d)"
)
_POLE_HASH = re.compile(r"#\s?(\d{4,8})(?!\d)")
_POLE_BARE = re.compile(r"(?<![\w.#/+-])\d{7}(?![\w./-]*\d|@)")


def _poles(text: str) -> Iterator[Found]:
    for pattern in (_POLE_BY_CUE, _POLE_HASH):
        for found in pattern.finditer(text):
            yield *found.span(1), {"number": found[1]}
    for found in _POLE_BARE.finditer(text):
        yield *found.span(), {"number": found.group()}


_PLATE = re.compile(
    r"(?<![a-z0-9-])(?:[a-z]{3}\s?-\s?\d{3,4}|[a-z]{2}\s?-\s?\d{3,4}|\d{3,4}\s?-\s?[a-z]{2,3}|[a-z]\d\s?-\s?\d{3,4}|\d[a-z]\s?-\s?\d{3,4}|\d{3,4}\s?-\s?(?:[a-z]\d|\d[a-z])"
    r"|[a-z]{3}\d{4}|[a-z]{2}\d{4}|\d{4}[a-z]{2})(?![a-z0-9-])"
)
_PLATE_BY_CUE = fold_pattern(
    r"(?:車號|車牌|牌照)\s?(?:號碼)?\s?(?:是|為)?\s?[:]?\s?((?=[a-z0-9 -]*[a-z])(?=[a-z0-9 -]*\d)[a-z0-9]{2,4}[ -]?[a-z0-9]{2,4})(?![a-z0-9])"
)
_NOT_A_PLATE = re.compile(r"(?:no|sec|ln|rd|led|usb|mrt|am|pm|wifi|id|st)[\s-]?\d")


def _plates(text: str) -> Iterator[Found]:
    for found in _PLATE_BY_CUE.finditer(text):
        yield *found.span(1), {"plate": _plate(found[1])}
    for found in _PLATE.finditer(text):
        if not _NOT_A_PLATE.match(found.group()):
            yield *found.span(), {"plate": _plate(found.group())}


def _plate(typed: str) -> str:
    return re.sub(r"\s", "", typed).upper()


# --- counts ------------------------------------------------------------------------------------------------


_UNITS = "盞|支|顆|根|隻|棵|張|件|台|輛|袋|包|座|堆|箱|組|桶|株|處|扇|床|個(?!月|禮拜|星期|小時|鐘頭|多月|半月|人)|枝|只(?=燈|路燈)"
_COUNT = fold_pattern(rf"(?<![\d.第那這哪每同某另下上/-])(?<!\d\s)(\d{{1,3}}|[{CHINESE_DIGITS}幾]{{1,4}})\s?({_UNITS})")
_NOT_ONE = fold_pattern(r"\s?(?:都|也)(?:沒|不)")
_ARTICLES = frozenset(map(fold_name, "個張件"))
_TIMES_N = re.compile(r"(?<=[\u4e00-\u9fff)])\s?[*x×]\s?(\d{1,2})(?!\d|\s?[a-z號号])")
_AFTER_THING = fold_pattern(
    r"(?:床墊|沙發|衣櫃|櫃子|桌子|書桌|椅子|冰箱|洗衣機|電視|路燈|床架|腳踏車|冷氣|電扇|彈簧床|茶几|書櫃)\s?(\d{1,2})(?=\s*(?:$|[,.。、\n]|沒|不|都|[\u4e00-\u9fff]))(?!\s?(?:樓|號|巷|弄|段|點|天|月|年|日|公分|台斤|元|次|吋|小時|盞|支|尺))"
)


def _counts(text: str) -> Iterator[Found]:
    for found in _COUNT.finditer(text):
        number = _counted(found[1])
        if number and not (number == 1 and _is_article(text, found)):
            yield *found.span(), {"n": number, "unit": _UNIT_NAMES.get(found[2], found[2])}
    for pattern in (_TIMES_N, _AFTER_THING):
        for found in pattern.finditer(text):
            start = (
                found.start(1)
                if pattern is _AFTER_THING
                else found.start() + (len(found.group()) - len(found.group().lstrip()))
            )
            if int(found[1]):
                yield start, found.end(), {"n": int(found[1]), "unit": None}


def _is_article(text: str, found: re.Match[str]) -> bool:
    """一個洞, 一堆垃圾 and 整排一支都沒亮 count nothing; 床墊一個 does."""
    if _NOT_ONE.match(text, found.end()) or found[2] == "堆":
        return True
    return found[2] in _ARTICLES and "\u4e00" <= text[found.end() : found.end() + 1] <= "\u9fff"


def _counted(text: str) -> int | None:
    """The least that was said: two for 兩三盞, ten for 十幾盞; None for 幾盞."""
    text = text.rstrip("幾几")
    if not text or "几" in text:
        return None
    if len(text) == 2 and all(c in "一二兩两三四五六七八九" for c in text):
        text = text[0]
    return parse_number(text)


_UNIT_NAMES = {fold_name(unit): unit for unit in "盞支顆根隻棵張件台輛袋包座堆箱組桶株處扇床個枝"} | {
    fold_name("只"): "隻"
}

_FINDERS: tuple[tuple[str, Callable[[str], Iterator[Found]]], ...] = (
    ("email", _emails),
    ("national_id", _identities),
    ("case_number", _case_numbers),
    ("phone", _phones),
    ("pole_number", _poles),
    ("plate", _plates),
)
