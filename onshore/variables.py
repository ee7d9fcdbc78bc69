"""Asterisk's channel variables that Onshore writes: every name, in one place.

The first group is for the admin's own dialplan and CDRs, and stays as it is. The second is between the
dialplan that `build` writes and the call flow.
"""

SERVICE = "ONSHORE_SERVICE"
CENTER = "ONSHORE_CENTER"
COUNTRY = "ONSHORE_COUNTRY"  # announced
LANGUAGE = "ONSHORE_LANGUAGE"
CHOICE = "ONSHORE_CHOICE"
QUEUE = "ONSHORE_QUEUE"
CALL = "ONSHORE_CALL"  # the ledger's id
DONE = "ONSHORE_DONE"  # "1": the call flow finished

ENTER = "ONSHORE_ENTER"  # the admin's own dialplan that leads to the queue; empty: Queue() itself
QUEUE_OPTIONS = "ONSHORE_QUEUE_OPTIONS"
QUEUE_TIMEOUT = "ONSHORE_QUEUE_TIMEOUT"  # seconds; empty: none
NEXT = "ONSHORE_NEXT"  # where the dialplan goes on: "queue", "hangup"
QUEUED = "ONSHORE_QUEUED"  # when Queue() began, seconds since the epoch
LIMIT = "ONSHORE_LIMIT"  # the admin's own TIMEOUT(absolute): when it passes, seconds since the epoch; empty: none
FALLBACK = "ONSHORE_FALLBACK"  # why the dialplan took over; empty: it did not
KEY = "ONSHORE_KEY"  # what the caller pressed last, and nobody has acted on yet
DURING = "ONSHORE_DURING"  # in which prompt, or wait
IGNORED = "ONSHORE_IGNORED"  # keys that came too early in it, or twice, and do not count
PRESSED = "ONSHORE_PRESSED"  # the last key that counted
PRESSED_AT = "ONSHORE_PRESSED_AT"  # when, milliseconds since the epoch
PLACE = "ONSHORE_PLACE"  # how far a prompt was played: samples, divided by 8
HEARD = "ONSHORE_HEARD"  # how many milliseconds a prompt took; empty: it has not ended
TOLD = "ONSHORE_TOLD"  # the sound file of the last disclosure that was played
UNPLAYED = "ONSHORE_UNPLAYED"  # why a prompt could not be played: "sound-missing", "no-translation"; empty: it was
LEFT = "ONSHORE_LEFT"  # milliseconds that are left of a wait for a key
SAID = "ONSHORE_SAID"  # for the call flow: KEY, PLACE, UNPLAYED, IGNORED
TRIES = "ONSHORE_TRIES"  # wrong keys so far, in the fallback
ROUNDS = "ONSHORE_ROUNDS"  # times that the caller was told, `*` starts another, in the fallback
SAYING = "ONSHORE_SAYING"  # what was played and must be told yet, DISCLOSED or OFFERED; empty: nothing
SOUND = "ONSHORE_SOUND"  # which sound file that is
BEGAN = "ONSHORE_BEGAN"  # when a prompt or a wait began, milliseconds since the epoch
SIGHUP = "ONSHORE_SIGHUP"  # the admin's own AGISIGHUP, while a process runs a call flow that must not be killed by it
HANDLER = "ONSHORE_HANDLER"  # "1": the hangup handler is on the channel

CHANNEL_LANGUAGE = "CHANNEL(language)"
