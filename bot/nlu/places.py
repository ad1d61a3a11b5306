"""Find the place in what a citizen typed: 「羅斯福路二段一百號前面謝謝」 is a road, a section, a number and a side.

The road from text to place
---------------------------
`typed` folds the text, `pieces` cuts it into 區, 路, 段, 巷, 弄, 號 and landmarks, this module puts them together:

1. Two roads with 跟, 與, / or nothing between them and 口 behind them are one crossing.
2. Pieces that stand together and do not contradict one another are one place; a second road begins a second place.
3. What was said not to be (不是8號 是18號) is left out, so that the new value remains.
4. A district named apart (…在和平東路二段18號 大安區) joins the place that lacks one.

What is not guessed: the district of a road (roads cross districts), a section that was not typed, a village that the
neighbouring city knows better (三重里: asked). A village that only one district has names the district.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from bot.nlu import romanised
from bot.nlu.gazetteer import districts_of_village, gazetteer
from bot.nlu.numerals import to_arabic, to_chinese
from bot.nlu.pieces import DATE_LIKE, NAMED, ROW, Piece, cut, loose_floor, sections_and_lanes
from bot.nlu.typed import Typed, fold_name, fold_pattern, read

LONGEST = 5000
"""Characters of a text that are read; a chat accepts no longer one."""


@dataclass(frozen=True)
class Place:
    """A place as far as it was said; numbers in Arabic digits, names as the city writes them."""

    district: str | None = None
    village: str | None = None
    neighbourhood: str | None = None
    """鄰, in digits"""
    road: str | None = None
    section: str | None = None
    lane: str | None = None
    alley: str | None = None
    number: str | None = None
    """The house, "7-1" for 7之1; the first when several were named"""
    floor: str | None = None
    """"3", "3-2" for 3樓之2, "B1" """
    crossing: tuple[str, str] | None = None
    """Two roads with the sections and lanes that were typed: 忠孝東路四段, 復興南路一段"""
    landmark: str | None = None
    relation: str | None = None
    """Where in relation to all this: 前面, 對面, 巷口"""
    in_city: bool = True
    city: str | None = None
    """The other city, when it was named"""
    relation_to: str | None = None
    """"landmark" or "address", when both are there: 三段116號，西門町 前面 would not say in front of what"""
    numbers: tuple[str, ...] = ()
    """All houses, when more than one was named"""
    row: bool = False
    """The numbers are the first and the last of a row (95～99號)"""
    lat: float | None = None
    lng: float | None = None
    start: int = 0
    end: int = 0
    """Where it stands in the typed text; a district named elsewhere is not inside"""
    text: str = ""
    """As typed"""

    @property
    def is_whole(self) -> bool:
        """Whether somebody could drive there: a road with more than its name, a crossing, a landmark, a house in a village, a point."""
        if self.crossing or self.landmark or self.lat is not None:
            return True
        return bool((self.road and (self.lane or self.alley or self.number or self.relation)) or (self.village and self.number))

    @property
    def crosses_border(self) -> bool:
        """Whether it is a bridge whose other end lies in the next city."""
        return bool(self.landmark) and fold_name(self.landmark or "") in gazetteer().border_bridges

    def as_info(self) -> dict[str, object]:
        """The entity's `additional_info`. What few places have (鄰, several houses, a point, another city) is there only when said."""
        info: dict[str, object] = {name: getattr(self, name) for name in _INFO}
        info["crossing"] = list(self.crossing) if self.crossing else None
        if self.numbers:
            info["numbers"] = list(self.numbers)
        info.update({name: getattr(self, name) for name in ("relation_to", "neighbourhood", "city", "lat", "lng") if getattr(self, name) is not None})
        return info


_INFO = ("district", "village", "road", "section", "lane", "alley", "number", "floor", "crossing", "landmark", "relation", "in_city")


def find_place(text: str) -> Place | None:
    """The one place a text speaks of, or None; the fullest when there are several, the new one in a correction."""
    found = find_places(text)
    if not found:
        return None
    return max(found, key=_weight)  # of equals, max takes the first


def find_places(text: str) -> list[Place]:
    """Every place in a text, in order: five pasted addresses are five."""
    typed = read(text[:LONGEST])
    groups = _groups(typed, loose=bool(_CORRECTING.search(typed.match)))
    return [place for place in (_finish(typed, group) for group in groups) if place is not None]


