"""A way to a server that breaks off after so many bytes."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class CutNetwork:
    """Listens on loopback and hands bytes on until `left` are gone; then every line is dead."""

    def __init__(self, port: int, left: int) -> None:
        self._to = port
        self._left = left
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Hand nothing on any more."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._cut()
        for thread in self._threads:
            thread.join()
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._server.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                self._lines += [here, there]
                for pair in ((here, there), (there, here)):
                    thread = threading.Thread(target=self._hand_on, args=pair, daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4_096):
                with self._lock:
                    self._left -= len(data)
                    if self._left < 0:
                        break
                target.sendall(data)
        self._cut()

    def _cut(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
