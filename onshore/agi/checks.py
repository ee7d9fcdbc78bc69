"""What `onshore check` says of the daemon: whether it is there, whether it is this site's, and what room it has."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import sockets
from onshore.agi import descriptors
from onshore.agi.server import CONNECTIONS
from onshore.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.plan import Plan

_OTHER_PORT = "give the daemon a port of its own: `[server] listen` in the site; then `onshore build` and `install`"


def findings(plan: Plan) -> Iterator[Finding]:
    """Ask the daemon where the plan says that it listens."""
    what = f"daemon at {plan.listen}"
    host, _, text = plan.listen.rpartition(":")
    host, port = host.strip("[]"), int(text)
    try:
        answer = _ping(host, port)
    except OSError as error:
        who = sockets.holder(host, port)
        yield Finding(
            what,
            f"does not answer: {error.strerror or error}" + (f"; {who} has the port" if who else ""),
            "start it: `systemctl restart onshore`, or `onshore serve`; callers get the fallback meanwhile",
        )
        return
    word, _, version = answer.decode(errors="replace").strip().partition(" ")
    if word != "pong":
        who = sockets.holder(host, port) or "something else"
        yield Finding(what, f"{who} has the port, and is not Onshore's daemon", _OTHER_PORT)
        return
    if version and version != plan.version:
        yield Finding(
            what,
            f"it serves another plan ({version}) than that of this site ({plan.version})",
            "another site's daemon: stop it, or give it another port; this site's own: `systemctl restart onshore`, "
            "and `journalctl -u onshore` says why it could not read the new plan",
        )
        return
    yield Finding(what)
    running = sockets.program(host, port)
    limit = _limit(running.pid) if running else 0
    if limit and descriptors.connections(CONNECTIONS, limit) < CONNECTIONS:
        yield Finding(
            what,
            f"it may have {limit} open files, so it takes {descriptors.connections(CONNECTIONS, limit)} calls at once; "
            "callers beyond that get the fallback",
            "raise the limit: `LimitNOFILE=8192` in its unit (`onshore install` writes it), or `ulimit -n 8192` before "
            "`onshore serve`",
            serious=False,
        )


def _ping(host: str, port: int) -> bytes:
    with socket.create_connection((host, port), timeout=3) as connection:
        connection.sendall(b"agi_network_script: ping\nagi_arg_1: plan\n\n")
        return connection.recv(200)


def _limit(pid: int) -> int:
    """Return how many files a process may have open; 0: not known, or as many as it likes."""
    try:
        text = Path(f"/proc/{pid}/limits").read_text()
    except OSError:
        return 0
    found = re.search(r"^Max open files +(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0
