"""What `pip install` gives: a working `onshore`, away from the checkout."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from onshore.testing.unpack import PACKAGES

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


_INSTALL = re.compile(r"\bapt(?:-get)? (?:install|download) ((?:[a-z0-9][a-z0-9.+-]+\s*)+)")


def named(text: str) -> set[str]:
    """Return the Debian packages that a text says how to get."""
    return {package for packages in _INSTALL.findall(text) for package in packages.split()}


def strings(source: Path) -> str:
    """Return all strings of a Python file, each on a line."""
    constants = (node.value for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Constant))
    return "\n".join(value for value in constants if isinstance(value, str))


def needed() -> dict[str, set[str]]:
    """Return the Debian packages that scripts install, messages and documents name, and tests download, by where."""
    found = {"onshore/testing/unpack.py downloads": {package for each in PACKAGES.values() for package in each}}
    for script in [*CHECKOUT.glob("*.sh"), *CHECKOUT.glob("scripts/**/*.sh"), CHECKOUT / ".ci/run"]:
        text = script.read_text()
        checked = re.findall(r"^\s*need '[^']*' (.*)$", text, re.MULTILINE)
        assert len(checked) == len(re.findall(r"^\s*need '", text, re.MULTILINE))
        found[str(script)] = {package for packages in checked for package in packages.split()} | named(text)
    for source in [
        *CHECKOUT.glob("onshore/**/*.py"),
        *CHECKOUT.glob("tests/**/conftest.py"),
        *CHECKOUT.glob("scripts/*.py"),
    ]:
        found[str(source)] = named(strings(source))
    for document in CHECKOUT.glob("docs/*.md"):
        found[str(document)] = named(document.read_text("utf-8"))
    return {where: packages for where, packages in found.items() if packages}


def test_every_debian_package_is_in_the_readme() -> None:
    """What a developer's machine has by chance is named where somebody with an empty one reads it: in the README."""
    readme = named((CHECKOUT / "README.md").read_text("utf-8"))
    missing = {where: packages - readme for where, packages in needed().items()}
    assert {where: packages for where, packages in missing.items() if packages} == {}


def test_what_needs_a_package_is_found() -> None:
    """The test above reads scripts, messages that go over two lines, and documents."""
    found = needed()
    pango = {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"}
    assert found[str(CHECKOUT / "test.sh")] == {"postgresql", *pango}
    assert found[str(CHECKOUT / "scripts/environment.sh")] == {"python3", "python3-venv"}
    assert found[str(CHECKOUT / "onshore/report/writing.py")] == pango
    assert "espeak-ng" in found[str(CHECKOUT / "docs/install.md")]


def test_what_the_tests_need_is_pinned() -> None:
    """Each library that setup.cfg asks for has its version in requirements.txt: nothing comes from the machine."""
    settings = ConfigParser()
    settings.read(CHECKOUT / "setup.cfg")
    asked = settings["options"]["install_requires"] + settings["options.extras_require"]["test"]
    pinned = re.findall(r"^([\w.-]+)==", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE)
    names = re.findall(r"^([\w-]+)", asked, re.MULTILINE)
    assert "setuptools" in names
    assert {name.lower().replace("_", "-") for name in names} <= {name.lower().replace("_", "-") for name in pinned}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--help"], 0, "Usage: scripts/fresh.sh SUITE"),
        ([], 1, "which Debian?"),
        (["bookworm", "trixie"], 1, "one suite"),
        (["trixie", "--stok"], 1, "no option --stok"),
    ],
)
def test_the_script_for_fresh_machines_says_how_it_is_used(words: list[str], code: int, said: str) -> None:
    """Nothing is made when it is asked for something that it does not know."""
    done = subprocess.run([CHECKOUT / "scripts/fresh.sh", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True)
