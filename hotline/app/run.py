"""`hotline run`: everything, from one command: the model, the database, Rasa, the service; and both kept alive."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import fields
from pathlib import Path

import httpx

from hotline.adapters.migrate import migrate
from hotline.adapters.rasa import RasaDoor
from hotline.app.model import RASA_PYTHON, TrainingFailed, ensure_model, rasa_environment
from hotline.app.processes import Child, free_port, is_taken
from hotline.app.secrets import own_secrets
from hotline.app.settings import Settings
from hotline.app.wiring import PROJECT, wire
from hotline.domain.errors import Unavailable
from hotline.services.signin import first_administrator

READY_SECONDS = 180.0
DEMO_AGENT = "小林"  # the name citizens see beside the demo's first agent


class CannotRun(RuntimeError):
    """Something stands in the way; the message says what, and what to do."""


def say(text: str) -> None:
    """A line of progress; on a terminal a running one replaces the last."""
    if sys.stdout.isatty() and "…" in text:
        print(f"\r\033[K  {text}", end="", flush=True)
    else:
        print(f"{chr(13) + chr(27) + '[K' if sys.stdout.isatty() else ''}  {text}", flush=True)


def run(settings: Settings) -> int:
    """Run until told to stop. The exit code."""
    try:
        return asyncio.run(_run(settings))
    except (CannotRun, TrainingFailed) as error:
        print(f"hotline: {error}", file=sys.stderr)
    except Unavailable:
        print(
            f"hotline: the database at {settings.database} cannot be opened; see HOTLINE_DATABASE_URL", file=sys.stderr
        )
    except (ValueError, OSError) as error:
        print(f"hotline: it cannot start: {error}", file=sys.stderr)
    return 1


async def _run(settings: Settings) -> int:
    if is_taken(settings.host, settings.port):
        raise CannotRun(
            f"port {settings.port} is taken; stop what listens there, or choose another: HOTLINE_PORT=8010 make run"
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    model = await asyncio.to_thread(ensure_model, settings.data_dir, say)
    say("the model is ready")
    password = await _prepare(settings)
    rasa_port = settings.rasa_port or free_port()
    children = [_service(settings, rasa_port)]
    if not settings.rasa_url:
        children.insert(0, _rasa(settings, rasa_port, model))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stopping.set)
    try:
        for child in children:
            await child.start()
        if not await _until_ready(children, stopping):
            return 0
        _announce(settings, password)
        watchers = [asyncio.create_task(child.watch(say)) for child in children]
        await stopping.wait()
        for watcher in watchers:
            watcher.cancel()
        return 0
    finally:
        print()
        say("stopping")
        await asyncio.gather(*(child.stop() for child in reversed(children)))
        say("stopped")


async def _prepare(settings: Settings) -> str | None:
    """The database at the current schema, and the first administrator; a one-time password to show, or None."""
    installation = wire(settings)
    try:
        await migrate(installation.engines)
        say("the database is ready")
        name = DEMO_AGENT if settings.demo else "管理員"
        return await first_administrator(installation.house, settings.admin_password, name)
    finally:
        await installation.close()


def _rasa(settings: Settings, port: int, model: Path) -> Child:
    own = own_secrets(settings.data_dir)
    environment = rasa_environment(settings.data_dir) | {
        "DOOR_TOKEN": own.door_token,
        "ACTIONS_TOKEN": own.actions_token,
        "ACTIONS_URL": f"{settings.own_url}/internal/actions",
        "TRACKER_DIALECT": "sqlite",
        "TRACKER_FILE": str((settings.data_dir / "rasa.db").resolve()),
        "MAX_NUMBER_OF_PREDICTIONS": "10",
        "TICKET_LOCK_LIFETIME": "60",
    }
    command = [
        str(RASA_PYTHON),
        "-m",
        "rasa",
        "run",
        "--model",
        str(model.resolve()),
        "--endpoints",
        "endpoints.yml",
        "--credentials",
        "credentials.yml",
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-file",
        str((settings.data_dir / "logs" / "rasa-own.log").resolve()),
    ]
    door = RasaDoor(f"http://127.0.0.1:{port}", own.door_token)
    return Child("Rasa", command, environment, PROJECT, settings.data_dir / "logs" / "rasa.log", door.ready)


def _service(settings: Settings, rasa_port: int) -> Child:
    environment = os.environ | _as_environment(settings)
    if not settings.rasa_url:
        environment |= {"HOTLINE_RASA_URL": f"http://127.0.0.1:{rasa_port}"}

    async def ready() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{settings.own_url}/health/live", timeout=1.0)).status_code == 200
        return False

    command = [sys.executable, "-m", "hotline", "serve"]
    return Child("the service", command, environment, PROJECT, settings.data_dir / "logs" / "service.log", ready)


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings as a child reads them."""
    given = {field.name: getattr(settings, field.name) for field in fields(Settings)}
    given["data_dir"] = settings.data_dir.resolve()
    return {
        f"HOTLINE_{name.upper()}": ("1" if value is True else "0" if value is False else str(value))
        for name, value in given.items()
    }


async def _until_ready(children: list[Child], stopping: asyncio.Event) -> bool:
    """Wait until each would answer. False when told to stop; raises CannotRun when one ends or takes too long."""
    loop = asyncio.get_running_loop()
    began = told = loop.time()
    waiting = list(children)
    while waiting:
        for child in list(waiting):
            assert child.process is not None
            if child.process.returncode is not None:
                raise CannotRun(f"{child.name} ended at start (exit {child.process.returncode}); {child.log} says why")
            if await child.ready():
                say(f"{child.name} is ready")
                waiting.remove(child)
        if not waiting:
            break
        if loop.time() - began > READY_SECONDS:
            raise CannotRun(f"{waiting[0].name} was not ready within {READY_SECONDS:.0f} s; {waiting[0].log} says why")
        if loop.time() - told >= 5.0 or sys.stdout.isatty():
            told = loop.time()
            say(f"waiting for {' and '.join(child.name for child in waiting)} … {told - began:.0f} s")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 0.5)
            return False
    return True


def _announce(settings: Settings, password: str | None) -> None:
    url = (settings.public_url or settings.own_url).rstrip("/")
    lines: list[tuple[str, str]] = []
    if settings.demo:
        lines.append(("demo city page", f"{url}/"))
        if not settings.line_channel_secret:
            lines.append(("LINE simulator", f"{url}/simulators/line"))
    lines.append(("desk", f"{url}/desk"))
    if password:
        lines.append(("sign in as", f"admin   one-time password: {password}"))
    elif settings.admin_password:
        lines.append(("sign in as", "admin, with HOTLINE_ADMIN_PASSWORD"))
    else:
        lines.append(("sign in as", "admin, with your password (forgotten? `hotline password admin`)"))
    print("\n  Hotline is running. Ctrl-C stops everything.\n", flush=True)
    for name, value in lines:
        print(f"  {name:<15} {value}", flush=True)
    print(flush=True)
