"""Where one message may hold a second wish: 「路燈壞了，另外敬老卡怎麼辦」.

A **turn** (另外, 還有, 順便, 對了 …) is said on purpose to open a new subject. A **pause** (a comma, a line break) mostly
is not: 「路燈不亮，三天了」 is one report. So what stands between turns is a part, what stands between pauses is a clause, and
the reader of this module asks far more certainty of a clause than of a part.
"""

from __future__ import annotations

import re

_TURN = re.compile(
    r"(?:[，,。.；;！!？?\s]|^)*"
    r"(?:另外(?:我?(?:還|还)?(?:想|要)問|再問)?|另一件事|還有(?:一件事|就是)?|还有|順便(?:問(?:一下)?)?|顺便(?:问(?:一下)?)?|對了|对了|再來就是|此外|以及)"
    r"[，,：:、\s]*"
)
_PAUSE = re.compile(r"[，,。；;！!？?\n\r]+|(?<=[^\x00-\x7f])[ \u3000]+(?=[^\x00-\x7f])")

# Fewer letters than this say too little to be a wish of their own.
_LEAST = 3
_MOST = 6


def _long_enough(text: str) -> bool:
    return sum(character.isalnum() for character in text) >= _LEAST


_DENIAL = re.compile(r"(?:但|但是|而且|也|都|目前|應該|應该)?(?:沒|没|不|無|无|別|别)")


def denies(clause: str) -> bool:
    """Whether a clause says that something is not: 「沒有漏電」 tells more of what was said before, and wishes nothing."""
    return bool(_DENIAL.match(clause))


def parts(text: str) -> list[str]:
    """What stands between the words that open a new subject; one part when there are none."""
    found = [part.strip() for part in _TURN.split(text)]
    return [part for part in found if _long_enough(part)][:_MOST]


def clauses(part: str) -> list[str]:
    """What stands between the pauses of a part; one clause when there are none."""
    found = [clause.strip() for clause in _PAUSE.split(part)]
    return [clause for clause in found if _long_enough(clause)][:_MOST]
