"""What `onshore init` writes: a site to start from."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from onshore.errors import AsteriskError

ETC = Path("/etc/asterisk")  # what TEXT says, too

TEXT = """\
# Onshore's site. Change it to your own, then: onshore check, onshore build, onshore install.

home      = "US"                   # ISO 3166-1: where a caller may ask to be answered; several: ["US", "PR"]
rules     = "us-call-center-act"   # what the law asks; `onshore rules` lists them
languages = ["en", "es"]           # the first is the default
# company = "Acme Bank"            # named in the prompts that name it

[asterisk]
etc     = "/etc/asterisk"          # asterisk.conf there tells the other folders
state   = "/var/lib/onshore"       # plan, sounds, evidence
command = "asterisk"               # its console: `COMMAND -C ETC/asterisk.conf -rx …`

[server]                           # the daemon, `onshore serve`; without this table each call starts a process
listen = "127.0.0.1:4583"          # not 4573 (FreePBX) and not 4577 (VICIdial)

# [ledger]                         # the evidence of every call; SQLite in the state folder unless you say otherwise
# url          = "postgresql+psycopg://onshore:password@127.0.0.1/onshore"  # in it write @ as %40, / as %2F, % as %25
# keep_numbers = true              # callers' numbers, encrypted; else only a keyed hash of them is kept

# [speech]                         # what speaks the prompts; espeak-ng unless you say otherwise
# command = "piper --model /opt/voices/{language}.onnx --output_file {output}"

[centers.manila]                   # a call center: one country, one queue of queues.conf
country = "PH"
queue   = "support-manila"
# enter    = "ext-queues,700,1"    # on FreePBX: its own way into the queue, with all that it does there
# options  = "t"                   # of Queue()
# timeout  = 300                   # seconds in the queue, then the caller is asked again; 0: as the queue says
# hours    = ["mon-fri 08:00-18:00", "sat 09:00-13:00"]
# timezone = "Asia/Manila"

[centers.milwaukee]
country = "US"
queue   = "support-milwaukee"

[services.support]                 # dialplan: Goto(onshore,support,1); FreePBX custom destination: onshore,support,1
center   = "manila"                # or a list: the first that is open
domestic = "milwaukee"             # the center at home
key      = "1"                     # brings the call home; `*` always repeats
# stay         = "2"               # ends the offer at once
# key_timeout  = 2.5               # seconds to wait for a key after the offer
# answer_wait  = 0.5               # seconds between the answer and the first prompt
# welcome      = true              # a greeting first
# ask_language = true              # callers with no language of their own choose one
"""


def write(file: Path, *, force: bool = False) -> None:
    """Write the site, whole or not at all; FileExistsError when one is there, unless forced; OSError."""
    if not force and os.path.lexists(file):
        raise FileExistsError
    folder = file.absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=folder)
    new = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(TEXT)
        _for_asterisk(new, file)
        new.replace(file)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def _for_asterisk(new: Path, file: Path) -> None:
    """Let the administrator write the site, Asterisk's group read it, and nobody else: it may hold a password."""
    if file.exists():  # as it was
        before = file.stat()
        if os.geteuid() == 0:
            os.chown(new, before.st_uid, before.st_gid)
        new.chmod(before.st_mode & 0o7777)
        return
    if os.geteuid() == 0:
        from onshore.asterisk import config  # noqa: PLC0415 - reads Asterisk's files, for root alone

        with suppress(AsteriskError):
            account = config.account(ETC)
            if account:
                os.chown(new, -1, account.gid)
    new.chmod(0o640)
