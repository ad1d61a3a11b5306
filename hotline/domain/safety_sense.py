"""A sense for danger that no rule spells out.

Rules catch what somebody thought of. People in danger write what nobody thought of: 「阿公被她推倒還不給飯」, 「我在河邊 水好深」.
This is the net below the rules: a linear model over single characters and pairs, learnt from the phrases in
`tests/domain/safety` and the ordinary messages in `data/nlu`. It is small enough to be read (`safety_weights`), decides in
microseconds, and is only asked when no rule spoke. `python -m tests.domain.safety.teach` learns it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from math import sqrt

from hotline.domain import safety_weights as learnt

LONGEST = 2
"""Characters in the longest run that is looked at."""
WINDOW = 36
"""A message longer than this is read clause by clause, so that one sentence of danger is heard in a long letter."""

_DIGITS = re.compile("[0-9]+")


def runs(text: str) -> set[str]:
    """The runs of characters a text is judged by; its edges count as blanks, any number as 0."""
    edged = f" {_DIGITS.sub('0', text.strip())} "
    return {edged[at : at + size] for size in range(1, LONGEST + 1) for at in range(len(edged) - size + 1)}


def sense(text: str) -> tuple[str, int, int] | None:
    """The code a text sounds like and the stretch that does, or None when it sounds like an ordinary message."""
    weights, by_code = _weights(), _by_code()
    best, where = learnt.THRESHOLD, None
    for start, end in _windows(text):
        known = [run for run in runs(text[start:end]) if run in weights]
        score = learnt.BIAS + sum(weights[run] for run in known) / sqrt(len(known) or 1)
        if score > best:
            best, where = score, (start, end)
    if where is None:
        return None
    heard = runs(text[slice(*where)])
    size = sqrt(sum(run in weights for run in heard) or 1)
    scores = {
        code: learnt.CODE_BIAS[code] + sum(of_code.get(run, 0.0) for run in heard) / size
        for code, of_code in by_code.items()
    }
    return max(scores, key=lambda code: scores[code]), *where


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The whole text when it is short, else runs of clauses of about `WINDOW` characters, each begun at every clause."""
    if len(text) <= WINDOW:
        yield 0, len(text)
        return
    starts = [0, *(blank.end() for blank in re.finditer(" ", text))]
    ends = [*(blank.start() for blank in re.finditer(" ", text)), len(text)]
    last = 0
    for number, start in enumerate(starts):
        last = max(last, number)
        while last + 1 < len(ends) and ends[last + 1] - start <= WINDOW:
            last += 1
        for piece in range(start, max(ends[last], start + 1), WINDOW):
            yield piece, min(piece + WINDOW, ends[last])


@cache
def _weights() -> dict[str, float]:
    return _table(learnt.WEIGHTS)


@cache
def _by_code() -> dict[str, dict[str, float]]:
    return {code: _table(table) for code, table in learnt.CODE_WEIGHTS.items()}


def _table(written: str) -> dict[str, float]:
    """Read 「run=weight」 pairs, the weights in hundredths and a blank within a run written as _."""
    pairs = (pair.rsplit("=", 1) for pair in written.split())
    return {run.replace("_", " "): int(weight) / 100 for run, weight in pairs}
