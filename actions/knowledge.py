"""Answers, referrals, numbers, and what is done when nothing was understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.turn import HotlineAction, TurnView
from hotline.domain import words
from hotline.domain.catalogue import label_button
from hotline.domain.handoff import Reason
from hotline.domain.messages import Button, Message
from hotline.services import knowledge

Said = tuple[Sequence[Message | Mapping[str, Any]], Mapping[str, Any]]

UNDERSTOOD = {"misses": 0.0}
FIND_PERSON = label_button("找專人", "handoff")


class AnswerTopic(HotlineAction):
    """An official answer."""

    label = "action_answer"

    async def act(self, turn: TurnView) -> Said:
        return [knowledge.answer(self.house, turn.about)], UNDERSTOOD


class Refer(HotlineAction):
    """A matter that somebody else takes; no case is opened."""

    label = "action_refer"

    async def act(self, turn: TurnView) -> Said:
        return [knowledge.refer(self.house, turn.about)], UNDERSTOOD


class GiveNumber(HotlineAction):
    """A help line's number; the talk goes on."""

    label = "action_number"

    async def act(self, turn: TurnView) -> Said:
        return [knowledge.number(self.house, turn.about)], UNDERSTOOD


class Unsure(HotlineAction):
    """Not understood: the first time the nearest candidates, the second time a person."""

    label = "action_unsure"

    async def act(self, turn: TurnView) -> Said:
        misses = float(turn.slots.get("misses") or 0.0) + 1.0
        said = knowledge.unsure(self.house, turn.labels, second=misses >= 2)
        return [said], {"misses": misses}


class NoneOfThese(HotlineAction):
    """都不是: one open question instead of the same list again."""

    label = "action_none_of_these"

    async def act(self, turn: TurnView) -> Said:
        misses = float(turn.slots.get("misses") or 0.0)
        if misses >= 2:
            return [Message(words.FALLBACK_SECOND, (FIND_PERSON, Button("不用了", "deny")))], {}
        return [Message(words.FALLBACK_NONE_OF_THESE)], {"misses": max(misses, 1.0)}


class OutOfScope(HotlineAction):
    """Not a matter of the city."""

    label = "action_out_of_scope"

    async def act(self, turn: TurnView) -> Said:
        misses = float(turn.slots.get("misses") or 0.0) + 1.0
        if misses >= 3:
            return [Message(words.FALLBACK_SECOND, (FIND_PERSON, Button("不用了", "deny")))], {"misses": misses}
        return [Message(words.SCOPE_OUT, knowledge.MENU)], {"misses": misses}


class FindPerson(HotlineAction):
    """Asks the service to bring in a person; what the citizen is told is said by the commit that queues them."""

    label = "action_handoff"

    async def act(self, turn: TurnView) -> Said:
        return [{"person": Reason.ASKED}], UNDERSTOOD


class Abuse(HotlineAction):
    """Insults without a matter: a calm boundary, then self-service. Never a block, never a lecture."""

    label = "action_abuse"

    async def act(self, turn: TurnView) -> Said:
        count = float(turn.slots.get("abuse") or 0.0) + 1.0
        mine = Button("我的案件", "my_cases")
        if count == 1:
            return [Message(words.ABUSE_FIRST, (mine, FIND_PERSON))], {"abuse": count}
        return [Message(words.ABUSE_SECOND, (mine, label_button("報修通報", "report_menu"), FIND_PERSON))], {
            "abuse": count
        }


class HelpTopics(HotlineAction):
    """常見問題: what people ask most, one tap away."""

    label = "action_help_topics"

    async def act(self, turn: TurnView) -> Said:
        return [knowledge.popular(self.house)], UNDERSTOOD


class ReportMenu(HotlineAction):
    """報修通報 without saying what: the kinds that are reported most, and how to say it in one sentence."""

    label = "action_report_menu"

    async def act(self, turn: TurnView) -> Said:
        return [knowledge.report_menu(self.house)], UNDERSTOOD


class ForgetMe(HotlineAction):
    """刪除我的資料: asks once more, since it cannot be undone."""

    label = "action_forget_me"

    async def act(self, turn: TurnView) -> Said:
        buttons = (Button("刪除我的資料", "forget_yes"), Button("先不要", "deny"))
        return [Message(words.FORGET_ASK, buttons).to_json() | {"expects": {"what": "forget"}}], UNDERSTOOD
