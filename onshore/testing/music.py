"""Sounds made by arithmetic: music on hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

RATE = 8000  # Hz


def music_on_hold(file: Path, seconds: float = 20) -> None:
    """Write music of a kind (raw, 16 bits, 8 kHz): chords without a pause, at about -25 dBFS."""
    moment = np.arange(int(seconds * RATE)) / RATE
    # Each chord lasts a second; two voices, so that nothing takes it for an agent's single tone.
    roots = np.array([196.0, 220.0, 247.0, 294.0])[moment.astype(int) % 4]
    phase = 2 * np.pi * np.cumsum(roots) / RATE
    wave = np.sin(phase) + np.sin(1.498 * phase)
    file.write_bytes((wave * 0.04 * 32767).astype("<i2").tobytes())
