"""Two labels, one answer: a question about a matter and the matter itself, where both tell the citizen the same.

「樓上半夜拖椅子」 may be the referral of noisy neighbours or the topic about them; the classifier wavers between the two and calls
itself unsure, although either answer is right. This component adds their chances before it gives up.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SameAnswer(GraphComponent):
    """Believes the better of two twins when their chances together are enough. Stands behind the classifier."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`pairs` are the twins; `believed_from` is the sum of chances that is enough, `ahead_by` of every other label."""
        return {"pairs": [], "believed_from": 0.45, "ahead_by": 0.15}

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = {**self.get_default_config(), **config}
        self.pairs = {frozenset(pair) for pair in self.config["pairs"]}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SameAnswer:
        """As Rasa makes its components."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Turn `nlu_fallback` into the better twin's intent where the two together leave no doubt."""
        for message in messages:
            labels = message.get("labels") or []
            if (message.get("intent") or {}).get("name") != "nlu_fallback" or len(labels) < 2:
                continue
            first, second = labels[0], labels[1]
            together = first["confidence"] + second["confidence"]
            rest = labels[2]["confidence"] if len(labels) > 2 else 0.0
            twins = frozenset((first["name"], second["name"])) in self.pairs
            if twins and together >= self.config["believed_from"] and together - rest >= self.config["ahead_by"]:
                intent = {"name": first["name"].partition("/")[0], "confidence": round(together, 4)}
                message.set("intent", intent, add_to_output=True)
                message.set("intent_ranking", [intent], add_to_output=True)
        return messages
