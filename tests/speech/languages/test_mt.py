"""Maltese: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE fl-Emirati Għarab Magħquda; BR fil-Brażil; BS fil-Bahamas; CD fir-Repubblika Demokratika tal-Kongo
    CG fir-Repubblika tal-Kongo; CH fl-Iżvizzera; CI fil-Kosta tal-Avorju; CN fiċ-Ċina; CU f'Kuba; CY f'Ċipru
    CZ fir-Repubblika Ċeka; DE fil-Ġermanja; DK fid-Danimarka; ES fi Spanja; FR fi Franza; GB fir-Renju Unit
    GD fi Grenada; GM fil-Gambja; GR fil-Greċja; HK f'Hong Kong; IL f'Iżrael; IN fl-Indja; IT fl-Italja
    KP fil-Korea ta' Fuq; KR fil-Korea t'Isfel; MK fil-Maċedonja ta' Fuq; MM fil-Myanmar; MT f'Malta
    MV fil-Maldivi; NL fin-Netherlands; PH fil-Filippini; PS fit-Territorji Palestinjani; RS fis-Serbja; SE fl-Iżvezja
    SZ fl-Eswatini; TN fit-Tuneżija; TR fit-Turkija; US fl-Istati Uniti; ZM fiż-Żambja
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_maltese(code: str, place: str) -> None:
    """A country has the preposition, joined to the article, and the name that a speaker of Maltese gives it."""
    assert Wording("mt").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Se jwieġbek aġent li jinsab fil-Filippini."),
        (
            "offer",
            ("US", "1"),
            "Biex titkellem ma' aġent fl-Istati Uniti, agħfas 1. Inkella, ibqa' fuq il-linja.",
        ),
        ("wait", ("1",), "Il-ħin ta' stennija stmat huwa ta' madwar minuta."),
        ("wait", ("2",), "Il-ħin ta' stennija stmat huwa ta' madwar żewġ minuti."),
        ("wait", ("10",), "Il-ħin ta' stennija stmat huwa ta' madwar 10 minuti."),
        ("wait", ("11",), "Il-ħin ta' stennija stmat huwa ta' madwar 11-il minuta."),
        ("wait", ("20",), "Il-ħin ta' stennija stmat huwa ta' madwar 20 minuta."),
    ],
)
def test_a_prompt_says_this_in_maltese(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words that matter most are these; numbers take the plural, and "-il" from eleven to nineteen."""
    assert Wording("mt").text(prompt, *parameters) == text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ("3", "tliet minuti"),
        ("10", "għaxar minuti"),
        ("11", "ħdax-il minuta"),
    ],
)
def test_the_voice_counts_minutes_as_speakers_do(minutes: str, said: str) -> None:
    """Numbers before a noun are not those of counting."""
    wording = Wording("mt")
    assert said in wording.spoken(wording.text("wait", minutes))
