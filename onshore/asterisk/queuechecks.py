"""What `onshore check` says of the site's queues."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from onshore.asterisk import queuefile
from onshore.errors import AsteriskError
from onshore.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.asterisk.console import Console
    from onshore.asterisk.queuefile import Queue
    from onshore.site import Site

_LOST = {
    "setinterfacevar": "who answered, and so in which country, is known from queue_log alone (`unknown` until then)",
    "setqueueentryvar": "how long callers waited is known from queue_log alone",
}


def of_console(site: Site, console: Console) -> Iterator[Finding]:
    """Yield what the running Asterisk says of each queue."""
    written = _written(site)
    for name, center in site.centers.items():
        queue = center.queue
        shown = console.run(f"queue show {queue}")
        if not _there(shown, queue):
            yield Finding(
                f"queue {queue}",
                f"Asterisk has no queue {queue!r}, which centers.{name}.queue names",
                "add it to queues.conf (and `queue reload all`), or name another in the site",
            )
            continue
        if "No Members" in shown:
            yield Finding(
                f"queue {queue}",
                f"nobody is in queue {queue!r} of centers.{name} now",
                "callers are offered the other center, or to wait",
                serious=False,
            )
        else:
            yield Finding(f"queue {queue}")
        yield from told(site, queue, written.get(queue) or _of_database(console, queue))


def of_file(site: Site) -> Iterator[Finding]:
    """Yield what queues.conf says of each queue, where Asterisk does not run."""
    try:
        there = queuefile.queues(site.asterisk.etc)
    except AsteriskError as error:
        yield Finding("queues", str(error), "mend `etc` under [asterisk], or the file")
        return
    for name, center in site.centers.items():
        if center.queue in there:
            yield Finding(f"queue {center.queue}")
            yield from told(site, center.queue, there[center.queue])
        else:
            yield Finding(
                f"queue {center.queue}",
                f"queues.conf has no queue {center.queue!r}, which centers.{name}.queue names",
                "add it there, or name another in the site (a queue of a realtime database is seen once Asterisk runs)",
            )


def told(site: Site, name: str, queue: Queue | None) -> Iterator[Finding]:
    """Yield what a queue does not tell, and what that costs; None: nobody knows."""
    lines = " and ".join(f"`{line} = yes`" for line in (queue.missing if queue else queuefile.VARIABLES))
    place = f"below [{name}] in {site.asterisk.etc / queuefile.MAIN} (or the file that it includes)"
    offer = "`onshore install --queue-variables` adds them for you"
    if queue is None:
        yield Finding(
            f"queue {name}",
            "its settings are in a database that cannot be asked: whether it tells who answered is not known",
            f"set {lines.replace(' = yes', '')} to `yes` in its row",
            serious=False,
        )
        return
    if queue.missing:
        yield Finding(
            f"queue {name}",
            f"no {' and no '.join(queue.missing)}: {'; '.join(_LOST[line] for line in queue.missing)}",
            f"add {lines} {place}, then `queue reload all`; {offer} (on FreePBX, [{name}](+) in {queuefile.CUSTOM})",
            serious=False,
        )
    if queue.context:
        yield Finding(
            f"queue {name}",
            f"callers who wait can leave it by a key, into [{queue.context}]: then nobody answered them, and where "
            "they went is not Onshore's to tell",
            f"take `context = {queue.context}` out of [{name}], unless it is meant so; such calls are booked as `left`",
            serious=False,
        )


def _there(shown: str, queue: str) -> bool:
    """Return whether a line is this queue's own: "No such queue" and a warning are not, if a queue is called `No`."""
    return any(re.match(rf"{re.escape(queue)}(\s+has\s|\s*$)", line) for line in shown.splitlines())


def _written(site: Site) -> dict[str, Queue]:
    try:
        return queuefile.queues(site.asterisk.etc)
    except AsteriskError:
        return {}  # Asterisk has the queue all the same


def _of_database(console: Console, queue: str) -> Queue | None:
    try:
        return queuefile.realtime(console.run(f"realtime load queues name {queue}"))
    except AsteriskError:
        return None
