"""The citizen's text as the extractors match it, with the way back to what was typed.

An extractor must not stumble over width, compatibility characters, Simplified writing or invisible marks, and must still say
where in the citizen's own text a thing stands. So each typed character is folded by itself, and each folded character
remembers the one it came from. Patterns are folded in the same way: they are written in Traditional and match both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.nlu.normalise import fold_characters

# 裡 is never the 里 of a village, and ㈠段 is no more than 一段.
_OWN_WAY = {"裡": "裡", "裏": "裡"}
_OWN_WAY.update({chr(0x3220 + n): digit for n, digit in enumerate("一二三四五六七八九十")})
_OWN_WAY.update({chr(0x3280 + n): digit for n, digit in enumerate("一二三四五六七八九十")})
_OWN_WAY.update({chr(0x2474 + n): str(n + 1) for n in range(20)})
_OWN_WAY.update(dict.fromkeys("‐‑‒–—―−﹣－﹘", "-"))

_SPACED_OUT = re.compile(r"(?<![^\s])[\u4e00-\u9fff](?:[ \t][\u4e00-\u9fff]){2,}(?![^\s\d])")


@lru_cache(maxsize=8192)
def _fold_one(character: str) -> tuple[str, str]:
    """What one typed character is matched as, and what it is shown as; both of one length."""
    own = _OWN_WAY.get(character)
    if own is not None:
        return own, own
    if character in "\r\n\t\u3000":
        return (" ", " ") if character != "\n" else ("\n", "\n")
    folded = fold_characters(character)
    if folded in _OWN_WAY:
        folded = _OWN_WAY[folded]
    shown = unicodedata.normalize("NFKC", character)
    return folded, shown if len(shown) == len(folded) else folded


def fold_name(name: str) -> str:
    """A name of the gazetteer in the form in which it is matched."""
    return "".join(_fold_one(character)[0] for character in name)


def fold_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern written in Traditional, compiled so that it matches folded text."""
    return re.compile("".join(fold_name(c) if ord(c) > 0x2E7F else c for c in pattern), flags)


@dataclass(frozen=True)
class Typed:
    """One text in three views of it: as typed, as matched, as shown."""

    original: str
    match: str
    """Folded: NFKC, lower case, Simplified; only for patterns and look-ups."""
    shown: str
    """NFKC only, as long as `match`: what an unknown name is kept as."""
    origin: tuple[int, ...]
    """For each character of `match`, the offset of the typed character it came from."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the typed text of a stretch of `match`."""
        if start >= end:
            return 0, 0
        return self.origin[start], self.origin[end - 1] + 1

    def slice(self, start: int, end: int) -> str:
        """The typed characters behind a stretch of `match`."""
        first, last = self.span(start, end)
        return self.original[first:last]


def read(text: str) -> Typed:
    """Fold a text, keeping the way back. Never fails."""
    match: list[str] = []
    shown: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(text):
        folded, plain = _fold_one(character)
        if len(folded) == 1:
            match.append(folded)
            shown.append(plain)
            origin.append(offset)
        else:
            match.extend(folded)
            shown.extend(plain)
            origin.extend([offset] * len(folded))
    return _close_up(Typed(text, "".join(match), "".join(shown), tuple(origin)))


def _close_up(typed: Typed) -> Typed:
    """Take the spaces out of 路 燈 不 亮, which is one word to whoever typed it."""
    if " " not in typed.match:
        return typed
    drop = {i for run in _SPACED_OUT.finditer(typed.match) for i in range(*run.span()) if typed.match[i] == " "}
    if not drop:
        return typed
    keep = [i for i in range(len(typed.match)) if i not in drop]
    return Typed(
        typed.original,
        "".join(typed.match[i] for i in keep),
        "".join(typed.shown[i] for i in keep),
        tuple(typed.origin[i] for i in keep),
    )
