"""What a check has looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    problem: str = ""  # "": it is as it must be
    remedy: str = ""  # what to do about the problem
    serious: bool = True  # else a caller would not notice
