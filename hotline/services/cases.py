"""Opening and following service cases.

Everything that changes a case happens once under its key, `message id + action`, and commits by itself: when the turn around
it is repeated, the same key finds the same case. The sentence that says so is made here, from the case that exists.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.domain import words
from hotline.domain.cases import (
    CITIZENS_WORDS,
    CODE_LOCK_SECONDS,
    CODE_TRIES,
    CODE_TRIES_PER_CASE,
    FIRST_NUMBER,
    Case,
    CaseNumber,
    Status,
    code_of,
    number_of,
    read_number,
    same_code,
)
from hotline.domain.catalogue import label_button
from hotline.domain.messages import Button, Lane, Message
from hotline.domain.report import Draft, headline, rows_of
from hotline.ports import Work
from hotline.services.house import TAIPEI, House


async def open_case(house: House, key: str, lane: Lane, draft: Draft) -> list[Message]:
    """Open the case of a confirmed draft, once under `key`; what the citizen is told."""
    report = house.report
    service = report.service_of(draft)
    rows = [(label, value) for label, value, _ in rows_of(report, draft)]
    said = "\n".join(dict.fromkeys(draft.said))
    now = house.clock.now()

    def build(number: CaseNumber) -> Case:
        return Case(
            number=number,
            kind=service.code,
            name=headline(service, draft.answers),
            office=service.office,
            place=draft.place.to_json(),
            where=draft.place.show(),
            details=(*rows, (CITIZENS_WORDS, said)),
            status=Status.ACCEPTED,
            opened_at=now,
            updated_at=now,
            photos=draft.photos,
            contact=draft.contact,
        )

    async with house.store.work() as work:
        case, _ = await work.cases.open(key, lane, build, house.policy.case_prefix)
    house.bell.ring("desk")
    return [opened_words(house, case)]


def opened_words(house: House, case: Case) -> Message:
    """已受理, with number and code: said only of a case that exists."""
    code = code_of(house.policy.code_secret, case.number)
    text = words.REPORT_OPENED.format(number=case.number, code=code, office=case.office)
    card = {
        "kind": "case",
        "number": case.number,
        "code": code,
        "status": case.status.value,
        "rows": [{"label": "項目", "value": case.name}, {"label": "地點", "value": case.where}],
        "note": words.REPORT_OPENED_NOTE.format(office=case.office),
    }
    return Message(text, (Button("我的案件", "my_cases"),), card)


async def similar(house: House, lane: Lane, draft: Draft) -> Case | None:
    """An open case of the same kind at the same written place that this citizen does not follow yet."""
    where = draft.place.show()
    if not draft.place.district or not where:
        return None
    async with house.store.look() as work:
        case = await work.cases.similar(draft.kind, where)
        if case is None or await work.cases.is_of(case.number, lane):
            return None
        return case


async def follow(house: House, lane: Lane, number: CaseNumber) -> list[Message]:
    """Follow somebody's case; nothing about them is shown."""
    async with house.store.work() as work:
        case = await work.cases.get(number)
        if case is None:
            return [_unknown(house)]
        await work.cases.follow(number, lane)
    return [Message(words.CASE_FOLLOWED.format(number=number), (Button("我的案件", "my_cases"),))]


async def mine(house: House, lane: Lane) -> list[Message]:
    """The citizen's own cases in this chat, newest first; no code is needed here."""
    async with house.store.look() as work:
        cases = await work.cases.of(lane)
    if not cases:
        return [Message(words.CASE_NONE, (label_button("報修通報", "report_menu"), label_button("找專人", "handoff")))]
    if len(cases) == 1:
        return [status_words(house, cases[0])]
    lines = [
        f"{case.number}　{case.summary}\n　{case.status.value}（{day(case.updated_at)}更新）" for case in cases[:8]
    ]
    buttons = tuple(Button(case.number, "status", {"case_number": case.number}) for case in cases[:8])
    return [Message("\n".join([words.CASE_MINE, *lines]), buttons)]


async def look_up(house: House, lane: Lane, text: str, code: str) -> tuple[list[Message], str]:
    """A case by number, and by code unless it was opened or followed in this chat.

    Returns what is said, and the number whose code is expected next ("" when none is). A wrong code and a number that does
    not exist get the very same words, so that nobody can fish for cases.
    """
    number = read_number(text, house.policy.case_prefix)
    if number is None:
        return [_unknown(house)], ""
    async with house.store.work() as work:
        case = await work.cases.get(number)
        if case and await work.cases.is_of(number, lane):
            return [status_words(house, case)], ""
        if not code:
            return [Message(words.CASE_ASK_CODE.format(number=number))], number
        now = house.clock.now()
        over_all = Lane(f"case:{number}")
        tries, locked_until = await work.cases.tries(lane)
        all_tries, all_locked_until = await work.cases.tries(over_all)
        if max(locked_until, all_locked_until) > now:
            return [_locked(max(locked_until, all_locked_until) - now)], ""
        if case and same_code(code_of(house.policy.code_secret, number), code):
            await work.cases.set_tries(lane, 0, 0.0)
            return [status_words(house, case)], ""
        left = CODE_TRIES - tries - 1
        await _count(work, over_all, all_tries + 1, CODE_TRIES_PER_CASE, now)
        await _count(work, lane, tries + 1, CODE_TRIES, now)
        if left <= 0:
            return [_locked(CODE_LOCK_SECONDS)], ""
        return [Message(words.CASE_NO_MATCH.format(left=left))], number


