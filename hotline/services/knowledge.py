"""What the assistant knows: official answers, referrals, numbers; and what it says when it does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.domain import words
from hotline.domain.answers import tell
from hotline.domain.catalogue import label_button
from hotline.domain.messages import Button, Message
from hotline.services.house import House

CANDIDATES_MOST = 3
CANDIDATE_LEAST = 0.05
FIND_PERSON = label_button("找專人", "handoff")
MENU = (
    label_button("報修通報", "report_menu"),
    Button("查案件", "my_cases"),
    label_button("常見問題", "help_topics"),
    FIND_PERSON,
)
POPULAR = (
    "parking.pay",
    "env.bulky_book",
    "senior.card_apply",
    "household.id_card_lost",
    "household.move_in",
    "disaster.day_off",
    "transit.youbike_fee",
    "child.birth_grant",
    "tax.house",
    "env.garbage_schedule",
)
COMMON_REPORTS = (
    "streetlight",
    "bulky_waste",
    "noise_facility",
    "ownerless_garbage",
    "pothole",
    "traffic_signal",
    "tree",
)


def answer(house: House, topic: str) -> Message:
    """The official answer to a topic."""
    found = house.answers.get(topic)
    if found is None:
        return Message(words.ANSWER_UNKNOWN, (FIND_PERSON, Button("不用了", "deny")))
    return tell(found, house.today())


def refer(house: House, code: str) -> Message:
    """Who takes a matter that opens no case here."""
    found = house.catalogue.referrals.get(code)
    if found is None:
        return Message(words.ANSWER_UNKNOWN, (FIND_PERSON, Button("不用了", "deny")))
    footer = words.ANSWER_FOOTER.format(source=found.source) if found.source else ""
    card = {
        "kind": "answer",
        "title": found.name,
        "short": found.answer,
        "more": found.more or None,
        "source": found.source,
        "link": found.url or None,
    }
    return Message("\n".join(filter(None, (found.answer, found.more, footer))), found.buttons or (FIND_PERSON,), card)


def number(house: House, code: str) -> Message:
    """A help line, without stopping the talk."""
    found = house.catalogue.emergencies.get(code)
    if found is None:
        return Message(words.ANSWER_UNKNOWN, (FIND_PERSON, Button("不用了", "deny")))
    return Message("\n".join(filter(None, (found.say, found.more))), (*found.buttons, FIND_PERSON))


def unsure(house: House, labels: Sequence[Mapping[str, Any]], *, second: bool) -> Message:
    """您是想問下面哪一件嗎: up to three candidates, then 都不是; the second miss offers a person."""
    if second:
        return Message(words.FALLBACK_SECOND, (FIND_PERSON, Button("不用了", "deny")))
    buttons = [
        label_button(name, str(label["name"]))
        for label in labels
        if float(label["confidence"]) >= CANDIDATE_LEAST and (name := _candidate(house, str(label["name"])))
    ]
    buttons = list({button.title: button for button in buttons}.values())[:CANDIDATES_MOST]
    if not buttons:
        return Message(words.FALLBACK_NO_IDEA, MENU)
    return Message(words.FALLBACK_FIRST, (*buttons, Button("都不是", "none_of_these")))


def unsure_between(house: House, labels: Sequence[str]) -> Message:
    """A bare word that may mean several things: which one?"""
    buttons = [label_button(name, label) for label in labels if (name := house.name_of(label))]
    return Message(words.FALLBACK_FIRST, (*buttons, Button("都不是", "none_of_these")))


def _candidate(house: House, label: str) -> str:
    """What a candidate is called; talk (greetings, thanks) is none."""
    return house.name_of(label) if "/" in label else ""


def popular(house: House) -> Message:
    """The questions asked most, as buttons."""
    buttons = tuple(
        label_button(house.answers[topic].button, f"ask/{topic}") for topic in POPULAR if topic in house.answers
    )
    return Message("直接打字問就可以。大家常問這些：", buttons)


def report_menu(house: House) -> Message:
    """The kinds reported most, as buttons; the sentence shows how to say all at once."""
    kinds = (house.catalogue.services[code] for code in COMMON_REPORTS if code in house.catalogue.services)
    buttons = tuple(label_button(kind.short, f"report/{kind.code}") for kind in kinds)
    return Message("要報什麼？直接說地點和狀況最快，例如「興隆路二段64巷口路燈不亮」。", buttons)
