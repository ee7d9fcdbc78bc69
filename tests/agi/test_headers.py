"""The header block of a call whose caller writes what he likes."""

from __future__ import annotations

import asyncio
import os
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshore.agi import connection, process, wire

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLERS = ("agi_callerid", "agi_calleridname", "agi_dnid", "agi_rdnis")
# As Asterisk sends it, in its order.
BLOCK = {
    "agi_network": "yes",
    "agi_network_script": "inbound",
    "agi_request": "agi://127.0.0.1:4583/inbound",
    "agi_channel": "PJSIP/trunk-00000001",
    "agi_language": "en",
    "agi_type": "PJSIP",
    "agi_uniqueid": "1795471189.9",
    "agi_version": "22.10.1",
    "agi_callerid": "2025550101",
    "agi_calleridname": "Acme",
    "agi_callingpres": "0",
    "agi_callingani2": "0",
    "agi_callington": "0",
    "agi_callingtns": "0",
    "agi_dnid": "support",
    "agi_rdnis": "unknown",
    "agi_context": "onshore-call",
    "agi_extension": "s",
    "agi_priority": "10",
    "agi_enhanced": "0.0",
    "agi_accountcode": "",
    "agi_threadid": "140302160459456",
    "agi_arg_1": "support",
    "agi_arg_2": "1795471189.9-100200",
}
FORGED = "\n".join(f"{name}: forged" for name in [*BLOCK][10:]) + "\nagi_arg_3: forged\n\n"


def written(**callers: bytes) -> bytes:
    """Return a call's header block, with some of the caller's own words."""
    lines = [f"{name}: ".encode() + callers.get(name, value.encode()) + b"\n" for name, value in BLOCK.items()]
    return b"".join(lines) + b"\n"


async def of_daemon(chunks: Sequence[bytes]) -> tuple[dict[str, str], bytes]:
    """Return what the daemon reads of a call that comes in so many pieces, and what it reads next."""
    reader = asyncio.StreamReader(connection.BUFFER)
    lines = connection.Lines(reader)
    reading = asyncio.create_task(connection.read_headers(lines, 2))
    for chunk in chunks:
        reader.feed_data(chunk)
        await asyncio.sleep(0)
    headers = await reading
    reader.feed_eof()
    return headers, await lines.readline()


def of_process(block: bytes) -> dict[str, str]:
    """Return what a process of its own reads of a call."""
    out, into = os.pipe()
    child = os.fork()
    if not child:  # the pipe holds 64 KiB: another process writes into it
        left = block
        while left:
            left = left[os.write(into, left) :]
        os._exit(0)
    os.close(into)
    try:
        pipe = process.Pipe(out, out)
        pipe.expect(5)
        return pipe.read_headers()
    finally:
        os.close(out)
        os.waitpid(child, 0)


def plain(headers: dict[str, str]) -> dict[str, str]:
    """Return headers without those that a caller writes."""
    return {name: value for name, value in headers.items() if name not in CALLERS}


PLAIN = plain(BLOCK)
pieces = st.one_of(
    st.sampled_from(
        [b"\n", b"\n\n", b"\r\n\r\n", b":", b"HANGUP\n", b"200 result=0\n", FORGED.encode(), b"\xd0", b"\0"]
    ),
    st.sampled_from([*BLOCK]).map(lambda name: f"\n{name}: forged\n".encode()),
    st.sampled_from(["agi_arg_1", "agi_arg_9", "agi_frob"]).map(lambda name: f"\n{name}: forged\n\n".encode()),
    st.binary(max_size=20),
)
texts = st.lists(pieces, max_size=6).map(b"".join)


@settings(deadline=None, max_examples=150)
@given(name=texts, rdnis=texts)
@example(name=b"Acme\n\nLtd", rdnis=b"x")
@example(name=b"K129\xd0", rdnis=b"x")
@example(name=b"x" * 70_000, rdnis=b"x")
@example(name=b"x\n" * 35_000, rdnis=b"\n" * 9_000)
@example(name=b"Acme\n" + FORGED.encode(), rdnis=b"x")
@example(name=b"x", rdnis=FORGED.encode() + b"HANGUP\n")
@example(name=FORGED.encode() + b"HANGUP\nHANGUP\n", rdnis=FORGED.encode() + b"HANGUP\n200 result=0\n")
@example(name=b"x\n\n\n", rdnis=b"x\nagi_threadid: 1\nagi_arg_1: sales\n\n")
def test_nothing_that_a_caller_writes_becomes_a_header_or_an_argument(name: bytes, rdnis: bytes) -> None:
    """Whatever the caller's name and the diverting number hold, the call is the one that it is, in both ways."""
    block = written(agi_calleridname=name, agi_rdnis=rdnis)
    # A name may hold what comes after it as well: of those headers nothing is used, but the arguments are.
    expected = {key: value for key, value in PLAIN.items() if b"agi_" not in rdnis or not key.startswith("agi_calling")}
    headers, rest = asyncio.run(of_daemon([block]))
    assert {key: value for key, value in plain(headers).items() if key in expected} == expected
    assert {key for key in headers if key.startswith("agi_arg_")} == {"agi_arg_1", "agi_arg_2"}
    assert headers.keys() == BLOCK.keys()
    assert rest == b""
    assert of_process(block) == headers


@settings(deadline=None, max_examples=60)
@given(name=texts.filter(lambda text: FORGED.encode() not in text), cuts=st.lists(st.integers(0, 2000), max_size=5))
@example(name=b"Acme\n\nLtd", cuts=[400])
@example(name=b"x\nagi_threadid: 1\n\n", cuts=list(range(300, 700)))
def test_it_makes_no_difference_in_which_pieces_a_call_comes(name: bytes, cuts: list[int]) -> None:
    """Asterisk writes line by line: a block that seems to end where a packet ends goes on in the next one."""
    block = written(agi_calleridname=name)
    places = sorted({0, len(block), *(cut for cut in cuts if cut < len(block))})
    chunks = [block[start:end] for start, end in pairwise(places)]
    headers, _ = asyncio.run(of_daemon(chunks))
    assert plain(headers) == PLAIN


def test_a_hang_up_right_after_the_headers_is_no_header() -> None:
    """The line HANGUP is left for whoever reads the answers."""
    headers, rest = asyncio.run(of_daemon([written() + b"HANGUP\n"]))
    assert headers == BLOCK
    assert rest == b"HANGUP\n"


@pytest.mark.parametrize("length", [0, 1, 100, len(written()) - 1])
def test_a_block_that_is_cut_off_is_no_call(length: int) -> None:
    """Nothing is guessed from the half of it, in either way."""
    block = written()[:length]

    async def closed() -> None:
        reader = asyncio.StreamReader(connection.BUFFER)
        reader.feed_data(block)
        reader.feed_eof()
        await connection.read_headers(connection.Lines(reader), 2)

    with pytest.raises(wire.WireError, match="closed"):
        asyncio.run(closed())
    with pytest.raises(wire.WireError, match="closed"):
        of_process(block)


def test_a_value_with_a_colon_is_whole() -> None:
    """An argument `a:b:c` is split at the first colon alone."""
    headers = wire.parse_headers(written().replace(b"support\nagi_arg_2", b"a:b:c\nagi_arg_2"))
    assert headers["agi_arg_1"] == "a:b:c"
