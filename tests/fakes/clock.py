"""A clock that goes only when it is told to."""

from __future__ import annotations

NOON = 1_764_038_520.0
"""2025-11-25 10:42 in Taipei, a Tuesday."""


class FakeClock:
    """`Clock` for tests."""

    def __init__(self, now: float = NOON) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def goes(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds
