"""Cut a text into the pieces of a Taiwan address: 區, 里, 鄰, 路, 段, 巷, 弄, 號, 樓, landmarks and names of other cities.

`places.py` puts the pieces together. The cutting goes from what is certain to what is guessed, and a stretch of text that a
surer rule has taken is closed to the later ones: station names first (民權西路站 is no road), then known roads, villages,
numbers with their unit, and only then roads and landmarks known by nothing but their last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.nlu.gazetteer import Gazetteer, gazetteer
from bot.nlu.numerals import NUMBER, parse_number, to_arabic
from bot.nlu.typed import Typed, fold_name, fold_pattern

HAN = r"\u4e00-\u9fff"

DATE_LIKE = "date_like"
ROW = "row"
NAMED = "named"


class Piece(NamedTuple):
    """One part of an address, with its place in the folded text."""

    kind: str
    start: int
    end: int
    value: str
    more: tuple[str, ...] = ()


class Cutter:
    """One text on the table: the pieces found so far and the stretches they have taken."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.text = typed.match
        self.names: Gazetteer = gazetteer()
        self.pieces: list[Piece] = []
        self._taken = bytearray(len(typed.match))

    def add(self, kind: str, start: int, end: int, value: str, *more: str) -> bool:
        """Take a stretch, unless a surer rule has it already."""
        if start >= end or any(self._taken[start:end]):
            return False
        self._taken[start:end] = b"\x01" * (end - start)
        self.pieces.append(Piece(kind, start, end, value, more))
        return True

    def free(self, position: int) -> bool:
        """Whether no piece has this character yet."""
        return not self._taken[position]

    def run_before(self, position: int, longest: int) -> int:
        """Where the run of free Chinese characters that ends at `position` begins."""
        start = position
        while start > 0 and position - start < longest and "\u4e00" <= self.text[start - 1] <= "\u9fff" and self.free(start - 1):
            start -= 1
        return start

    def ends_at(self, position: int, *kinds: str) -> bool:
        """Whether a piece of one of these kinds ends right before `position`, spaces apart."""
        while position > 0 and self.text[position - 1] in " ,":
            position -= 1
        return any(piece.end == position and piece.kind in kinds for piece in self.pieces)


def cut(typed: Typed) -> list[Piece]:
    """All pieces of a text, in the order in which they stand."""
    cutter = Cutter(typed)
    for step in (_coordinates, _stations, _short_crossings, _known_roads, _villages, _numbers, _known_landmarks, _cities,
                 _full_districts, _guessed_roads, _short_districts, _guessed_landmarks):  # fmt: skip
        step(cutter)
    cutter.pieces.sort(key=lambda piece: piece.start)
    return cutter.pieces


# --- points on the map -----------------------------------------------------------------------------------------------

_LATITUDE = r"(2[0-6]\.\d{2,10})"
_LONGITUDE = r"(1(?:1[89]|2[0-3])\.\d{2,10})"
_POINT = fold_pattern(
    rf"(?<![\d.])(?:北緯|緯度|lat|n)?[:= ]{{0,2}}{_LATITUDE}°?n?\s{{0,3}}[,/ ]\s{{0,3}}(?:東經|經度|lng|lon|e)?[:= ]{{0,2}}{_LONGITUDE}°?e?(?![\d.])"
)
_POINT_TURNED = fold_pattern(rf"(?<![\d.]){_LONGITUDE}\s{{0,3}}[,/ ]\s{{0,3}}{_LATITUDE}(?![\d.])")


def _coordinates(cutter: Cutter) -> None:
    if "." not in cutter.text:
        return
    for found in _POINT.finditer(cutter.text):
        cutter.add("point", *found.span(), "", found[1], found[2])
    for found in _POINT_TURNED.finditer(cutter.text):
        cutter.add("point", *found.span(), "", found[2], found[1])


# --- stations --------------------------------------------------------------------------------------------------------

_EXIT = rf"(?:\s?第?(?:{NUMBER}|m\d)\s?號?\s?出口)"


