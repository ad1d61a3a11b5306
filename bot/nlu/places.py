"""Find the place in what a citizen typed: 「羅斯福路二段一百號前面謝謝」 is a road, a section, a number and a side.

The road from text to place
---------------------------
`typed` folds the text, `pieces` cuts it into 區, 路, 段, 巷, 弄, 號 and landmarks, `assemble` puts them together:

1. Two roads with 跟, 與, / or nothing between them and 口 behind them are one crossing.
2. Pieces that stand together and do not contradict one another are one place; a second road begins a second place.
3. What was said not to be (不是8號 是18號) is left out, so that the new value remains.
4. A district named apart (…在和平東路二段18號 大安區) joins the place that lacks one.

What is not guessed: the district of a road (roads cross districts), a section that was not typed, a village that the
neighbouring city knows better (三重里: asked). A village that only one district has names the district.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.nlu.assemble import CORRECTING, DETAIL, SIDES, TURNING, Group, groups_of, is_denied, raw_groups, side_name
from bot.nlu.gazetteer import district_of_village, gazetteer
from bot.nlu.houses import loose_floor
from bot.nlu.numerals import to_arabic, to_chinese
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

    def as_info(self) -> dict[str, object]:
        """The entity's `additional_info`. What few places have (鄰, several houses, a point, another city) is there only when said."""
        info: dict[str, object] = {name: getattr(self, name) for name in _INFO}
        info["crossing"] = list(self.crossing) if self.crossing else None
        if self.numbers:
            info["numbers"] = list(self.numbers)
        if fold_name(self.landmark or "") in gazetteer().border_bridges:
            info["border"] = True
        info.update({name: getattr(self, name) for name in _RARE if getattr(self, name) is not None})
        return info


_INFO = (
    *("district", "village", "road", "section", "lane", "alley"),
    *("number", "floor", "crossing", "landmark", "relation", "in_city"),
)
_RARE = ("relation_to", "neighbourhood", "city", "lat", "lng")


def find_place(text: str) -> Place | None:
    """The one place a text speaks of, or None; the fullest when there are several, the new one in a correction."""
    found = find_places(text)
    if not found:
        return None
    return max(found, key=_weight)  # of equals, max takes the first


def find_places(text: str) -> list[Place]:
    """Every place in a text, in order: five pasted addresses are five."""
    typed = read(text[:LONGEST])
    groups = groups_of(typed, loose=bool(CORRECTING.search(typed.match)))
    return [place for place in (_finish(typed, group) for group in groups) if place is not None]


def find_correction(text: str) -> Place | None:
    """The fields that a correction changes (不是8號 是18號, 改成28號, 對面95號), or None when it corrects no place.

    A new house comes without its road: it is the reader who knows the place that is being corrected.
    """
    typed = read(text[:LONGEST])
    if not CORRECTING.search(typed.match):
        return None
    said = TURNING.search(typed.match)
    raw = raw_groups(typed, loose=True)
    if not said and not any(is_denied(typed.match, group) or group.opposite for group in raw):
        return _other_change(typed)
    groups = groups_of(typed, loose=True)
    after = [group for group in groups if said and said["turn"] and group.start >= said.end() - 1]
    places = [place for place in (_finish(typed, group) for group in after or groups) if place is not None]
    return max(places, key=_weight) if places else _other_change(typed)


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


def _finish(typed: Typed, group: Group) -> Place | None:
    """A place from a group, or None when nothing in it says where."""
    values = dict(group.values)
    if group.point is None and not group.outside and not group.crossing and not set(values) - {"relation"}:
        return None
    bare = values.get("landmark") and not group.named and not (set(values) - {"landmark"})
    if bare and not group.crossing and group.point is None:
        return None
    outside = group.outside or _city_of_landmark(values.get("landmark"))
    in_city = outside is None
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
    two = "landmark" in values and "relation" in values and (group.crossing or set(values) & set(DETAIL))
    return Place(
        **values,
        relation_to=group.relation_to if two else None,
        crossing=group.crossing,
        in_city=in_city,
        city=outside,
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
    districts = district_of_village(village)
    if len(districts) != 1 or fold_name(village[:-1]) in gazetteer().other_cities:
        return None
    return districts[0]


def _city_of_landmark(landmark: str | None) -> str | None:
    """高雄火車站 is in another city, 淡水河 and 基隆路 are not landmarks."""
    return (
        gazetteer().other_cities.get(fold_name((landmark or "")[:2]))
        if landmark and landmark[2:3] in "火車大醫國高市縣"
        else None
    )


def _in_box(lat: float, lng: float) -> bool:
    """Whether a point can lie in the city: in the box around one of its districts at least."""
    return any(south <= lat <= north and west <= lng <= east for south, north, west, east in gazetteer().boxes)


def _other_change(typed: Typed) -> Place | None:
    """A floor or a side that is corrected without anything else."""
    if not _CORRECTS_ITSELF.search(typed.match):
        return None
    floor = loose_floor(typed)
    if floor:
        start, end = typed.span(floor.start, floor.end)
        return Place(floor=floor.value, start=start, end=end, text=typed.original[start:end])
    side = _NEW_SIDE.search(typed.match)
    if side:
        start, end = typed.span(*side.span(1))
        return Place(relation=side_name(side[1]), start=start, end=end, text=typed.original[start:end])
    return None


_CORRECTS_ITSELF = fold_pattern(r"(?<!是)不是.{1,6}(?:是|樓)|改|應該是|其實是|更正|錯")
_NEW_SIDE = fold_pattern(
    rf"(?:不是\s?(?:{SIDES})[\s,]*是|改成|改到|應該是|其實是)(?:在)?\s?({SIDES})(?=\s*$|[\s,.!啦喔吧才])"
)


def _weight(place: Place) -> int:
    weights = {
        "road": 4,
        "crossing": 6,
        "number": 2,
        "lane": 2,
        "alley": 1,
        "section": 1,
        "village": 3,
        "district": 2,
        "landmark": 2,
    }
    total = sum(weight for name, weight in weights.items() if getattr(place, name))
    return total + (5 if place.lat is not None else 0)
