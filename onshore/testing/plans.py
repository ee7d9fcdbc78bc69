"""A small plan to test with: two languages, a center abroad and one at home. No sound files belong to it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onshore import plan
from onshore.plan import Center, Plan, Prompt, Service, prompt_key

if TYPE_CHECKING:
    from pathlib import Path

# What is said, in English, and how many milliseconds it takes.
SENTENCES: dict[tuple[str, ...], tuple[str, int]] = {
    ("welcome",): ("Welcome.", 1200),
    ("language", "1"): ("For English, press 1.", 1500),
    ("language", "2"): ("For Spanish, press 2.", 1500),
    ("disclosure", "PH"): ("Your call will be answered in the Philippines.", 3000),
    ("disclosure", "US"): ("Your call will be answered in the United States.", 3000),
    ("offer", "US", "1"): ("To speak to an agent in the United States, press 1.", 4000),
    ("repeat",): ("To hear this again, press star.", 1800),
    ("invalid",): ("This key is not in use.", 1400),
    ("connecting", "US"): ("You are being connected to the United States.", 2200),
    ("connecting", "PH"): ("You are being connected to the Philippines.", 2200),
    ("unavailable", "PH"): ("Nobody answers in the Philippines now.", 2500),
    ("unavailable", "US"): ("Nobody answers in the United States now.", 2500),
    ("unavailable", "PH", "US", "1"): ("Nobody answers in the Philippines. For the United States, press 1.", 4500),
    ("unavailable", "US", "PH", "1"): ("Nobody answers in the United States. For the Philippines, press 1.", 4500),
    ("waiting",): ("Please hold the line.", 1500),
    ("closed",): ("We are closed now.", 1600),
    ("goodbye",): ("Goodbye.", 800),
}
LANGUAGES = ("en", "es")


def sample_plan(**changes: Any) -> Plan:  # noqa: ANN401 - the fields of Plan, checked there
    """Return the plan of a site that serves `support`: answered in the Philippines, at home in the US, key 1.

    `changes` replace fields of the plan.
    """
    sample = Plan(
        version="sample",
        rules="us-call-center-act",
        listen="127.0.0.1:4583",
        languages=LANGUAGES,
        centers={
            "manila": _center("manila", "PH", announce=True),
            "milwaukee": _center("milwaukee", "US", announce=False),
        },
        services={"support": sample_service()},
        prompts={language: _prompts(language) for language in LANGUAGES},
    )
    return replace(sample, **changes)


def sample_service(**changes: Any) -> Service:  # noqa: ANN401 - the fields of Service, checked there
    """Return the service `support` of the sample plan, with these fields replaced."""
    service = Service(
        name="support",
        centers=("manila",),
        domestic="milwaukee",
        key="1",
        stay="",
        key_timeout=3000,
        answer_wait=0,
        welcome=False,
        ask_language=False,
        offer="offer",
    )
    return replace(service, **changes)


def write_plan(state: Path, sample: Plan) -> Path:
    """Write a plan into a state folder as `build` does, swapped in at once, and return its file."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / plan.FILE
    new = path.with_suffix(".new")
    new.write_text(json.dumps(plan.to_json(sample)))
    new.replace(path)
    return path


def _center(name: str, country: str, *, announce: bool) -> Center:
    return Center(
        name=name,
        country=country,
        queue=f"support-{name}",
        announce=announce,
        offer=announce,
        reason="" if announce else "domestic",
        enter="",
        options="",
        timeout=0,
        timezone="",
        hours=(),
    )


def _prompts(language: str) -> dict[str, Prompt]:
    suffix = "" if language == "en" else f"-{language}"
    return {
        prompt_key(*key): Prompt(f"{prompt_key(*key)}-0{suffix}", language, text, milliseconds)
        for key, (text, milliseconds) in SENTENCES.items()
    }
