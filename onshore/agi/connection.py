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
BUFFER = max(wire.HEADER_BYTES, wire.REPLY_BYTES)

GLANCE = 0.05  # seconds to look for an answer that is late


async def read_headers(reader: asyncio.StreamReader, seconds: float = wire.HEADER_SECONDS) -> dict[str, str]:
    """Return the header block; WireError when it is too long, too late, cut off or no AGI."""
    try:
        async with asyncio.timeout(seconds):
            block = await reader.readuntil(b"\n\n")
    except TimeoutError:
        raise wire.WireError(f"no headers within {seconds:g} s") from None
    except asyncio.IncompleteReadError as error:
        raise wire.WireError(f"closed after {len(error.partial)} bytes of headers") from None
    except asyncio.LimitOverrunError:
        raise wire.WireError(f"more than {wire.HEADER_BYTES} bytes of headers") from None
    except OSError as error:
        raise wire.WireError(str(error)) from None
    return wire.parse_headers(block)


class ServerLine(AgiLine):
    """A caller's channel over a FastAGI connection."""

    def __init__(
        self,
        arrival: Arrival,
        headers: Mapping[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(arrival, clock)
        self._answers = _Answers(reader, writer.get_extra_info("socket"))
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

    def __init__(self, reader: asyncio.StreamReader, connection: socket.socket) -> None:
        self._reader = reader
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
            return await self._reader.readline()
        except ValueError:
            raise wire.WireError(f"a line of more than {wire.REPLY_BYTES} bytes") from None
