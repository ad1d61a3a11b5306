"""Floor 2: what the services need from the world. Each Protocol has at least one adapter, and every implementation passes
the same contract tests (tests/contract/)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from hotline.domain.cases import Case, CaseNumber, Status
from hotline.domain.handoff import Charge
from hotline.domain.messages import Button, Incoming, Lane, Speaker
from hotline.domain.people import Agent, AgentId


class Clock(Protocol):
    """The time of day. Leases use the database's own clock instead."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as the services see it: the charge, and what a turn needs to know."""

    lane: Lane
    channel: str
    address: str
    public_id: str
    charge: Charge
    tracker: str  # the name Rasa knows it by; a new one after 刪除我的資料
    last_seq: int = 0
    reachable: bool = True
    greeted: bool = False
    expects: Mapping[str, Any] = field(default_factory=dict)  # what the next message may answer outside Rasa
    pending: str = ""  # a second wish, waiting for the first to be done
    frozen: bool = False  # the assistant keeps quiet after a danger until the citizen writes
    title: str = ""
    last_at: float = 0.0
    seen_by_agent: int = 0


@dataclass(frozen=True, slots=True)
class Leased:
    """A turn's worth of inbox rows, oldest first. `attempts` is the fence of the head."""

    id: int
    lane: Lane
    attempts: int
    rows: tuple[InboxRow, ...]

    @property
    def turn_id(self) -> str:
        """The name of this turn for everything that must happen once."""
        return f"m{self.id}"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One stored event."""

    id: int
    seq: int
    event: Incoming
    received_at: float


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent to a citizen in one go: the messages of one turn. `key` names it to a platform that keeps such keys."""

    id: int
    lane: Lane
    channel: str
    address: str
    key: str
    messages: tuple[Mapping[str, Any], ...]  # feed events with opaque payloads
    reply_token: str
    reply_until: float
    attempts: int
    token: int
    by_bot: bool
    reply_tried: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a parcel went out."""

    via: str  # "reply", "push", "feed"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button means, looked up by its opaque id."""

    button: Button
    lane: Lane
    seq: int  # the message that carried it
    used: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A conversation as a row of the desk's list."""

    conversation: Conversation
    last: str
    last_from: str
    unread: int


class Inbox(Protocol):
    """Stored events, worked lane by lane."""

    async def add(self, event: Incoming, seq: int, ready_at: float, now: float, *, done: bool = False) -> bool:
        """False when this event id is already there. `done`: answered already, kept only against redelivery."""
        ...

    async def known(self, channel: str, event_id: str) -> int | None:
        """The sequence number given to an event, if it was stored."""
        ...

    async def lease(self, seconds: float, now: float) -> Leased | None:
        """The head of a free lane, with the texts and photos that follow it, or None."""
        ...

    async def finish(self, leased: Leased) -> bool:
        """Done. False when the fence says that somebody else has taken over: then nothing may be kept."""
        ...

    async def retry(self, leased: Leased, at: float, error: str) -> bool: ...

    async def park(self, leased: Leased, error: str) -> bool: ...

    async def waiting(self) -> tuple[int, float | None]:
        """How many rows wait, and when the oldest came."""
        ...

    async def is_open(self, lane: Lane) -> bool:
        """Does anything of this lane still wait or run?"""
        ...

    async def next_at(self) -> float | None:
        """When the next row becomes due."""
        ...


class Outbox(Protocol):
    """Parcels on their way to citizens, lane by lane."""

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
    ) -> int: ...

    async def lease(self, seconds: float, now: float) -> Parcel | None: ...

    async def finish(self, parcel: Parcel, state: str, via: str = "") -> bool: ...

    async def retry(self, parcel: Parcel, at: float, error: str, *, uncertain: bool = False) -> bool: ...

    async def note_reply_tried(self, parcel: Parcel) -> None: ...

    async def waiting(self) -> tuple[int, float | None]: ...

    async def next_at(self) -> float | None: ...

    async def counts(self) -> Mapping[str, int]: ...


