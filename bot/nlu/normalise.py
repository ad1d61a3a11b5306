"""Bring the many spellings of one sentence together, for the classifier only: the citizen's own text is what a case keeps.

Why fold to Simplified instead of converting to Traditional
-----------------------------------------------------------
From Traditional to Simplified is (almost) a function of the single character; the way back is a guess by phrase tables, and
the guess breaks at word borders: 水管干了 becomes 水管幹了, 参与制造噪音 becomes 參與制造噪音, 少数组织 becomes 少陣列織. So
both the training lines and the citizen's text are folded, character by character, to the one form where nothing has to be
guessed. A Simplified sentence and its Traditional twin are then the same string, 台 and 臺 are one letter, 裡 裏 里 are
one letter, and a text that is already Traditional cannot be damaged: nobody ever sees the folded form.
The table is OpenCC's own character table.

What else is folded: width and compatibility forms (NFKC), letter case, invisible characters, spaces between Chinese
characters (路 燈 不 亮), repeated punctuation and stretched words (閃閃閃閃), single bopomofo letters left over by the input
method (ㄉ, ㄇ). Emoji leave the text and are returned beside it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# Mandarin Letters and the tone marks that a phone keyboard leaves behind.
_BOPOMOFO = r"\u3105-\u312f\u31a0-\u31bf"
_TONES = "\u02ca\u02c7\u02cb\u02d9"

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u2300-\u23ff\u3030\u303d\u3297\u3299\u00a9\u00ae\u203c\u2049]"
)
_MODIFIERS = re.compile("[\U0001f3fb-\U0001f3ff]")

# 「ㄅ歐」 is a word of its own, so a letter before 歐 (folded: 欧) stays.
_STRAY_BOPOMOFO = re.compile(f"(?<![{_BOPOMOFO}{_TONES}])[{_BOPOMOFO}][{_TONES}]?(?![{_BOPOMOFO}{_TONES}欧])")

# NFKC has already turned ， into , and ！ into !; these are what it leaves.
_PUNCTUATION = str.maketrans(
    {"、": ",", "。": ".", "…": ".", "·": ".", "~": ",", "*": ",", "|": ",", "—": "-", "–": "-"}
)
_REPEATED_PUNCTUATION = re.compile(r"([^\w\s])(?:\s*\1)+")
_STRETCHED_HAN = re.compile(f"([{_HAN}])\\1{{2,}}")
_STRETCHED_LETTER = re.compile(r"([^\W\d_])\1{3,}")
_SPACE = re.compile(r"\s+")
_IDLE_SPACE = re.compile(r" (?![a-z])|(?<![a-z0-9]) ")


@dataclass(frozen=True)
class Folded:
    """A text as the classifier sees it."""

    text: str
    """Folded characters; empty when nothing but blanks, marks or emoji was typed."""

    emoji: tuple[str, ...]
    """The emoji that stood in the text, in order, without skin tones."""

    @property
    def has_words(self) -> bool:
        """Whether anything is left that could be read: a letter, a digit or a Chinese character."""
        return any(character.isalnum() for character in self.text)


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Traditional to Simplified, one character each; where OpenCC offers several, its first."""
    table: dict[int, str] = {}
    lines = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0]
        if len(traditional) == 1 and len(first) == 1:
            table[ord(traditional)] = first
    # OpenCC keeps these apart because both stand in Simplified texts; typed, they are the same word.
    table.update(
        {
            ord("乾"): "干",
            ord("裏"): "里",
            ord("裡"): "里",
            ord("著"): "着",
            ord("妳"): "你",
            ord("祂"): "他",
            ord("牠"): "它",
        }
    )
    return table


def fold_characters(text: str) -> str:
    """NFKC, lower case, invisible characters out, Traditional to Simplified: nothing that needs a neighbour."""
    plain = unicodedata.normalize("NFKC", text).lower()
    visible = "".join(
        c for c in plain if c.isspace() or unicodedata.category(c) not in ("Cf", "Cc", "Mn", "Me", "Cn", "Co", "Cs")
    )
    return visible.translate(_simplified())


def fold(text: str) -> Folded:
    """The text as the classifier sees it. Never fails, whatever was typed."""
    folded = fold_characters(text)
    emoji = tuple(_EMOJI.findall(_MODIFIERS.sub("", folded)))
    folded = _EMOJI.sub(" ", folded)
    folded = _STRAY_BOPOMOFO.sub("", folded)
    folded = folded.translate(_PUNCTUATION)
    folded = _REPEATED_PUNCTUATION.sub(r"\1", folded)
    folded = _STRETCHED_HAN.sub(r"\1\1", folded)
    folded = _STRETCHED_LETTER.sub(r"\1\1", folded)
    folded = _SPACE.sub(" ", folded)
    folded = _IDLE_SPACE.sub("", folded).strip()
    return Folded(folded, emoji)
