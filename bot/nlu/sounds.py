"""How a character is read, without its tone: what makes 路登 and 路燈, 每量 and 沒亮 the same to the ear of the classifier.

The table is made once, when a model is trained, and travels inside the model, so that a running bot does not hold
pypinyin's phrase tables (some 40 MB) in memory.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.nlu.normalise import fold_characters

_FIRST, _LAST = 0x4E00, 0x9FFF


def sound_table() -> dict[str, str]:
    """Folded character to toneless syllable, for every character of the basic block."""
    from pypinyin import Style, pinyin  # only training needs it

    table: dict[str, str] = {}
    for code in range(_FIRST, _LAST + 1):
        character = chr(code)
        if fold_characters(character) != character:
            continue
        syllable = pinyin(character, style=Style.NORMAL, errors="ignore")
        if syllable:
            table[character] = syllable[0][0].replace("ü", "v")
    return table


def pack(table: dict[str, str]) -> dict[str, str]:
    """The table turned round, syllable to its characters in one string: a third of the size."""
    packed: dict[str, str] = {}
    for character, syllable in table.items():
        packed[syllable] = packed.get(syllable, "") + character
    return packed


def unpack(packed: dict[str, str]) -> dict[str, str]:
    """What `pack` packed."""
    return {character: syllable for syllable, characters in packed.items() for character in characters}


def sounds(words: Iterable[str], table: dict[str, str]) -> list[str]:
    """Each word as it is read; what has no reading stands for itself."""
    return [table.get(word, word) for word in words]
