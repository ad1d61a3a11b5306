"""A report as it grows in a conversation: one form for every kind of case, driven by the catalogue.

A `Draft` is what has been said so far. `hear` takes the citizen's next message into it; `missing` says what is still to be
asked, dangers first, then the place, then what the kind itself needs. A draft keeps only what the citizen gave: whatever
the first message held is taken and never asked again, a correction changes one thing, and a message that answers nothing
is reported as an interruption, so that somebody else can answer it and the form goes on where it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hotline.domain.catalogue import Catalogue, Question, Service
from hotline.domain.messages import Location
from hotline.domain.place import District, Place, districts_at

PLACE, DISTRICT, CONTACT, PHOTO, CONFIRM, CHANGE, RESUME, FROZEN, SIMILAR = (
    "place",
    "district",
    "contact",
    "photo",
    "confirm",
    "change",
    "resume",
    "frozen",
    "similar",
)
RESUME_AFTER_SECONDS = 30 * 60
PHOTOS_MOST = 5
UNSURE = "不確定"
_CORRECTION = re.compile(r"不對|不是|改成|改為|改到|打錯|寫錯|更正|其實是|應該是|說錯|弄錯|修改|才對|change|wrong")
_CANCEL = re.compile(r"^(取消|不報了|先不報|不要報|不用報|不用了|算了|不要了|先不要|不送|cancel)")
_YES = re.compile(
    r"^(對[對呀啊啦的喔阿齁嘿]*|好[的啊喔呀啦]*|嗯+對?|恩|是[的啊]?|沒錯|正確|可以|確認|確定|送出.*|送|送吧|要|ok送?|okay|yes|y|yep|send"
    r"|無誤|就這樣|麻煩了?|拜託)$"
)
_NO = re.compile(r"^(不對|不是|錯了?|不對啦|有錯|no|n|不行|要改|我要改|修改|改)$")
_SKIP = re.compile(r"^(略過.*|跳過.*|不用|不用了|沒有|沒|無|不留|不要|免|下一題|skip|no|先不用|不方便)$")
_UNSURE = re.compile(r"不知道|不確定|不清楚|看不出|看不到|沒看到|不曉得|沒注意|阿災|哉|not sure|忘了|忘記")
_NONE = re.compile(r"^(沒|無|否|不會|都沒|no\b)")
_SOME = re.compile(r"^(有|是|對|會|嗯|yes)")
_ASKING = re.compile(
    r"[嗎?？]|ㄇ$|怎麼|多少|幾點|什麼|甚麼|可不可以|能不能|會不會|要不要|多久|為什麼|哪裡|哪一|可以.+嗎|誰|how|what|when|where"
)
_NEGATED = re.compile(r"(沒有?|無|未|不是|並非|別|not?)\s*[^，,。；;\s]{0,3}$")
_MAY_I = re.compile(r"(可以|行|好)[嗎ㄇ吧?？]+$")
_VAGUE = re.compile(r"^(壞了?|壞掉了?|要丟|要修|有問題|怪怪的|很嚴重|快點|拜託|麻煩了?)$")
_SORRY = re.compile(r"^(不好意思|抱歉|對不起|歹勢|拍謝|sorry)")
_GO_ON = re.compile(r"接|繼續|^好|^對|^嗯|^要|^可以|^ok|continue")
_AFTER_ALARM = re.compile(r"^(接著?填?|接著(?:通)?報|繼續填?|繼續報?|好|好啊|可以|ok)$")
_ANEW = re.compile(r"重新|重來|從頭|重填")

_ASIDE = frozenset(
    {
        "ask",
        "refer",
        "number",
        "status",
        "my_cases",
        "when_fixed",
        "unfixed",
        "urge",
        "handoff",
        "are_you_human",
        "help",
        "forget_me",
        "thanks",
        "greet",
        "abuse",
    }
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as Rasa understood it. `pressed` holds the button's meaning when one of ours was pressed."""

    text: str = ""
    intent: str = ""
    confidence: float = 0.0
    label: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()
    pressed: Mapping[str, Any] | None = None
    photos: tuple[str, ...] = ()
    location: Location | None = None

    def first(self, entity: str) -> Mapping[str, Any] | None:
        return next((found for found in self.entities if found.get("entity") == entity), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that is not sent yet."""

    kind: str
    place: Place = field(default_factory=Place)
    answers: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    since: str = ""
    photos: tuple[str, ...] = ()
    contact: str = ""
    agreed: bool = False
    said: tuple[str, ...] = ()
    asked: str = ""
    misses: int = 0
    touched: float = 0.0
    outcome: str = ""  # "", confirmed, cancelled, phone_declined, referred, followed

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "place": self.place.to_json(),
            "answers": dict(self.answers),
            "skipped": list(self.skipped),
            "since": self.since,
            "photos": list(self.photos),
            "contact": self.contact,
            "agreed": self.agreed,
            "said": list(self.said),
            "asked": self.asked,
            "misses": self.misses,
            "touched": self.touched,
            "outcome": self.outcome,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Draft:
        return cls(
            kind=raw["kind"],
            place=Place.from_json(raw.get("place")),
            answers=dict(raw.get("answers") or {}),
            skipped=tuple(raw.get("skipped") or ()),
            since=raw.get("since") or "",
            photos=tuple(raw.get("photos") or ()),
            contact=raw.get("contact") or "",
            agreed=bool(raw.get("agreed")),
            said=tuple(raw.get("said") or ()),
            asked=raw.get("asked") or "",
            misses=int(raw.get("misses") or 0),
            touched=float(raw.get("touched") or 0),
            outcome=raw.get("outcome") or "",
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What one message did to the draft.

    taken: the steps it answered · corrected: (label, new value) · aside: it was about something else ·
    alarm: an emergency code · redirect: the label it really belongs to · warn: words to say with the next question ·
    notes: keys of things worth saying
    """

    draft: Draft
    taken: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    aside: bool = False
    alarm: str = ""
    redirect: str = ""
    warn: str = ""
    notes: tuple[str, ...] = ()


class Report:
    """The form for one kind of case. Pure: a catalogue and the districts go in, drafts come out."""

    def __init__(self, catalogue: Catalogue, districts: tuple[District, ...]) -> None:
        self.catalogue = catalogue
        self.districts = districts

    def service_of(self, draft: Draft) -> Service:
        return self.catalogue.services[draft.kind]

    # ── what is still to be asked ──

    def missing(self, draft: Draft) -> tuple[str, ...]:
        """Steps still open, in the order they are asked: danger, place, district, the kind's own, contact where needed."""
        questions = self.questions(self.service_of(draft))
        first = [question for question in questions if self._comes_first(draft, question)]
        open_steps = [question.id for question in first if self._open(draft, question)]
        if not draft.place.is_findable:
            open_steps.append(PLACE)
        if not draft.place.district and DISTRICT not in draft.skipped:
            open_steps.append(DISTRICT)
        for question in questions:
            if question not in first and self._open(draft, question):
                open_steps.append(CONTACT if question.type == "phone" else question.id)
        return tuple(open_steps)

    def _comes_first(self, draft: Draft, question: Question) -> bool:
        """Danger is asked before the place; where it depends on another answer, only once that one is known."""
        return question.safety and _holds(question.first_if, draft.answers, default=True)

    def question(self, draft: Draft, step: str) -> Question | None:
        """The catalogue's question behind a step."""
        service = self.service_of(draft)
        if step == CONTACT:
            return next((question for question in service.questions if question.type == "phone"), None)
        return next((question for question in self.questions(service) if question.id == step), None)

    def district_choices(self, draft: Draft) -> tuple[str, ...]:
        """The districts to offer: those around the pin, else all."""
        if draft.place.has_point:
            near = districts_at(self.districts, draft.place.lat or 0, draft.place.lng or 0)
            if near:
                return near
        return tuple(district.name for district in self.districts)

    def questions(self, service: Service) -> tuple[Question, ...]:
        """The kind's own questions, with the shared safety question in front where the kind has none of its own."""
        own = service.questions
        danger = self.catalogue.common.get("danger_now")
        if danger and "danger_now" in service.uses_common and not any(question.safety for question in own):
            return (replace(danger, safety=True, required=True), *own)
        return own

    def _open(self, draft: Draft, question: Question) -> bool:
        if question.type == "phone":
            return question.required and not draft.contact
        asked = question.required or question.offer
        known = question.id in draft.answers or question.id in draft.skipped
        return asked and not known and _holds(question.only_if, draft.answers, default=True)

    # ── taking a message ──

    def begin(self, kind: str, heard: Heard, now: float) -> Result:
        """A new draft from the message that opened it."""
        draft = Draft(kind=kind, touched=now)
        if heard.pressed:
            return self._attach(draft, heard)
        return self._take(draft, heard, first=True)

    def hear(self, draft: Draft, heard: Heard, now: float) -> Result:
        """The next message. The draft it returns remembers when it was touched."""
        result = self._hear(draft, heard, now)
        if draft.asked and draft.asked == result.draft.asked and result.taken and not result.alarm:
            return replace(result, draft=replace(result.draft, asked=""))  # answered: the next step is worked out anew
        return result

    def _hear(self, draft: Draft, heard: Heard, now: float) -> Result:
        waited = now - draft.touched
        draft = replace(draft, touched=now)
        if heard.pressed is not None:
            return self._pressed(draft, heard)
        text = plain(heard.text)
        if draft.asked == RESUME:
            return self._resumed(draft, heard, text, now)
        if draft.asked == FROZEN:
            if _AFTER_ALARM.match(text):
                return Result(replace(draft, asked=""), taken=("resumed",))
            result = self._take(draft, heard)
            if not result.taken:
                return replace(result, draft=replace(draft, asked=FROZEN), notes=("still_here",))
            return result
        if heard.intent == "handoff" and heard.confidence >= 0.6:
            return Result(draft, aside=True)
        if self._is_cancel(draft, heard, text):
            return Result(replace(draft, outcome="cancelled"))
        result = self._answer(draft, heard, text)
        if waited > RESUME_AFTER_SECONDS and not result.taken and not result.corrected and not result.draft.outcome:
            return Result(replace(draft, asked=RESUME))
        return result

    def _is_cancel(self, draft: Draft, heard: Heard, text: str) -> bool:
        if draft.asked in (CONTACT, PHOTO) or self._is_optional(draft, draft.asked):
            return bool(re.match(r"^(取消|不報了|先不報|算了不報)", text))
        return bool(_CANCEL.match(text)) and len(text) <= 12

    def _is_optional(self, draft: Draft, step: str) -> bool:
        question = self.question(draft, step)
        return question is not None and not question.required

    def _resumed(self, draft: Draft, heard: Heard, text: str, now: float) -> Result:
        if _ANEW.search(text):
            return Result(Draft(kind=draft.kind, touched=now), taken=("anew",))
        if _CANCEL.match(text) or text.startswith("不"):
            return Result(replace(draft, outcome="cancelled"))
        rest = re.sub(r"^(接著填?|繼續|接|好|對|嗯|要|可以)[\s，,。]*", "", heard.text.strip())
        back = replace(draft, asked=(self.missing(draft) or (CONFIRM,))[0])
        if _GO_ON.search(text) and not rest:
            return Result(back, taken=("resumed",))
        result = self._answer(back, replace(heard, text=rest or heard.text), plain(rest or heard.text))
        if result.aside and _GO_ON.search(text):
            return Result(back, taken=("resumed",))
        return result

    def _pressed(self, draft: Draft, heard: Heard) -> Result:
        pressed = heard.pressed or {}
        about, value = str(pressed.get("about") or ""), str(pressed.get("value") or "")
        match heard.intent:
            case "answer" if about == DISTRICT:
                return self._set_district(draft, value)
            case "answer":
                return self._set_answer(draft, about, value)
            case "skip":
                return Result(replace(draft, skipped=(*draft.skipped, about)), taken=(about,))
            case "confirm_report" if not self.missing(draft):
                return Result(replace(draft, outcome="confirmed"))
            case "change_report":
                return Result(replace(draft, asked=about or CHANGE), notes=("change",))
            case "cancel":
                return Result(replace(draft, outcome="cancelled"))
            case "resume_report":
                return Result(replace(draft, asked=""), taken=("resumed",))
            case "restart_report":
                return Result(Draft(kind=draft.kind, touched=draft.touched), taken=("anew",))
            case "contact_agree":
                return Result(replace(draft, agreed=True, asked=CONTACT), notes=("agreed",))
            case "contact_decline":
                return self._declined(draft)
            case "leave_contact":
                return Result(replace(draft, asked=CONTACT), notes=("notice",))
            case "attach_photo":
                return Result(replace(draft, asked=PHOTO), notes=("photo",))
            case "confirm_report":
                return Result(draft, taken=("resumed",))
            case "new_report":
                return Result(replace(draft, skipped=(*draft.skipped, SIMILAR)), taken=(SIMILAR,))
            case "follow_case":
                return Result(replace(draft, outcome="followed"))
            case _:
                return Result(draft, aside=True)

    def _declined(self, draft: Draft) -> Result:
        question = self.question(draft, CONTACT)
        if question and question.required:
            return Result(replace(draft, outcome="phone_declined"))
        return Result(
            replace(draft, asked="", skipped=(*draft.skipped, CONTACT)), taken=(CONTACT,), notes=("no_contact",)
        )

    def _set_district(self, draft: Draft, value: str) -> Result:
        if value == UNSURE:
            if draft.place.has_point or DISTRICT in draft.answers:
                return Result(replace(draft, skipped=(*draft.skipped, DISTRICT)), taken=(DISTRICT,))
            marked = replace(draft, answers={**draft.answers, DISTRICT: UNSURE}, asked=DISTRICT)
            return Result(marked, notes=("pin_for_district",))
        place = replace(draft.place, district=value)
        answers = {key: answer for key, answer in draft.answers.items() if key != DISTRICT}
        return Result(replace(draft, place=place, answers=answers), taken=(DISTRICT,))

    def _set_answer(self, draft: Draft, step: str, value: str) -> Result:
        question = self.question(draft, step)
        if question is None or (question.choices and value not in question.choices):
            return Result(draft, aside=True)
        changed = step in draft.answers
        done = replace(draft, answers={**draft.answers, step: value}, misses=0)
        alarm = question.alarm_emergency if value in question.alarm else ""
        corrected = ((question.label, value),) if changed else ()
        return Result(
            replace(done, asked=FROZEN) if alarm else done,
            taken=(step,),
            corrected=corrected,
            alarm=alarm,
            redirect=question.redirect.get(value, ""),
            warn=question.warn.get(value, ""),
        )

    def _attach(self, draft: Draft, heard: Heard) -> Result:
        """Photos and pins of a message, whatever else it says."""
        notes: list[str] = []
        taken: list[str] = []
        if heard.photos:
            room = PHOTOS_MOST - len(draft.photos)
            draft = replace(draft, photos=(*draft.photos, *heard.photos[:room]))
            notes.append("photo_received" if room > 0 else "too_many_photos")
            taken.append(PHOTO)
        if heard.location:
            near = districts_at(self.districts, heard.location.lat, heard.location.lng)
            if not near:
                notes.append("outside")
            else:
                pin = Place(lat=heard.location.lat, lng=heard.location.lng)
                written = heard.first("place")
                if written:
                    pin = Place.from_json(written.get("additional_info")).joined(pin)
                district = pin.district or (near[0] if len(near) == 1 else "")
                draft = replace(
                    draft,
                    place=replace(
                        draft.place.joined(pin), lat=pin.lat, lng=pin.lng, district=district or draft.place.district
                    ),
                )
                taken.append(PLACE)
        return Result(draft, taken=tuple(taken), notes=tuple(notes))

    def _take(self, draft: Draft, heard: Heard, *, first: bool = False) -> Result:
        """Everything a message holds for this kind, asked or not."""
        result = self._attach(draft, heard)
        draft, taken, notes = result.draft, list(result.taken), list(result.notes)
        alarm = ""
        place = heard.first("place")
        if place and not heard.location:
            found = self._on_the_map(Place.from_json(place.get("additional_info")))
            if not found.in_city:
                notes.append("outside")
            elif not found.is_empty or found.district:
                draft = replace(draft, place=draft.place.joined(found))
                taken.append(PLACE)
        when = heard.first("time")
        if when and not draft.since and (first or draft.asked != PLACE):
            draft = replace(draft, since=str(when["value"]))
            taken.append("since")
        answers, warn, redirect = dict(draft.answers), "", ""
        for question in self.questions(self.service_of(draft)):
            if question.id in answers or question.id == draft.asked:
                continue
            value = self._overheard(self.service_of(draft), question, heard)
            if value:
                answers[question.id] = value
                taken.append(question.id)
                alarm = alarm or (question.alarm_emergency if value in question.alarm else "")
                warn = warn or question.warn.get(value, "")
                redirect = redirect or question.redirect.get(value, "")
            elif question.from_place and question.id != DISTRICT and PLACE in taken:
                told = told_by_place(question, draft.place)
                answers |= {question.id: told} if told else {}
        draft = replace(draft, answers=answers)
        if not alarm and self._mentions_danger(draft, heard.text):
            alarm = next(
                (
                    question.alarm_emergency
                    for question in self.questions(self.service_of(draft))
                    if question.safety and question.alarm_emergency
                ),
                "medical",
            )
        if heard.text.strip() and (first or taken):
            draft = replace(draft, said=(*draft.said, heard.text.strip()))
        if alarm:
            draft = replace(draft, asked=FROZEN)
        return Result(draft, tuple(dict.fromkeys(taken)), alarm=alarm, redirect=redirect, warn=warn, notes=tuple(notes))

    def _on_the_map(self, place: Place) -> Place:
        """A place typed as coordinates, with the district its point lies in, if that is plain."""
        if not place.has_point:
            return place
        near = districts_at(self.districts, place.lat or 0.0, place.lng or 0.0)
        return replace(place, in_city=bool(near), district=place.district or (near[0] if len(near) == 1 else ""))

    def _mentions_danger(self, draft: Draft, text: str) -> bool:
        half = unicodedata.normalize("NFKC", text)
        spots = ((word, half.find(word)) for word in self.service_of(draft).danger_words)
        return any(spot >= 0 and not _NEGATED.search(half[:spot]) for _, spot in spots)

    def _overheard(self, service: Service, question: Question, heard: Heard) -> str:
        """An answer to a question that was not asked, if the words leave no doubt."""
        if question.with_count:
            named = service.question(question.with_count)
            says_both = named and heard.first("count") and heard_choice(named, heard.text) and len(heard.text) <= 30
            return heard.text.strip() if says_both else ""
        if question.type == "number":
            count = heard.first("count")
            return str((count.get("additional_info") or {}).get("n") or "") if count else ""
        if question.type != "choice":
            return ""
        return heard_choice(question, heard.text) or ""

    def _answer(self, draft: Draft, heard: Heard, text: str) -> Result:
        """A message while something is being asked: an answer, a correction, or an aside."""
        if draft.asked == SIMILAR and re.match(r"^(對|是|同一件|嗯|yes)", text):
            return Result(replace(draft, outcome="followed"))
        if draft.asked == SIMILAR and re.match(r"^(不|沒|另外|no)", text):
            return Result(replace(draft, skipped=(*draft.skipped, SIMILAR)), taken=(SIMILAR,))
        if draft.asked in (CONFIRM, CHANGE) and not heard.photos and not heard.location:
            if draft.asked == CONFIRM and _YES.match(text) and not self.missing(draft):
                return Result(replace(draft, outcome="confirmed"))
            if _NO.match(text):
                return Result(replace(draft, asked=CHANGE), notes=("change",))
        corrected = self._corrected(draft, heard, text)
        if corrected:
            return corrected
        switched = self._switched(draft, heard, text)
        if switched:
            return switched
        asked = self.question(draft, draft.asked)
        if draft.asked == DISTRICT:
            return self._answer_district(draft, heard, text)
        if draft.asked == CONTACT:
            return self._answer_contact(draft, heard, text)
        if draft.asked == PHOTO and _SKIP.match(text):
            return Result(replace(draft, asked=""), taken=(PHOTO,))
        result = self._take(draft, heard)
        if asked is None:
            return self._or_aside(result, draft, heard, text)
        if not asked.required and _SKIP.match(text) and "沒有" not in asked.choices:
            return Result(replace(draft, skipped=(*draft.skipped, asked.id)), taken=(asked.id,))
        value = self._said(asked, heard, text)
        if value and not (asked.type == "text" and self._is_aside(heard, text)):
            done = self._set_answer(result.draft, asked.id, value)
            if asked.type != "text" and self._is_aside(heard, text) and _ASKING.search(text):
                done = replace(done, aside=True)  # an answer and a question in one breath: 超過5吧 欸可以國賠嗎
            said = heard.text.strip()
            keep = (
                done.draft
                if said in done.draft.said or asked.type != "text"
                else replace(done.draft, said=(*done.draft.said, said))
            )
            return replace(
                done,
                draft=keep,
                taken=(*result.taken, *done.taken),
                notes=result.notes,
                alarm=done.alarm or result.alarm,
                redirect=done.redirect or result.redirect,
                warn=done.warn or result.warn,
            )
        return self._or_aside(result, draft, heard, text)

    def _or_aside(self, result: Result, draft: Draft, heard: Heard, text: str) -> Result:
        if result.taken or result.notes or result.alarm:
            return result
        if self._is_echo(draft, heard) or _VAGUE.match(text):
            return Result(draft, taken=("echo",))
        if self._is_aside(heard, text):
            return Result(draft, aside=True)
        if _SORRY.match(text):
            return Result(draft, notes=("no_matter",))
        phone = heard.first("phone")
        note = "phone_not_needed" if phone else "missed"
        return Result(replace(draft, misses=draft.misses + (0 if phone else 1)), notes=(note,))

    def _is_echo(self, draft: Draft, heard: Heard) -> bool:
        """Something we know already, said again."""
        return any(
            question.type == "choice"
            and len(heard.text.strip()) > 1
            and chosen(question, heard.text, {}) == draft.answers.get(question.id, "?")
            for question in self.questions(self.service_of(draft))
        )

    def _is_aside(self, heard: Heard, text: str) -> bool:
        """Is this about something else? A question about a topic is; a bare noun while we wait for words is not."""
        if _MAY_I.search(text) and len(text) <= 14:
            return False  # 一樓騎樓可以嗎: an answer that asks back
        if heard.intent in _ASIDE and heard.confidence >= 0.55:
            return (
                heard.intent not in ("ask", "refer", "number") or bool(_ASKING.search(text)) or heard.confidence >= 0.9
            )
        return False

    def _said(self, question: Question, heard: Heard, text: str) -> str:
        """The answer to the question that was asked, or nothing."""
        match question.type:
            case "choice":
                return chosen(question, heard.text, self.catalogue.replies)
            case "number":
                count = heard.first("count")
                digits = re.search(r"\d+", text)
                if count:
                    return str((count.get("additional_info") or {}).get("n") or "")
                return digits[0] if digits else (UNSURE if _UNSURE.search(text) else "")
            case _:
                return _MAY_I.sub("", heard.text.strip()[:500]).strip() or heard.text.strip()[:500]

    def _answer_district(self, draft: Draft, heard: Heard, text: str) -> Result:
        for district in self.districts:
            if district.name in text or re.search(rf"^{district.name[:-1]}", text) or text.endswith(district.name[:-1]):
                rest = self._take(draft, heard)
                done = self._set_district(rest.draft, district.name)
                return replace(done, taken=(*rest.taken, DISTRICT), notes=rest.notes)
        if _UNSURE.search(text):
            return self._set_district(draft, UNSURE)
        result = self._take(draft, heard)
        if result.draft.place.district:
            return replace(result, taken=(*result.taken, DISTRICT))
        if result.taken and PLACE in result.taken and DISTRICT in draft.answers:
            return replace(result, draft=replace(result.draft, skipped=(*result.draft.skipped, DISTRICT)))
        return self._or_aside(replace(result, taken=tuple(t for t in result.taken if t != PLACE)), draft, heard, text)

    def _answer_contact(self, draft: Draft, heard: Heard, text: str) -> Result:
        found = heard.first("phone") or heard.first("email")
        if found and draft.agreed:
            value = unicodedata.normalize("NFKC", str(found["value"])).strip()
            return Result(replace(draft, contact=value, asked=""), taken=(CONTACT,))
        if not draft.agreed:
            if re.match(r"^(同意|好|可以|ok|嗯|要)", text) or found:
                agreed = replace(draft, agreed=True)
                if found and re.search(r"同意", text):
                    return self._answer_contact(agreed, heard, text)
                return Result(agreed, notes=("agreed",))
            if _SKIP.match(text) or text.startswith("不"):
                return self._declined(draft)
        elif _SKIP.match(text):
            return self._declined(draft)
        if self._is_aside(heard, text):
            return Result(draft, aside=True)
        return Result(draft, notes=("contact_unreadable" if draft.agreed else "notice",))

    def _corrected(self, draft: Draft, heard: Heard, text: str) -> Result | None:
        """A correction changes the thing it names and nothing else."""
        editing = draft.asked in (CONFIRM, CHANGE) or (draft.asked == PLACE and draft.place.is_findable)
        cue = bool(_CORRECTION.search(text)) or self._is_correction(heard)
        place = heard.first("place")
        if not (cue or editing or self._names_another_house(draft, place)):
            return None
        if place and not heard.location:
            change = Place.from_json(place.get("additional_info"))
            if not change.in_city:
                return Result(draft, notes=("outside",))
            new = draft.place.corrected(change)
            if new != draft.place and (cue or not draft.place.is_empty):
                if new.district == draft.place.district and re.search(r"對面", text) and not change.district:
                    new = replace(new, district="")  # across a border road may be another district
                done = replace(draft, place=new, said=(*draft.said, heard.text.strip()), asked="")
                return Result(done, taken=(PLACE,), corrected=(("地點", new.show()),))
        for question in self.questions(self.service_of(draft)):
            value = heard_choice(question, heard.text)
            if value and draft.answers.get(question.id) not in (None, value):
                return self._set_answer(draft, question.id, value)
        when = heard.first("time")
        if when and (cue or editing) and not place:
            return Result(
                replace(draft, since=str(when["value"]), asked=""),
                taken=("since",),
                corrected=(("時間", str(when["value"])),),
            )
        return None

    def _names_another_house(self, draft: Draft, place: Mapping[str, Any] | None) -> bool:
        """和平東路二段20號, when 18號 is known and no words are asked for: they changed their mind."""
        asked = self.question(draft, draft.asked)
        if not place or not draft.place.is_findable or (asked is not None and asked.type == "text"):
            return False
        new = Place.from_json(place.get("additional_info"))
        return (
            bool(new.number)
            and new.in_city
            and (new.number, new.road or draft.place.road) != (draft.place.number, draft.place.road)
        )

    def _is_correction(self, heard: Heard) -> bool:
        """Did the extractor read the place as a change of an earlier one (不是8號，是18號)?"""
        place = heard.first("place")
        return bool(place and (place.get("additional_info") or {}).get("correction"))

    def _switched(self, draft: Draft, heard: Heard, text: str) -> Result | None:
        """不是路燈，是紅綠燈: the kind changes, the place stays."""
        family, _, code = heard.label.partition("/")
        if family != "report" or code == draft.kind or code not in self.catalogue.services:
            return None
        if not _CORRECTION.search(text) or heard.confidence < 0.5:
            return None
        moved = replace(draft, kind=code, answers={}, skipped=(), asked="")
        result = self._take(moved, heard)
        return replace(
            result, taken=(*result.taken, "kind"), corrected=(("項目", self.catalogue.services[code].short),)
        )


def plain(text: str) -> str:
    """For comparing: half width, lower case, without blanks, bopomofo particles, closing marks and emoji."""
    half = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s。.!！~～…]|[\u3105-\u312f](?=$|\s)|[\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f]", "", half)


