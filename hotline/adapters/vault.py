"""Randomness, passwords and the time of day."""

from __future__ import annotations

import asyncio
import secrets
import string
import time
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_ALPHABET = "".join(mark for mark in string.ascii_letters + string.digits if mark not in "0O1lI")


class SystemClock:
    """`Clock` by the machine."""

    def now(self) -> float:
        return time.time()


class SystemIds:
    """`Ids` by the operating system's random source."""

    def new(self, length: int = 16) -> str:
        """Letters and digits that cannot be mistaken for one another; 16 of them hold 93 bits."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(length))

    def secret(self) -> str:
        return secrets.token_urlsafe(32)


class Argon2Hasher:
    """`Hasher` with argon2id, two at a time, so that fifty sign-ins at once leave the service responsive.

    Parameters: t=2, m=19 MiB, p=1 (OWASP's password storage recommendation), about 30 ms here.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, hashed: str, password: str) -> bool:
        def check() -> bool:
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False

        return await asyncio.get_running_loop().run_in_executor(self._threads, check)
