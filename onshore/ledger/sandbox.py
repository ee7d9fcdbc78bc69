"""Whether a systemd unit lets its program write into a folder: owner and mode may be right, and it cannot."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROPERTIES = (
    *("ProtectSystem", "ProtectHome", "PrivateTmp", "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths"),
    *("BindPaths", "StateDirectory", "CacheDirectory", "LogsDirectory", "RuntimeDirectory", "ConfigurationDirectory"),
)
_SYSTEM = {
    "yes": ("/usr", "/boot", "/efi"),
    "full": ("/usr", "/boot", "/efi", "/etc"),
    "strict": ("/",),
}
_HOMES = ("/home", "/root", "/run/user")
_ITS_OWN = {
    "StateDirectory": "/var/lib",
    "CacheDirectory": "/var/cache",
    "LogsDirectory": "/var/log",
    "RuntimeDirectory": "/run",
    "ConfigurationDirectory": "/etc",
}


def closed(properties: Mapping[str, str], folder: Path) -> str:
    """Return the setting by which a unit cannot write into a folder; "": it can. `properties` as systemctl shows them.

    Of two settings the one for the longer path counts, as in systemd; of the same path, the stricter one.
    """
    place, reason = folder.resolve(), ""
    best = (-1, False)
    for setting, path, shut in _rules(properties):
        if place.is_relative_to(path) and (len(path.parts), shut) > best:
            best, reason = (len(path.parts), shut), setting if shut else ""
    return reason


def _rules(properties: Mapping[str, str]) -> Iterator[tuple[str, Path, bool]]:
    """Yield each setting, the path that it is about, and whether that is closed by it."""
    system, home = properties.get("ProtectSystem", ""), properties.get("ProtectHome", "")
    for path in _SYSTEM.get(system, ()):
        yield f"ProtectSystem={system}", Path(path), True
    if home not in ("", "no"):
        yield from ((f"ProtectHome={home}", Path(path), True) for path in _HOMES)
    if properties.get("PrivateTmp", "no") not in ("", "no"):
        yield from (("PrivateTmp=yes", Path(path), True) for path in ("/tmp", "/var/tmp"))  # noqa: S108 - systemd's own
    for name in ("ReadOnlyPaths", "InaccessiblePaths"):
        yield from ((f"{name}={path}", path, True) for path in _paths(properties.get(name, "")))
    for name in ("ReadWritePaths", "BindPaths"):
        yield from ((name, path, False) for path in _paths(properties.get(name, "")))
    for name, above in _ITS_OWN.items():
        yield from ((name, Path(above, one.partition(":")[0]), False) for one in _words(properties.get(name, "")))


def _paths(text: str) -> Iterator[Path]:
    for word in _words(text):
        path = word.lstrip("-+").partition(":")[0]  # of BindPaths, what is behind the colon is where it appears
        if path.startswith("/"):
            yield Path(path).resolve()


def _words(text: str) -> list[str]:
    """Return words as systemctl shows them: one with a space in it is quoted, also as $'…'."""
    try:
        return [word.removeprefix("$") if word.startswith(("$/", "$-")) else word for word in shlex.split(text)]
    except ValueError:
        return text.split()
