"""Inbox and outbox: two tables, worked lane by lane, at most one unfinished head per lane.

A row is claimed when it is due (or its lease has lapsed) and no older row of its lane is unfinished. Finishing requires the
number of attempts it was claimed with: a worker that wakes up late finds the number changed, and its work counts for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.adapters.engine import database_clock
from hotline.adapters.tables import conversations, inbox, outbox
from hotline.domain.messages import Incoming, Kind, Lane, Location
from hotline.ports import InboxRow, Leased, Parcel

OPEN = ("waiting", "leased")
JOINED = (Kind.TEXT, Kind.PHOTO, Kind.LOCATION)
"""Kinds that are read as one turn when they arrive in a row."""


def insert_for(is_sqlite: bool) -> Any:
    """`insert` with `on conflict`, which each dialect spells in its own module."""
    return sqlite.insert if is_sqlite else postgresql.insert


def head_of_lane(table: Any, now: float, clock: Any) -> Select[Any]:
    """The oldest due row whose lane has no older unfinished row."""
    head, earlier = table.alias("head"), table.alias("earlier")
    due = or_(
        and_(head.c.state == "waiting", head.c.ready_at <= now),
        and_(head.c.state == "leased", head.c.lease_until < clock),
    )
    blocked = exists().where(earlier.c.lane == head.c.lane, earlier.c.id < head.c.id, earlier.c.state.in_(OPEN))
    return select(head).where(due, ~blocked).order_by(head.c.id).limit(1).with_for_update(skip_locked=True, of=head)


class SqlInbox:
    """`Inbox` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._insert = insert_for(is_sqlite)
        self._clock = database_clock(is_sqlite)

    async def add(self, event: Incoming, seq: int, ready_at: float, now: float, *, done: bool = False) -> bool:
        row = self._insert(inbox).values(
            channel=event.channel,
            event_id=event.event_id,
            lane=event.lane,
            seq=seq,
            kind=event.kind.value,
            body=_event_json(event),
            state="done" if done else "waiting",
            attempts=0,
            ready_at=ready_at,
            received_at=now,
            error="",
        )
        added = await self._connection.execute(row.on_conflict_do_nothing(index_elements=["channel", "event_id"]))
        return bool(added.rowcount)

    async def known(self, channel: str, event_id: str) -> int | None:
        found = await self._connection.execute(
            select(inbox.c.seq).where(inbox.c.channel == channel, inbox.c.event_id == event_id)
        )
        return found.scalar_one_or_none()

    async def lease(self, seconds: float, now: float) -> Leased | None:
        head = (await self._connection.execute(head_of_lane(inbox, now, self._clock))).first()
        if head is None:
            return None
        rows = [head, *await self._followers(head)]
        await self._connection.execute(
            update(inbox)
            .where(inbox.c.id.in_([row.id for row in rows]))
            .values(state="leased", turn=head.id, attempts=inbox.c.attempts + 1, lease_until=self._clock + seconds)
        )
        return Leased(
            head.id,
            Lane(head.lane),
            head.attempts + 1,
            tuple(InboxRow(row.id, row.seq, _event(row), row.received_at) for row in rows),
        )

    async def _followers(self, head: Row[Any]) -> list[Row[Any]]:
        """What is read together with the head. Fixed once leased, so that a second try is the same turn."""
        later = select(inbox).where(inbox.c.lane == head.lane, inbox.c.id > head.id, inbox.c.state.in_(OPEN))
        rows = (await self._connection.execute(later.order_by(inbox.c.id))).all()
        if head.turn is not None:
            return [row for row in rows if row.turn == head.id]
        together: list[Row[Any]] = []
        if head.kind in JOINED:
            for row in rows:
                if row.kind not in JOINED:
                    break
                together.append(row)
        return together

    async def finish(self, leased: Leased) -> bool:
        return await self._settle(leased, state="done")

    async def retry(self, leased: Leased, at: float, error: str) -> bool:
        return await self._settle(leased, state="waiting", ready_at=at, error=error)

    async def park(self, leased: Leased, error: str) -> bool:
        return await self._settle(leased, state="parked", error=error)

    async def _settle(self, leased: Leased, **values: Any) -> bool:
        fence = and_(inbox.c.id == leased.id, inbox.c.state == "leased", inbox.c.attempts == leased.attempts)
        done = await self._connection.execute(update(inbox).where(fence).values(**values))
        if not done.rowcount:
            return False
        rest = [row.id for row in leased.rows[1:]]
        if rest:
            await self._connection.execute(update(inbox).where(inbox.c.id.in_(rest)).values(**values))
        return True

    async def waiting(self) -> tuple[int, float | None]:
        row = (
            await self._connection.execute(
                select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.state.in_(OPEN))
            )
        ).one()
        return row[0], row[1]

    async def is_open(self, lane: Lane) -> bool:
        row = await self._connection.execute(
            select(inbox.c.id).where(inbox.c.lane == lane, inbox.c.state.in_(OPEN)).limit(1)
        )
        return row.first() is not None

    async def next_at(self) -> float | None:
        first: float | None = (
            await self._connection.execute(select(func.min(inbox.c.ready_at)).where(inbox.c.state == "waiting"))
        ).scalar_one_or_none()
        return first


