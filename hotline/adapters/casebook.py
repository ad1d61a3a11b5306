"""Cases, and the people who work on them, on SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.adapters.lanes import insert_for
from hotline.adapters.tables import (
    agents,
    case_events,
    case_followers,
    cases,
    code_tries,
    desk_sessions,
    sign_in_failures,
)
from hotline.domain.cases import CITIZENS_WORDS, FIRST_NUMBER, Case, CaseNumber, Status, number_of
from hotline.domain.messages import Lane
from hotline.domain.people import Agent, AgentId, Role


class SqlCases:
    """`Cases` on SQL. A case and the key it was made under commit together, so a repeated action finds it."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._insert = insert_for(is_sqlite)
        self._is_sqlite = is_sqlite

    async def open(self, key: str, lane: Lane, build: Callable[[CaseNumber], Case], prefix: str) -> tuple[Case, bool]:
        made = await self._by(cases.c.key == key)
        if made:
            return made, False
        if not self._is_sqlite:  # numbers are given one after the other
            await self._connection.execute(text("select pg_advisory_xact_lock(19990001)"))
            made = await self._by(cases.c.key == key)
            if made:
                return made, False
        last = (await self._connection.execute(select(func.max(cases.c.id)))).scalar_one_or_none() or 0
        case = build(number_of(prefix, FIRST_NUMBER + last))
        await self._connection.execute(
            cases.insert().values(
                key=key,
                number=case.number,
                kind=case.kind,
                name=case.name,
                office=case.office,
                place=dict(case.place),
                where=case.where,
                details=[list(row) for row in case.details],
                status=case.status.value,
                words=case.words,
                photos=list(case.photos),
                contact=case.contact,
                opened_at=case.opened_at,
                updated_at=case.updated_at,
            )
        )
        await self.add_event(f"{key}:opened", case.number, case.status, "", "市民小幫手", case.opened_at)
        await self._connection.execute(case_followers.insert().values(lane=lane, number=case.number, opened=True))
        return case, True

    async def get(self, number: CaseNumber) -> Case | None:
        return await self._by(cases.c.number == number)

    async def _by(self, condition: Any) -> Case | None:
        row = (await self._connection.execute(select(cases).where(condition))).first()
        return _case(row) if row else None

    async def of(self, lane: Lane) -> list[Case]:
        rows = await self._connection.execute(
            select(cases)
            .join(case_followers, case_followers.c.number == cases.c.number)
            .where(case_followers.c.lane == lane)
            .order_by(cases.c.id.desc())
        )
        return [_case(row) for row in rows.all()]

    async def is_of(self, number: CaseNumber, lane: Lane) -> bool:
        found = await self._connection.execute(
            select(case_followers.c.lane).where(case_followers.c.number == number, case_followers.c.lane == lane)
        )
        return found.first() is not None

    async def add_event(self, key: str, number: CaseNumber, status: Status, words: str, by: str, now: float) -> bool:
        row = self._insert(case_events).values(key=key, number=number, status=status.value, words=words, by=by, at=now)
        done = await self._connection.execute(row.on_conflict_do_nothing(index_elements=["key"]))
        if not done.rowcount:
            return False
        await self._connection.execute(
            update(cases).where(cases.c.number == number).values(status=status.value, updated_at=now)
        )
        return True

    async def event_status(self, key: str) -> Status | None:
        found = await self._connection.execute(select(case_events.c.status).where(case_events.c.key == key))
        status = found.scalar_one_or_none()
        return Status(status) if status else None

    async def set_words(self, number: CaseNumber, words: str) -> None:
        await self._connection.execute(update(cases).where(cases.c.number == number).values(words=words))

    async def follow(self, number: CaseNumber, lane: Lane) -> None:
        row = self._insert(case_followers).values(lane=lane, number=number, opened=False)
        await self._connection.execute(row.on_conflict_do_nothing(index_elements=["lane", "number"]))

    async def unfollow_all(self, lane: Lane) -> None:
        await self._connection.execute(delete(case_followers).where(case_followers.c.lane == lane))

    async def similar(self, kind: str, where: str) -> Case | None:
        open_states = [status.value for status in Status if status.is_open]
        row = (
            await self._connection.execute(
                select(cases)
                .where(cases.c.kind == kind, cases.c["where"] == where, cases.c.status.in_(open_states))
                .order_by(cases.c.id.desc())
                .limit(1)
            )
        ).first()
        return _case(row) if row else None

    async def tries(self, lane: Lane) -> tuple[int, float]:
        row = (await self._connection.execute(select(code_tries).where(code_tries.c.lane == lane))).first()
        return (row.tries, row.locked_until) if row else (0, 0.0)

    async def set_tries(self, lane: Lane, tries: int, locked_until: float) -> None:
        values = {"tries": tries, "locked_until": locked_until}
        row = self._insert(code_tries).values(lane=lane, **values)
        await self._connection.execute(row.on_conflict_do_update(index_elements=["lane"], set_=values))

    async def forget_citizen(self, lane: Lane) -> None:
        mine = select(case_followers.c.number).where(case_followers.c.lane == lane, case_followers.c.opened)
        rows = (
            await self._connection.execute(select(cases.c.number, cases.c.details).where(cases.c.number.in_(mine)))
        ).all()
        for row in rows:
            details = [pair for pair in row.details if pair[0] != CITIZENS_WORDS]
            await self._connection.execute(
                update(cases).where(cases.c.number == row.number).values(contact="", photos=[], details=details)
            )
        await self._connection.execute(
            update(case_events).where(case_events.c.number.in_(mine), case_events.c.by == "市民").values(words="")
        )

    async def forget_contacts(self, before: float) -> int:
        done = await self._connection.execute(
            update(cases).where(cases.c.updated_at < before, cases.c.contact != "").values(contact="")
        )
        return int(done.rowcount)


