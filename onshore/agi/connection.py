"""One FastAGI connection: its headers and its commands, with limits on what the peer may send and how long it takes.

Commands go through panoramisk's `Request`. Its own connection handler is not used: it waits for ever on a peer that
closes, and gives no limit to one that sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from panoramisk.fast_agi import Request

from onshore.agi import wire
from onshore.agi.line import AgiLine
from onshore.line import LineLost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onshore.agi.wire import Reply
    from onshore.line import Arrival

# The limit to give to asyncio's StreamReader.
BUFFER = wire.REPLY_BYTES

GLANCE = 0.05  # seconds to look for what is late, or should not be there
HANGUP = b"HANGUP\n"  # of a caller who has gone: no header


class Lines:
    """What a peer sends, line by line. A line that was looked at too early can be given back."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._back: list[bytes] = []

    async def readline(self) -> bytes:
        """Return the next line, b"" at the end; ValueError when it is longer than BUFFER."""
        return self._back.pop(0) if self._back else await self._reader.readline()

    def give_back(self, line: bytes) -> None:
        """Have this line come next."""
        self._back.insert(0, line)

    async def start(self) -> bytes:
        """Return the first bytes of a header block; WireError, as soon as it can be known, when they are others."""
        found = b""
        while len(found) < len(wire.START):
            more = await self._reader.read(len(wire.START) - len(found))
            found += more
            if not found:
                raise wire.NothingSaidError("closed without a byte")
            if not more:
                raise asyncio.IncompleteReadError(found, None)
            if not wire.START.startswith(found):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GLANCE):
                        found += await self._reader.read(64)
                raise wire.WireError(wire.foreign(found))
        return found

    async def header(self) -> bytes:
        """Return the next line, however long, as far as a header block may be; IncompleteReadError at the end."""
        found = b""
        while len(found) <= wire.HEADER_BYTES:
            try:
                return found + await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                found += await self._reader.readexactly(error.consumed)
        return found


async def read_headers(lines: Lines, seconds: float = wire.HEADER_SECONDS) -> dict[str, str]:
    """Return the header block; WireError when it is too long, too late, cut off or no AGI."""
    block = wire.HeaderBlock()
    try:
        async with asyncio.timeout(seconds):
            await _read_into(block, lines)
    except TimeoutError:
        raise wire.WireError(f"no headers within {seconds:g} s") from None
    except asyncio.IncompleteReadError as error:
        raise wire.WireError(f"closed after {block.length + len(error.partial)} bytes of headers") from None
    except OSError as error:
        if not block.length:
            raise wire.NothingSaidError(error.strerror or str(error)) from None
        raise wire.WireError(error.strerror or str(error)) from None
    return block.headers()


async def _read_into(block: wire.HeaderBlock, lines: Lines) -> None:
    """Read a header block to its end; lines that Asterisk says of a hang-up after it are given back."""
    hung_up: list[bytes] = []  # after what may be the end; if it was not, they are a caller's own words, too
    block.add(await lines.start() + await lines.header())
    while not block.ended:
        try:
            async with asyncio.timeout(GLANCE if hung_up else _patience(block)):
                line = await lines.header()
        except (TimeoutError, asyncio.IncompleteReadError):
            if block.may_end:
                break
            raise
        if block.may_end and line == HANGUP and len(hung_up) < wire.REPLY_LINES:
            hung_up.append(line)
            continue
        while hung_up:
            block.add(hung_up.pop())
        block.add(line)
    for line in hung_up:
        lines.give_back(line)


def _patience(block: wire.HeaderBlock) -> float | None:
    """Return how long to look whether a header block goes on: a caller's own line ends may look like its end."""
    if not block.may_end:
        return None
    return GLANCE if block.odd else 0


class ServerLine(AgiLine):
    """A caller's channel over a FastAGI connection."""

    def __init__(
        self,
        arrival: Arrival,
        headers: Mapping[str, str],
        lines: Lines,
        writer: asyncio.StreamWriter,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(arrival, clock)
        self._answers = _Answers(lines, writer.get_extra_info("socket"))
        self._request = Request(None, headers, self._answers, writer)

    async def command(self, text: str, seconds: float) -> Reply:
        """Send one command and return the answer; LineLost when it does not come in time, or is no answer."""
        limit = seconds + wire.REPLY_SECONDS
        try:
            try:
                async with asyncio.timeout(limit):
                    await self._request.send_command(text)
            except TimeoutError:
                # After a standstill of this process, or of the machine, the answer may have been there for long.
                async with asyncio.timeout(GLANCE):
                    await self._answers.readline()
        except TimeoutError:
            raise LineLost(f"no answer within {limit:.1f} s") from None
        except wire.WireError as error:
            raise LineLost(str(error)) from error
        except OSError:
            return wire.Reply(wire.CLOSED)
        return self._answers.last


class _Answers:
    """Where panoramisk reads answers from: whole ones only, one a line.

    What it makes of them is not used, for it drops how far a prompt was played when the caller hung up in it.
    """

    def __init__(self, lines: Lines, connection: socket.socket) -> None:
        self._lines = lines
        self._connection = connection
        self.last = wire.Reply(wire.CLOSED)

    async def readline(self) -> bytes:
        """Read an answer, and return a line that panoramisk is content with."""
        self.last = await wire.read_reply(self._line)
        return b"200 result=0\n"

    async def _line(self) -> bytes:
        """Read a line. Each is acknowledged at once: Asterisk answers a subroutine in two, and waits in between.

        Linux puts quick acknowledgements off again by itself, hence each time.
        """
        with contextlib.suppress(OSError):  # it is closed
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            return await self._lines.readline()
        except ValueError:
            raise wire.WireError(f"a line of more than {wire.REPLY_BYTES} bytes") from None
