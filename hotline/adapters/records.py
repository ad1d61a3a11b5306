"""What is kept beside the two queues: conversations and their feed, buttons, photos, and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, delete, func, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.adapters.lanes import insert_for
from hotline.adapters.tables import audit, buttons, conversations, feed, inbox, outbox, photos, web_sessions
from hotline.domain.handoff import Charge, InCharge
from hotline.domain.messages import Button, Lane, Speaker
from hotline.ports import Conversation, Pressed, QueueRow

TAIPEI = ZoneInfo("Asia/Taipei")


class SqlFeed:
    """`Feed` on SQL. Sequence numbers are given under the conversation's row, so they have no gaps."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection

    async def add(
        self,
        lane: Lane,
        speaker: Speaker,
        body: Mapping[str, Any],
        now: float,
        *,
        name: str = "",
        client_id: str = "",
        note: bool = False,
        understood: Mapping[str, Any] | None = None,
        message_id: str = "",
    ) -> int:
        counted = await self._connection.execute(
            update(conversations)
            .where(conversations.c.lane == lane)
            .values(last_seq=conversations.c.last_seq + 1, last_at=now)
            .returning(conversations.c.last_seq)
        )
        seq = int(counted.scalar_one())
        await self._connection.execute(
            feed.insert().values(
                lane=lane,
                seq=seq,
                speaker=speaker.value,
                name=name,
                body=dict(body),
                client_id=client_id,
                note=note,
                understood=dict(understood) if understood else None,
                message_id=message_id,
                at=now,
            )
        )
        return seq

    async def after(self, lane: Lane, seq: int, *, notes: bool = False, most: int = 200) -> list[dict[str, Any]]:
        query = select(feed).where(feed.c.lane == lane, feed.c.seq > seq).order_by(feed.c.seq).limit(most)
        rows = await self._connection.execute(query if notes else query.where(feed.c.note.is_(False)))
        return [feed_event(row, desk=notes) for row in rows.all()]

    async def before(self, lane: Lane, seq: int | None, *, notes: bool = True, most: int = 60) -> list[dict[str, Any]]:
        query = select(feed).where(feed.c.lane == lane).order_by(feed.c.seq.desc()).limit(most)
        if seq is not None:
            query = query.where(feed.c.seq < seq)
        rows = (await self._connection.execute(query)).all()
        return [feed_event(row, desk=notes) for row in reversed(rows)]

    async def by_client_id(self, lane: Lane, client_id: str) -> int | None:
        found = await self._connection.execute(
            select(feed.c.seq).where(feed.c.lane == lane, feed.c.client_id == client_id).limit(1)
        )
        return found.scalar_one_or_none()

    async def understand(self, lane: Lane, seqs: Sequence[int], understood: Mapping[str, Any]) -> None:
        await self._connection.execute(
            update(feed).where(feed.c.lane == lane, feed.c.seq.in_(seqs)).values(understood=dict(understood))
        )

    async def show_photo(self, lane: Lane, seq: int, image: str) -> None:
        row = (await self._connection.execute(select(feed.c.body).where(feed.c.lane == lane, feed.c.seq == seq))).one()
        await self._connection.execute(
            update(feed).where(feed.c.lane == lane, feed.c.seq == seq).values(body={**row.body, "image": image})
        )

    async def withdraw(self, lane: Lane, message_id: str) -> bool:
        done = await self._connection.execute(
            update(feed)
            .where(feed.c.lane == lane, feed.c.message_id == message_id)
            .values(body={"withdrawn": True}, understood=None)
        )
        return bool(done.rowcount)

    async def edit(self, lane: Lane, message_id: str, text: str) -> bool:
        row = (
            await self._connection.execute(select(feed).where(feed.c.lane == lane, feed.c.message_id == message_id))
        ).first()
        if row is None or row.body.get("withdrawn") or row.body.get("text") == text:
            return False
        earlier = [*row.body.get("earlier", []), row.body.get("text", "")]
        body = {**row.body, "text": text, "earlier": earlier}
        await self._connection.execute(update(feed).where(feed.c.lane == lane, feed.c.seq == row.seq).values(body=body))
        return True

    async def last_bot(self, lane: Lane) -> dict[str, Any] | None:
        row = (
            await self._connection.execute(
                select(feed)
                .where(feed.c.lane == lane, feed.c.speaker == Speaker.BOT.value)
                .order_by(feed.c.seq.desc())
                .limit(1)
            )
        ).first()
        return feed_event(row) if row else None

    async def erase(self, lane: Lane, before: int) -> None:
        await self._connection.execute(delete(feed).where(feed.c.lane == lane, feed.c.seq < before))


def feed_event(row: Row[Any], *, desk: bool = False) -> dict[str, Any]:
    """A feed row as readers get it. Notes and what was understood are for the desk only."""
    body = row.body
    event = {
        "seq": row.seq,
        "id": row.client_id or None,
        "from": row.speaker,
        "name": row.name or None,
        "text": body.get("text", ""),
        "at": local_iso(row.at),
        "buttons": body.get("buttons", []),
        "card": body.get("card"),
        "image": body.get("image") or None,
        "location": body.get("location"),
        "withdrawn": bool(body.get("withdrawn")),
    }
    if desk:
        event |= {"understood": row.understood, "note": row.note, "earlier": body.get("earlier", [])}
    return event


