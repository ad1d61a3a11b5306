"""Real HTTP for tests: an application on a free port of this machine, in the test's own event loop."""

from __future__ import annotations

import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sanic import Blueprint, Sanic


@asynccontextmanager
async def served(
    *blueprints: Blueprint, middleware: Callable[[Sanic[Any, Any]], None] | None = None
) -> AsyncIterator[str]:
    """The address of an application made of these blueprints."""
    app: Sanic[Any, Any] = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    if middleware:
        middleware(app)
    for blueprint in blueprints:
        app.blueprint(blueprint)
    async with serving(app) as url:
        yield url


@asynccontextmanager
async def serving(app: Sanic[Any, Any]) -> AsyncIterator[str]:
    """The address of a running application; its listeners run as they do in production."""
    app.config.MOTD = app.config.ACCESS_LOG = app.config.TOUCHUP = False  # touching up works for one app a process
    free = socket.create_server(("127.0.0.1", 0))  # Sanic takes port 0 for its default port
    address = free.getsockname()
    server = await app.create_server(sock=free, return_asyncio_server=True)
    assert server is not None
    try:
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        yield f"http://127.0.0.1:{address[1]}"
    finally:
        await server.before_stop()
        for connection in list(server.connections):
            connection.abort()
        await server.close()
        await server.after_stop()
        Sanic.unregister_app(app)
