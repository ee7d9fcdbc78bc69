"""The FastAGI daemon: one process for all calls.

A peer that does not behave costs its own connection and one line of the log, whatever it does. A call whose plan was
replaced keeps the plan that it began with.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from typing import TYPE_CHECKING

from onshore import callflow
from onshore.agi import connection, systemd, wire
from onshore.errors import OnshoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onshore.evidence import Evidence
    from onshore.plan import Plan, Watched

log = logging.getLogger(__name__)

CONNECTIONS = 1000  # at once
GRACE = 15.0  # seconds that calls in the flow have to finish when the daemon is told to stop
QUIET = 10.0  # seconds between two log lines about too many connections


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
    daemon = _Daemon(watched, evidence, connections, clock)
    try:
        server = await asyncio.start_server(daemon.connected, host, port, limit=connection.BUFFER, backlog=512)
    except OSError as error:
        reason = error.strerror or error
        raise ListenError(
            f"cannot listen on {host}:{port} ({reason}): set another address in onshore.toml, [server] listen"
        ) from error
    stop = asyncio.Event()
    async with server:
        with _signals(stop):
            actual = server.sockets[0].getsockname()[1]
            log.info("listening on %s:%s", host, actual)
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
                server.close()
                await daemon.finish(grace)


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
        self._complained = float("-inf")
        self._refused = 0
        self.tasks: set[asyncio.Task[None]] = set()

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection, or refuse it when there are too many."""
        if len(self.tasks) >= self._connections:
            self._refuse()
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _refuse(self) -> None:
        self._refused += 1
        now = time.monotonic()
        if now - self._complained >= QUIET:
            log.error(
                "%s connections at once: %s refused; the dialplan's fallback takes those calls",
                self._connections,
                self._refused,
            )
            self._complained, self._refused = now, 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except (wire.WireError, callflow.NotServedError) as error:
            log.warning("%s: %s", _peer(writer), error)
        except Exception:
            log.exception("%s: a fault; the dialplan's fallback takes the call", _peer(writer))
        finally:
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()  # a peer that does not read would keep it open for ever
            else:
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        headers = await connection.read_headers(reader)
        request = wire.request_name(headers)
        if request == "ping":
            writer.write(b"pong\n")
            return
        arrival = wire.arrival(headers, wire.arguments(headers))
        line = connection.ServerLine(arrival, headers, reader, writer, self._clock)
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
