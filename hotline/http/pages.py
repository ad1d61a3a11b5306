"""The pages that the web build made: the demo city page, the widget, the desk, the simulator."""

from __future__ import annotations

from pathlib import Path

from sanic import Blueprint, HTTPResponse, Request, response

from hotline.domain.errors import NotFound

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
NOT_BUILT = "網頁還沒有建好，請先執行 make web。"


def page_routes(built: Path, *, demo: bool, line_simulator: bool) -> Blueprint:
    """Static files from the build; nothing outside its folder, and no listing."""
    routes = Blueprint("pages")
    root = built.resolve()

    async def file(name: str) -> HTTPResponse:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise NotFound(NOT_BUILT if not root.is_dir() else None)
        return await response.file(path, headers={"Cache-Control": "no-cache"}, mime_type=TYPES.get(path.suffix))

    @routes.get("/widget.js")
    async def widget(_: Request) -> HTTPResponse:
        return await file("widget.js")

    @routes.get("/desk")
    async def desk(_: Request) -> HTTPResponse:
        return await file("desk.html")

    @routes.get("/desk/assets/<name:str>")
    async def desk_asset(_: Request, name: str) -> HTTPResponse:
        return await file(f"assets/{name}")

    @routes.get("/assets/<name:str>")
    async def asset(_: Request, name: str) -> HTTPResponse:
        return await file(f"assets/{name}")

    if demo:

        @routes.get("/")
        async def home(_: Request) -> HTTPResponse:
            return await file("index.html")

    if line_simulator:

        @routes.get("/simulators/line")
        async def simulator(_: Request) -> HTTPResponse:
            return await file("simulator.html")

    return routes
