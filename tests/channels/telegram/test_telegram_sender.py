"""The sender against Telegram's API over real HTTP, through a network that loses things."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from typing import Any

import pytest
import structlog
from telegram_stage import CITIZEN, NOW, TOKEN, ClockOnTheWall, button, parcel, said

from channels.telegram import limits
from channels.telegram.sender import TelegramSender
from hotline.domain.errors import Broken, HotlineError, Refused, TooLarge, Unavailable, Uncertain, Undeliverable
from hotline.domain.messages import Message, lane_of
from hotline.ports import Delivered, Parcel, Sender
from hotline.services.deliver import deliver_next
from hotline.services.house import House
from hotline.services.speak import speak
from tests.fakes.telegram_api import TelegramApi

THREE = (said("第一段"), said("第二段"), said("第三段", button("好")))
LANE = lane_of("telegram", str(CITIZEN))


async def failing(sender: TelegramSender, sent: Parcel) -> HotlineError:
    with pytest.raises(HotlineError) as caught:
        await sender.send(sent, NOW)
    return caught.value


async def test_the_messages_of_a_parcel_go_out_in_order(sender: TelegramSender, api: TelegramApi) -> None:
    delivered = await sender.send(parcel(*THREE), NOW)

    assert delivered == Delivered("push")
    assert api.texts() == ["第一段", "第二段", "第三段"]
    assert api.sent[2]["reply_markup"] == {"inline_keyboard": [[{"text": "好", "callback_data": "b7Kq2ZrT"}]]}
    assert "parse_mode" not in api.calls[0].parameters


async def test_a_long_text_arrives_whole(sender: TelegramSender, api: TelegramApi) -> None:
    text = "信義路五段的路燈不亮。" * 1800

    await sender.send(parcel(said(text, name="小林")), NOW)

    assert len(api.sent) == 5
    assert "".join(api.texts()) == f"小林：\n{text}"


@pytest.mark.parametrize("status", [500, 503])
async def test_a_retry_goes_on_where_the_first_try_stopped(
    sender: TelegramSender, api: TelegramApi, status: int
) -> None:
    api.fail("sendMessage", status, spare=1)

    first = await failing(sender, parcel(*THREE))
    await sender.send(parcel(*THREE), NOW)

    assert isinstance(first, Unavailable)
    assert api.texts() == ["第一段", "第二段", "第三段"]


async def test_a_parcel_that_is_through_is_forgotten(sender: TelegramSender, api: TelegramApi) -> None:
    await sender.send(parcel(*THREE), NOW)

    await sender.send(parcel(*THREE), NOW)

    assert len(api.sent) == 6


async def test_a_wait_that_telegram_asks_for_holds_the_whole_channel(api: TelegramApi) -> None:
    clock = ClockOnTheWall()
    api.fail("sendMessage", 429, retry_after=3)
    async with TelegramSender(TOKEN, api.url, clock=clock.now) as sender:
        told = await failing(sender, parcel(key="m1"))
        clock.time += 1
        held = await failing(sender, parcel(key="m2"))
        await sender.busy(str(CITIZEN))
        await sender.answer_callback("9001")
        calls_meanwhile = len(api.calls) - 1
        clock.time += 2
        await sender.send(parcel(key="m2"), NOW)

    assert [(type(one), one.retry_after) for one in (told, held) if isinstance(one, Unavailable)] == [
        (Unavailable, 3.0),
        (Unavailable, 2.0),
    ]
    assert calls_meanwhile == 0
    assert api.texts() == ["您好"]


async def test_a_wait_without_a_number_is_a_few_seconds(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", 429)

    told = await failing(sender, parcel())

    assert isinstance(told, Unavailable)
    assert told.retry_after == 5.0


async def test_a_call_under_way_does_not_end_the_wait(api: TelegramApi) -> None:
    api.fail("sendChatAction", "hang")
    api.fail("sendMessage", 429, retry_after=60)
    async with TelegramSender(TOKEN, api.url) as sender:
        slow = asyncio.create_task(sender.busy(str(CITIZEN)))
        await asyncio.sleep(0.1)
        await failing(sender, parcel(key="m1"))
        await slow
        await failing(sender, parcel(key="m2"))

    assert api.methods() == ["sendChatAction", "sendMessage"]


async def test_who_blocked_us_is_told_nothing_more(sender: TelegramSender, api: TelegramApi) -> None:
    api.blocked_by.add(CITIZEN)

    error = await failing(sender, parcel(*THREE))

    assert (type(error), error.code) == (Undeliverable, "telegram_refuses_person")
    assert len(api.calls) == 1


async def test_a_chat_that_is_gone_is_told_nothing_more(sender: TelegramSender, api: TelegramApi) -> None:
    api.chats.clear()

    error = await failing(sender, parcel(*THREE))

    assert (type(error), error.code) == (Undeliverable, "telegram_refuses_person")
    assert len(api.calls) == 1


@pytest.mark.parametrize("what", ["drop", "hang", 502, 504])
async def test_a_lost_answer_is_uncertain_and_never_repeated_at_once(
    sender: TelegramSender, api: TelegramApi, what: int | str
) -> None:
    api.fail("sendMessage", what, after_accept=True)

    error = await failing(sender, parcel())

    assert isinstance(error, Uncertain)
    assert api.texts() == ["您好"]


async def test_after_a_lost_answer_only_that_message_may_stand_twice(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", "drop", after_accept=True, spare=1)

    await failing(sender, parcel(*THREE))
    await sender.send(parcel(*THREE, reply_tried=True), NOW)

    assert api.texts() == ["第一段", "第二段", "第二段", "第三段"]


async def test_the_one_retry_is_not_spent_while_telegram_is_away(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", "drop")
    api.fail("sendChatAction", "drop", times=4)

    errors = [await failing(sender, parcel()) for _ in range(5)]
    await sender.send(parcel(), NOW)

    assert [type(error) for error in errors] == [Uncertain, *[Unavailable] * 4]
    assert api.texts() == ["您好"]


async def test_what_was_lost_twice_is_sent_no_third_time(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", "drop", after_accept=True, times=2)

    errors = [await failing(sender, parcel()) for _ in range(4)]

    assert [type(error) for error in errors] == [Uncertain] * 4
    assert api.texts() == ["您好", "您好"]


async def test_after_a_restart_a_doubtful_parcel_is_sent_once_more(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", "drop", after_accept=True)

    first = await failing(sender, parcel(reply_tried=True))
    second = await failing(sender, parcel(reply_tried=True))

    assert (type(first), second.code) == (Uncertain, "telegram_answer_lost_twice")
    assert api.methods() == ["sendChatAction", "sendMessage"]


async def test_a_connection_that_was_never_made_is_no_doubt(api: TelegramApi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with TelegramSender(TOKEN, nobody) as sender:
        error = await failing(sender, parcel())

    assert (type(error), error.code) == (Unavailable, "telegram_away")


async def test_what_telegram_refuses_is_said_once_more_in_bare_words(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", 400, description="Bad Request: can't parse reply keyboard markup")

    await sender.send(parcel(said("對嗎？", button("送出通報"))), NOW)

    assert api.methods() == ["sendMessage", "sendMessage"]
    assert [("reply_markup" in message, message["text"]) for message in api.sent] == [(False, "對嗎？")]


async def test_what_telegram_refuses_twice_is_never_sent(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", 400, times=9, description="Bad Request: no")

    error = await failing(sender, parcel(said("對嗎？", button("送出通報"))))

    assert isinstance(error, Undeliverable)
    assert (error.code, len(api.calls)) == ("telegram_refuses_content", 2)


async def test_bare_words_are_not_tried_twice(sender: TelegramSender, api: TelegramApi) -> None:
    api.fail("sendMessage", 400, times=9, description="Bad Request: no")

    await failing(sender, parcel())

    assert len(api.calls) == 1


async def test_a_picture_that_cannot_be_fetched_does_not_stop_the_words(
    sender: TelegramSender, api: TelegramApi
) -> None:
    api.fail("sendPhoto", 400, times=2, description="Bad Request: failed to get HTTP URL content")
    picture = "https://a.example/1.jpg"

    await sender.send(parcel(said("請看圖。", image=picture), said("字" * 2000, image=picture)), NOW)

    assert api.texts() == ["請看圖。", "字" * 2000]


@pytest.mark.parametrize("token", ["123456:WRONG", "999:FAKE"])
async def test_a_wrong_token_is_our_fault(api: TelegramApi, token: str) -> None:
    async with TelegramSender(token, api.url) as sender:
        error = await failing(sender, parcel())

    assert (type(error), error.code) == (Broken, "telegram_token_refused")


@pytest.mark.parametrize("more", [{"messages": (said(""),)}, {"address": "nobody"}])
async def test_a_parcel_that_cannot_be_sent_is_our_fault(
    sender: TelegramSender, api: TelegramApi, more: dict[str, Any]
) -> None:
    error = await failing(sender, parcel(**more) if "address" in more else parcel(*more["messages"]))

    assert isinstance(error, Broken)
    assert api.calls == []


async def test_a_parcel_that_takes_too_long_goes_on_later(api: TelegramApi) -> None:
    clock = ClockOnTheWall()

    def hurried() -> float:
        clock.time += 2
        return clock.time

    async with TelegramSender(TOKEN, api.url, clock=hurried) as sender:
        error = await failing(sender, parcel(*THREE))
        await sender.send(parcel(*THREE), NOW)

    assert (type(error), error.code) == (Unavailable, "telegram_slow")
    assert api.texts() == ["第一段", "第二段", "第三段"]


async def test_typing_is_shown_and_its_failure_never_matters(sender: TelegramSender, api: TelegramApi) -> None:
    await sender.busy(str(CITIZEN))
    api.fail("sendChatAction", 500)
    await sender.busy(str(CITIZEN))
    await sender.busy("nobody")

    assert [call.parameters for call in api.calls] == [{"chat_id": CITIZEN, "action": "typing"}] * 2


async def test_a_press_is_answered_once_and_a_refusal_never_matters(sender: TelegramSender, api: TelegramApi) -> None:
    api.open_taps.add("9001")

    await sender.answer_callback("9001", "您選了「好」")
    await sender.answer_callback("too old")

    assert api.answered == {"9001": "您選了「好」"}
    assert len(api.calls) == 2


async def test_a_picture_is_fetched(sender: TelegramSender, api: TelegramApi) -> None:
    api.files["F1"] = b"\xff\xd8\xff" + bytes(100_000)

    assert await sender.fetch_photo("F1") == api.files["F1"]


@pytest.mark.parametrize("size", [limits.DOWNLOAD_BYTES + 1, 21 * 1024 * 1024])
async def test_a_picture_that_is_too_large_is_refused(sender: TelegramSender, api: TelegramApi, size: int) -> None:
    api.files["F1"], api.sizes["F1"] = b"x", size

    with pytest.raises(TooLarge):
        await sender.fetch_photo("F1")


async def test_a_picture_that_is_not_there_is_refused(sender: TelegramSender, api: TelegramApi) -> None:
    api.files["F1"] = b"x"
    api.fail("download", 404)

    for source in ("unknown", "F1"):
        with pytest.raises(Refused) as caught:
            await sender.fetch_photo(source)
        assert caught.value.code == "photo_gone"


@pytest.mark.parametrize(
    ("method", "what"), [("getFile", 500), ("getFile", "drop"), ("download", 500), ("download", "drop")]
)
async def test_a_picture_that_does_not_come_is_fetched_again_later(
    sender: TelegramSender, api: TelegramApi, method: str, what: int | str
) -> None:
    api.files["F1"] = b"x"
    api.fail(method, what)

    with pytest.raises(Unavailable):
        await sender.fetch_photo("F1")

    assert await sender.fetch_photo("F1") == b"x"


async def test_telegram_is_told_where_to_deliver_and_what_waits_there_is_kept(
    sender: TelegramSender, api: TelegramApi
) -> None:
    await sender.connect("https://chat.example.gov/", "s3cr3t")

    assert api.webhook == {
        "url": "https://chat.example.gov/webhooks/telegram",
        "secret_token": "s3cr3t",
        "max_connections": 40,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
    }
    assert {"command": "human", "description": "找專人"} in api.commands


@pytest.mark.parametrize(("what", "kind"), [(400, Broken), (401, Broken), (500, Unavailable), ("drop", Unavailable)])
async def test_telling_telegram_may_fail_in_two_ways(
    sender: TelegramSender, api: TelegramApi, what: int | str, kind: type[HotlineError]
) -> None:
    api.fail("setWebhook", what)

    with pytest.raises(kind):
        await sender.connect("https://chat.example.gov", "s3cr3t")


async def test_the_service_starts_while_telegram_is_away() -> None:
    sender: Sender
    async with TelegramSender(TOKEN, "http://127.0.0.1:1") as sender:
        assert sender.channel == "telegram"


async def test_loopback_is_reached_without_the_environments_proxy(
    api: TelegramApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async with TelegramSender(TOKEN, api.url) as sender:
        await sender.send(parcel(), NOW)

    assert api.texts() == ["您好"]


async def test_no_log_holds_the_token_or_what_was_said(
    api: TelegramApi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    api.files["F1"] = b"x"
    api.fail("sendMessage", 400, description="Bad Request: no")
    api.fail("getFile", 500)
    with structlog.testing.capture_logs() as logged:
        async with TelegramSender(TOKEN, api.url) as sender:
            await sender.send(parcel(said("王小明的電話", button("送出通報"))), NOW)
            with pytest.raises(Unavailable):
                await sender.fetch_photo("F1")
            await sender.fetch_photo("F1")

    written = caplog.text + str(logged) + "".join(capsys.readouterr())
    assert [secret for secret in (TOKEN, "王小明", str(CITIZEN)) if secret in written] == []


async def say(house: House, *texts: str) -> None:
    async with house.store.work() as work:
        conversation = await work.conversations.open(LANE, "telegram", str(CITIZEN), "public", NOW)
        await speak(house, work, conversation, [Message(text) for text in texts], key="m1")


async def test_an_answer_goes_from_the_outbox_to_the_citizen_through_trouble(
    house: House, clock: ClockOnTheWall, senders: dict[str, Sender], sender: TelegramSender, api: TelegramApi
) -> None:
    senders["telegram"] = sender
    api.fail("sendMessage", 500, spare=1)
    api.fail("sendMessage", "drop", after_accept=True, spare=2)
    await say(house, "第一段", "第二段", "第三段")

    for _ in range(6):
        await deliver_next(house)
        clock.time += 600

    async with house.store.look() as work:
        counts = dict(await work.outbox.counts())
    assert api.texts() == ["第一段", "第二段", "第三段", "第三段"]
    assert (counts.get("waiting", 0), counts.get("parked", 0)) == (0, 0)


async def test_what_was_lost_twice_ends_with_a_person(
    house: House, clock: ClockOnTheWall, senders: dict[str, Sender], sender: TelegramSender, api: TelegramApi
) -> None:
    senders["telegram"] = sender
    api.fail("sendMessage", "drop", after_accept=True, times=9)
    await say(house, "已受理。")

    for _ in range(8):
        await deliver_next(house)
        clock.time += 600

    async with house.store.look() as work:
        counts = dict(await work.outbox.counts())
    assert counts.get("parked") == 1
    assert api.texts() == ["已受理。", "已受理。"]


async def test_a_block_found_while_sending_makes_the_citizen_unreachable(
    house: House, senders: dict[str, Sender], sender: TelegramSender, api: TelegramApi
) -> None:
    senders["telegram"] = sender
    api.blocked_by.add(CITIZEN)
    await say(house, "已派工。")

    await deliver_next(house)

    async with house.store.look() as work:
        conversation = await work.conversations.get(LANE)
    assert conversation is not None
    assert not conversation.reachable


async def test_eight_parcels_at_once_are_fast(sender: TelegramSender, api: TelegramApi) -> None:
    began = time.monotonic()

    await asyncio.gather(*(sender.send(parcel(key=f"m{k}"), NOW) for k in range(8)))

    assert len(api.sent) == 8
    assert time.monotonic() - began < 1
