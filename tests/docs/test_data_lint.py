"""What stands in data/: every figure has its source, every button leads somewhere, every sentence teaches one thing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "data"
HELD_OUT = PROJECT / "tests" / "nlu" / "heldout"
KNOWN_TO_ALL = ("1999", "02-2720-8889", "119", "110")
"""Numbers that any answer may give."""
SHORT_MOST = 120
BUTTON_MOST = 8
EXAMPLES_LEAST = 8
ELSEWHERE = (
    "信息", "視頻", "屏幕", "打印", "短信", "郵箱", "電郵", "網絡", "鏈接", "點擊", "賬號", "賬戶", "反饋", "渠道", "默認",
    "質量好", "地鐵", "出租車", "公交", "小區", "業委會", "物業費", "公安局", "居委會", "信號燈", "井蓋", "身份證", "優盤", "软件",
    "軟件", "硬件", "搜索", "數據", "程序員", "用戶名", "二維碼", "攝像頭", "充電寶", "高清", "立馬", "水平線上", "項目經理", "支持我們",
    "視窗口", "自行車道路", "摩托車", "幼兒園所", "台端", "惠請", "俾利", "逕洽", "您們", "親愛的",
)  # fmt: skip
"""Words of the mainland, or of letters from offices; nobody in Taiwan says them to a citizen."""


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def answers() -> dict[str, dict[str, Any]]:
    entries = [entry for path in sorted((DATA / "answers").glob("*.yml")) for entry in _load(path)["answers"]]
    twice = [topic for topic, times in Counter(entry["id"] for entry in entries).items() if times > 1]
    assert not twice
    return {entry["id"]: entry for entry in entries}


@cache
def examples() -> dict[str, list[str]]:
    """Every training sentence, by full label."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for entry in _load(path)["nlu"]:
            if "intent" in entry:
                lines = entry["examples"].splitlines()
                found[entry["intent"]] += [line.removeprefix("- ").strip() for line in lines if line.strip()]
    return dict(found)


@cache
def held_out() -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(HELD_OUT.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


@cache
def domain() -> dict[str, Any]:
    loaded: dict[str, Any] = _load(PROJECT / "domain.yml")
    return loaded


@cache
def rules() -> list[tuple[str, dict[str, Any]]]:
    return [(path.name, rule) for path in sorted((DATA / "rules").glob("*.yml")) for rule in _load(path)["rules"]]


@cache
def known_labels() -> frozenset[str]:
    services = [one["code"] for path in (DATA / "services").glob("*.yml") for one in _load(path).get("services", [])]
    referrals = [one["code"] for one in _load(DATA / "services" / "referrals.yml")["referrals"]]
    emergencies = [one["code"] for one in _load(DATA / "services" / "emergencies.yml")["emergencies"]]
    talk = [intent for intent in domain()["intents"] if intent not in ("ask", "report", "refer", "number")]
    return frozenset(
        [
            *(f"ask/{topic}" for topic in answers()),
            *(f"report/{code}" for code in services),
            *(f"refer/{code}" for code in referrals),
            *(f"number/{code}" for code in emergencies),
            *talk,
        ]
    )


# ── figures ──

_PHONE = re.compile(r"\(?0\d{1,3}\)?[- ]\d{3,4}[- ]?\d{3,4}|0800-?\d{3}-?\d{3}|09\d{2}-?\d{3}-?\d{3}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CHINESE = re.compile(r"[零〇一二三四五六七八九十百千兩萬億]+")
_DIGITS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"〇": 0, "兩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def _plain(text: str) -> str:
    without_commas = re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text.replace("，", "、")))
    return re.sub(r"(?<=\d) (?=[萬千億])", "", without_commas)


def _from_chinese(text: str) -> float:
    """一千二百 → 1200; 二〇二六 → 2026."""
    if not re.search("[十百千萬億]", text):
        return float("".join(str(_DIGITS[mark]) for mark in text))
    total, part, digit = 0, 0, 0
    for mark in text:
        if mark in _DIGITS:
            digit = _DIGITS[mark]
        elif mark in _UNITS:
            part, digit = part + (digit or 1) * _UNITS[mark], 0
        else:
            total, part, digit = (total + part + digit) * (10**4 if mark == "萬" else 10**8), 0, 0
    return float(total + part + digit)


