"""The channel against an independent stand-in of LINE that validates every call by LINE's published OpenAPI document.

The stand-in is not part of this project. Name its folder in HOTLINE_CONFORMANCE_KIT and an interpreter that has its
requirements in HOTLINE_CONFORMANCE_PYTHON to run these tests.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from line_stage import SECRET, TOKEN, ClockOnTheWall, parcel

from channels.line.sender import LineSender
from hotline.domain.errors import Refused, Unavailable, Uncertain, Undeliverable
from hotline.ports import Delivered, Parcel

KIT = os.environ.get("HOTLINE_CONFORMANCE_KIT", "")

pytestmark = pytest.mark.skipif(not KIT, reason="HOTLINE_CONFORMANCE_KIT does not name the conformance kit's folder")

CITIZEN = "U" + "1" * 32
GROUP = {"type": "group", "groupId": "C" + "1" * 32}
Stored = Callable[[], Any]


@dataclass
class Kit:
    """The kit's LINE, and its control API."""

    url: str
    webhook: str
    client: httpx.AsyncClient

    async def ask(self, query: str) -> Any:
        return (await self.client.get(f"{self.url}/_fake/{query}")).json()

    async def do(self, action: str, **order: Any) -> Any:
        response = await self.client.post(f"{self.url}/_fake/{action}", json=order)
        assert response.status_code == 200, response.text
        return response.json()

    async def deliver(self, *events: Any, **more: Any) -> Any:
        return await self.do("webhook", url=self.webhook, events=list(events), **more)

    async def token(self, text: str = "你好") -> str:
        delivery = await self.deliver({"type": "message", "message": {"type": "text", "text": text}})
        return str(delivery["body_sent"]["events"][0]["replyToken"])


@pytest.fixture
async def kit(webhook: str, clock: ClockOnTheWall, client: httpx.AsyncClient) -> AsyncIterator[Kit]:
    """Each test ends with nothing that LINE would have refused or that the citizen would not have seen."""
    clock.time = time.time()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    python = os.environ.get("HOTLINE_CONFORMANCE_PYTHON", "python3.11")
    options = ("--port", str(port), "--token", TOKEN, "--secret", SECRET)
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        "fakes.line_fake",
        *options,
        cwd=KIT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    kit = Kit(f"http://127.0.0.1:{port}", webhook, client)
    try:
        for _ in range(150):
            try:
                await kit.ask("state")
                break
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
        yield kit
        assert await kit.ask("violations") == []
        assert await kit.ask("warnings") == []
        assert await kit.ask("self_check") == []
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def sender(kit: Kit) -> AsyncIterator[LineSender]:
    async with LineSender(TOKEN, kit.url, call_seconds=1.0) as sender:
        yield sender


def said(text: str, *buttons: dict[str, Any], name: str = "") -> dict[str, Any]:
    return {"text": text, "buttons": list(buttons), "card": None, "image": "", "name": name}


def button(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "payload": "b7Kq2ZrT"} | more


def answer(clock: ClockOnTheWall, token: str, *messages: dict[str, Any], **more: Any) -> Parcel:
    return replace(parcel(*messages, reply_token=token), reply_until=clock.time + 50, **more)


EVENTS: list[dict[str, Any]] = [
    {"type": "message", "message": {"type": "text", "text": "停車費怎麼繳😭"}},
    {
        "type": "message",
        "message": {
            "type": "text",
            "text": "(燈泡)壞了",
            "emojis": [{"index": 0, "length": 4, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}],
        },
    },
    {"type": "message", "message": {"type": "image", "imageSet": {"id": "E0", "index": 1, "total": 2}}},
    {"type": "message", "message": {"type": "location", "latitude": 25.033, "longitude": 121.5654}},
    {
        "type": "message",
        "message": {"type": "location", "latitude": 25.0, "longitude": 121.5, "title": "我", "address": "信義區"},
    },
    {
        "type": "message",
        "message": {
            "type": "sticker",
            "packageId": "1",
            "stickerId": "2",
            "stickerResourceType": "STATIC",
            "keywords": ["哭"],
        },
    },
    {"type": "message", "message": {"type": "audio", "duration": 3000}},
    {"type": "message", "message": {"type": "video", "duration": 3000}},
    {"type": "message", "message": {"type": "file", "fileName": "申請書.pdf", "fileSize": 9}},
    {"type": "postback", "postback": {"data": "b7Kq2ZrT"}},
    {"type": "follow", "follow": {"isUnblocked": True}},
]
SILENT: list[dict[str, Any]] = [
    {"type": "unfollow"},
    {"type": "unsend", "unsend": {"messageId": "1"}},
    {"type": "message", "mode": "standby", "message": {"type": "text", "text": "你好"}},
    {"type": "message", "source": GROUP, "message": {"type": "text", "text": "大家好"}},
    {"type": "join", "source": GROUP},
    {"type": "beacon", "beacon": {"hwid": "d41d8cd98f", "type": "enter"}},
]


