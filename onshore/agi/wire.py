"""AGI as it is written: quoting, replies, the header block, and the limits on what a peer may send.

Nothing here reads or writes; both ways to run the call flow do that. Runs during calls: the standard library alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from onshore.line import Arrival

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

# What a peer may take before it is dropped. Asterisk's own header block has some 30 lines of less than 100 bytes; what
# a caller is called can be much more.
HEADER_BYTES = 256 * 1024
HEADER_LINES = 256  # that are headers: a name may have any number of others
HEADER_SECONDS = 5.0
HEADER_LINE = 4096  # bytes of a header that are kept
START = b"agi_"  # of every header block
REPLY_BYTES = 64 * 1024
REPLY_LINES = 256  # before, or in, one reply
# On top of what a command is expected to take. Longer than the dialplan's own deadline, which Asterisk tells us of.
REPLY_SECONDS = 5.0

COMMAND_BYTES = 2000  # Asterisk reads commands into 2048 bytes, and would take the rest for another command
ARGUMENT = 1024  # characters

CLOSED = 0
SUCCESS = 200
DEAD_CHANNEL = 511
USAGE = 520

LAST = "agi_threadid"  # the last header before the arguments
ARGUMENTS = "agi_arg_"


class WireError(Exception):
    """The peer does not speak AGI, or not within the limits. Its text says how, without what the peer sent."""


class NothingSaidError(WireError):
    """The peer has gone without a byte, as health checks and port scanners do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk answered to one command."""

    code: int  # 200, 510 (no such command), 511 (dead channel), 520 (usage); CLOSED: there will be no more answers
    result: int = 0
    position: int = 0  # endpos: samples, at the rate of the file that was played
    hung_up: bool = False  # a line HANGUP came before it
    text: str = ""  # the line itself, for the log


def quote(text: str, limit: int = ARGUMENT) -> str:
    r"""Return an argument that stays one argument: `"` and `\` escaped, control characters replaced, length capped."""
    clean = text[:limit]
    if not clean.isprintable():
        clean = "".join(character if character.isprintable() else " " for character in clean)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def array(values: Mapping[str, str]) -> str:
    """Return the command that sets several variables at once, in their order.

    The function ARRAY splits its values like an application's arguments: what means something there is escaped.
    """
    text = ",".join("".join("\\" + c if c in '\\",()[]' else c for c in value) for value in values.values())
    names = "ARRAY(" + ",".join(values) + ")"
    return f"SET VARIABLE {quote(names)} {quote(text, COMMAND_BYTES)}"


def decode(line: bytes) -> str:
    """Return a line's text, UTF-8 or Latin-1, without the line end."""
    line = line.rstrip(b"\r\n")
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


# What a caller writes, and what Asterisk says after the caller's number and name.
_CALLERS = frozenset(f"agi_{name}" for name in ("callerid", "calleridname", "dnid", "rdnis"))
_AFTER = frozenset(
    f"agi_{name}"
    for name in (
        *("callingpres", "callingani2", "callington", "callingtns", "dnid", "rdnis", "context", "extension"),
        *("priority", "enhanced", "accountcode", "threadid"),
    )
)


class HeaderBlock:
    """A header block as it comes in, line by line. It knows where it ends, whatever a caller has written into it.

    A caller's name may hold line ends: an empty line in it, and what looks like headers. Asterisk says the name in the
    middle; after it come more headers, `agi_threadid`, the arguments and an empty line, and then Asterisk waits.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._bytes = 0
        self._headers = 0
        self._names: set[str] = set()
        self.odd = False  # somebody has written line ends into it
        self._callers = False  # the caller's own words have begun
        self._last = False  # `agi_threadid` has been said, and since then arguments alone
        self.ended = False  # for certain
        self.may_end = False  # if nothing follows now

    def add(self, line: bytes) -> None:
        """Take a line with its line end; WireError when there are too many, or too much."""
        self._bytes += len(line)
        if self._bytes > HEADER_BYTES:
            raise WireError(f"more than {HEADER_BYTES} bytes of headers")
        line = line.rstrip(b"\n")
        if not line:
            self.ended, self.may_end = not self._callers, self._last
            self.odd = self.odd or not (self.ended or self.may_end)
            return
        self.may_end = False
        name = line.partition(b":")[0].decode("latin-1")
        if not name.startswith("agi_"):
            self.odd = True  # a value with a line end in it
            return
        self._headers += 1
        if self._headers > HEADER_LINES:
            raise WireError(f"more than {HEADER_LINES} header lines")
        self._callers = self._callers or name in _CALLERS
        self.odd = self.odd or name in self._names
        self._names.add(name)
        self._last = name == LAST or (self._last and name.startswith(ARGUMENTS))
        self._lines.append(line[:HEADER_LINE])

    @property
    def length(self) -> int:
        """How many bytes have come."""
        return self._bytes

    def headers(self) -> dict[str, str]:
        """Return what it says; WireError when that is no AGI."""
        return parse_headers(b"\n".join(self._lines))


def foreign(start: bytes) -> str:
    """Say what a peer speaks whose first bytes are not those of AGI, and what to do about it."""
    if start.startswith(b"\x16\x03"):
        return "TLS, not AGI: Asterisk knows no FastAGI over TLS; put neither `https` nor a TLS proxy before the daemon"
    if start.startswith((b"PROXY ", b"\r\n\r\n\0\r\nQUIT\n")):
        return "a PROXY protocol header, not AGI: switch it off in the load balancer (`send-proxy`)"
    if re.match(rb"[A-Z]{3,10} [!-~]* ?(HTTP/|$)|[A-Z]{3,10} [/*]", start):
        return "HTTP, not AGI: have the health check open the connection alone, or ask for `ping`"
    return "no AGI headers"


def parse_headers(block: bytes) -> dict[str, str]:
    """Return what Asterisk says of a call, `agi_…` → value; WireError when it is not that.

    A caller's name may hold a newline, and after it what looks like a header. So what Asterisk says before the name
    counts the first time, what it says after it the last time, and the arguments, which it says at the end, are those
    after the last `agi_threadid`.
    """
    headers: dict[str, str] = {}
    given: dict[str, str] = {}
    doubtful: dict[str, str] = {}
    callers = False
    count = 0
    for line in block.split(b"\n"):
        name, colon, value = decode(line).partition(":")
        if not colon or not name.startswith("agi_"):
            continue
        count += 1
        if count > HEADER_LINES:
            raise WireError(f"more than {HEADER_LINES} header lines")
        callers = callers or name in _CALLERS
        value = value.strip()
        if name.startswith(ARGUMENTS):
            given[name] = value
        elif name in _AFTER:
            headers[name] = value
            if name == LAST:
                given = {}
        elif callers and name not in _CALLERS:
            doubtful.setdefault(name, value)
        else:
            headers.setdefault(name, value)
    if LAST not in headers:  # a block by hand, in an order of its own
        headers = doubtful | headers
    if not headers:
        raise WireError("no AGI headers")
    return headers | given


def request_name(headers: Mapping[str, str]) -> str:
    """Return what a FastAGI peer asks for: `inbound` of `agi://host:port/inbound?x=1`."""
    name = headers.get("agi_network_script", "")
    if not name:
        name = headers.get("agi_request", "").partition("://")[2].partition("/")[2]
    return name.partition("?")[0].strip("/")


