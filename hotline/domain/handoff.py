"""Who is in charge of a conversation: the assistant, nobody yet (waiting for a person), or a person.

    bot ──ask_for_person──▶ waiting ──claim──▶ agent ──give_back / close──▶ bot
     ▲                        │                 │
     └────────stop_waiting────┘                 └──put_back──▶ waiting       (the agent's line broke)
    bot ──────────────────────claim───────────▶ agent           (a danger alert is taken without waiting)

Each change of charge gives the conversation a new `token`, the fence: whatever was made under an older token (a bot's
answer that was still being thought about, an agent's late click) counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from hotline.domain.errors import Conflict
from hotline.domain.messages import Lane


class InCharge(StrEnum):
    """Who answers the citizen now."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"


class Reason(StrEnum):
    """Why a person is needed, as the desk reads it."""

    ASKED = "市民要求找專人"
    MISSED = "兩次沒聽懂"
    DANGER = "危險"
    STUCK = "訊息處理失敗"
    LAPSED = "專員中斷，排回等候"


@dataclass(frozen=True, slots=True)
class Charge:
    """The part of a conversation that says who is in charge. Times are seconds since the epoch."""

    lane: Lane
    in_charge: InCharge = InCharge.BOT
    token: int = 0
    agent_id: str = ""
    agent_name: str = ""
    waiting_since: float | None = None
    reason: str = ""
    danger: str = ""
    danger_since: float | None = None

    @property
    def needs_person(self) -> bool:
        """Waiting, or a danger alert that nobody has taken yet."""
        return self.in_charge is InCharge.WAITING or (self.in_charge is InCharge.BOT and bool(self.danger))


def ask_for_person(charge: Charge, reason: str, now: float) -> Charge:
    """Put the citizen into the queue. Asking again keeps the place; a person in charge stays."""
    if charge.in_charge is not InCharge.BOT:
        return charge
    return replace(charge, in_charge=InCharge.WAITING, token=charge.token + 1, waiting_since=now, reason=reason)


def raise_alarm(charge: Charge, code: str, now: float, *, person_now: bool) -> Charge:
    """A life may be in danger: mark it for the desk, and bring a person at once where the catalogue says so."""
    marked = replace(charge, danger=code, danger_since=charge.danger_since or now)
    return ask_for_person(marked, Reason.DANGER, now) if person_now else marked


def stop_waiting(charge: Charge) -> Charge:
    """The citizen leaves the queue. A danger mark stays: a retreat does not cancel an alarm."""
    if charge.in_charge is not InCharge.WAITING:
        return charge
    return replace(charge, in_charge=InCharge.BOT, token=charge.token + 1, waiting_since=None, reason="")


def claim(charge: Charge, agent_id: str, agent_name: str) -> Charge:
    """A person takes over. Raises Conflict when another one has it."""
    if charge.in_charge is InCharge.AGENT:
        if charge.agent_id == agent_id:
            return charge
        raise Conflict(f"{charge.agent_name}已經接手了。", code="taken")
    return replace(charge, in_charge=InCharge.AGENT, token=charge.token + 1, agent_id=agent_id, agent_name=agent_name)


def check_holds(charge: Charge, agent_id: str, token: int) -> None:
    """Raises Conflict unless this agent holds the conversation under this very token."""
    if charge.in_charge is not InCharge.AGENT or charge.agent_id != agent_id or charge.token != token:
        who = f"現在由{charge.agent_name}接手。" if charge.in_charge is InCharge.AGENT else "這個對話已經不在您手上。"
        raise Conflict(who, code="not_yours")


def give_back(charge: Charge) -> Charge:
    """Back to the assistant; the danger mark is settled by the person who had it."""
    return Charge(lane=charge.lane, token=charge.token + 1)


def put_back(charge: Charge, now: float) -> Charge:
    """The agent is gone: the citizen waits again, with the time they have already waited."""
    if charge.in_charge is not InCharge.AGENT:
        return charge
    since = charge.waiting_since or now
    return replace(
        charge,
        in_charge=InCharge.WAITING,
        token=charge.token + 1,
        agent_id="",
        agent_name="",
        waiting_since=since,
        reason=Reason.LAPSED,
    )