def heard_choice(question: Question, text: str) -> str | None:
    """The one choice whose words stand in the text, negation minded; None when none or several do.

    A negated phrase of 有 is an answer too: 沒有電線外露 says 沒有.
    """
    half = unicodedata.normalize("NFKC", text).lower()
    found: dict[str, int] = {}
    for choice, phrases in question.hear.items():
        for phrase in phrases:
            spot = half.find(phrase.lower())
            if spot < 0 or len(phrase) < 2:
                continue
            negated = bool(_NEGATED.search(half[:spot])) and not phrase.startswith(("沒", "不", "無"))
            if negated and choice == "有" and "沒有" in question.choices:
                found["沒有"] = max(found.get("沒有", 0), len(phrase))
            elif not negated:
                found[choice] = max(found.get(choice, 0), len(phrase))
    if not found:
        return None
    best = max(found.values())
    winners = [choice for choice, length in found.items() if length == best]
    return winners[0] if len(winners) == 1 and winners[0] in question.choices else None


def chosen(question: Question, text: str, replies: Mapping[str, Sequence[str]]) -> str:
    """The choice a citizen means when this very question was asked; empty when it cannot be told.

    `replies` are bare words (有, 沒, 阿災) that mean nothing without the question.
    """
    said = plain(text)
    if not said:
        return ""
    for choice, words in replies.items():
        match = next((one for one in question.choices if one == choice or one.startswith(choice)), None)
        if match and said in {plain(word) for word in words}:
            return match
    for choice in question.choices:
        if said == plain(choice):
            return choice
    ordinal = re.match(r"^第?([一二三四五六七八九]|\d)個?$", said)
    if ordinal:
        k = "一二三四五六七八九".find(ordinal[1]) + 1 or int(ordinal[1])
        return question.choices[k - 1] if k <= len(question.choices) else ""
    by_words = heard_choice(question, text)
    if by_words:
        return by_words
    if UNSURE in question.choices and _UNSURE.search(said):
        return UNSURE
    none = next((choice for choice in question.choices if choice.startswith("沒有")), None)
    some = next((choice for choice in question.choices if choice.startswith("有")), None)
    if none and _NONE.match(said):
        return none
    if some and _SOME.match(said):
        return some
    shared = {choice: _overlap(plain(choice), said) for choice in question.choices}
    best = max(shared.values())
    winners = [choice for choice, length in shared.items() if length == best]
    return winners[0] if best >= 2 and len(winners) == 1 else ""


