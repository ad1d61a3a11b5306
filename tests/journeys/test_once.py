"""What is delivered twice counts once, on each channel in its own way."""

from __future__ import annotations

import copy
import json
import time

import httpx
import pytest

from channels.line.wire import sign
from tests.journeys.citizens import LineCitizen, TelegramCitizen, WebCitizen
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey

QUIET_SECONDS = 3.0
"""Long enough for a second answer to show itself."""


def test_the_same_client_id_twice_is_one_message_with_one_number(on_web: WebCitizen) -> None:
    first = on_web.posts(id="one-and-the-same", text="怎麼用")
    on_web.mark = first.json()["seq"]
    on_web.hears("可以這樣用")

    again = on_web.posts(id="one-and-the-same", text="怎麼用")

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    time.sleep(QUIET_SECONDS)
    assert [event["text"] for event in on_web.feed].count("怎麼用") == 1
    assert len(on_web.since().messages) == 1


def test_a_reader_who_comes_back_gets_the_rest_and_nothing_twice(
    installation: Installation, on_web: WebCitizen
) -> None:
    on_web.asks("怎麼用", "可以這樣用")
    on_web.asks("謝謝", "不客氣")
    headers = {"Authorization": f"Bearer {on_web.token}", "Last-Event-ID": "2"}

    seen = []
    with httpx.stream("GET", f"{installation.url}/chat/events", headers=headers, timeout=20, trust_env=False) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                seen.append(int(line[4:]))
            if line.startswith("event: state"):
                break

    assert seen == [event["seq"] for event in on_web.feed if event["seq"] > 2]


def test_a_line_event_delivered_twice_is_answered_once(installation: Installation, on_line: LineCitizen) -> None:
    secret = json.loads((installation.folder / "secrets.json").read_text())["simulator_secret"]
    on_line.asks("怎麼用", "可以這樣用")
    again = copy.deepcopy(on_line.webhook)
    again["events"][0]["deliveryContext"]["isRedelivery"] = True
    raw = json.dumps(again, ensure_ascii=False).encode()

    answer = httpx.post(
        f"{installation.url}/webhooks/line",
        content=raw,
        headers={"X-Line-Signature": sign(secret, raw), "Content-Type": "application/json"},
        trust_env=False,
    )

    assert answer.status_code == 200
    time.sleep(QUIET_SECONDS)
    assert len([call for call in on_line.calls if call["path"].endswith("/message/reply")]) == 1


def test_a_line_answer_is_a_reply_and_costs_nothing(on_line: LineCitizen) -> None:
    heard = on_line.asks("停車單不見了怎麼繳", "來源：")

    assert {message.more["via"] for message in heard.messages} == {"reply"}
    assert {call["status"] for call in on_line.calls} == {200}


def test_a_line_webhook_with_a_wrong_signature_is_refused(installation: Installation, on_line: LineCitizen) -> None:
    on_line.asks("怎麼用", "可以這樣用")
    raw = json.dumps(on_line.webhook).encode()

    answer = httpx.post(
        f"{installation.url}/webhooks/line",
        content=raw,
        headers={"X-Line-Signature": sign("another secret", raw)},
        trust_env=False,
    )

    assert answer.status_code == 401


def test_a_telegram_update_delivered_twice_is_answered_once(on_telegram: TelegramCitizen) -> None:
    person = {"id": on_telegram.chat, "is_bot": False, "first_name": "市民"}
    number = next(on_telegram.stage.updates)
    message = {
        "from": person,
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": on_telegram.chat, "type": "private"},
        "text": "停車單不見了怎麼繳",
    }
    update = {"update_id": number, "message": message}
    assert on_telegram.posts(update).status_code == 200
    answered = on_telegram.hears("來源：")

    assert on_telegram.posts(update).status_code == 200

    time.sleep(QUIET_SECONDS)
    assert len(on_telegram.since().messages) == len(answered.messages)


def test_a_telegram_update_without_the_secret_is_refused(installation: Installation) -> None:
    answer = httpx.post(f"{installation.url}/webhooks/telegram", json={"update_id": 1}, trust_env=False)

    assert answer.status_code == 401