async def test_every_kind_of_event_is_accepted_in_time_and_stored(kit: Kit, stored: Stored) -> None:
    deliveries = [await kit.deliver(event) for event in EVENTS]

    assert [(200, None, [])] * len(EVENTS) == [
        (delivery["status"], delivery["line_reason"], delivery["fixture_errors"]) for delivery in deliveries
    ]
    assert [row.kind for row in await stored()] == [
        "text",
        "text",
        "photo",
        "location",
        "location",
        "sticker",
        "voice",
        "file",
        "file",
        "payload",
        "follow",
    ]


async def test_what_needs_no_answer_is_accepted_too(kit: Kit, stored: Stored) -> None:
    deliveries = [await kit.deliver(event) for event in SILENT]
    edited = await kit.deliver({"type": "messageEdited", "message": {"type": "text", "id": "1", "text": "在興隆路"}})
    odd = await kit.deliver({"type": "follow", "mode": "odd"}, EVENTS[0])
    console = await kit.deliver(EVENTS[0] | {"replyToken": "0" * 32}, EVENTS[0] | {"replyToken": "f" * 32})
    empty = await kit.deliver()

    assert {200} == {delivery["status"] for delivery in [*deliveries, edited, odd, console, empty]}
    assert [row.kind for row in await stored()] == ["text"]


async def test_copies_and_redeliveries_are_stored_once_and_forgeries_never(kit: Kit, stored: Stored) -> None:
    await kit.deliver(EVENTS[0] | {"webhookEventId": "01KB0000000000000000000000"}, copies=20)
    await kit.deliver(EVENTS[0] | {"webhookEventId": "01KB0000000000000000000000"}, is_redelivery=True)
    await kit.deliver(
        EVENTS[0] | {"webhookEventId": "01KB0000000000000000000001"}, escape=True, signature_header="X-LINE-SIGNATURE"
    )
    forged = [
        await kit.deliver(EVENTS[0], secret="wrong"),
        await kit.deliver(EVENTS[0], signature="é"),
        await kit.deliver(EVENTS[0], omit_signature=True),
        await kit.do("webhook", url=kit.webhook, raw_b64="//79/A==", secret="wrong"),
    ]

    assert [delivery["status"] for delivery in forged] == [401] * 4
    assert len(await stored()) == 2


async def test_every_kind_of_message_goes_by_reply(kit: Kit, sender: LineSender, clock: ClockOnTheWall) -> None:
    turns = [
        [said("您好")],
        [said(f"第{k}段") for k in range(8)],
        [said("字" * 12_000)],
        [said("請看一下對不對：\n項目：路燈\n對的話回「對」。", button("送出通報"), button("改", payload="x" * 64))],
        [said("撥119。", button("撥119", call="119"), button("傳位置", ask="location"), button("傳照片", ask="photo"))],
        [said("選一項", *[button("👩🏽‍⚕️" * 30 + str(k)) for k in range(30)])],
        [said("我是小林。", name="小林"), said("我先去問。", name="小林")],
        [said("我是Caroline。", name="Caroline from LINE")],
    ]

    for turn in turns:
        assert Delivered("reply") == await sender.send(answer(clock, await kit.token(), *turn), clock.time)

    assert ["reply"] * len(turns) == [call["path"].rpartition("/")[2] for call in await kit.ask("calls")]
    assert (await kit.ask("state"))["quota"]["used"] == 0


