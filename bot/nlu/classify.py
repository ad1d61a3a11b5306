"""Decides what a citizen wants: one of some hundreds of labels, or honestly none.

The label is the whole one, `ask/senior.card`; Rasa is told the family, `ask`, as the intent, so that hundreds of topics are one
rule. The labels travel beside it in the parse result:

    intent          family and confidence, or `nlu_fallback` when unsure
    intent_ranking  families
    labels          up to five full labels with their calibrated probabilities, also when unsure
    wishes          [{name: full label, text: its own words}] in the order they were said; empty unless there are several

What is kept of a model is numbers (`.npz`) and names (`.json`): loading one never unpickles anything.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import softmax
from bot.nlu.clauses import clauses, denies, parts
from bot.nlu.encoder import SIZE, encoder
from bot.nlu.features import Views, Weights
from bot.nlu.normalise import Folded, fold
from bot.nlu.softmax import Softmax
from bot.nlu.sounds import pack, sound_table, unpack
from bot.nlu.typos import folded_slips

logger = logging.getLogger(__name__)

UNSURE = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
_LISTED = 5
_NUMBERS = "weights.npz"
_NAMES = "names.json"


def family_of(label: str) -> str:
    """`ask/senior.card` belongs to `ask`; a label without a stroke is its own family."""
    return label.split("/", 1)[0]


def label_of(message: Message) -> str | None:
    """The whole label of a training line; Rasa keeps what has a stroke under a key of its own."""
    return message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MunicipalClassifier(IntentClassifier, GraphComponent):
    """A linear classifier over characters, sounds and sense, with calibrated confidence and a rule for being unsure."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every number was chosen by cross-validation on training lines, never on a held-out set."""
        return {
            "characters": None,  # weight of the character n-grams; None: by the number of lines a label has
            "sounds": None,  # weight of the sound n-grams; None: three quarters of the characters'
            "sense": 3.0,  # weight of the sentence vector; 0 leaves the encoder out
            "rare_below": 2,  # n-grams seen in fewer lines are dropped
            "slip_weight": 0.3,  # weight of the copy with a slip that each training line gets; 0 makes none
            "seed": 20,  # for the slips, the order of lines and the lines kept out for calibration
            "calibrate": True,  # learn the temperature on a tenth of the lines
            "unsure_below": 0.4,  # a best label that is not this much likelier than "out of scope" is not believed
            "margin_below": 0.05,  # nor one that leads the second by less than this
            "long_text": 1000,  # a longer text is not judged, only guessed at: the citizen is asked
            "read_at_most": 600,  # characters that are read of it
            "wish_part_from": 0.45,  # certainty asked of what follows 另外, 順便 …
            "wish_clause_from": 0.97,  # certainty asked of what only a comma parts
            "one_wish_from": 0.95,  # a text without such words that is this certain as a whole is not taken apart
            "wish_families": ["report", "ask", "refer", "number", "status", "handoff"],
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """An untrained classifier: it answers `nlu_fallback` until it is trained or loaded."""
        self.config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._know([])
        self.views: Views | None = None
        self.model: Softmax | None = None

    def _know(self, labels: list[str]) -> None:
        self.labels = labels
        self._families_named = sorted({family_of(label) for label in labels})
        self._family_of_label = np.array(
            [self._families_named.index(family_of(label)) for label in labels], dtype=np.int64
        )

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MunicipalClassifier:
        """Rasa's way to make one before training."""
        return cls(config, model_storage, resource)

    # -- learning ------------------------------------------------------------------------------------------------------

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every line that has a label, and keep the result."""
        lines = [(m.get(TEXT), label_of(m)) for m in training_data.intent_examples if m.get(TEXT)]
        self.learn([text for text, _ in lines], [label for _, label in lines if label])
        self.persist()
        return self._resource  # type: ignore[return-value]

    def learn(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Learn to give each text its label. Without lines, or with a single label, there is nothing to learn."""
        self._know(sorted(set(labels)))
        if len(self.labels) < 2:
            logger.warning("Nothing to learn from: fewer than two labels have examples.")
            self.views = self.model = None
            return

        folded = [fold(text) for text in texts]
        number = {label: index for index, label in enumerate(self.labels)}
        wanted = np.array([number[label] for label in labels], dtype=np.int64)
        readings = sound_table()
        self.views = Views.learn(
            folded, readings, self._weights(len(texts) / len(self.labels)), self.config["rare_below"]
        )

        slip, chance = folded_slips(readings), random.Random(self.config["seed"])
        slipped = [replace(text, text=slip(text.text, chance)) for text in folded] if self.config["slip_weight"] else []
        grams = self.views.matrix([*folded, *slipped])
        senses = self._sense([*folded, *slipped])
        lines = len(folded)

        kept_out = _a_tenth(wanted, self.config["seed"]) if self.config["calibrate"] else np.zeros(lines, dtype=bool)
        with ThreadPoolExecutor(
            2
        ) as cores:  # numpy and scipy let go of the interpreter, so two fits take the time of one
            final = cores.submit(self._fit, grams, senses, wanted, np.arange(lines))
            trial = (
                cores.submit(self._fit, grams, senses, wanted, np.flatnonzero(~kept_out)) if kept_out.any() else None
            )
            self.model = final.result()
        if trial is not None:
            scores = trial.result().all_scores(grams[:lines][kept_out], senses[:lines][kept_out])
            self.model.temperature = softmax.fit_temperature(scores, wanted[kept_out])
        self.model.grams = self.model.grams.astype(np.float16)

    def _fit(self, grams: Any, senses: np.ndarray, wanted: np.ndarray, chosen: np.ndarray) -> Softmax:
        lines = len(wanted)
        copies = grams.shape[0] // lines
        rows = np.concatenate([chosen + lines * copy for copy in range(copies)])
        weights = np.where(rows < lines, 1.0, self.config["slip_weight"])
        return softmax.fit(
            grams[rows],
            senses[rows],
            np.tile(wanted[chosen], copies),
            len(self.labels),
            weights,
            seed=self.config["seed"],
        )

    def _weights(self, lines_a_label: float) -> Weights:
        """The more lines a label has, the more its very wording can be trusted beside its sense."""
        grown = float(np.interp(np.log(max(lines_a_label, 1)), np.log([8, 20]), [1.33, 2.0]))
        characters = self.config["characters"] if self.config["characters"] is not None else grown
        sounds = self.config["sounds"] if self.config["sounds"] is not None else 0.75 * characters
        return Weights(characters, sounds, self.config["sense"])

    def _sense(self, texts: Sequence[Folded]) -> np.ndarray:
        weight = np.float32(self.config["sense"])
        if not weight:
            return np.zeros((len(texts), SIZE), dtype=np.float32)
        if len(texts) == 1:
            return encoder().one(texts[0].text)[None, :] * weight
        return encoder().many([text.text for text in texts]) * weight

    # -- deciding ------------------------------------------------------------------------------------------------------

    def process(self, messages: list[Message]) -> list[Message]:
        """Write intent, ranking, labels and wishes into each message; a button's payload is Rasa's own business."""
        for message in messages:
            text = message.get(TEXT) or ""
            decision = _undecided([]) if text.startswith(INTENT_MESSAGE_PREFIX) else self.decide(text)
            for key, value in decision.items():
                message.set(key, value, add_to_output=True)
        return messages

    def decide(self, text: str) -> dict[str, Any]:
        """Everything this component says about a text. Never fails, whatever was typed."""
        read = text if len(text) <= self.config["read_at_most"] else _ends(text, self.config["read_at_most"])
        (whole,) = self._chances([fold(read)])
        if whole is None:
            return _undecided([])

        order = np.argsort(-whole)[:_LISTED]
        labels = [{"name": self.labels[i], "confidence": round(float(whole[i]), 4)} for i in order]
        wishes = self._wishes(read, float(whole.max()))
        if self.is_unsure(whole) or len(text) > self.config["long_text"]:
            return {**_undecided(labels), "wishes": wishes}

        ranking = self._families(whole, best=int(order[0]))
        return {"intent": ranking[0], "intent_ranking": ranking, "labels": labels, "wishes": wishes}

    def _families(self, chances: np.ndarray, best: int) -> list[dict[str, Any]]:
        """The families by the sum of their labels' chances, but first the one that holds the best label."""
        sums = np.minimum(np.bincount(self._family_of_label, weights=chances), 1.0)
        first = self._family_of_label[best]
        order = sorted(range(len(sums)), key=lambda family: (family != first, -sums[family]))[:_LISTED]
        return [{"name": self._families_named[family], "confidence": round(float(sums[family]), 4)} for family in order]

    def is_unsure(self, chances: np.ndarray) -> bool:
        """Whether the best label is too weak, too close to the next, or beside a likely "out of scope"."""
        second, first = np.sort(chances)[-2:]
        outside = 0.0
        if OUT_OF_SCOPE in self.labels and self.labels[int(chances.argmax())] != OUT_OF_SCOPE:
            outside = float(chances[self.labels.index(OUT_OF_SCOPE)])
        return bool(first - outside < self.config["unsure_below"] or first - second < self.config["margin_below"])

    def _chances(self, texts: Sequence[Folded]) -> list[np.ndarray | None]:
        """The probability of each label for each text; None where nothing is known of the text."""
        if self.model is None or self.views is None:
            return [None] * len(texts)
        spotted = [self.views.spot(text) if text.has_words else None for text in texts]
        known = [index for index, found in enumerate(spotted) if found is not None and len(found[0])]
        senses = dict(zip(known, self._sense([texts[index] for index in known]), strict=True))
        return [
            self.model.chances(self.model.scores(*spotted[index], senses[index])) if index in senses else None  # type: ignore[misc]
            for index in range(len(texts))
        ]

    def _wishes(self, text: str, certainty: float) -> list[dict[str, str]]:
        """The different requests of one text with the words of each, as they were said; empty when there is only one."""
        said = [(part, clauses(part)) for part in parts(text)]
        if len(said) < 2 and (
            certainty >= self.config["one_wish_from"] or not any(len(found) > 1 for _, found in said)
        ):
            return []
        pieces = list(dict.fromkeys(piece for part, found in said for piece in [part, *found]))
        chances = dict(zip(pieces, self._chances([fold(piece) for piece in pieces]), strict=True))
        wishes: list[dict[str, str]] = []
        for part, found in said:
            inner = [(self._wish(chances[clause], self.config["wish_clause_from"]), clause) for clause in found]
            inner = [(label, clause) for label, clause in inner if label and not denies(clause)]
            if len(said) > 1 and len({label for label, _ in inner}) < 2:
                whole = self._wish(chances[part], self.config["wish_part_from"])
                inner = [(whole, part)] if whole else inner[:1]
            for label, words in inner:
                if label and label not in {wish["name"] for wish in wishes}:
                    wishes.append({"name": label, "text": words})
        return wishes if len(wishes) > 1 else []

    def _wish(self, chances: np.ndarray | None, least: float) -> str | None:
        if chances is None:
            return None
        best = int(chances.argmax())
        label = self.labels[best]
        return label if chances[best] >= least and family_of(label) in self.config["wish_families"] else None

    # -- keeping -------------------------------------------------------------------------------------------------------

    def persist(self) -> None:
        """Write what was learned: numbers and names, nothing that could run."""
        with self._model_storage.write_to(self._resource) as directory:  # type: ignore[union-attr]
            names: dict[str, Any] = {"labels": self.labels}
            if self.model is not None and self.views is not None:
                np.savez(
                    directory / _NUMBERS,
                    grams=self.model.grams,
                    sense=self.model.sense,
                    bias=self.model.bias,
                    rarity=self.views.rarity,
                )
                weights = self.views.weights
                names |= {
                    "temperature": self.model.temperature,
                    "grams": sorted(self.views.grams, key=self.views.grams.__getitem__),
                    "weights": [weights.characters, weights.sounds, weights.sense],
                    "readings": pack(self.views.readings),
                }
            (directory / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MunicipalClassifier:
        """Read what `persist` wrote. A model without it is a broken model, and says so."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            names = json.loads((directory / _NAMES).read_text(encoding="utf-8"))
            component._know(names["labels"])
            if "grams" in names:
                with np.load(directory / _NUMBERS, allow_pickle=False) as numbers:
                    component.model = Softmax(numbers["grams"], numbers["sense"], numbers["bias"], names["temperature"])
                    rarity = numbers["rarity"]
                component.views = Views(
                    {gram: index for index, gram in enumerate(names["grams"])},
                    rarity,
                    unpack(names["readings"]),
                    Weights(*names["weights"]),
                )
                component._sense([Folded("路", ())])  # the first sentence must not wait for the encoder to load
        return component


def _undecided(labels: list[dict[str, Any]]) -> dict[str, Any]:
    chance = labels[0]["confidence"] if labels else 0.0
    intent = {"name": UNSURE, "confidence": round(1.0 - chance, 4)}
    return {"intent": intent, "intent_ranking": [intent], "labels": labels, "wishes": []}


def _ends(text: str, size: int) -> str:
    """The beginning and the end of a long text: people bury the matter in the middle, and name it at either end."""
    return text[: size * 2 // 3] + "\n" + text[-(size // 3) :]


def _a_tenth(wanted: np.ndarray, seed: int) -> np.ndarray:
    """About a tenth of each label's lines, at random, and never the last one that a label has."""
    chance = np.random.default_rng(seed)
    kept_out = np.zeros(len(wanted), dtype=bool)
    for label in np.unique(wanted):
        rows = chance.permutation(np.flatnonzero(wanted == label))
        kept_out[rows[: min(int(len(rows) / 10 + chance.random()), len(rows) - 1)]] = True
    return kept_out
