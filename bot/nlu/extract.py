"""The extractors as a Rasa component: places, times, numbers and all that has a form of its own, read from the citizen's own text.

It learns nothing, so it needs no examples and cannot forget; it stands anywhere in the pipeline after the tokenizer or before.
Entities of other extractors in the pipeline are kept.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.extractors import Entity, extract
from bot.nlu.gazetteer import gazetteer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TaiwanExtractor(GraphComponent, EntityExtractorMixin):
    """Sets a message's `entities`: type, offsets in the typed text, value as typed, and the same normalised in `additional_info`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`only` names the kinds to keep (place, time, count, phone, …); all when empty."""
        return {"only": []}

    def __init__(self, config: dict[str, Any]) -> None:
        self._only = frozenset(config.get("only") or ())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TaiwanExtractor:
        """Make the component; the gazetteer is read now, so that the first citizen does not wait for it."""
        gazetteer()
        extract("信義區市府路1號")
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found to each message."""
        for message in messages:
            text = message.get(TEXT)
            found = extract(text) if isinstance(text, str) else []
            kept = [self._as_rasa(entity) for entity in found if not self._only or entity.entity in self._only]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(kept), add_to_output=True)
        return messages

    @staticmethod
    def _as_rasa(entity: Entity) -> dict[str, Any]:
        return {
            ENTITY_ATTRIBUTE_TYPE: entity.entity,
            ENTITY_ATTRIBUTE_START: entity.start,
            ENTITY_ATTRIBUTE_END: entity.end,
            ENTITY_ATTRIBUTE_VALUE: entity.value,
            "additional_info": entity.info,
        }
