"""Logs: one JSON line an event, UTC, event names instead of texts. No message, no name, no number of a citizen ever."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "error",
        "turn",
        "attempts",
        "parcel",
        "action",
        "code",
        "method",
        "path",
        "status",
        "seconds",
        "trace",
        "call",
        "events",
        "why",
        "accepted_request_id",
        "channel",
        "count",
        "url",
        "port",
        "process",
        "exit",
        "request_id",
        "state",
        "what",
    }
)
"""Keys that may appear; anything else is dropped before it is written."""


def _only_allowed(_: Any, __: str, event: Any) -> Any:
    return {key: value for key, value in event.items() if key in ALLOWED}


def set_up_logging(level: str) -> None:
    """Once per process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    for noisy in ("httpx", "httpcore", "sanic.access", "telegram", "linebot", "rasa_sdk"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
