"""The names the place extractor knows, loaded once and keyed by their folded form (`gazetteer.yml` says what they are)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.typed import fold_name

_FILE = Path(__file__).with_name("gazetteer.yml")
_SUFFIX = re.compile("(?:大道|路|街)$")


@dataclass(frozen=True)
class Crossing:
    """What one half of a short crossing name (忠孝復興) stands for."""

    east: str = ""
    west: str = ""
    side: str = ""
    north: str = ""
    south: str = ""
    half: str = ""


@dataclass(frozen=True)
class Gazetteer:
    """Every table has folded names as keys and the city's own spelling as values."""

    districts: dict[str, str]
    """文山 -> 文山區"""
    districts_by_zip: dict[str, str]
    districts_by_latin: dict[str, str]
    villages: dict[str, str]
    village_districts: dict[str, tuple[str, ...]]
    boxes: tuple[tuple[float, float, float, float], ...]
    """South, north, west and east of each district, in WGS84"""
    roads: dict[str, str]
    stems: dict[str, str]
    """A main road without its last word: 新生南 -> 新生南路. Also the short names (敦南)."""
    stems_of_sound: dict[str, str]
    """Reading of a main road's stem and its last word -> the road; only where one road sounds so."""
    districts_by_sound: dict[str, str]
    reading_of: dict[str, str]
    quarters: frozenset[str]
    stations: dict[str, str]
    landmarks: dict[str, str]
    shops: dict[str, str]
    border_bridges: frozenset[str]
    other_cities: dict[str, str]
    """板橋 -> 新北市"""
    other_with_suffix: frozenset[str]
    east_west: dict[str, Crossing]
    north_south: dict[str, Crossing]
    romanised: dict[str, str]

    def road_by_sound(self, stem: str, ending: str) -> str | None:
        """The one main road that is read like this stem: 興龍 -> 興隆路."""
        return self.stems_of_sound.get(self._sound(stem) + fold_name(ending))

    def district_by_sound(self, stem: str) -> str | None:
        """The district that is read like this: 大案 -> 大安區."""
        return self.districts_by_sound.get(self._sound(stem))

    def _sound(self, stem: str) -> str:
        return " ".join(self.reading_of.get(c, c) for c in stem) + " "


def _keyed(names: list[Any]) -> dict[str, str]:
    return {fold_name(str(name)): str(name) for name in names}


def _ending(road: str) -> str:
    found = _SUFFIX.search(road)
    return found.group() if found else ""


def _stems(main: list[str], aliases: dict[str, str]) -> dict[str, str]:
    stems = {fold_name(_SUFFIX.sub("", road)): road for road in main if not road.endswith("大道")}
    stems.update({fold_name(short): road for short, road in aliases.items()})
    return stems


def _sounds(main: list[str], reading_of: dict[str, str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for road in main:
        ending = _SUFFIX.search(road)
        if ending is None:
            continue
        stem = fold_name(road[: ending.start()])
        key = " ".join(reading_of.get(c, c) for c in stem) + " " + fold_name(ending.group())
        found.setdefault(key, []).append(road)
    return {key: roads[0] for key, roads in found.items() if len(roads) == 1}


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer, read from its file at the first call."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  a safe loader either way
    districts = raw["districts"]
    village_districts: dict[str, tuple[str, ...]] = {}
    for district in districts:
        for village in district["villages"]:
            village_districts[village] = (*village_districts.get(village, ()), district["name"])
    reading_of = {fold_name(c): sound for sound, chars in raw["readings"].items() for c in chars}
    other = raw["other_cities"]
    cities = {fold_name(short): full for short, full in other["cities"].items()}
    towns = {fold_name(town): city for city, names in other["towns"].items() for town in names}
    return Gazetteer(
        districts={fold_name(d["name"][:-1]): d["name"] for d in districts},
        districts_by_zip={d["zip"]: d["name"] for d in districts},
        districts_by_latin={latin: d["name"] for d in districts for latin in d["latin"]},
        villages=_keyed(list(village_districts)),
        village_districts=village_districts,
        boxes=tuple((b[0], b[1], b[2], b[3]) for b in (d["box"] for d in districts)),
        roads={
            **{fold_name(slip + _ending(road)): road for slip, road in raw["slips"].items()},
            **_keyed(raw["main_roads"] + raw["roads"]),
        },
        stems=_stems(raw["main_roads"], {**raw["slips"], **raw["road_aliases"]}),
        stems_of_sound=_sounds(raw["main_roads"], reading_of),
        districts_by_sound={
            " ".join(reading_of[c] for c in fold_name(d["name"][:-1])) + " ": d["name"] for d in districts
        },
        reading_of=reading_of,
        quarters=frozenset(map(fold_name, raw["quarters"])) | frozenset(fold_name(d["name"][:-1]) for d in districts),
        stations=_keyed(raw["stations"]),
        landmarks=_keyed(raw["landmarks"]),
        shops=_keyed(raw["shops"]),
        border_bridges=frozenset(map(fold_name, raw["border_bridges"])),
        other_cities={**towns, **cities},
        other_with_suffix=frozenset(map(fold_name, other["towns_with_suffix"])),
        east_west={
            fold_name(k): Crossing(east=v["east"], west=v["west"], side=v["side"])
            for k, v in raw["crossing_short"]["east_west"].items()
        },
        north_south={
            fold_name(k): Crossing(north=v["北"], south=v["南"], half=v["half"])
            for k, v in raw["crossing_short"]["north_south"].items()
        },
        romanised={latin: name for name, spellings in raw["romanised"].items() for latin in spellings},
    )


def district_of_village(village: str) -> list[str]:
    """The districts that have a village (里) of this name: usually one, for 中央里 and 新安里 two, else none."""
    found = gazetteer().villages.get(fold_name(village))
    return list(gazetteer().village_districts[found]) if found else []
