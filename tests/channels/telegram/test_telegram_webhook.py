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
from sqlalchemy import text
from telegram_stage import CITIZEN, SECRET, TOKEN, message, served, tap, update

from channels.telegram import limits
from channels.telegram.sender import TelegramSender
from channels.telegram.webhook import telegram_routes
from hotline.adapters.engine import Engines
from hotline.domain.errors import Unavailable
from hotline.domain.messages import lane_of
from hotline.ports import Sender, Work
from hotline.services.house import House
from tests.fakes.telegram_api import TelegramApi

Stored = Callable[[], Any]
LANE = lane_of("telegram", str(CITIZEN))


async def post(client: httpx.AsyncClient, url: str, body: Any, secret: str | None = SECRET) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    return await client.post(url, content=raw, headers=headers)


async def test_an_update_is_stored_before_the_answer(client: httpx.AsyncClient, webhook: str, stored: Stored) -> None:
    answer = await post(client, webhook, message(text="路燈壞了"))

    (row,) = await stored()
    assert (answer.status_code, answer.content) == (200, b"")
    assert (row.channel, row.event_id, row.lane, row.kind) == ("telegram", "7001", LANE, "text")


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET.lower()])
async def test_who_does_not_know_the_secret_gets_nowhere(
    client: httpx.AsyncClient, webhook: str, stored: Stored, secret: str | None
) -> None:
    answer = await post(client, webhook, message(text="路燈壞了"), secret)

    assert answer.status_code == 401
    assert await stored() == []


