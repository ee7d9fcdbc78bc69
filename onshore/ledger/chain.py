"""How an event is written down and chained to the one before it. Pure functions.

Each event carries a SHA-256 over the one before it, its place, and a digest of what it says. What it says can be taken
out later (a caller is forgotten, a year is purged) and its digest kept: the chain holds without it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value = str | int | bool

START = bytes(32)  # what the first event of a chain carries

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def encoded(data: Mapping[str, Value]) -> str:
    """Return what an event says, as it is kept: JSON with sorted keys and no spaces."""
    return _encode(data)


def digest(data: str) -> bytes:
    """Return the digest of what an event says."""
    return sha256(data.encode()).digest()


def link(before: bytes, number: int, at: int, call: str, kind: str, content: bytes) -> bytes:
    """Return an event's hash: `before` is that of the event before it, `content` the digest of what it says.

    `number` is its place in the chain, from 1; `at` milliseconds since 1970; `call` ONSHORE_CALL, "" for no call.
    """
    return sha256(before + f"{number}|{at}|{call}|{kind}|".encode() + content).digest()
