"""Irish: the article with "i" (sa, san, sna), and the eclipsis where there is none."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "in Aontas na nÉimíríochtaí Arabacha",
    "BE": "sa Bheilg",
    "CA": "i gCeanada",
    "CD": "i bPoblacht Dhaonlathach an Chongó",
    "CG": "i bPoblacht an Chongó",
    "CI": "sa Chósta Eabhair",
    "CN": "sa tSín",
    "CU": "i gCúba",
    "CZ": "sa tSeicia",
    "DE": "sa Ghearmáin",
    "DK": "sa Danmhairg",
    "ES": "sa Spáinn",
    "FR": "san Fhrainc",
    "GB": "sa Ríocht Aontaithe",
    "GM": "sa Ghaimbia",
    "HK": "i Hong Cong",
    "IE": "in Éirinn",
    "IL": "in Iosrael",
    "IM": "in Oileán Mhanann",
    "IN": "san India",
    "IT": "san Iodáil",
    "JP": "sa tSeapáin",
    "KP": "sa Chóiré Thuaidh",
    "KR": "sa Chóiré Theas",
    "MK": "sa Mhacadóin Thuaidh",
    "MM": "i Maenmar",
    "MX": "i Meicsiceo",
    "NL": "san Ísiltír",
    "PH": "sna hOileáin Fhilipíneacha",
    "PR": "i bPórtó Ríce",
    "PS": "sna Críocha Palaistíneacha",
    "TO": "i dTonga",
    "TR": "sa Tuirc",
    "US": "sna Stáit Aontaithe",
    "FJ": "i bhFidsí",
    "GI": "i nGiobráltar",
    "BS": "sna Bahámaí",
    "DM": "i nDoiminice",
    "YE": "in Éimin",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_irish_speakers_say_it(code: str, place: str) -> None:
    """A country has the article, or the eclipsis, that follows its preposition."""
    assert Wording("ga").place(code) == place


def test_a_disclosure_names_the_country() -> None:
    """The disclosure is one whole sentence with the country in it."""
    assert Wording("ga").text("disclosure", "PH") == "Freagróidh gníomhaire atá sna hOileáin Fhilipíneacha do ghlao."


@pytest.mark.parametrize(
    ("minutes", "text"),
    [("1", "nóiméad amháin"), ("2", "2 nóiméad"), ("5", "5 nóiméad"), ("8", "8 nóiméad"), ("11", "11 nóiméad")],
)
def test_the_wait_is_said_in_the_plural_form_of_its_number(minutes: str, text: str) -> None:
    """The estimate of the wait takes the form of the noun that goes with its number."""
    assert text in Wording("ga").text("wait", minutes)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ("2", "dhá nóiméad"),
        ("5", "cúig nóiméad"),
    ],
)
def test_the_voice_counts_minutes_as_speakers_do(minutes: str, said: str) -> None:
    """Numbers before a noun are not those of counting."""
    wording = Wording("ga")
    assert said in wording.spoken(wording.text("wait", minutes))
