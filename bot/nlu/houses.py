"""Cut out what carries a number: 段, 巷, 弄, 鄰, 號 with its 之, several houses in one breath, 樓."""

from __future__ import annotations

import re

from bot.nlu.cutter import DATE_LIKE, ROW, Cutter, Piece
from bot.nlu.numerals import NUMBER, parse_number, to_arabic
from bot.nlu.typed import Typed, fold_name, fold_pattern

_OF = "[之のノ-]"
_ONE = rf"{NUMBER}(?:\s?{_OF}\s?{NUMBER})?"
_UNIT = fold_pattern(
    rf"第?({NUMBER}(?:\s?{_OF}\s?{NUMBER})?)\s?(段|巷|弄|衖|鄰)(?!時間|時|路程|距離|日子|話|感情|文字|影片|期間|路都|路很|路是)"
)
_HOUSE = fold_pattern(
    rf"(?<![\d.#a-z])({_ONE}(?:\s?號?\s?[、,~/到至跟和與及]\s?{_ONE}){{0,20}})\s?號(?!\s?(?:出口|公園|水門|公車|線|機場|道路|國道|高速|碼|誌|召|稱|角))"
    rf"(?:\s?{_OF}\s?({NUMBER})(?!\s?(?:樓|號|f)))?"
)
_DATE_FOLLOWS = fold_pattern(
    r"\s?(?:以前|之前|以後|之後|早上|晚上|上午|下午|中午|凌晨|半夜|那天|當天|開始|起|到期|截止|前(?!面|方|門|的|有|那)|左右|公車|球|要|會|就|可以|來|去)"
)
_NO_HOUSE_BEFORE = fold_pattern(
    r"(?:[月年]|月份|編號|案號|車號|門號|單號|帳號|路線|農曆|國曆|元|no\.?|每月|本月|下月|星期|民國|國道|省道)\s?$"
)
_SEPARATOR = fold_pattern(r"\s?號?\s?[、,~/到至跟和與及]\s?")
_FLOOR = fold_pattern(
    rf"\s?,?\s?(?:(?P<deep>地下|b)\s?(?P<level>{NUMBER})?\s?(?:樓|f)?|第?(?P<floor>{NUMBER})\s?(?:樓|f(?![a-z])))(?:\s?{_OF}\s?(?P<part>{NUMBER})(?!\s?號))?"
)
_LOOSE_FLOOR = fold_pattern(rf"(?<![\d.a-z])第?({NUMBER})\s?(?:樓|f(?![a-z]))(?!上|下)")
_KINDS = {
    fold_name("段"): "section",
    fold_name("巷"): "lane",
    fold_name("弄"): "alley",
    fold_name("衖"): "alley",
    fold_name("鄰"): "neighbourhood",
}


def _with_part(text: str) -> str | None:
    """7-1 for 7之1, 七之一, 7 - 1."""
    parts = [to_arabic(part.strip()) for part in re.split(_OF, text)]
    return "-".join(part for part in parts if part) if all(parts) else None


def numbers(cutter: Cutter) -> None:
    """Sections, lanes, alleys, neighbourhoods, houses and floors."""
    text = cutter.text
    for found in _UNIT.finditer(text):
        value = _with_part(found[1])
        if value is None:
            continue
        kind = _KINDS[found[2]]
        if kind == "section":
            _section(cutter, found, value)
        else:
            cutter.add(kind, *found.span(), value)
    for found in _HOUSE.finditer(text):
        _house(cutter, found)


# 忠孝東陸四段: the last word of a road mistyped, too, but only before a section.
_SOUNDS_LIKE_ROAD = frozenset(fold_name("陸露錄鹿入"))


def _section(cutter: Cutter, found: re.Match[str], value: str) -> None:
    """A section, and the road before it when only its stem was typed: 新生南三段."""
    start = found.start()
    if not value.isdigit() or not 1 <= int(value) <= 10:
        return
    if not cutter.ends_at(start, "road"):
        stem_end = name_end = start
        while stem_end > 0 and cutter.text[stem_end - 1] == " ":
            stem_end = name_end = stem_end - 1
        if stem_end > 2 and cutter.text[stem_end - 1] in _SOUNDS_LIKE_ROAD:
            stem_end -= 1
        for length in (4, 3, 2):
            stem_start = stem_end - length
            road = cutter.names.stems.get(cutter.text[stem_start:stem_end]) if stem_start >= 0 else None
            if road is None and name_end > stem_end and stem_start >= 0:
                road = cutter.names.road_by_sound(cutter.text[stem_start:stem_end], "路")
            if road and cutter.add("road", stem_start, name_end, road):
                break
    cutter.add("section", start, found.end(), value)


def _house(cutter: Cutter, found: re.Match[str]) -> None:
    typed_numbers = [part for part in _SEPARATOR.split(found[1]) if part]
    numbers = [number for number in (_with_part(part.strip("- ")) for part in typed_numbers) if number]
    if not numbers:
        return
    if found[2]:
        numbers[-1] += "-" + (to_arabic(found[2]) or "")
    row = len(numbers) == 2 and any(sign in found[1] for sign in _THROUGH)
    if len(numbers) == 1 and not found[2]:
        numbers = _as_range(cutter, numbers[0], found.end())
        row = len(numbers) == 2
    end = found.end()
    date_like = _DATE_FOLLOWS.match(cutter.text, end) or _NO_HOUSE_BEFORE.search(
        cutter.text, max(0, found.start() - 4), found.start()
    )
    if not cutter.add(
        "number", found.start(), end, numbers[0], *([DATE_LIKE] if date_like else []), *([ROW] if row else []), *numbers
    ):
        return
    floor = _FLOOR.match(cutter.text, end)
    if floor:
        add_floor(cutter, floor)


_THROUGH = ("~", "到", "至")
_RANGE_WORDS = fold_pattern(r"\s?(?:那|這)?一?(?:整)?(?:排|帶)|\s?之間|\s?中間|\s?都")


def _as_range(cutter: Cutter, number: str, end: int) -> list[str]:
    """20-24號 is a row of houses, 7-1號 is one house; 95-99號那一排 says so itself."""
    first, _, last = number.partition("-")
    if not last or "-" in last:
        return [number]
    low, high = int(first), int(last)
    said = low < high and _RANGE_WORDS.match(cutter.text, end)
    likely = 10 <= low < high <= low + 20 and (high - low) % 2 == 0
    return [first, last] if said or likely else [number]


def add_floor(cutter: Cutter, floor: re.Match[str]) -> None:
    """Take a floor that follows a house number."""
    level = to_arabic(floor["level"] or "1") if floor["deep"] else to_arabic(floor["floor"])
    if level is None:
        return
    value = ("B" if floor["deep"] else "") + level + ("-" + (to_arabic(floor["part"]) or "") if floor["part"] else "")
    cutter.add("floor", *floor.span(), value)


def loose_floor(typed: Typed) -> Piece | None:
    """A floor that stands alone, as in a correction (不是3樓 是4樓): the last one."""
    found = list(_LOOSE_FLOOR.finditer(typed.match))
    return Piece("floor", *found[-1].span(), str(parse_number(found[-1][1]))) if found else None