async def test_three_hundred_random_turns_keep_every_limit(kit: Kit, sender: LineSender, clock: ClockOnTheWall) -> None:
    dice = random.Random(1999)
    marks = [
        *"路燈不亮請問戶政。，\n　aZ0😭🇹🇼𠀋é",
        "👩🏽‍⚕️",
        "👨‍👩‍👧‍👦",
        "\u0301",
        "\u200d",
        "\u200b",
        "\x00",
        "\ud83d",
        "𝒳",
    ]

    def words(most: int) -> str:
        return "".join(dice.choices(marks, k=dice.randint(0, most)))

    await kit.do("quota", limit=None)
    for k in range(300):
        buttons = [
            button(
                words(40),
                payload=words(70),
                call=dice.choice(["", "1999", "0800#1"]),
                ask=dice.choice(["", "photo", "location"]),
            )
            for _ in range(dice.randint(0, 16))
        ]
        turn = [said(words(dice.choice([30, 400, 9000])), *buttons, name=words(25)) for _ in range(dice.randint(1, 9))]
        turn.append(said("好" + words(50), *buttons))
        assert Delivered("push") == await sender.send(parcel(*turn, key=f"m{k}"), clock.time)


async def test_lost_answers_show_nothing_twice(kit: Kit, sender: LineSender, clock: ClockOnTheWall) -> None:
    for status in (500, "timeout", "drop"):
        once = answer(clock, await kit.token(), said(f"回覆{status}"))
        await kit.do("fail", path="/message/reply", status=status, after_accept=True, seconds=2)
        with pytest.raises(Uncertain):
            await sender.send(once, clock.time)
        assert Delivered("reply") == await sender.send(replace(once, reply_tried=True), clock.time)
    await kit.do("reset")
    for status in (500, "timeout", "drop"):
        once = parcel(said(f"推播{status}"), key=f"p{status}")
        await kit.do("fail", path="/message/push", status=status, after_accept=True, seconds=2)
        with pytest.raises(Unavailable):
            await sender.send(once, clock.time)
        assert Delivered("push") == await sender.send(once, clock.time)

    assert [sent["message"]["text"] for sent in await kit.ask("sent")] == ["推播500", "推播timeout", "推播drop"]


async def test_limits_refusals_and_the_month_have_their_remedies(
    kit: Kit, sender: LineSender, clock: ClockOnTheWall
) -> None:
    await kit.do("fail", path="/message/push", status=429)
    with pytest.raises(Unavailable):
        await sender.send(parcel(key="a"), clock.time)
    await kit.do("fail", path="/message/push", status=400, message="The request body has 1 error(s)")
    assert Delivered("push") == await sender.send(parcel(said("您好", button("好")), key="b"), clock.time)
    await kit.do("fail", path="/message/push", status=403)
    with pytest.raises(Undeliverable):
        await sender.send(parcel(key="c"), clock.time)
    await kit.do("quota", limit=1, used=1)
    with pytest.raises(Undeliverable) as month:
        await sender.send(parcel(key="d"), clock.time)

    assert month.value.code == "quota"


async def test_a_redelivered_events_token_is_used_while_it_lives(
    kit: Kit, sender: LineSender, clock: ClockOnTheWall, stored: Stored
) -> None:
    await kit.deliver(EVENTS[0])
    await kit.do("advance", seconds=21 * 60)
    clock.time += 21 * 60
    late = (await stored())[0].body

    by_push = await sender.send(
        replace(parcel(), reply_token=late["reply_token"], reply_until=late["reply_until"]), clock.time
    )
    by_force = await sender.send(answer(clock, late["reply_token"], key="m2"), clock.time)

    assert (Delivered("push"), Delivered("push")) == (by_push, by_force)


async def test_photos_and_the_loading_animation(kit: Kit, sender: LineSender) -> None:
    await kit.do("content", id="55", b64="/9j/4AAQ", not_ready=2)
    await kit.do("content", id="56", gone=True)
    for _ in range(2):
        with pytest.raises(Unavailable) as soon:
            await sender.fetch_photo("55")
        assert soon.value.retry_after == 2.0

    assert bytes.fromhex("ffd8ffe00010") == await sender.fetch_photo("55")
    for missing in ("56", "57"):
        with pytest.raises(Refused):
            await sender.fetch_photo(missing)
    await sender.busy(CITIZEN)
    assert [loading["seconds"] for loading in (await kit.ask("state"))["loading"]] == [20]
