"""Signing in at the desk: argon2id, a session of 256 random bits, and patience with those who guess.

Five failures lock an account for fifteen minutes; unknown names get the same answer after the same work (ASVS 5.0 6.3.1, 6.3.8).
"""

from __future__ import annotations

import hashlib

from hotline.domain.errors import NotSignedIn, Refused
from hotline.domain.people import Agent, AgentId, Role, why_not_password
from hotline.services.handoff import put_back_all
from hotline.services.house import House

FAILURES_MOST = 5
LOCK_SECONDS = 15 * 60
WRONG = "帳號或密碼不對。"
LOCKED = "試太多次了，請15分鐘後再試。"
FIRST_LOGIN = "admin"


async def sign_in(house: House, login: str, password: str) -> tuple[Agent, str]:
    """The agent and a new session token. Raises NotSignedIn, with the same words whatever was wrong."""
    now = house.clock.now()
    async with house.store.look() as work:
        found = await work.people.by_login(login)
        failures, locked_until = await work.people.failures(login)
    hashed = found[1] if found else await _decoy(house)
    right = await house.hasher.verify(hashed, password)
    if locked_until > now:
        raise NotSignedIn(LOCKED, code="locked")
    if not (found and right) or found[0].disabled:
        async with house.store.work() as work:  # counted where others cannot count at the same moment
            failures, locked_until = await work.people.failures(login)
            failures = 1 if 0.0 < locked_until <= now else failures + 1  # a lock that has ended starts the count anew
            locked = failures >= FAILURES_MOST
            await work.people.set_failures(login, failures, now + LOCK_SECONDS if locked else 0.0)
            await work.audit.add(login[:64], "sign_in_failed", "", now)
        raise NotSignedIn(WRONG, code="wrong")
    token = house.ids.secret()
    agent = found[0]
    async with house.store.work() as work:
        await work.people.set_failures(login, 0, 0.0)
        await work.people.add_session(token_hash(token), agent.id, now)
        await work.audit.add(agent.id, "signed_in", "", now)
    return agent, token


async def whose(house: House, token: str | None) -> Agent:
    """The agent behind a session token. Raises NotSignedIn when it is unknown, idle too long or too old."""
    if not token:
        raise NotSignedIn
    now = house.clock.now()
    hashed = token_hash(token)
    async with house.store.look() as work:
        session = await work.people.session(hashed)
        agent = await work.people.get(session[0]) if session else None
    if session is None or agent is None or agent.disabled:
        raise NotSignedIn
    _, opened, seen = session
    if now - seen > house.policy.session_idle_seconds or now - opened > house.policy.session_most_seconds:
        await sign_out(house, token)
        raise NotSignedIn("太久沒有動作，請重新登入。", code="lapsed")
    if now - seen > 30:
        async with house.store.work() as work:
            await work.people.touch_session(hashed, now)
    return agent


async def sign_out(house: House, token: str) -> None:
    """End the session; whoever the agent was talking with goes back into the queue when it was their last one."""
    hashed = token_hash(token)
    async with house.store.work() as work:
        session = await work.people.session(hashed)
        await work.people.end_session(hashed)
        agent = await work.people.get(session[0]) if session else None
        still_here = session is not None and await work.people.last_seen(session[0]) is not None
    if agent and not still_here:
        await put_back_all(house, agent)


async def change_password(house: House, agent: Agent, old: str, new: str, token: str) -> None:
    """A new password; all other sessions end. Raises Refused with what is wrong."""
    async with house.store.look() as work:
        found = await work.people.by_login(agent.login)
    if not found or not await house.hasher.verify(found[1], old):
        raise Refused("目前的密碼不對。", code="wrong_password")
    why = "新密碼要和舊的不一樣。" if old == new else why_not_password(new, agent.login)
    if why:
        raise Refused(why, code="weak_password")
    hashed = await house.hasher.hash(new)
    async with house.store.work() as work:
        await work.people.set_password(agent.id, hashed, must_change=False)
        await work.people.end_sessions_of(agent.id, but=token_hash(token))
        await work.audit.add(agent.id, "password_changed", "", house.clock.now())


async def first_administrator(house: House, password: str, name: str = "管理員") -> str | None:
    """Make the first administrator when there is nobody yet; a one-time password when none was given.

    Returns the one-time password to show once, or None.
    """
    async with house.store.look() as work:
        anybody, known = await work.people.any(), await work.people.by_login(FIRST_LOGIN)
    if known and password and known[0].must_change_password:  # nobody has made it their own yet: the setting wins
        hashed = await house.hasher.hash(password)
        async with house.store.work() as work:
            await work.people.set_password(known[0].id, hashed, must_change=False)
    if anybody:
        return None
    given = bool(password)
    password = password or house.ids.new(16)
    agent = Agent(AgentId(house.ids.new()), FIRST_LOGIN, name, Role.ADMIN, must_change_password=not given)
    hashed = await house.hasher.hash(password)
    async with house.store.work() as work:
        await work.people.add(agent, hashed, house.clock.now())
    return None if given else password


async def add_agent(house: House, login: str, name: str, role: Role, password: str) -> Agent:
    """Another person for the desk. Raises Refused when the login is taken or the password weak."""
    why = why_not_password(password, login)
    if why:
        raise Refused(why, code="weak_password")
    agent = Agent(AgentId(house.ids.new()), login, name, role)
    hashed = await house.hasher.hash(password)
    async with house.store.work() as work:
        if await work.people.by_login(login):
            raise Refused("這個帳號已經有人用了。", code="taken")
        await work.people.add(agent, hashed, house.clock.now())
    return agent


async def reset_password(house: House, login: str) -> str | None:
    """A new one-time password for a login, or None when there is no such person."""
    async with house.store.look() as work:
        found = await work.people.by_login(login)
    if not found:
        return None
    password = house.ids.new(16)
    hashed = await house.hasher.hash(password)
    async with house.store.work() as work:
        await work.people.set_password(found[0].id, hashed, must_change=True)
        await work.people.set_failures(login, 0, 0.0)
        await work.people.end_sessions_of(found[0].id)
    return password


def token_hash(token: str) -> str:
    """What is stored of a token: nobody who reads the database can use it."""
    return hashlib.sha256(token.encode()).hexdigest()


_decoys: dict[int, str] = {}


async def _decoy(house: House) -> str:
    """A hash to verify against when there is no such person, so that both cases take as long."""
    key = id(house.hasher)
    if key not in _decoys:
        _decoys[key] = await house.hasher.hash("nobody has this password")
    return _decoys[key]
