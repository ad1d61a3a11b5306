"""Cut out cities, districts and villages: full, short (文山), mistyped (大案區), or of the city next door (板橋)."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu.cutter import NAMED, Cutter
from bot.nlu.gazetteer import gazetteer
from bot.nlu.typed import fold_name, fold_pattern

_ORDINARY_WORDS = frozenset(
    map(fold_name, ("中心", "成功", "文化", "光明", "幸福", "自強", "和平", "大學", "老師", "中央", "水源", "建國", "大道", "溫泉", "公館",
                    "東門", "南門", "西門", "學府", "新生", "中華", "陽明", "建安", "平等", "名山", "東山", "三民", "民權", "開明", "大同"))
)  # fmt: skip
_NOT_AFTER_VILLAGE = frozenset(fold_name("面頭程邊"))
_BEFORE_VILLAGE = frozenset(fold_name("在住到的是區市於我們"))
_NO_DISTRICT = tuple(map(fold_name, ("社區", "校區", "園區", "市區")))


def villages(cutter: Cutter) -> None:
    """里 of this city, where it is not 裡面."""
    text = cutter.text
    at = text.find("里")
    while at != -1:
        start = at - 2
        name = cutter.names.villages.get(text[start : at + 1]) if start >= 0 else None
        if name and text[at + 1 : at + 2] not in _NOT_AFTER_VILLAGE and _may_be_village(text, start):
            cutter.add("village", start, at + 1, name)
        at = text.find("里", at + 1)


def _may_be_village(text: str, start: int) -> bool:
    before = text[start - 1 : start] if start else ""
    if text[start : start + 2] not in _ORDINARY_WORDS or not ("\u4e00" <= before <= "\u9fff"):
        return True
    return before in _BEFORE_VILLAGE and not text.endswith(_NO_DISTRICT, 0, start)


_HERE = fold_pattern(
    r"(?:(?P<zip>[1-9]\d{2})(?:\d{2,3})?\s?)?(?:(?:台灣|taiwan)\s?[省]?\s?)?(?:台北市|台北縣市|北市(?=[^\s])|taipei\s?city|台北(?=\s?[\u4e00-\u9fff]{2}區))"
)
_ZIP = fold_pattern(r"(?<!\d)(?P<zip>1\d{2})(?:\d{2,3})?\s?,?\s?(?:台灣|taiwan)")
_NOT_A_CITY_BEFORE = fold_pattern(r"(?:[往去到從自向電舞陽平櫃月後]|開往|回|經過|離開)\s?$")


@lru_cache(maxsize=1)
def _other_city_pattern() -> re.Pattern[str]:
    names = gazetteer()
    plain = "|".join(sorted(names.other_cities, key=len, reverse=True))
    suffixed = "|".join(sorted(names.other_with_suffix))
    return fold_pattern(
        rf"(?P<name>{plain})(?P<suffix>[市縣區鄉鎮])?(?!路|街|里|河|溪|線|投|銀行|商銀|客運|方向|大橋|橋|機場|港|豆漿|開[幕店]|貢丸|盆地|[東西南北]路|路燈管)"
        rf"|(?P<doubtful>{suffixed})區"
    )


def cities(cutter: Cutter) -> None:
    """This city, its zip codes, and other cities unless they are only a direction."""
    for found in _ZIP.finditer(cutter.text):
        district = cutter.names.districts_by_zip.get(found["zip"])
        if district:
            cutter.add("zip", *found.span(), district)
    for found in _HERE.finditer(cutter.text):
        district = cutter.names.districts_by_zip.get(found["zip"] or "")
        cutter.add("zip" if district else "city", *found.span(), district or "")
    for found in _other_city_pattern().finditer(cutter.text):
        before = cutter.text[max(0, found.start() - 3) : found.start()]
        if _NOT_A_CITY_BEFORE.search(before) and not found["suffix"]:
            continue
        name = cutter.names.other_cities.get(found["name"] or "", "新北市")
        cutter.add("other_city", *found.span(), name)


@lru_cache(maxsize=1)
def _district_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    short = "|".join(gazetteer().districts)
    return fold_pattern(rf"({short})\s?區(?!域|塊|段|隔|分|間|別)"), fold_pattern(f"({short})")


def full_districts(cutter: Cutter) -> None:
    """Districts with 區, and those that only sound like one."""
    for found in _district_patterns()[0].finditer(cutter.text):
        district = cutter.names.districts[found[1]]
        if not cutter.text.startswith(_OFFICE, found.end()):
            cutter.add("district", *found.span(), district)
            continue
        # 文山區公所: 區 belongs to both, and the office stands in its district.
        cutter.add("district", found.start(), found.end() - 1, district)
        cutter.add("landmark", found.end() - 1, found.end() + 2, district + "公所", NAMED)

    for found in _SOUNDS_LIKE_DISTRICT.finditer(cutter.text):
        start = found.end() - 3
        stem = cutter.text[start : start + 2]
        if start >= 0 and stem not in cutter.names.districts and cutter.free(start) and cutter.free(start + 1):
            heard = cutter.names.district_by_sound(stem)
            if heard:
                cutter.add("district", start, found.end(), heard)
    for found in _MISTYPED_ENDING.finditer(cutter.text):
        start = found.start() - 2
        stem = cutter.text[max(0, start) : found.start()]
        if stem in cutter.names.districts:
            cutter.add("district", start, found.end(), cutter.names.districts[stem])


_SOUNDS_LIKE_DISTRICT = fold_pattern(r"(?<=[\u4e00-\u9fff]{2})區(?!域|塊|段|隔|分|間|別)")
_MISTYPED_ENDING = fold_pattern(r"[曲驅屈](?!折|線)")
_OFFICE = fold_name("公所")
_BEFORE_SHORT = frozenset(fold_name("在是於住到的市北我選往跟和區為成改"))
_AFTER_SHORT = fold_pattern(r"\s*$|[\s,.;:!?()~、。/]|[啦喔哦的吧呢嗎這那ㄉ呀阿啊耶欸才]|路(?:燈|樹|面|邊|標)")


def short_districts(cutter: Cutter) -> None:
    """Districts without 區: alone, before a road, before a quarter."""
    text = cutter.text
    for found in _district_patterns()[1].finditer(text):
        start, end = found.span()
        if not cutter.free(start) or not cutter.free(end - 1):
            continue
        before = text[start - 1] if start else ""
        at_border = (
            not before or not ("\u4e00" <= before <= "\u9fff") or before in _BEFORE_SHORT or not cutter.free(start - 1)
        )
        if not at_border:
            continue
        follower = end
        while follower < len(text) and text[follower] == " ":
            follower += 1
        followed = any(
            piece.start == follower and piece.kind in ("road", "village", "crossing") for piece in cutter.pieces
        )
        followed = followed or (
            text[end : end + 2] in cutter.names.quarters and text[end : end + 2] not in cutter.names.districts
        )
        if followed or _AFTER_SHORT.match(text, end):
            cutter.add("district", start, end, cutter.names.districts[found[1]])
