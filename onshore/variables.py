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

QUEUE_OPTIONS = "ONSHORE_QUEUE_OPTIONS"
QUEUE_TIMEOUT = "ONSHORE_QUEUE_TIMEOUT"  # seconds; empty: none
NEXT = "ONSHORE_NEXT"  # where the dialplan goes on: "queue", "hangup"
QUEUED = "ONSHORE_QUEUED"  # when Queue() began, seconds since the epoch
LIMIT = "ONSHORE_LIMIT"  # the admin's own TIMEOUT(absolute): when it passes, seconds since the epoch; empty: none
FALLBACK = "ONSHORE_FALLBACK"  # why the dialplan took over; empty: it did not
KEY = "ONSHORE_KEY"  # what the caller pressed, in the fallback
TRIES = "ONSHORE_TRIES"  # wrong keys so far, in the fallback
ROUNDS = "ONSHORE_ROUNDS"  # times that the caller was told, `*` starts another, in the fallback
SAYING = "ONSHORE_SAYING"  # what the fallback plays that must be told, DISCLOSED or OFFERED; empty: nothing
SOUND = "ONSHORE_SOUND"  # which sound file that is
BEGAN = "ONSHORE_BEGAN"  # when it began, milliseconds since the epoch
HANDLER = "ONSHORE_HANDLER"  # "1": the hangup handler is on the channel

TIMEOUT_ABSOLUTE = "TIMEOUT(absolute)"
CHANNEL_LANGUAGE = "CHANNEL(language)"
