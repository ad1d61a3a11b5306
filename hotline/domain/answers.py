"""Official answers: what the city says about a topic, with its office, its source and its date.

An answer whose review date has passed keeps no figures: the office and the way to it are given instead, by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hotline.domain import words
from hotline.domain.catalogue import buttons_of, label_button
from hotline.domain.messages import Button, Message

BUTTONS_MOST = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One topic's answer. `short` comes first and stands alone; `more` holds the steps."""

    id: str
    title: str
    button: str
    short: str
    more: str
    office: str
    phone: str
    link: str
    source_line: str
    review_by: str
    old: bool
    next: tuple[Button, ...]
    facts: tuple[str, ...]
    owner: str

    def is_due(self, today: date) -> bool:
        """Has its review date passed? One that is marked expired holds no figures already and may be said."""
        return self.review_by != "expired" and date.fromisoformat(self.review_by) < today


def read_answers(files: Iterable[Mapping[str, Any]]) -> dict[str, Answer]:
    """All answers by topic id, from parsed YAML. Raises KeyError on a missing field and ValueError on a doubled id."""
    answers: dict[str, Answer] = {}
    for raw in (entry for file in files for entry in file["answers"]):
        if raw["id"] in answers:
            raise ValueError(f"answer {raw['id']} stands twice")
        answers[raw["id"]] = Answer(
            id=raw["id"],
            title=raw["title"],
            button=raw["button"],
            short=_tidy(raw["short"]),
            more=_tidy(raw.get("more") or ""),
            office=raw["office"],
            phone=str(raw.get("phone") or ""),
            link=raw.get("link") or "",
            source_line=raw["source_line"],
            review_by=str(raw["review_by"]),
            old=bool(raw.get("old")),
            next=buttons_of(raw.get("next") or ()),
            facts=tuple(raw.get("facts") or ()),
            owner=raw.get("owner") or raw["office"],
        )
    return answers


def _tidy(text: str) -> str:
    """No blank lines: they would split the message."""
    return re.sub(r"\n{2,}", "\n", text.strip())


def tell(answer: Answer, today: date) -> Message:
    """The answer as one message: short answer, steps, source; then the likely next steps."""
    buttons = answer.next[:BUTTONS_MOST]
    if not any(button.intent == "handoff" for button in buttons) and len(buttons) < BUTTONS_MOST:
        buttons = (*buttons, label_button("找專人", "handoff"))
    if answer.is_due(today):
        contact = "：" + "，".join(filter(None, (answer.phone, answer.link))) if answer.phone or answer.link else ""
        short, more = words.ANSWER_EXPIRED.format(office=answer.office, contact=contact), ""
    else:
        short, more = answer.short, answer.more
    footer = words.ANSWER_FOOTER.format(source=answer.source_line)
    card = {
        "kind": "answer",
        "title": answer.title,
        "short": short,
        "more": more or None,
        "source": answer.source_line,
        "link": answer.link or None,
    }
    return Message("\n".join(filter(None, (short, more, footer))), buttons, card)
