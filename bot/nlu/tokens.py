"""Tokens for Mandarin: one a Chinese character, while Latin words and numbers stay whole.

A segmenter draws word borders, and a wrong border hides a road name for good (忠孝東路/燈不亮 or 忠孝東/路燈/不亮). Characters
have no wrong borders. Offsets are those of the citizen's own text, full-width digits and all; the folded form of a token is
its lemma, which is what Rasa's featurizers read.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.normalise import fold_characters

# Half-width and full-width letters (with their accents) and digits; any other letter or sign by itself; marks and blanks never.
_LATIN = "A-Za-zＡ-Ｚａ-ｚ\u00c0-\u024f\u0300-\u036f"
_TOKEN = re.compile(rf"[{_LATIN}]+|[0-9０-９]+|[^\W_]|[\u2190-\u2bff\U0001f000-\U0001faff]")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MandarinTokenizer(Tokenizer):
    """Splits a text into characters, Latin words, numbers and emoji."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Intent names are never split; the other keys are the ones every Rasa tokenizer has."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of a message, offsets in its own text."""
        text = message.get(attribute)
        return self._apply_token_pattern(tokens_of(text))


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text: visible, in order, never overlapping."""
    return [
        Token(found.group(), found.start(), found.end(), lemma=fold_characters(found.group()) or found.group())
        for found in _TOKEN.finditer(text)
    ]
