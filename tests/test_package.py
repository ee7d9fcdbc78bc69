"""What `pip install` gives: a working `onshore`, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = [
    "agi_scripts/onshore.agi",
    "dialplan/extensions_onshore.conf.j2",
    "prompts/en.toml",
    "prompts/es.toml",
    "prompts/fr.toml",
]


def run(*words: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, with nothing of this environment's, and return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_"))}
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, without what is not its own: building there leaves nothing behind here."""
    left_out = shutil.ignore_patterns(".*", "tests", "demo", "build", "dist", "*.egg-info", "__pycache__")
    return Path(shutil.copytree(CHECKOUT, tmp_path_factory.mktemp("source") / "onshore", ignore=left_out))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    run(*pip, "wheel", "--no-deps", "-w", folder, source, cwd=folder)
    (found,) = folder.glob("onshore-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that was empty, with the wheel in it: its folder of commands."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    pip: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
    run(*pip, "install", "-c", CHECKOUT / "requirements.txt", wheel, cwd=folder)
    return folder / "bin"


def test_the_wheel_holds_the_package_and_what_is_shared(wheel: Path) -> None:
    """Rule sets and the type marker are in the package, the rest in share/onshore; tests are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"onshore/py.typed", "onshore/rules/it-24-bis.toml", "onshore/cli.py"} <= names
    for shared in SHARED:
        assert any(name.endswith(f".data/data/share/onshore/{shared}") for name in names), shared
    assert not any(name.startswith("tests") for name in names)


@pytest.mark.timeout(300)
def test_the_wheel_works_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    """Version, init and a call in the terminal work in an empty environment."""
    import onshore  # noqa: PLC0415 - the checkout's, for its version alone

    command, site = installed / "onshore", tmp_path / "onshore.toml"
    assert run(command, "--version", cwd=tmp_path) == f"onshore, version {onshore.__version__}\n"
    run(command, "--config", site, "init", cwd=tmp_path)
    said = run(command, "--config", site, "try", "--keys", "1", cwd=tmp_path)
    assert "Your call will be answered by an agent in the Philippines." in said
    assert "The call goes to queue support-milwaukee (center milwaukee, US)" in said
    assert "us-fcc-26-52" in run(command, "rules", cwd=tmp_path)


@pytest.mark.timeout(300)
def test_what_is_shared_is_found_in_the_environment(installed: Path, tmp_path: Path) -> None:
    """The package is the wheel's, and its shared folders are the environment's; the AGI script may be run."""
    code = "import onshore as o; from onshore.paths import share as s; print(o.__file__, *map(s, %r))"
    code %= (["dialplan", "prompts", "agi_scripts"],)
    found = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert all(path.startswith(f"{installed.parent}/") for path in found), found
    assert found[1] == f"{installed.parent}/share/onshore/dialplan"
    assert (Path(found[3]) / "onshore.agi").is_file()


@pytest.mark.timeout(300)
def test_the_wheel_builds_a_site(installed: Path, tmp_path: Path) -> None:
    """Prompts and dialplan are made from what the wheel brought."""
    from tests.making import write_site  # noqa: PLC0415 - beside what it is for

    run(installed / "onshore", "--config", write_site(tmp_path), "build", cwd=tmp_path)
    assert (tmp_path / "state" / "asterisk" / "extensions_onshore.conf").is_file()


def test_the_source_distribution_holds_all_that_a_wheel_needs(source: Path, tmp_path: Path) -> None:
    """Whoever builds from the sdist gets the same shared files."""
    backend = "from setuptools.build_meta import build_sdist; import sys; print(build_sdist(sys.argv[1]))"
    run(sys.executable, "-c", backend, tmp_path, cwd=source)
    (found,) = tmp_path.glob("onshore-*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*SHARED, "setup.cfg", "pyproject.toml", "LICENSE", "onshore/rules/it-24-bis.toml"} <= names
