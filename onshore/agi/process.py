"""One process per call, started by Asterisk: AGI over stdin and stdout, with pyst2's `asterisk.agi`.

For a site without the daemon. Every import here is waited for by a caller, so asyncio is not among them: the call flow
is a coroutine that is driven by hand, and never has to wait for anything but this process' own reads.

Of pyst2 only what is safe is used: its reading of headers, from a block that was read and bounded before, and its
sending of commands. It would echo every line to stderr, let a caller's name with a newline in it pass for headers, wait
for answers without end, and take 511 for a fault.
"""

from __future__ import annotations

import os
import select
import sys
import time

from asterisk.agi import AGI

from onshore import callflow, plan
from onshore.agi import wire
from onshore.agi.line import AgiLine
from onshore.evidence import Spool, SpoolEvidence
from onshore.line import LineLost

GLANCE = 0.05  # seconds to look whether a header block that seems to end goes on

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from onshore.agi.wire import Reply
    from onshore.line import Arrival


def main(state: str, stdin: int = 0, stdout: int = 1) -> int:
    """Run the call flow of one call, with the plan in a state folder; return the exit code.

    Whatever goes wrong is one line on stderr, and the dialplan goes on with the call by itself.
    """
    try:
        _converse(state, Pipe(stdin, stdout))
    except Exception as error:  # noqa: BLE001 - whatever it is, the dialplan's fallback takes the call
        _complain(error)
        return 1
    return 0


def _converse(state: str, pipe: Pipe) -> None:
    pipe.expect(wire.HEADER_SECONDS)
    headers = pipe.read_headers()
    agi = AGI(stdin=pipe, stdout=pipe, stderr=_Nowhere())
    request, given = wire.split_request(wire.arguments(headers))
    arrival = wire.arrival(headers, given)
    evidence = SpoolEvidence(Spool(state), lambda number: _caller(state, number))
    drive(callflow.run(request, ProcessLine(arrival, agi, pipe), arrival, plan.load(f"{state}/{plan.FILE}"), evidence))


def _caller(state: str, number: str) -> dict[str, str]:
    """Return what the ledger keeps of a caller. Asked for when the call has ended: nobody waits for the imports."""
    from pathlib import Path  # noqa: PLC0415 - see above

    from onshore.errors import LedgerError  # noqa: PLC0415 - see above
    from onshore.ledger import settings  # noqa: PLC0415 - see above
    from onshore.ledger.privacy import Numbers  # noqa: PLC0415 - see above

    try:
        found = settings.load(Path(state))
        return Numbers(settings.key_of(found), found.home, found.keep_numbers).caller(number)
    except LedgerError as error:
        _complain(error)
        return {}


def drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never really suspends, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the call flow waits for something that is not its line")


class ProcessLine(AgiLine):
    """A caller's channel over this process' stdin and stdout."""

    def __init__(self, arrival: Arrival, agi: AGI, pipe: Pipe) -> None:
        super().__init__(arrival)
        self._agi = agi
        self._pipe = pipe

    async def command(self, text: str, seconds: float) -> Reply:
        """Send one command and return the answer. The end of the stream means that Asterisk ended the AGI."""
        self._pipe.expect(seconds + wire.REPLY_SECONDS)
        try:
            self._agi.send_command(text)
            reply = await wire.read_reply(self._pipe.read_line)
        except BrokenPipeError:
            reply = wire.Reply(wire.CLOSED)
        except (wire.WireError, OSError) as error:
            raise LineLost(str(error)) from error
        # Over pipes there is no HANGUP line, only a signal that may be switched off, and the end.
        return wire.Reply(wire.CLOSED, hung_up=True) if reply.code == wire.CLOSED else reply


class Pipe:
    """Two file descriptors as pyst2 wants them: `readline`, `write`, `flush`. Reads are bounded in size and time."""

    def __init__(self, stdin: int, stdout: int) -> None:
        self._in = stdin
        self._out = stdout
        self._buffer = b""
        self._until = 0.0
        self._headers: list[str] = []

    def expect(self, seconds: float) -> None:
        """Allow what is read next so many seconds."""
        self._until = time.monotonic() + seconds

    def read_headers(self) -> dict[str, str]:
        """Return the header block; WireError when it is too long, cut off or no AGI."""
        block = wire.HeaderBlock()
        while not block.ended:
            if block.may_end and not self._more(GLANCE if block.odd else 0):
                break
            line = self._line(wire.HEADER_BYTES)
            if not line and not block.may_end:
                raise wire.WireError(f"closed after {block.length} bytes of headers")
            if not line:
                break
            block.add(line)
        headers = block.headers()
        self._headers = [f"{name}: {value}\n" for name, value in headers.items()]
        return headers

    def readline(self) -> str:
        """Return the headers as pyst2 reads them: a line each, and then an empty one."""
        return self._headers.pop(0) if self._headers else "\n"

    async def read_line(self) -> bytes:
        """Return a line of an answer; b"" at the end of the stream."""
        return self._line(wire.REPLY_BYTES)

    def _more(self, seconds: float) -> bool:
        """Tell whether something is there to be read, or the end, within so many seconds."""
        return bool(self._buffer) or bool(select.select([self._in], [], [], seconds)[0])

    def _line(self, limit: int) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > limit:
                raise wire.WireError(f"a line of more than {limit} bytes")
            left = max(0, self._until - time.monotonic())
            if not select.select([self._in], [], [], left)[0]:
                raise TimeoutError("Asterisk does not answer")
            more = os.read(self._in, 65536)
            if not more:
                self._buffer = b""
                return b""
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def write(self, text: str) -> None:
        """Send a command."""
        data = text.encode()
        while data:
            data = data[os.write(self._out, data) :]

    def flush(self) -> None:
        """Nothing is held back."""


class _Nowhere:
    """Where pyst2 tells everything that it reads and sends."""

    def write(self, text: str) -> None:
        """Forget it."""


def _complain(error: Exception) -> None:
    reason = " ".join(str(error).split()) or "no reason given"
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" ({where.tb_frame.f_code.co_filename.rpartition('/')[2]}:{where.tb_lineno})" if where else ""
    print(f"onshore.agi: {type(error).__name__}: {reason}{place}", file=sys.stderr)  # noqa: T201 - Asterisk's console
