"""Callers' numbers as PBXs, trunks and people write them: the same caller written in other ways is one caller."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phonenumbers import PhoneNumber

FEWEST = 3  # digits that a caller's number has; fewer are nobody's
INTERNAL = 6  # digits at most of an extension of the PBX
# Lengths of a country's numbers from which on the length says nothing of whether a number is one of them: Germany's
# have 4 to 15 digits, and nearly every number of the world is as long as one of them.
MANY_LENGTHS = 3

# What stands in a number's place when the caller withheld it, or nobody knows it.
_NOBODY = (
    *("anonymous", "asterisk", "blocked", "callerid", "hidden", "nocallerid", "none", "nonumber", "notavailable"),
    *("null", "numberwithheld", "outofarea", "private", "privatecaller", "privatenumber", "restricted", "suppressed"),
    *("unassigned", "unavailable", "undefined", "unknown", "unknowncaller", "unknownnumber", "withheld"),
)
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
# … and on the keys of a phone, as carriers send them that can send digits alone: 266696687 is ANONYMOUS. The shorter
# ones are real numbers in countries of 7 and 8 digits.
_KEYED = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld")
_SPELLED = frozenset(word.translate(_KEYPAD) for word in _KEYED)
_LONG = 9


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number taken apart: what is left of it without a scheme, a host and parameters."""

    text: str
    context: str = ""  # `;phone-context=` of an RFC 3966 number, when that is a number itself: "+1"

    @property
    def digits(self) -> str:
        """Its digits alone."""
        return "".join(str(int(one)) for one in self.text if one.isdecimal())


def take_apart(number: str) -> Spelled:
    """Return what is a number in `sip:15550101@10.0.0.5`, `tel:+1-202-555-0101`, `%2B12025550101`, `"Ann" <101>`."""
    text = unquote(number).strip()
    inside = re.search(r"<([^<>]*)>", text)
    text = inside[1] if inside else text
    text = re.sub(r"^\s*(sips?|tel|callto):(//)?", "", text, flags=re.IGNORECASE)
    text, _, parameters = text.partition("@")[0].partition(";")
    text = re.sub(r"^\s*\+(?=[\s().-]*0)", "", text)  # no country's code begins with 0: +0044… is 0044…
    context = re.search(r"phone-context=(\+\d{1,15})", parameters, re.IGNORECASE)
    return Spelled(text.strip(), context[1] if context else "")


def is_nobody(number: str, home: str) -> bool:
    """Return whether this is in a number's place because the caller withheld it, or because nobody knows it."""
    spelled = take_apart(number)
    digits = spelled.digits
    if len(digits) < FEWEST or re.sub(r"[^a-z]", "", spelled.text.lower()) in _NOBODY:
        return True
    found = best(number, home)
    bare = digits.lstrip("0")
    word = next((one for one in (bare, bare.removeprefix("1")) if one in _SPELLED), "")
    if len(word) >= _LONG:
        return True
    national = str(found.national_number) if found else ""
    alike = not bare or (len(digits) > INTERNAL and 1 in (len(set(digits)), len(set(national))))
    if word or alike or re.fullmatch(r"0{3,}123456|[1-9]\d{0,2}0{6,}", digits):  # Skype's was 0000123456
        # Some that look like none are somebody's: 333 333 3333 in Italy.
        return found is None or not _valid(found)
    return False


def best(number: str, home: str) -> PhoneNumber | None:
    """Return a number as its country's plan has it; None when it is none that can be dialled from outside.

    What is dialled in `home` goes before what would be a number of the world, were there a `+` before it.
    """
    national, others = _parsed(number, home)
    if national is None:
        return others[0] if others else None
    spelled = take_apart(number)
    if others and not _valid(national) and _doubtful(spelled, national, home):
        other = others[0]
        if _valid(other) or _lengths(other) < _lengths(national) >= MANY_LENGTHS:
            return other
    internal = spelled.text.isdecimal() and len(spelled.digits) <= INTERNAL and not spelled.context
    return None if internal and not _valid(national) else national


