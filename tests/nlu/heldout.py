"""The held-out set: phrasings that nobody trained on, and how the whole understanding path decides them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from hotline.app.settings import read_settings
from hotline.app.understand import decide, parse_all, split
from hotline.app.wiring import PROJECT
from hotline.domain import safety

FOLDER = Path(__file__).parent / "heldout"
REFUSED = ("nlu_fallback", "out_of_scope")
HAZARDS = frozenset({"exposed_wire", "collapse", "flood_danger", "fire", "gas"})
"""Dangers that are also a kind of case or a referral: the number is said first, then 「接著通報」 goes on with the very same words."""


def _same_answer() -> set[frozenset[str]]:
    config = yaml.safe_load((PROJECT / "config.yml").read_text(encoding="utf-8"))
    twins = next(one for one in config["pipeline"] if one["name"].endswith("SameAnswer"))
    return {frozenset(pair) for pair in twins["pairs"]}


SAME_ANSWER = _same_answer()
"""Topics and the matters they are about; counted apart, never as right."""


class Line(NamedTuple):
    text: str
    label: str
    style: str
    file: str


class Judged(NamedTuple):
    line: Line
    decided: dict[str, Any]
    label: str  # what was decided, as a full label
    first: tuple[str, ...]  # the first labels, as (kind, id)

    @property
    def refused(self) -> bool:
        return bool(self.decided["kind"] == "out_of_scope")

    @property
    def right(self) -> bool:
        if self.line.label == "out_of_scope":
            return self.refused
        if self.alarm in HAZARDS and self.line.label.startswith(("report/", "refer/")):
            return self.first[:1] == (self.line.label,)
        return self.label == self.line.label

    @property
    def alarm(self) -> str:
        """The danger the life-safety check saw, if any."""
        danger = safety.check(self.line.text)
        return danger.code if danger else ""

    @property
    def in_first_three(self) -> bool:
        return self.line.label in self.first[:3]

    @property
    def same_answer(self) -> bool:
        return frozenset((self.label, self.line.label)) in SAME_ANSWER


def lines() -> Iterator[Line]:
    """Every held-out line."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for raw in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(raw)
            yield Line(one["text"], one["label"], one.get("style", ""), path.stem)


@cache
def judged() -> tuple[Judged, ...]:
    """The whole set, decided once by the current model."""
    all_lines = list(lines())
    by_kind = {split(line.label): line.label for line in all_lines}
    found: list[Judged] = []
    for line, parsed in zip(all_lines, parse_all((line.text for line in all_lines), read_settings()), strict=True):
        decided = decide(line.text, parsed)
        labels = tuple(one["name"] for one in parsed.get("labels") or ())
        label = by_kind.get((decided["kind"], decided["id"]), f"{decided['kind']}/{decided['id']}")
        if decided["kind"] not in ("out_of_scope", "emergency") and labels:
            label = labels[0]
        found.append(Judged(line, decided, label, labels))
    return tuple(found)


def share(part: list[Judged], what: str) -> float:
    """The share of a part for which a property holds."""
    return sum(bool(getattr(one, what)) for one in part) / len(part) if part else 1.0
