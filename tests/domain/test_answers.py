"""Official answers: office, source and date, and no stale figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hotline.domain.answers import Answer, read_answers, tell
from hotline.domain.messages import Button

TODAY = date(2026, 11, 25)


def raw(**more: Any) -> dict[str, Any]:
    return {
        "id": "parking.pay",
        "title": "路邊停車費怎麼繳？",
        "button": "路邊停車費",
        "short": "15日內繳。\n\n\n超商可以繳。\n",
        "more": "也可以用App。",
        "office": "停管處",
        "phone": "02-2726-9600",
        "link": "https://example.gov",
        "source_line": "停車管理工程處（2025-05-09的資料）",
        "review_by": "2027-06-30",
        "next": [{"title": "停車單不見了", "label": "ask/parking.slip_lost"}],
        "facts": ["15 日內"],
    } | more


def read(**more: Any) -> Answer:
    return next(iter(read_answers([{"answers": [raw(**more)]}]).values()))


def test_an_answer_says_the_short_part_the_steps_and_the_source() -> None:
    message = tell(read(), TODAY)

    assert "15日內繳。\n超商可以繳。\n也可以用App。\n來源：停車管理工程處（2025-05-09的資料）" == message.text


def test_the_card_says_the_same_in_parts() -> None:
    card = tell(read(), TODAY).card

    assert card is not None
    assert {
        "kind": "answer",
        "title": "路邊停車費怎麼繳？",
        "short": "15日內繳。\n超商可以繳。",
        "more": "也可以用App。",
        "source": "停車管理工程處（2025-05-09的資料）",
        "link": "https://example.gov",
    } == card


def test_after_its_review_date_an_answer_holds_no_figures() -> None:
    message = tell(read(review_by="2026-11-24"), TODAY)

    assert "15日" not in message.text
    assert "停管處" in message.text
    assert "02-2726-9600，https://example.gov" in message.text
    assert message.card is not None
    assert message.card["more"] is None


def test_on_its_review_date_an_answer_still_holds() -> None:
    assert "15日" in tell(read(review_by="2026-11-25"), TODAY).text


def test_an_expired_answer_without_phone_or_link_names_the_office_only() -> None:
    message = tell(read(review_by="2026-01-01", phone="", link=""), TODAY)

    assert "請向停管處確認。" in message.text


def test_an_answer_that_is_marked_expired_was_written_without_figures_and_may_be_said() -> None:
    assert "超商可以繳" in tell(read(review_by="expired"), TODAY).text


def test_a_person_is_always_one_press_away_when_there_is_room() -> None:
    buttons = tell(read(), TODAY).buttons

    assert (Button("停車單不見了", "ask", {"about": "parking.slip_lost"}), Button("找專人", "handoff")) == buttons


def test_there_are_three_buttons_at_most() -> None:
    rows = [{"title": f"第{k}個", "label": f"ask/topic{k}"} for k in range(5)]

    assert ["第0個", "第1個", "第2個"] == [button.title for button in tell(read(next=rows), TODAY).buttons]


def test_a_person_is_offered_once() -> None:
    with_person = [{"title": "找人", "label": "handoff"}]

    assert ["找人"] == [button.title for button in tell(read(next=with_person), TODAY).buttons]


def test_a_topic_may_not_stand_twice() -> None:
    with pytest.raises(ValueError, match=r"parking\.pay"):
        read_answers([{"answers": [raw()]}, {"answers": [raw()]}])


def test_a_missing_field_is_an_error_and_not_a_gap() -> None:
    entry = raw()
    del entry["office"]

    with pytest.raises(KeyError):
        read_answers([{"answers": [entry]}])


def test_every_answer_of_the_city_can_be_told_today_and_in_ten_years(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        now, later = tell(answer, TODAY), tell(answer, date(2036, 1, 1))

        assert now.text.strip()
        assert "\n\n" not in now.text + later.text
        assert len(now.buttons) <= 3


def test_an_answer_that_is_reviewed_is_not_due() -> None:
    assert not replace(read(), review_by="2027-01-01").is_due(TODAY)
    assert replace(read(), review_by="2026-01-01").is_due(TODAY)
    assert not replace(read(), review_by="expired").is_due(TODAY)
