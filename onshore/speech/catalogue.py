"""The one list of the prompts there are, and what each is told."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshore import countries
from onshore.errors import PromptError
from onshore.plan import prompt_key

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = "0123456789*#"

# A file's name holds neither of these on every system.
_SPELLED = str.maketrans({"*": "star", "#": "pound"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a sentence is told."""

    name: str  # the variable in its template
    kind: str  # "country": ISO 3166-1 alpha-2; "key": of the keypad; "minutes"
    optional: bool = False  # may be "", or left out at the end

    def problem(self, value: str) -> str:
        """Return what is wrong with a value, or ""."""
        if not value:
            return "" if self.optional else "is missing"
        if self.kind == "country" and value not in countries.codes():
            return f"{value!r} is no country: two letters as in ISO 3166-1, like PH"
        if self.kind == "key" and (len(value) != 1 or value not in KEYS):
            return f"{value!r} is no key: one of {KEYS}"
        if self.kind == "minutes" and not (value.isascii() and value.isdigit() and 0 < int(value) < 1000):
            return f"{value!r} is no number of minutes: 1 to 999"
        return ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the catalogue."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    limit: float = 0.0  # seconds that it may take, spoken; 0: any
    use: str = ""  # when it is heard: for whoever records it


_country = Parameter("country", "country")
_key = Parameter("key", "key")
_stay = Parameter("stay", "key", optional=True)
_DISCLOSURE, _OFFER = 6.0, 8.0  # seconds: longer ones are not listened to

CATALOGUE = {
    sentence.name: sentence
    for sentence in (
        Sentence("welcome", use="First of all, when the call comes in."),
        Sentence("language", (_key,), use="In a menu of languages, each spoken by a speaker of it."),
        Sentence(
            "disclosure",
            (_country,),
            _DISCLOSURE,
            use="Before the caller speaks to an agent.",
        ),
        Sentence("agent-disclosure", (_country,), _DISCLOSURE, use="When the agent has picked up."),
        Sentence("automated", (), _DISCLOSURE, use="Where a machine answers, not a person."),
        Sentence("offer", (_country, _key, _stay), _OFFER, use="After the disclosure: how to be answered at home."),
        Sentence("offer-right", (_country, _key, _stay), _OFFER, use="The same, where a law gives the right to it."),
        Sentence("waiting", use="Before the caller waits in a queue."),
        Sentence("repeat", use="After an offer that no key has answered."),
        Sentence("invalid", use="When a key was pressed that does nothing."),
        Sentence("connecting", (_country,), use="When the caller has asked for another country's agents."),
        Sentence(
            "unavailable",
            (_country, Parameter("other", "country", optional=True), Parameter("key", "key", optional=True)),
            use="When no agent there takes the call: what else there is.",
        ),
        Sentence("closed", use="When every center is closed."),
        Sentence("wait", (Parameter("minutes", "minutes"),), use="While waiting in a queue."),
        Sentence("callback", use="When a call back was asked for."),
        Sentence("goodbye", use="Last of all."),
        Sentence("outbound", (_country,), use="First of all, when a company calls."),
        Sentence("unknown", (), _DISCLOSURE, use="Where the agent's country is not known."),
    )
}


def sentence(name: str) -> Sentence:
    """Return a sentence of the catalogue; PromptError names the nearest known one."""
    try:
        return CATALOGUE[name]
    except KeyError:
        raise PromptError(f"there is no prompt {name!r}{nearest(name, list(CATALOGUE))}") from None


def values(name: str, parameters: Sequence[str]) -> dict[str, str]:
    """Return a sentence's parameters by name, "" where one was left out; PromptError when they do not fit it."""
    known = sentence(name).parameters
    if len(parameters) > len(known):
        wants = ", ".join(parameter.name for parameter in known) or "none"
        raise PromptError(f"prompt {name}: too many parameters {', '.join(parameters)}; it takes {wants}")
    given = dict(zip((parameter.name for parameter in known), [*parameters, *[""] * len(known)], strict=False))
    for parameter in known:
        problem = parameter.problem(given[parameter.name])
        if problem:
            raise PromptError(f"prompt {name}: {parameter.name} {problem}")
    if name == "unavailable" and bool(given["other"]) != bool(given["key"]):
        raise PromptError("prompt unavailable: other and key go together: which country, and the key for it")
    return given


def file_key(name: str, *parameters: str) -> str:
    """Return the plan's key of a prompt as it stands in file names: `offer-US-1`, `offer-US-star`."""
    return prompt_key(name, *parameters).translate(_SPELLED)


def nearest(wanted: str, known: Sequence[str]) -> str:
    """Return the rest of a message about a name that is not known."""
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f"; did you mean {near[0]!r}? Known here" if near else "; known here"
    return f"{hint}: {', '.join(sorted(known)) or 'none'}"
