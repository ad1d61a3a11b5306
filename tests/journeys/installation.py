"""A whole installation for the tests: `hotline run` on a port and in a folder of its own, as a deployer would start it.

Nothing in it is replaced. Only the model is not trained again: the folder's `models` is a link to the trained ones. Its
processes can be found and killed, and everything it says is kept for the failure message of a test.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from hotline.app.model import ensure_model
from hotline.app.processes import free_port

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
START_SECONDS = 240.0
STOP_SECONDS = 60.0
PATIENCE_SECONDS = 60.0
"""How long anybody waits for an answer; a busy machine is no failure."""

T = TypeVar("T")


class NeverHappened(AssertionError):
    """What a test waited for did not come in time; the message says what came instead."""


def eventually(look: Callable[[], T | None], what: Callable[[], str] | str, seconds: float = PATIENCE_SECONDS) -> T:
    """The first true thing that `look` finds."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise NeverHappened(f"within {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.1)


def trained_models() -> Path:
    """The folder of the trained models; trains the current one when it is not there yet."""
    data_dir = Path(os.environ.get("HOTLINE_DATA_DIR") or PROJECT / "var")
    return ensure_model(data_dir, lambda _: None).parent.resolve()


def plain_environment() -> dict[str, str]:
    """The environment without any setting of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}


def hotline(
    *arguments: str, said: str = "", seconds: float = 180.0, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """Run a `hotline` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "hotline", *arguments],
        cwd=PROJECT,
        env=plain_environment() | _named(settings),
        input=said,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def _named(settings: Mapping[str, Any]) -> dict[str, str]:
    return {f"HOTLINE_{name.upper()}": str(value) for name, value in settings.items()}


@dataclass(slots=True)
class Installation:
    """One running `hotline run`."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "hotline.db"

    def begin(self) -> None:
        """Start it, without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        models = self.folder / "models"
        if not models.exists():
            models.symlink_to(trained_models(), target_is_directory=True)
        self.port = self.port or free_port()
        given = {"data_dir": self.folder, "port": self.port, "demo": 1, "admin_password": PASSWORD} | self.settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hotline", "run"],
            cwd=PROJECT,
            env=plain_environment() | _named(given) | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def start(self) -> Installation:
        """Start it, and wait until a citizen would be answered."""
        self.begin()
        self.until_ready(START_SECONDS)
        return self

    def until_ready(self, seconds: float = START_SECONDS) -> None:
        eventually(
            lambda: self._running() and self.health().get("ready"), lambda: f"not ready\n{self.story()}", seconds
        )

    def health(self) -> dict[str, Any]:
        """What `/health/ready` says; nothing when nobody answers."""
        with suppress(httpx.HTTPError, ValueError):
            answer: dict[str, Any] = httpx.get(f"{self.url}/health/ready", timeout=5, trust_env=False).json()
            return answer
        return {}

    def command(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """A `hotline` command against this installation."""
        return hotline(*arguments, said=said, data_dir=self.folder, port=self.port, demo=1)

    def add_agent(self, login: str, name: str) -> None:
        """Somebody else for the desk, the way a deployer adds them."""
        done = self.command("agent", login, name, said=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr

    @property
    def rasa(self) -> int:
        """Rasa's pid, or 0 while there is none."""
        return self._child("rasa")

    @property
    def service(self) -> int:
        """The service's pid, or 0 while there is none."""
        return self._child("serve")

    def children(self) -> list[int]:
        """Every process that the supervisor started and that still lives."""
        assert self.process is not None
        return [pid for pid in _pids() if _status(pid).get("PPid") == str(self.process.pid)]

    def kill(self, pid: int) -> None:
        """Without a warning, as the kernel does it when memory is short."""
        assert pid, "there is nothing to kill"
        os.kill(pid, signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end, as Ctrl-C does. The exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def log(self, name: str) -> str:
        """A process's own log."""
        path = self.folder / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def story(self) -> str:
        """What it said so far, and the ends of its logs."""
        ends = [f"-- {name}\n{self.log(name)[-1500:]}" for name in ("service", "rasa")]
        return "\n".join([*self.lines[-20:], *ends])

    def forget(self) -> None:
        """Remove its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _running(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise NeverHappened(f"hotline run ended with {self.process.returncode}\n{self.story()}")
        return True

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() and "… " not in line:
                self.lines.append(line.rstrip())

    def _child(self, word: str) -> int:
        for pid in self.children():
            with suppress(OSError):
                if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                    return pid
        return 0


def is_alive(pid: int) -> bool:
    """Does this process still run? One that only waits to be buried does not."""
    return _status(pid).get("State", "Z")[0] not in "ZX"


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _status(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


class Listener:
    """Reads a stream of server-sent events in the background, and comes back where it left off when the line breaks."""

    def __init__(self, url: str, headers: Mapping[str, str], take: Callable[[str, dict[str, Any]], int | None]) -> None:
        self._url = url
        self._headers = dict(headers)
        self._take = take
        self._after = 0
        self._ended = threading.Event()
        self._socket: socket.socket | None = None
        self.changed = threading.Condition()
        self.cuts = 0
        """How often the line broke."""
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """Hang up."""
        self._ended.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def until(self, look: Callable[[], T | None], what: Callable[[], str], seconds: float) -> T:
        """The first true thing that `look` finds, looked for whenever something came."""
        until = time.monotonic() + seconds
        with self.changed:
            while True:
                found = look()
                if found:
                    return found
                left = until - time.monotonic()
                if left <= 0:
                    raise NeverHappened(f"within {seconds:.0f} s: {what()}")
                self.changed.wait(min(left, 1.0))

    def settle(self, enough: Callable[[], bool], seconds: float = 0.3) -> None:
        """Give what belongs together a moment to arrive."""
        with self.changed:
            self.changed.wait_for(enough, seconds)

    def _run(self) -> None:
        with httpx.Client(timeout=httpx.Timeout(10, read=30), trust_env=False) as client:
            while not self._ended.is_set():
                with suppress(httpx.HTTPError):
                    self._read(client)
                self.cuts += 1
                self._ended.wait(0.3)

    def _read(self, client: httpx.Client) -> None:
        sep = "&" if "?" in self._url else "?"
        with client.stream("GET", f"{self._url}{sep}after={self._after}", headers=self._headers) as stream:
            if stream.status_code != 200:
                return
            self._socket = stream.extensions["network_stream"].get_extra_info("socket")
            kind = "message"
            for line in stream.iter_lines():
                if self._ended.is_set():
                    return
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    with self.changed:
                        number = self._take(kind, json.loads(line[6:]))
                        self._after = max(self._after, number or 0)
                        self.changed.notify_all()
                elif not line:
                    kind = "message"
