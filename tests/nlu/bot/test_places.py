"""Addresses as Taiwan types them are read rightly: a hand-written set with its floor, and the traps one by one."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.gazetteer import district_of_village
from bot.nlu.places import Place, find_correction, find_place, find_places, show

ROWS = [json.loads(line) for line in Path(__file__).parents[1].joinpath("places.jsonl").read_text("utf-8").splitlines()]
FIELDS = ("district", "road", "section", "lane", "alley", "number")
BESIDES = ("village", "landmark", "relation", "floor")

ADDRESSES = [row for row in ROWS if "crossing" not in row and row.get("place", True)]
CROSSINGS = [row for row in ROWS if "crossing" in row]
NO_PLACES = [row for row in ROWS if row.get("place") is False]


def place_of(text: str) -> Place:
    place = find_place(text)
    assert place is not None, text
    return place


def misses(rows: list[dict[str, object]], is_right: object) -> list[str]:
    wrong = []
    for row in rows:
        place = find_place(str(row["text"]))
        if not is_right(row, place):  # type: ignore[operator]
            wrong.append(f"{row['text']} -> {show(place) if place else None}, wanted {row}")
    return wrong


def address_is_right(row: dict[str, object], place: Place | None) -> bool:
    if place is None or place.in_city is not row.get("in_city", True):
        return False
    return not place.in_city or all(getattr(place, field) == row.get(field) for field in FIELDS)


def crossing_is_right(row: dict[str, object], place: Place | None) -> bool:
    if place is None or place.crossing is None:
        return False
    return set(place.crossing) == set(row["crossing"]) and place.district == row.get("district")  # type: ignore[call-overload]


def test_the_hand_written_set_is_as_large_as_promised() -> None:
    assert len(ROWS) >= 320
    assert len({row["text"] for row in ROWS}) == len(ROWS)
    assert len(CROSSINGS) >= 40


def test_at_least_95_percent_of_addresses_are_read_rightly() -> None:
    wrong = misses(ADDRESSES, address_is_right)

    print(f"\naddresses: {len(ADDRESSES) - len(wrong)}/{len(ADDRESSES)}", *wrong, sep="\n  ")
    assert len(wrong) <= 0.05 * len(ADDRESSES)


def test_at_least_90_percent_of_crossings_are_read_rightly() -> None:
    wrong = misses(CROSSINGS, crossing_is_right)

    print(f"\ncrossings: {len(CROSSINGS) - len(wrong)}/{len(CROSSINGS)}", *wrong, sep="\n  ")
    assert len(wrong) <= 0.10 * len(CROSSINGS)


def test_what_is_no_place_is_left_alone() -> None:
    wrong = misses(NO_PLACES, lambda row, place: place is None)

    print(f"\nno place: {len(NO_PLACES) - len(wrong)}/{len(NO_PLACES)}", *wrong, sep="\n  ")
    assert len(wrong) <= 0.05 * len(NO_PLACES)


def test_villages_landmarks_sides_and_floors_are_read_rightly() -> None:
    rows = [row for row in ADDRESSES if any(field in row for field in BESIDES)]

    wrong = misses(
        rows,
        lambda row, place: place is not None and all(getattr(place, f) == row[f] for f in BESIDES if f in row),
    )

    print(f"\nbesides: {len(rows) - len(wrong)}/{len(rows)}", *wrong, sep="\n  ")
    assert len(wrong) <= 0.05 * len(rows)


# --- as the city writes it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("文山區興隆路2段64巷口路燈不亮", "文山區興隆路二段64巷口"),
        ("台北市大安區和平東路二段１８號三樓之二", "大安區和平東路二段18號3樓之2"),
        ("溫州街七號之一", "溫州街7之1號"),
        ("士林區福林里5鄰福林路60號", "士林區福林里5鄰福林路60號"),
        ("文山區指南里5鄰3號", "文山區指南里5鄰3號"),
        ("大同區民權西路跟承德路口", "大同區民權西路、承德路口"),
        ("承德路口", "承德路口"),
        ("木新路三段243巷8弄口", "木新路三段243巷8弄口"),
        ("興隆路三段20、22號之間", "興隆路三段20、22號之間"),
        ("95～99號那一排", "95～99號那一排"),
        ("和平東路一段10號B1", "和平東路一段10號地下1樓"),
        ("青年公園旁邊", "青年公園旁邊"),
        ("八德路二段260號 市場門口", "八德路二段260號（市場門口）"),
        ("西門町漢中街116號前面", "漢中街116號前面（西門町）"),
        ("大同區公所旁邊", "大同區公所旁邊"),
        ("25.0330, 121.5654", "25.03300, 121.56540"),
    ],
)
def test_a_place_is_shown_as_the_city_writes_it(typed: str, shown: str) -> None:
    assert shown == show(place_of(typed))


def test_the_information_of_an_ordinary_place_has_exactly_the_agreed_keys() -> None:
    info = place_of("文山區興隆路二段64巷口").as_info()

    assert info == {
        "district": "文山區", "village": None, "road": "興隆路", "section": "2", "lane": "64", "alley": None,
        "number": None, "floor": None, "crossing": None, "landmark": None, "relation": "巷口", "in_city": True,
    }  # fmt: skip


# --- road names that hold other words of the grammar -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "district", "road", "number"),
    [
        ("大同區市民大道一段150號3樓", "大同區", "市民大道", "150"),
        ("市府路1號大門口", None, "市府路", "1"),
        ("士林區社中街", "士林區", "社中街", None),
        ("信義區大道路74號", "信義區", "大道路", "74"),
        ("南港區三重路19號", "南港區", "三重路", "19"),
        ("中正區桃源街5號", "中正區", "桃源街", "5"),
        ("信義區基隆路一段1號", "信義區", "基隆路", "1"),
        ("北投區中和街100號", "北投區", "中和街", "100"),
        ("大安區新生南路三段1號", "大安區", "新生南路", "1"),
        ("八德路四段138號", None, "八德路", "138"),
        ("三元街一百七十二號", None, "三元街", "172"),
        ("五常街53號", None, "五常街", "53"),
    ],
)
def test_a_road_may_be_named_after_anything(typed: str, district: str | None, road: str, number: str | None) -> None:
    place = place_of(typed)

    assert (district, road, number) == (place.district, place.road, place.number)
    assert place.in_city


@pytest.mark.parametrize(
    "typed", ["新竹市東區西大路", "高雄市前鎮區里鎮南街12號", "台中市大安區中山南路3號", "三重的路燈", "板橋文化路一段"]
)
def test_another_city_is_said_to_be_another_city(typed: str) -> None:
    place = place_of(typed)

    assert not place.in_city
    assert place.district is None


@pytest.mark.parametrize(
    "typed", ["往新店方向 羅斯福路六段", "新北投站前面", "我在板橋上班 萬華區西園路路燈壞了", "淡水河旁邊的環河北路"]
)
def test_a_direction_or_a_river_is_not_another_city(typed: str) -> None:
    assert place_of(typed).in_city


@pytest.mark.parametrize(
    ("typed", "village", "district"),
    [
        ("老泉里", "老泉里", "文山區"),
        ("老泉裡面", None, None),
        ("三重里那邊", "三重里", None),
        ("南港區三重里", "三重里", "南港區"),
        ("蘆洲里有垃圾", "蘆洲里", None),
        ("中央里 路燈不亮", "中央里", None),
        ("北投區中央里", "中央里", "北投區"),
        ("社區中心里有狗", None, None),
    ],
)
def test_a_village_names_its_district_only_when_nothing_else_could_be_meant(
    typed: str, village: str | None, district: str | None
) -> None:
    place = find_place(typed)

    assert (village, district) == ((place.village, place.district) if place else (None, None))


def test_two_villages_exist_twice() -> None:
    assert district_of_village("中央里") == ["中山區", "北投區"]
    assert sorted(district_of_village("新安里")) == ["士林區", "萬華區"]
    assert district_of_village("老泉里") == ["文山區"]
    assert district_of_village("某某里") == []


@pytest.mark.parametrize(
    ("typed", "road", "district"),
    [
        ("公館路燈不亮", None, None),
        ("公園路燈不亮", None, None),
        ("大安路燈壞了", None, "大安區"),
        ("內湖路樹倒了", None, "內湖區"),
        ("松江路燈不亮", "松江路", None),
        ("公館路209巷路燈不亮", "公館路", None),
    ],
)
def test_the_road_of_a_lamp_belongs_to_the_lamp(typed: str, road: str | None, district: str | None) -> None:
    place = find_place(typed)

    assert (road, district) == ((place.road, place.district) if place else (None, None))


@pytest.mark.parametrize(
    "typed",
    [
        "雨停後路上一個洞",
        "天啊路上有坑",
        "土石滑下來把路擋住了",
        "樹倒了擋到車路",
        "雨下大路就淹",
        "挖路沒補好",
        "通知線路所屬單位",
        "一個橘子有多少卡路里",
        "高速公路塞車",
        "這些路都不平",
        "社區街貓很多",
        "公共路口",
    ],
)
def test_a_way_without_a_name_is_no_road(typed: str) -> None:
    place = find_place(typed)

    assert place is None or place.road is None


# --- the same place, typed differently -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "信義\uf937四段１００號３\uf94c",
        "信義路㈣段100號3樓",
        "信義路 四段 100 號 3 樓",
        "信義路　四段　１００號　３樓",
        "信义路四段100号3楼",
        "信義路4段一百號三樓",
        "信\u200b義路四段100號3F",
        "信義四段100號3樓",
        "(燈泡)信義路四段(驚)100號3樓的燈不亮",
        "()信義路四段()100號3樓",
    ],
)
def test_width_compatibility_and_simplified_characters_do_not_matter(typed: str) -> None:
    place = place_of(typed)

    assert (place.road, place.section, place.number, place.floor) == ("信義路", "4", "100", "3")


def test_radicals_and_compatibility_ideographs_of_a_pasted_pdf_are_read() -> None:
    assert place_of("\u2f00壽街22號").road == "一壽街"
    assert place_of("老泉\uf9e9").village == "老泉里"


@pytest.mark.parametrize(
    "typed",
    ["台北市大安區瑞安街1號", "臺北市大安區瑞安街1號", "106台灣台北市大安區瑞安街1號", "10658臺灣臺北市瑞安街1號"],
)
def test_the_city_its_zip_code_and_both_spellings_of_tai_are_taken_off(typed: str) -> None:
    place = place_of(typed)

    assert (place.district, place.road, place.number) == ("大安區", "瑞安街", "1")


@pytest.mark.parametrize("typed", ["捷運 R 11 站 出口 坑洞", "捷運R11站出口坑洞", "捷運　Ｒ　１１　站　出口　坑洞"])
def test_a_station_code_is_one_landmark_with_and_without_spaces(typed: str) -> None:
    place = place_of(typed)

    assert place.landmark == "捷運R11站出口"
    assert place.text == place.text.strip()


def test_a_word_typed_with_spaces_is_one_word() -> None:
    assert find_place("路 燈 不 亮") is None
    assert show(place_of("忠 孝 東 路 四 段 100 號 前 燈 不 亮")) == "忠孝東路四段100號前面"


def test_a_simplified_sentence_means_the_place_of_its_twin() -> None:
    simplified, traditional = place_of("台风后罗斯福路三段路树倒了"), place_of("颱風後羅斯福路三段路樹倒了")

    assert simplified.as_info() == traditional.as_info()
    assert simplified.text == "罗斯福路三段"


@pytest.mark.parametrize("joint", ["之", "-", "－", "–", "—", "−", " 之 ", "の"])
def test_zhi_has_eight_spellings(joint: str) -> None:
    assert place_of(f"溫州街7{joint}1號").number == "7-1"


@pytest.mark.parametrize("typed", ["溫州街7號之1", "溫州街七號之一", "溫州街7號-1", "溫州街7之1", "溫州街七之1號"])
def test_zhi_may_stand_behind_the_number(typed: str) -> None:
    assert place_of(typed).number == "7-1"


# --- several numbers, several places ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "numbers", "row"),
    [
        ("興隆路三段20、22號之間", ("20", "22"), False),
        ("95～99號那一排", ("95", "99"), True),
        ("一段8、10、12號都淹水", ("8", "10", "12"), False),
        ("萬美街一段51號 到 55號", ("51", "55"), True),
        ("信義路四段18-20號", ("18", "20"), True),
        ("信義路四段7-12號", (), False),
    ],
)
def test_several_houses_are_kept_and_the_first_is_the_point(typed: str, numbers: tuple[str, ...], row: bool) -> None:
    place = place_of(typed)

    assert (numbers, row) == (place.numbers, place.row)
    assert place.number == (numbers[0] if numbers else "7-12")


def test_five_pasted_addresses_are_five_places() -> None:
    pasted = "興隆路三段20、22號之間\n興隆路三段95～99號那一排\n文山區指南里5鄰3號\n指南里130-2號\n木柵路一段8、10、12號都淹水"

    places = find_places(pasted)

    assert len(places) == 5
    assert [place.text for place in places][2:4] == ["文山區指南里5鄰3號", "指南里130-2號"]


def test_two_roads_without_a_crossing_are_two_places() -> None:
    places = find_places("文山區興隆路三段20號、木柵路一段5號都不亮")

    assert [show(place) for place in places] == ["文山區興隆路三段20號", "木柵路一段5號"]


def test_a_crossing_keeps_sections_lanes_and_corner() -> None:
    place = place_of("忠孝東路四段跟復興南路一段口東北角")

    assert (place.crossing, place.relation) == (("忠孝東路四段", "復興南路一段"), "東北角")


@pytest.mark.parametrize("typed", ["基隆路靠近交界那邊", "路口往南第二支", "忠孝東路五段跟永吉路中間那條巷子"])
def test_what_is_no_crossing_is_not_made_one(typed: str) -> None:
    place = find_place(typed)

    assert place is None or place.crossing is None


def test_a_bridge_to_the_next_city_says_so() -> None:
    assert place_of("福和橋中間").as_info()["border"] is True
    assert "border" not in place_of("青年公園旁邊").as_info()


@pytest.mark.parametrize(
    ("typed", "in_city"),
    [
        ("25.0330, 121.5654", True),
        ("121.5654，25.0330", True),
        ("25.0143, 121.4637", False),
        ("24.15, 120.67", False),
        ("lat: 25.033 lng: 121.565", True),
    ],
)
def test_coordinates_are_a_place_in_the_city_or_outside(typed: str, in_city: bool) -> None:
    place = place_of(typed)

    assert place.lat is not None
    assert in_city == place.in_city


# --- corrections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ("不是8號 是18號", {"number": "18"}),
        ("18號才對 不是8號", {"number": "18"}),
        ("不是8號 18號", {"number": "18"}),
        ("改成28號", {"number": "28"}),
        ("改成3號", {"number": "3"}),
        ("對面95號", {"number": "95"}),
        ("啊打錯 不是100號 是對面95號 往市區那邊", {"number": "95"}),
        ("不是18號，是18號之1", {"number": "18-1"}),
        ("不是二段 是三段", {"section": "3"}),
        ("三段錯了 四段才對", {"section": "4"}),
        ("不對 是5弄", {"alley": "5"}),
        ("不是大安 是文山", {"district": "文山區"}),
        ("改成64巷口", {"lane": "64", "relation": "巷口"}),
        ("不是木柵路 是木新路二段", {"road": "木新路", "section": "2"}),
        ("不是興隆路二段8號 是18號", {"number": "18"}),
        ("欸不是 是景興路", {"road": "景興路"}),
        ("不是3樓是4樓", {"floor": "4"}),
        ("不是前面 是後面", {"relation": "後面"}),
    ],
)
def test_a_correction_holds_the_new_value_and_nothing_else(typed: str, changed: dict[str, str]) -> None:
    place = find_correction(typed)

    assert place is not None
    info = place.as_info()
    assert changed == {key: value for key, value in info.items() if value is not None and key != "in_city"}


@pytest.mark.parametrize(
    "typed",
    [
        "8號",
        "路燈不亮",
        "不是路燈 是紅綠燈",
        "是不是8號",
        "不是三天 是五天",
        "改成3號出口",
        "燈壞了 打錯字",
        "羅斯福路二段 對面有垃圾",
        "其實是隔壁巷",
        "改天再說",
    ],
)
def test_what_corrects_no_place_is_no_correction(typed: str) -> None:
    assert find_correction(typed) is None


# --- whatever is typed -----------------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    ["信義路", "四段", "１００號", "之", "7-1", "巷", "弄", "口", "跟", "、", "老泉里", "文山區", "不是", "改成", "對面", "路燈", "捷運", "站", "出口", "公園",
     "Roosevelt Rd", "Sec 4", "25.03, 121.56", "\n", " ", "　", "🙏", "ㄉ", "㈠", "\u200b", "\uf937", "十", "三重", "忠孝復興", "大", "1", "-", "~"]
)  # fmt: skip
MIXED = st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)), max_size=30).map("".join)


@settings(max_examples=400, deadline=None)
@given(MIXED)
def test_nothing_typed_is_an_error_and_every_place_can_be_cut_out_of_the_text(text: str) -> None:
    for place in find_places(text):
        assert text[place.start : place.end] == place.text
        assert place.text
        assert place.text == place.text.strip()
        assert isinstance(show(place), str)
    find_correction(text)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "1-",
        "1之",
        "8、",
        "路",
        "公園",
        "路口",
        "民生東路",
        "一號",
        "興隆路二段64巷5弄3號3樓",
        "忠孝",
        "不是",
        "的",
        " ",
        "a ",
        "rd ",
        "xin yi ",
        "25.0",
        "(",
        "捷運",
        "區",
        "里",
        "東",
    ],
)
def test_two_thousand_characters_stay_fast(piece: str) -> None:
    text = (piece * 2000)[:2000]
    find_place("文山區興隆路 Roosevelt Rd")

    started = time.thread_time()
    find_places(text)
    find_correction(text)

    assert time.thread_time() - started < 0.5


def test_an_ordinary_line_is_read_in_half_a_millisecond() -> None:
    taken = []
    for row in ROWS * 2:
        started = time.thread_time()
        find_place(str(row["text"]))
        taken.append(time.thread_time() - started)

    p95 = sorted(taken)[int(0.95 * len(taken))]
    print(f"\nfind_place: p50 {sorted(taken)[len(taken) // 2] * 1000:.3f} ms, p95 {p95 * 1000:.3f} ms")
    assert p95 < 0.0005
