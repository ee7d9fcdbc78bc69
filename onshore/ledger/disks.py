"""What kind of disk a folder is on: SQLite's WAL and file locks need one of this machine."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

# File systems that another machine has, or may have, too. FUSE's are judged by their own name, below.
_NETWORK = (
    *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"),
    *("ocfs2", "orangefs", "prl_fs", "pvfs2", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
)
_FUSE_LOCAL = ("fuseblk", "fuse.fuse-overlayfs", "fuse.lxcfs", "fuse.exfat", "fuse.ntfs-3g")


def network(path: Path, mounts: str | None = None) -> str:
    """Return the name of the network's file system that a file or folder is on; "": it is on a disk of this machine.

    `mounts` is what /proc/self/mountinfo has. A folder that is not there yet will be on the disk of the one above.
    """
    if mounts is None:
        try:
            mounts = MOUNTS.read_text("utf-8", "surrogateescape")
        except OSError:
            return ""  # not a Linux that tells
    kind = _kind(path.resolve(), mounts)
    if kind.startswith("fuse") and kind not in _FUSE_LOCAL:
        return kind
    return kind if kind in _NETWORK else ""


def _kind(path: Path, mounts: str) -> str:
    """Return the type of the file system that a path is on: the longest mount point above it, of these the last."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split(" ")[0]
    return kind
