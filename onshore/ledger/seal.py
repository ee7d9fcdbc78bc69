"""A head of the chain, signed, to be kept where nobody who can write the ledger can write: it shows what was there."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from onshore.errors import LedgerError
from onshore.ledger.settings import write_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PRIVATE = "seal.key"  # in the state folder, mode 0600
PUBLIC = "seal.pub"  # beside it: for whoever verifies elsewhere


@dataclass(frozen=True, slots=True)
class Seal:
    """What one chain ended in at some moment."""

    chain: str
    number: int  # of the last event
    hash: bytes
    at: int  # seconds since 1970

    @property
    def day(self) -> str:
        """The day it was made, UTC."""
        return datetime.fromtimestamp(self.at, UTC).date().isoformat()

    def signed_text(self) -> bytes:
        """Return what the signature is of."""
        return f"onshore seal 1|{self.chain}|{self.number}|{self.hash.hex()}|{self.at}".encode()


def make(state: Path, heads: Mapping[str, tuple[int, str]]) -> str:
    """Sign the heads of some chains (number and hash, in hexadecimal); return it as JSON. LedgerError."""
    key = _key(state)
    public = _raw(key.public_key())
    now = int(time.time())
    seals = [Seal(name, number, bytes.fromhex(head), now) for name, (number, head) in heads.items()]
    return json.dumps(
        {
            "seals": [
                {
                    "chain": seal.chain,
                    "number": seal.number,
                    "hash": seal.hash.hex(),
                    "at": seal.at,
                    "signature": key.sign(seal.signed_text()).hex(),
                }
                for seal in seals
            ],
            "key": public,
        },
        indent=1,
    )


def read(file: Path, public: str | None) -> tuple[Seal, ...]:
    """Return what a file of `make` seals; LedgerError when it is damaged, or signed by another key.

    `public` is the key to trust, in hexadecimal. None: the one in the file itself, which shows damage but no forgery.
    """
    try:
        found = json.loads(file.read_text("ascii"))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public or found["key"]))
        seals = []
        for one in found["seals"]:
            seal = Seal(str(one["chain"]), int(one["number"]), bytes.fromhex(one["hash"]), int(one["at"]))
            key.verify(bytes.fromhex(one["signature"]), seal.signed_text())
            seals.append(seal)
    except InvalidSignature:
        raise LedgerError(
            f"{file} is not signed by {public or 'the key in it'}: it was changed, or is of another ledger"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"{file} is no seal that `onshore ledger seal` wrote: {error}") from None
    return tuple(seals)


def public_key(state: Path) -> str | None:
    """Return the public key of a state folder, in hexadecimal; None when nothing was sealed yet."""
    try:
        return (state / PUBLIC).read_text("ascii").strip()
    except OSError:
        return None


def _key(state: Path) -> Ed25519PrivateKey:
    file = state / PRIVATE
    try:
        write_key(file, os.urandom(32).hex())
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip()))
        write_key(state / PUBLIC, _raw(key.public_key()), mode=0o644)
    except (OSError, ValueError) as error:
        raise LedgerError(f"{file} cannot be used to sign: {error}") from None
    return key


def _raw(key: Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()