def local_iso(at: float) -> str:
    """Taipei's time with its offset, to the second."""
    return datetime.fromtimestamp(at, TAIPEI).isoformat(timespec="seconds")


class SqlButtons:
    """`Buttons` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection

    async def add(self, lane: Lane, seq: int, meanings: Mapping[str, Button], now: float) -> None:
        if meanings:
            await self._connection.execute(
                buttons.insert(),
                [
                    {
                        "payload": payload,
                        "lane": lane,
                        "seq": seq,
                        "meaning": button.to_json(),
                        "used": False,
                        "made_at": now,
                    }
                    for payload, button in meanings.items()
                ],
            )

    async def press(self, payload: str, lane: Lane) -> Pressed | None:
        row = (
            await self._connection.execute(select(buttons).where(buttons.c.payload == payload, buttons.c.lane == lane))
        ).first()
        return Pressed(Button.from_json(row.meaning), Lane(row.lane), row.seq, row.used) if row else None

    async def use(self, payload: str) -> None:
        await self._connection.execute(update(buttons).where(buttons.c.payload == payload).values(used=True))


class SqlConversations:
    """`Conversations` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._insert = insert_for(is_sqlite)
        self._is_sqlite = is_sqlite

    async def open(self, lane: Lane, channel: str, address: str, public_id: str, now: float) -> Conversation:
        if not self._is_sqlite:  # arrival order: ids are given before the commit, so the lane is locked first
            await self._connection.execute(
                text("select pg_advisory_xact_lock(hashtextextended(:lane, 0))"), {"lane": lane}
            )
        row = self._insert(conversations).values(
            lane=lane,
            channel=channel,
            address=address,
            public_id=public_id,
            tracker=public_id,
            in_charge=InCharge.BOT.value,
            token=0,
            agent_id="",
            agent_name="",
            reason="",
            danger="",
            last_seq=0,
            reachable=True,
            greeted=False,
            expects={},
            pending="",
            frozen=False,
            title="",
            seen_by_agent=0,
            opened_at=now,
            last_at=now,
        )
        await self._connection.execute(row.on_conflict_do_nothing(index_elements=["lane"]))
        found = await self.get(lane)
        assert found is not None
        return found

    async def get(self, lane: Lane) -> Conversation | None:
        row = (await self._connection.execute(select(conversations).where(conversations.c.lane == lane))).first()
        return _conversation(row) if row else None

    async def forget_inbox(self, lane: Lane) -> None:
        done = inbox.c.state.in_(("done", "parked"))
        await self._connection.execute(
            update(inbox).where(inbox.c.lane == lane, done).values(body={}, kind="forgotten")
        )
        await self._connection.execute(
            update(outbox).where(outbox.c.lane == lane, outbox.c.state.notin_(("waiting", "leased"))).values(body=[])
        )
        await self._connection.execute(delete(buttons).where(buttons.c.lane == lane))

    async def by_public_id(self, public_id: str) -> Conversation | None:
        row = (
            await self._connection.execute(select(conversations).where(conversations.c.public_id == public_id))
        ).first()
        return _conversation(row) if row else None

    async def save(self, conversation: Conversation) -> None:
        charge = conversation.charge
        await self._connection.execute(
            update(conversations)
            .where(conversations.c.lane == conversation.lane)
            .values(
                in_charge=charge.in_charge.value,
                token=charge.token,
                agent_id=charge.agent_id,
                agent_name=charge.agent_name,
                waiting_since=charge.waiting_since,
                reason=charge.reason,
                danger=charge.danger,
                danger_since=charge.danger_since,
                tracker=conversation.tracker,
                reachable=conversation.reachable,
                greeted=conversation.greeted,
                expects=dict(conversation.expects),
                pending=conversation.pending,
                frozen=conversation.frozen,
                title=conversation.title,
                seen_by_agent=conversation.seen_by_agent,
            )
        )

    async def ahead_of(self, charge: Charge) -> int:
        if charge.waiting_since is None:
            return 0
        others = and_(conversations.c.in_charge == InCharge.WAITING.value, conversations.c.lane != charge.lane)
        first = and_(conversations.c.danger != "", literal(not charge.danger))
        earlier = conversations.c.waiting_since < charge.waiting_since
        query = select(func.count()).where(
            others, or_(first, earlier) if not charge.danger else and_(conversations.c.danger != "", earlier)
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def queue(self, agent_id: str) -> tuple[list[QueueRow], list[QueueRow], list[QueueRow]]:
        needing = or_(conversations.c.in_charge != InCharge.BOT.value, conversations.c.danger != "")
        rows = (await self._connection.execute(select(conversations).where(needing))).all()
        listed = [await self._queue_row(_conversation(row)) for row in rows]
        waiting = [row for row in listed if row.conversation.charge.needs_person]
        waiting.sort(
            key=lambda row: (
                not row.conversation.charge.danger,
                row.conversation.charge.danger_since or row.conversation.charge.waiting_since or 0,
            )
        )
        held = [row for row in listed if row.conversation.charge.in_charge is InCharge.AGENT]
        held.sort(key=lambda row: -row.conversation.last_at)
        mine = [row for row in held if row.conversation.charge.agent_id == agent_id]
        return waiting, mine, [row for row in held if row not in mine]

    async def _queue_row(self, conversation: Conversation) -> QueueRow:
        last = (
            await self._connection.execute(
                select(feed.c.speaker, feed.c.body)
                .where(
                    feed.c.lane == conversation.lane,
                    feed.c.note.is_(False),
                    feed.c.speaker.in_((Speaker.CITIZEN.value, Speaker.AGENT.value)),
                )
                .order_by(feed.c.seq.desc())
                .limit(1)
            )
        ).first()
        unread = (
            await self._connection.execute(
                select(func.count()).where(
                    feed.c.lane == conversation.lane,
                    feed.c.speaker == Speaker.CITIZEN.value,
                    feed.c.seq > conversation.seen_by_agent,
                )
            )
        ).scalar_one()
        return QueueRow(
            conversation, last.body.get("text", "") if last else "", last.speaker if last else "citizen", unread
        )

    async def held_by(self, agent_id: str) -> list[Conversation]:
        rows = await self._connection.execute(
            select(conversations).where(
                conversations.c.agent_id == agent_id, conversations.c.in_charge == InCharge.AGENT.value
            )
        )
        return [_conversation(row) for row in rows.all()]

    async def holders(self) -> list[str]:
        rows = await self._connection.execute(
            select(conversations.c.agent_id).where(conversations.c.in_charge == InCharge.AGENT.value).distinct()
        )
        return list(rows.scalars())


def _conversation(row: Row[Any]) -> Conversation:
    charge = Charge(
        lane=Lane(row.lane),
        in_charge=InCharge(row.in_charge),
        token=row.token,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        waiting_since=row.waiting_since,
        reason=row.reason,
        danger=row.danger,
        danger_since=row.danger_since,
    )
    return Conversation(
        lane=Lane(row.lane),
        channel=row.channel,
        address=row.address,
        public_id=row.public_id,
        charge=charge,
        tracker=row.tracker,
        last_seq=row.last_seq,
        reachable=row.reachable,
        greeted=row.greeted,
        expects=row.expects,
        pending=row.pending,
        frozen=row.frozen,
        title=row.title,
        last_at=row.last_at,
        seen_by_agent=row.seen_by_agent,
    )


class SqlWebSessions:
    """`WebSessions` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection

    async def add(self, token_hash: str, address: str, now: float) -> None:
        await self._connection.execute(
            web_sessions.insert().values(token_hash=token_hash, address=address, opened_at=now)
        )

    async def address_of(self, token_hash: str) -> str | None:
        found = await self._connection.execute(
            select(web_sessions.c.address).where(web_sessions.c.token_hash == token_hash)
        )
        return found.scalar_one_or_none()

    async def any(self, address: str) -> bool:
        found = await self._connection.execute(
            select(web_sessions.c.address).where(web_sessions.c.address == address).limit(1)
        )
        return found.first() is not None

    async def end(self, address: str) -> None:
        await self._connection.execute(delete(web_sessions).where(web_sessions.c.address == address))


class SqlPhotos:
    """`Photos` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection

    async def add(self, photo_id: str, lane: Lane, source: str, now: float) -> None:
        await self._connection.execute(photos.insert().values(id=photo_id, lane=lane, source=source, made_at=now))

    async def lane_of(self, photo_id: str) -> Lane | None:
        found = (
            await self._connection.execute(select(photos.c.lane).where(photos.c.id == photo_id))
        ).scalar_one_or_none()
        return Lane(found) if found else None

    async def by_source(self, lane: Lane, source: str) -> str | None:
        found = await self._connection.execute(
            select(photos.c.id).where(photos.c.lane == lane, photos.c.source == source).limit(1)
        )
        return found.scalar_one_or_none()

    async def of(self, lane: Lane) -> list[str]:
        return list((await self._connection.execute(select(photos.c.id).where(photos.c.lane == lane))).scalars())

    async def forget(self, lane: Lane) -> None:
        await self._connection.execute(delete(photos).where(photos.c.lane == lane))


class SqlAudit:
    """`Audit` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection

    async def add(self, who: str, what: str, about: str, now: float, detail: Mapping[str, Any] | None = None) -> None:
        await self._connection.execute(
            audit.insert().values(at=now, who=who, what=what, about=about, detail=dict(detail or {}))
        )

    async def count(self, what: str, since: float) -> int:
        found = await self._connection.execute(select(func.count()).where(audit.c.what == what, audit.c.at >= since))
        return int(found.scalar_one())