class Feed(Protocol):
    """What was said, in order, as people see it."""

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
        """Stores one message and returns its sequence number in the lane."""
        ...

    async def after(self, lane: Lane, seq: int, *, notes: bool = False, most: int = 200) -> list[dict[str, Any]]: ...

    async def before(
        self, lane: Lane, seq: int | None, *, notes: bool = True, most: int = 60
    ) -> list[dict[str, Any]]: ...

    async def by_client_id(self, lane: Lane, client_id: str) -> int | None: ...

    async def understand(self, lane: Lane, seqs: Sequence[int], understood: Mapping[str, Any]) -> None: ...

    async def show_photo(self, lane: Lane, seq: int, image: str) -> None: ...

    async def withdraw(self, lane: Lane, message_id: str) -> bool: ...

    async def edit(self, lane: Lane, message_id: str, text: str) -> bool: ...

    async def last_bot(self, lane: Lane) -> dict[str, Any] | None: ...

    async def erase(self, lane: Lane, before: int) -> None:
        """Forget every line before this sequence number."""
        ...


class Buttons(Protocol):
    """What each opaque payload means."""

    async def add(self, lane: Lane, seq: int, buttons: Mapping[str, Button], now: float) -> None: ...

    async def press(self, payload: str, lane: Lane) -> Pressed | None: ...

    async def use(self, payload: str) -> None: ...


class Conversations(Protocol):
    """The lanes."""

    async def open(self, lane: Lane, channel: str, address: str, public_id: str, now: float) -> Conversation:
        """The lane's conversation, made when it is new. Locks the lane for this transaction."""
        ...

    async def get(self, lane: Lane) -> Conversation | None: ...

    async def forget_inbox(self, lane: Lane) -> None:
        """Blank what finished inbox and outbox rows of the lane still hold."""
        ...

    async def by_public_id(self, public_id: str) -> Conversation | None: ...

    async def save(self, conversation: Conversation) -> None:
        """Writes everything but `last_seq`."""
        ...

    async def ahead_of(self, charge: Charge) -> int:
        """How many wait before this one."""
        ...

    async def queue(self, agent_id: str) -> tuple[list[QueueRow], list[QueueRow], list[QueueRow]]:
        """(needs a person, mine, others')"""
        ...

    async def held_by(self, agent_id: str) -> list[Conversation]: ...

    async def holders(self) -> list[str]:
        """The agents who hold a conversation now."""
        ...


class Cases(Protocol):
    """Service cases."""

    async def open(self, key: str, lane: Lane, build: Callable[[CaseNumber], Case], prefix: str) -> tuple[Case, bool]:
        """The case made under this key; made now if there is none. The flag says whether it is new."""
        ...

    async def get(self, number: CaseNumber) -> Case | None: ...

    async def of(self, lane: Lane) -> list[Case]: ...

    async def is_of(self, number: CaseNumber, lane: Lane) -> bool: ...

    async def add_event(self, key: str, number: CaseNumber, status: Status, words: str, by: str, now: float) -> bool:
        """False when this key is already there."""
        ...

    async def event_status(self, key: str) -> Status | None:
        """The status that an event made under this key gave the case, if there is one."""
        ...

    async def set_words(self, number: CaseNumber, words: str) -> None:
        """The office's last words about a case."""
        ...

    async def follow(self, number: CaseNumber, lane: Lane) -> None: ...

    async def unfollow_all(self, lane: Lane) -> None: ...

    async def similar(self, kind: str, where: str) -> Case | None: ...

    async def tries(self, lane: Lane) -> tuple[int, float]:
        """(wrong codes so far, locked until)"""
        ...

    async def set_tries(self, lane: Lane, tries: int, locked_until: float) -> None: ...

    async def forget_citizen(self, lane: Lane) -> None:
        """Cases this lane opened keep place and history; contact, photos and the citizen's own words go."""
        ...

    async def forget_contacts(self, before: float) -> int:
        """Contact data of cases untouched since then goes; how many there were."""
        ...


class People(Protocol):
    """Agents, their passwords and sessions."""

    async def by_login(self, login: str) -> tuple[Agent, str] | None:
        """The agent and the password hash."""
        ...

    async def get(self, agent_id: AgentId) -> Agent | None: ...

    async def add(self, agent: Agent, password_hash: str, now: float) -> None: ...

    async def set_password(self, agent_id: AgentId, password_hash: str, *, must_change: bool) -> None: ...

    async def any(self) -> bool: ...

    async def failures(self, login: str) -> tuple[int, float]: ...

    async def set_failures(self, login: str, count: int, locked_until: float) -> None: ...

    async def add_session(self, token_hash: str, agent_id: AgentId, now: float) -> None: ...

    async def session(self, token_hash: str) -> tuple[AgentId, float, float] | None:
        """(agent, opened at, last seen)"""
        ...

    async def touch_session(self, token_hash: str, now: float) -> None: ...

    async def end_session(self, token_hash: str) -> None: ...

    async def end_sessions_of(self, agent_id: AgentId, but: str = "") -> None: ...

    async def last_seen(self, agent_id: AgentId) -> float | None:
        """When one of the agent's sessions was last used; None when they have none."""
        ...

    async def present(self, since: float) -> int:
        """How many agents were seen since."""
        ...


