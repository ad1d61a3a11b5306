"""The classifier: whole labels in, families out, unsure when it should be, and the same after it was stored."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corpus import texts_and_labels
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classify import MunicipalClassifier

CONTEXT = ExecutionContext(GraphSchema({}))


@pytest.fixture(scope="module")
def classifier() -> MunicipalClassifier:
    made = MunicipalClassifier({}, None, None)
    made.learn(*texts_and_labels())
    return made


def training_data() -> TrainingData:
    """The corpus as Rasa hands it over: the family as intent, the whole label under a key of its own."""
    messages = []
    for text, label in zip(*texts_and_labels(), strict=True):
        data = {TEXT: text, INTENT: label.split("/")[0]}
        messages.append(Message(data | ({INTENT_RESPONSE_KEY: label} if "/" in label else {})))
    return TrainingData(messages)


def names(decision: dict[str, Any]) -> list[str]:
    return [label["name"] for label in decision["labels"]]


@pytest.mark.parametrize(
    ("text", "family", "label"),
    [
        ("我家門口的路燈不亮", "report", "report/streetlight"),
        ("路灯坏了", "report", "report/streetlight"),
        ("路 燈 不 亮", "report", "report/streetlight"),
        ("路登不量", "report", "report/streetlight"),
        ("阿嬤的敬老卡要怎麼辦", "ask", "ask/senior.card"),
        ("找真人", "handoff", "handoff"),
    ],
)
def test_the_family_is_the_intent_and_the_label_travels_along(
    classifier: MunicipalClassifier, text: str, family: str, label: str
) -> None:
    decision = classifier.decide(text)

    assert decision["intent"]["name"] == family
    assert names(decision)[0] == label
    assert len(decision["labels"]) == 5
    assert decision["intent_ranking"][0] == decision["intent"]


def test_a_family_is_as_likely_as_its_labels_together(classifier: MunicipalClassifier) -> None:
    decision = classifier.decide("路燈下面的路面有坑洞")

    report = next(one for one in decision["intent_ranking"] if one["name"] == "report")
    parts = [label["confidence"] for label in decision["labels"] if label["name"].startswith("report/")]
    assert report["confidence"] == pytest.approx(min(sum(parts), 1.0), abs=0.002)


@pytest.mark.parametrize("text", ["", "   ", "\u3000", "\u200b", "\n" * 50, "🚧💡", "。。。？", "qwxz", "\ud83d"])
def test_noise_is_never_understood(classifier: MunicipalClassifier, text: str) -> None:
    decision = classifier.decide(text)

    assert decision["intent"]["name"] == "nlu_fallback"
    assert decision["wishes"] == []


def test_a_toss_up_is_asked_about_and_both_sides_are_listed(classifier: MunicipalClassifier) -> None:
    chances = np.full(len(classifier.labels), 0.02)
    chances[0], chances[1] = 0.46, 0.44

    assert classifier.is_unsure(chances)


def test_a_weak_favourite_is_not_believed(classifier: MunicipalClassifier) -> None:
    chances = np.full(len(classifier.labels), 0.1)
    chances[0] = 0.3

    assert classifier.is_unsure(chances)


def test_a_label_beside_a_likely_out_of_scope_is_not_believed(classifier: MunicipalClassifier) -> None:
    chances = np.zeros(len(classifier.labels))
    chances[classifier.labels.index("ask/senior.card")] = 0.6
    chances[classifier.labels.index("out_of_scope")] = 0.3

    assert classifier.is_unsure(chances)


def test_an_unsure_text_still_lists_its_candidates(classifier: MunicipalClassifier) -> None:
    decision = classifier.decide("卡")

    assert decision["intent"]["name"] in ("nlu_fallback", "out_of_scope") or decision["intent"]["confidence"] >= 0.4
    assert len(decision["labels"]) == 5


def test_a_very_long_text_is_quickly_asked_about(classifier: MunicipalClassifier) -> None:
    text = ("敝人居住於本里多年，日前因故途經該處，" * 300)[:5000]
    started = time.perf_counter()

    decision = classifier.decide(text)

    assert decision["intent"]["name"] == "nlu_fallback"
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize("joint", ["，另外", "。還有，", "，順便問一下", "\n對了，"])
def test_two_wishes_are_both_heard_in_order_with_their_own_words(classifier: MunicipalClassifier, joint: str) -> None:
    decision = classifier.decide(f"路燈壞了{joint}敬老卡怎麼辦")

    assert decision["wishes"] == [
        {"name": "report/streetlight", "text": "路燈壞了"},
        {"name": "ask/senior.card", "text": "敬老卡怎麼辦"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "路燈不亮，三天了",
        "路燈不亮，沒有坑洞",
        "你好，路燈壞了，謝謝",
        "路燈壞了，另外一支路燈也不亮",
        "敬老卡怎麼辦？要帶什麼",
        "路燈壞了",
    ],
)
def test_several_facts_of_one_matter_are_one_wish(classifier: MunicipalClassifier, text: str) -> None:
    assert classifier.decide(text)["wishes"] == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_whatever_is_typed_is_answered_in_shape(classifier: MunicipalClassifier, text: str) -> None:
    decision = classifier.decide(text)

    assert set(decision) == {"intent", "intent_ranking", "labels", "wishes"}
    assert 0.0 <= decision["intent"]["confidence"] <= 1.0
    assert all(0.0 <= label["confidence"] <= 1.0 for label in decision["labels"])


def test_what_was_learned_survives_being_stored(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("classifier")
    trained = MunicipalClassifier.create({"sense": 0}, storage, resource, CONTEXT)
    trained.train(training_data())

    loaded = MunicipalClassifier.load({"sense": 0}, storage, resource, CONTEXT)

    for text in ("路燈不亮", "敬老卡怎麼辦", "沒有人懂的話", "🙏"):
        assert loaded.decide(text) == trained.decide(text)


def test_a_stored_model_is_numbers_and_names_only(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("classifier")
    MunicipalClassifier.create({"sense": 0}, storage, resource, CONTEXT).train(training_data())

    with storage.read_from(resource) as folder:
        stored = sorted(path.name for path in folder.iterdir())
        arrays = dict(np.load(folder / "weights.npz", allow_pickle=False))

    assert stored == ["names.json", "weights.npz"]
    assert all(array.dtype.kind == "f" for array in arrays.values())


def test_the_same_lines_make_the_same_model() -> None:
    first, second = (MunicipalClassifier({"sense": 0}, None, None) for _ in range(2))

    first.learn(*texts_and_labels())
    second.learn(*texts_and_labels())

    assert first.decide("路燈不亮嗎") == second.decide("路燈不亮嗎")


def test_without_lines_it_stores_and_loads_and_understands_nothing(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("classifier")
    MunicipalClassifier.create({}, storage, resource, CONTEXT).train(TrainingData([]))

    loaded = MunicipalClassifier.load({}, storage, resource, CONTEXT)

    assert loaded.decide("路燈不亮")["intent"]["name"] == "nlu_fallback"


def test_a_messages_results_reach_the_parse_data(classifier: MunicipalClassifier) -> None:
    message = Message({TEXT: "路燈不亮"})

    classifier.process([message])

    told = message.as_dict(only_output_properties=True)
    assert {"text", "intent", "intent_ranking", "labels", "wishes"} <= set(told)


def test_a_payload_of_a_button_is_left_to_rasa(classifier: MunicipalClassifier) -> None:
    message = Message({TEXT: '/answer{"topic":"senior.card"}'})

    classifier.process([message])

    assert message.get("labels") == []
