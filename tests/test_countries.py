"""Which codes are countries."""

from __future__ import annotations

import pytest

from onshore import countries


def test_countries_are_those_of_iso_3166_1_and_kosovo() -> None:
    """There are 249 codes of ISO 3166-1, and XK; groups and reserved codes are none."""
    assert len(countries.codes()) == 250
    assert {"US", "PH", "PR", "XK", "AX", "UM", "BV"} <= countries.codes()
    assert not {"EU", "UN", "ZZ", "UK", "XX", "AC", "EZ", "001"} & countries.codes()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("UK", "GB"), ("uk", "GB"), ("ph", "PH"), ("USA", "US"), ("Philippines", "PH"), ("germany", "DE"), ("Xyz", "")],
)
def test_what_somebody_meant_is_guessed(written: str, meant: str) -> None:
    """Old codes, small letters, three letters and names in English lead to the code; nonsense to none."""
    assert countries.meant(written) == meant


def test_a_wrong_code_is_an_error_that_says_what_to_write() -> None:
    """The message gives the form, and the code that was meant."""
    assert countries.checked("PH") == "PH"
    with pytest.raises(ValueError, match=r"'USA' is no country: write its two letters .* did you mean 'US' \(United"):
        countries.checked("USA")
