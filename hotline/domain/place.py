"""A place in the city as a citizen described it: what is known, what is missing, how it is written down.

Taiwan's address grammar: 區 · 里 · 路/街/大道 · 段 · 巷 · 弄 · 號 (之) · 樓. A road name says nothing about the district,
since many roads run through several, so the district is asked for whenever nothing else tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

_CHINESE = "零一二三四五六七八九十"
_DISTRICT_BOUND = ("road", "section", "lane", "alley", "number", "crossing", "landmark")


@dataclass(frozen=True, slots=True)
class Place:
    """Every field is text as it will be shown, digits in arabic; empty means unknown."""

    district: str = ""
    village: str = ""
    road: str = ""
    section: str = ""
    lane: str = ""
    alley: str = ""
    number: str = ""
    floor: str = ""
    crossing: tuple[str, ...] = ()
    landmark: str = ""
    relation: str = ""  # 前面, 對面, 旁邊, 巷口
    lat: float | None = None
    lng: float | None = None
    in_city: bool = True

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> Place:
        """From an entity's `additional_info` or from `to_json`; what is unknown is left out."""
        known = {name: raw[name] for name in cls.__slots__ if raw and raw.get(name) not in (None, "")}
        known["crossing"] = tuple(known.get("crossing") or ())
        known["in_city"] = bool(known.get("in_city", True)) if raw is None or raw.get("in_city") is not False else False
        for name in ("section", "lane", "alley", "number", "floor"):
            if name in known:
                known[name] = str(known[name])
        return cls(**known)

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", None, ())}

    @property
    def has_point(self) -> bool:
        return self.lat is not None and self.lng is not None

    @property
    def is_empty(self) -> bool:
        return not self.has_point and not any(getattr(self, name) for name in (*_DISTRICT_BOUND, "village"))

    @property
    def is_findable(self) -> bool:
        """Would a crew find it? A road alone is too long, a district alone too large."""
        spot = self.number or self.lane or self.landmark or self.crossing or self.has_point
        return bool(spot) or bool(self.road and self.relation not in ("", "附近"))

    def corrected(self, change: Place) -> Place:
        """This place with the parts the citizen corrected.

        A new road or crossing makes the finer parts of the old one void; a new house number keeps its road. The district
        stays only while the road does.
        """
        if change.has_point or change.crossing or (change.road and change.road != self.road):
            return replace(change, district=change.district or ("" if change.road else self.district))
        if change.landmark and not (change.number or change.lane or change.road):
            return replace(
                self,
                landmark=change.landmark,
                relation=change.relation or self.relation,
                district=change.district or self.district,
            )
        given = {
            name: getattr(change, name)
            for name in Place.__slots__
            if name != "in_city" and getattr(change, name) not in ("", None, ())
        }
        if "lane" in given and "alley" not in given:
            given.setdefault("alley", "")
        return replace(self, **given)

    def joined(self, more: Place) -> Place:
        """This place with what the citizen added; nothing known is lost."""
        given = {
            name: getattr(more, name)
            for name in Place.__slots__
            if name != "in_city" and getattr(more, name) not in ("", None, ()) and getattr(self, name) in ("", None, ())
        }
        return replace(self, **given, in_city=self.in_city and more.in_city)

    def show(self) -> str:
        """As a clerk writes it: 文山區興隆路二段64巷5弄3號前面."""
        if self.crossing:
            body = "、".join(self.crossing) + "口"
        else:
            section = f"{chinese(self.section)}段" if self.section else ""
            lane = f"{self.lane}巷" if self.lane else ""
            alley = f"{self.alley}弄" if self.alley else ""
            number = f"{self.number.replace('-', '之')}號" if self.number else ""
            floor = f"{self.floor}樓" if self.floor else ""
            body = f"{self.road}{section}{lane}{alley}{number}{floor}"
        relation = self.relation
        if self.crossing and relation in ("路口", "口"):
            relation = ""
        elif relation[:1] in ("巷", "弄", "路") and body.endswith(relation[:1]):
            relation = relation[1:]
        if self.landmark and body:
            text = f"{self.district}{body}，{self.landmark}{relation}"
        else:
            text = f"{self.district}{self.village if not body else ''}{body}{self.landmark}{relation}"
        if self.has_point and not body and not self.landmark:
            return f"{text or '您傳的位置'}（地圖上{self.lat:.5f}, {self.lng:.5f}）"
        return text


def chinese(number: str) -> str:
    """A section's number as signs write it: "2" → 二. Left as it is beyond ten."""
    if number.isdigit() and 0 < int(number) <= 10:
        return _CHINESE[int(number)]
    return number


@dataclass(frozen=True, slots=True)
class District:
    """One of the city's districts; the box is a rectangle around it in WGS84 degrees, so boxes overlap."""

    name: str
    box: tuple[float, float, float, float]  # lng_min, lat_min, lng_max, lat_max
    villages: tuple[str, ...] = ()

    def may_hold(self, lat: float, lng: float) -> bool:
        lng_min, lat_min, lng_max, lat_max = self.box
        return lng_min <= lng <= lng_max and lat_min <= lat <= lat_max


def districts_at(districts: tuple[District, ...], lat: float, lng: float) -> tuple[str, ...]:
    """The districts that a point may lie in: none outside the city, several where boxes overlap (nearest centre first)."""

    def away(district: District) -> float:
        lng_min, lat_min, lng_max, lat_max = district.box
        return (lat - (lat_min + lat_max) / 2) ** 2 + (lng - (lng_min + lng_max) / 2) ** 2

    return tuple(d.name for d in sorted(districts, key=away) if d.may_hold(lat, lng))