def figures(text: str) -> set[str | float]:
    """Every figure of a text: phones as their digits, amounts with 萬 worked out, other numbers as they are."""
    plain = _plain(text)
    found: set[str | float] = set()
    for phone in _PHONE.findall(plain):
        found.add(re.sub(r"\D", "", phone))
    plain = _PHONE.sub("、", plain)
    for number in re.finditer(r"(\d+(?:\.\d+)?)(萬|千|億)?", plain):
        found.add(float(number[1]) * {"千": 10**3, "萬": 10**4, "億": 10**8}.get(number[2] or "", 1))
    return found


def stated(text: str) -> set[str | float]:
    """What a text gives as a basis: its figures, also those written in Chinese."""
    plain = _plain(text)
    found = figures(text)
    found |= {float(number) for number in _NUMBER.findall(plain)}
    found |= {_from_chinese(number) for number in _CHINESE.findall(plain) if number not in ("萬", "億")}
    found |= {f"0{digits}" for digits in re.findall(r"(?<!\d)0?(\d{8,9})(?!\d)", re.sub(r"[-\s()]", "", plain))}
    return found


def basis_of(entry: dict[str, Any]) -> set[str | float]:
    parts = [
        *(entry.get("facts") or ()),
        *(str(entry.get(key) or "") for key in ("phone", "link", "as_of", "source_line")),
    ]
    return stated("\n".join(map(str, parts))) | stated("、".join(KNOWN_TO_ALL))


def spoken(entry: dict[str, Any]) -> str:
    return f"{entry['short']}\n{entry.get('more') or ''}"


def claimed(entry: dict[str, Any]) -> str:
    """What is spoken without 「是2016年的說明」, which tells how old the words are."""
    return re.sub(r"\d{4}年的(說明|資料)", "", spoken(entry))


