"""AGI as it is written: quoting, replies, the header block, and the limits on what a peer may send.

Nothing here reads or writes; both ways to run the call flow do that. Runs during calls: the standard library alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from onshore.line import Arrival

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

# What a peer may take before it is dropped. Asterisk's own header block has some 30 lines of less than 100 bytes.
HEADER_BYTES = 64 * 1024
HEADER_LINES = 256
HEADER_SECONDS = 5.0
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

REQUESTS = ("inbound", "returned", "ended", "ping")


class WireError(Exception):
    """The peer does not speak AGI, or not within the limits. Its text says how, without what the peer sent."""


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


def parse_headers(block: bytes) -> dict[str, str]:
    """Return what Asterisk says of a call, `agi_…` → value; WireError when it is not that.

    A caller's name may hold a newline, and after it what looks like a header. So what Asterisk says before the name
    counts the first time, and the arguments, which it says at the end, are those after the last `agi_threadid`.
    """
    lines = block.split(b"\n", HEADER_LINES)
    if len(lines) > HEADER_LINES:
        raise WireError(f"more than {HEADER_LINES} header lines")
    headers: dict[str, str] = {}
    given: dict[str, str] = {}
    for line in lines:
        name, colon, value = decode(line).partition(":")
        if colon and name.startswith("agi_arg_"):
            given[name] = value.strip()
        elif colon and name.startswith("agi_"):
            headers.setdefault(name, value.strip())
            if name == "agi_threadid":
                given = {}
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
