"""The catalogue: the kinds of cases the city opens, the matters it refers elsewhere, the numbers that save lives.

The facts stand in `data/services/*.yml`; this module gives them names and refuses what is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hotline.domain.messages import Button

QuestionType = Literal["choice", "text", "number", "time", "phone"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a report may need; data/services/common.yml says what each key means."""

    id: str
    label: str
    ask: str
    type: QuestionType
    choices: tuple[str, ...] = ()
    required: bool = False
    offer: bool = False
    hear: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    safety: bool = False
    alarm: tuple[str, ...] = ()
    alarm_emergency: str = ""
    first_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    from_place: bool = False
    with_count: str = ""  # a text that is also taken unasked, when it names a choice of that question and how many
    warn: Mapping[str, str] = field(default_factory=dict)
    redirect: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of case. `office` is spoken; where the catalogue only infers it, it is 權責機關."""

    code: str
    name: str
    short: str
    group: str
    opening: str
    headline: str
    place_ask: str
    office: str
    questions: tuple[Question, ...]
    uses_common: frozenset[str]
    facts: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()
    danger_words: tuple[str, ...] = ()

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


@dataclass(frozen=True, slots=True)
class Referral:
    """A matter that opens no case here: who takes it, said at once."""

    code: str
    name: str
    short: str
    answer: str
    more: str
    source: str
    number: str = ""
    url: str = ""
    office: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Emergency:
    """A danger or a help line: the number, one safe act, and whether a person must come at once."""

    code: str
    name: str
    level: str
    number: str
    action: Literal["call_first", "handover_now", "show_number"]
    say: str
    say_handed_over: str = ""
    more: str = ""
    also: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()

    @property
    def stops_everything(self) -> bool:
        return self.action != "show_number"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of it, by code."""

    services: Mapping[str, Service]
    common: Mapping[str, Question]
    referrals: Mapping[str, Referral]
    emergencies: Mapping[str, Emergency]
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # bare words, and the labels they may mean
    replies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # bare words that answer a choice

    def name_of(self, label: str) -> str:
        """What a full label is called on a button: `report/streetlight` → 路燈."""
        family, _, code = label.partition("/")
        if family == "report" and code in self.services:
            return self.services[code].short
        if family == "refer" and code in self.referrals:
            return self.referrals[code].short
        if family == "number" and code in self.emergencies:
            return self.emergencies[code].name
        return ""


def read_catalogue(
    groups: Iterable[Mapping[str, Any]],
    common: Mapping[str, Any],
    referrals: Mapping[str, Any],
    emergencies: Mapping[str, Any],
) -> Catalogue:
    """The catalogue from parsed YAML. Raises KeyError or ValueError on what is missing or unknown."""
    services = [_service(raw) for group in groups for raw in group["services"]]
    return Catalogue(
        services={service.code: service for service in services},
        common={question.id: question for question in map(_question, common["common_questions"])},
        referrals={raw["code"]: _referral(raw) for raw in referrals["referrals"]},
        emergencies={raw["code"]: _emergency(raw) for raw in emergencies["emergencies"]},
        replies=_lists(common.get("answers")),
        ambiguous=_lists(common.get("ambiguous")),
    )


def _service(raw: Mapping[str, Any]) -> Service:
    agency = raw["agency"]
    return Service(
        code=raw["code"],
        name=raw["name"],
        short=raw["short"],
        group=raw.get("group", ""),
        opening=raw.get("opening") or f"好，{raw['short']}。",
        headline=raw.get("headline") or raw["short"],
        place_ask=raw.get("place_ask") or "",
        office="權責機關" if agency.get("inferred") else agency.get("spoken") or agency["name"],
        questions=tuple(map(_question, raw.get("questions") or ())),
        uses_common=frozenset(raw.get("uses_common") or ()),
        facts=tuple(raw.get("facts") or ()),
        dangers=tuple(raw.get("dangers") or ()),
        danger_words=tuple(raw.get("danger_words") or ()),
    )


def _question(raw: Mapping[str, Any]) -> Question:
    kind = raw["type"]
    if kind not in ("choice", "text", "number", "time", "phone", "photo"):
        raise ValueError(f"{raw['id']}: unknown type {kind}")
    if kind == "choice" and not raw.get("choices"):
        raise ValueError(f"{raw['id']}: a choice without choices")
    return Question(
        id=raw["id"],
        label=raw.get("label") or raw["id"],
        ask=raw.get("ask") or raw["question"],
        type=kind,
        choices=tuple(map(str, raw.get("choices") or ())),
        required=bool(raw.get("required")),
        offer=bool(raw.get("offer")),
        hear=_lists(raw.get("hear")),
        safety=bool(raw.get("safety")),
        alarm=tuple(map(str, raw.get("alarm") or ())),
        alarm_emergency=raw.get("alarm_emergency") or "",
        first_if=_lists(raw.get("first_if")),
        only_if=_lists(raw.get("only_if")),
        from_place=bool(raw.get("from_place")),
        with_count=raw.get("with_count") or "",
        warn={str(choice): str(words) for choice, words in (raw.get("warn") or {}).items()},
        redirect={str(choice): str(label) for choice, label in (raw.get("redirect") or {}).items()},
    )


def _lines(raw: str | Sequence[str] | None) -> str:
    """A text, or a list of sentences as lines."""
    return raw or "" if isinstance(raw, str) or raw is None else "\n".join(raw)


def _lists(raw: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    return {str(key): tuple(map(str, values or ())) for key, values in (raw or {}).items()}


def _referral(raw: Mapping[str, Any]) -> Referral:
    source = raw.get("source") or ""
    return Referral(
        code=raw["code"],
        name=raw["name"],
        short=raw.get("short") or raw["name"],
        answer=raw["answer"],
        more=_lines(raw.get("more")),
        source=source if isinstance(source, str) else "、".join(source),
        number=str(raw.get("number") or ""),
        url=raw.get("url") or "",
        office=raw.get("office") or "",
        buttons=buttons_of(raw.get("buttons") or ()),
    )


def _emergency(raw: Mapping[str, Any]) -> Emergency:
    return Emergency(
        code=raw["code"],
        name=raw["name"],
        level=raw["level"],
        number=str(raw["number"]),
        action=raw["action"],
        say=raw["say"].strip(),
        say_handed_over=raw.get("say_handed_over") or "",
        more=_lines(raw.get("more")),
        also=tuple(map(str, raw.get("also") or ())),
        buttons=buttons_of(raw.get("buttons") or ()),
    )


def buttons_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Button, ...]:
    """Buttons as data files write them: {title, call} or {title, label}."""
    return tuple(label_button(row["title"], row["label"]) if row.get("label") else _call(row) for row in rows)


def label_button(title: str, label: str) -> Button:
    """A button that means a full label: `ask/…` and its like carry what they are about as an entity."""
    family, _, code = label.partition("/")
    return Button(title, family, {"about": code} if code else {})


def _call(row: Mapping[str, Any]) -> Button:
    number = str(row["call"])
    return Button(row["title"], "call", {"about": number}, call=number)
