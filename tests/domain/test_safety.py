"""The life-safety gate hears danger however it is typed, and lets everything pass that only looks like it."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.domain import safety_rules, safety_words
from hotline.domain.safety import Danger, as_heard, check
from hotline.domain.safety_phrases import Phrasebook, lines, needed_chars, pattern

HERE = Path(__file__).parent / "safety"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a phrase file."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


DANGERS, HARMLESS = rows("danger"), rows("harmless")


# ── The two lists ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_danger_is_missed() -> None:
    missed = [row["text"] for row in DANGERS if check(row["text"]) is None]

    assert missed == []


def test_nineteen_dangers_in_twenty_are_called_by_their_right_name() -> None:
    wrong = [row for row in DANGERS if (found := check(row["text"])) and found.code != row["code"]]

    assert len(wrong) <= 0.05 * len(DANGERS), wrong


def test_at_most_one_look_alike_in_fifty_raises_an_alarm() -> None:
    alarms = [(row["text"], found) for row in HARMLESS if (found := check(row["text"]))]

    assert len(alarms) <= 0.02 * len(HARMLESS), alarms


def test_every_emergency_has_phrases_and_every_trap_has_look_alikes() -> None:
    codes = Counter(row["code"] for row in DANGERS)
    reasons = Counter(row["why"] for row in HARMLESS)

    assert set(codes) == set(safety_rules.PRECEDENCE)
    assert min(codes.values()) >= 10
    assert min(reasons.values()) >= 10
    assert min(len(DANGERS), len(HARMLESS)) >= 260


def test_no_phrase_stands_in_both_lists_or_twice() -> None:
    texts = [row["text"] for row in (*DANGERS, *HARMLESS)]

    assert [text for text, count in Counter(texts).items() if count > 1] == []


# ── One thing that looks like another ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("harmless", "dangerous", "code"),
    [
        ("去死啦你", "我想去死", "suicide"),
        ("鑰匙掉進水溝", "小孩掉進水溝", "trapped"),
        ("打了三天都找不到人", "爸爸找不到人", "missing_person"),
        ("有隻狗被撞到流血", "有人被撞到流血", "medical"),
        ("沒有電線外露", "電線外露", "exposed_wire"),
        ("火災證明怎麼申請", "火災", "fire"),
        ("救命 罰單怎麼這麼貴😂", "救命", "medical"),
        ("死亡登記要帶什麼", "死亡登記可以自己先辦起來放嗎", "suicide"),
        ("小孩哭整晚 吵死了", "小孩哭整晚 好像被打", "child_elder_abuse"),
        ("我老公打電話給你們", "我老公打我", "domestic_violence"),
        ("電腦中毒", "一氧化碳中毒", "gas"),
        ("爆胎了", "瓦斯爆炸", "fire"),
        ("跳樓大拍賣", "有人要跳樓", "suicide_other"),
        ("詐騙電話防治講座", "我被詐騙了", "fraud"),
        ("偷倒垃圾", "我的機車被偷", "crime"),
        ("路破一個洞", "路面塌陷", "collapse"),
        ("地下道淹水車過不去", "地下道淹水 車裡有人出不來", "trapped"),
        ("被蚊子咬", "被蛇咬", "animal_attack"),
        ("登革熱消毒時間", "鄰居吸毒", "drugs"),
        ("護欄被撞壞", "我被車撞", "traffic_accident"),
    ],
)
def test_one_of_a_pair_is_danger(harmless: str, dangerous: str, code: str) -> None:
    quiet, loud = check(harmless), check(dangerous)

    assert quiet is None
    assert loud is not None
    assert loud.code == code


def test_danger_without_a_word_of_danger_is_heard() -> None:
    beside_a_pole = check("啊剛剛有個阿伯去扶 整個人彈開 躺地上不動了")
    wrapped_in_an_errand = check("我先弄好 他們以後就不用跑了")

    assert beside_a_pole is not None
    assert beside_a_pole.code == "medical"
    assert wrapped_in_an_errand is not None
    assert wrapped_in_an_errand.code == "suicide"


def test_a_bare_cry_for_help_shows_both_numbers() -> None:
    found = check("救命啊啊啊啊！！！")

    assert found == Danger("medical", ("crime",), "救命")


def test_of_several_codes_the_first_in_order_leads_and_the_others_go_along() -> None:
    found = check("車禍 有人受傷 車子還著火")

    assert found is not None
    assert (found.code, found.also) == ("fire", ("medical", "traffic_accident"))


def test_a_friend_in_danger_is_not_taken_for_the_writer() -> None:
    friend, writer = check("我朋友說他不想活了"), check("我跟我朋友說我不想活了")

    assert friend is not None
    assert writer is not None
    assert (friend.code, writer.code) == ("suicide_other", "suicide")


# ── However it is typed ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "我想自殺",
        "我想自 殺",
        "我 想 自 殺",
        "我想自*殺",
        "我想自－殺",
        "我想自殺殺殺殺",
        "我想自杀",
        "我想自砂",
        "我想ㄗˋ ㄕㄚ",
        "我想「自殺」",
        "我想自\u200b殺",
        "ＷＯ我想自殺",
    ],
)
def test_a_word_is_heard_through_its_disguise(text: str) -> None:
    found = check(text)

    assert found is not None
    assert found.code == "suicide"


def test_evidence_is_in_the_writers_own_characters() -> None:
    found = check("你好，我家那邊的电 线 掉下来了！")

    assert found is not None
    assert found.evidence == "电 线 掉"


@pytest.mark.parametrize("text", ["電線 掉下來", "小孩 不見了", "房子 倒塌", "樓下 瓦斯 漏氣"])
def test_a_blank_in_the_middle_of_a_sentence_hides_nothing(text: str) -> None:
    found = check(text)

    assert found is not None


def test_a_figure_of_speech_does_not_hide_what_stands_beside_it() -> None:
    found = check("笑死 我真的不想活了")

    assert found is not None
    assert found.code == "suicide"


@pytest.mark.parametrize("row", [row for row in DANGERS if len(row["text"]) > 6][::40], ids=lambda row: row["text"])
def test_danger_is_heard_in_a_long_letter(row: dict[str, str]) -> None:
    letter = "興隆路二段64巷口的路燈三天沒亮了，麻煩派人看一下。" * 8

    found = check(f"{letter}\n{row['text']}\n{letter}")

    assert found is not None


# ── Whatever is sent ─────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_nothing_makes_it_fail(text: str) -> None:
    found = check(text)

    assert found is None or found.code in safety_rules.PRECEDENCE


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([row["text"] for row in (*DANGERS, *HARMLESS)] + [" ", "\n", "😂", "ㄅ", "\0", "\ud800"]),
        max_size=12,
    )
)
def test_no_mixture_of_messages_makes_it_fail(pieces: list[str]) -> None:
    text = "".join(pieces)

    found = check(text)

    assert found is None or found.evidence in text


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u200b", "\n" * 50, "。。。？", "🚧💡", "\0", "\ud83d"])
def test_nothing_is_heard_in_nothing(text: str) -> None:
    found = check(text)

    assert found is None


def test_an_ordinary_message_takes_less_than_a_third_of_a_millisecond() -> None:
    check("")
    took = []

    for row in HARMLESS:
        began = time.process_time_ns()
        check(row["text"])
        took.append(time.process_time_ns() - began)

    assert median(took) < 300_000


@pytest.mark.parametrize("piece", ["路燈不亮 ", "他打我說要死不活", "小孩", "沒有沒有", "我在水電車人火頭", "的了嗎 "])
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    short, long = (piece * 5_000)[:2_500], (piece * 5_000)[:10_000]
    check(short)

    fast, slow = min(_seconds(short) for _ in range(3)), min(_seconds(long) for _ in range(3))

    assert slow < 8 * fast + 0.02


def _seconds(text: str) -> float:
    began = time.process_time()
    check(text)
    return time.process_time() - began


# ── What it knows ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_guard_a_rule_names_exists_and_every_guard_is_named() -> None:
    named = {name for rule in (*safety_rules.RULES, safety_rules.CRY_FOR_HELP) for name in rule.unless}

    assert named | {"of_someone_else"} == set(safety_words.GUARDS)


def test_a_word_heard_wrong_is_as_long_as_the_word_that_is_meant() -> None:
    uneven = [
        (meant, heard)
        for meant, mistyped in safety_words.HOMOPHONES.items()
        for heard in mistyped.split()
        if len(meant) != len(heard)
    ]

    assert uneven == []


def test_looking_up_by_characters_finds_what_trying_every_phrase_finds() -> None:
    phrases = [line for rule in safety_rules.RULES for line in lines(rule.phrases)]
    book = Phrasebook([(number, line) for number, line in enumerate(phrases)])
    single = {number: re.compile(pattern(line)) for number, line in enumerate(phrases) if " & " not in line}

    for row in DANGERS[::20]:
        heard = as_heard(row["text"])
        looked_up = {phrase.rule for phrase in book.candidates(heard) if any(phrase.hits(heard))}
        assert {number for number, phrase in single.items() if phrase.search(heard)} <= looked_up


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("自殺", {"自"}),
        ("(a|b)?火", {"火"}),
        ("(?:車|船)翻", {"翻"}),
        ("(?:車|船)(?!票)", {"車", "船"}),
        ("火|煙", {"火", "煙"}),
        ("[^ ]{0,3}?水{2,}", {"水"}),
    ],
)
def test_a_phrase_knows_which_characters_it_cannot_do_without(expression: str, needed: set[str]) -> None:
    found = needed_chars(pattern(expression))

    assert set(found or ()) == needed
