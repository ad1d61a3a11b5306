"""Cut a text into the pieces of a Taiwan address: 區, 里, 鄰, 路, 段, 巷, 弄, 號, 樓, landmarks and names of other cities.

`assemble.py` puts the pieces together. The cutting goes from what is certain to what is guessed, and a stretch of text that a
surer rule has taken is closed to the later ones: station names first (民權西路站 is no road), then known roads, villages,
numbers with their unit, and only then roads and landmarks known by nothing but their last word.
"""

from __future__ import annotations

from bot.nlu.cutter import Cutter, Piece
from bot.nlu.districts import cities, full_districts, short_districts, villages
from bot.nlu.houses import numbers
from bot.nlu.landmarks import guessed_landmarks, known_landmarks, stations
from bot.nlu.roads import guessed_roads, known_roads, short_crossings
from bot.nlu.typed import Typed, fold_pattern


def cut(typed: Typed) -> list[Piece]:
    """All pieces of a text, in the order in which they stand."""
    cutter = Cutter(typed)
    for step in (_coordinates, stations, short_crossings, known_roads, villages, numbers, known_landmarks, cities,
                 full_districts, guessed_roads, short_districts, guessed_landmarks):  # fmt: skip
        step(cutter)
    cutter.pieces.sort(key=lambda piece: piece.start)
    return cutter.pieces


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
