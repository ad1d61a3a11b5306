"""Phrases of the life-safety gate as patterns, and which of them a message can match at all.

The gate knows some hundreds of phrases and reads every message, so trying each phrase on each message would be most of
its work. But a phrase can only match where certain characters stand: 「{vehicle}…翻車」 needs a 翻. A `Phrasebook` works
out one such set of characters for every phrase, and looks up by the characters of the message which phrases to try.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hotline.domain import safety_words as words

_NAME = re.compile(r"\{([a-z_]+)\}")
_INDENT = re.compile(" {2,}")
NEAR = 24
"""How many characters may lie between the parts of a line that are joined by &."""
_GAP, _LONG_GAP = "[^沒未無 ]{0,8}?", ".{0,16}?"


def pattern(phrase: str) -> str:
    """Turn a line of the words module into a regular expression, in the one form that messages are folded into."""
    spelled = _NAME.sub(lambda name: "(?:" + "|".join(listed(name[1])) + ")", phrase)
    uncaptured = re.sub(r"\((?!\?)", "(?:", spelled)
    bounded = uncaptured.replace(")*", "){0,4}").replace(")+", "){1,4}")  # or a hostile text would cost its square
    return folded(bounded).replace("……", _LONG_GAP).replace("…", _GAP)


def listed(name: str) -> list[str]:
    """The words of a list in `WORDS`, those of the lists it names included, longest first."""
    every = _NAME.sub(lambda inner: " ".join(listed(inner[1])), words.WORDS[name]).split()
    return sorted(set(every), key=lambda word: (-len(word), word))


def lines(text: str) -> list[str]:
    """The phrases of a block, one a line; a line broken with a backslash arrives with the blanks that indented it."""
    return [_INDENT.sub("", line) for line in text.splitlines() if line.strip()]


def folded(text: str) -> str:
    """Write Simplified characters and other forms in the one form the gate reads."""
    return "".join(FORMS.get(char, char) for char in text)


def _pairs(table: str) -> dict[str, str]:
    return dict(zip(table[::2], table[1::2], strict=True))


FORMS = _pairs(words.SIMPLIFIED) | _pairs(words.OTHER_FORMS)


@dataclass(frozen=True)
class Phrase:
    """The parts of one line, and the number of the rule that it belongs to."""

    rule: int
    parts: tuple[re.Pattern[str], ...]

    def hits(self, text: str) -> Iterator[tuple[re.Match[str], ...]]:
        """Where the first part stands with all the others near it."""
        first, *others = self.parts
        for hit in first.finditer(text):
            near = max(0, hit.start() - NEAR), hit.end() + NEAR
            found = [other.search(text, *near) for other in others]
            if all(found):
                yield (hit, *(match for match in found if match))

    def blot_out(self, text: str, blot: str) -> str:
        """The text with every stretch that this phrase means made unreadable, at the same length."""
        return self.parts[0].sub(lambda run: blot * len(run[0]), text)


class Phrasebook:
    """Phrases that are found by the characters they need."""

    def __init__(self, phrases: list[tuple[int, str]]) -> None:
        self._always: list[int] = []
        self._by_char: dict[str, list[int]] = {}
        self._phrases = [
            Phrase(rule, tuple(re.compile(pattern(part)) for part in line.split(" & "))) for rule, line in phrases
        ]
        for number, (_, line) in enumerate(phrases):
            needed = min(
                filter(None, (needed_chars(pattern(part)) for part in line.split(" & "))), key=len, default=None
            )
            for char in needed or ():
                self._by_char.setdefault(char, []).append(number)
            if not needed:
                self._always.append(number)

    def candidates(self, text: str) -> Iterator[Phrase]:
        """The phrases that could match, in the order in which they were written."""
        numbers = set(self._always)
        for char in set(text):
            numbers.update(self._by_char.get(char, ()))
        return (self._phrases[number] for number in sorted(numbers))


def needed_chars(expression: str) -> frozenset[str] | None:
    """Characters of which every match holds at least one; None when nothing can be said."""
    needs, rest = _alternatives(expression, 0)
    assert rest == len(expression), expression
    return needs


def _alternatives(text: str, at: int) -> tuple[frozenset[str] | None, int]:
    """Read branches divided by | up to the closing bracket or the end."""
    union: frozenset[str] | None = frozenset()
    while True:
        needs, at = _branch(text, at)
        union = None if needs is None or union is None else union | needs
        if at >= len(text) or text[at] == ")":
            return union, at
        at += 1


def _branch(text: str, at: int) -> tuple[frozenset[str] | None, int]:
    """Read one branch: of its parts the one that fewest messages will have."""
    best: frozenset[str] | None = None
    while at < len(text) and text[at] not in "|)":
        part, at = _part(text, at)
        part, at = _repeated(part, text, at)
        if part is not None and (best is None or len(part) < len(best)):
            best = part
    return best, at


def _part(text: str, at: int) -> tuple[frozenset[str] | None, int]:
    if text[at] == "[":
        return None, text.index("]", at + 2) + 1
    if text[at] == "\\":
        return None, at + 2
    if text[at] in ".^$":
        return None, at + 1
    if text[at] != "(":
        return frozenset(text[at]), at + 1
    opening = re.compile(r"\(\?(?::|=|!|<=|<!)").match(text, at)
    assert opening, text
    needs, at = _alternatives(text, opening.end())
    return (needs if opening[0] == "(?:" else None), at + 1


def _repeated(part: frozenset[str] | None, text: str, at: int) -> tuple[frozenset[str] | None, int]:
    """Read what says how often the part before it may stand, and forget the part when it may be missing."""
    often = re.compile(r"(\?|\*|\+|\{(\d+),?\d*\})\??").match(text, at)
    if not often:
        return part, at
    may_be_missing = often[1] in "?*" or often[2] == "0"
    return (None if may_be_missing else part), often.end()
