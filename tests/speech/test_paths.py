"""The shared folders are found where Onshore is, however it was installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from onshore import paths
from onshore.errors import OnshoreError


def test_a_checkouts_own_folders_are_found() -> None:
    """In a checkout, the data is in the folders above the package."""
    assert paths.share("prompts") == Path(__file__).parents[2] / "prompts"


def test_a_folder_that_there_is_not_is_an_error() -> None:
    """What is not installed is named, with what to do."""
    with pytest.raises(OnshoreError, match="share/onshore/nothing is not there: install Onshore again"):
        paths.share("nothing")


def test_the_admins_file_goes_before_ours(tmp_path: Path) -> None:
    """Both files of a name are candidates, the admin's first; those that are not there are none."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/en.toml").touch()
    ours = paths.share("prompts") / "en.toml"
    assert paths.candidates("prompts", "en.toml", tmp_path) == [tmp_path / "prompts/en.toml", ours]
    assert paths.candidates("prompts", "en.toml") == [ours]
    assert paths.candidates("prompts", "xx.toml", tmp_path) == []


def test_an_installed_package_finds_its_data_by_pips_list(tmp_path: Path) -> None:
    """Installed under any prefix, the data is where pip's list of the installed files says."""
    packages = tmp_path / "lib/site-packages"
    (packages / "onshore").mkdir(parents=True)
    (packages / "prompts").mkdir()  # another package of that name is not ours
    for name in ("__init__.py", "paths.py", "errors.py"):
        (packages / "onshore" / name).write_bytes((Path(paths.__file__).parent / name).read_bytes())
    (tmp_path / "share/onshore/prompts").mkdir(parents=True)
    (tmp_path / "share/onshore/prompts/en.toml").touch()
    info = packages / "onshore-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: onshore\nVersion: 0.1.0\n")
    (info / "RECORD").write_text("onshore/__init__.py,,\n../../share/onshore/prompts/en.toml,,\n")
    code = (
        f"import sys; sys.path.insert(0, {str(packages)!r}); from onshore import paths; print(paths.share('prompts'))"
    )
    done = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "share/onshore/prompts")


def test_a_package_in_a_folder_of_its_own_finds_its_data_beside_it(tmp_path: Path) -> None:
    """Installed with --target, the data lies beside the package."""
    (tmp_path / "onshore").mkdir()
    for name in ("__init__.py", "paths.py", "errors.py"):
        (tmp_path / "onshore" / name).write_bytes((Path(paths.__file__).parent / name).read_bytes())
    (tmp_path / "share/onshore/prompts").mkdir(parents=True)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from onshore import paths; print(paths.share('prompts'))"
    )
    done = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "share/onshore/prompts")
