"""An admin's own words go before ours, and mistakes in them are found before anybody calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onshore.errors import PromptError
from onshore.speech.wording import Wording, languages_available

if TYPE_CHECKING:
    from pathlib import Path


def own(site_folder: Path, content: str, language: str = "en") -> Path:
    """Write an admin's file of a language."""
    file = site_folder / "prompts" / f"{language}.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    return file


def test_one_sentence_of_the_admins_replaces_ours_alone(tmp_path: Path) -> None:
    """A sentence in the admin's file is said; all others stay."""
    own(tmp_path, 'disclosure = "{{ company }}: your agent is {{ place }}."')
    wording = Wording("en", tmp_path, company="Acme")
    assert wording.text("disclosure", "PH") == "Acme: your agent is in the Philippines."
    assert wording.text("invalid") == "This key is not in use."


def test_one_country_and_the_voice_can_be_changed_alone(tmp_path: Path) -> None:
    """A name, a whole form, a key's name and the voice of the admin's file go before ours; the rest stays."""
    own(
        tmp_path,
        '[names]\nCZ = "Czechia"\n[forms.place]\nHK = "in the city of Hong Kong"\n'
        '[voice]\nname = "en-gb"\n[keys]\n"#" = "hash"\n'
        '[[rules.place]]\ncountries = "CZ"\nsay = "over in {{ country }}"',
    )
    wording = Wording("en", tmp_path)
    assert [wording.place(code) for code in ("CZ", "HK", "NL")] == [
        "over in Czechia",
        "in the city of Hong Kong",
        "in the Netherlands",
    ]
    assert (wording.voice["name"], wording.voice["rate"]) == ("en-gb", "155")
    assert "press hash" in wording.text("offer", "US", "#")


def test_a_language_with_a_region_falls_back_to_its_base(tmp_path: Path) -> None:
    """French of Canada is spoken as French, but for the sentences that its own file changes."""
    own(tmp_path, 'language = "Pour le français, faites le {{ key }}."', "fr_CA")
    wording = Wording("fr_CA", tmp_path)
    assert wording.text("language", "2") == "Pour le français, faites le 2."
    assert wording.text("repeat") == Wording("fr").text("repeat")
    assert Wording("fr", tmp_path).text("language", "2") == "Pour le français, tapez 2."
    assert languages_available(tmp_path) == sorted({*languages_available(), "fr_CA"})


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        ("Oslo", "Oslo, Oslos, Oslo.", "X, Oslos, X."),
        ("दबाएँ", "1 दबाएँ।", "1 X।"),  # ends in a vowel sign
        ("भारत", "भारत, भारतीय, भारती", "X, भारतीय, भारती"),  # goes on in one
        ("مد", "مد مُد مدُن", "X مُد مدُن"),
        ("香港", "您在香港。", "您在X。"),  # no spaces between words
        (r"C\D", r"C\D", "X"),
    ],
)
def test_a_respelling_is_of_whole_words(tmp_path: Path, words: str, text: str, said: str) -> None:
    """The voice is given another word where one stands alone, with its vowel signs, and not within a longer one."""
    own(tmp_path, f"[spoken]\n'{words}' = 'X'\n")
    assert Wording("en", tmp_path).spoken(text) == said