@lru_cache(maxsize=1)
def _station_pattern() -> re.Pattern[str]:
    known = "|".join(sorted(map(re.escape, gazetteer().stations), key=len, reverse=True))
    named = rf"(?:捷運\s?)?(?:{known})\s?(?:(?:捷運)?站(?!在|著|起|立|崗)\s?{_EXIT}?|{_EXIT})|捷運\s?(?:{known})(?!線|路|街|大道|\s?站){_EXIT}?"
    coded = rf"捷運\s?[a-z]{{1,2}}\s?\d{{1,2}}\s?站?\s?(?:{_EXIT}|出口)?"
    unknown = rf"捷運[{HAN}]{{2,5}}?站(?:{_EXIT}|\s?出口)?"
    return fold_pattern(f"(?:{named}|{coded}|{unknown}|捷運站?{_EXIT})")


def _stations(cutter: Cutter) -> None:
    if not any(word in cutter.text for word in _STATION_WORDS):
        return
    for found in _station_pattern().finditer(cutter.text):
        cutter.add("landmark", *found.span(), _shown(cutter, *found.span()), NAMED)


_STATION_WORDS = tuple(fold_name(word) for word in ("捷運", "站", "出口"))


# --- roads -----------------------------------------------------------------------------------------------------------

_ROAD_END = fold_pattern("大道|路|街")
_LAMP_OR_TREE = frozenset(fold_name("燈樹面邊障霸況人標樁"))
_NOT_AFTER_ROAD = frozenset(fold_name("燈樹面邊況人障霸肩由標牌徑程線途費板局權過基樁考跑網殺平寬隊名透"))
_NOT_AFTER_STREET = frozenset(fold_name("友頭景坊舞道區"))
_NOT_BEFORE = frozenset(fold_name("段上下馬道走網鐵電這那哪條過讓迷問順在有沒是逛繞塞封修鋪擋占佔通商的開整每個"))
_NOT_ALONE = frozenset(fold_name("山大小水公前後上下同一半出老外內全單雙叉岔險生思活死斷鋪產產"))
_BEFORE_A_NAME = fold_pattern(
    "我家|你家|他家|住在|靠近|位於|位在|就在|是在|那個|這個|那條|這條|請問|報修|地點|地址|附近|旁邊|對面|前面|門口|以及|還有|經過|"
    "壞了|不亮|麻煩|幫我|整條|整個|往|的|在|從|到|了|啦|喔|跟|與|及|住|和|於|是|改成|應該|區|市|縣|我|說|過"
)
_NEVER_FIRST = frozenset(fold_name("那這個條一大小"))
_DIRECTION_OR_NUMBER = frozenset(fold_name("東西南北中一二三四五六七八九十"))


def _known_roads(cutter: Cutter) -> None:
    text, roads = cutter.text, cutter.names.roads
    for found in _ROAD_END.finditer(text):
        for length in range(5, 0, -1):
            start = found.start() - length
            if start < 0:
                continue
            road = roads.get(text[start : found.end()])
            if road and not _belongs_to_lamp(cutter, start, found):
                cutter.add("road", start, found.end(), road)
                break


def _belongs_to_lamp(cutter: Cutter, start: int, end: re.Match[str]) -> bool:
    """公館路燈 speaks of a lamp near 公館, not of 公館路."""
    follower = cutter.text[end.end() : end.end() + 1]
    return end.group() == "路" and follower in _LAMP_OR_TREE and cutter.text[start : end.start()] in cutter.names.quarters


_SECTION_OF_STEM = fold_pattern(rf"\s?第?{NUMBER}\s?段")


def _guessed_roads(cutter: Cutter) -> None:
    text = cutter.text
    for found in _ROAD_END.finditer(text):
        at, end = found.span()
        if not cutter.free(at) or at == 0:
            continue
        follower = text[end : end + 1]
        if (found.group() == "路" and follower in _NOT_AFTER_ROAD) or (found.group() == "街" and follower in _NOT_AFTER_STREET):
            continue
        if text[at - 1] in _NOT_BEFORE:
            continue
        start = _name_start(cutter, cutter.run_before(at, 7), at)
        stem = text[start:at]
        if not stem or stem[0] in _NEVER_FIRST and len(stem) == 2 and stem[1] in _NOT_ALONE:
            continue
        if len(stem) < 2 and (not stem or stem in _NOT_ALONE or start > 0):
            continue
        heard = None
        for cut_at in range(max(start, at - 3), at - 1):
            heard = cutter.names.road_by_sound(text[cut_at:at], found.group())
            if heard:
                start = cut_at
                break
        if not heard and (stem[-2:] in _NO_ROADS or stem[-1] in _NOT_ALONE and len(stem) < 2):
            continue
        cutter.add("road", start, end, heard or _shown(cutter, start, end))


