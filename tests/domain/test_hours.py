"""When people sit at the desk."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from hotline.domain.hours import Hours, read_hours

TAIPEI = ZoneInfo("Asia/Taipei")


def at(day: int, clock: str) -> datetime:
    """A moment of November 2025; the 24th is a Monday."""
    return datetime.combine(date(2025, 11, day), time.fromisoformat(clock), TAIPEI)


@pytest.mark.parametrize("text", ["", "always", " always "])
def test_always_is_open_day_and_night(text: str) -> None:
    hours = read_hours(text)

    assert hours.always
    assert hours.is_open(at(30, "03:00"))
    assert "全天" == hours.show()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(24, "08:59"), False),
        (at(24, "09:00"), True),
        (at(28, "17:59"), True),
        (at(28, "18:00"), False),
        (at(29, "12:00"), False),
        (at(25, "12:00"), False),
    ],
)
def test_a_desk_opens_on_its_weekdays_but_not_on_closed_days(moment: datetime, is_open: bool) -> None:
    hours = read_hours("1-5 09:00-18:00", "2025-11-25, 2025-12-25")

    assert is_open == hours.is_open(moment)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1-5 09:00-18:00", "週一至週五09:00到18:00"),
        ("1-2 9:00-12:30", "週一、週二09:00到12:30"),
        ("7 10:00-16:00", "週日10:00到16:00"),
    ],
)
def test_hours_are_shown_as_a_citizen_reads_them(text: str, shown: str) -> None:
    assert shown == read_hours(text).show()


@pytest.mark.parametrize(
    "text",
    ["weekdays", "1-5", "0-5 09:00-18:00", "1-8 09:00-18:00", "1-5 25:00-26:00", "5-1 09:00-18:00", "1-5 18:00-09:00"],
)
def test_hours_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_hours(text)


def test_a_closed_day_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError):
        read_hours("1-5 09:00-18:00", "newyear")


def test_no_weekdays_at_all_means_always() -> None:
    assert Hours().is_open(at(30, "23:59"))
