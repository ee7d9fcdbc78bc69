"""Where the data is that comes with Onshore but is no Python: dialplan templates, prompts, AGI scripts."""

from __future__ import annotations

import sys
import sysconfig
from importlib import metadata
from pathlib import Path

from onshore.errors import OnshoreError

_CHECKOUT = Path(__file__).resolve().parent.parent


def share(name: str) -> Path:
    """Return the folder `name` ("dialplan", "prompts", "agi_scripts") of a checkout, or of where Onshore was installed.

    OnshoreError when it is in neither.
    """
    # Only a checkout has this file there: beside an installed package lie other packages.
    if (_CHECKOUT / "setup.cfg").is_file() and (_CHECKOUT / name).is_dir():
        return _CHECKOUT / name
    # `pip install --target` puts the data beside the package, and lists it elsewhere.
    roots = [str(_CHECKOUT), *_roots()]
    folders = [*_installed(name), *(Path(root) / "share" / "onshore" / name for root in roots)]
    for folder in folders:
        if folder.is_dir():
            return folder
    raise OnshoreError(f"Onshore's folder share/onshore/{name} is not there: install Onshore again with pip")


def candidates(name: str, file: str, site_folder: Path | None = None) -> list[Path]:
    """Return where a file of a shared folder may be: the admin's own, beside the site's file, before ours.

    Only those that are there; none when nobody has such a file.
    """
    folders = [site_folder / name] if site_folder else []
    return [folder / file for folder in (*folders, share(name)) if (folder / file).is_file()]


def _installed(name: str) -> list[Path]:
    """Return the folder according to pip's own list of what it installed; right for --user, --prefix and --target."""
    try:
        files = metadata.files("onshore") or []
    except metadata.PackageNotFoundError:
        return []
    tail = ("share", "onshore", name)
    return [Path(str(file.locate())).resolve().parent for file in files if file.parts[-4:-1] == tail][:1]


def _roots() -> list[str]:
    return [sysconfig.get_path("data"), sys.prefix]
