"""A wire between two processes that a test can cut, or let lose an answer after the work was done."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.app.processes import free_port


@dataclass(slots=True)
class CutLine:
    """Passes bytes on to a port of this machine. `with CutLine(target) as line`, then `line.port`."""

    target: int
    port: int = field(default_factory=free_port)
    is_cut: bool = False
    """Whoever calls is hung up on."""
    loses: bytes = b""
    """The answer to a request that holds these bytes never comes back, though the request was carried out."""
    lost: int = 0
    """How many calls did not get their answer."""
    _listening: socket.socket | None = None

    def __enter__(self) -> CutLine:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._listening is not None
        self._listening.close()

    def heal(self) -> None:
        """Work again."""
        self.is_cut, self.loses = False, b""

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        if self.is_cut:
            self.lost += 1
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            near.close()
            return
        asked = bytearray()
        threading.Thread(target=self._pass, args=(near, far, asked), daemon=True).start()
        with near, far, suppress(OSError):
            while answer := far.recv(65536):
                if self.loses and self.loses in asked:
                    self.lost += 1
                    return
                near.sendall(answer)

    def _pass(self, near: socket.socket, far: socket.socket, asked: bytearray) -> None:
        with suppress(OSError):
            while more := near.recv(65536):
                asked += more
                far.sendall(more)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)
