"""How the report form speaks: the next question, the read-back, and the short sentence that leads over to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hotline.domain import words
from hotline.domain.cases import Case
from hotline.domain.catalogue import Question, label_button
from hotline.domain.messages import Button, Message
from hotline.domain.place import Place, districts_at
from hotline.domain.report import (
    CHANGE,
    CONFIRM,
    CONTACT,
    DISTRICT,
    FROZEN,
    PHOTO,
    PHOTOS_MOST,
    PLACE,
    RESUME,
    SIMILAR,
    UNSURE,
    Draft,
    Heard,
    Result,
    headline,
    rows_of,
)
from hotline.services.cases import day
from hotline.services.house import House

FIND_PERSON = label_button("找專人", "handoff")
SEND_LOCATION = Button("傳位置", "change_report", {"about": PLACE}, ask="location")
MISSES_BEFORE_PERSON = 2

NOTES: Mapping[str, str] = {
    "photo_received": words.PHOTO_RECEIVED,
    "too_many_photos": words.PHOTO_TOO_MANY.format(most=PHOTOS_MOST),
    "outside": words.PLACE_OUTSIDE,
    "no_contact": words.CONTACT_SKIPPED,
    "phone_not_needed": words.CONTACT_NOT_NEEDED,
    "missed": words.REPORT_NOT_TAKEN,
    "contact_unreadable": words.CONTACT_UNREADABLE,
    "no_matter": "沒關係，接著辦。",
    "still_here": words.DANGER_STILL_HERE,
}


def lead(house: House, result: Result, *, first: bool) -> str:
    """What is said right before the next question: what was taken, changed, or not understood."""
    draft = result.draft
    if draft.outcome or result.alarm:
        return ""
    service = house.report.service_of(draft)
    where = draft.place.show()
    parts: list[str] = []
    if "kind" in result.taken and not first:
        parts.append(words.REPORT_SWITCHED.format(short=service.short))
    elif first and not house.report.missing(draft):
        pass  # the read-back that follows says it all
    elif first:
        named = headline(service, draft.answers)
        parts.append(f"{where}，{named}，好。" if where and draft.place.is_findable else service.opening)
    elif result.corrected:
        parts.extend(words.REPORT_CORRECTED.format(field=label, new=value) for label, value in result.corrected)
    elif {PLACE, DISTRICT} & set(result.taken) and where:
        parts.append(f"{where}，好。")
    if "anew" in result.taken:
        parts.append("好，重新填。")
    parts.extend(NOTES[note] for note in result.notes if note in NOTES)
    if result.warn:
        parts.append(result.warn)
    return "".join(parts)


def question(house: House, draft: Draft, lead: str, similar: Case | None) -> tuple[Draft, Message | None]:
    """The next thing to ask, with what leads over to it. None when nothing is to be said now."""
    special = _special(house, draft, similar)
    if draft.asked == FROZEN:
        return draft, Message(lead) if lead else None
    if special:
        step, message = special
    else:
        step = next(iter(house.report.missing(draft)), CONFIRM)
        message = readback(house, draft) if step == CONFIRM else _ask(house, draft, step)
    if not lead and not special and step == draft.asked:
        lead = words.REPORT_NOTED  # something was taken, but not what is asked
    joint = "\n" if len(lead) > 45 or step == CONFIRM or "\n" in message.text else ""
    text = f"{lead}{joint}{message.text}" if lead else message.text
    buttons = message.buttons
    if draft.misses >= MISSES_BEFORE_PERSON and FIND_PERSON not in buttons:
        buttons = (*buttons[:12], FIND_PERSON)
    card = message.card if not lead or step != CONFIRM else {**(message.card or {}), "lead": lead}
    if step == SIMILAR and similar:
        draft = replace(draft, answers={**draft.answers, SIMILAR: similar.number})
    return replace(draft, asked=step), Message(text, buttons, card)


def _special(house: House, draft: Draft, similar: Case | None) -> tuple[str, Message] | None:
    """Steps that are no question of the catalogue."""
    service = house.report.service_of(draft)
    missing = house.report.missing(draft)
    match draft.asked:
        case step if step == RESUME:
            text = (words.DRAFT_RESUME if missing else words.DRAFT_RESUME_READY).format(
                short=service.short, left=len(missing)
            )
            return step, Message(
                text,
                (Button("接著填", "resume_report"), Button("重新開始", "restart_report"), Button("不報了", "cancel")),
            )
        case step if step == CHANGE:
            rows = [(label, step) for label, _, step in rows_of(house.report, draft) if step]
            buttons = tuple(Button(f"改{label}", "change_report", {"about": about}) for label, about in rows[:8])
            return step, Message(words.REPORT_WHAT_TO_CHANGE, buttons)
        case step if step == CONTACT:
            return step, _contact(house, draft)
        case step if step == PHOTO:
            photo = Button("傳照片", "attach_photo", ask="photo")
            return step, Message(words.PHOTO_ADVICE, (photo, Button("略過照片", "skip", {"about": PHOTO})))
        case step if step == PLACE and draft.place.is_findable:
            return step, Message(service.place_ask or words.PLACE_ASK, (SEND_LOCATION,))
        case step if step in draft.answers and step not in missing and house.report.question(draft, step):
            return step, _ask(house, draft, step)
    if missing and missing[0] == CONTACT:
        return CONTACT, _contact(house, draft)
    if similar and not missing:
        text = words.NEAR_DUPLICATE.format(
            date=day(similar.opened_at), short=service.short, status=similar.status.value
        )
        follow = Button("同一件，我要追蹤", "follow_case", {"case_number": similar.number})
        return SIMILAR, Message(text, (follow, Button("不是，另外通報", "new_report")))
    return None


def _ask(house: House, draft: Draft, step: str) -> Message:
    if step == PLACE:
        return _ask_place(house, draft)
    if step == DISTRICT:
        return _ask_district(house, draft)
    asked = house.report.question(draft, step)
    assert asked is not None
    return Message(asked.ask, choice_buttons(asked))


def choice_buttons(asked: Question) -> tuple[Button, ...]:
    """A button per choice, and a way past a question that may stay open."""
    buttons = tuple(Button(choice, "answer", {"about": asked.id, "value": choice}) for choice in asked.choices[:12])
    if not asked.required and UNSURE not in asked.choices:
        buttons = (*buttons, Button("略過", "skip", {"about": asked.id}))
    return buttons


def _ask_place(house: House, draft: Draft) -> Message:
    service = house.report.service_of(draft)
    where = draft.place.show()
    text = words.PLACE_MORE.format(place=where) if where else (service.place_ask or words.PLACE_ASK)
    return Message(text, (SEND_LOCATION,))


def _ask_district(house: House, draft: Draft) -> Message:
    choices = house.report.district_choices(draft)
    if draft.answers.get(DISTRICT) == UNSURE:
        skip = Button(UNSURE, "answer", {"about": DISTRICT, "value": UNSURE})
        return Message(words.PLACE_PIN_FOR_DISTRICT, (SEND_LOCATION, skip))
    road = draft.place.road
    text = words.PLACE_DISTRICT_ROAD.format(road=road) if road else words.PLACE_DISTRICT
    return Message(
        text, tuple(Button(choice, "answer", {"about": DISTRICT, "value": choice}) for choice in (*choices, UNSURE))
    )


def _contact(house: House, draft: Draft) -> Message:
    asked = house.report.question(draft, CONTACT)
    required = asked is not None and asked.required
    if draft.agreed:
        return Message(words.CONTACT_PHONE_ASK if required else words.CONTACT_ASK)
    notice = words.PRIVACY_REQUIRED if required else words.PRIVACY_NOTICE
    labels = ("同意，留電話", "我打1999") if required else ("同意，留聯絡方式", "不留，繼續")
    text = notice.format(agency=house.policy.agency, days=house.policy.contact_days)
    return Message(text, (Button(labels[0], "contact_agree"), Button(labels[1], "contact_decline")))


def readback(house: House, draft: Draft) -> Message:
    """Everything that will be sent, to be looked over; each row can be changed."""
    rows = rows_of(house.report, draft)
    lines = [words.REPORT_READBACK, *(f"{label}：{value}" for label, value, _ in rows), words.REPORT_CONFIRM]
    buttons = [Button("送出通報", "confirm_report"), Button("修改地點", "change_report", {"about": PLACE})]
    if len(draft.photos) < PHOTOS_MOST:
        buttons.append(Button("傳照片", "attach_photo", ask="photo"))
    if not draft.contact and CONTACT not in draft.skipped:
        buttons.append(Button("留聯絡方式", "leave_contact"))
    buttons.append(Button("取消", "cancel"))
    changes = [{"label": label, "value": value, "change": step or None} for label, value, step in rows]
    card = {"kind": "readback", "title": words.REPORT_READBACK, "rows": changes, "note": words.REPORT_CONFIRM}
    return Message("\n".join(lines), tuple(buttons), card)


def name_of_step(house: House, draft: Draft, step: str) -> str:
    """What a step is called at the desk."""
    asked = house.report.question(draft, step)
    return asked.label if asked else {PLACE: "地點", DISTRICT: "行政區", CONTACT: "電話"}.get(step, step)


def loose_attachment(house: House, heard: Heard, loose: dict[str, Any]) -> tuple[Message, dict[str, Any]]:
    """A photo or pin without a report: said, and kept for the one that follows."""
    menu = (
        label_button("路燈", "report/streetlight"),
        label_button("無主垃圾", "report/ownerless_garbage"),
        label_button("坑洞", "report/pothole"),
    )
    if heard.location:
        near = districts_at(house.districts, heard.location.lat, heard.location.lng)
        if not near:
            return Message(words.PLACE_OUTSIDE), loose
        loose["place"] = Place(
            district=near[0] if len(near) == 1 else "",
            lat=heard.location.lat,
            lng=heard.location.lng,
            landmark=_readable(heard.location.address),
        ).to_json()
        where = f"，在{near[0]}" if len(near) == 1 else ""
        return Message(words.LOCATION_ALONE.format(place=where), menu), loose
    if heard.photos:
        loose["photos"] = [*loose.get("photos", []), *heard.photos][:PHOTOS_MOST]
        return Message(words.PHOTO_ALONE, menu), loose
    return Message(words.PHOTO_UNREADABLE), loose


def with_loose(draft: Draft, loose: Mapping[str, Any]) -> Draft:
    """The draft with what was sent before it began."""
    place = draft.place
    if loose.get("place"):
        place = place.joined(Place.from_json(loose["place"]))
    return replace(draft, place=place, photos=(*draft.photos, *loose.get("photos", ()))[:PHOTOS_MOST])


def _readable(address: str) -> str:
    """A platform's address line without country and zip code."""
    return re.sub(r"^\d{3,6}\s*|台灣|臺灣|Taiwan", "", address).strip(" ,，")


def notes(result: Result) -> Sequence[Message]:
    """What must be said even when the form asks nothing more."""
    return [Message(NOTES[note]) for note in result.notes if note in NOTES] if result.draft.outcome else []
