"""The life-safety gate: words of danger are answered before anything tries to understand the message.

It runs on every message, whoever is in charge of the conversation, so it must be quick, may never fail, and may never
depend on Rasa. What it knows stands in `safety_words` and `safety_rules`; this module only says how those words are read:

1. The message is folded into the one form the rules are written in: full width, Simplified, 臺, letters left over
   from the bopomofo keyboard, stretched characters, blanks inside a word, words mistyped by sound.
2. What only looks like danger (笑死, 爆胎, 找不到承辦人) is blotted out. What stands beside it is still judged.
3. Every rule is tried. A hit counts unless one of the rule's guards speaks against it: it is negated (沒有漏電), a
   question about a procedure (火災證明怎麼申請), long past, only feared, or about a dog.
4. A small learnt model is asked too (`safety_sense`): it hears danger that no rule spells out, and may say that a message
   with a danger word in it is only about office matters.
5. All this is done for the message as a whole and for each of its sentences. Of the codes that are left the first in `PRECEDENCE` leads; the others go along, so that their numbers are shown.

The gate would rather speak once too often than be silent once, most of all about suicide, violence, children, gas and
wires: there, neither a joking tone nor a wish to know how something is done keeps it quiet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache

from hotline.domain import safety_rules as rules
from hotline.domain import safety_words as words
from hotline.domain.safety_phrases import FORMS, Phrase, Phrasebook, folded, lines, pattern
from hotline.domain.safety_sense import WINDOW, code_of, sense


@dataclass(frozen=True)
class Danger:
    """A life may be at stake: which emergency it is, and the words that say so."""

    code: str
    also: tuple[str, ...]
    evidence: str


def check(text: str) -> Danger | None:
    """Return the danger a message speaks of, or None. Never raises; takes time in proportion to the length.

    The first call compiles the rules, which takes half a second: call it once with an empty text when starting.
    """
    return _gate().check(text)


def by_rules(text: str) -> Danger | None:
    """Return the danger that the rules alone find; what the net below them is taught with."""
    return _gate().by_rules(_read(text))


def as_heard(text: str) -> str:
    """Return the message as it is judged: folded, and what only looks like danger blotted out."""
    return _gate().blotted(_read(text).plain)


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_GONE = "\0"
_BLANK = " "
_BLOT = "○"


@dataclass(frozen=True)
class _Reading:
    """A message in the form the rules are written in, and the way back to what was typed."""

    text: str
    padded: str
    plain: str

    def original(self, start: int, end: int) -> str:
        """The typed characters behind a stretch of `plain`."""
        kept = [index for index, char in enumerate(self.padded) if char != _GONE]
        return self.text[kept[start] : kept[end - 1] + 1] if end > start else ""


def _read(text: str) -> _Reading:
    """Fold a message. Each step keeps the length, marking what falls away, so that offsets lead back to the text."""
    padded = _LINK.sub(lambda link: _pad("網址 ", link[0]), text) if "://" in text else text
    padded = padded.translate(_FOLD)
    if _BOPOMOFO.search(padded):
        padded = _BOPOMOFO.sub(_spell_out, padded)
    padded = _STRETCHED.sub(lambda run: _pad(run[1], run[0]), padded)
    padded = _BLANKS.sub(lambda run: _pad(_BLANK, run[0]), padded)
    if _BLANK in padded:
        padded = _SPACED_OUT.sub(lambda run: _pad(run[1], run[0]), padded)
        padded = _SPLIT.sub(lambda run: _pad(run[0].replace(_BLANK, "").replace(_GONE, ""), run[0]), padded)
    return _reading(text, padded)


def _reading(text: str, padded: str) -> _Reading:
    plain = padded.replace(_GONE, "")
    return _Reading(text, padded, _HOMOPHONES.sub(lambda run: _HEARD[run[0]], plain))


def _run_together(reading: _Reading) -> _Reading:
    """The same message without the blanks that many people type where others put nothing: 「電線 掉下來」."""
    return _reading(reading.text, _BETWEEN.sub(_GONE, reading.padded))


def _sentences(text: str) -> list[str]:
    """The whole text, and when it has several sentences each of them, those of a long breath in overlapping parts."""
    several = [part for sentence in _END.split(text) if sentence.strip() for part in _breaths(sentence)]
    return [text, *several] if len(several) > 1 else [text]


def _breaths(sentence: str) -> list[str]:
    """A sentence cut where its writer drew breath; every part begins with the clause that ended the part before."""
    parts, begun, last = [], 0, 0
    for pause in _PAUSE.finditer(sentence):
        if pause.end() - begun > _BREATH and last > begun:
            parts.append(sentence[begun : pause.start()])
            begun = last
        last = pause.end()
    return [*parts, sentence[begun:]]


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
    return FORMS.get(plain, plain)


_FOLD = _Folding({0: _GONE})
_LINK = re.compile(r"[a-z]{2,10}://[^\s一-鿿]*", re.IGNORECASE)
_BOPOMOFO = re.compile(f"[ㄅ-ㄩ][ㄅ-ㄩ{_GONE} ]*")
_STRETCHED = re.compile(r"(.)(?:\1){2,}")
_END = re.compile(r"[\n\r。！？!?；;]+")
_PAUSE = re.compile(r"[\s，,、~～]+")
_BREATH = 40
_BETWEEN = re.compile(f"(?<=[㐀-鿿{_GONE}]) (?=[㐀-鿿])")
_BLANKS = re.compile(f"{_BLANK}{{2,}}")
_SPACED_OUT = re.compile(r"(?<![^ ])([㐀-鿿]) (?=[㐀-鿿](?![^ ]))")
_SPLIT = re.compile("|".join(f"{word[0]}[ {_GONE}]+{word[1]}" for word in words.SPLIT_WORDS.split()))
_HEARD = {folded(heard): folded(meant) for meant, mistyped in words.HOMOPHONES.items() for heard in mistyped.split()}
_HOMOPHONES = re.compile(
    f"(?=[{''.join(sorted({word[0] for word in _HEARD}))}])(?:{'|'.join(sorted(_HEARD, key=len, reverse=True))})"
)


# ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Guard:
    """A guard of the words module, compiled."""

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
        around = text[max(0, start - _IN_SIGHT) : end + _IN_SIGHT]
        if self.anywhere and not self.anywhere.search(around):
            return False
        return not (self.overruled_by and self.overruled_by.search(around))


_LOOK_BACK = 24
_IN_SIGHT = 16
"""A guard looks this far for its words: what stands further away is about something else."""
_SHORT = 60
"""A message up to this length is also read without its blanks."""


def _compiled(phrase: str) -> re.Pattern[str] | None:
    return re.compile(pattern(phrase)) if phrase else None


class _Gate:
    """All rules, compiled."""

    def __init__(self) -> None:
        guards = {name: _Guard(guard) for name, guard in words.GUARDS.items()}
        self.asking = re.compile(pattern(words.ASKING))
        self.rules = (*rules.RULES, rules.CRY_FOR_HELP)
        self.someone_else = guards["of_someone_else"]
        self.guards = [[guards[name] for name in rule.unless] for rule in self.rules]
        self.harmless = Phrasebook([(0, line) for line in lines(words.HARMLESS)])
        self.phrases = Phrasebook(
            [(number, line) for number, rule in enumerate(self.rules) for line in lines(rule.phrases)]
        )

    def check(self, text: str) -> Danger | None:
        """See the function of the same name: the message as a whole, and every sentence for itself.

        As a whole, since 「他喝醉了」 and 「一直踹門」 may come in two lines; each for itself, since what spares one line
        (an old case, a form, a dog) must not spare the next.
        """
        heard = [danger for piece in _sentences(text) if (danger := self.check_one(piece))]
        if len(heard) < 2:
            return heard[0] if heard else None
        codes = {code for danger in heard for code in (danger.code, *danger.also)}
        first = min(heard, key=lambda danger: rules.PRECEDENCE.index(danger.code))
        return replace(first, also=tuple(sorted(codes - {first.code}, key=rules.PRECEDENCE.index)))

    def check_one(self, text: str) -> Danger | None:
        """The danger in a message, or in one sentence of it."""
        reading = _read(text)
        plain = self.blotted(reading.plain)
        danger = self.by_rules(reading)
        if len(plain) < ENOUGH_TO_JUDGE:
            return danger
        sensed = sense(plain)
        if danger and sensed.is_ordinary and len(plain) <= WINDOW and self.asking.search(plain):
            return danger if {danger.code, *danger.also} & rules.WHEN_IN_DOUBT else None
        if danger or not sensed.is_danger:
            return danger
        start, end = sensed.start, sensed.end
        return Danger(code_of(plain[start:end]), (), reading.original(start, end))

    def blotted(self, plain: str) -> str:
        """The message without what only looks like danger."""
        for phrase in self.harmless.candidates(plain):
            plain = phrase.blot_out(plain, _BLOT)
        return plain

    def by_rules(self, reading: _Reading) -> Danger | None:
        """What the rules say, blanks taken for the end of a clause and, in a short message, for nothing."""
        danger = self.judge(reading)
        if not danger and _BLANK in reading.plain and len(reading.plain) <= _SHORT:
            danger = self.judge(_run_together(reading))
        return danger

    def judge(self, reading: _Reading) -> Danger | None:
        """What the rules say of one reading."""
        plain = self.blotted(reading.plain)
        found: dict[str, tuple[int, int]] = {}
        for phrase in self.phrases.candidates(plain):
            rule = self.rules[phrase.rule]
            if rule.code in found and not rule.of_someone_else:
                continue
            span = self.unspared(phrase, plain)
            if span and rule.of_someone_else and self.someone_else.spares(plain, *span):
                found.setdefault(rule.of_someone_else, span)
            elif span:
                found.setdefault(_CRY if rule is rules.CRY_FOR_HELP else rule.code, span)
        cry = found.pop(_CRY, None)
        if found:
            code, *also = sorted(found, key=rules.PRECEDENCE.index)
            return Danger(code, tuple(also), reading.original(*found[code]))
        return Danger(rules.CRY_FOR_HELP.code, rules.CRY_ALSO, reading.original(*cry)) if cry else None

    def unspared(self, phrase: Phrase, text: str) -> tuple[int, int] | None:
        """The first stretch of text that the phrase means and that no guard spares."""
        for hits in phrase.hits(text):
            if not any(guard.spares(text, *hit.span()) for guard in self.guards[phrase.rule] for hit in hits):
                return min(hit.start() for hit in hits), max(hit.end() for hit in hits)
        return None


_CRY = "cry"
ENOUGH_TO_JUDGE = 6
"""Characters below which only the rules speak: a single word of danger is taken at its word."""


@cache
def _gate() -> _Gate:
    return _Gate()
