"""Is it alive, and would a citizen be answered?"""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request, response

from hotline.domain.errors import Unavailable
from hotline.services.house import House


def health_routes(house: House) -> Blueprint:
    """`/health/live` and `/health/ready`."""
    routes = Blueprint("health", url_prefix="/health")

    @routes.get("/live")
    async def live(_: Request) -> HTTPResponse:
        return response.json({"live": True})

    @routes.get("/ready")
    async def ready(_: Request) -> HTTPResponse:
        try:
            async with house.store.look() as work:
                waiting, oldest = await work.inbox.waiting()
            database = True
        except Unavailable:
            database, waiting, oldest = False, 0, None
        understands = await house.understanding.ready()
        state = {
            "ready": database and understands,
            "database": database,
            "understanding": understands,
            "waiting": waiting,
            "oldest_seconds": round(house.clock.now() - oldest, 1) if oldest else None,
        }
        return response.json(state, 200 if state["ready"] else 503)

    return routes