class SqlOutbox:
    """`Outbox` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._insert = insert_for(is_sqlite)
        self._clock = database_clock(is_sqlite)

    async def add(
        self,
        lane: Lane,
        key: str,
        messages: Sequence[Mapping[str, Any]],
        *,
        reply_token: str = "",
        reply_until: float = 0.0,
        token: int,
        by_bot: bool,
        now: float,
    ) -> int:
        row = (
            self._insert(outbox)
            .values(
                key=key,
                lane=lane,
                body=list(messages),
                state="waiting",
                via="",
                token=token,
                by_bot=by_bot,
                reply_token=reply_token,
                reply_until=reply_until,
                reply_tried=False,
                uncertain=False,
                attempts=0,
                ready_at=now,
                made_at=now,
                error="",
            )
            .on_conflict_do_nothing(index_elements=["key"])
        )
        done = await self._connection.execute(row)
        return int(done.inserted_primary_key[0]) if done.rowcount and done.inserted_primary_key else 0

    async def lease(self, seconds: float, now: float) -> Parcel | None:
        head = (await self._connection.execute(head_of_lane(outbox, now, self._clock))).first()
        if head is None:
            return None
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.id == head.id)
            .values(state="leased", attempts=outbox.c.attempts + 1, lease_until=self._clock + seconds)
        )
        to = (
            await self._connection.execute(
                select(conversations.c.channel, conversations.c.address).where(conversations.c.lane == head.lane)
            )
        ).one()
        return Parcel(
            id=head.id,
            lane=Lane(head.lane),
            channel=to.channel,
            address=to.address,
            key=head.key,
            messages=tuple(head.body),
            reply_token=head.reply_token,
            reply_until=head.reply_until,
            attempts=head.attempts + 1,
            token=head.token,
            by_bot=head.by_bot,
            reply_tried=head.reply_tried or head.state == "leased",  # a lapsed lease: it may have gone before a crash
        )

    async def finish(self, parcel: Parcel, state: str, via: str = "") -> bool:
        return await self._settle(parcel, state=state, via=via)

    async def retry(self, parcel: Parcel, at: float, error: str, *, uncertain: bool = False) -> bool:
        return await self._settle(
            parcel, state="waiting", ready_at=at, error=error, uncertain=or_(outbox.c.uncertain, literal(uncertain))
        )

    async def note_reply_tried(self, parcel: Parcel) -> None:
        await self._connection.execute(update(outbox).where(outbox.c.id == parcel.id).values(reply_tried=True))

    async def _settle(self, parcel: Parcel, **values: Any) -> bool:
        fence = and_(outbox.c.id == parcel.id, outbox.c.state == "leased", outbox.c.attempts == parcel.attempts)
        done = await self._connection.execute(update(outbox).where(fence).values(**values))
        return bool(done.rowcount)

    async def waiting(self) -> tuple[int, float | None]:
        row = (
            await self._connection.execute(
                select(func.count(), func.min(outbox.c.made_at)).where(outbox.c.state.in_(OPEN))
            )
        ).one()
        return row[0], row[1]

    async def next_at(self) -> float | None:
        first: float | None = (
            await self._connection.execute(select(func.min(outbox.c.ready_at)).where(outbox.c.state == "waiting"))
        ).scalar_one_or_none()
        return first

    async def counts(self) -> Mapping[str, int]:
        rows = await self._connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
        return {row[0]: row[1] for row in rows.all()}


def _event_json(event: Incoming) -> dict[str, Any]:
    raw = asdict(event)
    raw["kind"] = event.kind.value
    return {key: value for key, value in raw.items() if value not in ("", None)}


def _event(row: Row[Any]) -> Incoming:
    raw = dict(row.body)
    location = raw.pop("location", None)
    return Incoming(**{**raw, "kind": Kind(raw["kind"])}, location=Location(**location) if location else None)
