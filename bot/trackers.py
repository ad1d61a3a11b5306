"""Where Rasa keeps its conversations: its own SQLite file, or its own PostgreSQL database, and a way to forget one."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy import event


class ForgettingTrackerStore(SQLTrackerStore):
    """Rasa's SQL store with a `delete`, and SQLite told to write ahead so that readers do not wait."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _write_ahead)
            self.engine.dispose()

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation for good."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()


def _write_ahead(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode=wal")
    cursor.execute("pragma busy_timeout=5000")
    cursor.close()
