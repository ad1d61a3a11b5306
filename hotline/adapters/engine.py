"""The database engine: how to reach it, what it must promise, and what differs between SQLite and PostgreSQL.

SQLite is one file in WAL mode with `synchronous=FULL`: an acknowledged row survives a power cut. A writing transaction
begins with `begin immediate`, so writers queue at the door instead of failing in the middle; readers do not wait for them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Float, event, func, literal_column, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hotline.domain.errors import Unavailable

BUSY_TIMEOUT_MS = 5000
_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


def async_url(url: str) -> str:
    """The URL with the driver we use: `sqlite:///…` → `sqlite+aiosqlite:///…`."""
    parsed = make_url(url)
    family = parsed.drivername.partition("+")[0]
    return parsed.set(drivername=_ASYNC_DRIVERS.get(family, parsed.drivername)).render_as_string(hide_password=False)


class Engines:
    """One engine that writes and one that reads; on PostgreSQL they are the same."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        if self.is_sqlite:
            self.writer = create_async_engine(
                self.url, pool_size=1, max_overflow=0, pool_timeout=BUSY_TIMEOUT_MS / 1000
            )
            self.reader = create_async_engine(self.url, pool_size=4, max_overflow=4)
            _prepare_sqlite(self.writer, begin="begin immediate")
            _prepare_sqlite(self.reader, begin="begin")
        else:
            self.writer = self.reader = create_async_engine(self.url, pool_size=10, max_overflow=10, pool_pre_ping=True)

    @asynccontextmanager
    async def begin(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A transaction; what the database cannot do just now is Unavailable."""
        try:
            async with engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError, TimeoutError) as error:
            raise Unavailable(code="database_away") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable(code="database_away") from error
            raise

    async def check_durability(self) -> None:
        """Raises RuntimeError when the database might lose what it acknowledged."""
        async with self.writer.connect() as connection:
            if self.is_sqlite:
                mode = (await connection.execute(text("pragma journal_mode"))).scalar_one()
                full = (await connection.execute(text("pragma synchronous"))).scalar_one()
                if ":memory:" not in self.url and (str(mode).lower() != "wal" or int(full) < 2):
                    raise RuntimeError(f"SQLite must run with WAL and synchronous=FULL, not {mode}/{full}")
                return
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                value = (await connection.execute(text(f"show {setting}"))).scalar_one()
                if value == "off":
                    raise RuntimeError(f"PostgreSQL must run with {setting} on")

    async def close(self) -> None:
        await self.writer.dispose()
        await self.reader.dispose()


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say when a transaction begins
        cursor = connection.cursor()
        for setting in ("journal_mode=wal", "synchronous=full", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=on"):
            cursor.execute(f"pragma {setting}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def database_clock(is_sqlite: bool) -> ColumnElement[float]:
    """Now, by the database's own clock, in seconds since the epoch: leases must not depend on anybody else's."""
    if is_sqlite:
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float)
    return func.extract("epoch", func.clock_timestamp()).cast(Float)
