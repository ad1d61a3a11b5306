"""Taking in what citizens send: stored once, in order, before anybody says yes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline.adapters.tables import feed, inbox, outbox
from hotline.domain.errors import Unavailable
from hotline.domain.messages import Kind, Location
from hotline.services.house import House
from hotline.services.receive import receive
from tests.fakes.citizen import Citizen, texts


async def test_an_event_leaves_a_line_and_a_row(house: House, citizen: Citizen, rows: Callable[..., Any]) -> None:
    seqs = await receive(house, [citizen.event(text="路燈不亮")])

    assert [1] == seqs
    assert ["路燈不亮"] == texts(await citizen.everything())
    assert [("waiting", 1)] == [(row.state, row.seq) for row in await rows(inbox)]


async def test_a_redelivered_event_is_stored_once_and_gets_the_same_answer(
    house: House, citizen: Citizen, rows: Callable[..., Any]
) -> None:
    event = citizen.event(text="路燈不亮")

    first, again = await receive(house, [event]), await receive(house, [event, event])

    assert ([1], [1, 1]) == (first, again)
    assert 1 == len(await rows(inbox))
    assert 1 == len(await citizen.everything())


async def test_twenty_copies_at_once_are_stored_once(house: House, citizen: Citizen, rows: Callable[..., Any]) -> None:
    event = citizen.event(text="路燈不亮")

    answers = await asyncio.gather(*(receive(house, [event]) for _ in range(20)))

    assert [[1]] * 20 == answers
    assert 1 == len(await rows(inbox))
    assert 1 == len(await citizen.everything())


async def test_events_of_one_request_are_stored_together_or_not_at_all(
    house: House, citizen: Citizen, rows: Callable[..., Any]
) -> None:
    good, bad = citizen.event(text="路燈不亮"), citizen.event(Kind.LOCATION)

    with pytest.raises(AssertionError):
        await receive(house, [good, bad])

    assert [] == await rows(inbox)
    assert [] == await rows(feed)


async def test_the_order_of_events_is_the_order_of_lines(house: House, citizen: Citizen) -> None:
    await receive(house, [citizen.event(text=text) for text in "一二三"])
    await asyncio.gather(*(receive(house, [citizen.event(text="四")]) for _ in range(1)))

    assert ["一", "二", "三", "四"] == texts(await citizen.everything())


async def test_an_id_number_is_covered_before_anything_is_stored(
    house: House, citizen: Citizen, rows: Callable[..., Any]
) -> None:
    await receive(house, [citizen.event(text="我是A123456789")])

    stored = str([row._mapping for table in (inbox, feed) for row in await rows(table)])

    assert "A123456789" not in stored
    assert "A＊＊＊＊＊＊＊＊＊" in stored


async def test_texts_wait_a_moment_for_the_next_line_and_buttons_do_not(
    house: House, citizen: Citizen, rows: Callable[..., Any]
) -> None:
    await receive(house, [citizen.event(text="路燈"), citizen.event(Kind.PAYLOAD, payload="x")])

    text, button = await rows(inbox)

    assert house.policy.settle_seconds == pytest.approx(text.ready_at - text.received_at)
    assert button.ready_at == button.received_at


@pytest.mark.parametrize(
    ("kind", "more", "line"),
    [
        (Kind.STICKER, {"text": "哭哭"}, "（貼圖：哭哭）"),
        (Kind.VOICE, {}, "（語音訊息）"),
        (Kind.FILE, {}, "（檔案）"),
        (Kind.PHOTO, {"photo": "p1"}, "（照片）"),
        (Kind.PAYLOAD, {"payload": "nothing"}, "（按鈕）"),
        (Kind.LOCATION, {"location": Location(25.03, 121.56, "市府路1號")}, "市府路1號"),
        (Kind.LOCATION, {"location": Location(25.03, 121.56)}, "（位置）"),
    ],
)
async def test_whatever_is_sent_leaves_a_readable_line(
    house: House, citizen: Citizen, kind: Kind, more: dict[str, Any], line: str
) -> None:
    await receive(house, [citizen.event(kind, **more)])

    assert [line] == texts(await citizen.everything())


async def test_a_message_taken_back_is_gone_and_is_never_answered(
    house: House, citizen: Citizen, rows: Callable[..., Any]
) -> None:
    await receive(house, [citizen.event(text="祕密", message_id="m1")])
    await receive(house, [citizen.event(Kind.WITHDRAWN, message_id="m1")])

    [line] = await citizen.everything()

    assert ("", True) == (line["text"], line["withdrawn"])
    assert 1 == len(await rows(inbox))


async def test_an_edited_message_shows_its_new_words(house: House, citizen: Citizen) -> None:
    await receive(house, [citizen.event(text="八號", message_id="m1")])
    await receive(house, [citizen.event(Kind.EDITED, text="十八號，A123456789", message_id="m1")])

    assert ["十八號，A＊＊＊＊＊＊＊＊＊"] == texts(await citizen.everything())


async def test_an_edit_that_is_delivered_twice_happened_once(house: House, citizen: Citizen) -> None:
    await receive(house, [citizen.event(text="八號", message_id="m1")])
    edit = citizen.event(Kind.EDITED, text="十八號", message_id="m1")
    await receive(house, [edit])
    await receive(house, [edit])

    async with house.store.look() as work:
        [line] = await work.feed.after(citizen.lane, 0, notes=True)

    assert ["八號"] == line["earlier"]


async def test_who_leaves_is_unreachable_and_who_writes_again_is_back(house: House, on_line: Citizen) -> None:
    await receive(house, [on_line.event(text="嗨")])
    await receive(house, [on_line.event(Kind.UNFOLLOW)])
    gone = await on_line.conversation()
    await receive(house, [on_line.event(text="我回來了")])
    back = await on_line.conversation()

    assert (False, True) == (gone.reachable, back.reachable)


async def test_what_must_not_be_answered_is_only_stored(
    house: House, on_line: Citizen, rows: Callable[..., Any]
) -> None:
    standby = replace(on_line.event(text="嗨"), answer=False)

    await receive(house, [standby])

    assert ["嗨"] == texts(await on_line.everything())
    assert ["done"] == [row.state for row in await rows(inbox)]
    assert [] == await on_line.waits()


async def test_what_must_not_be_answered_is_stored_once_too(house: House, on_line: Citizen) -> None:
    standby = replace(on_line.event(text="嗨"), answer=False)

    await receive(house, [standby])
    await receive(house, [standby])

    assert ["嗨"] == texts(await on_line.everything())


async def test_danger_is_answered_where_it_is_stored(house: House, on_line: Citizen, rows: Callable[..., Any]) -> None:
    fire = on_line.event(text="我家失火了", reply_token="r1", reply_until=5e9)

    await receive(house, [fire])
    await receive(house, [fire])

    _, answer = await on_line.everything()
    [parcel] = await rows(outbox)
    assert "119" in answer["text"]
    assert ("r1", "waiting") == (parcel.reply_token, parcel.state)
    assert ["done"] == [row.state for row in await rows(inbox)]
    assert "fire" == (await on_line.conversation()).charge.danger


async def test_danger_that_must_not_be_answered_is_not(house: House, on_line: Citizen) -> None:
    await receive(house, [replace(on_line.event(text="我家失火了"), answer=False)])

    assert [] == await on_line.reads()


async def test_a_database_that_is_away_is_said_and_nothing_is_stored(house: House, citizen: Citizen) -> None:
    async with house.store.work():  # SQLite's only writer is taken
        attempt = asyncio.create_task(receive(house, [citizen.event(text="嗨")]))
        await asyncio.sleep(0)
        attempt.cancel()
        with pytest.raises((asyncio.CancelledError, Unavailable)):
            await attempt

    assert [] == await citizen.everything()


async def test_the_bell_is_rung_for_the_worker_the_citizens_page_and_the_desk(house: House, citizen: Citizen) -> None:
    async with (
        house.bell.listen("inbox") as inbox_rang,
        house.bell.listen(f"feed:{citizen.lane}") as feed_rang,
        house.bell.listen("desk") as desk_rang,
    ):
        await receive(house, [citizen.event(text="嗨")])

        assert [True, True, True] == [await rang(0.1) for rang in (inbox_rang, feed_rang, desk_rang)]
