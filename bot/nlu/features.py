"""Folded text to numbers: character pairs, sound pairs, and the sense of the whole sentence.

Three views of one text, each of length one times its weight, so that none drowns another:

- **characters**, single and in pairs: what was typed;
- **sounds**, single and in pairs, toneless: what was meant when the input method picked a homophone;
- **sense**, the 512 numbers of a sentence encoder (`bot.nlu.encoder`): what stays when the words are all different.

N-grams seen in fewer than `rare_below` lines are dropped: they are names and slips, and would make the model grow with the
number of lines instead of the number of things one can say. At parse time a text costs some sixty dictionary look-ups and
one encoder pass.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.nlu.normalise import Folded
from bot.nlu.sounds import sounds

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WORD = re.compile(r"[a-z]+|[0-9]+|\S")


@dataclass(frozen=True)
class Weights:
    """How loudly each view speaks."""

    characters: float = 1.0
    sounds: float = 0.5
    sense: float = 2.0


def words(text: str) -> list[str]:
    """Chinese characters one by one, Latin words whole, numbers as their length in digits: 64巷 and 52巷 are the same."""
    return ["0" * len(word) if word.isascii() and word.isdigit() else word for word in _WORD.findall(text)]


def _grams(units: Sequence[str], mark: str) -> list[str]:
    edged = ["^", *units, "$"]
    return [mark + unit for unit in units] + [f"{mark}{a} {b}" for a, b in itertools.pairwise(edged)]


class Views:
    """The n-grams a model knows, and how to turn a text into them."""

    def __init__(self, grams: dict[str, int], rarity: np.ndarray, readings: dict[str, str], weights: Weights) -> None:
        self.grams = grams
        self.rarity = rarity
        self.readings = readings
        self.weights = weights

    @classmethod
    def learn(
        cls, texts: Iterable[Folded], readings: dict[str, str], weights: Weights = Weights(), rare_below: int = 2
    ) -> Views:
        """Collect the n-grams that at least `rare_below` of the texts hold."""
        holders: Counter[str] = Counter()
        lines = 0
        for text in texts:
            lines += 1
            for view in _views(text, readings):
                holders.update(set(view))
        kept = sorted(gram for gram, count in holders.items() if count >= rare_below)
        rarity = np.array([math.log((1 + lines) / (1 + holders[gram])) + 1 for gram in kept], dtype=np.float32)
        return cls({gram: index for index, gram in enumerate(kept)}, rarity, readings, weights)

    def spot(self, text: Folded) -> tuple[np.ndarray, np.ndarray]:
        """The indices of the known n-grams in a text, and their values."""
        indices: list[int] = []
        values: list[float] = []
        for view, weight in zip(
            _views(text, self.readings), (self.weights.characters, self.weights.sounds), strict=True
        ):
            counted = Counter(index for index in map(self.grams.get, view) if index is not None)
            raised = [(1 + math.log(count)) * float(self.rarity[index]) for index, count in counted.items()]
            length = math.sqrt(sum(value * value for value in raised))
            indices.extend(counted)
            values.extend(weight * value / length for value in raised)
        return np.array(indices, dtype=np.int32), np.array(values, dtype=np.float32)

    def matrix(self, texts: Sequence[Folded]) -> csr_matrix:
        """The n-grams of many texts, one row each."""
        from scipy.sparse import csr_matrix  # only training needs it

        spotted = [self.spot(text) for text in texts]
        ends = np.cumsum([0, *(len(indices) for indices, _ in spotted)])
        indices = np.concatenate([part for part, _ in spotted]) if spotted else np.zeros(0, np.int32)
        values = np.concatenate([part for _, part in spotted]) if spotted else np.zeros(0, np.float32)
        return csr_matrix((values, indices, ends), shape=(len(spotted), len(self.grams)), dtype=np.float32)


def _views(text: Folded, readings: dict[str, str]) -> tuple[list[str], list[str]]:
    units = words(text.text)
    faces = [f"e{face}" for face in text.emoji]
    return _grams(units, "c") + faces, _grams(sounds(units, readings), "s")
