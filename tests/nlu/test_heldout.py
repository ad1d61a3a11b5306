"""What the assistant understands of phrasings nobody trained on. The floors stand a little below what was measured."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.nlu.heldout import Judged, judged, share

pytestmark = pytest.mark.model

FLOORS = {"topics": 0.85, "services": 0.88, "referrals": 0.88, "talk": 0.86, "numbers": 0.75, "out_of_scope": 0.85}
LABEL_FLOOR = 0.5
"""No kind of case and no topic may be understood less often than this."""


def _part(name: str) -> list[Judged]:
    return [one for one in judged() if one.line.file == name]


@pytest.mark.parametrize("part", sorted(FLOORS))
def test_each_part_of_the_held_out_set_is_understood_above_its_floor(part: str) -> None:
    right = share(_part(part), "right")

    print(f"\n{part}: {right:.3f} right, {share(_part(part), 'in_first_three'):.3f} within three")
    assert right >= FLOORS[part]


def test_no_kind_of_case_is_understood_badly() -> None:
    by_label: dict[str, list[Judged]] = defaultdict(list)
    for one in _part("services"):
        by_label[one.line.label].append(one)

    poor = {label: share(part, "right") for label, part in by_label.items() if share(part, "right") < LABEL_FLOOR}

    assert {} == poor


def test_topics_are_nearly_always_among_the_first_three() -> None:
    assert share(_part("topics"), "in_first_three") >= 0.95


def test_nothing_out_of_scope_raises_an_alarm_and_little_is_taken_for_a_report() -> None:
    part = _part("out_of_scope")

    alarms = [one.line.text for one in part if one.alarm]
    reports = [one.line.text for one in part if one.decided["kind"] == "service"]
    assert [] == alarms
    assert len(reports) <= 7, reports


def test_talk_never_raises_an_alarm() -> None:
    assert [] == [one.line.text for one in _part("talk") if one.alarm]


def test_few_questions_raise_an_alarm() -> None:
    alarms = [one for one in _part("topics") if one.alarm]

    assert len(alarms) <= 0.03 * len(_part("topics"))
