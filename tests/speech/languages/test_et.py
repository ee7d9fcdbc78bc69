"""Estonian: countries and sentences as its speakers say them. From knowledge of the language."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = """
    AE Araabia Ühendemiraatides; BS Bahamal; CD Kongo Demokraatlikus Vabariigis; CG Kongo Vabariigis; CH Šveitsis
    CI Elevandiluurannikul; CY Küprosel; CZ Tšehhis; DE Saksamaal; EE Eestis; EG Egiptuses; FR Prantsusmaal
    GB Ühendkuningriigis; GM Gambias; HK Hongkongis; IE Iirimaal; IN Indias; IQ Iraagis; IS Islandil; KP Põhja-Koreas
    KR Lõuna-Koreas; KY Kaimanisaartel; MG Madagaskaril; MK Põhja-Makedoonias; MM Myanmaris; MV Maldiividel
    MX Mehhikos; NL Hollandis; NZ Uus-Meremaal; PH Filipiinidel; PS Palestiina aladel; RU Venemaal; SZ Eswatinis
    TR Türgis; US Ameerika Ühendriikides; ZA Lõuna-Aafrika Vabariigis; IM Mani saarel; TH Tais; LA Laoses
"""
CASES = [case.strip().split(" ", 1) for case in RIGHT.replace("\n", ";").split(";") if case.strip()]


@pytest.mark.parametrize(("code", "place"), CASES)
def test_a_country_is_said_as_in_estonian(code: str, place: str) -> None:
    """A country has the case and the name that a speaker of Estonian gives it."""
    assert Wording("et").place(code) == place


@pytest.mark.parametrize(
    ("prompt", "parameters", "text"),
    [
        ("disclosure", ("PH",), "Teie kõnele vastab klienditeenindaja, kes asub Filipiinidel."),
        ("agent-disclosure", ("GB",), "Teie klienditeenindaja asub Ühendkuningriigis."),
        ("language", ("3",), "Eestikeelseks teeninduseks vajutage 3."),
        (
            "offer",
            ("US", "1", "*"),
            (
                "Kui soovite rääkida klienditeenindajaga, kes asub Ameerika Ühendriikides, vajutage 1, "
                "jätkamiseks tärni."
            ),
        ),
        (
            "offer-right",
            ("EE", "1"),
            "Teil on õigus rääkida klienditeenindajaga, kes asub Eestis: selleks vajutage 1 või jääge liinile.",
        ),
        ("wait", ("1",), "Eeldatav ooteaeg on umbes üks minut."),
        ("wait", ("5",), "Eeldatav ooteaeg on umbes 5 minutit."),
    ],
)
def test_a_prompt_says_this_in_estonian(prompt: str, parameters: tuple[str, ...], text: str) -> None:
    """The words of the prompts that matter most are these."""
    assert Wording("et").text(prompt, *parameters) == text


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("BL", "Sän Bartelemil"),
        ("GS", "Lõuna-Georgial ja Lõuna-Sändvitši saartel"),
        ("JE", "Džörsi saarel"),
        ("KN", "Sent Kittsil ja Nevisel"),
        ("LC", "Sent Lusial"),
        ("LI", "Lihtenšteinis"),
        ("MF", "Sän Martänil"),
        ("MQ", "Martinikil"),
        ("PM", "Sän Pjääril ja Mikelonil"),
        ("VC", "Sent Vinsentil ja Grenadiinidel"),
    ],
)
def test_a_name_is_given_to_the_voice_by_its_sound(code: str, spoken: str) -> None:
    """The voice is told how a name sounds where it would read it by the rules of Estonian."""
    wording = Wording("et")
    assert wording.spoken(wording.place(code)) == spoken
