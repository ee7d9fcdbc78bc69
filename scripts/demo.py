"""What demo.sh shows: a PBX with Onshore in it, and two callers who phone it over SIP."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from onshore import plan as plans
from onshore.errors import OnshoreError
from onshore.ledger import settings
from onshore.ledger.reading import read
from onshore.ledger.store import connect
from onshore.testing.call import At, Call, Press
from onshore.testing.heard import load_sounds, timeline
from onshore.testing.phones import FROM_PHONES, Agent, Phones, queues
from onshore.testing.private_asterisk import PrivateAsterisk
from onshore.testing.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from onshore.plan import Plan
    from onshore.testing.call import Recording

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "demo"
RECORDINGS = ROOT / "demo"
ONSHORE = Path(sys.executable).with_name("onshore")

AGENTS = (Agent("manila", 420, talks=3.0), Agent("milwaukee", 690, talks=3.0))
SITE = """\
home      = "US"
rules     = "us-call-center-act"
languages = ["en", "es"]
company   = "Acme Bank"

[asterisk]
etc     = "{etc}"
state   = "{state}"
command = "{command}"

[server]
listen = "127.0.0.1:{port}"

[speech]
command = "{espeak} -b 1 -v {{voice}} -s {{rate}} --stdin --stdout"

[centers.manila]
country = "PH"
queue   = "support-manila"

[centers.milwaukee]
country = "US"
queue   = "support-milwaukee"

[services.support]
center   = "manila"
domestic = "milwaukee"
key      = "1"
"""


def main() -> int:
    """Show it; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as stack:
            show(stack)
    except OnshoreError as error:
        print(f"demo.sh: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def show(stack: ExitStack) -> None:
    """Set the PBX up, phone it twice, and tell what each caller heard."""
    unpacked = unpack("22", ROOT / ".cache" / "asterisk" / "22", print)
    # What was spoken last time need not be spoken again.
    sounds = FOLDER / "state" / "sounds"
    kept = ROOT / ".cache" / "demo-sounds"
    if sounds.is_dir():
        shutil.rmtree(kept, ignore_errors=True)
        shutil.move(sounds, kept)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if kept.is_dir():
        sounds.parent.mkdir()
        shutil.move(kept, sounds)

    phones = stack.enter_context(Phones(unpacked, FOLDER / "phones", AGENTS))
    members = {f"support-{agent.name}": (agent.name,) for agent in AGENTS}
    files = {
        "extensions.conf": "[general]\nstatic=yes\n" + FROM_PHONES,
        "queues.conf": queues(members, "setinterfacevar=yes\nsetqueueentryvar=yes\n"),
    }
    pbx = PrivateAsterisk(unpacked, FOLDER / "pbx", endpoints=phones.endpoints(), files=files)
    stack.enter_context(pbx)
    say(f"A PBX with Asterisk {unpacked.version} is up, and another that plays the telephones and the agents.")

    site = FOLDER / "onshore.toml"
    port = free_port()
    site.write_text(
        SITE.format(etc=pbx.etc, state=FOLDER / "state", command=pbx.command, port=port, espeak=unpacked.espeak)
    )
    run(site, "build")
    run(site, "install", "--no-systemd")
    stack.enter_context(daemon(site, port))
    run(site, "check")

    plan = plans.load(FOLDER / "state" / plans.FILE)
    told = plan.prompt("en", "disclosure", "PH").milliseconds / 1000
    calls = [
        Call("support", (At(told + 2.0), Press("1")), name="presses-1", caller='"Ann" <2025550101>'),
        Call("support", name="presses-nothing", caller='"Bob" <2025550102>'),
    ]
    say("Two callers phone sip:support over SIP, side by side …")
    recordings = phones.run(calls, pbx.sip_port, stagger=1.0)
    RECORDINGS.mkdir(exist_ok=True)
    for recording in recordings:
        tell(recording, plan, phones.tones)
    say("That was Onshore. `onshore check` looked at all of it beforehand; the README says how to install it for good.")


def say(text: str) -> None:
    """Print a sentence of our own."""
    print(f"\n{text}", flush=True)


def run(site: Path, *words: str) -> None:
    """Run one of Onshore's commands, as an admin would, and show it."""
    print(f"\n$ onshore {' '.join(words)}", flush=True)
    done = subprocess.run([ONSHORE, "--config", site, *words], check=False)
    if done.returncode:
        raise OnshoreError(f"`onshore {' '.join(words)}` failed; its message is above")


@contextmanager
def daemon(site: Path, port: int) -> Iterator[None]:
    """Run `onshore serve`."""
    print("\n$ onshore serve &", flush=True)
    log = FOLDER / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [ONSHORE, "--config", site, "serve"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 20
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise OnshoreError(f"the daemon does not answer: {log.read_text()}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    """Return whether the daemon accepts connections."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def tell(recording: Recording, plan: Plan, tones: dict[str, int]) -> None:
    """Print one call as a timeline: what the recording holds, what was pressed, where the call went."""
    kept = RECORDINGS / f"{recording.call.name}.wav"
    shutil.copyfile(recording.file, kept)
    texts = {prompt.id: prompt.text for prompts in plan.prompts.values() for prompt in prompts.values()}
    sounds = [sound for sound in load_sounds(FOLDER / "state" / "sounds") if sound.name in texts]
    lines = [(at, f"presses {key}") for key, at in recording.pressed]
    for segment in timeline(recording, sounds, tones):
        match segment.kind:
            case "prompt":
                cut = "" if segment.full else f"  … cut short after {segment.seconds:.1f} s"
                lines.append((segment.start, f"hears   “{texts[segment.name]}”{cut}"))
            case "tone":
                center = plan.centers[segment.name]
                lines.append(
                    (
                        segment.start,
                        f"talks to an agent of {center.name}, {center.country}, for {segment.seconds:.1f} s",
                    )
                )
            case _:
                pass
    # A recording lacks the tenth of a second in which its own side sent a key: the evidence would seem late.
    lines += [(at - 0.1, text) for at, text in routed(recording.answered_at)]
    say(f"{recording.call.caller} {recording.call.name.replace('-', ' ')}")
    for at, text in sorted(lines):
        print(f"  {max(at, 0.0):6.2f} s  {text}")
    print(f"  {recording.seconds:6.2f} s  the call ends; what the caller heard is in {os.path.relpath(kept)}")


def routed(answered: float) -> list[tuple[float, str]]:
    """Return the choice and the queue of the call answered then, from the evidence; moments are seconds after it."""
    calls: dict[str, list[tuple[float, str, dict[str, Any]]]] = {}
    engine = connect(settings.load(FOLDER / "state").database)
    with engine.connect() as connection:
        for kept in read(connection):
            if kept.call:
                calls.setdefault(kept.call, []).append((kept.at / 1000 - answered, kept.kind, dict(kept.data or {})))
    engine.dispose()
    ours = min(calls.values(), key=lambda events: abs(events[0][0]))
    texts = {"choice": "choice: {choice}", "routed": "goes to queue {queue} ({country})"}
    return [(at, texts[kind].format(**data)) for at, kind, data in ours if kind in texts]


def free_port() -> int:
    """Return a free TCP port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
