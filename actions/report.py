"""The report form: what Rasa calls while a report is being filled in.

Rasa owns the loop (`report_form` asks until its one slot needs no more), the catalogue owns the questions, and
`hotline.domain.report` owns what a message means for the draft. Here the two are joined and put into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.knowledge import UNDERSTOOD, Said
from actions.turn import Events, HotlineAction, TurnView, say
from hotline.domain import words
from hotline.domain.cases import CaseNumber
from hotline.domain.handoff import Reason
from hotline.domain.messages import Button, Message
from hotline.domain.report import FROZEN, SIMILAR, Draft, Result, headline, known_of
from hotline.services import cases, knowledge, report_words
from hotline.services.danger import emergency_words
from hotline.services.house import House

Told = list[Message | Mapping[str, Any]]


class ValidateReportForm(Action):
    """Takes the citizen's message into the draft. It leaves no receipt: to Rasa that would look like an answer."""

    def __init__(self, house: House) -> None:
        self.house = house

    def name(self) -> str:
        return "validate_report_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        turn = TurnView(tracker)
        report, now = self.house.report, self.house.clock.now()
        kept = turn.slots.get("report")
        if kept:
            draft = Draft.from_json(kept)
            result = report.hear(replace(draft, asked=FROZEN) if turn.after_danger else draft, turn.heard, now)
        else:
            result = self._begin(turn, now)
        if result.alarm and turn.alarmed:
            result = replace(result, alarm="", draft=replace(result.draft, asked=""))
        if result.redirect:
            result = self._redirected(dispatcher, result, turn)
        told = await self._told(result, turn)
        say(dispatcher, told)
        lead = report_words.lead(self.house, result, first=not kept)
        asks_for_person = any(isinstance(one, dict) and one.get("person") for one in told)
        raw = result.draft.to_json() | {"lead": lead, "quiet": asks_for_person}
        ends = bool(result.draft.outcome)
        return [SlotSet("report", raw), SlotSet("requested_slot", None if ends else "report_answer")]

    def _begin(self, turn: TurnView, now: float) -> Result:
        result = self.house.report.begin(turn.about, turn.heard, now)
        loose = turn.slots.get("loose") or {}
        if not loose:
            return result
        return replace(result, draft=report_words.with_loose(result.draft, loose))

    def _redirected(self, dispatcher: CollectingDispatcher, result: Result, turn: TurnView) -> Result:
        """The answer shows that it is another matter: another kind with the same place, or somebody else's."""
        family, _, code = result.redirect.partition("/")
        if family == "report":
            moved = Draft(
                kind=code,
                place=result.draft.place,
                photos=result.draft.photos,
                since=result.draft.since,
                said=result.draft.said,
                touched=result.draft.touched,
            )
            return replace(result, draft=moved, taken=("kind",), warn="")
        say(dispatcher, [knowledge.refer(self.house, code)])
        return replace(result, draft=replace(result.draft, outcome="referred"))

    async def _told(self, result: Result, turn: TurnView) -> Told:
        """Everything that is said before the next question."""
        told: Told = []
        if result.alarm:
            emergency = self.house.catalogue.emergencies[result.alarm]
            message = emergency_words(self.house, emergency)
            place = result.draft.place.show()
            if place:
                text = f"{message.text}\n{words.DANGER_PLACE.format(place=place)}"
                message = Message(text, message.buttons, message.card)
            told.append(message.to_json() | {"danger": result.alarm})
        if result.aside:
            told.extend(await self._aside(turn))
        told.extend(report_words.notes(result))
        told.append(self._beside(result.draft))
        return told

    async def _aside(self, turn: TurnView) -> Told:
        """A question in between is answered; the form goes on where it was."""
        heard, house = turn.heard, self.house
        match heard.intent:
            case "ask":
                return [_plain(knowledge.answer(house, turn.about))]
            case "refer":
                return [_plain(knowledge.refer(house, turn.about))]
            case "number":
                return [_plain(knowledge.number(house, turn.about))]
            case "my_cases":
                return [_plain(one) for one in await cases.mine(house, turn.lane)]
            case "status":
                said, _ = await cases.look_up(house, turn.lane, turn.entity("case_number"), turn.entity("case_code"))
                return [_plain(one) for one in said]
            case "when_fixed":
                return [_plain(one) for one in await cases.when_fixed(house, turn.lane)]
            case "handoff":
                return [{"person": Reason.ASKED}]
            case "are_you_human":
                return [Message("我是自動回覆，不是真人。要跟人說話，打「找專人」就好。")]
            case "abuse":
                return [Message(words.ABUSE_FIRST)]
            case "thanks" | "greet":
                return [Message("不客氣，接著填。" if heard.intent == "thanks" else "您好，接著填。")]
            case _:
                return [Message(words.REPORT_LATER)]

    def _beside(self, draft: Draft) -> dict[str, Any]:
        """What the desk may want to know, should a person take over."""
        service = self.house.report.service_of(draft)
        missing = [report_words.name_of_step(self.house, draft, step) for step in self.house.report.missing(draft)]
        heard = [
            {"label": label, "value": value, "confidence": None} for label, value in known_of(self.house.report, draft)
        ]
        where = draft.place.show()
        return {
            "heard": heard,
            "draft": {"kind": service.name, "missing": missing},
            "title": "，".join(filter(None, (headline(service, draft.answers), where))),
        }


