"""`hotline doctor`: is this set-up complete? One line a check, with what to do where it is not."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable

from hotline.adapters.library import load_answers, load_catalogue, load_districts
from hotline.adapters.migrate import differences, migrate
from hotline.app.model import RASA_PYTHON, model_path
from hotline.app.processes import is_taken
from hotline.app.settings import Settings
from hotline.app.wiring import PROJECT, wire


def doctor(settings: Settings) -> int:
    """0 when all is well, 1 when something is missing."""
    checks: list[tuple[str, Callable[[], str]]] = [
        (
            "Python of the service",
            lambda: _need(sys.version_info >= (3, 11), sys.version.split()[0], "Python 3.11 or newer"),
        ),
        ("Rasa's environment", lambda: _need(RASA_PYTHON.exists(), "bot/.venv", "run `make install`")),
        ("pages", lambda: _need((PROJECT / "web/dist/widget.js").exists(), "web/dist", "run `make web`")),
        ("catalogue", lambda: f"{len(load_catalogue(PROJECT / 'data/services').services)} kinds of cases"),
        ("answers", lambda: f"{len(load_answers(PROJECT / 'data/answers'))} topics"),
        ("districts", lambda: f"{len(load_districts(PROJECT / 'data/districts.yml'))} districts"),
        (
            "model",
            lambda: _need(
                model_path(settings.data_dir).exists(), "trained from the current data", "`make run` trains it"
            ),
        ),
        ("database", lambda: asyncio.run(_database(settings))),
        ("disk", lambda: _need(shutil.disk_usage(PROJECT).free > 1 << 30, "more than 1 GB free", "free some space")),
        ("port", lambda: f"{settings.port} is {'in use' if is_taken(settings.host, settings.port) else 'free'}"),
        ("LINE", lambda: _channel(bool(settings.line_channel_secret), settings.demo)),
        ("Telegram", lambda: _channel(bool(settings.telegram_bot_token), False)),
    ]
    ill = 0
    for name, check in checks:
        try:
            print(f"  ok    {name}: {check()}")
        except Exception as error:
            ill += 1
            print(f"  FAIL  {name}: {error}")
    return 1 if ill else 0


def _need(there: bool, found: str, remedy: str) -> str:
    if not there:
        raise RuntimeError(remedy)
    return found


def _channel(on: bool, simulated: bool) -> str:
    return "on" if on else "simulated" if simulated else "off (no keys)"


async def _database(settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    installation = wire(settings)
    try:
        await migrate(installation.engines)
        await installation.engines.check_durability()
        if await differences(installation.engines):
            raise RuntimeError("the schema is not that of this version")
        return "at the current schema, durable"
    finally:
        await installation.close()
