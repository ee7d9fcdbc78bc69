"""What real Asterisks do with what Onshore puts into them: no calls, but their own loaders and writers."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from onshore import checking
from onshore import site as sites
from onshore.asterisk.install import apply, plan_install, plan_uninstall
from onshore.commands import target_of
from onshore.testing.private_asterisk import PrivateAsterisk
from tests import making

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onshore.finding import Finding
    from onshore.site import Site
    from onshore.testing.unpack import Unpacked

pytestmark = [pytest.mark.pbx, pytest.mark.beside, pytest.mark.timeout(200)]

ENDPOINTS = """
[silent]
type=endpoint
context=mine
allow=!all,g729
[silent]
type=aor
[heard]
type=endpoint
context=mine
allow=!all,gsm
"""
EXTENSIONS = """\
; the admin's own
[general]
static = yes
[mine]
exten => play,1,Playback(${FILE})
 same => n,Set(GLOBAL(PLAYED)=${PLAYED}${PLAYBACKSTATUS} )
"""
QUEUES = "[general]\n[base](!)\nsetinterfacevar = yes\n[support-manila](base)\n[support-milwaukee]\ncontext = mine\n"


@pytest.fixture
def pbx(asterisk: Unpacked, tmp_path: Path) -> Iterator[PrivateAsterisk]:
    """An Asterisk of either version, that is not up yet."""
    made = PrivateAsterisk(
        asterisk,
        tmp_path / "pbx",
        endpoints=ENDPOINTS,
        files={"extensions.conf": EXTENSIONS, "queues.conf": QUEUES},
        manager=True,
    )
    yield made
    made.stop()


@pytest.fixture
def site(pbx: PrivateAsterisk, tmp_path: Path) -> Site:
    """A site that was built for it."""
    file = making.write_site(
        tmp_path,
        ('etc = "etc"', f'etc = "{pbx.etc}"\ncommand = "{pbx.command}"\ninclude = ["mine", "not-there"]'),
    )
    assert making.onshore("--config", file, "build").returncode == 0
    return sites.load(file)


def found(site: Site) -> list[Finding]:
    """Return what `check` finds wrong or worth a word."""
    return [one for one in checking.check(site, target_of(site)) if one.problem]


def played(pbx: PrivateAsterisk, file: str, language: str) -> str:
    """Play a file on a channel with a language, and return how that went."""
    pbx.console("dialplan set global PLAYED x")
    pbx.console(f"dialplan set global FILE {file}")
    (pbx.spool / "tmp" / "one.call").write_text(
        f"Channel: Local/play@mine\nApplication: Wait\nData: 2\nSet: CHANNEL(language)={language}\n"
    )
    shutil.move(pbx.spool / "tmp" / "one.call", pbx.spool / "outgoing" / "one.call")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        shown = pbx.console("dialplan show globals")
        word = next(line.partition("=")[2].strip() for line in shown.splitlines() if "PLAYED=" in line)
        if word != "x":
            return word.removeprefix("x")
        time.sleep(0.2)
    return ""


@pytest.mark.parametrize(
    "options",
    ["languageprefix = no\n", "languageprefix = yes\n", "sounds_search_custom_dir = yes\ndefaultlanguage = es\n"],
)
def test_prompts_are_found_however_asterisk_looks_for_them(pbx: PrivateAsterisk, site: Site, options: str) -> None:
    """With the language above the topic or below it, with a folder of the admin's own first, with another default."""
    main = pbx.etc / "asterisk.conf"
    main.write_text(main.read_text() + options)
    pbx.start()
    apply(plan_install(target_of(site)))
    name = next((site.asterisk.state / "sounds" / "es" / "onshore").glob("disclosure-PH-*.ulaw")).stem
    assert played(pbx, f"onshore/{name}", "es") == "SUCCESS"
    assert not [one for one in found(site) if one.what.startswith("sounds")]


