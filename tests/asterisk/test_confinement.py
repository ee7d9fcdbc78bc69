"""What SELinux and AppArmor may refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from onshore.asterisk import confinement

STATE, PYTHON = Path("/var/lib/onshore"), Path("/opt/on.shore/bin/python")
DOMAIN = "system_u:system_r:asterisk_t:s0"


def said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    enforce: str | None = None,
    getenforce: str = "",
    profiles: str = "",
    label: str | None = None,
) -> list[tuple[str, str]]:
    """Return what is found on such a machine, and what to do."""
    monkeypatch.setattr(confinement, "ENFORCE", tmp_path / "enforce")
    monkeypatch.setattr(confinement, "PROFILES", tmp_path / "profiles")
    monkeypatch.setattr(confinement, "GETENFORCE", ("echo", getenforce) if getenforce else ("false",))
    process = None
    if enforce is not None:
        (tmp_path / "enforce").write_text(enforce)
    (tmp_path / "profiles").write_text(profiles)
    if label is not None:
        process = tmp_path / "1"
        (process / "attr").mkdir(parents=True)
        (process / "attr" / "current").write_text(f"{label}\n\0")
    return [(one.what, one.remedy) for one in confinement.findings(STATE, PYTHON, 4583, process)]


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ({}, []),
        ({"enforce": "0", "label": DOMAIN}, []),
        ({"enforce": "1", "label": DOMAIN}, ["SELinux"]),
        ({"enforce": "1"}, ["SELinux"]),
        ({"getenforce": "Enforcing", "label": DOMAIN}, ["SELinux"]),
        ({"getenforce": "Permissive", "label": DOMAIN}, []),
        ({"getenforce": "Disabled"}, []),
        ({"enforce": "1", "label": "system_u:system_r:unconfined_service_t:s0"}, []),
        ({"profiles": "/usr/sbin/asterisk (enforce)\n/usr/sbin/cupsd (enforce)\n"}, ["AppArmor"]),
        ({"profiles": "asterisk (complain)\n/usr/sbin/cupsd (enforce)\n"}, []),
        ({"profiles": "asterisk (enforce)\n", "label": "unconfined"}, []),
        ({"label": "/usr/sbin/asterisk (enforce)"}, ["AppArmor"]),
        ({"label": "/usr/sbin/asterisk (complain)", "profiles": "x\n"}, []),
    ],
)
def test_what_confines_asterisk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: dict[str, str], expected: list[str]
) -> None:
    """Only what is enforced, and only when it is about Asterisk: its process says so, if it runs."""
    assert [what for what, _ in said(tmp_path, monkeypatch, **machine)] == expected


def test_the_lines_are_for_this_very_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its state folder, its Python, its port; a path is a pattern to semanage."""
    [(_, remedy)] = said(tmp_path, monkeypatch, enforce="1")
    assert "semanage fcontext -a -t asterisk_var_lib_t '/var/lib/onshore(/.*)?'" in remedy
    assert r"semanage fcontext -a -t bin_t '/opt/on\.shore/bin(/.*)?'" in remedy
    assert "semanage port -a -t sip_port_t -p tcp 4583" in remedy
    assert "semanage port" not in " ".join(confinement.selinux(STATE, PYTHON, 0))
