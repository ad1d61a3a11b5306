"""The softmax: learns, does so the same way each time, and says how sure it is."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu import softmax

CHANCE = np.random.default_rng(1)
LABELS = np.repeat(np.arange(5), 40)
GRAMS = csr_matrix((CHANCE.random((200, 30)) < 0.1) + np.eye(5, 30)[LABELS], dtype=np.float32)
SENSE = CHANCE.normal(size=(200, 8)).astype(np.float32)


def test_it_tells_the_labels_apart() -> None:
    model = softmax.fit(GRAMS, SENSE, LABELS, 5)

    assert (model.all_scores(GRAMS, SENSE).argmax(axis=1) == LABELS).mean() > 0.97


def test_one_text_and_many_get_the_same_scores() -> None:
    model = softmax.fit(GRAMS, SENSE, LABELS, 5)
    row = GRAMS[7]

    one = model.scores(row.indices, row.data, SENSE[7])

    np.testing.assert_allclose(one, model.all_scores(GRAMS, SENSE)[7], rtol=1e-4, atol=1e-4)


def test_the_same_lines_teach_the_same_weights() -> None:
    first, second = (softmax.fit(GRAMS, SENSE, LABELS, 5, seed=3) for _ in range(2))

    np.testing.assert_array_equal(first.grams, second.grams)


def test_a_line_of_no_weight_teaches_nothing() -> None:
    wrong = np.where(np.arange(200) % 2, LABELS, (LABELS + 1) % 5)
    weights = np.where(np.arange(200) % 2, 1.0, 0.0)

    model = softmax.fit(GRAMS, SENSE, wrong, 5, weights)

    assert (model.all_scores(GRAMS, SENSE).argmax(axis=1) == LABELS).mean() > 0.9


def test_the_temperature_cools_a_boaster() -> None:
    truth = CHANCE.integers(0, 3, 2000)
    believed = np.where(CHANCE.random(2000) < 0.7, truth, (truth + 1) % 3)
    boast = np.eye(3)[believed] * 6.0

    temperature = softmax.fit_temperature(boast, truth)

    assert temperature > 3
    assert abs(softmax.softmax(boast / temperature).max(axis=1).mean() - 0.7) < 0.1
