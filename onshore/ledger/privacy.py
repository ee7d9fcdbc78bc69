"""Callers' numbers. A keyed hash is kept, with country and area; the number itself only on request, and encrypted."""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onshore.ledger import spelling

if TYPE_CHECKING:
    from cryptography.fernet import Fernet
    from phonenumbers import PhoneNumber

HASH_BYTES = 16  # of HMAC-SHA-256: enough that no two numbers share one


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are kept."""

    key: bytes = field(repr=False)  # b"": it was lost, and nothing is kept
    home: str  # ISO 3166-1: where a number without a country is from
    keep: bool = False  # encrypted

    def caller(self, number: str) -> dict[str, str]:
        """Return what the ledger keeps of a caller; nothing when the number is not known, or stands for nobody's.

        `salt` is new each time: the digest that is left, when all of this is taken out, says nothing of the number, not
        even to whoever has the key.
        """
        found = spelling.best(number, self.home)
        if not self.key or spelling.is_nobody(number, self.home):
            return {}
        kept = {"hash": self._text(self.hash(number)), "salt": os.urandom(8).hex()}
        if found:
            kept |= _place(found)
        if self.keep:
            kept["number"] = self._cipher().encrypt(number.encode()).decode()
        return kept

    def hash(self, number: str) -> bytes:
        """Return the keyed hash of a number, however it is written: HMAC-SHA-256 of its form in E.164."""
        return self._hash(spelling.canonical(number, self.home))

    def readings(self, number: str) -> dict[str, bytes]:
        """Return the keyed hash of each plausible reading of a number, the best one first."""
        return {reading: self._hash(reading) for reading in spelling.readings(number, self.home)}

    def number(self, encrypted: str) -> str:
        """Return a number that was kept; ValueError when the key is another one."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - few ledgers keep numbers

        try:
            return self._cipher().decrypt(encrypted.encode()).decode()
        except InvalidToken:
            raise ValueError("the ledger's key is not the one that this number was encrypted with") from None

    def _hash(self, reading: str) -> bytes:
        return self._mac(f"number:{reading}")[:HASH_BYTES]

    def _mac(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode(), "sha256")

    def _cipher(self) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - few ledgers keep numbers

        return Fernet(base64.urlsafe_b64encode(self._mac("encryption")))

    @staticmethod
    def _text(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _place(number: PhoneNumber) -> dict[str, str]:
    """Return the country (ISO 3166-1) of a number, and its area code, as far as they are known."""
    import phonenumbers  # noqa: PLC0415 - 60 ms, which a process that only looks at the ledger need not wait for

    country = phonenumbers.region_code_for_number(number) or ""
    national = phonenumbers.national_significant_number(number)
    area = national[: phonenumbers.length_of_geographical_area_code(number)]
    return {name: value for name, value in (("country", country), ("area", area)) if value and value != "001"}
