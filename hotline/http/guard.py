"""What every request passes: one shape for errors, security headers, and no commands from other sites.

Cross-site requests are told by Sec-Fetch-Site, then by Origin (the way Go 1.25's CrossOriginProtection does it): an unsafe
method needs a same-origin request, or one that no browser made. Bearer tokens need no such check; cookies do.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

import structlog
from sanic import HTTPResponse, Request, Sanic, response
from sanic.exceptions import NotFound as NoRoute
from sanic.exceptions import PayloadTooLarge, SanicException

from hotline.domain.errors import Broken, HotlineError, NotAllowed, NotFound, Refused, TooLarge, Unavailable

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

log = structlog.get_logger(__name__)


def guard(app: Sanic[Any, Any], *, secure: bool, chat_origins: frozenset[str]) -> None:
    """Install the guard on a Sanic application."""

    @app.exception(Exception)
    async def fail(request: Request, error: Exception) -> HTTPResponse:
        return error_response(request, error)

    @app.on_request
    async def refuse_other_sites(request: Request) -> HTTPResponse | None:
        origin = request.headers.get("origin", "")
        if request.path.startswith("/chat/") and origin in chat_origins:
            return response.empty(204) if request.method == "OPTIONS" else None
        if request.method in SAFE or request.path.startswith(("/webhooks/", "/internal/", "/simulators/line/api/")):
            return None
        if not is_own_site(request, origin):
            return error_response(request, NotAllowed("這個要求來自別的網站，沒有執行。", code="cross_site"))
        return None

    @app.on_response  # type: ignore[untyped-decorator]
    async def harden(request: Request, answer: HTTPResponse) -> None:
        headers = answer.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if request.path == "/widget.js" else "same-origin"
        )
        headers.setdefault("Cache-Control", "no-store")
        if (answer.content_type or "").startswith("text/html"):
            headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        origin = request.headers.get("origin", "")
        if origin in chat_origins and request.path.startswith("/chat/"):
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Allow-Headers"] = "authorization, content-type, last-event-id"
            headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
            headers["Vary"] = "Origin"


def is_own_site(request: Request, origin: str) -> bool:
    """Did one of our own pages, or no browser at all, send this?"""
    site = request.headers.get("sec-fetch-site", "")
    if site:
        return site in ("same-origin", "none")
    return not origin or urlsplit(origin).netloc == request.host


def error_response(request: Request, error: Exception) -> HTTPResponse:
    """Any error as {"error", "message", "trace"}; what is ours is logged under the same trace, without the request's content."""
    known = _known(error)
    trace = secrets.token_hex(6)
    if known.status >= 500:
        log.error(
            "request_failed",
            trace=trace,
            error=type(error).__name__,
            code=known.code,
            method=request.method,
            path=request.route.path if request.route else "?",
        )
    answer = response.json({"error": known.code, "message": known.message, "trace": trace}, known.status)
    if isinstance(known, Unavailable):
        answer.headers["Retry-After"] = str(int(known.retry_after) or 1)
    return answer


def _known(error: Exception) -> HotlineError:
    match error:
        case HotlineError():
            return error
        case NoRoute():
            return NotFound()
        case PayloadTooLarge():
            return TooLarge()
        case SanicException() if error.status_code < 500:
            refused = Refused()
            refused.status = error.status_code
            return refused
        case _:
            return Broken()
