"""What a report calls things: countries, reasons, outcomes, shares."""

from __future__ import annotations

import functools

from onshore.report.figures import ENDED_BEFORE, HUNG_UP, NOT_KNOWN, NOT_OVER
from onshore.speech.wording import Wording

OUTCOMES = {  # in the order of a report; each call has one, or is not over
    "answered": "answered by an agent",
    "abandoned": "the caller hung up while waiting",
    "unanswered": "the queue gave the caller back",
    "left": "the caller left the queue: by a key, or as the admin's dialplan had it",
    "unknown": "nothing told how it ended in the queue",
    "before-queue": "the caller hung up before the queue",
    "closed": "all centers were closed",
    NOT_OVER: "not over, or its end was never told",
}

REASONS = {
    **OUTCOMES,
    "sound-missing": "the sound file could not be played; the call went home instead",
    "no-translation": "no codec for it; the call went home instead",
    HUNG_UP: "the caller hung up before it began",
    ENDED_BEFORE: "the call ended before anything was said",
    NOT_KNOWN: "not known",
    "at-home": "answered at home",
    "domestic": "the caller was already on the way home",
    "answered-abroad": "an agent abroad answered all the same",
    "country-not-known": "an agent answered, it is not known where",
}


@functools.cache
def _names() -> Wording:
    """Return the English file of prompts, which has countries as they are said; read when first wanted."""
    return Wording("en")


def country(code: str) -> str:
    """Return a country as a report names it; "": no agent is known to have answered."""
    if code == NOT_KNOWN:
        return "answered, country not known"
    return f"{_names().country(code)} ({code})" if code else "no agent answered, or none is known of"


def percent(part: float, whole: float) -> str:
    """Return a share, or a dash where there is none."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
