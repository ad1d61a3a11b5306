"""The schema, written once, for both engines. Migrations (hotline/adapters/migrations) bring a database to it.

Times are seconds since the epoch as double precision: they compare alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")

conversations = Table(
    "conversations",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("public_id", Text, nullable=False, unique=True),
    Column("tracker", Text, nullable=False),
    Column("in_charge", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("agent_name", Text, nullable=False),
    Column("waiting_since", Float),
    Column("reason", Text, nullable=False),
    Column("danger", Text, nullable=False),
    Column("danger_since", Float),
    Column("last_seq", Integer, nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("greeted", Boolean, nullable=False),
    Column("expects", JSON, nullable=False),
    Column("pending", Text, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("seen_by_agent", Integer, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
)
Index("conversations_charge", conversations.c.in_charge, conversations.c.waiting_since)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", Text, nullable=False),  # waiting, leased, done, parked
    Column("turn", Id),  # the head of the turn this row was first leased with
    Column("attempts", Integer, nullable=False),
    Column("ready_at", Float, nullable=False),
    Column("lease_until", Float),
    Column("received_at", Float, nullable=False),
    Column("error", Text, nullable=False),
    UniqueConstraint("channel", "event_id", name="inbox_event"),
)
Index(
    "inbox_open",
    inbox.c.lane,
    inbox.c.id,
    sqlite_where=text("state in ('waiting', 'leased')"),
    postgresql_where=text("state in ('waiting', 'leased')"),
)
Index(
    "inbox_due",
    inbox.c.ready_at,
    sqlite_where=text("state in ('waiting', 'leased')"),
    postgresql_where=text("state in ('waiting', 'leased')"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("lane", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", Text, nullable=False),  # waiting, leased, sent, uncertain, parked, undeliverable, dropped
    Column("via", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("by_bot", Boolean, nullable=False),
    Column("reply_token", Text, nullable=False),
    Column("reply_until", Float, nullable=False),
    Column("reply_tried", Boolean, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ready_at", Float, nullable=False),
    Column("lease_until", Float),
    Column("made_at", Float, nullable=False),
    Column("error", Text, nullable=False),
)
Index(
    "outbox_open",
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=text("state in ('waiting', 'leased')"),
    postgresql_where=text("state in ('waiting', 'leased')"),
)
Index(
    "outbox_due",
    outbox.c.ready_at,
    sqlite_where=text("state in ('waiting', 'leased')"),
    postgresql_where=text("state in ('waiting', 'leased')"),
)

feed = Table(
    "feed",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("speaker", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("note", Boolean, nullable=False),
    Column("understood", JSON),
    Column("at", Float, nullable=False),
)
Index("feed_client", feed.c.lane, feed.c.client_id)
Index("feed_message", feed.c.lane, feed.c.message_id)

buttons = Table(
    "buttons",
    metadata,
    Column("payload", Text, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("meaning", JSON, nullable=False),
    Column("used", Boolean, nullable=False),
    Column("made_at", Float, nullable=False),
)
Index("buttons_lane", buttons.c.lane, buttons.c.seq)

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("number", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("place", JSON, nullable=False),
    Column("where", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("photos", JSON, nullable=False),
    Column("contact", Text, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
)
Index("cases_similar", cases.c.kind, cases.c["where"])

case_events = Table(
    "case_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("number", Text, ForeignKey("cases.number"), nullable=False),
    Column("status", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Float, nullable=False),
)
Index("case_events_number", case_events.c.number, case_events.c.id)

case_followers = Table(
    "case_followers",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("opened", Boolean, nullable=False),
)

code_tries = Table(
    "code_tries",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("locked_until", Float, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("made_at", Float, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("login", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("locked_until", Float, nullable=False),
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("opened_at", Float, nullable=False),
)
Index("web_sessions_address", web_sessions.c.address)

photos = Table(
    "photos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("made_at", Float, nullable=False),
)
Index("photos_source", photos.c.lane, photos.c.source)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)
Index("audit_what", audit.c.what, audit.c.at)