_NO_ROADS = frozenset(map(fold_name, ("一條", "這條", "大馬", "柏油", "產業", "聯絡", "高架", "快速", "一般", "主要", "重要", "平面", "回家", "走山", "鄉間", "沒有", "公用", "歸途", "多條", "哪一", "夜市", "商店", "一整", "整個")))  # fmt: skip


def _name_start(cutter: Cutter, start: int, end: int) -> int:
    """Where the name itself begins, after 我家, 在, 壞了 and the like; `end` when nothing is left of it (那個大路口)."""
    text = cutter.text
    for word in _BEFORE_A_NAME.finditer(text, start, end):
        if end - word.end() >= 2:
            start = word.end()
        elif len(word.group()) > 1:
            return end
    for _ in range(2):
        quarter = text[start : start + 2]
        if quarter in cutter.names.quarters and end - start >= 4:
            start += 2
    length = end - start
    if length > 3:
        keep = 3 if text[end - 1] in _DIRECTION_OR_NUMBER else 2
        at_border = start == 0 or not ("\u4e00" <= text[start - 1] <= "\u9fff") or not cutter.free(start - 1)
        return start if at_border and length == 4 else end - keep
    return start


# --- crossings by their short names ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _short_crossing_pattern() -> re.Pattern[str]:
    across = "|".join(gazetteer().east_west)
    along = "|".join(gazetteer().north_south)
    mark = "(?:路)?\\s?(?:的)?(?:路口|交叉口|交叉路口|交叉|交會|十字路口|圓環|口)"
    return fold_pattern(f"(?:(?P<a>{across})(?P<b>{along})|(?P<c>{along})(?P<d>{across})){mark}")


def _short_crossings(cutter: Cutter) -> None:
    if fold_name("口") not in cutter.text and fold_name("交") not in cutter.text and fold_name("圓環") not in cutter.text:
        return
    for found in _short_crossing_pattern().finditer(cutter.text):
        across = cutter.names.east_west[found["a"] or found["d"]]
        along = cutter.names.north_south[found["b"] or found["c"]]
        first = across.west if along.half == "west" else across.east
        second = along.north if across.side == "北" else along.south
        pair = (first, second) if found["a"] else (second, first)
        cutter.add("crossing", *found.span(), "", *pair)


# --- villages and numbers --------------------------------------------------------------------------------------------

_ORDINARY_WORDS = frozenset(
    map(fold_name, ("中心", "成功", "文化", "光明", "幸福", "自強", "和平", "大學", "老師", "中央", "水源", "建國", "大道", "溫泉", "公館",
                    "東門", "南門", "西門", "學府", "新生", "中華", "陽明", "建安", "平等", "名山", "東山", "三民", "民權", "開明", "大同"))
)  # fmt: skip
_NOT_AFTER_VILLAGE = frozenset(fold_name("面頭程邊"))
_BEFORE_VILLAGE = frozenset(fold_name("在住到的是區市於我們"))


def _villages(cutter: Cutter) -> None:
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
    return text[start : start + 2] not in _ORDINARY_WORDS or not ("\u4e00" <= before <= "\u9fff") or before in _BEFORE_VILLAGE


