"""Site → plan: what each call will need, worked out beforehand. Only at build time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from onshore import plan as plans
from onshore import site as sites
from onshore.plan import Center, Plan, Prompt, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onshore.site import Site


def wanted(site: Site) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return every prompt that a call to this site can play: language, name, parameters. Nothing else is built."""
    sentences: dict[tuple[str, tuple[str, ...]], None] = {}
    for service in _services(site):
        sentences.update(dict.fromkeys(_sentences(site, service)))
    found = [(language, name, parameters) for language in site.languages for name, parameters in sentences]
    if any(service.ask_language for service in site.services.values()):
        found += [(language, "language", (str(number),)) for number, language in enumerate(site.languages, 1)]
    return found


def _sentences(site: Site, service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    domestic = _center(site, service.domestic)
    others = [_center(site, name) for name in service.centers if name != domestic.name]
    yield "waiting", ()
    if service.welcome:
        yield "welcome", ()
    if all(center.hours for center in (*others, domestic)):
        yield "closed", ()
        yield "goodbye", ()
    for center in (*others, domestic):
        if center.announce:
            yield "disclosure", (center.country,)
    for center in others:
        if center.announce and center.offer:
            yield service.offer, (domestic.country, service.key, service.stay)
            yield "repeat", ()
            yield "invalid", ()
    yield from _when_unavailable(service, domestic, others)


def _when_unavailable(
    service: Service, domestic: Center, others: list[Center]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return what is said when a queue does not take the call: from home the others are offered, from there home."""
    yield "connecting", (domestic.country,)
    for center in others:
        yield "connecting", (center.country,)
        yield "unavailable", (center.country, domestic.country, service.key)
        yield "unavailable", (domestic.country, center.country, service.key)
        if domestic.hours:  # else there is always somebody to offer
            yield "unavailable", (center.country,)
    if all(center.hours for center in others):
        yield "unavailable", (domestic.country,)


def plan(site: Site, prompts: Iterable[tuple[str, Prompt]]) -> Plan:
    """Return the plan of a site; `prompts` are what was built, each with its `prompt_key`."""
    by_language: dict[str, dict[str, Prompt]] = {language: {} for language in site.languages}
    for key, prompt in prompts:
        by_language[prompt.language][key] = prompt
    found = Plan(
        version="",
        rules=site.rules,
        listen=site.server.listen if site.server else "",
        languages=site.languages,
        centers={name: _center(site, name) for name in site.centers},
        services={service.name: service for service in _services(site)},
        prompts=by_language,
    )
    content = json.dumps(plans.to_json(found), sort_keys=True).encode()
    return replace(found, version=hashlib.sha256(content).hexdigest()[:12])


def _center(site: Site, name: str) -> Center:
    center = site.centers[name]
    rules = site.rule_set.call
    at_home = site.at_home(center.country)
    return Center(
        name=name,
        country=center.country,
        queue=center.queue,
        announce=rules.announce == "always" or not at_home,
        offer=not at_home,
        reason="at-home" if at_home else "",
        enter=center.enter,
        options=center.options,
        timeout=center.timeout,
        timezone=center.timezone or "",
        hours=tuple(sites.hours(span) for span in center.hours),
    )


def _services(site: Site) -> list[Service]:
    return [
        Service(
            name=name,
            centers=service.center,
            domestic=service.domestic,
            key=service.key,
            stay=service.stay or "",
            key_timeout=round(service.key_timeout * 1000),
            answer_wait=round(service.answer_wait * 1000),
            welcome=service.welcome,
            ask_language=service.ask_language,
            offer=site.rule_set.call.offer,
        )
        for name, service in site.services.items()
    ]
