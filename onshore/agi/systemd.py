"""What systemd wants to know of a service (sd_notify), where there is systemd: a datagram to a socket that it names."""

from __future__ import annotations

import os
import socket

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"


def notify(state: str) -> None:
    """Tell systemd; nothing happens where nobody listens. Never raises: a service works without being watched."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in {"/", "@"}:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.settimeout(0)
            out.sendto(state.encode(), address)
    except OSError:
        return


def watchdog_seconds() -> float:
    """Return how often systemd wants to hear that the service is alive, with some room; 0: it does not."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    mine = os.environ.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
    return int(microseconds) / 2_000_000 if microseconds.isdecimal() and mine else 0.0
