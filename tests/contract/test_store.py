"""What every store promises, whatever stands behind it: one suite, run on each implementation of the Store port."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import random
import shutil
import socket
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from hotline.adapters.engine import Engines, async_url
from hotline.adapters.migrate import differences, migrate
from hotline.adapters.store import SqlStore
from hotline.adapters.tables import inbox, metadata, outbox
from hotline.domain import handoff
from hotline.domain.cases import Case, CaseNumber, Status
from hotline.domain.messages import Button, Incoming, Kind, Lane, Location, Speaker, lane_of
from hotline.domain.people import Agent, AgentId, Role
from hotline.ports import Leased, Parcel, Store, Work

NOW = 1_764_038_520.0
LAPSED = -1.0
"""A lease of this length has run out when it begins."""
_events = itertools.count(1)


def postgres_url() -> str:
    """A PostgreSQL to test on: the one that is named, or the one of this machine that asks for no password."""
    named = os.environ.get("HOTLINE_TEST_POSTGRES_URL", "")
    if named:
        return named
    try:
        socket.create_connection(("127.0.0.1", 5432), 0.3).close()
    except OSError:
        return ""
    return "postgresql://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a database of our own, made by the migrations and dropped again."""
    url = postgres_url()
    if not url:
        pytest.skip("no PostgreSQL: HOTLINE_TEST_POSTGRES_URL is not set and nothing answers on 127.0.0.1:5432")
    if importlib.util.find_spec("asyncpg") is None:
        pytest.skip("PostgreSQL's driver asyncpg is not installed")
    name = f"hotline_test_{uuid.uuid4().hex[:12]}"

    async def administer(statement: str) -> None:
        outside = create_async_engine(async_url(url), isolation_level="AUTOCOMMIT")
        async with outside.connect() as connection:
            await connection.execute(text(statement))
        await outside.dispose()

    async def build(ours: str) -> None:
        engines = Engines(ours)
        await migrate(engines)
        await engines.close()

    try:
        asyncio.run(administer(f"create database {name}"))
    except Exception as error:
        pytest.skip(f"PostgreSQL does not let us in ({type(error).__name__})")
    ours = make_url(url).set(database=name).render_as_string(hide_password=False)
    asyncio.run(build(ours))
    yield ours
    asyncio.run(administer(f"drop database {name} with (force)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> str:
    """The URL of an up-to-date database of this engine."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres"))
    shutil.copy(empty_database, tmp_path / "hotline.db")
    return f"sqlite:///{tmp_path / 'hotline.db'}"


@pytest.fixture
async def engines(database: str) -> AsyncIterator[Engines]:
    engines = Engines(database)
    if not engines.is_sqlite:
        async with engines.writer.begin() as connection:
            await connection.execute(text(f"truncate {', '.join(metadata.tables)} restart identity cascade"))
    yield engines
    await engines.close()


@pytest.fixture
def store(engines: Engines) -> Store:
    return SqlStore(engines)


def event(address: str = "a", kind: Kind = Kind.TEXT, **more: Any) -> Incoming:
    """One event of a citizen on the channel `line`."""
    number = next(_events)
    return Incoming(
        "line", more.pop("event_id", f"e{number}"), address, kind, NOW, **({"text": f"第{number}句"} | more)
    )


async def opened(work: Work, address: str = "a") -> Lane:
    lane = lane_of("line", address)
    await work.conversations.open(lane, "line", address, f"public-{address}", NOW)
    return lane


async def take_in(store: Store, *events: Incoming, ready_at: float = NOW) -> None:
    """What a receiver does: the lane, the line in the feed, the row."""
    for one in events:
        async with store.work() as work:
            await opened(work, one.address)
            seq = await work.feed.add(one.lane, Speaker.CITIZEN, {"text": one.text}, NOW)
            await work.inbox.add(one, seq, ready_at, NOW)


async def lease(store: Store, seconds: float = 30.0, now: float = NOW) -> Leased | None:
    async with store.work() as work:
        return await work.inbox.lease(seconds, now)


async def lease_one(store: Store, seconds: float = 30.0, now: float = NOW) -> Leased:
    leased = await lease(store, seconds, now)
    assert leased is not None
    return leased


async def finish(store: Store, leased: Leased) -> bool:
    async with store.work() as work:
        return await work.inbox.finish(leased)


async def send(store: Store, address: str = "a", key: str = "", **more: Any) -> int:
    """A parcel for a citizen."""
    given = {"token": 0, "by_bot": True, "now": NOW} | more
    async with store.work() as work:
        lane = await opened(work, address)
        return await work.outbox.add(lane, key or f"k{next(_events)}", [{"text": "您好"}], **given)


async def lease_parcel(store: Store, seconds: float = 30.0, now: float = NOW) -> Parcel | None:
    async with store.work() as work:
        return await work.outbox.lease(seconds, now)


async def lease_one_parcel(store: Store, seconds: float = 30.0, now: float = NOW) -> Parcel:
    parcel = await lease_parcel(store, seconds, now)
    assert parcel is not None
    return parcel


def texts(leased: Leased) -> list[str]:
    return [row.event.text for row in leased.rows]


# ── the schema and the transaction ──


async def test_the_migrations_make_what_the_tables_say(engines: Engines) -> None:
    assert [] == await differences(engines)


async def test_migrating_again_does_nothing(engines: Engines) -> None:
    await migrate(engines)

    assert [] == await differences(engines)


async def test_the_database_keeps_what_it_acknowledged(engines: Engines) -> None:
    await engines.check_durability()


async def test_a_transaction_that_ends_badly_leaves_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.work() as work:
            await opened(work)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    async with store.look() as work:
        assert await work.conversations.get(lane_of("line", "a")) is None


# ── the inbox ──


async def test_an_event_stands_in_the_inbox_once(store: Store) -> None:
    once = event(event_id="the same")
    async with store.work() as work:
        await opened(work)

        first, second = await work.inbox.add(once, 1, NOW, NOW), await work.inbox.add(once, 2, NOW, NOW)

        assert (True, False) == (first, second)
        assert 1 == await work.inbox.known("line", "the same")
        assert await work.inbox.known("telegram", "the same") is None
        assert (1, NOW) == await work.inbox.waiting()


async def test_an_event_comes_out_as_it_went_in(store: Store) -> None:
    pin = event(
        kind=Kind.LOCATION, text="", location=Location(25.03, 121.56, "市府路1號"), reply_token="r", reply_until=5.5
    )
    await take_in(store, pin)

    leased = await lease_one(store)

    assert pin == leased.rows[0].event


async def test_a_row_that_is_not_due_is_not_leased(store: Store) -> None:
    await take_in(store, event(), ready_at=NOW + 1)

    early, in_time = await lease(store, now=NOW), await lease(store, now=NOW + 1)

    assert early is None
    assert in_time is not None


async def test_a_lane_is_worked_oldest_first_and_one_at_a_time(store: Store) -> None:
    await take_in(store, *(event(kind=Kind.PAYLOAD, text=text) for text in ("一", "二", "三")))

    worked = []
    while leased := await lease(store):
        assert await lease(store) is None
        worked += texts(leased)
        await finish(store, leased)

    assert ["一", "二", "三"] == worked


async def test_lanes_do_not_wait_for_one_another(store: Store) -> None:
    await take_in(store, event("a"), event("b"))

    lanes = {(await lease_one(store)).lane, (await lease_one(store)).lane}

    assert {"line:a", "line:b"} == lanes


async def test_texts_photos_and_pins_in_a_row_are_one_turn(store: Store) -> None:
    photo = event(kind=Kind.PHOTO, text="", photo="p1")
    pin = event(kind=Kind.LOCATION, text="", location=Location(25.0, 121.5))
    await take_in(store, event(text="路燈不亮"), event(text="興隆路"), photo, pin, event(kind=Kind.STICKER, text=""))

    leased = await lease_one(store)

    kinds = [row.event.kind for row in leased.rows]
    assert [Kind.TEXT, Kind.TEXT, Kind.PHOTO, Kind.LOCATION] == kinds
    assert [1, 2, 3, 4] == [row.seq for row in leased.rows]


async def test_a_button_is_a_turn_of_its_own(store: Store) -> None:
    await take_in(store, event(text="一"), event(kind=Kind.PAYLOAD, text="按"), event(text="二"))

    turns = []
    while leased := await lease(store):
        turns.append(texts(leased))
        await finish(store, leased)

    assert [["一"], ["按"], ["二"]] == turns


async def test_a_turn_stays_the_same_turn_when_it_is_tried_again(store: Store) -> None:
    await take_in(store, event(text="一"), event(text="二"))
    first = await lease_one(store)
    async with store.work() as work:
        await work.inbox.retry(first, NOW, "away")
    await take_in(store, event(text="三"))

    again = await lease_one(store)

    assert (first.turn_id, ["一", "二"]) == (again.turn_id, texts(again))
    assert (1, 2) == (first.attempts, again.attempts)


async def test_a_turn_that_was_lost_in_a_crash_stays_the_same_turn(store: Store) -> None:
    await take_in(store, event(text="一"), event(text="二"))
    first = await lease_one(store, seconds=LAPSED)
    await take_in(store, event(text="三"))

    again = await lease_one(store)

    assert (first.turn_id, ["一", "二"]) == (again.turn_id, texts(again))


async def test_a_lease_that_runs_out_is_taken_over_and_the_late_one_counts_for_nothing(store: Store) -> None:
    await take_in(store, event())
    late = await lease_one(store, seconds=LAPSED)
    timely = await lease_one(store)

    late_finished, timely_finished = await finish(store, late), await finish(store, timely)

    assert (False, True) == (late_finished, timely_finished)
    async with store.work() as work:
        assert not await work.inbox.retry(late, NOW, "late")
        assert not await work.inbox.park(late, "late")
        assert not await work.inbox.finish(timely)


async def test_a_lease_that_holds_is_not_taken_over(store: Store) -> None:
    await take_in(store, event())
    await lease_one(store, seconds=30)

    assert await lease(store) is None


async def test_a_retry_keeps_the_lane_waiting_and_no_other(store: Store) -> None:
    await take_in(store, event("a", Kind.PAYLOAD), event("a", Kind.PAYLOAD), event("b"))
    head = await lease_one(store)
    async with store.work() as work:
        await work.inbox.retry(head, NOW + 5, "away")

    other, nobody, later = await lease_one(store), await lease(store), await lease(store, now=NOW + 5)

    assert "line:b" == other.lane
    assert nobody is None
    assert later is not None
    assert (head.id, 2) == (later.id, later.attempts)
    async with store.look() as work:
        assert await work.inbox.is_open(lane_of("line", "a"))


async def test_parking_lets_the_lane_go_on(store: Store) -> None:
    await take_in(store, event(text="毒"), event(text="藥"), event(kind=Kind.PAYLOAD, text="按"))
    poison = await lease_one(store)
    async with store.work() as work:
        await work.inbox.park(poison, "ValueError")

    after = await lease_one(store)

    assert (["毒", "藥"], ["按"]) == (texts(poison), texts(after))


async def test_the_inbox_knows_when_the_next_row_is_due(store: Store) -> None:
    await take_in(store, event("a"), ready_at=NOW + 7)
    await take_in(store, event("b"), ready_at=NOW + 3)

    async with store.look() as work:
        assert NOW + 3 == await work.inbox.next_at()


async def test_eight_receivers_on_four_lanes_keep_each_lane_in_order(store: Store) -> None:
    sent: dict[str, list[str]] = defaultdict(list)
    lane_locks = {address: asyncio.Lock() for address in "abcd"}

    async def receiver(number: int) -> None:
        dice = random.Random(number)
        for _ in range(6):
            address = dice.choice("abcd")
            one = event(address, Kind.PAYLOAD)
            async with lane_locks[address]:  # the platform speaks to us about one citizen in order
                await take_in(store, one)
                sent[address].append(one.text)

    worked: dict[str, list[str]] = defaultdict(list)

    async def worker() -> None:
        quiet = 0
        while quiet < 5:
            leased = await lease(store)
            if leased is None:
                quiet += 1
                await asyncio.sleep(0.02)
                continue
            quiet = 0
            await asyncio.sleep(random.random() / 500)
            worked[leased.rows[0].event.address] += texts(leased)
            await finish(store, leased)

    await asyncio.gather(*(receiver(number) for number in range(8)), *(worker() for _ in range(4)))

    assert sent == worked
    assert 48 == sum(map(len, worked.values()))


async def test_twenty_copies_of_an_event_at_once_are_stored_once(store: Store) -> None:
    once = event(event_id="copied")

    async def deliver() -> bool:
        async with store.work() as work:
            await opened(work)
            return await work.inbox.add(once, 1, NOW, NOW)

    stored = await asyncio.gather(*(deliver() for _ in range(20)))

    assert 1 == sum(stored)


async def test_what_is_answered_already_is_kept_only_against_redelivery(store: Store) -> None:
    async with store.work() as work:
        await opened(work)

        first = await work.inbox.add(event(event_id="e"), 1, NOW, NOW, done=True)
        again = await work.inbox.add(event(event_id="e"), 2, NOW, NOW)

        assert (True, False) == (first, again)
        assert 1 == await work.inbox.known("line", "e")
        assert await work.inbox.lease(30, NOW) is None
        assert not await work.inbox.is_open(lane_of("line", "a"))


# ── the outbox ──


async def test_a_parcel_stands_in_the_outbox_once_under_its_key(store: Store) -> None:
    first, second = await send(store, key="m1"), await send(store, key="m1")

    assert first > 0
    assert 0 == second
    async with store.look() as work:
        assert {"waiting": 1} == dict(await work.outbox.counts())


async def test_a_parcel_comes_out_as_it_went_in(store: Store) -> None:
    await send(store, "a", "m1", reply_token="r1", reply_until=NOW + 50, token=3, by_bot=False)

    parcel = await lease_one_parcel(store)

    assert ("line:a", "line", "a", "m1") == (parcel.lane, parcel.channel, parcel.address, parcel.key)
    assert ("r1", NOW + 50, 3, False) == (parcel.reply_token, parcel.reply_until, parcel.token, parcel.by_bot)
    assert ({"text": "您好"},) == parcel.messages
    assert not parcel.reply_tried


async def test_parcels_of_a_lane_leave_in_order_and_one_at_a_time(store: Store) -> None:
    for key in ("一", "二", "三"):
        await send(store, key=key)
    await send(store, "b", key="別人")

    first, other = await lease_one_parcel(store), await lease_one_parcel(store)
    nobody = await lease_parcel(store)
    async with store.work() as work:
        await work.outbox.finish(first, "sent", "push")
    second = await lease_one_parcel(store)

    assert ["一", "別人", "二"] == [first.key, other.key, second.key]
    assert nobody is None


async def test_a_parcel_lost_in_a_crash_goes_again_and_the_late_sender_counts_for_nothing(store: Store) -> None:
    await send(store)
    late = await lease_one_parcel(store, seconds=LAPSED)
    timely = await lease_one_parcel(store)

    async with store.work() as work:
        late_done = await work.outbox.finish(late, "sent", "push")
        timely_done = await work.outbox.finish(timely, "sent", "push")

    assert (1, 2) == (late.attempts, timely.attempts)
    assert (False, True) == (late_done, timely_done)


async def test_a_parcel_that_may_have_gone_before_a_crash_has_spent_its_reply_token(store: Store) -> None:
    await send(store, reply_token="r1", reply_until=NOW + 50)
    await lease_one_parcel(store, seconds=LAPSED)

    assert (await lease_one_parcel(store)).reply_tried


async def test_a_parcel_that_was_surely_not_taken_keeps_its_reply_token(store: Store) -> None:
    await send(store, reply_token="r1", reply_until=NOW + 50)
    parcel = await lease_one_parcel(store)
    async with store.work() as work:
        await work.outbox.retry(parcel, NOW, "429")

    assert not (await lease_one_parcel(store)).reply_tried


async def test_a_parcel_that_is_tried_again_keeps_its_lane_waiting(store: Store) -> None:
    await send(store, key="一")
    await send(store, key="二")
    first = await lease_one_parcel(store)
    async with store.work() as work:
        await work.outbox.retry(first, NOW + 5, "429")

    nobody, later = await lease_parcel(store), await lease_one_parcel(store, now=NOW + 5)

    assert nobody is None
    assert ("一", 2) == (later.key, later.attempts)


@pytest.mark.parametrize("state", ["sent", "parked", "undeliverable", "dropped"])
async def test_a_settled_parcel_lets_the_lane_go_on(store: Store, state: str) -> None:
    await send(store, key="一")
    await send(store, key="二")
    first = await lease_one_parcel(store)

    async with store.work() as work:
        await work.outbox.finish(first, state)

    assert "二" == (await lease_one_parcel(store)).key


async def test_a_spent_reply_token_is_remembered(store: Store) -> None:
    await send(store, reply_token="r1", reply_until=NOW + 50)
    parcel = await lease_one_parcel(store)
    async with store.work() as work:
        await work.outbox.note_reply_tried(parcel)
        await work.outbox.retry(parcel, NOW, "lost", uncertain=True)

    assert (await lease_one_parcel(store)).reply_tried


# ── the feed ──


async def test_feed_numbers_have_no_gaps_though_many_speak_at_once(store: Store) -> None:
    async with store.work() as work:
        await opened(work)
    lane = lane_of("line", "a")

    async def speak(fails: bool) -> int:
        async with store.work() as work:
            seq = await work.feed.add(lane, Speaker.CITIZEN, {"text": "嗨"}, NOW)
            if fails:
                raise RuntimeError
            return seq

    said = await asyncio.gather(*(speak(k % 3 == 0) for k in range(30)), return_exceptions=True)

    seqs = sorted(seq for seq in said if isinstance(seq, int))
    assert list(range(1, 21)) == seqs
    async with store.look() as work:
        assert seqs == [line["seq"] for line in await work.feed.after(lane, 0)]


async def test_the_feed_is_read_forwards_and_backwards(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        for number in range(1, 6):
            await work.feed.add(lane, Speaker.CITIZEN, {"text": str(number)}, NOW)

        after = [line["seq"] for line in await work.feed.after(lane, 3)]
        newest = [line["seq"] for line in await work.feed.before(lane, None, most=2)]
        older = [line["seq"] for line in await work.feed.before(lane, 4, most=2)]

    assert ([4, 5], [4, 5], [2, 3]) == (after, newest, older)


async def test_notes_and_what_was_understood_are_for_the_desk_only(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        await work.feed.add(lane, Speaker.CITIZEN, {"text": "路燈"}, NOW)
        await work.feed.add(lane, Speaker.AGENT, {"text": "注意語氣"}, NOW, name="小林", note=True)
        await work.feed.understand(lane, [1], {"label": "report/streetlight"})

        citizen, desk = await work.feed.after(lane, 0), await work.feed.after(lane, 0, notes=True)

    assert ["路燈"] == [line["text"] for line in citizen]
    assert "understood" not in citizen[0]
    assert ["路燈", "注意語氣"] == [line["text"] for line in desk]
    assert {"label": "report/streetlight"} == desk[0]["understood"]


async def test_a_message_that_was_taken_back_is_gone_and_one_that_was_edited_keeps_what_it_was(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        await work.feed.add(lane, Speaker.CITIZEN, {"text": "祕密"}, NOW, message_id="m1")
        await work.feed.add(lane, Speaker.CITIZEN, {"text": "八號"}, NOW, message_id="m2")

        withdrawn, edited = await work.feed.withdraw(lane, "m1"), await work.feed.edit(lane, "m2", "十八號")
        unknown = await work.feed.withdraw(lane, "m3"), await work.feed.edit(lane, "m1", "又來了")
        lines = await work.feed.after(lane, 0, notes=True)

    assert (True, True) == (withdrawn, edited)
    assert (False, False) == unknown
    assert [("", True), ("十八號", False)] == [(line["text"], line["withdrawn"]) for line in lines]
    assert ["八號"] == lines[1]["earlier"]


async def test_the_last_word_of_the_assistant_is_found(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        assert await work.feed.last_bot(lane) is None
        for speaker in (Speaker.BOT, Speaker.BOT, Speaker.SYSTEM, Speaker.CITIZEN):
            await work.feed.add(lane, speaker, {"text": speaker.value}, NOW)

        last = await work.feed.last_bot(lane)

    assert last is not None
    assert 2 == last["seq"]


async def test_a_clients_own_id_is_found_in_its_lane_only(store: Store) -> None:
    async with store.work() as work:
        a, b = await opened(work, "a"), await opened(work, "b")
        await work.feed.add(a, Speaker.CITIZEN, {"text": "嗨"}, NOW, client_id="c1")

        assert 1 == await work.feed.by_client_id(a, "c1")
        assert await work.feed.by_client_id(b, "c1") is None


async def test_what_is_erased_is_gone_and_the_numbers_go_on(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        for text_ in ("一", "二", "三"):
            await work.feed.add(lane, Speaker.CITIZEN, {"text": text_}, NOW)
        await work.feed.erase(lane, 3)
        seq = await work.feed.add(lane, Speaker.CITIZEN, {"text": "四"}, NOW)

        assert 4 == seq
        assert ["三", "四"] == [line["text"] for line in await work.feed.after(lane, 0)]


# ── buttons ──


async def test_a_button_of_another_lane_is_not_found(store: Store) -> None:
    yes = Button("有", "answer", {"about": "danger_now", "value": "有"})
    async with store.work() as work:
        a, b = await opened(work, "a"), await opened(work, "b")
        await work.buttons.add(a, 5, {"opaque": yes}, NOW)

        mine, theirs = await work.buttons.press("opaque", a), await work.buttons.press("opaque", b)

    assert mine is not None
    assert (yes, a, 5, False) == (mine.button, mine.lane, mine.seq, mine.used)
    assert theirs is None


async def test_a_used_button_says_so(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        await work.buttons.add(lane, 1, {"opaque": Button("送出通報", "confirm_report")}, NOW)
        await work.buttons.use("opaque")

        pressed = await work.buttons.press("opaque", lane)

    assert pressed is not None
    assert pressed.used


# ── conversations ──


async def test_a_conversation_is_opened_once_though_many_open_it(store: Store) -> None:
    async def open_it(number: int) -> str:
        async with store.work() as work:
            found = await work.conversations.open(lane_of("line", "a"), "line", "a", f"public{number}", NOW)
            return found.public_id

    ids = await asyncio.gather(*(open_it(number) for number in range(10)))

    assert 1 == len(set(ids))


async def test_a_conversation_is_kept_as_it_was_saved(store: Store) -> None:
    async with store.work() as work:
        lane = await opened(work)
        found = await work.conversations.get(lane)
        assert found is not None
        charge = handoff.raise_alarm(found.charge, "gas", NOW, person_now=True)
        changed = replace(
            found,
            charge=handoff.claim(charge, "a1", "小林"),
            tracker="t2",
            reachable=False,
            greeted=True,
            expects={"what": "message"},
            pending="第二件",
            frozen=True,
            title="瓦斯",
            seen_by_agent=4,
        )
        await work.conversations.save(changed)

    async with store.look() as work:
        assert changed == await work.conversations.get(lane)
        assert changed == await work.conversations.by_public_id("public-a")
        assert [changed] == await work.conversations.held_by("a1")
        assert await work.conversations.by_public_id("nobody") is None


async def waiting_room(store: Store) -> None:
    """a waits longest, b then, c is in danger and waits, d was told to phone and nobody took it, e is with 小林."""
    async with store.work() as work:
        for k, address in enumerate("abcdef"):
            lane = await opened(work, address)
            await work.feed.add(lane, Speaker.CITIZEN, {"text": f"我是{address}"}, NOW + k)
            found = await work.conversations.get(lane)
            assert found is not None
            charge = found.charge
            if address in "abe":
                charge = handoff.ask_for_person(charge, "市民要求找專人", NOW + k)
            if address in "cd":
                charge = handoff.raise_alarm(charge, "fire", NOW + k, person_now=address == "c")
            if address == "e":
                charge = handoff.claim(charge, "lin", "小林")
            await work.conversations.save(replace(found, charge=charge))


async def test_danger_stands_first_in_the_queue_then_who_waits_longest(store: Store) -> None:
    await waiting_room(store)

    async with store.look() as work:
        waiting, mine, others = await work.conversations.queue("lin")
        _, not_mine, theirs = await work.conversations.queue("chen")

    def addresses(rows: Any) -> str:
        return "".join(row.conversation.address for row in rows)

    async with store.look() as work:
        assert ["lin"] == await work.conversations.holders()
    assert ("cdab", "e", "") == (addresses(waiting), addresses(mine), addresses(others))
    assert ("", "e") == (addresses(not_mine), addresses(theirs))


async def test_who_waits_is_told_how_many_are_before_them(store: Store) -> None:
    await waiting_room(store)

    async with store.look() as work:
        ahead = {}
        for address in "abce":
            found = await work.conversations.get(lane_of("line", address))
            assert found is not None
            ahead[address] = await work.conversations.ahead_of(found.charge)

    assert {"a": 1, "b": 2, "c": 0} == {address: ahead[address] for address in "abc"}


async def test_a_row_of_the_list_shows_the_last_words_of_people_and_what_is_unread(store: Store) -> None:
    await waiting_room(store)
    async with store.work() as work:
        await work.feed.add(lane_of("line", "a"), Speaker.BOT, {"text": "請稍等"}, NOW)
        await work.feed.add(lane_of("line", "a"), Speaker.SYSTEM, {"text": "系統"}, NOW)
        await work.feed.add(lane_of("line", "a"), Speaker.AGENT, {"text": "內部"}, NOW, note=True)

        waiting, _, _ = await work.conversations.queue("lin")

    row = next(row for row in waiting if row.conversation.address == "a")
    assert ("我是a", "citizen", 1) == (row.last, row.last_from, row.unread)


async def test_forgetting_blanks_what_finished_rows_still_hold(store: Store, engines: Engines) -> None:
    await take_in(store, event(text="祕密", event_id="kept"))
    await finish(store, await lease_one(store))
    await send(store)
    async with store.work() as work:
        parcel = await work.outbox.lease(30, NOW)
        assert parcel is not None
        await work.outbox.finish(parcel, "sent")
        await work.buttons.add(parcel.lane, 1, {"opaque": Button("有", "answer")}, NOW)

        await work.conversations.forget_inbox(parcel.lane)

        assert await work.buttons.press("opaque", parcel.lane) is None
        assert 1 == await work.inbox.known("line", "kept")
    async with engines.reader.connect() as connection:
        bodies = [(await connection.execute(select(table.c.body))).scalar_one() for table in (inbox, outbox)]
    assert [{}, []] == bodies


# ── cases ──


def a_case(number: CaseNumber, **more: Any) -> Case:
    made = Case(
        number=number,
        kind="streetlight",
        name="路燈完全不亮",
        office="公園處",
        place={"road": "興隆路"},
        where="文山區興隆路二段64巷口",
        details=(("地點", "文山區興隆路二段64巷口"), ("市民原話", "路燈不亮")),
        status=Status.ACCEPTED,
        opened_at=NOW,
        updated_at=NOW,
        photos=("p1",),
        contact="0912345678",
    )
    return replace(made, **more)


async def open_case(store: Store, key: str, address: str = "a", **more: Any) -> tuple[Case, bool]:
    async with store.work() as work:
        lane = await opened(work, address)
        return await work.cases.open(key, lane, lambda number: a_case(number, **more), "DEMO")


async def test_a_case_comes_out_as_it_went_in(store: Store) -> None:
    made, is_new = await open_case(store, "k1")

    async with store.look() as work:
        assert made == await work.cases.get(CaseNumber("DEMO-30001"))
        assert [made] == await work.cases.of(lane_of("line", "a"))
    assert is_new


async def test_twenty_calls_with_one_key_open_one_case(store: Store) -> None:
    made = await asyncio.gather(*(open_case(store, "the key") for _ in range(20)))

    assert {"DEMO-30001"} == {case.number for case, _ in made}
    assert 1 == sum(is_new for _, is_new in made)


async def test_twenty_cases_at_once_get_twenty_numbers(store: Store) -> None:
    made = await asyncio.gather(*(open_case(store, f"k{k}") for k in range(20)))

    assert {f"DEMO-{30001 + k}" for k in range(20)} == {case.number for case, _ in made}


async def test_a_change_of_a_case_happens_once_under_its_key(store: Store) -> None:
    case, _ = await open_case(store, "k1")

    async with store.work() as work:
        first = await work.cases.add_event("done", case.number, Status.DONE, "修好了", "機關", NOW + 1)
        second = await work.cases.add_event("done", case.number, Status.REOPENED, "又壞了", "市民", NOW + 2)
        found = await work.cases.get(case.number)

    assert (True, False) == (first, second)
    assert found is not None
    assert (Status.DONE, NOW + 1) == (found.status, found.updated_at)


async def test_a_case_may_be_followed_by_others_and_is_theirs_then(store: Store) -> None:
    case, _ = await open_case(store, "k1")
    async with store.work() as work:
        b = await opened(work, "b")
        before = await work.cases.is_of(case.number, b)
        await work.cases.follow(case.number, b)
        await work.cases.follow(case.number, b)

        assert (False, True) == (before, await work.cases.is_of(case.number, b))
        await work.cases.unfollow_all(b)
        assert [] == await work.cases.of(b)
        assert 1 == len(await work.cases.of(lane_of("line", "a")))


async def test_the_newest_case_stands_first(store: Store) -> None:
    await open_case(store, "k1")
    await open_case(store, "k2")

    async with store.look() as work:
        assert ["DEMO-30002", "DEMO-30001"] == [case.number for case in await work.cases.of(lane_of("line", "a"))]


async def test_only_an_open_case_of_the_same_kind_at_the_same_place_is_similar(store: Store) -> None:
    case, _ = await open_case(store, "k1")
    await open_case(store, "k2", status=Status.DONE, where="別處")

    async with store.look() as work:
        same = await work.cases.similar("streetlight", case.where)
        other_kind = await work.cases.similar("pothole", case.where)
        settled = await work.cases.similar("streetlight", "別處")

    assert same is not None
    assert case.number == same.number
    assert (None, None) == (other_kind, settled)


async def test_contact_data_is_forgotten_by_the_one_who_opened_the_case_only(store: Store) -> None:
    case, _ = await open_case(store, "k1")
    async with store.work() as work:
        b = await opened(work, "b")
        await work.cases.follow(case.number, b)
        await work.cases.forget_citizen(b)
        still = await work.cases.get(case.number)
        await work.cases.forget_citizen(lane_of("line", "a"))
        gone = await work.cases.get(case.number)

    assert still is not None
    assert gone is not None
    assert ("0912345678", ("p1",)) == (still.contact, still.photos)
    assert ("", ()) == (gone.contact, gone.photos)
    assert ("市民原話", "路燈不亮") in still.details
    assert (("地點", "文山區興隆路二段64巷口"),) == gone.details


async def test_contact_data_of_cases_at_rest_is_forgotten(store: Store) -> None:
    old, _ = await open_case(store, "k1")
    fresh, _ = await open_case(store, "k2")
    async with store.work() as work:
        await work.cases.add_event("later", fresh.number, Status.WORKING, "", "機關", NOW + 100)
        count = await work.cases.forget_contacts(NOW + 50)
        again = await work.cases.forget_contacts(NOW + 50)
        found = [await work.cases.get(case.number) for case in (old, fresh)]

    assert (1, 0) == (count, again)
    assert ["", "0912345678"] == [case.contact for case in found if case]


async def test_what_a_key_did_to_a_case_is_found_again(store: Store) -> None:
    case, _ = await open_case(store, "k1")
    async with store.work() as work:
        await work.cases.add_event("again", case.number, Status.REOPENED, "又壞了", "市民", NOW)

        assert Status.REOPENED == await work.cases.event_status("again")
        assert await work.cases.event_status("never") is None


async def test_wrong_codes_are_counted_for_each_lane(store: Store) -> None:
    async with store.work() as work:
        a, b = await opened(work, "a"), await opened(work, "b")
        await work.cases.set_tries(a, 3, 0.0)
        await work.cases.set_tries(a, 4, NOW)

        assert (4, NOW) == await work.cases.tries(a)
        assert (0, 0.0) == await work.cases.tries(b)


async def test_the_offices_words_are_kept(store: Store) -> None:
    case, _ = await open_case(store, "k1")
    async with store.work() as work:
        await work.cases.set_words(case.number, "路燈已正常放亮")
        found = await work.cases.get(case.number)

    assert found is not None
    assert "路燈已正常放亮" == found.words


# ── people, tokens, photos, audit ──


async def test_people_are_found_by_login_and_by_id(store: Store) -> None:
    lin = Agent(AgentId("a1"), "lin", "小林", Role.SUPERVISOR, must_change_password=True)
    async with store.work() as work:
        nobody = await work.people.any()
        await work.people.add(lin, "hash", NOW)

        assert (False, True) == (nobody, await work.people.any())
        assert (lin, "hash") == await work.people.by_login("lin")
        assert lin == await work.people.get(AgentId("a1"))
        assert await work.people.by_login("chen") is None
        await work.people.set_password(AgentId("a1"), "new", must_change=False)
        assert (replace(lin, must_change_password=False), "new") == await work.people.by_login("lin")


async def test_sessions_are_opened_touched_and_ended(store: Store) -> None:
    lin = Agent(AgentId("a1"), "lin", "小林", Role.AGENT)
    async with store.work() as work:
        await work.people.add(lin, "hash", NOW)
        for token in ("t1", "t2", "t3"):
            await work.people.add_session(token, lin.id, NOW)
        await work.people.touch_session("t1", NOW + 60)

        assert (lin.id, NOW, NOW + 60) == await work.people.session("t1")
        assert (1, 0) == (await work.people.present(NOW + 30), await work.people.present(NOW + 90))
        assert (NOW + 60, None) == (await work.people.last_seen(lin.id), await work.people.last_seen(AgentId("a2")))
        await work.people.end_session("t2")
        assert await work.people.session("t2") is None
        await work.people.end_sessions_of(lin.id, but="t1")
        assert await work.people.session("t3") is None
        assert await work.people.session("t1") is not None


async def test_failed_sign_ins_are_counted_for_each_login(store: Store) -> None:
    async with store.work() as work:
        await work.people.set_failures("lin", 2, 0.0)
        await work.people.set_failures("lin", 3, NOW)

        assert (3, NOW) == await work.people.failures("lin")
        assert (0, 0.0) == await work.people.failures("chen")


async def test_a_web_token_leads_to_its_address_until_it_ends(store: Store) -> None:
    async with store.work() as work:
        await work.web_sessions.add("hash1", "address", NOW)

        assert "address" == await work.web_sessions.address_of("hash1")
        assert await work.web_sessions.any("address")
        await work.web_sessions.end("address")
        assert await work.web_sessions.address_of("hash1") is None
        assert not await work.web_sessions.any("address")


async def test_a_photo_belongs_to_its_lane(store: Store) -> None:
    async with store.work() as work:
        a, b = await opened(work, "a"), await opened(work, "b")
        await work.photos.add("p1", a, "source", NOW)

        assert (a, None) == (await work.photos.lane_of("p1"), await work.photos.lane_of("p2"))
        assert ("p1", None) == (await work.photos.by_source(a, "source"), await work.photos.by_source(b, "source"))
        assert (["p1"], []) == (await work.photos.of(a), await work.photos.of(b))
        await work.photos.forget(a)
        assert [] == await work.photos.of(a)


async def test_the_audit_counts_what_was_done_since(store: Store) -> None:
    async with store.work() as work:
        for at in (NOW, NOW + 10, NOW + 20):
            await work.audit.add("lin", "closed", "public-a", at, {"why": "done"})

        assert 2 == await work.audit.count("closed", NOW + 10)
        assert 0 == await work.audit.count("claimed", NOW)
