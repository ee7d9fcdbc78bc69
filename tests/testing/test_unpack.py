"""Unpacking an Asterisk: the parts that need no network, with an apt and a dpkg that only pretend."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from onshore.errors import AsteriskError
from onshore.testing import packages, private_asterisk
from onshore.testing.packages import mirror_among, source
from onshore.testing.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path

# An apt-get that writes one line a call into its log, and "downloads" a package.
_APT = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in
*print-uris*) echo "'http://mirror.example/security/dists/stable-security/InRelease' x 0"
              echo "'http://mirror.example/debian/dists/stable/InRelease' x 0";;
*install*) for o in "$@"; do case "$o" in -oDir::Cache::archives=*) touch "${o#*=}/asterisk.deb"; esac; done;;
esac
exit ${APT_EXIT:-0}
"""
# A dpkg-deb that unpacks a shell script as loader, which says Asterisk's version.
_DPKG_DEB = """#!/bin/sh
[ -z "$DPKG_FAILS" ] || { echo "no space left" >&2; exit 2; }
mkdir -p "$3/usr/lib64" "$3/usr/lib/x86_64-linux-gnu/asterisk/modules" "$3/usr/sbin"
touch "$3/usr/lib/x86_64-linux-gnu/libc.so.6" "$3/usr/sbin/asterisk"
printf '#!/bin/sh\\necho Asterisk 22.9.9~pretended\\n' > "$3/usr/lib64/ld-linux-x86-64.so.2"
chmod +x "$3/usr/lib64/ld-linux-x86-64.so.2"
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of Debian that only pretends to fetch packages; returns its folder."""
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, text in (("apt-get", _APT), ("dpkg-deb", _DPKG_DEB), ("dpkg", "#!/bin/sh\n")):
        (commands / name).write_text(text)
        (commands / name).chmod(0o755)
    keyrings = tmp_path / "keyrings"
    keyrings.mkdir()
    (keyrings / "debian-archive-keyring.gpg").touch()
    (keyrings / "ubuntu-archive-keyring.gpg").touch()
    monkeypatch.setattr(packages, "_KEYRINGS", keyrings)
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"ID": "debian", "VERSION_CODENAME": "bookworm"})
    monkeypatch.setenv("PATH", f"{commands}:/usr/bin:/bin")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return tmp_path


def test_unpacks_once(machine: Path) -> None:
    """The second time it is there at once, without a word to apt."""
    said: list[str] = []
    first = unpack("22", machine / "22", said.append)
    log = (machine / "log").read_text()
    began = time.monotonic()
    second = unpack("22", machine / "22", said.append)
    assert time.monotonic() - began < 0.1
    assert first == second
    assert first.version == "22.9.9"
    assert first.asterisk.exists()
    assert said[-1].startswith("Asterisk 22: 22.9.9 is in ")
    assert (machine / "log").read_text() == log
    assert "--download-only install asterisk asterisk-core-sounds-en-gsm espeak-ng sip-tester" in log


def test_two_at_once_unpack_once(machine: Path) -> None:
    """Of several at the same time one does the work, and the others wait for it."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: unpack("22", machine / "22"), range(4)))
    assert len(set(found)) == 1
    assert (machine / "log").read_text().count("--download-only") == 1


def test_an_interrupted_one_is_begun_again(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stopped in the middle leaves nothing that counts as finished, and the next time it succeeds."""
    monkeypatch.setenv("DPKG_FAILS", "yes")
    with pytest.raises(AsteriskError, match=r"asterisk\.deb could not be unpacked.*no space left"):
        unpack("22", machine / "22")
    monkeypatch.delenv("DPKG_FAILS")
    assert unpack("22", machine / "22").version == "22.9.9"


def test_a_failed_download_says_what_to_check(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When apt fails, the error names the mirror and what to check."""
    monkeypatch.setattr(packages, "_mirror", lambda _: "http://mirror.example/debian")
    monkeypatch.setenv("APT_EXIT", "100")
    with pytest.raises(AsteriskError, match=r"from http://mirror\.example/debian: check the network"):
        unpack("22", machine / "22")


@pytest.mark.parametrize("missing", ["apt-get", "dpkg-deb"])
def test_a_missing_command_is_named(machine: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """A machine without apt or dpkg is told so."""
    (machine / "commands" / missing).unlink()
    monkeypatch.setenv("PATH", str(machine / "commands"))
    with pytest.raises(AsteriskError, match=f"{missing} not found"):
        unpack("22", machine / "22")


def test_a_missing_keyring_names_its_package(machine: Path) -> None:
    """Without the distribution's keys the error says which package has them."""
    (machine / "keyrings/debian-archive-keyring.gpg").unlink()
    with pytest.raises(AsteriskError, match="apt-get install debian-archive-keyring"):
        unpack("22", machine / "22")


def test_debian_packages_come_from_the_machines_mirror(machine: Path) -> None:
    """On Debian the suite that has the release is asked for, at the mirror of the machine's own sources."""
    assert source("16").line() == (
        f"deb [signed-by={machine}/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian bullseye main\n"
    )


def test_ubuntu_packages_come_from_its_own_suite(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Ubuntu the machine's own suite is asked for, with universe; there is no Asterisk 16."""
    ubuntu = {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_CODENAME": "noble", "UBUNTU_CODENAME": "noble"}
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: ubuntu)
    uris = "'http://mirror.example/ubuntu/dists/noble/InRelease' x 0\n"
    apt = machine / "commands/apt-get"
    apt.write_text(f'#!/bin/sh\necho "{uris}"\n')
    assert source("22").line() == (
        f"deb [signed-by={machine}/keyrings/ubuntu-archive-keyring.gpg] "
        "http://mirror.example/ubuntu noble main universe\n"
    )
    with pytest.raises(AsteriskError, match="Ubuntu has no Asterisk 16"):
        unpack("16", machine / "16")


def test_no_mirror_is_found_for_other_suites() -> None:
    """Sources of other software are not taken for the distribution's mirror."""
    uris = "'https://other.example/apt/dists/tools/InRelease' x 0\n"
    assert mirror_among(uris, {"bookworm"}) == ""
    assert mirror_among(uris + "'file:/srv/debian/dists/bookworm/Release' x 0", {"bookworm"}) == "file:/srv/debian"


def test_an_unknown_release_is_refused(tmp_path: Path) -> None:
    """Only releases that are known to unpack can be asked for."""
    with pytest.raises(AsteriskError, match="one of 22, 16"):
        unpack("99", tmp_path)


def test_command_line_unpacks(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`unpack 22 --folder DIR` unpacks into DIR/22 and says so; an error is one message and exit code 1."""
    assert private_asterisk.main(["unpack", "22", "--folder", str(machine / "here")]) == 0
    assert "22.9.9 is in" in capsys.readouterr().out
    assert (machine / "here/22/bin/asterisk").exists()
    (machine / "commands/apt-get").unlink()
    (machine / "keyrings/debian-archive-keyring.gpg").unlink()
    assert private_asterisk.main(["unpack", "16", "--folder", str(machine / "here")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