class WebSessions(Protocol):
    """Tokens of the web chat."""

    async def add(self, token_hash: str, address: str, now: float) -> None: ...

    async def address_of(self, token_hash: str) -> str | None: ...

    async def any(self, address: str) -> bool: ...

    async def end(self, address: str) -> None: ...


class Photos(Protocol):
    """Which picture belongs to whom; the bytes are the picture store's."""

    async def add(self, photo_id: str, lane: Lane, source: str, now: float) -> None: ...

    async def lane_of(self, photo_id: str) -> Lane | None: ...

    async def by_source(self, lane: Lane, source: str) -> str | None: ...

    async def of(self, lane: Lane) -> list[str]: ...

    async def forget(self, lane: Lane) -> None: ...


class Audit(Protocol):
    """What people at the desk did."""

    async def add(
        self, who: str, what: str, about: str, now: float, detail: Mapping[str, Any] | None = None
    ) -> None: ...

    async def count(self, what: str, since: float) -> int: ...


class Work(Protocol):
    """One transaction. Everything is rolled back unless the block ends well."""

    @property
    def inbox(self) -> Inbox: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def feed(self) -> Feed: ...

    @property
    def buttons(self) -> Buttons: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def cases(self) -> Cases: ...

    @property
    def people(self) -> People: ...

    @property
    def web_sessions(self) -> WebSessions: ...

    @property
    def photos(self) -> Photos: ...

    @property
    def audit(self) -> Audit: ...


class Store(Protocol):
    """The database. Raises Unavailable when it cannot be reached."""

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A transaction that writes."""
        ...

    def look(self) -> AbstractAsyncContextManager[Work]:
        """A transaction that only reads."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as Rasa played it."""

    replies: tuple[Mapping[str, Any], ...]
    nlu: Mapping[str, Any]
    slots: Mapping[str, Any]
    receipts: tuple[str, ...] = ()


class Understanding(Protocol):
    """Rasa, behind its door. Raises Unavailable when it is away or a turn failed."""

    async def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        channel: str,
        text: str = "",
        payload: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Turn: ...

    async def ready(self) -> bool: ...

    async def forget(self, conversation: str) -> None: ...


class Sender(Protocol):
    """A channel's way out.

    `send` delivers a parcel or raises: Unavailable (try again, after its own `retry_after`), Undeliverable (never), Uncertain
    (it may have arrived). It must not retry by itself and must not touch the database.
    """

    channel: str

    async def send(self, parcel: Parcel, now: float) -> Delivered: ...

    async def busy(self, address: str) -> None:
        """Show that an answer is coming. Its failure never matters."""
        ...

    async def fetch_photo(self, source: str) -> bytes:
        """The bytes of a picture a citizen sent."""
        ...


class Pictures(Protocol):
    """Where pictures lie."""

    async def keep(self, photo_id: str, raw: bytes) -> None:
        """Upright, as JPEG, without metadata. Raises Refused when it is not a picture we can read."""
        ...

    async def read(self, photo_id: str) -> bytes | None: ...

    async def drop(self, photo_id: str) -> None: ...


class Bell(Protocol):
    """A hint that something waits or changed. Only a hint: everybody who listens polls as well."""

    def ring(self, topic: str) -> None: ...

    def listen(self, topic: str) -> AbstractAsyncContextManager[Callable[[float], Awaitable[bool]]]:
        """A way to wait for the topic: `await wait(seconds)` is True when it rang."""
        ...


class Hasher(Protocol):
    """Passwords."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, hashed: str, password: str) -> bool: ...


class Ids(Protocol):
    """Randomness."""

    def new(self, length: int = 16) -> str:
        """An unguessable id of letters and digits."""
        ...

    def secret(self) -> str:
        """256 random bits, for a session."""
        ...