_OF = "[之のノ-]"
_ONE = rf"{NUMBER}(?:\s?{_OF}\s?{NUMBER})?"
_UNIT = fold_pattern(rf"第?({NUMBER}(?:\s?{_OF}\s?{NUMBER})?)\s?(段|巷|弄|衖|鄰)(?!時間|時|路程|距離|日子|話|感情|文字|影片|期間|路都|路很|路是)")
_HOUSE = fold_pattern(
    rf"(?<![\d.#a-z])({_ONE}(?:\s?號?\s?[、,~/到至跟和與及-]\s?{_ONE})*)\s?號(?!\s?(?:出口|公園|水門|公車|線|機場|道路|國道|高速|碼|誌|召|稱|角))"
    rf"(?:\s?{_OF}\s?({NUMBER})(?!\s?(?:樓|號|f)))?"
)
_DATE_FOLLOWS = fold_pattern(
    r"\s?(?:以前|之前|以後|之後|早上|晚上|上午|下午|中午|凌晨|半夜|那天|當天|開始|起|到期|截止|前(?!面|方|門|的|有|那)|左右|公車|球|要|會|就|可以|來|去)"
)
_NO_HOUSE_BEFORE = fold_pattern(r"(?:[月年]|月份|編號|案號|車號|門號|單號|帳號|路線|農曆|國曆|元|no\.?|每月|本月|下月|星期|民國)\s?$")
_SEPARATOR = fold_pattern(r"\s?號?\s?[、,~/到至跟和與及]\s?")
_FLOOR = fold_pattern(
    rf"\s?,?\s?(?:(?P<deep>地下|b)\s?(?P<level>{NUMBER})?\s?(?:樓|f)?|第?(?P<floor>{NUMBER})\s?(?:樓|f(?![a-z])))(?:\s?{_OF}\s?(?P<part>{NUMBER})(?!\s?號))?"
)
_LOOSE_FLOOR = fold_pattern(rf"(?<![\d.a-z])第?({NUMBER})\s?(?:樓|f(?![a-z]))(?!上|下)")
_KINDS = {fold_name("段"): "section", fold_name("巷"): "lane", fold_name("弄"): "alley", fold_name("衖"): "alley", fold_name("鄰"): "neighbourhood"}


def _with_part(text: str) -> str | None:
    """7-1 for 7之1, 七之一, 7 - 1."""
    parts = [to_arabic(part.strip()) for part in re.split(_OF, text)]
    return "-".join(part for part in parts if part) if all(parts) else None


def _numbers(cutter: Cutter) -> None:
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
    date_like = _DATE_FOLLOWS.match(cutter.text, end) or _NO_HOUSE_BEFORE.search(cutter.text, max(0, found.start() - 4), found.start())
    if not cutter.add("number", found.start(), end, numbers[0], *([DATE_LIKE] if date_like else []), *([ROW] if row else []), *numbers):
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
    last = None
    for last in _LOOSE_FLOOR.finditer(typed.match):
        pass
    return Piece("floor", *last.span(), str(parse_number(last[1]))) if last else None


# --- cities and districts --------------------------------------------------------------------------------------------

_HERE = fold_pattern(r"(?:(?P<zip>[1-9]\d{2})(?:\d{2,3})?\s?)?(?:(?:台灣|taiwan)\s?[省]?\s?)?(?:台北市|台北縣市|北市(?=[^\s])|taipei\s?city|台北(?=\s?[\u4e00-\u9fff]{2}區))")
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


def _cities(cutter: Cutter) -> None:
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


def _full_districts(cutter: Cutter) -> None:
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
            district = cutter.names.district_by_sound(stem)
            if district:
                cutter.add("district", start, found.end(), district)
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


def _short_districts(cutter: Cutter) -> None:
    text = cutter.text
    for found in _district_patterns()[1].finditer(text):
        start, end = found.span()
        if not cutter.free(start) or not cutter.free(end - 1):
            continue
        before = text[start - 1] if start else ""
        at_border = not before or not ("\u4e00" <= before <= "\u9fff") or before in _BEFORE_SHORT or not cutter.free(start - 1)
        if not at_border:
            continue
        follower = end
        while follower < len(text) and text[follower] == " ":
            follower += 1
        followed = any(piece.start == follower and piece.kind in ("road", "village", "crossing") for piece in cutter.pieces)
        followed = followed or (text[end : end + 2] in cutter.names.quarters and text[end : end + 2] not in cutter.names.districts)
        if followed or _AFTER_SHORT.match(text, end):
            cutter.add("district", start, end, cutter.names.districts[found[1]])


# --- landmarks -------------------------------------------------------------------------------------------------------

