"""The simulator behaves like LINE where it matters, and shows the page what the page needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from line_stage import CITIZEN, NOW, SECRET, TOKEN, ClockOnTheWall, Simulated, parcel, served

from channels.line import wire
from channels.line.sender import LineSender
from simulators.line import line_simulator

TEXT = {"type": "text", "text": "您好"}
KEY = "123e4567-e89b-12d3-a456-426614174000"

Stored = Callable[[], Any]


async def call(line: Simulated, path: str, body: Any = None, **headers: str) -> httpx.Response:
    signed = {"Authorization": f"Bearer {TOKEN}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if body is None:
        return await line.client.get(f"{line.api}/v2/bot/{path}", headers=signed)
    return await line.client.post(f"{line.api}/v2/bot/{path}", json=body, headers=signed)


async def shown(line: Simulated, count: int, **query: Any) -> list[dict[str, Any]]:
    """The first events of the page's stream."""
    found: list[dict[str, Any]] = []
    url = f"{line.url}/simulators/line/events"
    async with line.client.stream("GET", url, params={"user": CITIZEN} | query) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for row in response.aiter_lines():
            if row.startswith("data: "):
                found.append(json.loads(row.removeprefix("data: ")))
            if len(found) == count:
                break
    return found


@pytest.mark.parametrize(
    ("what", "kind", "held"),
    [
        ({"text": "路燈壞了"}, "text", {"text": "路燈壞了"}),
        ({"postback": "b7Kq2ZrT"}, "payload", {"payload": "b7Kq2ZrT"}),
        (
            {"location": {"lat": 25.033, "lng": 121.5654, "title": "", "address": "信義區"}},
            "location",
            {"location": {"lat": 25.033, "lng": 121.5654, "address": "信義區"}},
        ),
        ({"sticker": True}, "sticker", {"text": "OK、讚"}),
        ({"image": "/9j/4AAQ"}, "photo", {}),
        ({"follow": True}, "follow", {}),
    ],
)
async def test_what_the_phone_says_goes_signed_through_the_real_webhook(
    line: Simulated, stored: Stored, what: dict[str, Any], kind: str, held: dict[str, Any]
) -> None:
    said = await line.say(**what)

    rows = await stored()
    assert said["status"] == 200
    assert [(kind, said["webhook"]["events"][0]["webhookEventId"])] == [(row.kind, row.event_id) for row in rows]
    assert held.items() <= rows[0].body.items()


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"text": ""},
        {"text": "字" * 5001},
        {"image": "not base64!"},
        {"location": {"lat": "25", "lng": 121}},
        {"user": "U1", "text": "你好"},
        {"user": None, "text": "你好"},
    ],
)
async def test_what_no_phone_could_say_is_refused(line: Simulated, stored: Stored, what: dict[str, Any]) -> None:
    response = await line.client.post(f"{line.url}/simulators/line/say", json={"user": CITIZEN} | what)

    assert response.status_code == 400
    assert {"error", "message", "trace"} == response.json().keys()
    assert await stored() == []