def buttons() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every button of an answer or a referral, with where it stands."""
    for topic, entry in answers().items():
        for button in entry.get("next") or ():
            yield f"ask/{topic}", button
    for name, key in (("referrals", "referrals"), ("emergencies", "emergencies")):
        for one in _load(DATA / "services" / f"{name}.yml")[key]:
            for button in one.get("buttons") or ():
                yield f"{key}/{one['code']}", button


# ── data/answers ──


def test_every_answer_says_whose_it_is_where_it_comes_from_and_until_when_it_holds() -> None:
    missing = {
        topic: [
            key
            for key in ("owner", "office", "source", "source_line", "as_of", "review_by", "title", "button")
            if not entry.get(key)
        ]
        for topic, entry in answers().items()
    }

    assert {} == {topic: keys for topic, keys in missing.items() if keys}


def test_every_review_date_is_a_date_or_expired() -> None:
    wrong = {}
    for topic, entry in answers().items():
        try:
            assert entry["review_by"] == "expired" or date.fromisoformat(str(entry["review_by"]))
        except ValueError:
            wrong[topic] = entry["review_by"]

    assert {} == wrong


def test_every_figure_of_an_answer_stands_in_its_facts() -> None:
    unfounded = {
        topic: sorted(map(str, loose))
        for topic, entry in answers().items()
        if (loose := figures(claimed(entry)) - basis_of(entry))
    }

    assert {} == unfounded


def test_an_answer_that_has_expired_gives_no_figures_but_phones() -> None:
    known = stated("、".join(KNOWN_TO_ALL))
    with_figures = {
        topic: sorted(map(str, loose))
        for topic, entry in answers().items()
        if entry["review_by"] == "expired"
        and (
            loose := {one for one in figures(spoken(entry)) if isinstance(one, float)}
            - known
            - stated(str(entry.get("phone") or ""))
        )
    }

    assert {} == with_figures


def test_the_short_answer_is_short() -> None:
    long = {
        topic: len(entry["short"].strip())
        for topic, entry in answers().items()
        if len(entry["short"].strip()) > SHORT_MOST
    }

    assert {} == long


def test_no_answer_has_blank_lines_or_speaks_like_somewhere_else() -> None:
    wrong = {
        topic: found
        for topic, entry in answers().items()
        if (
            found := [
                *(["a blank line"] if re.search(r"\n\s*\n", spoken(entry).strip()) else []),
                *(word for word in ELSEWHERE if word in spoken(entry) + entry["title"] + entry["button"]),
            ]
        )
    }

    assert {} == wrong


def test_buttons_are_short_and_no_two_of_an_answer_are_alike() -> None:
    long = {(where, button["title"]) for where, button in buttons() if len(button["title"]) > BUTTON_MOST}
    long |= {(topic, entry["button"]) for topic, entry in answers().items() if len(entry["button"]) > BUTTON_MOST}
    titles = Counter((where, button["title"]) for where, button in buttons())

    assert set() == long
    assert [] == [place for place, times in titles.items() if times > 1]


def test_the_names_of_topics_on_buttons_are_all_different() -> None:
    named = defaultdict(list)
    for topic, entry in answers().items():
        named[entry["button"]].append(topic)

    assert {} == {name: topics for name, topics in named.items() if len(topics) > 1}


def test_every_button_leads_somewhere() -> None:
    lost = {
        (where, button["label"])
        for where, button in buttons()
        if "call" not in button and button["label"] not in known_labels()
    }

    assert set() == lost


def test_no_answer_leads_to_itself() -> None:
    assert [] == [where for where, button in buttons() if button.get("label") == where]


# ── data/nlu ──


def test_every_topic_has_sentences_and_every_ask_intent_an_answer() -> None:
    taught = {label.removeprefix("ask/") for label in examples() if label.startswith("ask/")}

    assert set() == answers().keys() - taught
    assert set() == taught - answers().keys()


def test_every_intent_is_one_that_the_assistant_knows() -> None:
    assert set() == {label for label in examples() if label not in known_labels()}


def test_every_intent_has_enough_sentences() -> None:
    few = {label: len(lines) for label, lines in examples().items() if len(lines) < EXAMPLES_LEAST}

    assert {} == few


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def test_no_sentence_teaches_two_things() -> None:
    labels = defaultdict(set)
    for label, lines in examples().items():
        for line in lines:
            labels[_bare(line)].add(label)

    assert {} == {line: sorted(meant) for line, meant in labels.items() if len(meant) > 1}


def test_no_sentence_stands_twice_under_one_intent() -> None:
    twice = {
        label: doubled
        for label, lines in examples().items()
        if (doubled := [line for line, times in Counter(map(_bare, lines)).items() if times > 1])
    }

    assert {} == twice


def test_nothing_that_is_held_out_is_taught() -> None:
    taught = {_bare(line): label for label, lines in examples().items() for line in lines}
    leaked = {line["text"]: taught[_bare(line["text"])] for line in held_out() if _bare(line["text"]) in taught}

    assert len(held_out()) > 300
    assert {} == leaked


def test_every_held_out_line_has_a_label_that_exists() -> None:
    strange = {line["label"] for line in held_out()} - known_labels() - {"nlu_fallback", "out_of_scope"}

    assert set() == strange


# ── data/rules ──


def test_no_rule_says_anything_after_an_action_of_ours() -> None:
    """Rasa would say it although the action failed: what has happened is said by the action that did it."""
    ours = set(domain()["actions"]) | set(domain()["forms"])
    wrong = []
    for name, rule in rules():
        done = [step["action"] for step in rule["steps"] if "action" in step]
        for before, after in pairwise(done):
            if before in ours and after.startswith("utter_"):
                wrong.append((name, rule["rule"], after))

    assert [] == wrong


def test_every_rule_is_about_an_intent_and_actions_that_exist() -> None:
    may_run = set(domain()["actions"]) | set(domain()["forms"]) | set(domain()["responses"]) | {"action_listen"}
    intents = set(domain()["intents"])
    strange = [
        (name, rule["rule"], step)
        for name, rule in rules()
        for step in rule["steps"]
        if step.get("intent", next(iter(intents))) not in intents or step.get("action", "action_listen") not in may_run
    ]

    assert [] == strange


def test_every_intent_outside_a_form_has_one_rule() -> None:
    first = Counter(
        rule["steps"][0]["intent"] for _, rule in rules() if "intent" in rule["steps"][0] and not rule.get("condition")
    )
    taught = {label.partition("/")[0] for label in examples()} & set(domain()["intents"])

    assert [] == [intent for intent, times in first.items() if times > 1]
    assert set() == taught - first.keys()


def test_every_response_is_said_by_a_rule_and_promises_nothing() -> None:
    said = {
        step["action"] for _, rule in rules() for step in rule["steps"] if str(step.get("action")).startswith("utter_")
    }
    texts = {name: text["text"] for name, variants in domain()["responses"].items() for text in variants}

    assert set(domain()["responses"]) == said
    assert {} == {name: text for name, text in texts.items() if re.search("已受理|立案|已完成|派工中", text)}


def test_every_button_of_a_response_means_an_intent_or_a_call() -> None:
    payloads = [
        button["payload"]
        for variants in domain()["responses"].values()
        for text in variants
        for button in text.get("buttons", [])
    ]

    assert [] == [
        payload for payload in payloads if re.split(r"[/{]", payload)[1] not in {*domain()["intents"], "call"}
    ]