def _case(row: Row[Any]) -> Case:
    return Case(
        number=CaseNumber(row.number),
        kind=row.kind,
        name=row.name,
        office=row.office,
        place=row.place,
        where=row._mapping["where"],
        details=tuple((label, value) for label, value in row.details),
        status=Status(row.status),
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        words=row.words,
        photos=tuple(row.photos),
        contact=row.contact,
    )


class SqlPeople:
    """`People` on SQL."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._insert = insert_for(is_sqlite)

    async def by_login(self, login: str) -> tuple[Agent, str] | None:
        row = (await self._connection.execute(select(agents).where(agents.c.login == login))).first()
        return (_agent(row), row.password) if row else None

    async def get(self, agent_id: AgentId) -> Agent | None:
        row = (await self._connection.execute(select(agents).where(agents.c.id == agent_id))).first()
        return _agent(row) if row else None

    async def add(self, agent: Agent, password_hash: str, now: float) -> None:
        await self._connection.execute(
            agents.insert().values(
                id=agent.id,
                login=agent.login,
                name=agent.name,
                role=agent.role.value,
                password=password_hash,
                must_change_password=agent.must_change_password,
                disabled=agent.disabled,
                made_at=now,
            )
        )

    async def set_password(self, agent_id: AgentId, password_hash: str, *, must_change: bool) -> None:
        await self._connection.execute(
            update(agents)
            .where(agents.c.id == agent_id)
            .values(password=password_hash, must_change_password=must_change)
        )

    async def any(self) -> bool:
        return (await self._connection.execute(select(agents.c.id).limit(1))).first() is not None

    async def failures(self, login: str) -> tuple[int, float]:
        row = (
            await self._connection.execute(select(sign_in_failures).where(sign_in_failures.c.login == login))
        ).first()
        return (row._mapping["count"], row.locked_until) if row else (0, 0.0)

    async def set_failures(self, login: str, count: int, locked_until: float) -> None:
        values = {"count": count, "locked_until": locked_until}
        row = self._insert(sign_in_failures).values(login=login, **values)
        await self._connection.execute(row.on_conflict_do_update(index_elements=["login"], set_=values))

    async def add_session(self, token_hash: str, agent_id: AgentId, now: float) -> None:
        await self._connection.execute(
            desk_sessions.insert().values(token_hash=token_hash, agent_id=agent_id, opened_at=now, seen_at=now)
        )

    async def session(self, token_hash: str) -> tuple[AgentId, float, float] | None:
        row = (
            await self._connection.execute(select(desk_sessions).where(desk_sessions.c.token_hash == token_hash))
        ).first()
        return (AgentId(row.agent_id), row.opened_at, row.seen_at) if row else None

    async def touch_session(self, token_hash: str, now: float) -> None:
        await self._connection.execute(
            update(desk_sessions).where(desk_sessions.c.token_hash == token_hash).values(seen_at=now)
        )

    async def end_session(self, token_hash: str) -> None:
        await self._connection.execute(delete(desk_sessions).where(desk_sessions.c.token_hash == token_hash))

    async def end_sessions_of(self, agent_id: AgentId, but: str = "") -> None:
        await self._connection.execute(
            delete(desk_sessions).where(desk_sessions.c.agent_id == agent_id, desk_sessions.c.token_hash != but)
        )

    async def last_seen(self, agent_id: AgentId) -> float | None:
        seen: float | None = (
            await self._connection.execute(
                select(func.max(desk_sessions.c.seen_at)).where(desk_sessions.c.agent_id == agent_id)
            )
        ).scalar_one_or_none()
        return seen

    async def present(self, since: float) -> int:
        found = await self._connection.execute(
            select(func.count(func.distinct(desk_sessions.c.agent_id))).where(desk_sessions.c.seen_at >= since)
        )
        return int(found.scalar_one())


def _agent(row: Row[Any]) -> Agent:
    return Agent(AgentId(row.id), row.login, row.name, Role(row.role), row.must_change_password, row.disabled)
