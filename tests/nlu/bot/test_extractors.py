"""Times, counts, phones, case numbers, lamp-posts, plates and identity numbers are found, and do not take one another's digits."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.extractors import Entity, extract, is_card_number, is_national_id


def only(text: str, kind: str) -> Entity:
    found = [entity for entity in extract(text) if entity.entity == kind]
    assert len(found) == 1, (text, extract(text))
    return found[0]


def kinds(text: str) -> list[str]:
    return [entity.entity for entity in extract(text)]


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("剛剛騎車差點摔倒", "剛剛", "point"),
        ("昨天晚上", "昨天晚上", "point"),
        ("上禮拜報過", "上禮拜", "point"),
        ("前天颱風後就倒了", "前天颱風後", "point"),
        ("2/14 晚上", "2/14 晚上", "point"),
        ("02/14", "02/14", "point"),
        ("2月14日", "2月14日", "point"),
        ("114年2月", "114年2月", "point"),
        ("民國114年2月14日上午10點半", "民國114年2月14日上午10點半", "point"),
        ("2026-11-23 18:30", "2026-11-23 18:30", "point"),
        ("三天後都在", "三天後", "point"),
        ("3號早上來收", "3號早上", "point"),
        ("5號以前要繳嗎", "5號以前", "point"),
        ("last night", "last night", "point"),
        ("昨晚十點以後都是暗的", "昨晚十點以後", "since"),
        ("大概三天了", "大概三天了", "since"),
        ("一個多月了", "一個多月了", "since"),
        ("已經快一個月了", "已經快一個月了", "since"),
        ("路登三天沒量了", "三天", "since"),
        ("三四天了", "三四天了", "since"),
        ("很久了", "很久了", "since"),
        ("第三天了", "第三天", "since"),
        ("從禮拜六晚上就暗到現在", "從禮拜六晚上", "since"),
        ("從上個月開始", "從上個月開始", "since"),
        ("這幾天都這樣", "這幾天", "since"),
        ("3 days already", "3 days already", "since"),
        ("每天早上七點", "每天早上七點", "habit"),
        ("每天半夜都在敲", "每天半夜", "habit"),
        ("每週三", "每週三", "habit"),
        ("晚上十一點到兩點", "晚上十一點到兩點", "habit"),
        ("都兩點到四點", "兩點到四點", "habit"),
        ("偶爾會閃", "偶爾", "habit"),
        ("晚上都很暗", "晚上", "habit"),
    ],
)
def test_a_time_is_found_in_its_own_words(text: str, value: str, kind: str) -> None:
    entity = only(text, "time")

    assert value == entity.value
    assert entity.info == {"kind": kind, "text": value}


@pytest.mark.parametrize(
    "text", ["一點都不亮", "有點暗", "快一點", "你們不是說三天就會修", "停車後15日內繳", "幾月幾號", "路燈不亮"]
)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert "time" not in kinds(text)


def test_three_days_never_become_a_house_number_or_a_phone() -> None:
    assert kinds("三天了") == ["time"]
    assert kinds("三天後都在") == ["time"]


def test_a_bare_third_may_be_a_house_or_a_day() -> None:
    assert sorted(kinds("3號")) == ["place", "time"]


# --- counts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "n", "unit"),
    [
        ("3盞", "3盞", 3, "盞"),
        ("三支燈都不亮", "三支", 3, "支"),
        ("三盞都不亮", "三盞", 3, "盞"),
        ("二根", "二根", 2, "根"),
        ("两盏", "两盏", 2, "盞"),
        ("巷尾燈*2沒亮", "*2", 2, None),
        ("路燈x3", "x3", 3, None),
        ("路燈Ｘ３", "Ｘ３", 3, None),
        ("兩三盞", "兩三盞", 2, "盞"),
        ("十幾盞", "十幾盞", 10, "盞"),
        ("床墊3", "3", 3, None),
        ("床墊一個", "一個", 1, "個"),
        ("雙人床墊1件", "1件", 1, "件"),
    ],
)
def test_a_count_is_found_with_its_unit(text: str, value: str, n: int, unit: str | None) -> None:
    entity = only(text, "count")

    assert value == entity.value
    assert entity.info == {"n": n, "unit": unit}


@pytest.mark.parametrize(
    "text", ["第二支", "這支燈", "一個禮拜", "有一個洞", "一堆垃圾", "整排一支都沒亮", "三段", "3樓", "一排"]
)
def test_what_counts_nothing_is_left_alone(text: str) -> None:
    assert "count" not in kinds(text)


# --- phones, e-mail --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "digits", "kind"),
    [
        ("0912345678", "0912345678", "mobile"),
        ("我的手機是0912-345-678謝謝", "0912345678", "mobile"),
        ("０９１２　３４５　６７８", "0912345678", "mobile"),
        ("+886 912 345 678", "0912345678", "mobile"),
        ("零九一二三四五六七八", "0912345678", "mobile"),
        ("02-2720-8889", "0227208889", "landline"),
        ("02 27208889", "0227208889", "landline"),
        ("電話27208889", "0227208889", "landline"),
        ("037-123456", "037123456", "landline"),
    ],
)
def test_a_phone_number_is_found(text: str, digits: str, kind: str) -> None:
    assert only(text, "phone").info == {"kind": kind, "digits": digits}


def test_an_extension_belongs_to_its_phone() -> None:
    assert only("(02)2720-8889#123", "phone").info == {"kind": "landline", "digits": "0227208889", "extension": "123"}


@pytest.mark.parametrize("text", ["1999", "119", "604271", "2026-11-23", "0503123", "羅斯福路二段100號", "三天後都在"])
def test_other_digits_are_no_phone(text: str) -> None:
    assert "phone" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "someone.else+x@example.com",
        "我的信箱someone.else+x@example.com謝謝",
        "ｓｏｍｅｏｎｅ．ｅｌｓｅ＋ｘ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    ],
)
def test_an_email_address_is_found(text: str) -> None:
    assert only(text, "email").info == {"address": "someone.else+x@example.com"}


# --- cases -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["DEMO-30518", "demo 30518", "查ＤＥＭＯ－３０５１８", "Demo30518", "DEMO – 30518", "案號30518"]
)
def test_a_case_number_is_found_however_it_is_typed(text: str) -> None:
    assert only(text, "case_number").info == {"number": "DEMO-30518", "ours": True}


def test_a_number_of_another_system_is_not_ours() -> None:
    assert only("陳情案號 W112-123456", "case_number").info == {"number": "W112-123456", "ours": False}


@pytest.mark.parametrize("text", ["604271", "６０４２７１", "604 271", "查詢碼是604271", "查DEMO-30518 604271"])
def test_a_look_up_code_is_found(text: str) -> None:
    assert only(text, "case_code").info == {"code": "604271"}


@pytest.mark.parametrize(
    "text", ["0912345678", "106491台灣台北市", "燈桿號碼 604271", "604271元", "2026112", "25.604271"]
)
def test_six_digits_of_something_else_are_no_code(text: str) -> None:
    assert "case_code" not in kinds(text)


# --- lamp-posts, plates, identity numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("編號0503123的燈", "0503123"),
        ("#0503123", "0503123"),
        ("ＮＯ．０５０３１２３", "0503123"),
        ("燈號0503123沒亮", "0503123"),
        ("等桿編號0503123", "0503123"),
        ("0503123", "0503123"),
        ("燈桿號碼 123456", "123456"),
    ],
)
def test_a_lamp_post_number_is_found(text: str, number: str) -> None:
    assert only(text, "pole_number").info == {"number": number}


@pytest.mark.parametrize(
    "text", ["車號ABC-1234 違停", "AB-1234", "1234-AB", "abc1234", "車牌 abc 1234", "ＡＢＣ－１２３４"]
)
def test_a_licence_plate_is_found(text: str) -> None:
    assert len([entity for entity in extract(text) if entity.entity == "plate"]) == 1


@pytest.mark.parametrize("text", ["YouBike2.0壞了", "LED3000", "DEMO-30518", "No.1234", "AED在哪", "捷運R11站"])
def test_what_is_no_plate_is_left_alone(text: str) -> None:
    assert "plate" not in kinds(text)


@pytest.mark.parametrize(
    ("number", "valid"),
    [("A123456789", True), ("a123456789", True), ("A123456788", False), ("A800000014", True), ("AC01234567", True)],
)
def test_the_check_digit_of_an_identity_number_is_counted(number: str, valid: bool) -> None:
    assert valid == is_national_id(number)


def test_an_identity_number_is_masked_even_when_a_digit_is_wrong() -> None:
    assert only("我的身分證A123456788", "national_id").info == {"kind": "national_id", "valid": False}
    assert only("Ａ１２３４５６７８９", "national_id").info == {"kind": "national_id", "valid": True}


def test_a_card_number_is_found_by_its_check_and_other_long_numbers_are_not() -> None:
    assert only("卡號 4111 1111 1111 1111", "national_id").info == {"kind": "card", "valid": True}
    assert "national_id" not in kinds("4111 1111 1111 1112")
    assert not is_card_number("0000000000000000")


# --- together --------------------------------------------------------------------------------------------------------


def test_the_golden_sentence_gives_place_time_and_nothing_else() -> None:
    text = "文山區興隆路二段64巷口路登三天沒量了 燈桿沒歪 也沒有電線外露 拜託派人看一下🙏"

    found = extract(text)

    assert [(e.entity, e.value) for e in found] == [("place", "文山區興隆路二段64巷口"), ("time", "三天")]


def test_everything_in_one_message_is_told_apart() -> None:
    text = "燈桿0503123 興隆路二段100號 3盞 昨晚 電話0912345678 案號DEMO-30518 車號ABC-1234"

    assert kinds(text) == ["pole_number", "place", "count", "time", "phone", "case_number", "plate"]


def test_a_correction_is_marked_and_holds_only_the_new_value() -> None:
    entity = only("啊打錯 不是100號 是對面95號 往市區那邊", "place")

    assert entity.value == "95號"
    assert entity.info["correction"] is True
    assert (entity.info["number"], entity.info["road"], entity.info["relation"]) == ("95", None, None)


@pytest.mark.parametrize(
    "text", ["", "　", "\u200b", "\n" * 50, "🚧💡", "。。。？", "asdkjh", "666", "ㄌㄨˋㄉㄥ ㄏㄨㄞˋㄌㄜ˙"]
)
def test_noise_and_blanks_hold_nothing(text: str) -> None:
    assert extract(text) == []


FRAGMENTS = st.sampled_from(
    ["0912345678", "DEMO-", "30518", "604271", "#", "0503123", "A123456789", "4111 1111 1111 1111", "x@example.com", "＠", "昨晚", "十點", "以後", "三天了", "每天",
     "3盞", "*2", "2/14", "114年2月", "信義路四段", "100號", "ABC-1234", "不是", "改成", " ", "\n", "🙏", "ㄉ", "㈠", "\u200b", "\ufb01", "İ", "㍿"]
)  # fmt: skip
MIXED = st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=30).map("".join)


@settings(max_examples=500, deadline=None)
@given(MIXED)
def test_whatever_is_typed_offsets_cut_the_value_out_of_the_text(text: str) -> None:
    for entity in extract(text):
        assert text[entity.start : entity.end] == entity.value
        assert entity.value
        assert entity.value == entity.value.strip()


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "0912",
        "一",
        "@",
        "a@b.",
        "a.",
        "demo",
        "demo-",
        "2/",
        "114年",
        "晚上",
        "晚上十點到",
        "每天",
        "好幾個多",
        "一個多月",
        "大概",
        "1 ",
        "1-",
        "ab-",
        "a1-",
        "零九",
        "#",
        "十",
        "公園",
        "興隆路二段64巷5弄3號3樓",
    ],
)
def test_two_thousand_characters_stay_fast(piece: str) -> None:
    text = (piece * 2000)[:2000]
    extract("文山區興隆路")

    started = time.thread_time()
    extract(text)

    assert time.thread_time() - started < 0.5


def test_a_line_longer_than_a_chat_allows_is_read_up_to_its_limit() -> None:
    assert kinds("興隆路二段100號 " + "好" * 20000 + " 0912345678") == ["place"]
