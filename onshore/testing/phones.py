"""Telephones and agents: a second Asterisk that calls a PBX over SIP, records what callers hear, and answers."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from onshore.errors import AsteriskError
from onshore.testing.call import At, Call, HangUp, Press, Recording, Step, UntilSilence, UntilSound, Wait
from onshore.testing.etc import endpoint
from onshore.testing.private_asterisk import PrivateAsterisk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from onshore.testing.unpack import Unpacked

# For the PBX's extensions.conf. `sip:support` goes to the context `onshore`; `sip:support.fr_CA` does so with that
# channel language, `sip:support.` with an empty one.
FROM_PHONES = """
[from-phones]
exten => _[a-zA-Z0-9]!,1,NoOp(${EXTEN} from ${CALLERID(all)})
 same => n,ExecIf($[${FIELDQTY(EXTEN,.)} > 1]?Set(CHANNEL(language)=${CUT(EXTEN,.,2)}))
 same => n,Goto(onshore,${CUT(EXTEN,.,1)},1)
"""

# The time it takes SendDTMF until it sends.
_KEY_DELAY = 0.1
_SET_UP_TIME = 30.0  # seconds, from dialling to the answer

# What a caller does. Times go into the log as milliseconds since 1970; steps are NAME:VALUE, with "|" between them.
_CALLER = """
[caller]
exten => call,1,Set(BEGAN=${STRFTIME(,,%s%3q)})
 same => n,MixMonitor(${RECORD}/both.wav,Sr(${RECORD}/heard.wav))
 same => n,Set(TIMEOUT(absolute)=${LIMIT})
 same => n,Set(FILE(${RECORD}/log,,,al,u)=answered ${BEGAN})
 same => n(next),Set(STEP=${SHIFT(STEPS,|)})
 same => n,GotoIf($["${STEP}" = ""]?stay)
 same => n,Set(VALUE=${CUT(STEP,:,2)})
 same => n,Goto(${CUT(STEP,:,1)})
 same => n(wait),Wait(${VALUE})
 same => n,Goto(next)
 same => n(at),Set(LEFT=$[${VALUE} * 1000 - (${STRFTIME(,,%s%3q)} - ${BEGAN})])
 same => n,ExecIf($[${LEFT} > 0]?Wait($[${LEFT} / 1000]))
 same => n,Goto(next)
 same => n(sound),WaitForNoise(60,1)
 same => n,Goto(next)
 same => n(silence),Set(PACKETS=${CHANNEL(rtcp,rxcount)})
 same => n,WaitForSilence(${VALUE},1,$[${VALUE} / 1000 + 2])
 same => n,GotoIf($["${WAITSTATUS}" = "TIMEOUT" & ${CHANNEL(rtcp,rxcount)} > ${PACKETS}]?silence:next)
 same => n(key),Set(FILE(${RECORD}/log,,,al,u)=key ${STRFTIME(,,%s%3q)} ${VALUE})
 same => n,SendDTMF(${VALUE},0,120)
 same => n,Goto(next)
 same => n(hangup),Set(FILE(${RECORD}/log,,,al,u)=caller ${STRFTIME(,,%s%3q)})
 same => n,Hangup()
 same => n(stay),Wait(3600)
exten => T,1,Set(FILE(${RECORD}/log,,,al,u)=limit ${STRFTIME(,,%s%3q)})
 same => n,Hangup()
exten => h,1,Set(FILE(${RECORD}/log,,,al,u)=ended ${STRFTIME(,,%s%3q)} ${HANGUPCAUSE})
exten => failed,1,Set(FILE(${RECORD}/log,,,al,u)=unanswered ${STRFTIME(,,%s%3q)} ${REASON})
"""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who answers: a queue member of the PBX, `PJSIP/NAME`. The tone it plays tells who it was."""

    name: str
    hz: int  # of the tone; well apart from others', and no multiple of theirs
    talks: float | None = 5.0  # seconds, then hangs up; None: until the caller does
    answers_after: float = 0.0  # seconds of ringing
    answers: bool = True  # else it rings for ever

    def dialplan(self) -> str:
        """Return the extension that plays the agent."""
        if not self.answers:
            return f"exten => {self.name},1,Ringing()\n same => n,Wait(3600)\n same => n,Hangup()\n"
        ringing = f" same => n,Ringing()\n same => n,Wait({self.answers_after})\n" if self.answers_after else ""
        return (
            f"exten => {self.name},1,NoOp()\n{ringing} same => n,Answer()\n same => n,PlayTones({self.hz})\n"
            f" same => n,Wait({3600 if self.talks is None else self.talks})\n same => n,Hangup()\n"
        )


