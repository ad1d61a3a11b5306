"""The table on which a text is cut into the pieces of an address: what was found, and which stretches are taken."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.nlu.gazetteer import Gazetteer, gazetteer
from bot.nlu.typed import Typed

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
        while (
            start > 0
            and position - start < longest
            and "\u4e00" <= self.text[start - 1] <= "\u9fff"
            and self.free(start - 1)
        ):
            start -= 1
        return start

    def ends_at(self, position: int, *kinds: str) -> bool:
        """Whether a piece of one of these kinds ends right before `position`, spaces apart."""
        while position > 0 and self.text[position - 1] in " ,":
            position -= 1
        return any(piece.end == position and piece.kind in kinds for piece in self.pieces)

    def shown(self, start: int, end: int) -> str:
        """What stands there as it was typed, in plain characters and without spaces."""
        return re.sub(r"\s", "", self.typed.shown[start:end])
