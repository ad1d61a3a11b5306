"""The slips that people make when they type Mandarin, made on purpose: for training lines, and to measure what they cost.

Seeded: the same text, seed and share give the same slips everywhere. Slips fall on Chinese characters only; names of roads
suffer like everything else, numbers never do.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache

from bot.nlu.normalise import fold_characters

# How a southern tongue and a hurried thumb confuse syllables.
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"), ("ing", "in"), ("eng", "en"), ("ang", "an"))


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one of the basic block."""
    return "\u4e00" <= character <= "\u9fff"


def _is_common(character: str) -> bool:
    """Whether an input method would offer it early: the first level of Big5, 5,401 characters."""
    try:
        code = character.encode("big5")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0xA440 <= code[0] * 256 + code[1] <= 0xC67E


@lru_cache(maxsize=1)
def common_readings() -> dict[str, str]:
    """Common Traditional characters and their toneless syllables."""
    from pypinyin import Style, pinyin  # only training and benchmarks need it

    common = [chr(code) for code in range(0x4E00, 0xA000) if _is_common(chr(code))]
    return {c: pinyin(c, style=Style.NORMAL)[0][0].replace("ü", "v") for c in common}


class Slips:
    """Makes slips after a table of readings (character to toneless syllable)."""

    def __init__(self, readings: Mapping[str, str] | None = None) -> None:
        self._readings = common_readings() if readings is None else dict(readings)
        self._alike: dict[str, list[str]] = defaultdict(list)
        for character, syllable in self._readings.items():
            self._alike[syllable].append(character)

    def homophone(self, character: str, chance: random.Random) -> str:
        """Another character that is read the same, or the same one if there is none."""
        syllable = self._readings.get(character)
        others = [c for c in self._alike.get(syllable or "", []) if c != character and fold_characters(c) != character]
        return chance.choice(others) if others else character

    def near_sound(self, character: str, chance: random.Random) -> str:
        """A character whose syllable is easily taken for this one's (zh/z, n/l, ing/in …)."""
        syllable = self._readings.get(character, "")
        near: list[str] = []
        for left, right in _NEAR:
            for a, b in ((left, right), (right, left)):
                if syllable.startswith(a) and not syllable.startswith(a + "h"):
                    near.append(b + syllable[len(a) :])
                if syllable.endswith(a):
                    near.append(syllable[: -len(a)] + b)
        near = [candidate for candidate in near if candidate in self._alike]
        return chance.choice(self._alike[chance.choice(near)]) if near else self.homophone(character, chance)

    def slip(self, text: str, chance: random.Random) -> str:
        """The text with one slip; as it was when there is no Chinese character to slip on."""
        places = [index for index, character in enumerate(text) if is_han(character)]
        if not places:
            return text
        at = chance.choice(places)
        kind = chance.random()
        if kind < 0.55:
            return text[:at] + self.homophone(text[at], chance) + text[at + 1 :]
        if kind < 0.70:
            return text[:at] + self.near_sound(text[at], chance) + text[at + 1 :]
        if kind < 0.82 and len(places) > 2:
            return text[:at] + text[at + 1 :]
        if kind < 0.90:
            return text[: at + 1] + text[at:]
        if kind < 0.96 and at + 1 < len(text):
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[: at + 1] + chance.choice("ㄉㄇㄅㄋㄏㄥㄗㄧㄨ") + text[at + 1 :]

    def slips(self, text: str, times: int, chance: random.Random) -> str:
        """The text with several slips, one after another."""
        for _ in range(times):
            text = self.slip(text, chance)
        return text

    def homophones(self, text: str, share: float, chance: random.Random) -> str:
        """The text with each Chinese character turned into a homophone with the chance `share`."""
        return "".join(self.homophone(c, chance) if is_han(c) and chance.random() < share else c for c in text)


def folded_slips(readings: Mapping[str, str]) -> Callable[[str, random.Random], str]:
    """Slips for texts that are already folded."""
    common = {fold_characters(c) for c in common_readings()}
    maker = Slips({character: syllable for character, syllable in readings.items() if character in common})
    return maker.slip
