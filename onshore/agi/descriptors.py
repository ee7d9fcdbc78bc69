"""How many connections the daemon may have at once: as many as its limit of open files leaves room for."""

from __future__ import annotations

import contextlib
import resource

RESERVE = 50  # for the ledger, the spool, the plan, the log, and connections that are just being closed


def raise_limit() -> int:
    """Raise this process' limit of open files as far as it may itself, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def connections(wanted: int, limit: int) -> int:
    """Return how many of the connections that are wanted fit into a limit of open files; at least one."""
    if limit == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, max(limit - RESERVE, limit // 4)))
