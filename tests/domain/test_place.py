"""Places as citizens describe them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.place import District, Place, chinese, districts_at

XINGLONG = Place(district="文山區", road="興隆路", section="2", lane="64", alley="5", number="3", relation="前面")

digits = st.integers(1, 400).map(str)
maybe = st.just("") | digits
places = st.builds(
    Place,
    district=st.sampled_from(["", "文山區", "信義區"]),
    village=st.sampled_from(["", "興旺里"]),
    road=st.sampled_from(["", "興隆路", "信義路"]),
    section=maybe,
    lane=maybe,
    alley=maybe,
    number=maybe | st.just("7-1"),
    floor=maybe,
    crossing=st.just(()) | st.just(("興隆路二段", "木柵路")),
    landmark=st.sampled_from(["", "景美女中"]),
    relation=st.sampled_from(["", "前面", "對面", "巷口", "附近"]),
    lat=st.none() | st.floats(24.9, 25.3),
    lng=st.none() | st.floats(121.4, 121.7),
    in_city=st.booleans(),
)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (XINGLONG, "文山區興隆路二段64巷5弄3號前面"),
        (Place(road="興隆路", section="2", lane="64", relation="巷口"), "興隆路二段64巷口"),
        (Place(road="信義路", section="5", number="7-1", floor="3"), "信義路五段7之1號3樓"),
        (Place(crossing=("興隆路二段", "木柵路"), relation="路口"), "興隆路二段、木柵路口"),
        (Place(district="信義區", landmark="松山高中", relation="門口"), "信義區松山高中門口"),
        (Place(road="興隆路", number="3", landmark="全聯", relation="旁邊"), "興隆路3號，全聯旁邊"),
        (Place(district="文山區", village="興旺里"), "文山區興旺里"),
        (Place(), ""),
        (Place(lat=25.0, lng=121.5), "您傳的位置（地圖上25.00000, 121.50000）"),
        (Place(district="文山區", lat=25.0, lng=121.5), "文山區（地圖上25.00000, 121.50000）"),
    ],
)
def test_a_place_is_written_as_a_clerk_writes_it(place: Place, shown: str) -> None:
    assert shown == place.show()


@pytest.mark.parametrize(
    ("place", "findable"),
    [
        (Place(road="興隆路"), False),
        (Place(road="興隆路", section="2"), False),
        (Place(district="文山區"), False),
        (Place(road="興隆路", relation="附近"), False),
        (Place(road="興隆路", relation="對面"), True),
        (Place(road="興隆路", lane="64"), True),
        (Place(number="3"), True),
        (Place(landmark="景美女中"), True),
        (Place(crossing=("興隆路", "木柵路")), True),
        (Place(lat=25.0, lng=121.5), True),
        (Place(lat=25.0), False),
    ],
)
def test_a_place_is_findable_when_a_crew_would_find_it(place: Place, findable: bool) -> None:
    assert findable == place.is_findable


def test_a_corrected_number_keeps_its_road() -> None:
    corrected = Place(district="文山區", road="興隆路", number="8").corrected(Place(number="18"))

    assert Place(district="文山區", road="興隆路", number="18") == corrected


def test_a_corrected_road_makes_the_old_number_and_district_void() -> None:
    corrected = XINGLONG.corrected(Place(road="木柵路", number="9"))

    assert Place(road="木柵路", number="9") == corrected


def test_a_corrected_lane_makes_the_old_alley_void() -> None:
    corrected = XINGLONG.corrected(Place(lane="66"))

    assert replace(XINGLONG, lane="66", alley="") == corrected


def test_a_corrected_landmark_keeps_the_road() -> None:
    corrected = Place(district="文山區", road="興隆路", landmark="全聯", relation="對面").corrected(
        Place(landmark="景美女中")
    )

    assert Place(district="文山區", road="興隆路", landmark="景美女中", relation="對面") == corrected


def test_a_corrected_pin_takes_the_place_of_everything() -> None:
    corrected = XINGLONG.corrected(Place(lat=25.03, lng=121.56))

    assert Place(district="文山區", lat=25.03, lng=121.56) == corrected


def test_what_is_added_never_takes_anything_away() -> None:
    joined = Place(road="興隆路", number="3").joined(Place(district="文山區", road="木柵路", landmark="全聯"))

    assert Place(district="文山區", road="興隆路", number="3", landmark="全聯") == joined


def test_what_an_extractor_found_is_read() -> None:
    found = {
        "district": "文山區",
        "village": None,
        "road": "興隆路",
        "section": 2,
        "lane": "64",
        "crossing": None,
        "in_city": True,
    }

    assert Place(district="文山區", road="興隆路", section="2", lane="64") == Place.from_json(found)
    assert not Place.from_json({"road": "文化路", "in_city": False}).in_city
    assert Place() == Place.from_json(None)


@given(places)
def test_a_place_survives_being_stored(place: Place) -> None:
    assert place == Place.from_json(json.loads(json.dumps(place.to_json())))


@given(places, places)
def test_joining_loses_nothing(place: Place, more: Place) -> None:
    joined = place.joined(more)

    for name, value in place.to_json().items():
        if name not in ("crossing", "in_city"):
            assert value == getattr(joined, name)


@given(places, places)
def test_a_correction_takes_everything_it_names(place: Place, change: Place) -> None:
    corrected = place.corrected(change)

    for name in ("road", "number", "lane", "landmark", "crossing"):
        given = getattr(change, name)
        assert not given or given == getattr(corrected, name)


@given(places)
def test_a_place_can_always_be_shown_in_one_line(place: Place) -> None:
    assert "\n" not in place.show()


@pytest.mark.parametrize(("number", "written"), [("2", "二"), ("10", "十"), ("11", "11"), ("", ""), ("0", "0")])
def test_a_section_is_written_in_chinese(number: str, written: str) -> None:
    assert written == chinese(number)


@pytest.mark.parametrize(
    ("point", "names"),
    [
        ((24.98, 121.57), ("文山區",)),
        ((25.10, 121.52), ("北投區", "士林區")),
        ((25.01, 121.46), ()),
        ((22.63, 120.30), ()),
    ],
)
def test_a_point_lies_in_one_district_in_several_or_in_none(
    districts: tuple[District, ...], point: tuple[float, float], names: tuple[str, ...]
) -> None:
    assert set(names) == set(districts_at(districts, *point))