async def test_a_webhook_that_cannot_be_reached_is_reported() -> None:
    async with (
        served(line_simulator(SECRET, TOKEN, lambda: "http://127.0.0.1:9/webhooks/line")) as url,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        response = await client.post(f"{url}/simulators/line/say", json={"user": CITIZEN, "text": "你好"})

    assert (response.status_code, response.json()["status"]) == (200, 0)


async def test_the_page_sees_the_chat_and_every_call_behind_it(line: Simulated, sender: LineSender) -> None:
    token = await line.token()
    await sender.busy(CITIZEN)
    said = {"text": "要送出嗎？", "buttons": [{"title": "送出通報", "payload": "b7"}], "name": "小林"}
    await sender.send(parcel(said, reply_token=token), NOW)
    await sender.send(parcel({"text": "派工中", "buttons": []}), NOW)
    await line.say(postback="b7")

    found = await shown(line, 10)

    kinds = [event["kind"] for event in found]
    messages = [event for event in found if event["kind"] == "message"]
    calls = [(event["path"], event["status"]) for event in found if event["kind"] == "call"]
    assert kinds[:10] == ["message", "call", "loading", "call", "message", "call", "message", "call", "message", "call"]
    assert list(range(1, 11)) == [event["n"] for event in found]
    assert [(event["from"], event["via"]) for event in messages] == [
        ("citizen", None),
        ("account", "reply"),
        ("account", "push"),
        ("citizen", None),
    ]
    assert [event["sender"] for event in messages] == [None, {"name": "小林"}, None, None]
    assert messages[3]["message"]["text"] == "送出通報"
    assert calls == [
        ("/webhooks/line", 200),
        ("/v2/bot/chat/loading/start", 202),
        ("/v2/bot/message/reply", 200),
        ("/v2/bot/message/push", 200),
        ("/webhooks/line", 200),
    ]
    assert messages[0]["at"].endswith("+08:00")


async def test_the_page_goes_on_where_it_stopped(line: Simulated) -> None:
    await line.say(text="一")
    await line.say(text="二")

    found = await shown(line, 2, after=2)

    assert [event["n"] for event in found] == [3, 4]


async def test_the_page_that_outlived_a_restart_starts_again(line: Simulated) -> None:
    await line.say(text="一")

    found = await shown(line, 2, after=700)

    assert [event["n"] for event in found] == [1, 2]


async def test_the_page_is_told_at_once(line: Simulated) -> None:
    await line.say(text="一")
    waiting = asyncio.create_task(shown(line, 1, after=2))
    await asyncio.sleep(0.05)

    await line.say(text="二")

    assert [event["message"]["text"] for event in await asyncio.wait_for(waiting, 2)] == ["二"]


async def test_a_stream_needs_a_user(line: Simulated) -> None:
    response = await line.client.get(f"{line.url}/simulators/line/events?user=somebody")

    assert response.status_code == 400


async def test_without_the_channels_token_nothing_is_done(line: Simulated) -> None:
    response = await call(line, "message/push", {"to": CITIZEN, "messages": [TEXT]}, Authorization="Bearer wrong")

    assert response.status_code == 401
    assert await line.counts() == {"reply": 0, "push": 0}


async def test_a_reply_token_works_once(line: Simulated) -> None:
    body = {"replyToken": await line.token(), "messages": [TEXT]}

    first, second = await call(line, "message/reply", body), await call(line, "message/reply", body)

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json() == {"message": "Invalid reply token"}
    assert len(first.json()["sentMessages"]) == 1


async def test_a_reply_token_lapses_after_a_minute(line: Simulated, clock: ClockOnTheWall) -> None:
    body = {"replyToken": await line.token(), "messages": [TEXT]}
    clock.time += 61

    response = await call(line, "message/reply", body)

    assert (response.status_code, response.json()["message"]) == (400, "Invalid reply token")


async def test_a_retry_key_lets_a_push_through_once(line: Simulated, clock: ClockOnTheWall) -> None:
    body = {"to": CITIZEN, "messages": [TEXT]}

    first = await call(line, "message/push", body, X_Line_Retry_Key=KEY)
    again = await call(line, "message/push", body, X_Line_Retry_Key=KEY)
    clock.time += 24 * 3600
    much_later = await call(line, "message/push", body, X_Line_Retry_Key=KEY)

    assert [first.status_code, again.status_code, much_later.status_code] == [200, 409, 200]
    assert first.headers["x-line-request-id"] == again.headers["x-line-accepted-request-id"]
    assert first.json()["sentMessages"] == again.json()["sentMessages"]


async def test_a_reply_takes_no_retry_key(line: Simulated) -> None:
    body = {"replyToken": await line.token(), "messages": [TEXT]}

    response = await call(line, "message/reply", body, X_Line_Retry_Key=KEY)

    assert response.status_code == 400


def quick(**action: Any) -> dict[str, Any]:
    return TEXT | {"quickReply": {"items": [{"type": "action", "action": action}]}}


@pytest.mark.parametrize(
    ("messages", "where"),
    [
        ([], "messages"),
        ([TEXT] * 6, "messages"),
        ("text", "messages"),
        ([{"type": "text", "text": ""}], "messages[0].text"),
        ([TEXT, {"type": "text", "text": "😭" * 2501}], "messages[1].text"),
        ([{"type": "flex"}], "messages[0].type"),
        ([TEXT | {"colour": "red"}], "messages[0].colour"),
        ([TEXT | {"sender": {"name": "林" * 21}}], "messages[0].sender.name"),
        ([TEXT | {"quickReply": {"items": []}}], "messages[0].quickReply.items"),
        (
            [quick(type="postback", label="字" * 21, data="x", displayText="x")],
            "messages[0].quickReply.items[0].action.label",
        ),
        (
            [quick(type="postback", label="好", data="x" * 301, displayText="x")],
            "messages[0].quickReply.items[0].action.data",
        ),
        ([quick(type="postback", label="好", data="x")], "messages[0].quickReply.items[0].action.displayText"),
        ([quick(type="uri", label="好", uri="javascript:1")], "messages[0].quickReply.items[0].action.uri"),
        ([quick(type="teleport", label="好")], "messages[0].quickReply.items[0].action.type"),
    ],
)
async def test_what_line_refuses_is_refused_with_its_place(line: Simulated, messages: Any, where: str) -> None:
    response = await call(line, "message/push", {"to": CITIZEN, "messages": messages})

    assert (400, where) == (response.status_code, response.json()["details"][0]["property"])
    assert await line.counts() == {"reply": 0, "push": 0}


async def test_the_months_quota_ends(line: Simulated) -> None:
    body = {"to": CITIZEN, "messages": [TEXT]}
    quota = (await call(line, "message/quota")).json()["value"]

    answers = [(await call(line, "message/push", body)).status_code for _ in range(quota + 1)]

    assert ([200] * quota, 429) == (answers[:-1], answers[-1])
    assert {"totalUsage": quota} == (await call(line, "message/quota/consumption")).json()


async def test_loading_lasts_five_to_sixty_seconds_in_steps_of_five(line: Simulated) -> None:
    answers = [
        (await call(line, "chat/loading/start", {"chatId": CITIZEN, "loadingSeconds": seconds})).status_code
        for seconds in (5, 60, 7, 0, 65)
    ]

    assert answers == [202, 202, 400, 400, 400]


async def test_the_rest_of_what_a_service_asks_at_its_start(line: Simulated) -> None:
    await line.say(text="你好")

    assert (await call(line, f"profile/{CITIZEN}")).json()["userId"] == CITIZEN
    assert (await call(line, f"profile/U{'9' * 32}")).status_code == 404
    assert (await call(line, "message/1/content")).status_code == 404
    assert (await call(line, "info")).json()["chatMode"] == "bot"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_json_is_refused(line: Simulated, raw: bytes) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    pushed = await line.client.post(f"{line.api}/v2/bot/message/push", content=raw, headers=headers)
    said = await line.client.post(f"{line.url}/simulators/line/say", content=raw)

    assert (pushed.status_code, said.status_code) == (400, 400)


async def test_the_webhook_is_signed_over_the_bytes_as_sent(line: Simulated) -> None:
    said = await line.say(text="燈壞了😭")
    sent = json.dumps(said["webhook"], ensure_ascii=False).encode()

    assert wire.is_signed(SECRET, sent, wire.sign(SECRET, sent))
    assert said["status"] == 200
