"""The actions as Rasa calls them, over real HTTP: a token at the door, a receipt for each effect."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from actions.route import BODY_MOST, EVERY_ACTION, action_routes
from hotline.adapters.tables import cases as case_table
from hotline.domain.messages import Lane
from hotline.domain.place import Place
from hotline.domain.report import Draft
from hotline.services.house import House
from tests.serving import served

TOKEN = "the actions' token"
LANE = Lane("web:a")
DOMAIN = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))
INSIDE_THE_FORM = {"validate_report_form", "action_ask_report_answer"}
"""Rasa calls these in the middle of a form; a receipt there would look like an answer."""
READY = Draft(
    kind="streetlight",
    place=Place(district="文山區", road="興隆路", section="2", lane="64", relation="巷口"),
    answers={"problem": "完全不亮", "danger_now": "沒有", "place_kind": "巷弄"},
    said=("路燈不亮",),
    outcome="confirmed",
)


@dataclass
class Caller:
    """Rasa, as far as the action route can tell."""

    client: httpx.AsyncClient
    url: str
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    async def post(self, content: bytes | str, **headers: str) -> httpx.Response:
        return await self.client.post(self.url, content=content, headers=self.headers | headers)

    async def run(
        self, action: str, text: str = "", *, label: str = "", slots: dict[str, Any] | None = None, **pressed: Any
    ) -> httpx.Response:
        """One action; words with a label, or a button with entities."""
        intent = label.partition("/")[0] or "nlu_fallback"
        entities = [{"entity": name, "value": value} for name, value in pressed.items()]
        message = {
            "text": f"/{intent}{json.dumps(pressed)}" if pressed else text,
            "intent": {"name": intent, "confidence": 0.9},
            "labels": [{"name": label, "confidence": 0.9}] if label and not pressed else [],
            "entities": entities,
            "metadata": {"lane": LANE, "event_id": "m1", "photos": [], "location": None, "resumed": False},
            "message_id": "m1",
        }
        tracker = {
            "sender_id": "s",
            "slots": slots or {},
            "latest_message": message,
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
        }
        call = {"next_action": action, "sender_id": "s", "tracker": tracker, "domain": {}, "version": "3.6.21"}
        return await self.post(json.dumps(call))


@pytest.fixture
async def caller(house: House, client: httpx.AsyncClient) -> AsyncIterator[Caller]:
    async with house.store.work() as work:
        await work.conversations.open(LANE, "web", "a", "public", 0.0)
    async with served(action_routes(house, TOKEN)) as url:
        yield Caller(client, f"{url}/internal/actions")


def slots_set(answer: httpx.Response) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in answer.json()["events"]}


def customs(answer: httpx.Response) -> list[dict[str, Any]]:
    return [one["custom"] for one in answer.json()["responses"] if one["custom"]]


# ── who is registered ──


def test_every_action_of_the_domain_is_registered_and_every_registered_action_is_in_the_domain(house: House) -> None:
    registered = [action(house).name() for action in EVERY_ACTION]

    assert sorted(DOMAIN["actions"]) == sorted(registered)
    assert len(registered) == len(set(registered))


def test_every_form_of_the_domain_has_its_validation_and_its_question() -> None:
    for form, parts in DOMAIN["forms"].items():
        assert f"validate_{form}" in DOMAIN["actions"]
        assert {f"action_ask_{slot}" for slot in parts["required_slots"]} <= set(DOMAIN["actions"])


# ── receipts ──


async def test_every_action_leaves_its_receipt_and_says_something(caller: Caller) -> None:
    for name in DOMAIN["actions"]:
        if name in INSIDE_THE_FORM:
            continue
        slots = {"report": READY.to_json()} if name == "action_close_report" else {}

        answer = await caller.run(name, "嗨", label="ask/parking.pay", slots=slots)

        assert 200 == answer.status_code, name
        assert f"m1:{name}" == slots_set(answer)["receipt"], name
        assert customs(answer), name


async def test_what_runs_inside_the_form_leaves_none(caller: Caller) -> None:
    begun = await caller.run("validate_report_form", "路燈不亮", label="report/streetlight")
    slots = slots_set(begun)
    asked = await caller.run("action_ask_report_answer", "路燈不亮", label="report/streetlight", slots=slots)

    assert "report_answer" == slots["requested_slot"]
    assert "receipt" not in slots
    assert "receipt" not in slots_set(asked)
    assert "在哪" in customs(asked)[0]["text"] or "地點" in customs(asked)[0]["text"]


async def test_the_first_message_of_a_report_may_end_it_at_once(caller: Caller) -> None:
    draft = READY.to_json() | {"outcome": "", "asked": "confirm"}

    answer = await caller.run("validate_report_form", label="cancel", slots={"report": draft}, about="x")

    assert slots_set(answer)["requested_slot"] is None
    assert "cancelled" == slots_set(answer)["report"]["outcome"]


# ── the one action that opens a case ──


async def test_a_confirmed_draft_becomes_a_case_once_though_the_action_is_repeated(
    caller: Caller, rows: Callable[..., Any]
) -> None:
    slots = {"report": READY.to_json()}

    answers = [await caller.run("action_close_report", "對", label="affirm", slots=slots) for _ in range(3)]

    assert 1 == len({customs(answer)[0]["text"] for answer in answers})
    assert customs(answers[0])[0]["text"].startswith("已受理。")
    assert slots_set(answers[0])["report"] is None
    assert 1 == len(await rows(case_table))


async def test_closing_refuses_an_unfinished_draft(caller: Caller, rows: Callable[..., Any]) -> None:
    no_place = READY.to_json() | {"place": {}}
    no_outcome = READY.to_json() | {"outcome": ""}

    for draft in (None, no_outcome, no_place):
        answer = await caller.run("action_close_report", "對", label="affirm", slots={"report": draft})

        assert 500 == answer.status_code
    assert [] == await rows(case_table)


@pytest.mark.parametrize(
    ("outcome", "said"), [("cancelled", "不報了"), ("phone_declined", "1999"), ("followed", "追蹤")]
)
async def test_every_other_ending_opens_nothing(
    caller: Caller, house: House, rows: Callable[..., Any], outcome: str, said: str
) -> None:
    if outcome == "followed":
        await caller.run("action_close_report", "對", label="affirm", slots={"report": READY.to_json()})
    before = len(await rows(case_table))
    draft = READY.to_json() | {"outcome": outcome, "answers": READY.answers | {"similar": "DEMO-30001"}}

    answer = await caller.run("action_close_report", "x", label="deny", slots={"report": draft})

    assert said in customs(answer)[0]["text"]
    assert before == len(await rows(case_table))


# ── the door ──


async def test_without_the_token_nothing_runs(caller: Caller, rows: Callable[..., Any]) -> None:
    for given in ("", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}"):
        caller.headers = {"Authorization": given}

        answer = await caller.run("action_close_report", slots={"report": READY.to_json()})

        assert (401, b"") == (answer.status_code, answer.content), given
    assert [] == await rows(case_table)


async def test_a_compressed_body_is_refused(caller: Caller) -> None:
    answer = await caller.post(gzip.compress(b"{}"), **{"Content-Encoding": "gzip"})

    assert 415 == answer.status_code


async def test_a_body_that_is_too_large_is_refused(caller: Caller) -> None:
    answer = await caller.post(b"x" * (BODY_MOST + 1))

    assert 413 == answer.status_code


async def test_an_error_never_repeats_what_was_sent(caller: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = await caller.run("action_that_nobody_wrote", "那個祕密")
    broken = await caller.run("action_close_report", "那個祕密")
    unreadable = await caller.post("{那個祕密".encode())

    assert [500, 500, 500] == [answer.status_code for answer in (unknown, broken, unreadable)]
    assert "祕密" not in unknown.text + broken.text + unreadable.text + "".join(capsys.readouterr())
    assert "action_close_report" == broken.json()["action_name"]


# ── what actions say ──


async def test_misses_are_counted_and_an_answer_ends_the_count(caller: Caller) -> None:
    first = await caller.run("action_unsure", "嘎", slots={"misses": 0.0})
    second = await caller.run("action_unsure", "嘎", slots={"misses": 1.0})
    answered = await caller.run("action_answer", "停車費", label="ask/parking.pay", slots={"misses": 2.0})

    assert [1.0, 2.0, 0.0] == [slots_set(answer)["misses"] for answer in (first, second, answered)]
    assert "找專人" in [button["title"] for button in customs(second)[0]["buttons"]]


async def test_asking_for_a_person_claims_nothing_by_itself(caller: Caller) -> None:
    answer = await caller.run("action_handoff", "找人", label="handoff")

    [custom] = customs(answer)
    assert "市民要求找專人" == custom["person"]
    assert not custom.get("text")


async def test_insults_meet_a_calm_boundary_and_then_self_service(caller: Caller) -> None:
    first = await caller.run("action_abuse", "罵人", label="abuse")
    second = await caller.run("action_abuse", "罵人", label="abuse", slots={"abuse": 1.0})

    assert [1.0, 2.0] == [slots_set(answer)["abuse"] for answer in (first, second)]
    assert customs(first)[0]["text"] != customs(second)[0]["text"]


async def test_a_topic_that_is_not_known_is_not_made_up(caller: Caller) -> None:
    answer = await caller.run("action_answer", "月亮", label="ask/moon.landing")

    assert "不亂猜" in customs(answer)[0]["text"]
