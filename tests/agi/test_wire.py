"""AGI as it is written."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshore.agi import process, wire
from onshore.agi.line import AgiLine
from onshore.testing.fake_asterisk import FakeAsterisk, split_command
from onshore.testing.plans import sample_plan


def read(*lines: bytes) -> wire.Reply:
    """Return the answer read from these lines, and then the end of the stream."""
    left = [*lines]
    found: list[wire.Reply] = []

    async def read_line() -> bytes:
        return left.pop(0) if left else b""

    async def keep() -> None:
        found.append(await wire.read_reply(read_line))

    process.drive(keep())
    return found[0]


@given(st.text(max_size=200))
def test_a_quoted_argument_is_one_argument_whatever_is_in_it(text: str) -> None:
    """Asterisk reads a quoted argument as one, on one line, and it is the text without its control characters."""
    quoted = wire.quote(text)
    assert "\n" not in quoted
    assert "\r" not in quoted
    assert split_command(f"NOOP {quoted} end") == [
        "NOOP",
        "".join(c if c.isprintable() else " " for c in text),
        "end",
    ]


def test_a_quoted_argument_is_capped() -> None:
    """A name of a megabyte does not become a command of a megabyte."""
    assert len(wire.quote("x" * 1_000_000)) == wire.ARGUMENT + 2


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,12}", fullmatch=True), st.text(max_size=40), min_size=1, max_size=8))
def test_variables_set_at_once_arrive_as_they_are(values: dict[str, str]) -> None:
    """Commas, quotes, brackets and backslashes in a value neither end it nor move it to the next variable."""
    fake = FakeAsterisk(sample_plan())
    assert fake.answer(wire.array(values)) == ["200 result=1"]
    assert fake.variables == {
        name: "".join(c if c.isprintable() else " " for c in value) for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        ([b"200 result=1\n"], (200, 1, 0, False)),
        ([b"200 result=0\n"], (200, 0, 0, False)),
        ([b"200 result=-1\n"], (200, -1, 0, False)),
        ([b"200 result=1 (a (b) endpos=x)\n"], None),
        ([b"200 result=1 (some value)\n"], (200, 1, 0, False)),
        ([b"200 result= (timeout)\n"], (200, 0, 0, False)),
        ([b"200 result=49 endpos=33440\n"], (200, 49, 33440, False)),
        ([b"200 result=-1 endpos=24000\n"], (200, -1, 24000, False)),
        ([b"100 result=0 Trying...\n", b"200 result=0\n"], (200, 0, 0, False)),
        ([b"HANGUP\n", b"HANGUP\n"], (0, 0, 0, True)),
        ([b"HANGUP\n", b"200 result=0\n"], (200, 0, 0, True)),
        ([], (0, 0, 0, False)),
        ([b"510 Invalid or unknown command\n"], (510, 0, 0, False)),
        ([b"511 Command Not Permitted on a dead channel or intercept routine\n"], (511, 0, 0, False)),
        ([b"520-Invalid command syntax.\n", b"200 result=1\n", b"520 End of proper usage.\n"], (520, 0, 0, False)),
        ([b"520-Invalid command syntax.\n", b"Usage\n"], (0, 0, 0, False)),
        ([b"200 result=1 (\xe9)\n"], (200, 1, 0, False)),
        ([b"hello\n"], None),
        ([b"200\n"], None),
        ([b"200 result=1x\n"], None),
        ([b"200 result=" + b"9" * 4000 + b"\n"], None),
        ([b"\n"] * 1000, None),
    ],
)
def test_answers_are_read(lines: list[bytes], reply: tuple[int, int, int, bool] | None) -> None:
    """Every answer that Asterisk gives is understood, and what is none is said to be none."""
    if reply is None:
        with pytest.raises(wire.WireError):
            read(*lines)
    else:
        found = read(*lines)
        assert (found.code, found.result, found.position, found.hung_up) == reply


@given(st.lists(st.one_of(st.binary(max_size=50), st.from_regex(rb"[125][0-9]{2}[ -]result=.{0,20}\n")), max_size=12))
def test_no_answer_does_harm(lines: list[bytes]) -> None:
    """Whatever a peer answers is an answer, or a WireError."""
    try:
        read(*lines)
    except wire.WireError:
        return


@given(st.binary(max_size=2000))
def test_no_header_block_does_harm(block: bytes) -> None:
    """Whatever a peer sends as headers is a call, or a WireError."""
    try:
        headers = wire.parse_headers(block)
    except wire.WireError:
        return
    arrival = wire.arrival(headers, wire.arguments(headers))
    assert all(map(str.isprintable, (arrival.call, arrival.service, arrival.channel, arrival.number)))


def test_a_call_is_what_the_headers_say() -> None:
    """The header block becomes an arrival: service, id, channel, language, number and the other arguments."""
    headers = wire.parse_headers(FakeAsterisk(sample_plan()).header_block(("support", "CALL-1", "manila", "en")))
    arrival = wire.arrival(headers, wire.arguments(headers))
    assert (arrival.service, arrival.call, arrival.arguments) == ("support", "CALL-1", ("manila", "en"))
    assert (arrival.unique_id, arrival.language, arrival.number) == ("1700000000.1", "en", "2025550123")


def test_a_call_without_an_id_of_ours_has_asterisks() -> None:
    """No second argument, or an empty one: the ledger's id is Asterisk's unique id."""
    headers = {"agi_uniqueid": "17.1"}
    assert wire.arrival(headers, ["support"]).call == "17.1"
    assert wire.arrival(headers, ["support", ""]).call == "17.1"


def test_a_latin_1_name_is_no_obstacle() -> None:
    """A header line that is not UTF-8 is read as Latin-1, the others as before."""
    headers = wire.parse_headers(b"agi_calleridname: Ren\xe9\nagi_language: espa\xc3\xb1ol\n\n")
    assert headers == {"agi_calleridname": "René", "agi_language": "español"}


@pytest.mark.parametrize("block", [b"\n\n", b"GET / HTTP/1.1\nHost: x\n\n", b"agi_request\n\n", b"agi_x: y\n" * 300])
def test_what_is_no_agi_is_refused(block: bytes) -> None:
    """No AGI headers at all, or too many lines of them, is a WireError."""
    with pytest.raises(wire.WireError):
        wire.parse_headers(block)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"agi_network_script": "inbound"}, "inbound"),
        ({"agi_network_script": "inbound?x=1"}, "inbound"),
        ({"agi_network_script": "/ended/"}, "ended"),
        ({"agi_request": "agi://127.0.0.1:4583/inbound?x=1"}, "inbound"),
        ({"agi_request": "agi://127.0.0.1"}, ""),
        ({}, ""),
    ],
)
def test_the_request_is_the_path_of_the_url(headers: dict[str, str], name: str) -> None:
    """What a peer asks for is the path of its URL, without a query."""
    assert wire.request_name(headers) == name


@pytest.mark.parametrize(
    ("given_", "split"),
    [
        (["support"], ("inbound", ["support"])),
        (["inbound", "support", "CALL"], ("inbound", ["support", "CALL"])),
        (["ended", "support"], ("ended", ["support"])),
        (["inbound"], ("inbound", ["inbound"])),
        ([], ("inbound", [])),
    ],
)
def test_a_service_alone_is_an_inbound_call(given_: list[str], split: tuple[str, list[str]]) -> None:
    """`AGI(onshore.agi,support)` is `AGI(onshore.agi,inbound,support)`."""
    assert wire.split_request(given_) == split


def test_a_callers_name_changes_no_header_before_it() -> None:
    """What looks like a header after a newline in the name does not count: the channel was told before it."""
    block = b"agi_channel: PJSIP/a-1\nagi_uniqueid: 1.1\nagi_calleridname: x\nagi_channel: y\nagi_uniqueid: 2.2\n\n"
    headers = wire.parse_headers(block)
    assert (headers["agi_channel"], headers["agi_uniqueid"]) == ("PJSIP/a-1", "1.1")


BLANK = st.sampled_from([b"\n", b"\r\n", b"100 result=0 Trying...\n", b"100 Trying\n"])


@given(st.lists(BLANK, max_size=40), st.lists(st.just(b"HANGUP\n"), max_size=3), st.integers(0, 40), st.data())
def test_what_comes_before_an_answer_is_passed_over(
    blank: list[bytes], hangups: list[bytes], at: int, data: st.DataObject
) -> None:
    """Empty lines, "100 Trying" and HANGUP come before and between answers, in any order; the answer is the answer."""
    line, result = data.draw(
        st.sampled_from(
            [(b"200 result=0\n", 0), (b"200 result= (timeout)\n", 0), (b"200 result=49 endpos=8000\r\n", 49)]
        )
    )
    found = read(*blank[:at], *hangups, *blank[at:], line, b"HANGUP\n")
    assert (found.code, found.result, found.hung_up) == (200, result, bool(hangups))


@given(st.lists(BLANK, max_size=10), st.lists(st.just(b"HANGUP\n"), max_size=2))
def test_the_end_instead_of_an_answer_is_no_fault(blank: list[bytes], hangups: list[bytes]) -> None:
    """End of input, wherever it comes, says that there will be no more answers."""
    found = read(*blank, *hangups)
    assert (found.code, found.hung_up) == (wire.CLOSED, bool(hangups))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=40), max_size=8))
def test_an_argument_is_all_that_is_after_the_first_colon(texts: list[str]) -> None:
    """Colons, and what looks like another header, are part of an argument."""
    tamed = ["".join(c if c.isprintable() else " " for c in f"a:b: {text}:c".strip()) for text in texts]
    lines = [f"agi_arg_{number}: a:b: {text}:c\n" for number, text in enumerate(texts, 1)]
    headers = wire.parse_headers(("agi_request: x\n" + "".join(lines) + "\n").encode())
    assert wire.arguments(headers) == tamed


@given(st.sampled_from('x"\\é€😀'), st.integers(0, 5000))
def test_a_command_that_asterisk_would_read_as_two_is_never_sent(character: str, length: int) -> None:
    """Asterisk takes what is beyond its buffer for another command: what does not fit is an error of ours."""
    sent: list[str] = []

    class Line(AgiLine):
        async def command(self, text: str, seconds: float) -> wire.Reply:  # noqa: ARG002 - as it is called
            sent.append(text)
            return wire.Reply(wire.SUCCESS)

    line = Line(wire.arrival({}, []))
    for asking in (line.signal("STEP", character * length), line.finish({"ONSHORE_QUEUE": character * length}, "en")):
        with contextlib.suppress(ValueError):
            process.drive(asking)
    assert all(len(command.encode()) <= wire.COMMAND_BYTES for command in sent)
