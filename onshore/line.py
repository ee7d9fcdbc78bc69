"""What a call flow may do with a caller's channel. Transports implement it; the call flow knows no more of them."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False  # type checkers know better; importing `typing` takes 6 ms, and a call may wait for it
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from onshore.plan import Prompt
else:
    Protocol = object


DEADLINE = 2.0  # seconds: so long the dialplan waits for the call flow beyond what it was told to expect


class _Cut(Exception):  # noqa: N818 - it is what happened, not an error
    """The call flow ends here. `heard` is how many milliseconds of a prompt were played until then."""

    def __init__(self, heard: int = 0) -> None:
        super().__init__(heard)
        self.heard = heard


class CallerGone(_Cut):
    """The caller hung up."""


class TakenOver(_Cut):
    """The deadline passed, and the dialplan goes on with the call: nothing more may be done with it here."""


class LineLost(Exception):  # noqa: N818 - it is what happened, not an error
    """Asterisk closed the connection, or speaks nonsense. The dialplan goes on with the call, if there is still one."""


class SoundMissingError(Exception):
    """Asterisk could not play a prompt.

    `reason` is for the ledger: "sound-missing", or "no-translation" to a codec that Asterisk passes through alone.
    """

    def __init__(self, reason: str = "sound-missing") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a call when it comes in. What the caller had a hand in is capped, and never sent back."""

    call: str  # ONSHORE_CALL
    service: str
    unique_id: str  # Asterisk's UNIQUEID
    channel: str  # Asterisk's channel name
    language: str  # the channel's
    number: str  # the caller's
    arguments: tuple[str, ...] = ()  # what else the dialplan said, after service and call


@dataclass(frozen=True, slots=True)
class Heard:
    """How a prompt, or a wait for a key, ended."""

    milliseconds: int  # how much of the prompt was played; of a wait: 0
    key: str = ""  # the key that ended it; "": it ended by itself
    ignored: str = ""  # keys that came too early, or twice, and did not count


class Line(Protocol):
    """A caller's channel.

    Any of these may raise CallerGone, TakenOver or LineLost. Every one that takes time moves the dialplan's deadline,
    so that the dialplan takes over within three seconds when the call flow dies at it; it then acts on the key that was
    pressed meanwhile, for which `during` says in which prompt that was. A key that comes again within a second of
    itself counts once.
    """

    async def play(self, prompt: Prompt, keys: str = "", *, during: str = "", told: str = "", early: int = 0) -> Heard:
        """Play a prompt in its language; one of `keys` cuts it short. SoundMissingError when it cannot be played.

        `told` is the event that it will be in the evidence, if the law asks for it. In the first `early` milliseconds
        no key counts: it was meant for what came before.
        """

    async def read_key(self, milliseconds: int, *, during: str = "") -> Heard:
        """Wait for one key, in silence."""

    async def hold(self, milliseconds: int) -> Heard:
        """Play a ringing tone, and wait for one key."""

    async def signal(self, event: str, details: str) -> None:
        """Have Asterisk write a user event into its CEL, if it has one: letters, digits and `_.@|=/-` alone."""

    async def finish(self, variables: Mapping[str, str], language: str) -> None:
        """Set channel variables, all at once, and the channel's language: the dialplan goes on with them."""
