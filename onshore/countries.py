"""Which country codes there are. From CLDR (Babel); only at build time."""

from __future__ import annotations

from functools import cache

from babel.core import Locale, get_global

# In CLDR beside ISO 3166-1: groups of countries, pseudo-regions, and codes that ISO only reserves.
_NO_COUNTRIES = frozenset(["EU", "EZ", "UN", "ZZ", "QO", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"])


@cache
def codes() -> frozenset[str]:
    """Return the codes of all countries and territories, as ISO 3166-1 alpha-2 has them; and XK, Kosovo."""
    known = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def checked(code: str) -> str:
    """Return a country's code, for a file that an admin wrote; ValueError says what to write instead."""
    if code in codes():
        return code
    hint = f"; did you mean {meant(code)!r} ({english(meant(code))})?" if meant(code) else ""
    raise ValueError(f"{code!r} is no country: write its two letters as in ISO 3166-1, like 'US'{hint}")


def english(code: str) -> str:
    """Return a country's name in English, for messages to an admin."""
    return str(Locale("en").territories.get(code, code))


def meant(code: str) -> str:
    """Return the code that somebody may have meant by one that is none: `UK` → `GB`, `Philippines` → `PH`; else ""."""
    aliases = get_global("territory_aliases").get(code.upper(), [])
    if aliases and aliases[0] in codes():
        return str(aliases[0])
    if code.upper() in codes():
        return code.upper()
    wanted = code.casefold()
    return next((known for known in sorted(codes()) if english(known).casefold() == wanted), "")
