"""The extractors as Rasa sees them: one component that adds entities to a message."""

from __future__ import annotations

import pytest

rasa_message = pytest.importorskip("rasa.shared.nlu.training_data.message")

from bot.nlu.extract import TaiwanExtractor  # noqa: E402


def parsed(text: str, **config: object) -> list[dict[str, object]]:
    message = rasa_message.Message({"text": text})
    component = TaiwanExtractor.create({**TaiwanExtractor.get_default_config(), **config}, None, None, None)  # type: ignore[arg-type]
    component.process([message])
    return list(message.get("entities"))


def test_an_entity_has_type_offsets_value_and_information() -> None:
    entities = parsed("🙏 文山區興隆路２段64巷口 ３盞")

    assert [(e["entity"], e["start"], e["end"], e["value"]) for e in entities] == [
        ("place", 2, 14, "文山區興隆路２段64巷口"),
        ("count", 15, 17, "３盞"),
    ]
    assert entities[0]["additional_info"]["road"] == "興隆路"  # type: ignore[index]
    assert entities[0]["extractor"] == "TaiwanExtractor"


def test_entities_of_other_extractors_stay() -> None:
    message = rasa_message.Message(
        {"text": "3盞", "entities": [{"entity": "other", "start": 0, "end": 1, "value": "3"}]}
    )

    TaiwanExtractor({}).process([message])

    assert [entity["entity"] for entity in message.get("entities")] == ["other", "count"]


def test_only_the_kinds_that_were_asked_for_are_kept() -> None:
    assert [entity["entity"] for entity in parsed("興隆路二段 3盞 昨晚", only=["count"])] == ["count"]


def test_a_message_without_text_has_no_entities() -> None:
    message = rasa_message.Message({"intent": "report"})

    TaiwanExtractor({}).process([message])

    assert message.get("entities") == []