def find_correction(text: str) -> Place | None:
    """The fields that a correction changes (不是8號 是18號, 改成28號, 對面95號), or None when it corrects no place."""
    typed = read(text[:LONGEST])
    said = _CORRECTING.search(typed.match)
    denied = any(_is_denied(typed.match, group) for group in _raw_groups(typed, loose=True))
    if not said and not denied:
        return None
    groups = _groups(typed, loose=True)
    after = [group for group in groups if said and said["turn"] and group.start >= said.end() - 1]
    places = [place for place in (_finish(typed, group) for group in after or groups) if place is not None]
    if places:
        return max(places, key=_weight)
    return _loose_change(typed)


def show(place: Place) -> str:
    """A place as a Taiwanese would write it: 文山區興隆路二段64巷口."""
    named_by_district = place.landmark and place.district and place.landmark.startswith(place.district)
    parts = ["" if named_by_district else place.district or ""]
    if place.village and (not place.road or place.neighbourhood):
        parts.append(place.village)
    if place.neighbourhood:
        parts.append(place.neighbourhood + "鄰")
    if place.crossing:
        parts.append("、".join(place.crossing) + "口")
    else:
        parts.append(place.road or "")
        parts.append(f"{to_chinese(place.section)}段" if place.section else "")
        parts.append(f"{place.lane.replace('-', '之')}巷" if place.lane else "")
        parts.append(f"{place.alley.replace('-', '之')}弄" if place.alley else "")
        parts.append(f"{_houses(place)}號" if place.number else "")
        parts.append(_floor(place.floor) if place.floor else "")
    address = "".join(parts)
    relation = place.relation or ""
    if not place.landmark:
        address = _with_side(address, relation)
    elif place.relation_to == "address":
        address = _with_side(address, relation) + "（" + place.landmark + "）"
    elif place.road or place.crossing:
        address += "（" + place.landmark + relation + "）"
    else:
        address += place.landmark + relation
    if not address and place.lat is not None:
        return f"{place.lat:.5f}, {place.lng:.5f}"
    return address


def _with_side(address: str, relation: str) -> str:
    """64巷 and 巷口 are 64巷口."""
    if relation in ("巷口", "巷底", "巷尾", "巷內", "弄口") and address.endswith(relation[0]):
        return address + relation[1:]
    if relation == "路口" and address.endswith(("路", "街", "大道", "段")):
        return address + "口"
    return address + relation


def _houses(place: Place) -> str:
    joint = "～" if place.row else "、"
    return joint.join(number.replace("-", "之") for number in place.numbers or (place.number or "",))


def _floor(floor: str) -> str:
    level, _, part = floor.partition("-")
    shown = f"地下{level[1:]}樓" if level.startswith("B") else f"{level}樓"
    return shown + (f"之{part}" if part else "")


# --- putting the pieces together -------------------------------------------------------------------------------------

_DETAIL = ("road", "section", "lane", "alley", "number", "floor")
_ORDER = {kind: rank for rank, kind in enumerate(("crossing", *_DETAIL), start=1)}
_ORDER["crossing"] = 1

_FILLER = fold_pattern(r"(?:[\s,的ㄉ、。()「」【】\[\]:;/]|\([^()]{0,4}\)|那個|這個|靠近|那邊|這邊|那條|附近|上|在|有個|裡面?|旁邊?|到底|(?<=[區市,])\s?[1-9]\d{2}(?:\d{2,3})?)*")
_NAME_FILLER = fold_pattern(r"[\s,]*(?:[\u4e00-\u9fff]{1,3}[區鄉鎮市])?[\s,]*")
_SIDES = (
    "正對面|斜對面|對面|正前方|前面|前方|門前|後面|後方|後門|側門|正門|大門口|大門|門口|旁邊|隔壁|旁|附近|樓下|巷子口|巷子底|巷口|巷底|巷尾|巷內|巷子裡|弄口|"
    "路口|轉角|[東西][南北]角|中間|之間|那一?整?排|橋下|底下|下面|下方|周邊|外面|裡面|尾端|口"
)
_RELATION = fold_pattern(rf"\s?(?:的|ㄉ)?\s?(?P<said>{_SIDES}|前(?![天年後往幾兩陣])|[之]間)(?!燈號)")
_NO_MOUTH_AFTER = fold_name("罩味水渴")
_BARE_NUMBER = fold_pattern(
    rf"\s?(?P<n>\d{{1,4}}(?:\s?[之-]\s?\d{{1,3}})?)(?=\s*$|\s*[,.;!?)\n]|\s?(?:{_SIDES}|前)|\s[\u4e00-\u9fff])(?!\s?[盞支顆根隻公天點個月年日週周次人台元分米吋張件小kmK%.])"
)
_NUMBER_WITH_PART = fold_pattern(r"\s?(?P<n>(?:\d{1,4}|[一二三四五六七八九十百]{1,5})\s?[之]\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3}))(?!\s?號|段|巷|天|間)")

