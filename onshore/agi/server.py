"""The FastAGI daemon: one process for all calls.

A peer that does not behave costs its own connection and one line of the log, whatever it does. A call whose plan was
replaced keeps the plan that it began with.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import re
import signal
import socket
import time
from typing import TYPE_CHECKING

from onshore import callflow, sockets
from onshore.agi import connection, descriptors, systemd, wire
from onshore.agi.complaints import Complaints
from onshore.errors import OnshoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onshore.evidence import Evidence
    from onshore.plan import Plan, Watched

log = logging.getLogger(__name__)

CONNECTIONS = 1000  # at once
GRACE = 15.0  # seconds that calls in the flow have to finish when the daemon is told to stop
WAITING = 512  # that the kernel keeps until they are taken


class ListenError(OnshoreError):
    """The daemon cannot listen where the site says."""


async def serve(
    host: str,
    port: int,
    watched: Watched,
    evidence: Evidence,
    *,
    ready: Callable[[int], None] | None = None,
    connections: int = CONNECTIONS,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Serve calls until SIGTERM or SIGINT; `ready` is told the port (which one, if 0 was asked for).

    ListenError when the address cannot be had. On a signal, calls in the flow may finish, for GRACE seconds.
    """
    limit = descriptors.raise_limit()
    fitting = descriptors.connections(connections, limit)
    daemon = _Daemon(watched, evidence, fitting, clock)
    listener = _listener(host, port)
    stop = asyncio.Event()
    with listener, _signals(stop):
        actual = listener.getsockname()[1]
        if fitting < connections:
            log.warning(
                "%s calls at once, for the limit of open files is %s: raise it (`ulimit -n`, systemd: LimitNOFILE)",
                fitting,
                limit,
            )
        log.info("listening on %s:%s", host, actual)
        accepting = asyncio.create_task(daemon.accept(listener))
        systemd.notify(systemd.READY)
        if ready is not None:
            ready(actual)
        grace = 0.0  # when serving is cancelled
        try:
            await _wait(stop)
            grace = GRACE
        finally:
            systemd.notify(systemd.STOPPING)
            log.info("stopping; calls in the flow: %s", len(daemon.tasks))
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
            listener.close()
            await daemon.finish(grace)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        who = sockets.holder(host, port) if error.errno == errno.EADDRINUSE else ""
        raise ListenError(
            f"cannot listen on {host}:{port} ({reason}{f': {who} has it' if who else ''}): set another address in "
            "onshore.toml, [server] listen, then run `onshore build` and `onshore install`; or stop what has it"
        ) from error
    listener.setblocking(False)  # noqa: FBT003 - the standard library's own
    return listener


async def _wait(stop: asyncio.Event) -> None:
    """Wait for the signal, and tell systemd's watchdog meanwhile that the event loop turns."""
    seconds = systemd.watchdog_seconds()
    while seconds and not stop.is_set():
        systemd.notify(systemd.ALIVE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
    await stop.wait()


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    handlers = {
        signal.SIGTERM: stop.set,
        signal.SIGINT: stop.set,
        signal.SIGHUP: lambda: log.info("SIGHUP: nothing to do, a new plan is taken up by itself"),
    }
    taken = []
    for number, handler in handlers.items():
        # Outside the main thread (an embedding program, a test) signals are somebody else's.
        with contextlib.suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, handler)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


class _Daemon:
    """What is shared by the connections."""

    def __init__(self, watched: Watched, evidence: Evidence, connections: int, clock: Callable[[], float]) -> None:
        self._watched = watched
        self._evidence = evidence
        self._connections = connections
        self._clock = clock
        self._problem = ""
        self._complaints = Complaints()
        self.tasks: set[asyncio.Task[None]] = set()

    async def accept(self, listener: socket.socket) -> None:
        """Take connections; beyond what is allowed, close them at once: then their callers wait for nobody.

        One after the other, unlike asyncio's own server: that takes all that wait, and stands still for a second when
        there is no descriptor left for one.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, _ = await loop.sock_accept(listener)
            except OSError as error:
                self._complaints.say("accept", f"cannot take a connection: {error.strerror}", logging.ERROR)
                await asyncio.sleep(0.05)
                continue
            if len(self.tasks) >= self._connections:
                peer.close()
                self._complaints.say(
                    "refused",
                    f"{self._connections} connections at once: one more is refused; the dialplan's fallback takes "
                    "that call",
                    logging.ERROR,
                )
                await asyncio.sleep(0)  # those that are served have their turn, too
                continue
            try:
                await loop.connect_accepted_socket(self._protocol, peer)
            except OSError:  # it has gone already
                peer.close()

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(connection.BUFFER), self._connected)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except wire.NothingSaidError as error:
            log.debug("%s: %s", _peer(writer), error)
        except wire.WireError as error:
            kind = re.sub(r"\d+", "", str(error))
            self._complaints.say(kind, f"{_peer(writer)}: {error}")
        except callflow.NotServedError as error:
            self._complaints.say("not served", f"{_peer(writer)}: {error}")
        except Exception:
            log.exception("%s: a fault; the dialplan's fallback takes the call", _peer(writer))
        finally:
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()  # a peer that does not read would keep it open for ever
            else:
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = connection.Lines(reader)
        headers = await connection.read_headers(lines)
        request = wire.request_name(headers)
        if request == "ping":
            which = f" {self._plan().version}" if wire.arguments(headers) == ["plan"] else ""
            writer.write(f"pong{which}\n".encode())
            return
        arrival = wire.arrival(headers, wire.arguments(headers))
        line = connection.ServerLine(arrival, headers, lines, writer, self._clock)
        await callflow.run(request, line, arrival, self._plan(), self._evidence)

    def _plan(self) -> Plan:
        plan = self._watched.current()
        if self._watched.problem != self._problem:
            self._problem = self._watched.problem
            if self._problem:
                log.error("%s; calls go on with the plan from before", self._problem)
        return plan

    async def finish(self, seconds: float) -> None:
        """Let the calls in the flow finish, for so long, then close them."""
        if self.tasks and seconds:
            await asyncio.wait(self.tasks, timeout=seconds)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def _peer(writer: asyncio.StreamWriter) -> str:
    host, port = (*(writer.get_extra_info("peername") or ()), "?", "?")[:2]
    return f"FastAGI peer {host}:{port}"
