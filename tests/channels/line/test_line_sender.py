"""The sender against the simulator over real HTTP, through a network that loses things."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
import structlog
from line_stage import CITIZEN, NOW, TOKEN, ClockOnTheWall, Simulated, parcel

from channels.line import limits
from channels.line.sender import LineSender, retry_key
from hotline.domain.errors import Broken, HotlineError, Refused, TooLarge, Unavailable, Uncertain, Undeliverable
from hotline.domain.messages import Lane, Message
from hotline.ports import Delivered
from hotline.services.deliver import deliver_next
from hotline.services.house import House
from hotline.services.speak import speak


async def test_a_live_token_is_answered_by_one_free_reply(sender: LineSender, line: Simulated) -> None:
    several = [{"text": f"第{k}段", "buttons": [], "name": ""} for k in range(8)]

    delivered = await sender.send(parcel(*several, reply_token=await line.token()), NOW)

    assert Delivered("reply") == delivered
    assert (line.paths(), await line.counts()) == (["reply"], {"reply": 1, "push": 0})


async def test_without_a_token_a_push_goes_out_under_a_retry_key(sender: LineSender, line: Simulated) -> None:
    delivered = await sender.send(parcel(key="m7"), NOW)

    _, headers, body, _ = line.calls[0]
    assert Delivered("push") == delivered
    assert (CITIZEN, str(uuid.UUID(retry_key("m7")))) == (body["to"], headers["x-line-retry-key"])


async def test_a_token_whose_time_is_over_is_not_tried(sender: LineSender, line: Simulated) -> None:
    delivered = await sender.send(parcel(reply_token=await line.token()), NOW + 50)

    assert (Delivered("push"), ["push"]) == (delivered, line.paths())


async def test_a_token_that_no_longer_works_leads_to_a_push(sender: LineSender, line: Simulated) -> None:
    delivered = await sender.send(parcel(reply_token="f0" * 16), NOW)

    assert (Delivered("push"), ["reply", "push"]) == (delivered, line.paths())


@pytest.mark.parametrize("what", [500, "drop", "hang"])
async def test_a_reply_whose_answer_was_lost_arrives_once(sender: LineSender, line: Simulated, what: int | str) -> None:
    once = parcel(reply_token=await line.token())
    line.fail("/reply", what, after_accept=True)
    with pytest.raises(Uncertain):
        await sender.send(once, NOW)

    delivered = await sender.send(replace(once, reply_tried=True, attempts=2), NOW + 5)

    assert (Delivered("reply"), {"reply": 1, "push": 0}) == (delivered, await line.counts())


@pytest.mark.parametrize("what", [500, "drop"])
async def test_a_reply_that_never_arrived_goes_with_the_same_token(
    sender: LineSender, line: Simulated, what: int | str
) -> None:
    once = parcel(reply_token=await line.token())
    line.fail("/reply", what)
    with pytest.raises(Uncertain):
        await sender.send(once, NOW)

    delivered = await sender.send(replace(once, reply_tried=True, attempts=2), NOW + 5)

    assert (Delivered("reply"), {"reply": 1, "push": 0}) == (delivered, await line.counts())


@pytest.mark.parametrize("what", [500, "drop", "hang"])
async def test_a_push_whose_answer_was_lost_arrives_once(sender: LineSender, line: Simulated, what: int | str) -> None:
    line.fail("/push", what, after_accept=True)
    with pytest.raises(Unavailable):
        await sender.send(parcel(), NOW)

    delivered = await sender.send(parcel(attempts=2), NOW + 5)

    assert (Delivered("push"), 409) == (delivered, line.calls[-1][3])
    assert await line.counts() == {"reply": 0, "push": 1}


async def test_a_rate_limit_is_waited_out(sender: LineSender, line: Simulated) -> None:
    slow = "The API rate limit has been exceeded. Try again later."
    line.fail("/push", 429, message=slow, headers={"Retry-After": "17"})

    with pytest.raises(Unavailable) as raised:
        await sender.send(parcel(), NOW)

    assert raised.value.retry_after == 17.0


async def test_a_reply_that_meets_the_rate_limit_did_not_go(sender: LineSender, line: Simulated) -> None:
    line.fail("/reply", 429, message="The API rate limit has been exceeded. Try again later.")

    with pytest.raises(Unavailable) as raised:
        await sender.send(parcel(reply_token=await line.token()), NOW)

    assert raised.value.code == "line_rate"


async def test_the_end_of_the_months_quota_is_not_the_citizens_fault(sender: LineSender, line: Simulated) -> None:
    line.fail("/push", 429, message="You have reached your monthly limit.")

    with pytest.raises(Undeliverable) as raised:
        await sender.send(parcel(), NOW)

    assert raised.value.code == "quota"


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (401, "Authentication failed", Broken),
        (403, "Forbidden", Undeliverable),
        (404, "Not found", Undeliverable),
        (400, "The user hasn't added the LINE Official Account as a friend", Undeliverable),
        (500, "Internal server error", Unavailable),
        (502, "Bad gateway", Unavailable),
    ],
)
async def test_every_refusal_of_a_push_has_its_remedy(
    sender: LineSender, line: Simulated, status: int, message: str, error: type[HotlineError]
) -> None:
    line.fail("/push", status, message=message)

    with pytest.raises(error):
        await sender.send(parcel(), NOW)

    assert line.paths() == ["push"]


@pytest.mark.parametrize("by_reply", [True, False])
async def test_what_line_refuses_arrives_as_bare_text(sender: LineSender, line: Simulated, by_reply: bool) -> None:
    said = {"text": "對的話按「送出通報」。", "buttons": [{"title": "送出通報", "payload": "b7"}], "name": "小林"}
    token = await line.token() if by_reply else ""
    line.fail("/(reply|push)", 400, message="The request body has 1 error(s)")

    delivered = await sender.send(parcel(said, reply_token=token), NOW)

    rich, plain = (body["messages"] for _, _, body, _ in line.calls)
    assert Delivered("reply" if by_reply else "push") == delivered
    assert "quickReply" in rich[0]
    assert plain == [{"type": "text", "text": "對的話按「送出通報」。"}]


async def test_what_line_refuses_twice_is_not_sent_again(sender: LineSender, line: Simulated) -> None:
    line.fail("/push", 400, message="The request body has 1 error(s)", times=9)

    with pytest.raises(Undeliverable) as raised:
        await sender.send(parcel(), NOW)

    keys = [headers["x-line-retry-key"] for _, headers, _, _ in line.calls]
    assert (raised.value.code, len(keys), len(set(keys))) == ("line_refuses_content", 2, 2)


async def test_a_line_that_cannot_be_reached_has_received_nothing() -> None:
    async with LineSender(TOKEN, "http://127.0.0.1:9") as sender:
        with pytest.raises(Unavailable) as raised:
            await sender.send(parcel(reply_token="f0" * 16), NOW)

    assert raised.value.code == "line_away"


async def test_an_answer_that_cannot_be_read_is_an_answer_lost(sender: LineSender, line: Simulated) -> None:
    line.fail("/reply", 200, message="this is not what LINE answers", after_accept=True)

    with pytest.raises(Uncertain):
        await sender.send(parcel(reply_token=await line.token()), NOW)


async def test_a_wrong_token_of_ours_is_ours_to_mend(line: Simulated) -> None:
    async with LineSender("wrong", line.api) as sender:
        with pytest.raises(Broken):
            await sender.send(parcel(), NOW)


async def test_an_empty_parcel_is_a_mistake_of_ours(sender: LineSender) -> None:
    with pytest.raises(Broken):
        await sender.send(parcel({"text": "", "buttons": []}), NOW)


async def test_the_citizen_sees_that_an_answer_is_coming(sender: LineSender, line: Simulated) -> None:
    await sender.busy(CITIZEN)

    assert line.calls[0][2] == {"chatId": CITIZEN, "loadingSeconds": 20}
    assert line.calls[0][3] == 202


@pytest.mark.parametrize("what", [400, 429, 500, "drop", "hang"])
async def test_the_loading_animations_failure_never_matters(
    sender: LineSender, line: Simulated, what: int | str
) -> None:
    line.fail("/loading", what)

    await sender.busy(CITIZEN)
    await sender.busy("C" + "1" * 32)

    assert len(line.calls) == 1


async def test_a_photo_is_fetched_by_its_message(sender: LineSender, line: Simulated) -> None:
    said = await line.say(image="/9j/4AAQ")

    found = await sender.fetch_photo(said["webhook"]["events"][0]["message"]["id"])

    assert bytes.fromhex("ffd8ffe00010") == found


async def test_a_photo_that_is_not_ready_is_asked_for_again_soon(sender: LineSender, line: Simulated) -> None:
    line.fail("/content", 202)

    with pytest.raises(Unavailable) as raised:
        await sender.fetch_photo("4611")

    assert raised.value.retry_after == 2.0


@pytest.mark.parametrize(
    ("what", "error"),
    [(404, Refused), (410, Refused), (401, Broken), (429, Unavailable), (500, Unavailable), ("drop", Unavailable)],
)
async def test_a_photo_that_cannot_be_had_is_refused_or_asked_for_later(
    sender: LineSender, line: Simulated, what: int | str, error: type[HotlineError]
) -> None:
    line.fail(
        "/content", what, message="The API rate limit has been exceeded.", times=2
    )  # the client asks twice by itself

    with pytest.raises(error):
        await sender.fetch_photo("4611")


async def test_a_photo_that_is_too_large_is_not_kept(sender: LineSender, line: Simulated) -> None:
    line.fail("/content", 200, message="x" * limits.PHOTO_BYTES)

    with pytest.raises(TooLarge):
        await sender.fetch_photo("4611")


async def test_every_call_is_logged_with_lines_request_id_and_without_what_was_said(
    sender: LineSender, line: Simulated
) -> None:
    token = await line.token()
    with structlog.testing.capture_logs() as logs:
        await sender.send(parcel({"text": "您的案號", "buttons": []}, reply_token=token), NOW)
        await sender.send(parcel({"text": "您的案號", "buttons": []}), NOW)
        await sender.busy(CITIZEN)

    text = repr(logs)
    assert [log["call"] for log in logs] == ["reply", "push", "loading"]
    assert all(len(log["request_id"]) == 32 for log in logs)
    assert not any(word in text for word in ("您的案號", CITIZEN, token, TOKEN))


async def test_a_sender_outside_its_block_says_so() -> None:
    with pytest.raises(RuntimeError):
        await LineSender(TOKEN).send(parcel(), NOW)


@pytest.mark.parametrize(
    ("path", "what", "via"), [("/reply", 500, "reply"), ("/reply", "drop", "reply"), ("/push", 500, "push")]
)
async def test_from_outbox_to_chat_a_lost_answer_shows_the_message_once(
    house: House, clock: ClockOnTheWall, sender: LineSender, line: Simulated, path: str, what: Any, via: str
) -> None:
    house = replace(house, senders={"line": sender})
    lane = Lane(f"line:{CITIZEN}")
    token, until = (await line.token(), clock.now() + 50) if via == "reply" else ("", 0.0)
    async with house.store.work() as work:
        conversation = await work.conversations.open(lane, "line", CITIZEN, "abc", clock.now())
        answer = [Message("您好，請說。")]
        await speak(house, work, conversation, answer, key="m1", reply_token=token, reply_until=until)
    line.fail(path, what, after_accept=True)

    assert await deliver_next(house)
    clock.time += 6
    assert await deliver_next(house)

    async with house.store.look() as work:
        waiting, _ = await work.outbox.waiting()
    assert waiting == 0
    assert {"reply": 0, "push": 0} | {via: 1} == await line.counts()
