"""Forgetting on schedule: contact data goes when its case has been at rest for as long as the privacy notice says."""

from __future__ import annotations

from hotline.services.house import House

DAY_SECONDS = 24 * 3600


async def forget_old_contacts(house: House) -> int:
    """How many cases lost their contact data now."""
    async with house.store.work() as work:
        return await work.cases.forget_contacts(house.clock.now() - house.policy.contact_days * DAY_SECONDS)
