"""Ports for an Asterisk on 127.0.0.1, that no other one of ours takes as long as it runs."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

from onshore.errors import AsteriskError
from onshore.testing.etc import Ports

_FIRST = 10_000
_LAST = 32_500  # above it begin the ports that the kernel hands out to anybody
_BLOCK = 500  # SIP, manager, and RTP: two ports for each leg of a call


class ReservedPorts:
    """A block of free ports, ours until `release` or the end of the process."""

    def __init__(self) -> None:
        locks = Path(tempfile.gettempdir()) / f"onshore-ports-{os.getuid()}"
        locks.mkdir(mode=0o700, exist_ok=True)
        for first in range(_FIRST, _LAST - _BLOCK, _BLOCK):
            lock = (locks / str(first)).open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                continue
            ports = Ports(sip=first, manager=first + 1, rtp_first=first + 10, rtp_last=first + _BLOCK - 1)
            if _free(ports):
                self._lock = lock
                self.ports = ports
                return
            lock.close()
        raise AsteriskError(
            f"No {_BLOCK} free ports on 127.0.0.1 between {_FIRST} and {_LAST}: is something left running?"
        )

    def release(self) -> None:
        """Give the ports back."""
        self._lock.close()


def _free(ports: Ports) -> bool:
    datagrams = [ports.sip, *range(ports.rtp_first, ports.rtp_last + 1)]
    return _binds(ports.manager, socket.SOCK_STREAM) and all(_binds(port, socket.SOCK_DGRAM) for port in datagrams)


def _binds(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as tried:
        if kind is socket.SOCK_STREAM:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
