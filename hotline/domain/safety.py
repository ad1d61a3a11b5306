"""The life-safety gate: words of danger are answered before anything tries to understand the message.

It runs on every message, whoever is in charge of the conversation, so it must be quick, may never fail, and may never
depend on Rasa. What it knows stands in `hotline.domain.safety_words`; this module only says how those words are read:

1. The message is folded into the one form the rules are written in: full width, Simplified, 臺, letters left over
   from the bopomofo keyboard, stretched characters, blanks inside a word, words mistyped by sound.
2. What only looks like danger (笑死, 爆胎, 找不到承辦人) is blotted out. What stands beside it is still judged.
3. Every rule is tried. A hit counts unless one of the rule's guards speaks against it: it is negated (沒有漏電), a
   question about a procedure (火災證明怎麼申請), long past, only feared, or about a dog.
4. Of the codes that are left the first in `PRECEDENCE` leads; the others go along, so that their numbers are shown.

The gate would rather speak once too often than be silent once, most of all about suicide, violence, children, gas and
wires: there, neither a joking tone nor a wish to know how something is done keeps it quiet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from hotline.domain import safety_words as words


@dataclass(frozen=True)
class Danger:
    """A life may be at stake: which emergency it is, and the words that say so."""

    code: str
    also: tuple[str, ...]
    evidence: str


def check(text: str) -> Danger | None:
    """Return the danger a message speaks of, or None. Never raises; takes time in proportion to the length."""
    reading = _read(text)
    if not reading.words.strip(_BLANK + _BLOT):
        return None
    found: dict[str, str] = {}
    for rule in _RULES:
        span = rule.search(reading.words)
        if span:
            found[rule.code] = reading.original(*span)
    if not found:
        cry = _CRY_FOR_HELP.search(reading.words)
        return Danger(_CRY_FOR_HELP.code, words.CRY_ALSO, reading.original(*cry)) if cry else None
    code, *also = sorted(found, key=words.PRECEDENCE.index)
    return Danger(code, tuple(also), found[code])


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_GONE = "\0"
_BLANK = " "
_BLOT = "○"


@dataclass(frozen=True)
class _Reading:
    """A message in the form the rules are written in, and the way back to what was typed."""

    text: str
    padded: str
    words: str

    def original(self, start: int, end: int) -> str:
        """The typed characters behind a stretch of `words`."""
        kept = [index for index, char in enumerate(self.padded) if char != _GONE]
        return self.text[kept[start] : kept[end - 1] + 1] if end > start else ""


def _read(text: str) -> _Reading:
    """Fold a message. Each step keeps the length, marking what falls away, so that offsets lead back to the text."""
    padded = text.translate(_FOLD)
    if _BOPOMOFO.search(padded):
        padded = _BOPOMOFO.sub(_spell_out, padded)
    padded = _STRETCHED.sub(lambda run: _pad(run[1], run[0]), padded)
    padded = _BLANKS.sub(lambda run: _pad(_BLANK, run[0]), padded)
    if _BLANK in padded:
        padded = _SPACED_OUT.sub(lambda run: _pad(run[1], run[0]), padded)
        padded = _SPLIT.sub(lambda run: _pad(run[0].replace(_BLANK, "").replace(_GONE, ""), run[0]), padded)
    plain = padded.replace(_GONE, "")
    plain = _HOMOPHONES.sub(lambda run: _HEARD[run[0]], plain)
    plain = _HARMLESS.sub(lambda run: _BLOT * len(run[0]), plain)
    return _Reading(text, padded, plain)


def _pad(kept: str, whole: str) -> str:
    return kept + _GONE * (len(whole) - len(kept))


def _spell_out(run: re.Match[str]) -> str:
    letters = [(index, char) for index, char in enumerate(run[0]) if char not in (_GONE, _BLANK)]
    word = words.BOPOMOFO_WORDS.get("".join(char for _, char in letters))
    if word:
        return _pad(word, run[0])
    return "".join(words.BOPOMOFO_LETTERS.get(char, char) for char in run[0])


class _Folding(dict[int, str]):
    """Character by character: what a code point becomes. Worked out when first seen, for as many as are common."""

    most = 30_000

    def __missing__(self, point: int) -> str:
        folded = _fold(chr(point))
        if len(self) < self.most:
            self[point] = folded
        return folded


def _fold(char: str) -> str:
    if char in words.LAUGHING:
        return "哈"
    if char in "'\"*_^`·•「」『』“”‘’":
        return _GONE
    plain = unicodedata.normalize("NFKC", char).lower()
    if len(plain) != 1:
        return _BLANK
    kind = unicodedata.category(plain)
    if kind in ("Cf", "Mn", "Me", "Sk", "Lm"):
        return _GONE
    if kind[0] not in "LN":
        return _BLANK
    return _FORMS.get(plain, plain)


def _pairs(table: str) -> dict[str, str]:
    return dict(zip(table[::2], table[1::2], strict=True))


def _folded(phrase: str) -> str:
    return "".join(_FORMS.get(char, char) for char in phrase)


_FORMS = _pairs(words.SIMPLIFIED) | _pairs(words.OTHER_FORMS)
_FOLD = _Folding()
_BOPOMOFO = re.compile(f"[ㄅ-ㄩ][ㄅ-ㄩ{_GONE} ]*")
_STRETCHED = re.compile(r"(.)(?:\1){2,}")
_BLANKS = re.compile(f"{_BLANK}{{2,}}")
_SPACED_OUT = re.compile(r"(?<![^ ])([㐀-鿿]) (?=[㐀-鿿](?![^ ]))")
_SPLIT = re.compile("|".join(f"{word[0]}[ {_GONE}]+{word[1]}" for word in words.SPLIT_WORDS.split()))
_HEARD = {_folded(heard): _folded(meant) for meant, mistyped in words.HOMOPHONES.items() for heard in mistyped.split()}
_HOMOPHONES = re.compile("|".join(sorted(_HEARD, key=len, reverse=True)))


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pattern(phrase: str) -> str:
    """Turn a line of the words module into a regular expression."""
    for _ in range(3):
        phrase = re.sub(r"\{([a-z_]+)\}", lambda name: "(?:" + "|".join(_listed(name[1])) + ")", phrase)
    phrase = re.sub(r"\((?!\?)", "(?:", phrase)
    return _folded(phrase).replace("……", ".{0,16}?").replace("…", "[^沒未無 ]{0,8}?")


def _listed(name: str) -> list[str]:
    listed = re.sub(r"\{([a-z_]+)\}", lambda inner: " ".join(_listed(inner[1])), words.WORDS[name]).split()
    return sorted(set(listed), key=lambda word: (-len(word), word))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def _compiled(phrase: str) -> re.Pattern[str] | None:
    return re.compile(_pattern(phrase)) if phrase else None


class _Guard:
    def __init__(self, guard: words.Guard) -> None:
        self.before = _compiled(guard.before and f"({guard.before})$")
        self.after = _compiled(guard.after)
        self.inside = _compiled(guard.inside)
        self.anywhere = _compiled(guard.anywhere)
        self.overruled_by = _compiled(guard.overruled_by)

    def spares(self, text: str, start: int, end: int) -> bool:
        """True when this guard speaks against the words between start and end."""
        if self.before and not self.before.search(text[max(0, start - _LOOK_BACK) : start]):
            return False
        if self.after and not self.after.match(text, end):
            return False
        if self.inside and not self.inside.search(text, start, end):
            return False
        if self.anywhere and not self.anywhere.search(text):
            return False
        return not (self.overruled_by and self.overruled_by.search(text))


class _Rule:
    def __init__(self, rule: words.Rule) -> None:
        self.code = rule.code
        self.phrases = [re.compile(_pattern(line)) for line in _lines(rule.phrases)]
        self.guards = [_GUARDS[name] for name in rule.unless]

    def search(self, text: str) -> tuple[int, int] | None:
        """The first stretch of text that means this code and that no guard spares."""
        for phrase in self.phrases:
            for hit in phrase.finditer(text):
                if not any(guard.spares(text, *hit.span()) for guard in self.guards):
                    return hit.span()
        return None


_LOOK_BACK = 24
_HARMLESS = re.compile("|".join(f"(?:{_pattern(line)})" for line in _lines(words.HARMLESS)))
_GUARDS = {name: _Guard(guard) for name, guard in words.GUARDS.items()}
_RULES = [_Rule(rule) for rule in words.RULES]
_CRY_FOR_HELP = _Rule(words.CRY_FOR_HELP)
