"""How LINE counts, and that what we cut is what fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.line import limits


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("a", 1), ("あ", 1), ("邊", 1), ("𠀋", 2), ("👋", 2), ("👋🏻", 4), ("a\n", 2)]
)
def test_a_text_is_counted_in_utf_16_units(text: str, units: int) -> None:
    assert units == limits.utf16_units(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("送出通報", 4),
        ("👨‍👩‍👧", 1),
        ("👍🏽", 1),
        ("👩🏽‍⚕️", 1),
        ("🇹🇼🇯🇵", 2),
        ("é", 1),
        ("\n\u0301", 2),
        ("\u200b\u0301", 2),
        ("a\u200db", 2),
        ("🏽", 1),
        ("👩\u200d\u200d👧", 2),
        ("👩\u200d\u0301\u200d👧", 2),
        ("👩\u0301\u200d👧", 1),
    ],
)
def test_a_label_is_counted_as_a_reader_would(text: str, count: int) -> None:
    assert count == len(limits.clusters(text))


@given(st.text(), st.integers(0, 50))
def test_the_first_units_are_the_longest_beginning_that_fits(text: str, most: int) -> None:
    found = limits.first_units(text, most)

    assert text.startswith(found)
    assert limits.utf16_units(found) <= most
    assert found == text or limits.utf16_units(text[: len(found) + 1]) > most


@given(st.text(max_size=60))
def test_a_shortened_label_fits_and_says_that_it_is_shortened(text: str) -> None:
    found = limits.first_clusters(text, limits.LABEL_CLUSTERS)

    assert len(limits.clusters(found)) <= limits.LABEL_CLUSTERS
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


@given(st.text())
def test_clusters_lose_nothing(text: str) -> None:
    assert text == "".join(limits.clusters(text))
