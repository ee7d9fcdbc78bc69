"""What is wrong in a site between keys that are right by themselves. Only at build time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshore import countries
from onshore.speech.wording import chain, languages_available

if TYPE_CHECKING:
    from onshore.site import Service, Site


def found(site: Site) -> list[str]:
    """Return what is wrong between a site's keys, a message for each: the key, and what to write instead."""
    problems = []
    homes = (*site.rule_set.home, *site.rule_set.also_home)
    problems += [
        f"home: {country!r} is not a home that {site.rules} knows ({', '.join(homes)}); change home or rules"
        for country in site.home
        if country not in homes
    ]
    if not problems and not set(site.home) & set(site.rule_set.home):
        problems.append(f"home: {site.rules} is a law of {' or '.join(site.rule_set.home)}: add it to home")
    available = languages_available(site.folder)
    problems += [
        f"languages: there are no prompts in {language!r}; known: {', '.join(available)}; "
        f"how to add one is in docs/prompts.md"
        for language in site.languages
        if not set(chain(language)) & set(available)
    ]
    doubled = {language for language in site.languages if site.languages.count(language) > 1}
    problems += [f"languages: {language!r} is there twice" for language in sorted(doubled)]
    problems += [
        f"speech.languages.{language}: the site does not speak {language!r}; add it to languages, or take this out"
        for language in site.speech.languages
        if language not in site.languages
    ]
    problems += _wrong_centers(site)
    for name, service in site.services.items():
        problems += _wrong_service(site, f"services.{name}", service)
    return problems


def _wrong_centers(site: Site) -> list[str]:
    problems = []
    queues: dict[str, str] = {}
    for name, center in site.centers.items():
        if center.country in site.rule_set.centers.never:
            problems.append(
                f"centers.{name}.country: {site.rules} does not allow calls to be answered in "
                f"{center.country} ({countries.english(center.country)})"
            )
        other = queues.setdefault(center.queue.lower(), name)  # to app_queue, capitals make no other name
        if site.centers[other].country != center.country:
            problems.append(
                f"centers.{name}.queue: {center.queue!r} is the queue of centers.{other} too, in another country: "
                f"a queue must be in one country, or the announcement is wrong"
            )
    return problems


def _wrong_service(site: Site, where: str, service: Service) -> list[str]:
    problems = []
    known = ", ".join(site.centers)
    problems += [
        f"{where}.center: there is no center {center!r}; known: {known}"
        for center in service.center
        if center not in site.centers
    ]
    if len(set(service.center)) < len(service.center):
        problems.append(f"{where}.center: the same center is there twice")
    if service.domestic not in site.centers:
        problems.append(f"{where}.domestic: there is no center {service.domestic!r}; known: {known}")
    elif not site.at_home(site.centers[service.domestic].country):
        country = site.centers[service.domestic].country
        problems.append(
            f"{where}.domestic: center {service.domestic!r} is in {country} ({countries.english(country)}), "
            f"and that is not at home ({', '.join(site.home)}): name a center at home"
        )
    if service.stay == service.key:
        problems.append(f"{where}.stay: key {service.key!r} is {where}.key too: the same key cannot do both")
    if service.ask_language and len(site.languages) == 1:
        problems.append(f"{where}.ask_language: the site has one language only; add to languages, or take this out")
    return problems
