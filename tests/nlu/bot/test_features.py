"""What the classifier looks at: characters and sounds, single and in pairs, the rare ones left out."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.features import Views, Weights, words
from bot.nlu.normalise import fold
from bot.nlu.sounds import pack, sound_table, sounds, unpack

READINGS = sound_table()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路灯不亮", ["路", "灯", "不", "亮"]),
        ("youbike2.0坏了", ["youbike", "0", ".", "0", "坏", "了"]),
        ("64巷与52巷", ["00", "巷", "与", "00", "巷"]),
    ],
)
def test_house_numbers_are_told_apart_by_length_only(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("slip", "meant"), [("路登", "路燈"), ("沒量", "沒亮"), ("在麻煩", "再麻煩"), ("因該", "應該")]
)
def test_homophones_sound_alike(slip: str, meant: str) -> None:
    heard = sounds(words(fold(slip).text), READINGS)

    near = sounds(words(fold(meant).text), READINGS)
    assert sum(a == b for a, b in zip(heard, near, strict=True)) >= len(near) - 1


def test_readings_survive_being_packed() -> None:
    assert unpack(pack(READINGS)) == READINGS


def test_n_grams_of_a_single_line_are_dropped() -> None:
    views = Views.learn([fold("路燈不亮"), fold("路燈壞了")], READINGS)

    assert "c路" in views.grams
    assert "c路 灯" in views.grams
    assert "c坏" not in views.grams


def test_each_view_has_the_length_of_its_weight() -> None:
    views = Views.learn([fold("路燈不亮"), fold("路燈不亮")], READINGS, Weights(2.0, 1.5, 3.0))

    _, values = views.spot(fold("路燈不亮"))

    assert np.sqrt(np.square(values).sum()) == pytest.approx(np.hypot(2.0, 1.5), rel=1e-5)


def test_a_text_of_nothing_known_has_no_n_grams() -> None:
    views = Views.learn([fold("路燈不亮"), fold("路燈不亮")], READINGS)

    indices, values = views.spot(fold("敬"))

    assert len(indices) == len(values) == 0


def test_many_texts_at_once_are_what_each_is_alone() -> None:
    texts = [fold("路燈不亮"), fold(""), fold("路燈壞了🙏"), fold("路燈壞了🙏")]
    views = Views.learn(texts, READINGS)

    matrix = views.matrix(texts)

    for row, text in zip(matrix, texts, strict=True):
        indices, values = views.spot(text)
        assert dict(zip(row.indices, row.data, strict=True)) == dict(zip(indices, values, strict=True))