_CONNECTION = fold_pattern(r"[\s的ㄉ那邊]*(跟|尬|和|與|及|、|/|\+|&|×|x|~|-|接|,|交|與)?\s?(?:靠近)?\s*")
_SAYS_CROSSING = "/+&×x"
_CROSSING_MARK = fold_pattern(
    r"\s?(?:的|ㄉ)?\s?(?:那個|這個|那一個)?\s?大?(?:十字路口|丁字路口|交叉路口|交岔路口|交叉口|交岔口|交叉|交岔|交會處?|交界[處口]?|交接處?|交口|路口|轉角|圓環|口)(?:處)?"
)


@dataclass
class _Group:
    """Pieces on their way to being one place."""

    start: int
    end: int
    values: dict[str, str]
    crossing: tuple[str, str] | None = None
    numbers: tuple[str, ...] = ()
    row: bool = False
    point: tuple[float, float] | None = None
    outside: str | None = None
    here: bool = False
    named: bool = False
    relation_to: str | None = None
    opposite: bool = False
    """對面95號: the number is on the other side; nothing is opposite of it."""

    def accepts(self, piece: Piece) -> bool:
        if piece.kind in ("city", "zip"):
            return not self._has_detail()
        if piece.kind == "other_city":
            return not self._has_detail() and not self.here
        if piece.kind == "point":
            return self.point is None
        if piece.kind == "crossing":
            return self.crossing is None and not self._has_detail()
        if piece.kind in self.values:
            return piece.kind == "landmark" and not self.named and NAMED in piece.more
        if piece.kind == "landmark" and "relation" in self.values and NAMED not in piece.more and self._has_detail():
            return False
        if piece.kind in _ORDER:
            return not self.crossing and all(_ORDER[kind] < _ORDER[piece.kind] for kind in self.values if kind in _ORDER)
        return True

    def _has_detail(self) -> bool:
        return self.crossing is not None or any(kind in self.values for kind in _DETAIL)

    def take(self, piece: Piece) -> None:
        self.end = max(self.end, piece.end)
        if piece.kind == "city":
            self.here = True
        elif piece.kind == "zip":
            self.here = True
            self.values.setdefault("district", piece.value)
        elif piece.kind == "other_city":
            self.outside = piece.value
        elif piece.kind == "point":
            self.point = (float(piece.more[0]), float(piece.more[1]))
        elif piece.kind == "crossing":
            self.crossing = (piece.more[0], piece.more[1])
            if len(piece.more) > 2:
                self.values["relation"] = piece.more[2]
        else:
            self.values[piece.kind] = piece.value
            if piece.kind == "number":
                numbers = tuple(n for n in piece.more if n not in (DATE_LIKE, ROW))
                self.numbers = numbers if len(numbers) > 1 else ()
                self.row = ROW in piece.more
            if piece.kind == "landmark":
                self.named = self.named or NAMED in piece.more

    @property
    def only_says_where(self) -> bool:
        """Nothing but a district, a village or a city: it may belong to a place elsewhere in the text."""
        return not self.crossing and not self.point and set(self.values) <= {"district", "village"}

    @property
    def only_adds_detail(self) -> bool:
        return not self.crossing and bool(self.values) and set(self.values) <= {"section", "lane", "alley", "number", "floor", "relation"}


def _raw_groups(typed: Typed, loose: bool) -> list[_Group]:
    pieces = _crossings(typed.match, [p for p in cut(typed)])
    groups: list[_Group] = []
    current: _Group | None = None
    last: Piece | None = None
    for index, piece in enumerate(pieces):
        joined = current is not None and last is not None and _stands_by(typed.match, current, last, piece)
        if not joined and not _may_begin(typed.match, pieces, index, loose):
            continue
        if current is None or not joined or not current.accepts(piece):
            if joined and not _may_begin(typed.match, pieces, index, True):
                continue
            current = _Group(piece.start, piece.end, {})
            groups.append(current)
        current.take(piece)
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        _look_behind(typed.match, current, piece, following)
        last = piece
    for group in groups:
        before = typed.match[max(0, group.start - 4) : group.start].rstrip()
        if "number" in group.values and "road" not in group.values and before.endswith(_OPPOSITE):
            group.opposite = True
    groups.extend(_latin_groups(typed, groups))
    return sorted(groups, key=lambda group: group.start)