_LANDMARK_END = fold_pattern(
    "河濱公園|森林公園|公園|國民小學|國小|國中|高中|高職|高商|高工|女中|女高|大學|科大|幼兒園|幼稚園|醫院|診所|火車站|公車站牌?|轉運站|車站|捷運站|"
    "傳統市場|黃昏市場|市場|夜市|便利商店|便利超商|超商|超市|門市(?!場)|加油站|停車場|運動中心|活動中心|圖書館|郵局|派出所|消防隊|分局|區公所|戶政事務所|"
    "人行地下道|地下道|天橋|陸橋|高架橋|大橋|橋|隧道|水門|碼頭|自行車道|登山口|步道|河濱|河堤|堤防|土地公廟|宮|廟|寺|教堂|教會|百貨|飯店|社區|國宅|圓環|廣場|"
    "溜冰場|棒球場|籃球場|體育場|體育館|遊樂場|焚化爐|機場|墓園|公墓|紀念館|博物館|美術館|動物園|植物園|學校|銀行|商場|商圈|便當店|早餐店|洗衣店|工地|家樂福"
)
_SHORT_END = frozenset(map(fold_name, "橋宮廟寺"))
_CUT_BEFORE_LANDMARK = fold_pattern(
    "[的在到從往這那個間座了是有去我你他嗎吧啦喔裡內面邊旁問修壞亮報經都很一們條隻支盞區市路街巷弄號樓段里過靠近於對跟與及說看要想清掃剪派請給被把多少沒不]"
    "|麻煩|發現|今天|昨天|現在|隔壁|樓下|附近|旁邊|前面|後面|大型|老舊|小|整|台北"
)


@lru_cache(maxsize=1)
def _known_landmark_pattern() -> re.Pattern[str]:
    names = gazetteer()
    shops = "|".join(sorted(map(re.escape, names.shops), key=len, reverse=True))
    known = "|".join(sorted(map(re.escape, names.landmarks), key=len, reverse=True))
    return fold_pattern(
        rf"(?P<shop>(?<![a-z0-9])(?:{shops})(?:便利商店|超商|便利超商)?(?P<branch>[{HAN}]{{2,4}}?(?:門市|店))?)(?!人|都|大小|福|出|一起|去|\d)"
        rf"|(?P<known>(?<![a-z0-9])(?:{known}))(?!路|街|[東西南北]路|夜市|市場|附中|醫院|公園|分部|商場|國小)"
    )


_GOING_TO = frozenset(fold_name("往去到"))


def _known_landmarks(cutter: Cutter) -> None:
    for found in _known_landmark_pattern().finditer(cutter.text):
        named = bool(found["branch"] or found["known"])
        if found["known"] and cutter.text[found.start() - 1 : found.start()] in _GOING_TO and found.start():
            continue
        cutter.add("landmark", *found.span(), _shown(cutter, *found.span()), *([NAMED] if named else []))


def _guessed_landmarks(cutter: Cutter) -> None:
    text = cutter.text
    for found in _LANDMARK_END.finditer(text):
        at, end = found.span()
        if not cutter.free(at) or not cutter.free(end - 1):
            continue
        start = cutter.run_before(at, 6)
        if text[start:at].isascii() and at and text[at - 1].isdigit():
            continue
        quarter = text[start : start + 2]
        if at - start >= 4 and quarter in cutter.names.districts:
            cutter.add("district", start, start + 2, cutter.names.districts[quarter])
            start += 2
        for word in _CUT_BEFORE_LANDMARK.finditer(text, start, at):
            start = word.end()
        named = 2 <= at - start <= 5
        if not named and found.group() in _SHORT_END:
            continue
        start = start if named else at
        cutter.add("landmark", start, end, _shown(cutter, start, end), *([NAMED] if named else []))


def _shown(cutter: Cutter, start: int, end: int) -> str:
    return re.sub(r"\s", "", cutter.typed.shown[start:end])


def sections_and_lanes(pieces: list[Piece], index: int) -> Iterator[Piece]:
    """A road and the sections and lanes that belong to it, from `index` on."""
    yield pieces[index]
    for piece in pieces[index + 1 :]:
        if piece.kind not in ("section", "lane"):
            return
        yield piece
