"""刪除我的資料: what a citizen said, their contact data and their photos go; cases keep place and history, linked to nobody."""

from __future__ import annotations

from dataclasses import replace

from hotline.domain import words
from hotline.domain.messages import Button, Lane, Message, lane_of
from hotline.domain.report import masked_contact
from hotline.ports import Conversation, Work
from hotline.services.house import House


async def what_is_kept(house: House, conversation: Conversation) -> Message:
    """「我的資料」: what is kept of this citizen, in numbers, contact data masked; and how to have it gone."""
    async with house.store.look() as work:
        cases = await work.cases.of(conversation.lane)
        photos = await work.photos.of(conversation.lane)
    contacts = {masked_contact(case.contact) for case in cases if case.contact}
    text = words.MY_DATA.format(
        lines=conversation.last_seq,
        cases=len(cases),
        photos=len(photos),
        contact="、".join(sorted(contacts)) or "沒有",
        days=house.policy.contact_days,
    )
    return Message(text, (Button("我的案件", "my_cases"), Button("刪除我的資料", "forget_me")))


async def forget(house: House, work: Work, conversation: Conversation, *, keep_last: bool) -> None:
    """Erase the citizen's data in the caller's transaction; `keep_last` leaves the line that says so.

    Rasa's own memory is deleted by the caller before this commits; the conversation gets a new name there, so that nothing
    can be joined again. The pictures themselves are dropped after the commit.
    """
    lane = conversation.lane
    fresh = await work.conversations.get(lane)
    assert fresh is not None
    await work.cases.forget_citizen(lane)
    await work.cases.unfollow_all(lane)
    await work.feed.erase(lane, fresh.last_seq if keep_last else fresh.last_seq + 1)
    await work.conversations.forget_inbox(lane)
    await work.conversations.save(
        replace(fresh, tracker=house.ids.new(), title="", pending="", expects={}, frozen=False, greeted=False)
    )


async def drop_pictures(house: House, lane: Lane) -> None:
    """The pictures of a citizen who is forgotten; what is interrupted is finished by the next call."""
    async with house.store.look() as work:
        photos = await work.photos.of(lane)
    for photo_id in photos:
        await house.pictures.drop(photo_id)
    async with house.store.work() as work:
        await work.photos.forget(lane)


async def end_and_forget(house: House, address: str) -> None:
    """「結束並忘記」 in the widget: the token ends and everything behind it goes. Raises Unavailable when Rasa is away."""
    lane = lane_of("web", address)
    async with house.store.look() as work:
        conversation = await work.conversations.get(lane)
    if conversation:
        await house.understanding.forget(conversation.tracker)
    async with house.store.work() as work:
        await work.web_sessions.end(address)
        if conversation:
            await forget(house, work, conversation, keep_last=False)
    await drop_pictures(house, lane)
    house.bell.ring(f"feed:{lane}")
    house.bell.ring("desk")
