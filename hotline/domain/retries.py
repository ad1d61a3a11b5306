"""When a thing that failed is tried again, and when it is enough."""

from __future__ import annotations

TRIES = 6
ASKED_MOST_SECONDS = 120.0
"""Longer than this we do not let the other side make us wait: a person should learn of it."""
PAUSES_SECONDS = (5.0, 15.0, 45.0, 120.0, 300.0)
"""Waits after the first to the fifth failure: six tries within ten minutes, then a person is told."""


def pause_after(attempts: int, asked: float | None = None) -> float | None:
    """Seconds to wait after this many attempts, or None when it is to be parked.

    `asked` is what the other side asked for (`Retry-After`); it never shortens our own pause, and counts up to two minutes.
    """
    if attempts >= TRIES:
        return None
    return max(PAUSES_SECONDS[min(attempts, len(PAUSES_SECONDS)) - 1], min(asked or 0.0, ASKED_MOST_SECONDS))