def _overlap(choice: str, said: str) -> int:
    """The longest run of characters that both hold."""
    longest = 0
    for start in range(len(choice)):
        for end in range(start + longest + 1, len(choice) + 1):
            if choice[start:end] not in said:
                break
            longest = end - start
    return longest


def told_by_place(question: Question, place: Place) -> str:
    """What the place itself answers: a lane is a 巷弄, a crossing a 路口. The read-back lets the citizen object."""
    if question.type == "text":
        return place.show() if place.is_findable else ""
    by_words = heard_choice(question, place.show())
    if by_words:
        return by_words
    guesses = ("路口",) if place.crossing else ("巷弄",) if place.lane else ("馬路", "馬路邊") if place.road else ()
    return next((guess for guess in guesses if guess in question.choices), "")


def _holds(condition: Mapping[str, Sequence[str]], answers: Mapping[str, str], *, default: bool) -> bool:
    if not condition:
        return default
    return any(answers.get(step) in values for step, values in condition.items())


def headline(service: Service, answers: Mapping[str, str]) -> str:
    """The item as a read-back names it: 路燈完全不亮. What is unknown is left out, with the mark before it."""

    def known(match: re.Match[str]) -> str:
        value = answers.get(match["id"], "")
        if not value or value in (UNSURE, "其他"):
            return ""
        return f"{match['before']}{value}{match['after']}"

    named = re.sub(r"(?P<before>[，（]?)\{(?P<id>\w+)\}(?P<after>）?)", known, service.headline).strip("，")
    return named if named not in ("", "道路") else service.short


