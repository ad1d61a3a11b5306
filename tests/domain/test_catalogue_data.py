"""The catalogue and the training sentences keep what the code and the citizens rely on."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

DATA = Path(__file__).parents[2] / "data"
GROUPS = [
    "waste", "pollution_noise", "road_surface", "streetlight", "traffic_device", "drain",
    "water", "tree", "animal", "riverside", "flood", "slope",
]  # fmt: skip
TYPES = {"choice", "text", "number", "time", "phone"}
# Words that would be understood in Taiwan and never said there, and letter language.
NOT_OURS = [
    "信息", "視頻", "屏幕", "打印", "短信", "郵箱", "電郵", "網絡", "鏈接", "點擊", "登錄", "賬號", "反饋", "渠道",
    "質量", "地鐵", "出租車", "公交", "小區", "業委會", "公安局", "居委會", "信號燈", "井蓋", "身份證", "惠請",
    "俾利", "逕洽", "台端", "儘快", "盡快", "您們", "親愛的", "予以",
]  # fmt: skip


def load(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


KINDS: dict[str, dict[str, Any]] = {
    kind["code"]: kind for group in GROUPS for kind in load(f"services/{group}.yml")["services"]
}
COMMON = load("services/common.yml")
REFERRALS = {one["code"]: one for one in load("services/referrals.yml")["referrals"]}
DANGER = load("services/emergencies.yml")
EMERGENCIES = {one["code"]: one for one in DANGER["emergencies"]}
QUESTIONS = [
    *((code, question) for code, kind in KINDS.items() for question in kind["questions"]),
    *(("common", question) for question in COMMON["common_questions"]),
]
CHOICES = [(code, question) for code, question in QUESTIONS if question["type"] == "choice"]
SENTENCES: dict[str, list[str]] = {
    entry["intent"]: [line.removeprefix("- ").strip() for line in entry["examples"].splitlines()]
    for name in ("report", "refer", "number", "talk")
    for entry in load(f"nlu/{name}.yml")["nlu"]
}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def spoken() -> Iterator[str]:
    """Everything of the catalogue that a citizen is told; what citizens themselves say (hear) is not ours to correct."""
    for kind in KINDS.values():
        yield from strings([kind["short"], kind["opening"], kind.get("place_ask"), kind["facts"], kind["dangers"]])
    for _, question in QUESTIONS:
        yield from strings({key: value for key, value in question.items() if key not in ("hear", "id", "type")})
    for one in REFERRALS.values():
        yield from strings([one["short"], one["office"], one["answer"], one["more"], one["source"], one["buttons"]])
    for one in EMERGENCIES.values():
        yield from strings([one["name"], one["say"], one.get("say_handed_over"), one.get("more"), one["buttons"]])


def known_label(label: str) -> bool:
    family, _, code = label.partition("/")
    return {
        "report": code in KINDS,
        "refer": code in REFERRALS,
        "ask": "." in code,  # that the topic exists has a test of its own
        "handoff": code == "",
    }.get(family, False)


def test_there_are_twenty_two_kinds_twenty_six_referrals_and_thirty_emergencies() -> None:
    expected = {"kinds": 22, "referrals": 26, "emergencies": 30}

    assert expected == {"kinds": len(KINDS), "referrals": len(REFERRALS), "emergencies": len(EMERGENCIES)}


def test_a_file_of_a_group_says_which_group_it_is() -> None:
    for group in GROUPS:
        assert group == load(f"services/{group}.yml")["group"]


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_says_what_it_is_who_takes_it_and_where_that_is_known_from(code: str) -> None:
    kind = KINDS[code]

    assert {"name", "short", "inferred"} == set(kind["agency"])
    assert isinstance(kind["agency"]["inferred"], bool)
    assert len(kind["short"]) <= 8
    assert kind["opening"].endswith("。")
    assert "？" not in kind["opening"]
    assert kind["source"]
    assert kind["confidence"] in {"high", "medium", "low"}
    assert re.fullmatch(r"\d{4}-\d{2}", kind["as_of"])
    assert kind["danger_words"]
    assert kind["resolution_codes"]


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_asks_for_its_place_and_at_most_three_things_more(code: str) -> None:
    kind = KINDS[code]

    asked = [q for q in kind["questions"] if (q["required"] or q["offer"]) and not q.get("from_place")]
    if "danger_now" in kind["uses_common"]:
        asked.append({"id": "danger_now"})
    asked = [q for q in asked if not q.get("only_if")]

    assert {"location", "district"} <= set(kind["uses_common"])
    # A pick-up cannot be arranged without items, origin, spot and phone; an animal may have gone by the time we come.
    assert len(asked) <= (4 if code in {"bulky_waste", "animal_rescue"} else 3)


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_never_asks_twice_under_one_id_and_uses_only_common_questions_that_exist(code: str) -> None:
    kind = KINDS[code]

    ids = [question["id"] for question in kind["questions"]] + kind["uses_common"]

    assert len(ids) == len(set(ids))
    assert set(kind["uses_common"]) <= {question["id"] for question in COMMON["common_questions"]}


@pytest.mark.parametrize("code", KINDS)
def test_a_headline_names_questions_of_its_kind(code: str) -> None:
    named = re.findall(r"\{(\w+)\}", KINDS[code]["headline"])

    assert set(named) <= {question["id"] for question in KINDS[code]["questions"]}


@pytest.mark.parametrize(("code", "question"), QUESTIONS)
def test_a_question_can_be_asked_in_one_breath(code: str, question: dict[str, Any]) -> None:
    assert 2 <= len(question["label"]) <= 4
    assert question["type"] in TYPES | ({"photo"} if code == "common" else set())
    assert isinstance(question["required"], bool)
    assert isinstance(question["offer"] if not question["required"] else True, bool)
    assert question["ask"].endswith(("？", "。"))
    assert question["ask"].count("？") <= 2
    if question["id"] != "photo":  # photo.advice is longer, by decision
        assert len(question["ask"]) <= 40


@pytest.mark.parametrize(("code", "question"), CHOICES)
def test_every_choice_is_short_and_is_heard_in_at_least_four_ways(code: str, question: dict[str, Any]) -> None:
    choices = question["choices"]

    assert len(choices) <= 13  # LINE shows thirteen quick replies
    assert len(choices) == len(set(choices))
    assert all(len(choice) <= 8 for choice in choices)
    assert set(choices) == set(question["hear"])
    assert all(len(phrases) >= 4 for phrases in question["hear"].values())


@pytest.mark.parametrize(("code", "question"), CHOICES)
def test_a_phrase_means_one_choice_and_says_something_by_itself(code: str, question: dict[str, Any]) -> None:
    phrases = Counter(phrase for heard in question["hear"].values() for phrase in heard)
    bare = {word for words in COMMON["answers"].values() for word in words}

    assert not [phrase for phrase, times in phrases.items() if times > 1]
    assert not [phrase for phrase in phrases if phrase in bare or len(phrase) < 2]


@pytest.mark.parametrize(("code", "question"), CHOICES)
def test_what_hangs_on_a_choice_hangs_on_one_that_exists(code: str, question: dict[str, Any]) -> None:
    choices = set(question["choices"])

    assert set(question.get("alarm", [])) <= choices
    assert set(question.get("warn", {})) <= choices
    assert set(question.get("redirect", {})) <= choices
    assert all(known_label(label) for label in question.get("redirect", {}).values())


@pytest.mark.parametrize(("code", "question"), QUESTIONS)
def test_a_condition_points_at_choices_of_a_sister_question(code: str, question: dict[str, Any]) -> None:
    sisters = {one["id"]: one for kind, one in QUESTIONS if kind == code}

    for condition in ("only_if", "first_if"):
        for name, choices in question.get(condition, {}).items():
            assert set(choices) <= set(sisters[name]["choices"])


@pytest.mark.parametrize(("code", "question"), QUESTIONS)
def test_a_safety_question_knows_which_answer_is_danger_and_which_emergency_that_is(
    code: str, question: dict[str, Any]
) -> None:
    if question.get("safety"):
        assert question["alarm"]
        assert question["required"]
    assert ("alarm" in question) == ("alarm_emergency" in question)
    if "alarm" in question:
        assert question["alarm_emergency"] in EMERGENCIES


@pytest.mark.parametrize("code", REFERRALS)
def test_a_referral_answers_at_once_with_source_and_a_way_on(code: str) -> None:
    one = REFERRALS[code]

    assert len(one["short"]) <= 8
    assert len(one["answer"]) <= 120
    assert one["routes"]
    assert one["source"]
    assert one["as_of"]
    assert one["buttons"]
    assert one["offer_report"] is None or one["offer_report"] in KINDS
    assert isinstance(one["more"], list)
    if one["number"]:
        assert one["number"] in one["answer"]


@pytest.mark.parametrize("code", REFERRALS)
def test_a_referral_to_the_city_shows_the_address_it_sends_to(code: str) -> None:
    one = REFERRALS[code]

    said = one["answer"] + "".join(one["more"])

    if "hello.gov.taipei" in said:
        assert one["url"] == "https://hello.gov.taipei"


@pytest.mark.parametrize("code", EMERGENCIES)
def test_an_emergency_says_its_number_and_shows_it_as_a_button(code: str) -> None:
    one = EMERGENCIES[code]

    calls = [button["call"] for button in one["buttons"] if "call" in button]

    assert one["level"] in {"life", "crime", "support", "info"}
    assert one["action"] in {"call_first", "handover_now", "show_number"}
    assert one["number"] in one["say"]
    assert len(one["say"]) <= 120
    assert len(one["name"]) <= 8
    assert set(calls) <= {one["number"], *one["also"], "119", "1999"}
    assert calls or code == "deaf_emergency"


def test_only_a_hand_over_that_happened_may_claim_that_a_person_was_told() -> None:
    claims = [code for code, one in EMERGENCIES.items() if "已經請專人" in one["say"]]
    handed_over = {code for code, one in EMERGENCIES.items() if one["action"] == "handover_now"}

    assert not claims
    assert handed_over == {code for code, one in EMERGENCIES.items() if "say_handed_over" in one}


def test_the_order_of_dangers_names_every_one_that_cannot_wait() -> None:
    cannot_wait = {code for code, one in EMERGENCIES.items() if one["action"] != "show_number"}

    assert cannot_wait == set(DANGER["precedence"])
    assert set(DANGER["handover_priority"]) <= cannot_wait
    assert all(entry["phrases"] and entry["reason"] for entry in DANGER["not_emergencies"])


def test_every_button_is_short_and_leads_somewhere() -> None:
    buttons = [button for one in (*REFERRALS.values(), *EMERGENCIES.values()) for button in one["buttons"]]

    assert all(len(button["title"]) <= 8 for button in buttons)
    assert all(("call" in button) != ("label" in button) for button in buttons)
    assert all(re.fullmatch(r"[\d-]{3,}", button["call"]) for button in buttons if "call" in button)
    assert all(known_label(button["label"]) for button in buttons if "label" in button)


def test_every_question_behind_a_button_is_a_topic_with_sentences() -> None:
    topics = {entry["intent"] for path in (DATA / "nlu").glob("ask_*.yml") for entry in load(f"nlu/{path.name}")["nlu"]}
    buttons = [button for one in (*REFERRALS.values(), *EMERGENCIES.values()) for button in one["buttons"]]

    asked = {button["label"] for button in buttons if button.get("label", "").startswith("ask/")}

    assert asked <= topics


def test_confusions_point_at_kinds_referrals_or_topics() -> None:
    for kind in KINDS.values():
        for confusion in kind.get("confusions", []):
            assert confusion["tell_apart"]
            assert "with_topic" in confusion or confusion["with"] in KINDS.keys() | REFERRALS.keys()


def test_nothing_a_citizen_is_told_uses_words_from_elsewhere_or_from_letters() -> None:
    found = [(word, text) for text in spoken() for word in NOT_OURS if word in text]

    assert not found


def test_nothing_a_citizen_is_told_shouts_or_puts_spaces_around_figures() -> None:
    found = [text for text in spoken() if re.search(r"[!！~～]|[\u4e00-\u9fff] \d|\d [\u4e00-\u9fff]|\n", text)]

    assert not found


def test_the_status_words_are_the_seven_of_the_city() -> None:
    seven = ["受理", "派工中", "處理中", "已完成", "重新開啟", "改分其他機關", "不受理"]

    assert seven == COMMON["status_words"]


def test_every_kind_referral_and_shown_number_has_its_training_sentences() -> None:
    shown = {code for code, one in EMERGENCIES.items() if one["action"] == "show_number"}

    assert set(KINDS) == {name.partition("/")[2] for name in SENTENCES if name.startswith("report/")}
    assert set(REFERRALS) == {name.partition("/")[2] for name in SENTENCES if name.startswith("refer/")}
    assert shown == {name.partition("/")[2] for name in SENTENCES if name.startswith("number/")}


@pytest.mark.parametrize("intent", SENTENCES)
def test_an_intent_has_enough_sentences_to_learn_from(intent: str) -> None:
    enough = {"report": 45, "refer": 25, "number": 15, "out_of_scope": 150}

    assert len(SENTENCES[intent]) >= enough.get(intent.partition("/")[0], 25)


def test_no_sentence_teaches_two_things_or_the_same_thing_twice() -> None:
    def bare(text: str) -> str:
        return re.sub(r"\s+", "", text).lower()

    seen = Counter(bare(text) for texts in SENTENCES.values() for text in texts)

    assert not [text for text, times in seen.items() if times > 1]


def test_training_sentences_carry_no_annotations() -> None:
    assert not [text for texts in SENTENCES.values() for text in texts if "[" in text or "](" in text]


def test_bare_words_that_mean_several_things_are_left_unsure() -> None:
    everything = {text for texts in SENTENCES.values() for text in texts}

    assert everything.isdisjoint({"垃圾", "停車", "證", "證件"})
