"""Folding: what is one sentence to a reader is one string to the classifier, and nothing that is typed can break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.normalise import fold

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "路燈不亮台臺裡里灯坏了興隆二段64巷口壞麻煩謝ㄉㄇㄅˋˊ˙歐，。！？~*/ \u3000\t\n１２３ＡＢＣabcYouBike２.0🙏🏻😡💡❤️\u200b㎡①"
        ),
        st.characters(),
    ),
    max_size=60,
)


@given(MIXED)
def test_any_text_folds_and_folding_again_changes_nothing_that_matters(text: str) -> None:
    once = fold(text)

    again = fold(once.text)

    assert not again.emoji
    assert fold(again.text).text == again.text


@given(MIXED)
def test_a_folded_text_has_no_space_at_its_ends_and_never_two_in_a_row(text: str) -> None:
    folded = fold(text).text

    assert folded == folded.strip()
    assert "  " not in folded
    assert "\n" not in folded


@given(MIXED)
def test_emoji_stand_beside_the_text_and_not_in_it(text: str) -> None:
    folded = fold(text)

    assert not any("\U0001f300" <= character <= "\U0001faff" for character in folded.text)


@pytest.mark.parametrize(
    ("typed", "twin"),
    [
        ("路 燈 不 亮", "路燈不亮"),
        ("路　燈　不　亮", "路燈不亮"),
        ("路燈\u200b不亮", "路燈不亮"),
        ("YouBike 2.0 壞了", "YouBike2.0壞了"),
        ("１００號前面", "100號前面"),
        ("臺北市", "台北市"),
        ("老泉里", "老泉裡"),
        ("路灯坏了", "路燈壞了"),
        ("隔壁工地参与制造噪音", "隔壁工地參與製造噪音"),
        ("三楼水管干了没水", "三樓水管乾了沒水"),
        ("了解了如何报修", "了解了如何報修"),
        ("台风后路树倒了", "颱風後路樹倒了"),
        ("少数组织", "少數組織"),
        ("壞了!!!!", "壞了！"),
        ("壞了。。。", "壞了。"),
        ("一直閃閃閃閃閃", "一直閃閃閃"),
        ("燈壞了ㄉ", "燈壞了"),
        ("NO．0503", "no.0503"),
        ("燈壞了🙏", "燈壞了🙏🏻"),
    ],
)
def test_two_ways_to_type_one_thing_fold_to_one(typed: str, twin: str) -> None:
    assert fold(typed) == fold(twin)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ㄅ歐", "ㄅ欧"),
        ("2/14 晚上", "2/14晚上"),
        ("巷尾燈*2沒亮", "巷尾灯,2没亮"),
        ("can I report a light", "can i report a light"),
        ("ㄌㄨˋㄉㄥ", "ㄌㄨˋㄉㄥ"),
    ],
)
def test_what_carries_meaning_stays(typed: str, folded: str) -> None:
    assert fold(typed).text == folded


@pytest.mark.parametrize("blank", ["", "   ", "\u3000", "\u200b", "\n" * 50, "🚧💡", "。。。？", "\ufe0f", "***"])
def test_a_text_without_words_says_so(blank: str) -> None:
    assert not fold(blank).has_words