class AskReportAnswer(Action):
    """Asks the next question, or reads everything back. Rasa calls it inside the form, so it leaves no receipt."""

    def __init__(self, house: House) -> None:
        self.house = house

    def name(self) -> str:
        return "action_ask_report_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        turn = TurnView(tracker)
        raw = dict(turn.slots["report"])
        lead, quiet = str(raw.pop("lead", "")), bool(raw.pop("quiet", False))
        draft = Draft.from_json(raw)
        if quiet:  # a person was asked for: no question now, the form waits where it is
            return [SlotSet("report", draft.to_json())]
        similar = None
        if not self.house.report.missing(draft) and "similar" not in draft.skipped:
            similar = await cases.similar(self.house, turn.lane, draft)
        draft, message = report_words.question(self.house, draft, lead, similar)
        if message:
            say(dispatcher, [message])
        return [SlotSet("report", draft.to_json())]


class CloseReport(HotlineAction):
    """The form is finished: a confirmed draft becomes a case, once; anything else becomes nothing.

    It checks for itself that there is something to open: Rasa takes a form whose validation failed for a finished one.
    """

    label = "action_close_report"

    async def act(self, turn: TurnView) -> Said:
        raw = turn.slots.get("report")
        draft = Draft.from_json(raw) if raw else None
        gone = UNDERSTOOD | {"report": None, "loose": None}
        if draft is None or not draft.outcome:
            raise RuntimeError("the form ended without an outcome")
        match draft.outcome:
            case "confirmed":
                if self.house.report.missing(draft):
                    raise RuntimeError("a draft that misses answers was confirmed")
                return await cases.open_case(self.house, self.key(turn), turn.lane, draft), gone
            case "phone_declined":
                return [
                    Message(
                        words.CONTACT_REQUIRED_DECLINED, (Button("撥1999", "call", {"about": "1999"}, call="1999"),)
                    )
                ], gone
            case "referred":
                return [{"title": ""}], gone
            case "followed":
                number = turn.entity("case_number") or draft.answers[SIMILAR]
                return await cases.follow(self.house, turn.lane, CaseNumber(number)), gone
            case _:
                return [Message(words.REPORT_CANCELLED)], gone


class TakeAttachment(HotlineAction):
    """A photo or a pin before anything was said: kept for the report that follows."""

    label = "action_attachment"

    async def act(self, turn: TurnView) -> Said:
        loose = dict(turn.slots.get("loose") or {})
        message, loose = report_words.loose_attachment(self.house, turn.heard, loose)
        return [message], {"loose": loose}


def _plain(message: Message) -> Message:
    """An answer inside a form: the form's own question brings the buttons."""
    return Message(message.text, (), message.card)
