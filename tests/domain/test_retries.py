"""When a thing that failed is tried again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.retries import PAUSES_SECONDS, TRIES, pause_after


def test_there_are_six_tries_within_ten_minutes_and_then_a_person_is_told() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, TRIES + 1)]

    assert [5.0, 15.0, 45.0, 120.0, 300.0, None] == pauses
    assert sum(PAUSES_SECONDS) <= 600


def test_the_other_side_may_ask_for_more_time_but_never_for_less() -> None:
    assert 60.0 == pause_after(1, asked=60.0)
    assert 45.0 == pause_after(3, asked=1.0)
    assert pause_after(6, asked=60.0) is None


@given(st.integers(1, 100), st.none() | st.floats(0, 1e6))
def test_a_pause_is_never_shorter_than_ours(attempts: int, asked: float | None) -> None:
    pause = pause_after(attempts, asked)

    assert (pause is None) == (attempts >= TRIES)
    assert pause is None or pause >= 5.0
