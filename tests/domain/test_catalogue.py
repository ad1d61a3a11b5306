"""The catalogue gives the city's facts names, and refuses what is incomplete."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hotline.domain.catalogue import Catalogue, buttons_of, label_button, read_catalogue
from hotline.domain.messages import Button

SERVICE: dict[str, Any] = {
    "code": "streetlight",
    "name": "路燈不亮或損壞",
    "short": "路燈",
    "agency": {"name": "公園路燈工程管理處", "short": "公園處", "inferred": False},
    "questions": [
        {"id": "problem", "ask": "路燈怎麼了？", "type": "choice", "choices": ["完全不亮", "其他"], "required": True}
    ],
}
EMERGENCY: dict[str, Any] = {
    "code": "fire", "name": "火警", "level": "life", "number": 119, "action": "call_first", "say": "請撥119。",
}  # fmt: skip
REFERRAL: dict[str, Any] = {
    "code": "vendor", "name": "攤販", "answer": "請撥110。", "more": ["第一件。", "第二件。"], "source": ["甲", "乙"],
    "buttons": [{"title": "撥110", "call": 110}, {"title": "怎麼陳情", "label": "ask/city.petition_how"}],
}  # fmt: skip


def read(service: dict[str, Any] | None = None, **more: Any) -> Catalogue:
    return read_catalogue(
        [{"services": [service or SERVICE]}],
        {"common_questions": []},
        {"referrals": [REFERRAL]},
        {"emergencies": [EMERGENCY]},
    )


def test_labels_have_names() -> None:
    catalogue = read()

    names = [catalogue.name_of(label) for label in ("report/streetlight", "refer/vendor", "number/fire")]

    assert ["路燈", "攤販", "火警"] == names


@pytest.mark.parametrize("label", ["report/nothing", "ask/parking.pay", "handoff", "", "report/", "refer/streetlight"])
def test_a_label_that_is_not_in_the_catalogue_has_no_name(label: str) -> None:
    assert not read().name_of(label)


def test_an_office_that_is_only_inferred_is_not_named() -> None:
    inferred = copy.deepcopy(SERVICE)
    inferred["agency"]["inferred"] = True

    assert "公園路燈工程管理處" == read().services["streetlight"].office
    assert "權責機關" == read(inferred).services["streetlight"].office


def test_a_question_is_found_by_its_id() -> None:
    service = read().services["streetlight"]

    asked = service.question("problem")

    assert asked is not None
    assert ("路燈怎麼了？", ("完全不亮", "其他"), True) == (asked.ask, asked.choices, asked.required)
    assert service.question("colour") is None


@pytest.mark.parametrize("missing", ["code", "name", "short", "agency"])
def test_a_service_that_is_incomplete_is_refused(missing: str) -> None:
    broken = {key: value for key, value in SERVICE.items() if key != missing}

    with pytest.raises(KeyError):
        read(broken)


@pytest.mark.parametrize("change", [{"type": "wish"}, {"choices": []}])
def test_a_question_that_cannot_be_asked_is_refused(change: dict[str, Any]) -> None:
    broken = copy.deepcopy(SERVICE)
    broken["questions"][0] |= change

    with pytest.raises(ValueError):
        read(broken)


def test_a_referral_is_spoken_text() -> None:
    referral = read().referrals["vendor"]

    assert "甲、乙" == referral.source
    assert isinstance(referral.more, str)


def test_buttons_of_data_files_call_or_mean_something() -> None:
    buttons = buttons_of(REFERRAL["buttons"])

    assert Button("撥110", "call", {"about": "110"}, call="110") == buttons[0]
    assert Button("怎麼陳情", "ask", {"about": "city.petition_how"}) == buttons[1]


def test_a_label_without_a_subject_carries_nothing() -> None:
    assert Button("找專人", "handoff") == label_button("找專人", "handoff")


def test_a_number_that_is_only_shown_stops_nothing(catalogue: Catalogue) -> None:
    stops = {one.action: one.stops_everything for one in catalogue.emergencies.values()}

    assert {"call_first": True, "handover_now": True, "show_number": False} == stops


def test_every_text_of_the_citys_catalogue_is_text(catalogue: Catalogue) -> None:
    for one in (*catalogue.referrals.values(), *catalogue.emergencies.values()):
        for name in ("name", "more", "number"):
            assert isinstance(getattr(one, name), str), f"{one.code}.{name}"
