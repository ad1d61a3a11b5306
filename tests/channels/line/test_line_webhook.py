"""The webhook, over real HTTP into a real database: what is answered with 200 is stored, once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog
from line_stage import CITIZEN, NOW, SECRET, served

from channels.line import limits, wire
from channels.line.webhook import line_routes
from hotline.domain.errors import Unavailable
from hotline.domain.messages import Lane
from hotline.ports import Work
from hotline.services.house import House

Stored = Callable[[], Any]


def event(text: str = "路燈壞了", event_id: str = "01KB0001", **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(NOW * 1000),
        "source": {"type": "user", "userId": CITIZEN},
        "webhookEventId": event_id,
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "a" * 32,
        "message": {"type": "text", "id": f"46{event_id}", "text": text},
    } | more


def body(*events: Any) -> bytes:
    return json.dumps({"destination": "U" + "b" * 32, "events": events}, ensure_ascii=False).encode()


async def post(client: httpx.AsyncClient, url: str, raw: bytes, signature: str | None = None) -> httpx.Response:
    sign = wire.sign(SECRET, raw) if signature is None else signature
    return await client.post(url, content=raw, headers={"X-LINE-SIGNATURE": sign} if sign else {})


async def test_a_message_is_stored_before_the_answer(client: httpx.AsyncClient, webhook: str, stored: Stored) -> None:
    response = await post(client, webhook, body(event()))

    rows = await stored()
    assert (response.status_code, response.content) == (200, b"")
    assert [("line", "01KB0001", f"line:{CITIZEN}")] == [(row.channel, row.event_id, row.lane) for row in rows]


async def test_twenty_copies_at_once_are_stored_once(client: httpx.AsyncClient, webhook: str, stored: Stored) -> None:
    raw = body(event(), event("在興隆路", "01KB0002"))

    responses = await asyncio.gather(*[post(client, webhook, raw) for _ in range(20)])

    assert [response.status_code for response in responses] == [200] * 20
    assert [row.event_id for row in await stored()] == ["01KB0001", "01KB0002"]


async def test_the_same_message_in_four_byte_forms_is_four_times_the_same_text(
    client: httpx.AsyncClient, webhook: str, stored: Stored
) -> None:
    events = [event("燈壞了😭 2026/11/23", f"01KB000{k}") for k in range(4)]
    forms = [
        body(events[0]),
        json.dumps({"events": [events[1]]}).encode(),
        body(events[2]).replace(b"/", b"\\/"),
        json.dumps({"events": [events[3]]}, indent=2, ensure_ascii=False).encode(),
    ]

    answers = [(await post(client, webhook, raw)).status_code for raw in forms]

    assert answers == [200] * 4
    assert [row.body["text"] for row in await stored()] == ["燈壞了😭 2026/11/23"] * 4


@pytest.mark.parametrize(
    "signature", ["", "no", wire.sign("other-secret", body(event())), wire.sign(SECRET, body(event("別的")))]
)
async def test_what_line_did_not_sign_leaves_no_trace(
    client: httpx.AsyncClient, webhook: str, stored: Stored, signature: str
) -> None:
    response = await post(client, webhook, body(event()), signature)

    assert response.status_code == 401
    assert {"error", "message", "trace"} == response.json().keys()
    assert await stored() == []


async def test_an_empty_signature_header_is_no_signature(client: httpx.AsyncClient, webhook: str) -> None:
    response = await client.post(webhook, content=body(event()), headers={"x-line-signature": ""})

    assert response.status_code == 401


async def test_the_signature_is_checked_before_anything_is_parsed(client: httpx.AsyncClient, webhook: str) -> None:
    assert (await post(client, webhook, b"\xff{not json", "wrong")).status_code == 401
    assert (await post(client, webhook, b"\xff{not json")).status_code == 400


async def test_an_empty_webhook_is_accepted(client: httpx.AsyncClient, webhook: str, stored: Stored) -> None:
    response = await post(client, webhook, body())

    assert response.status_code == 200
    assert await stored() == []


async def test_a_body_over_a_megabyte_is_refused_however_it_comes(client: httpx.AsyncClient, webhook: str) -> None:
    raw = b'{"events": []}' + b" " * limits.WEBHOOK_BODY_BYTES
    headers = {"x-line-signature": wire.sign(SECRET, raw)}

    async def in_chunks() -> AsyncIterator[bytes]:
        for k in range(0, len(raw), 65536):
            yield raw[k : k + 65536]

    at_once = await client.post(webhook, content=raw, headers=headers)
    chunked = await client.post(webhook, content=in_chunks(), headers=headers)

    assert (at_once.status_code, chunked.status_code) == (413, 413)


async def test_strange_events_are_acknowledged_and_their_neighbours_stored(
    client: httpx.AsyncClient, webhook: str, stored: Stored
) -> None:
    strange = [{"type": "follow", "mode": "odd"}, None, 7, event(source={"type": "satellite"}), event(type="beacon")]

    response = await post(client, webhook, body(*strange, event("在興隆路", "01KB0009")))

    assert response.status_code == 200
    assert [row.body["text"] for row in await stored()] == ["在興隆路"]


async def test_text_that_a_database_could_refuse_does_not_harm_its_neighbours(
    client: httpx.AsyncClient, webhook: str, stored: Stored
) -> None:
    raw = json.dumps({"events": [event("燈\x00壞\ud83d了"), event("在興隆路", "01KB0002")]}).encode()

    response = await post(client, webhook, raw)

    assert response.status_code == 200
    assert [row.body["text"] for row in await stored()] == ["燈壞了", "在興隆路"]


async def test_standby_is_seen_by_agents_and_not_answered(
    client: httpx.AsyncClient, webhook: str, stored: Stored, house: House
) -> None:
    response = await post(client, webhook, body(event(mode="standby")))

    async with house.store.look() as work:
        feed = await work.feed.after(Lane(f"line:{CITIZEN}"), 0)
    assert response.status_code == 200
    assert [row.state for row in await stored()] == ["done"]  # kept only against redelivery
    assert [line["text"] for line in feed] == ["路燈壞了"]


async def test_a_message_that_was_taken_back_is_withdrawn(
    client: httpx.AsyncClient, webhook: str, house: House
) -> None:
    unsend = event(event_id="01KB0002", type="unsend", unsend={"messageId": "4601KB0001"})
    await post(client, webhook, body(event()))

    response = await post(client, webhook, body(unsend))

    async with house.store.look() as work:
        feed = await work.feed.after(Lane(f"line:{CITIZEN}"), 0)
    assert response.status_code == 200
    assert [line["withdrawn"] for line in feed] == [True]
    assert "路燈" not in json.dumps(feed, ensure_ascii=False)


async def test_two_bursts_of_somebody_new_open_one_conversation(
    client: httpx.AsyncClient, webhook: str, stored: Stored
) -> None:
    burst = [body(event(f"第{k}句", f"01KB000{k}")) for k in range(4)]

    await asyncio.gather(*[post(client, webhook, raw) for raw in burst])

    rows = await stored()
    assert {f"line:{CITIZEN}"} == {row.lane for row in rows}
    assert sorted(row.seq for row in rows) == [1, 2, 3, 4]


class StoreOutOfReach:
    """A store whose database is away."""

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        raise Unavailable(code="database_away")
        yield

    look = work


async def test_line_is_asked_to_deliver_again_when_nothing_could_be_stored(
    client: httpx.AsyncClient, house: House, webhook: str, stored: Stored
) -> None:
    raw = body(event())
    async with served(line_routes(replace(house, store=StoreOutOfReach()), SECRET)) as url:
        away = await post(client, f"{url}/webhooks/line", raw)

    again = await post(client, webhook, raw)

    assert (away.status_code, again.status_code) == (503, 200)
    assert [row.event_id for row in await stored()] == ["01KB0001"]


async def test_the_answer_comes_well_within_lines_patience(client: httpx.AsyncClient, webhook: str) -> None:
    seconds = []
    for k in range(30):
        started = time.monotonic()
        await post(client, webhook, body(event(event_id=f"01KB01{k:02}")))
        seconds.append(time.monotonic() - started)

    assert max(seconds) < limits.WEBHOOK_ANSWER_SECONDS / 4


async def test_the_log_holds_no_text_no_person_and_no_secret(client: httpx.AsyncClient, webhook: str) -> None:
    with structlog.testing.capture_logs() as logs:
        await post(client, webhook, body(event(), event(type="我的電話0912345678"), event(source={"type": "room"})))
        await post(client, webhook, body(event()), "wrong")

    text = repr(logs)
    assert {"line_events_stored", "line_event_ignored", "line_webhook_refused"} == {log["event"] for log in logs}
    assert not any(word in text for word in ("路燈", "0912", CITIZEN, "a" * 32, SECRET))
