"""Slips: seeded, human, and never on a number."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.typos import Slips, common_readings, is_han

SLIPS = Slips()


def test_the_same_seed_makes_the_same_slips() -> None:
    first = SLIPS.slips("路燈不亮三天了", 2, random.Random(1))

    assert first == SLIPS.slips("路燈不亮三天了", 2, random.Random(1))
    assert first != "路燈不亮三天了"


@given(st.integers(), st.sampled_from(["興隆路二段64巷口路燈不亮", "敬老卡 0800-123-456 怎麼辦", "Taipei 101旁邊"]))
def test_digits_and_latin_letters_never_suffer(seed: int, text: str) -> None:
    slipped = SLIPS.slips(text, 3, random.Random(seed))

    assert sorted(c for c in slipped if c.isascii()) == sorted(c for c in text if c.isascii())


def test_a_text_without_chinese_characters_stays_as_it_is() -> None:
    assert SLIPS.slip("hello 123", random.Random(1)) == "hello 123"


def test_a_homophone_is_another_character_that_sounds_the_same() -> None:
    readings = common_readings()

    other = SLIPS.homophone("燈", random.Random(3))

    assert other != "燈"
    assert readings[other] == readings["燈"]


def test_homophones_fall_on_about_the_asked_share_of_the_characters() -> None:
    text = "路燈不亮請派人來修謝謝" * 200

    changed = SLIPS.homophones(text, 0.2, random.Random(5))

    share = sum(a != b for a, b in zip(text, changed, strict=True)) / sum(map(is_han, text))
    assert 0.15 < share < 0.25