def readings(number: str, home: str) -> list[str]:
    """Return each plausible reading of a number, the best first: E.164, or its digits.

    Those that a ledger may have, also because an earlier version of Onshore read less.
    """
    found = best(number, home)
    national, others = _parsed(number, home)
    each = [canonical(number, home)]
    if found is None or not take_apart(number).text.startswith("+"):
        each += [e164(one) for one in (national, *others) if one]
    earlier = _read(number, home)  # what earlier versions made of it
    each.append(e164(earlier) if earlier else "".join(filter(str.isdigit, number)))
    each += _as_before(each[0].removeprefix("+"), found, home)
    return [one for place, one in enumerate(dict.fromkeys(each)) if one or place == 0]


def _as_before(bare: str, found: PhoneNumber | None, home: str) -> Iterator[str]:
    """Yield what earlier versions may have made of a number as trunks give it: without `+`, with `00` or `011`."""
    import phonenumbers  # noqa: PLC0415 - see e164

    foreign = found is not None and found.country_code != phonenumbers.country_code_for_region(home)
    for text in (bare, f"00{bare}", f"011{bare}") if foreign else (bare,):
        same = _read(text, home)
        if same is None:
            yield text
        elif not _valid(same):
            yield e164(same)


def canonical(number: str, home: str) -> str:
    """Return what is hashed of a number: E.164; of an extension its digits; of a name with digits in it, the name."""
    found = best(number, home)
    if found:
        return e164(found)
    spelled = take_apart(number)
    return spelled.text.casefold() if spelled.text[:1].isalpha() else spelled.digits


def e164(number: PhoneNumber) -> str:
    """Return a number as in `+12025550101`."""
    import phonenumbers  # noqa: PLC0415 - 60 ms, which a process that only looks at the ledger need not wait for

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parsed(number: str, home: str) -> tuple[PhoneNumber | None, list[PhoneNumber]]:
    """Return the possible reading as dialled in `home`, and those of the world: with `+`, without `00` or `011`."""
    import phonenumbers  # noqa: PLC0415 - see e164

    spelled = take_apart(number)
    text, digits = spelled.text, spelled.digits
    if text[:1].isalpha():
        return None, []
    if spelled.context and not text.startswith("+"):
        # The number may have its country's code already, whatever RFC 3966 says.
        tried = [f"{spelled.context}{digits}", f"+{digits}"]
        found = sorted((one for one in (_read(each, home) for each in tried) if one), key=_valid, reverse=True)
        return (found[0], found[1:]) if found else (None, [])
    national = _read(text, home)
    if national and text.startswith("+"):
        return national, []
    if any(one.isalpha() for one in text):  # an extension, or a word on the keys
        return national, []
    world = [f"+{digits.removeprefix(prefix)}" for prefix in ("00", "011") if digits.startswith(prefix)]
    if not world and not digits.startswith("0"):
        world = [f"+{digits}"]
    reason = phonenumbers.ValidationResult.IS_POSSIBLE
    others = [one for one in (_read(each, "ZZ") for each in world) if one]
    return national, [one for one in others if phonenumbers.is_possible_number_with_reason(one) == reason]


def _read(text: str, home: str) -> PhoneNumber | None:
    import phonenumbers  # noqa: PLC0415 - see e164

    try:
        found = phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return None
    return found if phonenumbers.is_possible_number(found) else None


def _valid(number: PhoneNumber) -> bool:
    import phonenumbers  # noqa: PLC0415 - see e164

    return phonenumbers.is_valid_number(number)


def _doubtful(spelled: Spelled, national: PhoneNumber, home: str) -> bool:
    """Return whether a number of a possible length need not be one of `home`: it is not written as it is dialled there.

    Where all numbers are equally long and have nothing before them, as in North America, the length says enough.
    """
    import phonenumbers  # noqa: PLC0415 - see e164

    if spelled.digits.startswith(("00", "011")) or _lengths(national) >= MANY_LENGTHS:
        return True
    trunk = phonenumbers.ndd_prefix_for_region(home, True)  # noqa: FBT003 - phonenumbers' own
    return trunk not in (None, "", "1") and not spelled.digits.startswith(trunk)


def _lengths(number: PhoneNumber) -> int:
    """Return how many lengths the numbers of a number's country have: many say little."""
    import phonenumbers  # noqa: PLC0415 - see e164

    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    plan = metadata.general_desc if metadata else None
    return len(plan.possible_length) if plan else 0
