# ruff: noqa: RUF001 - it is Greek
"""Greek: the article by gender and number, the accusative, and the n of the feminine article."""

from __future__ import annotations

import pytest

from onshore.speech.wording import Wording

RIGHT = {
    "AE": "στα Ηνωμένα Αραβικά Εμιράτα",
    "BE": "στο Βέλγιο",
    "BS": "στις Μπαχάμες",
    "CA": "στον Καναδά",
    "CD": "στη Λαϊκή Δημοκρατία του Κονγκό",
    "CI": "στην Ακτή Ελεφαντοστού",
    "CY": "στην Κύπρο",
    "CZ": "στην Τσεχία",
    "DE": "στη Γερμανία",
    "EG": "στην Αίγυπτο",
    "FR": "στη Γαλλία",
    "GB": "στο Ηνωμένο Βασίλειο",
    "GH": "στην Γκάνα",
    "GR": "στην Ελλάδα",
    "HK": "στο Χονγκ Κονγκ",
    "IM": "στη Νήσο του Μαν",
    "KP": "στη Βόρεια Κορέα",
    "KR": "στη Νότια Κορέα",
    "LB": "στον Λίβανο",
    "FK": "στις Νήσους Φόκλαντ",
    "MK": "στη Βόρεια Μακεδονία",
    "MV": "στις Μαλδίβες",
    "NL": "στην Ολλανδία",
    "PH": "στις Φιλιππίνες",
    "PS": "στα Παλαιστινιακά Εδάφη",
    "SM": "στον Άγιο Μαρίνο",
    "TR": "στην Τουρκία",
    "US": "στις Ηνωμένες Πολιτείες",
    "PA": "στον Παναμά",
    "MX": "στο Μεξικό",
}


@pytest.mark.parametrize(("code", "place"), RIGHT.items())
def test_a_country_is_said_as_greek_speakers_say_it(code: str, place: str) -> None:
    """A country has the article of its gender and number, and stands in the accusative."""
    assert Wording("el").place(code) == place


def test_a_disclosure_names_the_country() -> None:
    """The disclosure is one whole sentence with the country in it."""
    assert (
        Wording("el").text("disclosure", "PH")
        == "Στην κλήση σας θα απαντήσει εκπρόσωπος που βρίσκεται στις Φιλιππίνες."
    )


@pytest.mark.parametrize(("minutes", "text"), [("1", "ένα λεπτό"), ("5", "5 λεπτά")])
def test_the_wait_is_said_in_the_plural_form_of_its_number(minutes: str, text: str) -> None:
    """The estimate of the wait takes the form of the noun that goes with its number."""
    assert text in Wording("el").text("wait", minutes)


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        (
            "offer",
            ("GR", "1", "*"),
            "Για να μιλήσετε με εκπρόσωπο στην Ελλάδα, πατήστε 1. Για να συνεχίσετε, πατήστε αστερίσκο.",
        ),
        (
            "offer-right",
            ("CY", "#"),
            "Έχετε δικαίωμα να μιλήσετε με εκπρόσωπο στην Κύπρο: πατήστε δίεση. Διαφορετικά, μείνετε στη γραμμή.",
        ),
        ("unknown", (), "Στην κλήση σας ενδέχεται να απαντήσει εκπρόσωπος που βρίσκεται σε άλλη χώρα."),
        (
            "closed",
            (),
            "Αυτή τη στιγμή η γραμμή μας δεν λειτουργεί. Παρακαλούμε καλέστε ξανά στις ώρες λειτουργίας.",
        ),
        ("goodbye", (), "Σας ευχαριστούμε για την κλήση σας. Γεια σας."),
    ],
)
def test_a_sentence_is_said_as_in_greek(name: str, parameters: tuple[str, ...], text: str) -> None:
    """The sentences are those of a Greek telephone line, with the country and the key in them."""
    assert Wording("el").text(name, *parameters) == text


@pytest.mark.parametrize(
    ("code", "spoken"),
    [("FK", "στις Νήσους Φόκλαν'ντ"), ("AX", "στις Νήσους Όλαν'ντ"), ("SX", "στο Σιν'τ Μάρτεν")],
)
def test_a_foreign_name_is_spoken_by_its_sound(code: str, spoken: str) -> None:
    """The voice is given a foreign name in letters that it reads as the name sounds."""
    wording = Wording("el")
    assert wording.spoken(wording.place(code)) == spoken