def rows_of(report: Report, draft: Draft) -> list[tuple[str, str, str]]:
    """The read-back: (label, value, step to change it)."""
    service = report.service_of(draft)
    in_headline = re.findall(r"\{(\w+)\}", service.headline)
    rows = [("項目", headline(service, draft.answers), in_headline[0] if in_headline else "")]
    rows.append(("地點", draft.place.show() or "未填", PLACE))
    for question in report.questions(service):
        value = draft.answers.get(question.id)
        echo = question.type == "text" and question.from_place
        if value and question.id not in in_headline and question.type != "phone" and not echo:
            rows.append((question.label, value, question.id))
    if draft.since:
        rows.append(("時間", since_words(draft.since), "since"))
    if draft.photos:
        rows.append(("照片", f"{len(draft.photos)}張", PHOTO))
    if draft.contact:
        rows.append(("電話" if "@" not in draft.contact else "信箱", masked_contact(draft.contact), CONTACT))
    return rows


def since_words(since: str) -> str:
    """三天了 → 三天前開始; anything else stays as it was said."""
    length = re.fullmatch(
        r"(?:大概|大約|約|已經|都|快)?(.{1,4}(?:天|週|周|禮拜|星期|個月|年|小時|分鐘))(?:多)?了?", since.strip()
    )
    return f"{length[1]}前開始" if length else since


def masked_contact(contact: str) -> str:
    """末三碼678, or a***@example.org."""
    if "@" in contact:
        name, _, host = contact.partition("@")
        return f"{name[:1]}***@{host}"
    digits = [mark for mark in contact if mark.isdigit()]
    return f"末三碼{''.join(digits[-3:])}"


def known_of(report: Report, draft: Draft) -> Sequence[tuple[str, str]]:
    """What a person at the desk should not have to ask again."""
    return [(label, value) for label, value, _ in rows_of(report, draft)]
