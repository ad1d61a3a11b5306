"""Signing in at the desk: the same words whatever was wrong, and patience with those who guess."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hotline.adapters.tables import agents, desk_sessions
from hotline.domain.errors import NotSignedIn, Refused
from hotline.domain.handoff import InCharge
from hotline.domain.people import Agent, Role
from hotline.services import handoff, signin
from hotline.services.house import House
from tests.conftest import PASSWORD
from tests.fakes.citizen import Citizen
from tests.fakes.clock import FakeClock
from tests.fakes.understanding import FakeUnderstanding


async def refused(house: House, login: str, password: str) -> NotSignedIn:
    with pytest.raises(NotSignedIn) as error:
        await signin.sign_in(house, login, password)
    return error.value


async def test_the_right_password_opens_a_session(house: House, agent: Agent) -> None:
    who, token = await signin.sign_in(house, "lin", PASSWORD)

    assert agent == who
    assert agent == await signin.whose(house, token)


async def test_neither_password_nor_token_stands_in_the_database(
    house: House, agent: Agent, rows: Callable[..., Any]
) -> None:
    _, token = await signin.sign_in(house, "lin", PASSWORD)

    stored = str([row._mapping for table in (agents, desk_sessions) for row in await rows(table)])

    assert PASSWORD not in stored
    assert token not in stored


async def test_an_unknown_name_and_a_wrong_password_get_the_same_words(house: House, agent: Agent) -> None:
    wrong, unknown = await refused(house, "lin", "not the password"), await refused(house, "nobody", PASSWORD)

    assert (wrong.message, wrong.code) == (unknown.message, unknown.code)


async def test_five_failures_lock_the_account_and_the_right_password_has_to_wait(
    house: House, agent: Agent, clock: FakeClock
) -> None:
    for _ in range(signin.FAILURES_MOST):
        await refused(house, "lin", "not the password")

    locked = await refused(house, "lin", PASSWORD)
    clock.goes(signin.LOCK_SECONDS + 1)
    who, _ = await signin.sign_in(house, "lin", PASSWORD)

    assert signin.LOCKED == locked.message
    assert agent == who


async def test_an_unknown_name_is_locked_like_a_known_one(house: House) -> None:
    words = [(await refused(house, "nobody", "guess")).message for _ in range(signin.FAILURES_MOST + 1)]

    assert [signin.WRONG] * signin.FAILURES_MOST + [signin.LOCKED] == words


async def test_guesses_at_the_same_moment_are_all_counted(house: House, agent: Agent) -> None:
    await asyncio.gather(*(refused(house, "lin", f"guess number {k}") for k in range(10)))

    assert signin.LOCKED == (await refused(house, "lin", PASSWORD)).message


async def test_a_success_ends_the_count(house: House, agent: Agent) -> None:
    for _ in range(signin.FAILURES_MOST - 1):
        await refused(house, "lin", "not the password")
    await signin.sign_in(house, "lin", PASSWORD)

    assert signin.WRONG == (await refused(house, "lin", "not the password")).message
    await signin.sign_in(house, "lin", PASSWORD)


async def test_a_disabled_person_is_nobody(house: House) -> None:
    hashed = await house.hasher.hash(PASSWORD)
    gone = Agent(signin.AgentId("a9"), "gone", "小王", Role.AGENT, disabled=True)
    async with house.store.work() as work:
        await work.people.add(gone, hashed, 0.0)

    assert signin.WRONG == (await refused(house, "gone", PASSWORD)).message


@pytest.mark.parametrize("token", [None, "", "made up"])
async def test_a_token_that_is_not_ours_is_nobodys(house: House, token: str | None) -> None:
    with pytest.raises(NotSignedIn):
        await signin.whose(house, token)


async def test_a_session_ends_after_half_an_hour_without_a_touch(house: House, agent: Agent, clock: FakeClock) -> None:
    _, token = await signin.sign_in(house, "lin", PASSWORD)
    for _ in range(4):
        clock.goes(20 * 60)
        await signin.whose(house, token)
    clock.goes(31 * 60)

    with pytest.raises(NotSignedIn) as lapsed:
        await signin.whose(house, token)

    assert "lapsed" == lapsed.value.code


async def test_a_session_ends_after_twelve_hours_however_busy(house: House, agent: Agent, clock: FakeClock) -> None:
    _, token = await signin.sign_in(house, "lin", PASSWORD)
    for _ in range(36):
        clock.goes(20 * 60)
        await signin.whose(house, token)
    clock.goes(60)

    with pytest.raises(NotSignedIn):
        await signin.whose(house, token)


async def test_who_signs_out_leaves_nobody_alone(
    house: House, agent: Agent, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")
    _, token = await signin.sign_in(house, "lin", PASSWORD)
    await handoff.claim(house, agent, (await citizen.conversation()).public_id)

    await signin.sign_out(house, token)

    assert InCharge.WAITING == await citizen.in_charge()
    with pytest.raises(NotSignedIn):
        await signin.whose(house, token)


async def test_who_signs_out_on_one_of_two_machines_keeps_their_citizens(
    house: House, agent: Agent, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")
    _, old = await signin.sign_in(house, "lin", PASSWORD)
    await signin.sign_in(house, "lin", PASSWORD)
    await handoff.claim(house, agent, (await citizen.conversation()).public_id)

    await signin.sign_out(house, old)

    assert InCharge.AGENT == await citizen.in_charge()


async def test_a_new_password_ends_all_other_sessions(house: House, agent: Agent) -> None:
    _, here = await signin.sign_in(house, "lin", PASSWORD)
    _, elsewhere = await signin.sign_in(house, "lin", PASSWORD)

    await signin.change_password(house, agent, PASSWORD, "a quite different sentence", here)

    assert agent == await signin.whose(house, here)
    with pytest.raises(NotSignedIn):
        await signin.whose(house, elsewhere)
    await refused(house, "lin", PASSWORD)
    await signin.sign_in(house, "lin", "a quite different sentence")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("not the password", "a quite different sentence"),
        (PASSWORD, PASSWORD),
        (PASSWORD, "short"),
        (PASSWORD, "aaaaaaaaaaaaaaaa"),
        (PASSWORD, "my login is lin ok"),
        (PASSWORD, "i love 1999 so much"),
        (PASSWORD, "x" * 129),
    ],
)
async def test_a_password_that_will_not_do_is_refused_in_words(house: House, agent: Agent, old: str, new: str) -> None:
    _, token = await signin.sign_in(house, "lin", PASSWORD)

    with pytest.raises(Refused) as why:
        await signin.change_password(house, agent, old, new, token)

    assert "密碼" in why.value.message


async def test_the_first_administrator_is_made_once_with_a_password_for_one_time(house: House) -> None:
    password, again = await signin.first_administrator(house, ""), await signin.first_administrator(house, "")

    assert password is not None
    assert again is None
    who, _ = await signin.sign_in(house, "admin", password)
    assert (Role.ADMIN, True) == (who.role, who.must_change_password)


async def test_a_given_first_password_needs_no_change(house: House) -> None:
    shown = await signin.first_administrator(house, "a password from the settings")

    who, _ = await signin.sign_in(house, "admin", "a password from the settings")
    assert shown is None
    assert not who.must_change_password


async def test_a_login_is_given_once(house: House, agent: Agent) -> None:
    with pytest.raises(Refused, match="已經有人用了"):
        await signin.add_agent(house, "lin", "小李", Role.AGENT, "another long password")


async def test_a_reset_password_ends_sessions_and_locks(house: House, agent: Agent) -> None:
    _, token = await signin.sign_in(house, "lin", PASSWORD)
    for _ in range(signin.FAILURES_MOST):
        await refused(house, "lin", "not the password")

    fresh = await signin.reset_password(house, "lin")

    assert fresh is not None
    who, _ = await signin.sign_in(house, "lin", fresh)
    assert replace(agent, must_change_password=True) == who
    with pytest.raises(NotSignedIn):
        await signin.whose(house, token)
    assert await signin.reset_password(house, "nobody") is None
