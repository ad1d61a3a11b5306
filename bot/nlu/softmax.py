"""A linear softmax that learns hundreds of labels in seconds, and says how sure it is.

The sum it minimises is that of multinomial logistic regression. General solvers rewrite every weight in every step; a short
sentence touches some sixty n-grams of twenty thousand, so a step here rewrites the rows that its few hundred lines touched
and no other. The step size of a row shrinks with what the row has already learned (AdaGrad, one number a row), which lets a
rare n-gram learn as much from its three lines as a common one from its thousand.

Probabilities are softened by one temperature, learned on lines that were kept out (`fit_temperature`): without it a linear
model on few lines is far surer than it is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

_LINES_A_STEP = 256
_FIRST_STEPS = 250  # few lines are gone over more often, until this many steps are made
_ROUNDS = 12  # many lines are gone over this often
_RATE = 1.25
_SHRINK = 0.3  # pull towards zero, spread over all lines: the 1/C of a logistic regression


@dataclass
class Softmax:
    """Weights of the n-grams, of the sentence vector, and of nothing (the bias); one column a label."""

    grams: np.ndarray
    sense: np.ndarray
    bias: np.ndarray
    temperature: float = 1.0

    def scores(self, indices: np.ndarray, values: np.ndarray, sense: np.ndarray) -> np.ndarray:
        """What each label scores for one text."""
        return values @ self.grams[indices].astype(np.float32) + sense @ self.sense + self.bias

    def all_scores(self, grams: csr_matrix, sense: np.ndarray) -> np.ndarray:
        """What each label scores for many texts, one row each."""
        return np.asarray(grams @ self.grams.astype(np.float32)) + sense @ self.sense + self.bias

    def chances(self, scores: np.ndarray) -> np.ndarray:
        """Scores to probabilities that mean what they say."""
        return softmax(scores / self.temperature)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    raised = scores - scores.max(axis=-1, keepdims=True)
    np.exp(raised, out=raised)
    raised /= raised.sum(axis=-1, keepdims=True)
    return raised


def fit(
    grams: csr_matrix,
    sense: np.ndarray,
    labels: np.ndarray,
    label_count: int,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> Softmax:
    """Learn to tell `label_count` labels apart from weighted lines."""
    lines, gram_count = grams.shape
    weights = np.ones(lines, np.float32) if weights is None else weights.astype(np.float32)
    shrink = np.float32(_SHRINK / weights.sum())
    chance = np.random.default_rng(seed)
    model = Softmax(
        np.zeros((gram_count, label_count), np.float32),
        np.zeros((sense.shape[1], label_count), np.float32),
        np.zeros(label_count, np.float32),
    )
    learned_grams = np.full((gram_count, 1), 1e-3, np.float32)
    learned_sense = np.full((sense.shape[1], 1), 1e-3, np.float32)
    learned_bias = np.full(label_count, 1e-3, np.float32)

    # A line of weight 0.3 is visited in three rounds of ten instead of whispering in every one: the same sum, less work.
    visits = np.minimum(weights, 1.0)
    visited = float(visits.sum())
    size = min(_LINES_A_STEP, max(16, int(visited) // 16))
    rounds = max(_ROUNDS, -(-_FIRST_STEPS * size // int(visited + 1)))
    for turn in range(rounds):
        order = chance.permutation(np.flatnonzero(chance.random(lines) < visits))
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            rate = np.float32(_RATE * (1.02 - (turn + start / len(order)) / rounds))

            batch = grams[chosen]
            touched, where = np.unique(batch.indices, return_inverse=True)
            compact = csr_matrix((batch.data, where, batch.indptr), shape=(len(chosen), len(touched)))
            own = model.grams[touched]
            error = compact @ own
            error += sense[chosen] @ model.sense
            error += model.bias
            error = softmax(error)
            error[np.arange(len(chosen)), labels[chosen]] -= 1
            error /= len(chosen)

            slope = compact.T.tocsr() @ error
            slope += shrink * own
            learned_grams[touched] += _mean_square(slope)
            slope *= rate / np.sqrt(learned_grams[touched])
            own -= slope
            model.grams[touched] = own

            slope = sense[chosen].T @ error
            slope += shrink * model.sense
            learned_sense += _mean_square(slope)
            slope *= rate / np.sqrt(learned_sense)
            model.sense -= slope

            slope = error.sum(axis=0)
            learned_bias += np.square(slope)
            model.bias -= rate * slope / np.sqrt(learned_bias)
    return model


def _mean_square(rows: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(rows.shape[1])


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """The temperature under which lines that were kept out are least surprising."""
    rows = np.arange(len(labels))
    best, least = 1.0, np.inf
    for temperature in np.geomspace(0.2, 5.0, 65):
        chances = softmax(scores / temperature)[rows, labels]
        surprise = float(-np.log(np.maximum(chances, 1e-12)).mean())
        if surprise < least:
            best, least = float(temperature), surprise
    return best