def queues(members: Mapping[str, Iterable[str]], more: str = "") -> str:
    """Return a queues.conf: each queue with its agents, by name. `more` is added to every queue."""
    text = "[general]\npersistentmembers=no\nautofill=yes\n"
    for queue, agents in members.items():
        text += f"\n[{queue}]\nmusicclass=default\nstrategy=rrmemory\ntimeout=15\nretry=1\nringinuse=yes\n"
        text += f"announce-frequency=0\nwrapuptime=0\n{more}\n"
        text += "".join(f"member => PJSIP/{agent}\n" for agent in agents)
    return text


class Phones:
    """The telephones and the agents. A context manager: up at `with`, and gone after it.

    `codec` is the one that the telephones speak; of one that Asterisk only passes through nothing is recorded.
    """

    def __init__(self, unpacked: Unpacked, folder: Path, agents: Iterable[Agent] = (), codec: str = "ulaw") -> None:
        self.agents = tuple(agents)
        self.tones = {agent.name: agent.hz for agent in self.agents}
        # Where calls of a PBX come in, and the endpoint that calls go out from: they are dialled by address.
        self._codec = f"disallow=all\nallow={codec}\n"
        pbx = endpoint("pbx", "sip:127.0.0.1", "agents", identify=True, more=self._codec)
        agents_context = "\n[agents]\n" + "".join(agent.dialplan() for agent in self.agents)
        self.asterisk = PrivateAsterisk(
            unpacked, folder, endpoints=pbx, files={"extensions.conf": _CALLER + agents_context}
        )
        self._numbers = itertools.count(1)

    @property
    def sip_port(self) -> int:
        """Where the agents are reached, on 127.0.0.1."""
        return self.asterisk.sip_port

    def endpoints(self) -> str:
        """Return what the PBX's pjsip.conf needs: an endpoint for each agent, and calls from here to from-phones."""
        text = endpoint("phones", f"sip:127.0.0.1:{self.sip_port}", "from-phones", identify=True, more=self._codec)
        for agent in self.agents:
            text += endpoint(agent.name, f"sip:{agent.name}@127.0.0.1:{self.sip_port}", "from-phones")
        return text

    def start(self) -> None:
        """Start, and wait until it is up."""
        self.asterisk.start()

    def stop(self) -> None:
        """Stop, hanging calls up."""
        self.asterisk.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, calls: Sequence[Call], port: int, *, stagger: float = 0.05) -> list[Recording]:
        """Make all the calls side by side, to the PBX at a port of 127.0.0.1, and return what came of each, in order.

        `stagger`: seconds between the beginnings of two calls. Blocks until all have ended, at most for the longest
        limit and the time to set up; AsteriskError then.
        """
        begun = [self.begin(call, port, pause=stagger if number else 0) for number, call in enumerate(calls)]
        return [one.wait() for one in begun]

    def begin(self, call: Call, port: int, *, pause: float = 0) -> RunningCall:
        """Begin a call, after a pause, and return at once: `wait()` on what is returned gives the recording."""
        if pause:
            time.sleep(pause)
        name = f"{next(self._numbers):03}-{re.sub('[^a-zA-Z0-9_.-]', '_', call.name or call.dial)}"
        folder = self.asterisk.folder / "calls" / name
        folder.mkdir(parents=True)
        asked = self.asterisk.spool / "tmp" / f"{name}.call"
        asked.write_text(_call_file(call, port, folder))
        asked.replace(self.asterisk.spool / "outgoing" / asked.name)  # whole at once: Asterisk reads it there and then
        return RunningCall(call, folder, self.asterisk)