def arguments(headers: Mapping[str, str]) -> list[str]:
    """Return the arguments that the dialplan gave, without the script's name."""
    found: list[str] = []
    while (value := headers.get(f"agi_arg_{len(found) + 1}")) is not None:
        found.append(_tame(value, 256))
    return found


def split_request(given: list[str]) -> tuple[str, list[str]]:
    """Return the request and the rest of `AGI(onshore.agi,REQUEST,SERVICE,…)`; a service alone is `inbound`."""
    if len(given) > 1 or given == ["ping"]:
        return given[0], given[1:]
    return "inbound", given


def arrival(headers: Mapping[str, str], given: list[str]) -> Arrival:
    """Return what is known of a call. `given` is: the service, the ledger's id (if any), and the rest."""
    unique_id = _tame(headers.get("agi_uniqueid", ""), 150)
    number = "" if _withheld(headers) else _tame(headers.get("agi_callerid", ""), 64)
    return Arrival(
        call=(given[1] if len(given) > 1 else "") or unique_id,
        service=given[0] if given else "",
        unique_id=unique_id,
        channel=_tame(headers.get("agi_channel", ""), 256),
        language=_tame(headers.get("agi_language", ""), 40),
        number="" if number == "unknown" else number,
        arguments=tuple(given[2:]),
    )


def _withheld(headers: Mapping[str, str]) -> bool:
    """Return whether the caller's number is not to be shown: Q.931's presentation, 0x20 restricted, 0x40 unavailable.

    Asterisk has the number all the same where the carrier sends it. What cannot be read is taken for withheld.
    """
    told = headers.get("agi_callingpres", "").strip() or "0"
    return not (told.isascii() and told.isdecimal() and len(told) <= 9) or bool(int(told) & 0x60)


def _tame(text: str, limit: int) -> str:
    text = text[:limit]
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


async def read_reply(read_line: Callable[[], Awaitable[bytes]]) -> Reply:
    """Read the answer to one command; `read_line` returns b"" at the end. WireError when it is no answer."""
    hung_up = False
    usage = ""
    for _ in range(REPLY_LINES):
        raw = await read_line()
        if not raw:
            return Reply(CLOSED, hung_up=hung_up)
        line = decode(raw)
        if usage:
            if line.startswith("520 "):
                return Reply(USAGE, hung_up=hung_up, text=usage)
        elif line.startswith("520-"):
            usage = line
        elif line == "HANGUP":
            hung_up = True
        elif line and not line.startswith("100"):
            return parse_reply(line, hung_up=hung_up)
    raise WireError(f"more than {REPLY_LINES} lines without an answer")


def parse_reply(line: str, *, hung_up: bool = False) -> Reply:
    """Return the answer that a line holds; WireError when there is none in it."""
    code, _, rest = line.partition(" ")
    if not (len(code) == 3 and code.isascii() and code.isdecimal()):
        raise WireError("an answer without a code")
    result = position = 0
    if code == "200":
        word, _, rest = rest.partition(" ")
        if not word.startswith("result="):
            raise WireError("an answer without a result")
        result = _number(word.removeprefix("result="))
        _, found, digits = rest.rpartition("endpos=")
        position = max(0, _number(digits)) if found else 0
    return Reply(int(code), result, position, hung_up, line)


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits:
        return 0  # "200 result= (timeout)"
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise WireError("an answer without a number")
    return int(text)
