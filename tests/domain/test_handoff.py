"""Who is in charge: never two people, never a bot that speaks over a person, never a citizen with nobody."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hotline.domain import handoff
from hotline.domain.errors import Conflict
from hotline.domain.handoff import Charge, InCharge, Reason
from hotline.domain.messages import Lane

BOT = Charge(Lane("web:a"))
WAITING = handoff.ask_for_person(BOT, Reason.ASKED, 100.0)
WITH_LIN = handoff.claim(WAITING, "lin", "小林")


def test_asking_for_a_person_puts_the_citizen_into_the_queue() -> None:
    assert (InCharge.WAITING, 1, 100.0, Reason.ASKED) == (
        WAITING.in_charge, WAITING.token, WAITING.waiting_since, WAITING.reason,
    )  # fmt: skip
    assert WAITING.needs_person


def test_asking_again_keeps_the_place() -> None:
    assert WAITING is handoff.ask_for_person(WAITING, Reason.MISSED, 200.0)


def test_asking_while_a_person_is_there_changes_nothing() -> None:
    assert WITH_LIN is handoff.ask_for_person(WITH_LIN, Reason.ASKED, 200.0)


def test_a_claim_gives_the_conversation_to_one_person() -> None:
    assert (InCharge.AGENT, "lin", 2) == (WITH_LIN.in_charge, WITH_LIN.agent_id, WITH_LIN.token)
    assert not WITH_LIN.needs_person


def test_a_second_person_is_told_who_was_faster() -> None:
    with pytest.raises(Conflict, match="小林") as refused:
        handoff.claim(WITH_LIN, "chen", "小陳")

    assert "taken" == refused.value.code


def test_claiming_what_one_holds_changes_nothing() -> None:
    assert WITH_LIN is handoff.claim(WITH_LIN, "lin", "小林")


def test_a_danger_alert_is_taken_without_waiting() -> None:
    alarmed = handoff.raise_alarm(BOT, "fire", 5.0, person_now=False)

    taken = handoff.claim(alarmed, "lin", "小林")

    assert (InCharge.BOT, True) == (alarmed.in_charge, alarmed.needs_person)
    assert (InCharge.AGENT, "fire") == (taken.in_charge, taken.danger)


def test_some_dangers_bring_a_person_at_once() -> None:
    alarmed = handoff.raise_alarm(BOT, "suicide", 5.0, person_now=True)

    assert (InCharge.WAITING, Reason.DANGER, 5.0) == (alarmed.in_charge, alarmed.reason, alarmed.danger_since)


def test_an_alarm_while_waiting_keeps_the_place_and_one_under_a_person_leaves_them_in_charge() -> None:
    waiting = handoff.raise_alarm(WAITING, "fire", 500.0, person_now=True)
    held = handoff.raise_alarm(WITH_LIN, "fire", 500.0, person_now=True)

    assert (100.0, "fire") == (waiting.waiting_since, waiting.danger)
    assert ("lin", WITH_LIN.token, "fire") == (held.agent_id, held.token, held.danger)


def test_a_second_alarm_keeps_the_time_of_the_first() -> None:
    first = handoff.raise_alarm(BOT, "gas", 5.0, person_now=False)

    second = handoff.raise_alarm(first, "fire", 9.0, person_now=False)

    assert ("fire", 5.0) == (second.danger, second.danger_since)


def test_leaving_the_queue_does_not_cancel_an_alarm() -> None:
    alarmed = handoff.raise_alarm(BOT, "suicide", 5.0, person_now=True)

    left = handoff.stop_waiting(alarmed)

    assert (InCharge.BOT, "suicide", True) == (left.in_charge, left.danger, left.needs_person)
    assert WITH_LIN is handoff.stop_waiting(WITH_LIN)


def test_giving_back_settles_everything() -> None:
    assert Charge(Lane("web:a"), token=3) == handoff.give_back(WITH_LIN)


def test_who_is_put_back_waits_since_they_began_to_wait() -> None:
    back = handoff.put_back(WITH_LIN, 900.0)

    assert (InCharge.WAITING, 100.0, "", Reason.LAPSED) == (
        back.in_charge, back.waiting_since, back.agent_id, back.reason,
    )  # fmt: skip
    assert WAITING is handoff.put_back(WAITING, 900.0)


def test_who_never_waited_waits_from_now() -> None:
    taken = handoff.claim(handoff.raise_alarm(BOT, "fire", 5.0, person_now=False), "lin", "小林")

    assert 900.0 == handoff.put_back(taken, 900.0).waiting_since


@pytest.mark.parametrize(("who", "token"), [("chen", 2), ("lin", 1), ("lin", 3)])
def test_only_who_holds_it_under_this_very_token_may_speak(who: str, token: int) -> None:
    handoff.check_holds(WITH_LIN, "lin", 2)

    with pytest.raises(Conflict):
        handoff.check_holds(WITH_LIN, who, token)


@dataclass
class Thought:
    """An answer of the assistant that is still being thought about."""

    token: int
    may_be_said: bool = True


class Conversation(RuleBasedStateMachine):
    """Messages, claims, answers, returns, crashes, in any order. Two agents, one citizen.

    The citizen's view is written down beside the charge: what they were told last about who is there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.charge = Charge(Lane("web:a"))
        self.now = 0.0
        self.seen_by = {"lin": 0, "chen": 0}  # the token each agent's page shows
        self.thoughts: list[Thought] = []
        self.asked = False
        self.tokens = [0]

    def become(self, charge: Charge) -> None:
        if charge.in_charge is not self.charge.in_charge or charge.agent_id != self.charge.agent_id:
            assert charge.token > self.charge.token, "a change of charge without a new token"
        self.charge = charge
        self.tokens.append(charge.token)

    @rule(seconds=st.floats(0, 1000))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.charge.in_charge is InCharge.BOT)
    @rule()
    def the_citizen_writes(self) -> None:
        self.thoughts.append(Thought(self.charge.token))

    @rule()
    def the_assistant_answers(self) -> None:
        """Late or not: what was begun under an older token is dropped."""
        for thought in self.thoughts:
            if thought.token == self.charge.token:
                assert self.charge.in_charge is not InCharge.AGENT, "the bot speaks under a person"
        self.thoughts.clear()

    @rule()
    def the_citizen_asks_for_a_person(self) -> None:
        before = self.charge
        self.become(handoff.ask_for_person(before, Reason.ASKED, self.now))
        self.asked = self.asked or self.charge.in_charge is InCharge.WAITING

    @rule()
    def the_citizen_leaves_the_queue(self) -> None:
        self.become(handoff.stop_waiting(self.charge))
        if self.charge.in_charge is InCharge.BOT:
            self.asked = False

    @rule(person_now=st.booleans())
    def there_is_danger(self, person_now: bool) -> None:
        self.become(handoff.raise_alarm(self.charge, "fire", self.now, person_now=person_now))
        self.asked = self.asked or person_now

    @rule(who=st.sampled_from(["lin", "chen"]))
    def an_agent_claims(self, who: str) -> None:
        held_by = self.charge.agent_id if self.charge.in_charge is InCharge.AGENT else ""
        if held_by and held_by != who:
            with pytest.raises(Conflict):
                handoff.claim(self.charge, who, who)
            return
        self.become(handoff.claim(self.charge, who, who))
        self.seen_by[who] = self.charge.token

    @rule(who=st.sampled_from(["lin", "chen"]))
    def an_agent_answers(self, who: str) -> None:
        holds = self.charge.in_charge is InCharge.AGENT and self.charge.agent_id == who
        if holds and self.seen_by[who] == self.charge.token:
            handoff.check_holds(self.charge, who, self.seen_by[who])
        else:
            with pytest.raises(Conflict):
                handoff.check_holds(self.charge, who, self.seen_by[who])

    @precondition(lambda self: self.charge.in_charge is InCharge.AGENT)
    @rule()
    def the_agent_gives_back(self) -> None:
        self.become(handoff.give_back(self.charge))
        self.asked = False

    @rule()
    def the_agents_line_breaks(self) -> None:
        was_held = self.charge.in_charge is InCharge.AGENT
        self.become(handoff.put_back(self.charge, self.now))
        self.asked = self.asked or was_held

    @invariant()
    def somebody_is_always_there(self) -> None:
        charge = self.charge
        assert (charge.in_charge is InCharge.AGENT) == bool(charge.agent_id)
        assert charge.in_charge is not InCharge.WAITING or charge.waiting_since is not None
        assert charge.in_charge is InCharge.AGENT or charge.needs_person or not (self.asked or charge.danger)

    @invariant()
    def tokens_only_grow(self) -> None:
        assert self.tokens == sorted(self.tokens)

    @invariant()
    def nobody_waits_since_the_future(self) -> None:
        assert (self.charge.waiting_since or 0) <= self.now


Conversation.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyOrderOfEvents = Conversation.TestCase
