"""The service: one Sanic application with every route, and the worker beside it in the same process."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AsyncExitStack
from typing import Any

from sanic import Sanic

from actions.route import action_routes
from channels.web.webhook import web_routes
from hotline.adapters.migrate import migrate
from hotline.app.channels import open_senders, platform_routes
from hotline.app.settings import Settings
from hotline.app.wiring import PROJECT, Installation, wire
from hotline.app.worker import look_after_things, work_inbox, work_outbox
from hotline.http.desk import desk_routes
from hotline.http.guard import guard
from hotline.http.health import health_routes
from hotline.http.pages import page_routes

REQUEST_MOST = 12 * 1024 * 1024
DRAIN_SECONDS = 5  # open streams end then; turns under way have been waited for before


def build_app(settings: Settings) -> Sanic[Any, Any]:
    """The application, unopened."""
    installation = wire(settings)
    house = installation.house
    app = Sanic("hotline", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = REQUEST_MOST
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = DRAIN_SECONDS
    app.config.ACCESS_LOG = False
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.RESPONSE_TIMEOUT = 3600  # streams stay open
    origins = frozenset(origin.strip() for origin in settings.chat_origins.split(",") if origin.strip())
    guard(app, secure=settings.secure, chat_origins=origins)
    app.blueprint(health_routes(house))
    app.blueprint(web_routes(house))
    app.blueprint(desk_routes(house, secure=settings.secure))
    app.blueprint(action_routes(house, installation.own.actions_token))
    app.blueprint(
        page_routes(
            PROJECT / "web" / "dist",
            demo=settings.demo,
            line_simulator=settings.demo and not settings.line_channel_secret,
        )
    )
    for routes in platform_routes(installation):
        app.blueprint(routes)
    _live(app, installation)
    return app


def _live(app: Sanic[Any, Any], installation: Installation) -> None:
    """Open what must be open while the server runs, and close it again."""
    stack = AsyncExitStack()
    tasks: list[asyncio.Task[None]] = []

    @app.before_server_start
    async def open_all(_: Sanic[Any, Any]) -> None:
        await migrate(installation.engines)
        await installation.engines.check_durability()
        await open_senders(installation, stack)

    @app.after_server_start
    async def start_working(_: Sanic[Any, Any]) -> None:
        tasks.append(asyncio.create_task(work_inbox(installation.house)))
        tasks.append(asyncio.create_task(work_outbox(installation.house)))
        tasks.append(asyncio.create_task(look_after_things(installation.house)))

    @app.before_server_stop
    async def stop_working(_: Sanic[Any, Any]) -> None:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @app.after_server_stop
    async def close_all(_: Sanic[Any, Any]) -> None:
        await stack.aclose()
        await installation.close()


def serve(settings: Settings) -> None:
    """Run the service in this process until it is told to stop."""
    app = build_app(settings)
    app.run(host=settings.host, port=settings.port, single_process=True, motd=False, access_log=False)
