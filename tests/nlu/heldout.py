"""The held-out set: phrasings that nobody trained on, and how the whole understanding path decides them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hotline.app.settings import read_settings
from hotline.app.understand import decide, parse_all, split

FOLDER = Path(__file__).parent / "heldout"
REFUSED = ("nlu_fallback", "out_of_scope")
SAME_ANSWER = {
    frozenset(pair)
    for pair in (
        # Both say the same thing to the citizen: the topic and the referral, or the topic and the report it leads to.
        ("ask/env.noise_neighbor", "refer/neighbor_animal_noise"),
        ("ask/env.noise_animal", "refer/neighbor_animal_noise"),
        ("ask/env.noise_vehicle", "refer/vehicle_noise"),
        ("ask/env.abandoned_vehicle", "refer/abandoned_vehicle"),
        ("ask/tax.income_tax_contact", "refer/central_government"),
        ("ask/health.smoking_report", "refer/smoking_ban"),
        ("ask/health.food_complaint", "refer/food_hygiene"),
        ("ask/consumer.complaint", "refer/consumer_dispute"),
        ("ask/labour.dispute_mediation", "refer/labour_dispute"),
        ("ask/ticket.report_others", "refer/illegal_parking"),
        ("ask/police.lost_property", "refer/lost_property"),
        ("ask/transit.mrt_lost_found", "refer/lost_property"),
        ("ask/disaster.power_outage", "refer/power_line"),
        ("ask/disaster.power_outage", "number/power_hotline"),
        ("ask/city.bot_human", "handoff"),
    )
}
"""Pairs whose answers are interchangeable; counted apart, never as right top-1."""


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
        return self.label == self.line.label

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
