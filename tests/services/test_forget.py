"""刪除我的資料: what a citizen said goes, the case stays without them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotline.adapters.tables import cases as case_table
from hotline.adapters.tables import metadata
from hotline.domain import words
from hotline.domain.errors import Unavailable
from hotline.domain.messages import Kind
from hotline.services.forget import end_and_forget
from hotline.services.house import House
from hotline.services.standing import standing
from tests.fakes.channel import FakeSender
from tests.fakes.citizen import Citizen, texts
from tests.fakes.understanding import FakeUnderstanding, a_place, entity

SECRET = "那個祕密在三樓"


async def everything_stored(rows: Callable[..., Any]) -> str:
    return str([row._mapping for table in metadata.sorted_tables for row in await rows(table)])


@pytest.fixture
async def talkative(citizen: Citizen, rasa: FakeUnderstanding) -> Citizen:
    """Somebody who said a secret and wants to be forgotten."""
    rasa.learns("刪掉我說的", "forget_me")
    await citizen.says(SECRET)
    return citizen


async def test_it_is_asked_once_more_since_it_cannot_be_undone(talkative: Citizen, rows: Callable[..., Any]) -> None:
    [asked] = await talkative.says("刪掉我說的")

    assert words.FORGET_ASK == asked["text"]
    assert SECRET in await everything_stored(rows)


@pytest.mark.parametrize("typed", ["刪除我的資料", "確定"])
async def test_the_second_word_deletes_everything_that_was_said(
    talkative: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any], typed: str
) -> None:
    before = (await talkative.conversation()).tracker
    await talkative.says("刪掉我說的")

    [done] = await talkative.says(typed)

    assert words.FORGET_DONE == done["text"]
    assert SECRET not in await everything_stored(rows)
    assert before not in rasa.memories
    assert before != (await talkative.conversation()).tracker
    assert [words.FORGET_DONE] == texts(await talkative.everything())


async def test_the_button_deletes_too(talkative: Citizen, rows: Callable[..., Any]) -> None:
    await talkative.says("刪掉我說的")

    await talkative.presses("刪除我的資料")

    assert SECRET not in await everything_stored(rows)


async def test_who_thinks_better_of_it_loses_nothing(talkative: Citizen, rows: Callable[..., Any]) -> None:
    await talkative.says("刪掉我說的")

    [kept] = await talkative.says("先不要")

    assert words.FORGET_NOT == kept["text"] or "好。" in kept["text"]
    assert SECRET in await everything_stored(rows)


async def test_the_case_stays_with_its_place_and_without_its_reporter(
    citizen: Citizen, rasa: FakeUnderstanding, rows: Callable[..., Any]
) -> None:
    spot = a_place("文山區興隆路二段64巷口", district="文山區", road="興隆路", section="2", lane="64", relation="巷口")
    rasa.learns("路燈不亮", "report/streetlight", spot)
    rasa.learns("刪掉我說的", "forget_me")
    rasa.learns("0912345678", "nlu_fallback", entity("phone", "0912345678"))
    await citizen.says("路燈不亮")
    await citizen.presses("沒有")
    await citizen.presses("留聯絡方式")
    await citizen.presses("同意，留聯絡方式")
    await citizen.says("0912345678")
    await citizen.presses("送出通報")
    [with_contact] = await rows(case_table)

    await citizen.says("刪掉我說的")
    await citizen.says("刪除我的資料")

    [case] = await rows(case_table)
    assert "0912345678" == with_contact.contact
    assert ("", "文山區興隆路二段64巷口") == (case.contact, case._mapping["where"])
    assert "0912345678" not in await everything_stored(rows)
    async with citizen.house.store.look() as work:
        assert [] == await work.cases.of(citizen.lane)


async def test_photos_are_deleted_from_the_disk(
    on_line: Citizen, line: FakeSender, rasa: FakeUnderstanding, jpeg: bytes, tmp_path: Path
) -> None:
    rasa.learns("刪掉我說的", "forget_me")
    line.pictures["p"] = jpeg
    await on_line.does(Kind.PHOTO, photo="p")
    kept = list((tmp_path / "pictures").iterdir())

    await on_line.says("刪掉我說的")
    await on_line.says("刪除我的資料")

    assert 1 == len(kept)
    assert [] == list((tmp_path / "pictures").iterdir())


async def test_nothing_is_half_forgotten_when_rasa_is_away(
    on_line: Citizen, line: FakeSender, rasa: FakeUnderstanding, jpeg: bytes, tmp_path: Path
) -> None:
    rasa.learns("刪掉我說的", "forget_me")
    line.pictures["p"] = jpeg
    await on_line.does(Kind.PHOTO, photo="p")
    await on_line.says("刪掉我說的")
    rasa.away = True

    said = texts(await on_line.says("刪除我的資料"))
    rasa.away = False
    later = texts(await on_line.waits(5))

    assert words.FORGET_DONE not in said
    assert words.FORGET_DONE in later
    assert [] == list((tmp_path / "pictures").iterdir())


async def test_nobody_waits_while_rasa_takes_its_time_to_forget(
    house: House, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    await citizen.says(SECRET)
    rasa.may_answer.clear()
    rasa.is_thinking.clear()
    ending = asyncio.create_task(end_and_forget(house, citizen.address))
    await rasa.is_thinking.wait()

    try:
        async with asyncio.timeout(1):
            await Citizen(house, citizen.clock).sends("我是別人")
    finally:
        rasa.may_answer.set()
        await ending


async def test_ending_the_chat_ends_the_session_and_forgets(
    house: House, citizen: Citizen, rows: Callable[..., Any]
) -> None:
    async with house.store.work() as work:
        await work.web_sessions.add("hash", citizen.address, 0.0)
    await citizen.says(SECRET)

    await end_and_forget(house, citizen.address)

    assert SECRET not in await everything_stored(rows)
    async with house.store.look() as work:
        assert await work.web_sessions.address_of("hash") is None
        assert await standing(house, work, citizen.lane) is None


async def test_ending_a_chat_that_never_began_is_fine(house: House) -> None:
    await end_and_forget(house, "nobody")


async def test_ending_the_chat_says_so_when_it_cannot(house: House, citizen: Citizen, rasa: FakeUnderstanding) -> None:
    await citizen.says(SECRET)
    rasa.away = True

    with pytest.raises(Unavailable):
        await end_and_forget(house, citizen.address)