_OPPOSITE = fold_name("對面")


def _stands_by(text: str, group: _Group, last: Piece, piece: Piece) -> bool:
    gap = text[group.end : piece.start] if piece.start >= group.end else ""
    if "\n" in gap and piece.kind not in ("lane", "alley", "number", "floor"):
        return False
    if last.kind == "other_city" and _NAME_FILLER.fullmatch(gap):
        return True
    return len(gap) <= 12 and bool(_FILLER.fullmatch(gap))


_WHOLE_SECTION = fold_pattern(r"[\s,.!。]*(?:是|改|在)?\s?第?\S{1,2}段[\s啦喔吧,.!。]*")
_AFTER_HOUSE = fold_pattern(rf"\s?(?:$|[\s,.;!?)、。\n]|{_SIDES}|前(?![天年])|[那的啦喔哦吧才不都之樓路b這]|是(?!星期|禮拜|幾|什麼|假|不是)|\d)")


def _may_begin(text: str, pieces: list[Piece], index: int, loose: bool) -> bool:
    """Whether a piece can be the first of a place: 8號 can, 5號以前 and 三樓 cannot."""
    piece = pieces[index]
    if piece.kind == "floor":
        return False
    if piece.kind == "neighbourhood":
        return False
    if piece.kind == "number":
        if DATE_LIKE in piece.more:
            return False
        return loose or bool(_AFTER_HOUSE.match(text, piece.end))
    if piece.kind == "section":
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        close = following is not None and following.kind in ("lane", "number") and following.start - piece.end <= 1
        return loose or close or bool(_WHOLE_SECTION.fullmatch(text))
    if piece.kind == "alley":
        return loose or text[piece.start].isdigit()
    return True


def _look_behind(text: str, group: _Group, piece: Piece, following: Piece | None) -> None:
    """What stands right behind a piece without being one: a bare number, a side."""
    limit = following.start if following else len(text)
    if piece.kind in ("road", "section", "lane", "alley") and "number" not in group.values:
        bare = _NUMBER_WITH_PART.match(text, piece.end) or _BARE_NUMBER.match(text, piece.end)
        if bare and bare.end() <= limit:
            parts = [to_arabic(part.strip()) or "" for part in re.split("[之-]", bare["n"])]
            group.values["number"] = "-".join(parts)
            group.end = max(group.end, bare.end())
    if piece.kind in ("city", "zip", "other_city", "district", "village", "neighbourhood", "point"):
        return
    side = _RELATION.match(text, group.end)
    if side is None or side.end() > limit:
        return
    said = side["said"]
    if said == fold_name("口"):
        if text[side.end() : side.end() + 1] in _NO_MOUTH_AFTER and side.end() < len(text):
            return
        unit = {"lane": "巷口", "alley": "弄口", "road": "路口", "section": "路口", "crossing": None}.get(piece.kind)
        if unit is None:
            return
        said = fold_name(unit)
    elif said == fold_name("路口") and piece.kind in ("lane", "alley"):
        return
    if "relation" not in group.values:
        group.values["relation"] = _side_name(said)
        group.relation_to = "landmark" if piece.kind == "landmark" else "address"
    group.end = max(group.end, side.end())


_SIDE_NAMES = {
    fold_name(said): name
    for said, name in {
        "前": "前面", "前方": "前面", "正前方": "前面", "門前": "門口", "旁": "旁邊", "後方": "後面", "大門口": "門口", "大門": "門口", "正門": "門口",
        "正對面": "對面", "巷子口": "巷口", "巷子底": "巷底", "巷子裡": "巷內", "間": "之間", "那排": "那一排", "那整排": "那一排", "那一整排": "那一排",
        "周邊": "附近", "下方": "下面",
    }.items()
}  # fmt: skip
_TRADITIONAL = {fold_name(word): word for word in re.split(r"\|", _SIDES) if "[" not in word and "?" not in word}


def _side_name(said: str) -> str:
    return _SIDE_NAMES.get(said) or _TRADITIONAL.get(said) or said.translate(_TO_TRADITIONAL)


_TO_TRADITIONAL = str.maketrans({fold_name(c): c for c in "東門對邊"})


