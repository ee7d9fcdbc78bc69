"""An Asterisk's folders in a temporary place, what `build` made beside them, and a console that takes notes."""

from __future__ import annotations

import json
import os
import pwd
import stat
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from onshore import plan
from onshore.asterisk import running
from onshore.asterisk.install import Changes, Report, Target, apply, plan_install, plan_uninstall
from onshore.asterisk.systemd import Systemd

DIALPLAN = b"[globals]\n\n[from-internal]\nexten => 100,1,Dial(PJSIP/100)\n"

# Says that it has the context while the dialplan leads to it, as Asterisk would.
CONSOLE = """\
import pathlib, sys
here = pathlib.Path(sys.argv[0]).parent
line = sys.argv[-1]
with (here / "console.log").open("a") as log:
    log.write(line + "\\n")
if not (here / "running").exists():
    sys.exit("Unable to connect to remote asterisk (does /run/asterisk.ctl exist?)")
if line == "dialplan show onshore":
    etc = pathlib.Path(sys.argv[2]).parent
    found = b"#include extensions_onshore" in b"".join(file.read_bytes() for file in etc.glob("extensions*.conf"))
    print("[ Context 'onshore' created by 'pbx_config' ]" if found else "There is no existence of 'onshore' context")
else:
    print("done")
"""

SYSTEMCTL = """\
import pathlib, sys
here = pathlib.Path(sys.argv[0]).parent
with (here / "systemctl.log").open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
words = sys.argv[1:]
on = here / "unit-runs"
if words[0] == "enable":
    on.touch()
elif words[0] == "disable":
    on.unlink(missing_ok=True)
elif words[0].startswith("is-"):
    sys.exit(not on.exists())
if (here / "systemctl-fails").exists():
    sys.exit("Job for onshore.service failed")
"""

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

Tree = dict[str, tuple[object, ...]]


@dataclass(frozen=True)
class Machine:
    """A machine with an Asterisk."""

    root: Path
    target: Target

    @property
    def etc(self) -> Path:
        """Asterisk's configuration."""
        return self.target.etc

    @property
    def state(self) -> Path:
        """What `build` made."""
        return self.target.state

    @property
    def extensions(self) -> Path:
        """The admin's dialplan."""
        return self.etc / "extensions.conf"

    def tree(self) -> Tree:
        """Return all that is on the machine: kinds, modes, owners, contents, links."""
        found: Tree = {}
        for path in sorted(self.root.rglob("*")):
            if path.suffix == ".log" or "tools" in path.relative_to(self.root).parts:
                continue
            status = path.lstat()
            content: object = None
            if path.is_symlink():
                content = path.readlink()
            elif path.is_file():
                content = path.read_bytes()
            attributes = [] if path.is_symlink() else [(name, os.getxattr(path, name)) for name in os.listxattr(path)]
            mode = stat.S_IFMT(status.st_mode) | stat.S_IMODE(status.st_mode)
            found[str(path.relative_to(self.root))] = (mode, status.st_uid, status.st_gid, content, attributes)
        return found

    def install(self, target: Target | None = None) -> Report:
        """Install."""
        return apply(plan_install(target or self.target))

    def uninstall(self) -> Report:
        """Uninstall."""
        return apply(plan_uninstall(self.target))

    def planned(self) -> Changes:
        """What installing would do."""
        return plan_install(self.target)

    def said(self, name: str) -> list[str]:
        """Return what the console or systemctl was told since the last time."""
        log = self.root / "tools" / f"{name}.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def runs(self) -> None:
        """Have Asterisk answer its console."""
        (self.root / "tools" / "running").touch()

    def without_daemon(self) -> Target:
        """Return the target of the same site without its daemon."""
        return replace(self.target, daemon=False)

    def build(self, *languages: str) -> None:
        """Do what `onshore build` does, as far as installing is concerned."""
        built = plan.Plan(
            version="1", rules="us-call-center-act", listen="", languages=languages, centers={}, services={}, prompts={}
        )
        (self.state / "plan.json").write_bytes(_json(built))
        for language in languages:
            sounds = self.state / "sounds" / language / "onshore"
            sounds.mkdir(parents=True, exist_ok=True)
            (sounds / "welcome-123abc.ulaw").write_bytes(b"\xff" * 80)


def _json(built: plan.Plan) -> bytes:
    return json.dumps(plan.to_json(built)).encode()


def make(root: Path) -> Machine:
    """Return a machine with everything in a folder."""
    etc, state, data, tools = root / "etc" / "asterisk", root / "state", root / "share", root / "tools"
    for folder in (etc, state / "asterisk", data / "sounds" / "en", data / "agi-bin", tools, root / "systemd"):
        folder.mkdir(parents=True)
    (etc / "asterisk.conf").write_text(
        f"[directories](!)\nastdatadir => /nowhere\n[directories]\nastetcdir => {etc}\n"
        f"astdatadir => {data} ; sounds\nastagidir => {data}/agi-bin\n[options]\nrunuser = {_me()}\n"
    )
    (etc / "extensions.conf").write_bytes(DIALPLAN)
    (state / "asterisk" / "extensions_onshore.conf").write_text("[onshore]\n")
    (root / "onshore.agi").write_text('#!/usr/bin/env python3\n"""AGI."""\nSTATE = "/var/lib/onshore"\nprint(STATE)\n')
    for name, text in (("console", CONSOLE), ("systemctl", SYSTEMCTL)):
        (tools / name).write_text(text)
    target = Target(
        etc=etc,
        state=state,
        command=f"{sys.executable} {tools}/console",
        daemon=True,
        script=root / "onshore.agi",
        program=root / "bin" / "onshore",
        systemd=Systemd(root / "systemd", (sys.executable, f"{tools}/systemctl")),
    )
    machine = Machine(root, target)
    machine.build("en", "es")
    return machine


def _me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def quiet_who(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have nothing but asterisk.conf say whom Asterisk runs as, whatever this machine has."""
    monkeypatch.setattr(running, "PROC", folder / "no-processes")
    monkeypatch.setattr(running, "SYSTEMCTL", ("false",))
    monkeypatch.setattr(running, "DEFAULTS", ())