def test_what_its_own_writer_makes_of_our_files_is_known(pbx: PrivateAsterisk, site: Site) -> None:
    """An `UpdateConfig` of the manager interface, then `install` and `uninstall`; and `dialplan save`."""
    pbx.start()
    apply(plan_install(target_of(site)))
    own, extensions = pbx.etc / "extensions_onshore.conf", pbx.etc / "extensions.conf"
    as_installed = own.read_bytes()
    asyncio.run(_update(pbx))
    assert b"Generator: Manager" in extensions.read_bytes()
    apply(plan_install(target_of(site)))
    assert own.read_bytes() == as_installed
    assert "[ Context 'onshore'" in pbx.console("dialplan show onshore")
    asyncio.run(_update(pbx))
    apply(plan_uninstall(target_of(site)))
    assert not own.exists()
    assert b"onshore" not in extensions.read_bytes()
    assert "[ Context 'mine'" in pbx.console("dialplan show mine")
    assert "[ Context 'onshore'" not in pbx.console("dialplan show onshore")
    apply(plan_install(target_of(site)))
    pbx.console("dialplan save")
    assert any("dialplan save" in one.problem for one in found(site))


def test_a_lost_state_folder_costs_only_onshores_own_contexts(pbx: PrivateAsterisk, site: Site) -> None:
    """As installed; after another program turned `#tryinclude` into `#include`, `check` tells what is to come."""
    pbx.start()
    apply(plan_install(target_of(site)))
    site.asterisk.state.rename(site.asterisk.state.with_name("away"))
    pbx.console("dialplan reload")
    assert "[ Context 'mine'" in pbx.console("dialplan show mine")
    assert any(one.what == "plan" for one in found(site))
    own = pbx.etc / "extensions_onshore.conf"
    own.write_text(own.read_text().replace("#tryinclude", "#include"))
    told = [one for one in found(site) if one.what == str(own)]
    assert [one.serious for one in told] == [True]
    assert "loads no dialplan at all" in told[0].problem


def test_queues_are_told_and_codecs_and_contexts_are_looked_at(pbx: PrivateAsterisk, site: Site) -> None:
    """What `check` says of a real Asterisk, before and after `install --queue-variables`."""
    pbx.start()
    apply(plan_install(target_of(site)))
    said = {(one.what, one.problem.partition(":")[0]) for one in found(site)}
    assert ("queue support-manila", "no setqueueentryvar") in said
    assert ("queue support-milwaukee", "no setinterfacevar and no setqueueentryvar") in said
    assert ("context not-there", "Asterisk has no context 'not-there', which `include` under [asterisk] names") in said
    assert any(what == "codecs of silent" for what, _ in said)
    assert not any("heard" in what or what == "context mine" for what, _ in said)
    assert making.onshore("--config", site.file, "install", "--queue-variables").returncode == 0
    said = {(one.what, one.problem.partition(":")[0]) for one in found(site)}
    assert not any("setqueueentryvar" in problem or "setinterfacevar" in problem for _, problem in said)
    assert "support-milwaukee" in pbx.console("queue show support-milwaukee")
    assert making.onshore("--config", site.file, "uninstall").returncode == 0
    assert (pbx.etc / "queues.conf").read_text() == QUEUES
    assert (pbx.etc / "extensions.conf").read_text() == EXTENSIONS


async def _update(pbx: PrivateAsterisk) -> None:
    """Have the manager interface write extensions.conf, and all that it includes, anew."""
    assert pbx.manager
    reader, writer = await asyncio.open_connection("127.0.0.1", pbx.manager.port)
    login = f"Action: Login\nUsername: {pbx.manager.user}\nSecret: {pbx.manager.secret}\nEvents: off"
    files = "Action: UpdateConfig\nSrcFilename: extensions.conf\nDstFilename: extensions.conf\nReload: no\n"
    change = "Action-000000: append\nCat-000000: mine\nVar-000000: exten\nValue-000000: >more,1,NoOp()"
    for action in (login, files + change, "Action: Logoff"):
        writer.write(action.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    async with asyncio.timeout(20):
        answer = await reader.read()
        while not reader.at_eof():
            answer += await reader.read()
    writer.close()
    assert answer.count(b"Response: Success") == 2
