"""Tokens: one a character, Latin words and numbers whole, offsets in the text as it was typed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.tokens import MandarinTokenizer, tokens_of

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from("路燈不亮灯坏１００號ＡbＣ Roosevelt２段，。 \u3000ㄉ🙏🏻①㎡ﬁ"), st.characters()
    ),
    max_size=60,
)


@given(MIXED)
def test_each_token_is_a_visible_piece_of_the_typed_text(text: str) -> None:
    tokens = tokens_of(text)

    assert all(token.text == text[token.start : token.end] for token in tokens)
    assert not any(character.isspace() for token in tokens for character in token.text)
    assert all(left.end <= right.start for left, right in itertools.pairwise(tokens))


@given(MIXED)
def test_no_letter_and_no_digit_is_lost(text: str) -> None:
    covered = {index for token in tokens_of(text) for index in range(token.start, token.end)}

    assert all(index in covered for index, character in enumerate(text) if character.isalnum())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路燈不亮", ["路", "燈", "不", "亮"]),
        ("YouBike 2.0壞了", ["YouBike", "2", "0", "壞", "了"]),
        ("羅斯福路１００號", ["羅", "斯", "福", "路", "１００", "號"]),
        ("Zhongxiao E Rd", ["Zhongxiao", "E", "Rd"]),
        ("，。 ！", []),
        ("", []),
    ],
)
def test_characters_alone_and_words_and_numbers_whole(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokens_of(text)] == expected


def test_the_lemma_is_the_folded_form_while_the_text_stays() -> None:
    token = tokens_of("燈１２３")[1]

    assert (token.text, token.lemma, token.start, token.end) == ("１２３", "123", 1, 4)


def test_rasa_gets_the_tokens_through_the_component() -> None:
    message = Message({TEXT: "燈壞了"})

    MandarinTokenizer(MandarinTokenizer.get_default_config()).process([message])

    assert [token.text for token in message.get(TOKENS_NAMES[TEXT])] == ["燈", "壞", "了"]
