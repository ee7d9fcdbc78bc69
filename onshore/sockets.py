"""Who listens on a TCP port of this machine, as far as Linux lets us see it."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_LISTENS = "0A"  # TCP_LISTEN, as /proc/net/tcp has it


class Program(NamedTuple):
    """A program that runs."""

    name: str
    pid: int

    def __str__(self) -> str:
        """Return it as one says it."""
        return f"{self.name} (process {self.pid})"


def holder(host: str, port: int) -> str:
    """Say who listens there: `asterisk (process 312)`; "" when nobody does, or nothing can be seen."""
    inodes = _inodes(host, port)
    if not inodes:
        return ""
    found = _program(inodes)
    return str(found) if found else f"another user's program (as root, `ss -ltnp sport = :{port}` names it)"


def program(host: str, port: int) -> Program | None:
    """Return who listens there, None when nobody does or we may not see who."""
    inodes = _inodes(host, port)
    return _program(inodes) if inodes else None


def _inodes(host: str, port: int) -> set[str]:
    """Return the sockets that listen on a port, at this address or at all."""
    wanted = ipaddress.ip_address(host)
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _, number = fields[1].partition(":")
            if fields[3] == _LISTENS and int(number, 16) == port and _same(wanted, address):
                found.add(fields[9])
    return found


def _same(wanted: ipaddress.IPv4Address | ipaddress.IPv6Address, address: str) -> bool:
    # Each four bytes are a number of this machine's own byte order.
    words = (int(address[start : start + 8], 16).to_bytes(4, sys.byteorder) for start in range(0, len(address), 8))
    there = ipaddress.ip_address(b"".join(words))
    mapped = getattr(there, "ipv4_mapped", None)
    return there.is_unspecified or wanted in {there, mapped} or wanted.is_unspecified


def _program(inodes: set[str]) -> Program | None:
    links = {f"socket:[{inode}]" for inode in inodes}
    for process in sorted(_PROC.glob("[0-9]*")):
        try:
            if any(os.readlink(file) in links for file in (process / "fd").iterdir()):  # noqa: PTH115 - no path
                return Program((process / "comm").read_text().strip(), int(process.name))
        except OSError:
            continue  # it has ended, or is somebody else's
    return None
