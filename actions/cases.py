"""Following cases: by number and code, one's own, not repaired, hurry up, how long."""

from __future__ import annotations

from actions.knowledge import UNDERSTOOD, Said
from actions.turn import HotlineAction, TurnView
from hotline.domain.cases import CaseNumber
from hotline.services import cases


class CaseStatus(HotlineAction):
    """A case by its number, and its code unless it is the citizen's own."""

    label = "action_case_status"

    async def act(self, turn: TurnView) -> Said:
        number, code = turn.entity("case_number"), turn.entity("case_code")
        if not number:
            return await cases.which(self.house, turn.lane), UNDERSTOOD
        said, waits_for = await cases.look_up(self.house, turn.lane, number, code)
        expects = {"what": "case_code", "number": waits_for} if waits_for else {}
        return [said[0].to_json() | {"expects": expects}], UNDERSTOOD


class MyCases(HotlineAction):
    """我的案件: no code is needed in the chat they were opened in."""

    label = "action_my_cases"

    async def act(self, turn: TurnView) -> Said:
        return await cases.mine(self.house, turn.lane), UNDERSTOOD


class NotFixed(HotlineAction):
    """還沒修好."""

    label = "action_unfixed"

    async def act(self, turn: TurnView) -> Said:
        said, _ = await cases.not_fixed(
            self.house, self.key(turn), turn.lane, turn.entity("case_number"), turn.said or "還沒修好"
        )
        return said, UNDERSTOOD


class Urge(HotlineAction):
    """催辦."""

    label = "action_urge"

    async def act(self, turn: TurnView) -> Said:
        said, _ = await cases.urge(
            self.house, self.key(turn), turn.lane, turn.entity("case_number"), turn.said or "請儘快處理"
        )
        return said, UNDERSTOOD


class WhenFixed(HotlineAction):
    """多久會好."""

    label = "action_when_fixed"

    async def act(self, turn: TurnView) -> Said:
        return await cases.when_fixed(self.house, turn.lane), UNDERSTOOD


class FollowCase(HotlineAction):
    """同一件，我要追蹤."""

    label = "action_follow_case"

    async def act(self, turn: TurnView) -> Said:
        said = await cases.follow(self.house, turn.lane, CaseNumber(turn.entity("case_number")))
        return said, UNDERSTOOD | {"report": None}