async def _count(work: Work, whose: Lane, tries: int, most: int, now: float) -> None:
    """Remember a wrong code; too many lock for a while."""
    locked = tries >= most
    await work.cases.set_tries(whose, 0 if locked else tries, now + CODE_LOCK_SECONDS if locked else 0.0)


async def not_fixed(house: House, key: str, lane: Lane, number: str, said: str) -> tuple[list[Message], bool]:
    """還沒修好: the same case, opened again on the citizen's word, or their words added while it is open."""
    case, choices = await _one_of(house, lane, number, "unfixed")
    if case is None:
        return choices, False
    async with house.store.work() as work:
        before = await work.cases.event_status(key)  # a repeated turn says the same again
        reopened = before is Status.REOPENED if before else not case.status.is_open
        await work.cases.add_event(
            key, case.number, Status.REOPENED if reopened else case.status, said, "市民", house.clock.now()
        )
    if reopened:
        return [Message(words.CASE_REOPENED.format(number=case.number, office=case.office))], True
    said_open = words.CASE_STILL_OPEN.format(number=case.number, status=case.status.value)
    return [Message(said_open, (Button("催辦", "urge", {"case_number": case.number}),))], True


async def urge(house: House, key: str, lane: Lane, number: str, said: str) -> tuple[list[Message], bool]:
    """催辦: a line in the case's own history that its office reads."""
    case, choices = await _one_of(house, lane, number, "urge")
    if case is None:
        return choices, False
    async with house.store.work() as work:
        await work.cases.add_event(key, case.number, case.status, f"催辦：{said}", "市民", house.clock.now())
    what = house.catalogue.services[case.kind].short if case.kind in house.catalogue.services else "這一項"
    return [Message(words.CASE_URGED.format(number=case.number, what=what))], True


async def when_fixed(house: House, lane: Lane) -> list[Message]:
    """多久會好: no time is published, so none is given."""
    async with house.store.look() as work:
        cases = await work.cases.of(lane)
    kind = cases[0].kind if cases else ""
    what = house.catalogue.services[kind].short if kind in house.catalogue.services else "派工案件"
    buttons = (Button("催辦", "urge", {"case_number": cases[0].number}),) if cases else ()
    return [Message(words.CASE_NO_TIME.format(what=what), buttons)]


async def _one_of(house: House, lane: Lane, number: str, intent: str) -> tuple[Case | None, list[Message]]:
    """The case a citizen means among their own; a question when it cannot be told."""
    async with house.store.look() as work:
        cases = await work.cases.of(lane)
    named = read_number(number, house.policy.case_prefix) if number else None
    if named:
        chosen = next((case for case in cases if case.number == named), None)
        return chosen, [] if chosen else [Message(words.CASE_ASK_CODE.format(number=named))]
    if not cases:
        return None, [Message(words.CASE_ASK_NUMBER.format(shape=_shape(house)), (label_button("找專人", "handoff"),))]
    if len(cases) == 1:
        return cases[0], []
    buttons = tuple(Button(case.number, intent, {"case_number": case.number}) for case in cases[:5])
    lines = [f"{case.number}　{case.summary}" for case in cases[:5]]
    return None, [Message("\n".join([words.CASE_WHICH, *lines]), buttons)]


async def record_status(house: House, number: CaseNumber, status: Status, said: str) -> bool:
    """What the office's own record says. False when there is no such case."""
    async with house.store.work() as work:
        if await work.cases.get(number) is None:
            return False
        await work.cases.add_event(
            f"office:{number}:{house.ids.new()}", number, status, said, "機關", house.clock.now()
        )
        await work.cases.set_words(number, said)
    house.bell.ring("desk")
    return True


def status_words(house: House, case: Case) -> Message:
    """A case as it stands, in the office's own words where there are any."""
    text = words.CASE_STATUS.format(
        number=case.number, summary=case.summary, status=case.status.value, date=day(case.updated_at)
    )
    if case.words:
        text = f"{text}\n{case.office}：{case.words}"
    buttons = [Button("還沒修好", "unfixed", {"case_number": case.number})]
    if case.status.is_open:
        buttons.append(Button("催辦", "urge", {"case_number": case.number}))
    rows: list[dict[str, Any]] = [
        {"label": "項目", "value": case.name},
        {"label": "地點", "value": case.where},
        {"label": "狀態", "value": f"{case.status.value}（{day(case.updated_at)}更新）"},
    ]
    card = {
        "kind": "case",
        "number": case.number,
        "code": None,
        "status": case.status.value,
        "rows": rows,
        "note": f"{case.office}：{case.words}" if case.words else f"由{case.office}處理。",
    }
    return Message(text, tuple(buttons), card)


async def which(house: House, lane: Lane) -> list[Message]:
    """Asked for a case without saying which: the citizen's own, or the question for a number."""
    async with house.store.look() as work:
        own = await work.cases.of(lane)
    return await mine(house, lane) if own else [_ask_number(house)]


def _ask_number(house: House) -> Message:
    return Message(words.CASE_ASK_NUMBER.format(shape=_shape(house)), (Button("我的案件", "my_cases"),))


def day(at: float) -> str:
    """11月24日, in Taipei."""
    moment = datetime.fromtimestamp(at, TAIPEI)
    return f"{moment.month}月{moment.day}日"


def _shape(house: House) -> str:
    return number_of(house.policy.case_prefix, FIRST_NUMBER)


def _unknown(house: House) -> Message:
    return Message(words.CASE_UNKNOWN.format(shape=_shape(house)), (label_button("找專人", "handoff"),))


def _locked(seconds: float) -> Message:
    minutes = max(1, round(seconds / 60))
    return Message(words.CASE_LOCKED.format(minutes=minutes), (label_button("找專人", "handoff"),))
