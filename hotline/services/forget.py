"""刪除我的資料: what a citizen said, their contact data and their photos go; cases keep place and history, linked to nobody."""

from __future__ import annotations

from dataclasses import replace

from hotline.domain.messages import lane_of
from hotline.ports import Conversation, Work
from hotline.services.house import House


async def forget(house: House, work: Work, conversation: Conversation, *, keep_last: bool) -> None:
    """Erase the citizen's data in the caller's transaction; `keep_last` leaves the line that says so.

    Rasa's own memory is deleted too; the conversation gets a new name there, so that nothing can be joined again.
    """
    lane = conversation.lane
    fresh = await work.conversations.get(lane)
    assert fresh is not None
    await work.cases.forget_contact(lane)
    await work.cases.unfollow_all(lane)
    for photo_id in await work.photos.of(lane):
        await house.pictures.drop(photo_id)
    await work.photos.forget(lane)
    await work.feed.erase(lane, fresh.last_seq if keep_last else fresh.last_seq + 1)
    await work.conversations.forget_inbox(lane)
    await house.understanding.forget(fresh.tracker)
    await work.conversations.save(
        replace(fresh, tracker=house.ids.new(), title="", pending="", expects={}, frozen=False, greeted=False)
    )


async def end_and_forget(house: House, address: str) -> None:
    """「結束並忘記」 in the widget: the token ends and everything behind it goes."""
    lane = lane_of("web", address)
    async with house.store.work() as work:
        await work.web_sessions.end(address)
        conversation = await work.conversations.get(lane)
        if conversation:
            await forget(house, work, conversation, keep_last=False)
    house.bell.ring(f"feed:{lane}")
    house.bell.ring("desk")