def test_a_language_of_the_admins_own_needs_only_what_the_site_says(tmp_path: Path) -> None:
    """A language that we do not have works with the admin's file, with its plurals; what is missing is named."""
    own(
        tmp_path,
        'goodbye = "Doviđenja."\nwait.one = "{{ minutes }} minuta."\n'
        'wait.few = "{{ minutes }} minute."\nwait.other = "{{ minutes }} minuta, najmanje."\n'
        'disclosure = "Savjetnik {{ place }}."\n[forms.place]\nPH = "na Filipinima"\n'
        "[[rules.place]]\nmatches = '^(?P<stem>.*)a$'\nsay = 'u {{ stem }}oj'\n"
        "[[rules.place]]\nsay = 'u: {{ country }}'",
        "bs",
    )
    wording = Wording("bs", tmp_path)
    assert [wording.text("wait", minutes) for minutes in ("1", "3", "5", "22")] == [
        "1 minuta.",
        "3 minute.",
        "5 minuta, najmanje.",
        "22 minute.",
    ]
    assert [wording.text("disclosure", code) for code in ("PH", "IE", "PL")] == [
        "Savjetnik na Filipinima.",
        "Savjetnik u Irskoj.",
        "Savjetnik u Poljskoj.",
    ]
    with pytest.raises(PromptError, match=r"bs\.toml: offer is not there"):
        wording.text("offer", "US", "1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '\ndisclosure = "An agent {{ plase }}."',
            "line 2: disclosure: unknown variable 'plase'; did you mean 'place'? Known here: company, country, place",
        ),
        ('disclosure = "An agent {% if country %}"', "line 1: disclosure: Unexpected end of template"),
        ('disclosure = """\nAn agent\n{{ place"""', "line 3: disclosure: unexpected end of template"),
        ('disclosure = "{% if false %}{{ key }}{% endif %} {{ place }}"', "unknown variable 'key'"),
        ('disclosure = "{{ place.lowr() }}"', "disclosure: 'str object' has no attribute 'lowr'"),
        (
            'disclosure = "{{ place.__class__.__mro__ }}"',
            "disclosure: access to attribute '__class__' of 'str' object is unsafe.",
        ),
        ('disclosure = "{{ place + 1 }}"', "disclosure: cannot be rendered"),
        ('disclosure = "{{ place[:0] }}"', "disclosure: says nothing"),
        ("disclosure = \"{{ '{{ place' }}\"", "left-over placeholder"),
        ('disclosure = ""', "line 1: disclosure: must be a text in quotes"),
        ("disclosure = 7", "must be a text in quotes"),
        ('disclosure.one = "x"', "must be a text in quotes"),
        ('disclosre = "x"', "line 1: disclosre: there is no such sentence; did you mean 'disclosure'?"),
        ('wait.some = "x"\nwait.other = "x"', "line 1: wait.some: no plural category; known here: few, many, one"),
        ('wait.one = "x"', "have at least .other"),
        ('[names]\nUK = "Britain"', "names.UK: 'UK' is no country"),
        ('[voice]\nnam = "en-gb"', "line 2: voice.nam: no such setting of a voice; did you mean 'name'?"),
        ('[keys]\nx = "ex"', "no such key"),
        ('[[rules.place]]\ncountries = "PH UK"\nsay = "x"', "line 2: rules.place[1].countries: no countries: UK"),
        ('[[rules.place]]\nmatches = "("\nsay = "x"', "no regular expression"),
        ('[[rules.place]]\nsays = "x"', "no such part of a rule; did you mean 'say'?"),
        ('[[rules.place]]\nsay = "in {{ contry }}"', "line 2: rules.place[1].say: unknown variable 'contry'"),
        ("rules.place = 3", "must be a list of rules"),
        ("voice = 3", "must be a table"),
        ('[forms.from]\nPH = "from the Philippines"', "add [[rules.from]]"),
        ("disclosure = “x”", "line 1"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(tmp_path: Path, content: str, message: str) -> None:
    """Each mistake in an admin's file gets a message with the file, the key and what was expected."""
    file = own(tmp_path, content)
    with pytest.raises(PromptError) as raised:
        Wording("en", tmp_path).text("disclosure", "PH")
    assert str(file) in str(raised.value)
    assert message in str(raised.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    """A file in Latin-1 gets a message that says so."""
    own(tmp_path, "", "es").write_bytes('goodbye = "Adiós"'.encode("latin-1"))
    with pytest.raises(PromptError, match=r"es\.toml is not UTF-8"):
        Wording("es", tmp_path)


@pytest.mark.parametrize("language", ["xx", "../en", "EN", ""])
def test_a_language_that_there_is_not_is_named(language: str) -> None:
    """An unknown language gets an error that lists the known ones or says how to write it."""
    with pytest.raises(PromptError, match=r"no prompts in 'xx'; known languages: .*en, es.*fr|is no language"):
        Wording(language)
