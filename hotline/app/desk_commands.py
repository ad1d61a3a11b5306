"""Commands about people and cases: small acts on the database, for a deployer's shell."""

from __future__ import annotations

import getpass
import sys

from hotline.adapters.migrate import migrate
from hotline.app.settings import Settings
from hotline.app.wiring import wire
from hotline.domain.cases import Status, read_number
from hotline.domain.errors import Refused
from hotline.domain.people import Role
from hotline.services import signin
from hotline.services.cases import record_status


async def add(settings: Settings, login: str, name: str, role: str) -> int:
    """Add a person; their password comes from the terminal or standard input."""
    password = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    installation = wire(settings)
    try:
        await migrate(installation.engines)
        await signin.add_agent(installation.house, login.strip().lower(), name, Role(role), password)
        print(f"{login} can sign in now")
        return 0
    except Refused as error:
        print(f"hotline: {error.message}", file=sys.stderr)
        return 1
    finally:
        await installation.close()


async def new_password(settings: Settings, login: str) -> int:
    """Print a new one-time password."""
    installation = wire(settings)
    try:
        await migrate(installation.engines)
        password = await signin.reset_password(installation.house, login)
        if password is None:
            print(f"hotline: there is no {login}", file=sys.stderr)
            return 1
        print(f"one-time password for {login}: {password}")
        return 0
    finally:
        await installation.close()


async def set_status(settings: Settings, number: str, status: str, words: str) -> int:
    """Record an office's status of a case."""
    installation = wire(settings)
    try:
        known = {one.value for one in Status}
        if status not in known:
            print(f"hotline: the status must be one of {', '.join(known)}", file=sys.stderr)
            return 2
        await migrate(installation.engines)
        found = read_number(number, settings.case_prefix)
        if found is None or not await record_status(installation.house, found, Status(status), words):
            print(f"hotline: there is no case {number}", file=sys.stderr)
            return 1
        print(f"{found}: {status}")
        return 0
    finally:
        await installation.close()
