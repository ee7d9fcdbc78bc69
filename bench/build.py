"""What `onshore build` costs beside the speech commands that it runs, and how much memory many prompts take.

    python bench/build.py                    # all of it, some minutes
    python bench/build.py full --times 7
    python bench/build.py full --slow 10     # with a voice that takes ten times as long as espeak-ng
    python bench/build.py many --countries 249 --languages 10

Prints one JSON object. espeak-ng must be on the PATH, or named with --espeak. What is compared is run in turns:
other programs make a machine faster or slower from one minute to the next.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import countries, planning
from onshore import site as sites
from onshore.build import studio
from onshore.speech.studio import Studio, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from onshore.site import Site

LANGUAGES = ("en", "es", "fr", "it", "de")
MANY = ("en", "es", "fr", "it", "de", "pt", "nl", "pl", "ro", "sv")
SITE = """
home      = "US"
rules     = "us-call-center-act"
languages = {languages}
company   = "Acme Bank"
[asterisk]
state   = "{folder}/state"
[speech]
command = "{speech} -b 1 -v {{voice}} -s {{rate}} --stdin --stdout"
[server]
listen = "127.0.0.1:4583"
[centers.manila]
country = "PH"
queue   = "manila"
[centers.bogota]
country = "CO"
queue   = "bogota"
[centers.milwaukee]
country = "US"
queue   = "milwaukee"
[services.support]
center   = ["manila", "bogota"]
domestic = "milwaukee"
"""


SLOW = """#!/bin/sh
text=$(cat)
for turn in $(seq {more}); do printf %s "$text" | {espeak} "$@" >/dev/null; done
printf %s "$text" | {espeak} "$@"
"""


def write_site(folder: Path, espeak: str, slow: int) -> Path:
    """Write the site that is built, 5 languages and 3 centers; espeak-ng speaks each sentence so many times."""
    speech = espeak
    if slow > 1:
        speech = str(folder / "speech")
        Path(speech).write_text(SLOW.format(more=slow - 1, espeak=espeak), "utf-8")
        Path(speech).chmod(0o755)
    file = folder / "onshore.toml"
    file.write_text(SITE.format(folder=folder, speech=speech, languages=json.dumps(LANGUAGES)), "utf-8")
    return file


def timed(*command: str) -> tuple[float, float, int]:
    """Run a command; return its wall-clock and processor seconds, its children's too, and its peak memory (KB)."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.stderr
    errors = done.stderr.read()
    _, status, used = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    if done.returncode:
        sys.exit(errors.decode())
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, processor, used.ru_maxrss


def spoken_alone(site_file: Path) -> Callable[[], float]:
    """Return what runs a site's speech commands alone, as many at once as there are processors; it returns seconds."""
    site = sites.load(site_file)
    making = studio(site)
    sources = {(source.language, source.id): source for source in map(making.source, wanted_of(site))}.values()
    commands = [(source.voice.identity(), source.spoken.encode()) for source in sources if source.voice]

    def run(command: tuple[list[str], bytes]) -> None:
        subprocess.run(command[0], input=command[1], stdout=subprocess.DEVNULL, check=True)

    def speak() -> float:
        started = time.monotonic()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(run, commands))
        return time.monotonic() - started

    return speak


def wanted_of(site: Site) -> list[Wanted]:
    """Return the prompts that a site wants."""
    return [Wanted(*one) for one in planning.wanted(site)]


def full(espeak: str, times: int, slow: int) -> dict[str, object]:
    """Compare whole builds with the speech commands alone; then rebuild, and change one sentence."""
    changed, spoken = [], set()
    with tempfile.TemporaryDirectory() as name:
        file = write_site(Path(name), espeak, slow)
        onshore = [str(Path(sys.executable).with_name("onshore")), "--config", str(file), "build", "--output"]
        speak = spoken_alone(file)
        rows = [(speak(), timed(*onshore, f"{name}/state-{turn}")[0]) for turn in range(times)]
        again = [timed(*onshore, f"{name}/state-0")[0] for _ in range(times)]
        (Path(name) / "prompts").mkdir()
        for turn in range(times):
            (Path(name) / "prompts" / "en.toml").write_text(f'repeat = "Press star, number {turn}."')
            made = subprocess.run([*onshore, f"{name}/state-0", "--json"], capture_output=True, check=True)
            spoken.add(json.loads(made.stdout)["sounds_made"])
            (Path(name) / "prompts" / "en.toml").write_text(f'repeat = "Press star: number {turn}."')
            changed.append(timed(*onshore, f"{name}/state-0")[0])
    median = statistics.median
    return {
        "languages": len(LANGUAGES),
        "centers": 3,
        "voice": f"espeak-ng, {slow} times for each sentence",
        "speech commands alone, seconds": round(median(row[0] for row in rows), 2),
        "whole build, seconds": round(median(row[1] for row in rows), 2),
        "build / speech alone, median of pairs": round(median(row[1] / row[0] for row in rows), 3),
        "build / speech alone, each pair": [round(row[1] / row[0], 2) for row in rows],
        "rebuild with nothing changed, seconds": round(median(again), 3),
        "one sentence changed, seconds": round(median(changed), 3),
        "one sentence changed, prompts spoken": sorted(spoken),
    }


def make(espeak: str, number: str, languages: str) -> None:
    """Make the disclosure of so many countries, in so many languages."""
    making = Studio(command=f"{espeak} -b 1 -v {{voice}} -s {{rate}} --stdin --stdout")
    codes = sorted(countries.codes())[: int(number)]
    wanted = [Wanted(language, "disclosure", (code,)) for language in MANY[: int(languages)] for code in codes]
    with tempfile.TemporaryDirectory() as name:
        made = making.make(wanted, Path(name) / "none", Path(name) / "new")
    assert len(made) == len(wanted)


def many(espeak: str, number: int, languages: int) -> dict[str, object]:
    """Measure memory and processors while many prompts are made."""
    seconds, processor, memory = timed(sys.executable, __file__, "make", espeak, str(number), str(languages))
    return {
        "countries": number,
        "languages": languages,
        "seconds": round(seconds, 1),
        "processors used, of the machine's": [round(processor / seconds, 2), os.cpu_count()],
        "peak memory of the largest process, MB": round(memory / 1024),
    }


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["all", "full", "many"], default="all")
    parser.add_argument("--times", type=int, default=5, help="how often each is run (5)")
    parser.add_argument("--slow", type=int, default=1, help="of `full`: how often the voice speaks each sentence (1)")
    parser.add_argument("--countries", type=int, default=249, help="of `many` (249)")
    parser.add_argument("--languages", type=int, default=10, help="of `many`, at most 10 (10)")
    parser.add_argument("--espeak", default="espeak-ng", help="the command (espeak-ng)")
    given = parser.parse_args()
    found = {}
    if given.what in ("all", "full"):
        found["full"] = full(given.espeak, given.times, given.slow)
    if given.what in ("all", "many"):
        found["many"] = many(given.espeak, given.countries, given.languages)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(*sys.argv[2:])
    else:
        main()
