"""Bringing a database to the schema of this version. Running it again does nothing; two at once wait for each other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from hotline.adapters.engine import Engines
from hotline.adapters.tables import metadata


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def migrate(engines: Engines) -> None:
    """Apply every migration that is missing."""
    async with engines.begin(engines.writer) as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


async def differences(engines: Engines) -> list[object]:
    """What the database has otherwise than tables.py says; empty after migrating."""

    def compare(sync: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(sync), metadata))

    async with engines.begin(engines.writer) as connection:
        return await connection.run_sync(compare)