def _crossings(text: str, pieces: list[Piece]) -> list[Piece]:
    """Replace two roads that cross by one piece."""
    result: list[Piece] = []
    index = 0
    while index < len(pieces):
        crossing = _crossing_at(text, pieces, index) if pieces[index].kind == "road" else None
        if crossing:
            piece, index = crossing
            result.append(piece)
        else:
            result.append(pieces[index])
            index += 1
    return result


def _crossing_at(text: str, pieces: list[Piece], index: int) -> tuple[Piece, int] | None:
    first = list(sections_and_lanes(pieces, index))
    at = index + len(first)
    if at >= len(pieces) or pieces[at].kind != "road":
        return None
    second = list(sections_and_lanes(pieces, at))
    link = _CONNECTION.fullmatch(text, first[-1].end, second[0].start)
    if link is None:
        return None
    mark = _CROSSING_MARK.match(text, second[-1].end)
    if not mark and (link[1] or " ") not in _SAYS_CROSSING:
        return None
    if second[-1].kind == "lane" and len(first) == 1 and not link[1] and not mark:
        return None
    end = mark.end() if mark else second[-1].end
    corner = _CORNER.match(text, end)
    more = [_road_text(first), _road_text(second)]
    if corner:
        end = corner.end()
        more.append(corner[1].translate(_TO_TRADITIONAL) + "角")
    return Piece("crossing", first[0].start, end, "", tuple(more)), at + len(second)


_CORNER = fold_pattern(r"\s?的?([東西][南北])(?:角|側|邊)")


def _road_text(unit: list[Piece]) -> str:
    shown = {"section": lambda value: to_chinese(value) + "段", "lane": lambda value: value + "巷"}
    return "".join(shown[p.kind](p.value) if p.kind in shown else p.value for p in unit)


def _latin_groups(typed: Typed, taken: list[_Group]) -> Iterator[_Group]:
    for found in romanised.find(typed.match):
        if any(group.start < found.end and found.start < group.end for group in taken):
            continue
        group = _Group(found.start, found.end, dict(found.values), found.crossing)
        yield group


# --- what belongs to what --------------------------------------------------------------------------------------------

_DENIED = fold_pattern(r"(?<!是)(?:不是|不在|並非|而非|才不是)\s?(?:在|說|門牌|地址|那個)?\s?$")
_WRONG = fold_pattern("(?:是|才是)?(?:錯的?了?|不對)(?!方向)")
_CORRECTING = fold_pattern(
    r"(?P<turn>改成|換成|改(?=\s?(?:\d|[一二三四五六七八九十]{1,3}[號段巷弄樓]))|改為|改到|改在|更正為?|應該是|其實是|正確是|打錯了?[,\s]*(?:是|應該)?|寫錯了?|說錯了?|按錯了?|弄錯了?|搞錯了?|講錯了?)|錯了|才對|不對|要改|更改|(?<!是)不是|(?<![\u4e00-\u9fff])對面(?=\s?\d)|是對面"
)


def _is_denied(text: str, group: _Group) -> bool:
    denied = _DENIED.search(text, max(0, group.start - 8), group.start) or _WRONG.match(text, group.end)
    return bool(denied)


def _groups(typed: Typed, loose: bool) -> list[_Group]:
    found = _raw_groups(typed, loose)
    kept = [group for group in found if not _is_denied(typed.match, group)]
    return _joined(kept)


def _joined(groups: list[_Group]) -> list[_Group]:
    """Let districts and details that were typed apart join the place they belong to."""
    groups = _details_joined(groups)
    main = [group for group in groups if not group.only_says_where]
    apart = [group for group in groups if group.only_says_where and not group.outside]
    if not main:
        return groups
    for group in main:
        if group.outside or ("district" in group.values and "village" in group.values):
            continue
        free = [other for other in apart if not set(other.values) & set(group.values)]
        if not free:
            continue
        nearest = min(free, key=lambda other: (abs(other.start - group.start), other.start))
        group.values.update(nearest.values)
        group.here = group.here or nearest.here
        apart.remove(nearest)
    kept = [group for group in groups if group in main or group in apart or group.outside]
    return [group for group in kept if group.values or group.crossing or group.point or group.outside]


def _details_joined(groups: list[_Group]) -> list[_Group]:
    result: list[_Group] = []
    for group in groups:
        before = result[-1] if result else None
        if (
            before is not None
            and group.only_adds_detail
            and "road" in before.values
            and not group.opposite
            and group.start - before.end <= 12
            and not before.crossing
            and _continues(before, group)
        ):
            before.values.update({key: value for key, value in group.values.items() if key not in before.values})
            before.numbers, before.row = before.numbers or group.numbers, before.row or group.row
            before.end = group.end
            continue
        result.append(group)
    return result


