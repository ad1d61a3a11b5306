"""The store: transactions over the tables, for the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.adapters.casebook import SqlCases, SqlPeople
from hotline.adapters.engine import Engines
from hotline.adapters.lanes import SqlInbox, SqlOutbox
from hotline.adapters.records import SqlAudit, SqlButtons, SqlConversations, SqlFeed, SqlPhotos, SqlWebSessions
from hotline.ports import Work


class SqlWork:
    """One transaction's view of everything."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self.inbox = SqlInbox(connection, is_sqlite)
        self.outbox = SqlOutbox(connection, is_sqlite)
        self.feed = SqlFeed(connection, is_sqlite)
        self.buttons = SqlButtons(connection, is_sqlite)
        self.conversations = SqlConversations(connection, is_sqlite)
        self.cases = SqlCases(connection, is_sqlite)
        self.people = SqlPeople(connection, is_sqlite)
        self.web_sessions = SqlWebSessions(connection, is_sqlite)
        self.photos = SqlPhotos(connection, is_sqlite)
        self.audit = SqlAudit(connection, is_sqlite)


class SqlStore:
    """`Store` on SQLite or PostgreSQL."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self._engines.begin(self._engines.writer) as connection:
            yield SqlWork(connection, self._engines.is_sqlite)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Work]:
        async with self._engines.begin(self._engines.reader) as connection:
            yield SqlWork(connection, self._engines.is_sqlite)
