"""What tests of several folders need: real Asterisks, unpacked once into the checkout."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onshore.testing.packages import NotPackagedError
from onshore.testing.unpack import unpack

if TYPE_CHECKING:
    from onshore.testing.unpack import Unpacked

_FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "asterisk"


@pytest.fixture(scope="session")
def asterisk_22() -> Unpacked:
    """An unpacked Asterisk 22, with espeak-ng and SIPp."""
    return unpack("22", _FOLDER / "22")


@pytest.fixture(scope="session")
def asterisk_16() -> Unpacked:
    """An unpacked Asterisk 16; skips where the distribution has none."""
    try:
        return unpack("16", _FOLDER / "16")
    except NotPackagedError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=["22", "16"])
def asterisk(request: pytest.FixtureRequest) -> Unpacked:
    """Each of the unpacked Asterisks: what takes it runs once on 22 and once on 16."""
    unpacked: Unpacked = request.getfixturevalue(f"asterisk_{request.param}")
    return unpacked


@pytest.fixture(scope="session")
def espeak() -> str:
    """Return the command line of the real espeak-ng."""
    checkout = _FOLDER / "22/bin/espeak-ng"
    found = (
        os.environ.get("ONSHORE_TEST_ESPEAK")
        or shutil.which("espeak-ng")
        or (str(checkout) if checkout.is_file() else "")
    )
    if not found:
        pytest.skip("there is no espeak-ng here")
    return f"{shlex.quote(found)} -b 1 -v {{voice}} -s {{rate}} --stdin --stdout"
