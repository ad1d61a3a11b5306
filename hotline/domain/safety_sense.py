"""A sense for danger that no rule spells out.

Rules catch what somebody thought of. People in danger write what nobody thought of: 「阿公被她推倒還不給飯」, 「我在河邊 水好深」.
This is the net below the rules: a linear model over single characters and pairs, learnt from the phrases in
`tests/domain/safety` and the ordinary messages in `data/nlu`. It is small enough to be read (`safety_weights`), decides in
microseconds, and is asked when no rule spoke. It also has a say against those rules that only saw a word: 「車禍申訴要找誰」
sounds like a counter, not like a street. About suicide, violence, children, gas and wires it has no such say. `python -m tests.domain.safety.teach` learns it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import sqrt

from hotline.domain import safety_weights as learnt

LONGEST = 2
"""Characters in the longest run that is looked at."""
WINDOW = 36
"""A message longer than this is read clause by clause, so that one sentence of danger is heard in a long letter."""

CLAUSE = 8
"""A clause of a long message that has as many characters is also heard alone."""

IN_A_LETTER = 0.6
"""So much more dangerous a stretch of a long message must sound, for there are many of them."""

_DIGITS = re.compile("[0-9]+")


def runs(text: str) -> set[str]:
    """The runs of characters a text is judged by; its edges count as blanks, any number as 0."""
    edged = f" {_DIGITS.sub('0', text.strip())} "
    return {edged[at : at + size] for size in range(1, LONGEST + 1) for at in range(len(edged) - size + 1)}


@dataclass(frozen=True)
class Sensed:
    """How dangerous the most dangerous stretch of a text sounds, above or below even odds, and where it stands."""

    score: float
    start: int
    end: int
    in_a_letter: bool

    @property
    def is_danger(self) -> bool:
        """It sounds like danger without any rule saying so."""
        return self.score > learnt.THRESHOLD + (IN_A_LETTER if self.in_a_letter else 0.0)

    @property
    def is_ordinary(self) -> bool:
        """It sounds so ordinary that a rule which only saw a word is not believed."""
        return self.score < learnt.ORDINARY


def sense(text: str) -> Sensed:
    """Listen to a text, a few clauses at a time when it is long."""
    weights = _weights()
    return max((_sensed(text, start, end, weights) for start, end in _windows(text)), key=lambda sensed: sensed.score)


def code_of(text: str) -> str:
    """Of the codes the one that a dangerous text sounds like most."""
    heard = runs(text)
    size = sqrt(len(heard) or 1)
    scores = {
        code: learnt.CODE_BIAS[code] + sum(weights.get(run, 0.0) for run in heard) / size
        for code, weights in _by_code().items()
    }
    return max(scores, key=lambda code: scores[code])


def _sensed(text: str, start: int, end: int, weights: dict[str, float]) -> Sensed:
    known = [weights[run] for run in runs(text[start:end]) if run in weights]
    return Sensed(learnt.BIAS + sum(known) / sqrt(len(known) or 1), start, end, len(text) > WINDOW)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The whole text when it is short, else runs of clauses no longer than `WINDOW`, and each clause alone."""
    if len(text) <= WINDOW:
        yield 0, len(text)
        return
    blanks = [match.start() for match in re.finditer(" ", text)]
    ends = [*blanks, len(text)]
    last = 0
    for number, start in enumerate([0, *(blank + 1 for blank in blanks)]):
        if ends[number] - start >= CLAUSE:
            yield start, min(ends[number], start + WINDOW)
        last = max(last, number)
        while last + 1 < len(ends) and ends[last + 1] - start <= WINDOW:
            last += 1
        for piece in range(start, ends[last], WINDOW // 2):
            end = min(piece + WINDOW, ends[last])
            if piece == 0 or end - piece > WINDOW // 2:
                yield piece, end


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
