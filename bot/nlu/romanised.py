"""Addresses in Latin letters (Roosevelt Rd. Sec. 4, No. 7, Ln. 64), read back to the road's Chinese name.

Only roads that the gazetteer knows by a spelling are read: a name in Latin letters says nothing about its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.gazetteer import gazetteer

_DIRECTIONS = {"e": "東", "w": "西", "s": "南", "n": "北", "east": "東", "west": "西", "south": "南", "north": "北"}
_ENDINGS = {
    "rd": "路",
    "road": "路",
    "st": "街",
    "street": "街",
    "blvd": "大道",
    "boulevard": "大道",
    "lu": "路",
    "avenue": "大道",
    "ave": "大道",
    "jie": "街",
}

_ROAD = re.compile(
    r"\b(?P<name>[a-z]{2,12}(?:['’-]?[a-z]{1,10}|\s[a-z]{2,10})??)\.?\s?(?P<direction>east|west|north|south|[ewns])?\.?\s?(?P<digit>[123](?:st|nd|rd))?\s?(?P<ending>road|rd|street|st|boulevard|blvd|avenue|ave|lu|jie)\b\.?"
)
_DETAIL = re.compile(
    r"\b(?:(?:sec|section)\.?\s?(?P<section>\d)|(?:ln|lane)\.?\s?(?P<lane>\d{1,4})|(?:aly|alley)\.?\s?(?P<alley>\d{1,4})"
    r"|(?:no|number)\.?\s?(?P<number>\d{1,4}(?:-\d{1,3})?)|(?P<floor>\d{1,2})\s?f(?:l|loor)?\b)"
)
_PLAIN_NUMBER_BEFORE = re.compile(r"(?<![\d.])(\d{1,4})\s?,?\s?$")
_PLAIN_NUMBER_AFTER = re.compile(r"\s?,?\s?(\d{1,4})(?=\s*(?:$|[,.;)!?\u4e00-\u9fff]))")
_DISTRICT = re.compile(r"\b(?P<name>[a-z]{2,10}(?:['’ -][a-z]{1,6})?)\s(?:district|dist)\b\.?")
_AND = re.compile(r"\s*,?\s*(?:and|&|x|/|\+|at|with|跟|和|与|及)\s*", re.IGNORECASE)
_SIDES = re.compile(
    r"\b(?:(?P<front>in front of)|(?P<opposite>across from|opposite)|(?P<beside>next to|beside)|(?P<near>near|close to)|(?P<behind>behind))\b"
)
_SIDE_NAMES = {"front": "前面", "opposite": "對面", "beside": "旁邊", "near": "附近", "behind": "後面"}
_WORTH_A_LOOK = re.compile(r"\b(?:rd|road|st|street|blvd|boulevard|ave|avenue|district|dist|lu|jie)\b")
_REACH = 40


@dataclass(frozen=True)
class LatinPlace:
    """What was read, with its place in the folded text."""

    start: int
    end: int
    values: dict[str, str]
    crossing: tuple[str, str] | None


@dataclass
class _Road:
    start: int
    end: int
    name: str
    section: str | None = None


def find(text: str) -> Iterator[LatinPlace]:
    """The place in Latin letters, if a text has one; in English one message holds one place."""
    if not _WORTH_A_LOOK.search(text):
        return
    roads = list(_roads(text))
    districts = [(found, district) for found, district in _districts(text)]
    if not roads:
        for found, district in districts[:1]:
            yield LatinPlace(found.start(), found.end(), {"district": district}, None)
        return
    first = roads[0]
    crossing = _crossing(text, roads)
    start, end = first.start, roads[1].end if crossing else first.end
    values: dict[str, str] = {} if crossing else {"road": first.name}
    for found in _DETAIL.finditer(text, max(0, start - _REACH), min(len(text), end + _REACH)):
        kind = str(found.lastgroup)
        if crossing or kind in values:
            continue
        values[kind] = found[kind]
        start, end = min(start, found.start()), max(end, found.end())
    if not crossing and "number" not in values:
        start, end = _plain_number(text, first, values, start, end)
    for found, district in districts[:1]:
        values["district"] = district
        if abs(found.start() - end) < _REACH:
            start, end = min(start, found.start()), max(end, found.end())
    side = _SIDES.search(text, max(0, start - 16), start)
    if side and not text[side.end() : start].strip(" the"):
        values["relation"] = _SIDE_NAMES[str(side.lastgroup)]
    yield LatinPlace(start, end, values, crossing)


def _roads(text: str) -> Iterator[_Road]:
    position = 0
    while True:
        found = _ROAD.search(text, position)
        if found is None:
            return
        road = _known(found)
        if road is None:
            # "near Renai Rd" was tried as one name of two words: try again from the second.
            space = found["name"].find(" ")
            position = found.start() + space + 1 if space > 0 else found.end()
            continue
        position = found.end()
        yield _Road(found.start(), found.end(), road)


def _known(found: re.Match[str]) -> str | None:
    latin = re.sub(r"['’ -]", "", found["name"])
    ending = _ENDINGS[found["ending"]]
    name = gazetteer().romanised.get(latin + (found["digit"] or "")[:1]) or gazetteer().romanised.get(latin)
    direction = _DIRECTIONS.get(found["direction"] or "", "")
    if name is None and not direction:
        for word, sign in (
            ("east", "東"),
            ("west", "西"),
            ("south", "南"),
            ("north", "北"),
            ("dong", "東"),
            ("xi", "西"),
            ("nan", "南"),
            ("bei", "北"),
        ):
            if latin.endswith(word) and latin[: -len(word)] in gazetteer().romanised:
                name, direction = gazetteer().romanised[latin[: -len(word)]], sign
    if name is None:
        return None
    if name.endswith(("路", "街", "大道")):
        return name
    return name + direction + ending if direction else None


def _districts(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for found in _DISTRICT.finditer(text):
        words = re.sub(r"['’-]", "", found["name"])
        known = gazetteer().districts_by_latin
        district = known.get(words.replace(" ", "")) or known.get(words.split(" ")[-1])
        if district:
            yield found, district


def _crossing(text: str, roads: list[_Road]) -> tuple[str, str] | None:
    if len(roads) < 2:
        return None
    first, second = roads[:2]
    between = _DETAIL.sub("", text[first.end : second.start])
    if _AND.fullmatch(between) is None:
        return None
    section = re.search(r"sec(?:tion)?\.?\s?(\d)", text[first.end : second.start])
    name = first.name + ("一二三四五六七八九"[int(section[1]) - 1] + "段" if section and section[1] != "0" else "")
    return name, second.name


def _plain_number(text: str, road: _Road, values: dict[str, str], start: int, end: int) -> tuple[int, int]:
    text = _DETAIL.sub(lambda found: "." * len(found.group()), text)
    before = _PLAIN_NUMBER_BEFORE.search(text, 0, road.start)
    if before:
        values["number"] = before[1]
        return min(start, before.start(1)), end
    after = _PLAIN_NUMBER_AFTER.match(text, road.end)
    if after and after[1] != values.get("section"):
        values["number"] = after[1]
        return start, max(end, after.end(1))
    return start, end