async def test_the_secret_is_asked_for_before_anything_is_read(client: httpx.AsyncClient, webhook: str) -> None:
    answer = await post(client, webhook, b"{", "wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "bad_secret")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"\x1f\x8b\x08"])
async def test_what_is_no_update_is_refused(client: httpx.AsyncClient, webhook: str, raw: bytes) -> None:
    answer = await post(client, webhook, raw)

    assert (answer.status_code, set(answer.json())) == (400, {"error", "message", "trace"})


async def test_a_body_of_more_than_a_megabyte_is_refused(client: httpx.AsyncClient, webhook: str) -> None:
    answer = await post(client, webhook, b" " * (limits.WEBHOOK_BODY_BYTES + 1))

    assert answer.status_code == 413


async def test_a_body_that_does_not_say_how_long_it_is_is_read_no_further_either(
    client: httpx.AsyncClient, webhook: str
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65536

    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    try:
        status = (await client.post(webhook, content=endless(), headers=headers)).status_code
    except httpx.HTTPError:  # the door may close while we still talk
        status = 413

    assert status == 413


async def test_twenty_copies_at_once_are_stored_once(client: httpx.AsyncClient, webhook: str, stored: Stored) -> None:
    answers = await asyncio.gather(*(post(client, webhook, message(text="路燈壞了")) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(await stored()) == 1


async def test_a_group_is_acknowledged_and_ignored(client: httpx.AsyncClient, webhook: str, stored: Stored) -> None:
    answer = await post(client, webhook, message(text="大家好", chat={"id": -1001234567890, "type": "supergroup"}))

    assert answer.status_code == 200
    assert await stored() == []


async def test_an_album_is_one_turn_in_the_order_it_came(
    client: httpx.AsyncClient, webhook: str, house: House, clock: Any
) -> None:
    for k, caption in enumerate(["上星期", "今天", "旁邊門牌66號"]):
        photo = [{"file_id": f"F{k}", "width": 1, "height": 1}]
        await post(
            client, webhook, message(7001 + k, message_id=41 + k, photo=photo, caption=caption, media_group_id="1")
        )
    clock.time += 5

    async with house.store.work() as work:
        leased = await work.inbox.lease(30, clock.now())

    assert leased is not None
    assert [row.event.text for row in leased.rows] == ["上星期", "今天", "旁邊門牌66號"]


async def test_an_edit_changes_the_line_and_asks_for_no_turn(
    client: httpx.AsyncClient, webhook: str, house: House, stored: Stored
) -> None:
    await post(client, webhook, message(photo=[{"file_id": "F", "width": 1, "height": 1}], caption="18號路燈"))
    await post(client, webhook, update("edited_message", 7002, message_id=41, caption="28號路燈"))

    async with house.store.look() as work:
        (line,) = await work.feed.after(LANE, 0, notes=True)
    assert (line["text"], line["earlier"]) == ("28號路燈", ["18號路燈"])
    assert len(await stored()) == 1


async def test_a_block_marks_the_citizen_unreachable_until_it_is_taken_back(
    client: httpx.AsyncClient, webhook: str, house: House, stored: Stored
) -> None:
    await post(client, webhook, message(text="/start"))

    reachable = []
    for k, status in enumerate(("kicked", "member")):
        await post(client, webhook, update("my_chat_member", 7002 + k, new_chat_member={"status": status}))
        async with house.store.look() as work:
            conversation = await work.conversations.get(LANE)
        reachable.append(conversation and conversation.reachable)

    assert reachable == [False, True]
    assert [row.kind for row in await stored() if row.state == "waiting"] == ["follow"]


async def test_words_under_a_video_are_stored_as_words_too(
    client: httpx.AsyncClient, webhook: str, stored: Stored
) -> None:
    await post(client, webhook, message(video={"file_id": "v"}, caption="路燈壞了"))
    await post(client, webhook, message(video={"file_id": "v"}, caption="路燈壞了"))

    assert [row.kind for row in await stored()] == ["file", "text"]


class Away:
    """A store that cannot be reached."""

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        raise Unavailable(code="database_away")
        yield

    look = work


async def test_what_cannot_be_stored_is_asked_for_again(
    client: httpx.AsyncClient, webhook: str, house: House, stored: Stored
) -> None:
    async with served(telegram_routes(replace(house, store=Away()), SECRET)) as url:
        first = await post(client, f"{url}/webhooks/telegram", message(text="路燈壞了"))
    second = await post(client, webhook, message(text="路燈壞了"))

    assert (first.status_code, second.status_code) == (503, 200)
    assert len(await stored()) == 1


async def test_a_pressed_button_stops_spinning(
    client: httpx.AsyncClient, webhook: str, api: TelegramApi, sender: TelegramSender, senders: dict[str, Sender]
) -> None:
    senders["telegram"] = sender
    api.open_taps.add("9001")

    await post(client, webhook, tap())

    await _until(lambda: bool(api.answered))
    assert api.answered == {"9001": "您選了「送出通報」"}


async def test_thirty_presses_that_are_too_old_to_answer_are_stored_and_harm_nobody(
    client: httpx.AsyncClient,
    webhook: str,
    api: TelegramApi,
    sender: TelegramSender,
    senders: dict[str, Sender],
    stored: Stored,
) -> None:
    senders["telegram"] = sender

    presses = [await post(client, webhook, tap(update_id=8000 + k, id=f"old{k}")) for k in range(30)]
    words = await post(client, webhook, message(9000, text="路燈壞了"))

    await _until(lambda: len(api.calls) == 30)
    assert {answer.status_code for answer in [*presses, words]} == {200}
    assert [row.kind for row in await stored()] == ["payload"] * 30 + ["text"]


async def test_telegram_gets_its_answer_while_telegram_does_not_answer_us(
    client: httpx.AsyncClient, webhook: str, api: TelegramApi, sender: TelegramSender, senders: dict[str, Sender]
) -> None:
    senders["telegram"] = sender
    api.fail("answerCallbackQuery", "hang")

    began = time.monotonic()
    answer = await post(client, webhook, tap())
    seconds = time.monotonic() - began

    assert answer.status_code == 200
    assert seconds < 0.3


async def test_a_press_is_not_answered_before_it_is_stored(
    client: httpx.AsyncClient, house: House, api: TelegramApi, senders: dict[str, Sender]
) -> None:
    async with TelegramSender(TOKEN, api.url) as sender:
        senders["telegram"] = sender
        async with served(telegram_routes(replace(house, store=Away()), SECRET)) as url:
            answer = await post(client, f"{url}/webhooks/telegram", tap())
            await asyncio.sleep(0.1)

    assert answer.status_code == 503
    assert api.calls == []


async def test_three_hundred_strange_bodies_store_nothing_and_break_nothing(
    client: httpx.AsyncClient, webhook: str, engines: Engines
) -> None:
    good = json.dumps(message(text="路燈壞了"), ensure_ascii=False).encode()

    statuses = set()
    for k in range(300):
        changed = good[: k % len(good)] if k % 2 else good.replace(b'"private"', f'"p{k}"'.encode())
        statuses.add((await post(client, webhook, changed, SECRET if k % 3 else "wrong")).status_code)

    async with engines.reader.connect() as connection:
        rows = (await connection.execute(text("select count(*) from inbox"))).scalar_one()
    assert statuses == {200, 400, 401}
    assert rows == 0


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come true within three seconds")