class RunningCall:
    """A call that has begun."""

    def __init__(self, call: Call, folder: Path, asterisk: PrivateAsterisk) -> None:
        self.call = call
        self.folder = folder
        self._asterisk = asterisk
        self._deadline = time.monotonic() + _SET_UP_TIME + call.limit + 10

    def log(self) -> list[tuple[str, float, str]]:
        """Return what has happened so far: what ("answered", "key", "caller", "limit", "ended"), when, and more of it.

        When is in seconds since 1970.
        """
        try:
            lines = (self.folder / "log").read_text().splitlines()
        except FileNotFoundError:
            return []
        events = [(*line.split(" ", 2), "")[:3] for line in lines]
        return [(what, int(when) / 1000, more) for what, when, more in events]

    def wait_for(self, what: str) -> float:
        """Wait until something of the log happened, or the call is over; return when (seconds since 1970).

        AsteriskError when the call is over without it, or does not end in time.
        """
        while True:
            log = self.log()
            for event, when, _ in log:
                if event == what:
                    return when
            over = [event for event, _, _ in log if event in {"ended", "unanswered"}]
            late = time.monotonic() > self._deadline
            if over or late or not self._asterisk.running:
                raise AsteriskError(
                    f"The call to {self.call.dial} was not {what}, but {over[0] if over else 'never ended'}: "
                    f"see {self._asterisk.log / 'full'}"
                )
            time.sleep(0.02)

    def wait(self) -> Recording:
        """Wait until the call is over and its recording whole."""
        try:
            self.wait_for("ended")
        except AsteriskError:
            if "unanswered" not in {event for event, _, _ in self.log()}:
                raise
        log = self.log()
        times = {event: when for event, when, _ in reversed(log)}
        file = self.folder / "heard.wav"
        answered = times.get("answered", 0.0)
        if answered:
            self._wait_for_file(file)
        end = times["ended"] if answered else 0.0
        ways = (("caller", "caller"), ("limit", "limit"), ("answered", "far end"), ("unanswered", "unanswered"))
        return Recording(
            call=self.call,
            file=file,
            ended=next(way for event, way in ways if event in times),
            seconds=round(end - answered, 3),
            answered_at=answered,
            pressed=tuple((key, round(when + _KEY_DELAY - answered, 3)) for event, when, key in log if event == "key"),
            cause=next((int(more or 0) for event, _, more in log if event == "ended"), 0),
        )

    def _wait_for_file(self, file: Path) -> None:
        """Wait until Asterisk has closed a recording: it writes the length into the header then."""
        while time.monotonic() < self._deadline:
            if file.exists():
                data = file.read_bytes()
                if len(data) > 44 and int.from_bytes(data[40:44], "little") == len(data) - 44:
                    return
            time.sleep(0.02)
        raise AsteriskError(f"{file} was never finished: see {self._asterisk.log / 'full'}")


def _call_file(call: Call, port: int, folder: Path) -> str:
    dialled = call.dial if call.language is None else f"{call.dial}.{call.language}"
    for text in (dialled, call.caller, call.name):
        if "\n" in text or "\r" in text:
            raise ValueError(f"{text!r}: a call file has no way to write a newline")
    return f"""Channel: PJSIP/pbx/sip:{dialled}@127.0.0.1:{port}
CallerID: {call.caller}
MaxRetries: 0
WaitTime: {_SET_UP_TIME:.0f}
Context: caller
Extension: call
Priority: 1
Setvar: RECORD={folder}
Setvar: LIMIT={call.limit}
Setvar: STEPS={"|".join(_step(step, after) for step, after in itertools.pairwise((*call.steps, None)) if step)}
"""


def _step(step: Step, after: Step | None) -> str:
    # A key goes down a moment after its step begins: wait so much less for it.
    early = _KEY_DELAY if isinstance(after, Press) else 0
    match step:
        case Wait(seconds):
            return f"wait:{max(0, seconds - early):.3f}"
        case At(second):
            return f"at:{max(0, second - early):.3f}"
        case UntilSound():
            return "sound:"
        case UntilSilence(seconds):
            return f"silence:{seconds * 1000:.0f}"
        case Press(key):
            if len(key) != 1 or key not in "0123456789*#":
                raise ValueError(f"{key!r} is no key of a telephone")
            return f"key:{key}"
        case HangUp():
            return "hangup:"
