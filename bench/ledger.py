"""What the ledger costs: a call's commits under load; and, of many events, size, verification, a month's report.

    python bench/ledger.py load --rate 200 --seconds 30
    python bench/ledger.py make --events 10_000_000 --folder /tmp/ledger      # once, some minutes
    python bench/ledger.py read --folder /tmp/ledger

Calls are generated: seeded, a year of them with the shape of days and weeks. Prints one JSON object. With
--url postgresql+psycopg://… the same in PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import site as sites
from onshore.evidence import Event
from onshore.ledger import daemon
from onshore.ledger.opening import open_store
from onshore.ledger.privacy import Numbers
from onshore.ledger.settings import FILE, Settings, key_of, load
from onshore.testing.calls import MadeCall, calls

if TYPE_CHECKING:
    from onshore.ledger.writer import LedgerEvidence

DAYS = 365
EVENTS_A_CALL = 8.3  # about
SITE = """
home      = "US"
rules     = "us-call-center-act"
languages = ["en", "es"]
[asterisk]
state = "{folder}"
[ledger]
url = "{url}"
chain = "bench"
[centers.manila]
country = "PH"
queue = "manila"
[centers.milwaukee]
country = "US"
queue = "milwaukee"
[services.support]
center = "manila"
domestic = "milwaukee"
"""


def settings_in(folder: Path, url: str) -> Settings:
    """Write a site and its ledger's settings into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "onshore.toml").write_text(SITE.format(folder=folder, url=url))
    made = Settings(state=folder, url=url, chain="bench", home="US", keep_numbers=False, queue_log="")
    (folder / FILE).write_text(made.to_json())
    return load(folder)


def load_test(folder: Path, url: str, rate: int, seconds: int) -> dict[str, object]:
    """Let so many calls a second commit each of their steps; return what a call waits for all of its commits."""
    found = settings_in(folder, url)
    made = list(calls(1, date(2026, 10, 5), 7, 2 * rate * seconds / 7))[: rate * seconds]
    waits: list[float] = []

    async def call(one: MadeCall, evidence: LedgerEvidence) -> None:
        waited = 0.0
        for event in one.events:
            evidence.add(event)
            if event.kind in {"disclosed", "offered", "choice", "routed", "ended"}:
                began = time.perf_counter()
                await evidence.commit()
                waited += time.perf_counter() - began
                await asyncio.sleep(0.05)
        waits.append(waited)

    async def all_of_them(evidence: LedgerEvidence) -> None:
        tasks = []
        began = time.perf_counter()
        for number, one in enumerate(made):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(call(one, evidence)))
        await asyncio.gather(*tasks)

    with daemon.evidence(found.state) as evidence:
        asyncio.run(all_of_them(evidence))
    each = sorted(waits)
    return {
        "calls a second": rate,
        "calls": len(each),
        "a call's wait for all of its commits, ms: median": round(1000 * each[len(each) // 2], 2),
        "99th percentile": round(1000 * each[int(0.99 * len(each))], 2),
        "longest": round(1000 * each[-1], 2),
    }


def make(folder: Path, url: str, events: int) -> dict[str, object]:
    """Fill a ledger with a year of calls."""
    found = settings_in(folder, url)
    store = open_store(found)
    numbers = Numbers(key_of(found), "US")
    kept: list[Event] = []
    count = number = 0
    began = time.monotonic()
    for one in calls(2, date(2025, 11, 1), DAYS, events / EVENTS_A_CALL / DAYS):
        for event in one.events:
            known = numbers.caller(str(event.data["number"])) if event.kind == "caller" else event.data
            kept.append(Event(event.call, event.kind, known, event.at))
        number += 1
        if len(kept) > 20_000:
            count += store.append(kept)
            kept = []
    count += store.append(kept)
    store.engine.dispose()
    size = sum(file.stat().st_size for file in folder.glob("ledger.sqlite3*"))
    return {
        "events": count,
        "calls": number,
        "seconds to make": round(time.monotonic() - began),
        "bytes a call on disk": round(size / number) if not url else None,
    }


def read(folder: Path) -> dict[str, object]:
    """Verify the whole ledger, and make a month's report: seconds, and the memory of the largest process."""
    site = sites.load(folder / "onshore.toml")
    onshore = [str(Path(sys.executable).with_name("onshore")), "--config", str(site.file)]
    seconds, memory, printed = timed(*onshore, "ledger", "verify", "--json")
    events = json.loads(printed)["events"]
    found: dict[str, object] = {
        "events": events,
        "verify, seconds": round(seconds, 1),
        "verify, events a second": round(events / seconds),
        "verify, peak memory of the largest process, MB": memory,
        "problems": len(json.loads(printed)["problems"]),
    }
    for form in ("json", "html", "pdf"):
        output = str(folder / f"report.{form}")
        seconds, memory, _ = timed(*onshore, "report", "--month", "2026-09", "--output", output)
        found[f"a month's report as {form}, seconds"] = round(seconds, 1)
        found[f"as {form}, peak memory, MB"] = memory
    return found


def timed(*command: str) -> tuple[float, int, bytes]:
    """Run a command; return its seconds, the peak memory of its largest process in MB, and what it printed."""
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=output)
        _, status, _ = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        if child.returncode:
            sys.exit(f"{command} failed")
        output.seek(0)
        printed = output.read()
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, printed


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["load", "make", "read"])
    parser.add_argument("--rate", type=int, default=200, help="of `load`: calls a second (200)")
    parser.add_argument("--seconds", type=int, default=20, help="of `load` (20)")
    parser.add_argument("--events", type=int, default=10_000_000, help="of `make` (10000000)")
    parser.add_argument(
        "--folder", type=Path, help="of `make` and `read`: where the ledger is; of `load`: on which disk"
    )
    parser.add_argument("--url", default="", help="a PostgreSQL; else SQLite")
    given = parser.parse_args()
    if given.what == "load":
        with tempfile.TemporaryDirectory(dir=given.folder) as name:
            found = load_test(Path(name), given.url, given.rate, given.seconds)
    elif not given.folder:
        parser.error("--folder is needed")
    elif given.what == "make":
        found = make(given.folder, given.url, given.events)
    else:
        found = read(given.folder)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