def _continues(before: _Group, group: _Group) -> bool:
    deepest = max(_ORDER[kind] for kind in before.values if kind in _ORDER)
    return all(_ORDER[kind] > deepest for kind in group.values if kind in _ORDER)


def _finish(typed: Typed, group: _Group) -> Place | None:
    """A place from a group, or None when nothing in it says where."""
    values = dict(group.values)
    if group.point is None and not group.outside and not group.crossing and not set(values) - {"relation"}:
        return None
    bare = values.get("landmark") and not group.named and not (set(values) - {"landmark"})
    if bare and not group.crossing and group.point is None:
        return None
    if group.opposite:
        values.pop("relation", None) if values.get("relation") == "對面" else None
    in_city = group.outside is None
    if group.point and in_city:
        in_city = _in_box(*group.point)
    if in_city and "district" not in values and "village" in values:
        district = _district_of(values["village"])
        if district:
            values["district"] = district
    if not in_city:
        values.pop("village", None)
        values.pop("district", None)
    if group.crossing:
        _first_road(values, group.crossing[0])
    start, end = typed.span(group.start, group.end)
    two = "landmark" in values and "relation" in values and (group.crossing or set(values) & set(_DETAIL))
    return Place(
        **values,
        relation_to=group.relation_to if two else None,
        crossing=group.crossing,
        in_city=in_city,
        city=group.outside,
        numbers=group.numbers,
        row=group.row,
        lat=group.point[0] if group.point else None,
        lng=group.point[1] if group.point else None,
        start=start,
        end=end,
        text=typed.original[start:end],
    )


_SECTION_END = re.compile("^(.*?(?:路|街|大道))(?:([一二三四五六七八九十]+)段)?")


def _first_road(values: dict[str, str], first: str) -> None:
    found = _SECTION_END.match(first)
    if found:
        values["road"] = found[1]
        if found[2]:
            values["section"] = to_arabic(found[2]) or ""


def _district_of(village: str) -> str | None:
    """The district, when only one has such a village and no town next door bears the name."""
    districts = districts_of_village(village)
    if len(districts) != 1 or fold_name(village[:-1]) in gazetteer().other_cities:
        return None
    return districts[0]


def _in_box(lat: float, lng: float) -> bool:
    """Whether a point can lie in the city: in the box around one of its districts at least."""
    return any(south <= lat <= north and west <= lng <= east for south, north, west, east in gazetteer().boxes)


def _loose_change(typed: Typed) -> Place | None:
    """A floor or a side that is corrected without anything else."""
    floor = loose_floor(typed)
    if floor:
        start, end = typed.span(floor.start, floor.end)
        return Place(floor=floor.value, start=start, end=end, text=typed.original[start:end])
    side = _NEW_SIDE.search(typed.match)
    if side:
        start, end = typed.span(*side.span(1))
        return Place(relation=_side_name(side[1]), start=start, end=end, text=typed.original[start:end])
    return None


_NEW_SIDE = fold_pattern(rf"(?:不是\s?(?:{_SIDES})[\s,]*是|改成|改到|應該是|其實是)(?:在)?\s?({_SIDES})(?!巷|[的]?路)")


def _weight(place: Place) -> int:
    weights = {"road": 4, "crossing": 6, "number": 2, "lane": 2, "alley": 1, "section": 1, "village": 3, "district": 2, "landmark": 2}
    total = sum(weight for name, weight in weights.items() if getattr(place, name))
    return total + (5 if place.lat is not None else 0)


FIELDS = tuple(field.name for field in fields(Place))


def apply(old: Place, change: Place) -> Place:
    """A place after a correction: a new road forgets the sections and houses of the old one, a new house keeps the road."""
    if change.road or change.crossing or (change.landmark and not old.road) or change.lat is not None:
        return replace(change, district=change.district or old.district)
    said = {name: getattr(change, name) for name in ("district", "village", "landmark", "relation") if getattr(change, name)}
    deeper: list[str] = []
    for rank, name in enumerate(("section", "lane", "alley", "number", "floor")):
        if getattr(change, name):
            said[name] = getattr(change, name)
            deeper = list(("section", "lane", "alley", "number", "floor")[rank + 1 :])
            if name in ("number", "section"):
                deeper = ["floor"] if name == "number" else []
    said.update({name: None for name in deeper if name not in said})
    if change.number:
        said.update(numbers=change.numbers, row=change.row)
    return replace(old, **said)
