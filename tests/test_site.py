"""What an admin writes in onshore.toml, and what the errors say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onshore import site as sites
from onshore import starter
from onshore.errors import SiteError
from onshore.plan import Hours
from tests.making import SITE, site, write_site

if TYPE_CHECKING:
    from pathlib import Path

ITALY = (
    ('home = "US"', 'home = "IT"'),
    ('rules = "us-call-center-act"', 'rules = "it-24-bis"'),
    ('country = "US"', 'country = "IT"'),
)


def problems(folder: Path, *changes: tuple[str, str], more: str = "") -> list[str]:
    """Return what is wrong with a site, a line each, without its file, which each must name."""
    file = write_site(folder, *changes, more=more)
    with pytest.raises(SiteError) as raised:
        sites.load(file)
    lines = str(raised.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines), lines
    return [line.removeprefix(f"{file}: ") for line in lines]


def test_a_site_is_read_with_its_defaults(tmp_path: Path) -> None:
    """What the admin left out is as the documentation says."""
    made = site(tmp_path)
    service = made.services["support"]
    assert (made.home, made.rules, made.languages, made.company) == (("US",), "us-call-center-act", ("en", "es"), "")
    assert (service.center, service.domestic, service.key, service.stay) == (("manila",), "milwaukee", "1", None)
    assert (service.key_timeout, service.announce) == (2.5, "before")
    assert not service.welcome
    assert not service.ask_language
    assert made.server is None
    assert made.asterisk.command == "asterisk"


def test_folders_are_meant_from_the_site_s_own(tmp_path: Path) -> None:
    """A relative folder is one beside the site's file, wherever the command is run."""
    made = site(tmp_path)
    assert (made.asterisk.etc, made.asterisk.state) == (tmp_path / "etc", tmp_path / "state")
    assert (made.file, made.folder) == (tmp_path / "onshore.toml", tmp_path)


def test_what_init_writes_is_a_site(tmp_path: Path) -> None:
    """The starter is valid as it is, and still so with every line in it uncommented."""
    file = tmp_path / "onshore.toml"
    file.write_text(starter.TEXT)
    made = sites.load(file)
    assert list(made.centers) == ["manila", "milwaukee"]
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line.partition('"')[0] or line.startswith("# [") else line
        for line in starter.TEXT.splitlines()
    )
    file.write_text(uncommented)
    everything = sites.load(file)
    assert everything.company == "Acme Bank"
    assert everything.speech.command
    assert everything.services["support"].stay == "2"
    assert everything.centers["manila"].timezone == "Asia/Manila"
    assert '["US", "PR"]' in starter.TEXT
    file.write_text(starter.TEXT.replace('home      = "US"', 'home = ["US", "PR"]'))
    assert sites.load(file).home == ("US", "PR")


def test_the_design_s_example_but_for_what_comes_later_is_a_site(tmp_path: Path) -> None:
    """Several centers, services and languages go together."""
    made = site(
        tmp_path,
        ('["en", "es"]', '["en", "es", "fr_CA"]'),
        more="""
[centers.delhi]
country = "IN"
queue = "q.india@x-1"
options = "tC"
timeout = 300
hours = ["mon-fri 08:00-18:00", "sat 09:00-13:00"]
timezone = "Asia/Kolkata"
[centers.puerto_rico]
country = "PR"
queue = "pr"
[services.sales_2]
center = ["delhi", "manila"]
domestic = "puerto_rico"
key = "9"
stay = "0"
key_timeout = 1
welcome = true
ask_language = true
[server]
listen = "[::1]:4583"
""",
    )
    assert made.services["sales_2"].center == ("delhi", "manila")
    assert made.languages[2] == "fr_CA"
    assert made.server
    assert (made.server.host, made.server.port) == ("::1", 4583)


@pytest.mark.parametrize("written", ["fr_CA", "fr-CA", "fr_ca"])
def test_a_language_with_a_region_is_written_as_one_likes(tmp_path: Path, written: str) -> None:
    """A hyphen or small letters mean the same language; its prompts may be those of its base."""
    assert site(tmp_path, ('["en", "es"]', f'["{written}"]')).languages == ("fr_CA",)


def test_windows_mark_at_the_beginning_of_the_file_is_passed_over(tmp_path: Path) -> None:
    """A file saved by Windows' editor is read, its line ends included."""
    file = write_site(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert sites.load(file).home == ("US",)


def test_in_italy_the_european_union_is_home(tmp_path: Path) -> None:
    """Under it-24-bis an agent in any member state is at home, and only there."""
    made = site(tmp_path, *ITALY)
    assert all(made.at_home(country) for country in ("IT", "RO", "IE", "HR"))
    assert not any(made.at_home(country) for country in ("AL", "CH", "GB", "TN", "US"))
    elsewhere = site(tmp_path, *ITALY[:2], ('country = "US"', 'country = "RO"'))
    assert elsewhere.centers["milwaukee"].country == "RO"
    assert site(tmp_path, *ITALY[1:], ('home = "US"', 'home = ["IT", "DE"]')).home == ("IT", "DE")


def test_american_territories_are_home(tmp_path: Path) -> None:
    """A domestic center may be in a territory of the United States."""
    for code in ("PR", "GU", "VI", "AS", "MP", "UM"):
        assert site(tmp_path, ('country = "US"', f'country = "{code}"')).at_home(code)
    assert not site(tmp_path).at_home("PH")


@pytest.mark.parametrize("code", ["CN", "HK", "MO", "CU", "IR", "KP", "RU", "VE"])
def test_the_fcc_s_list_of_countries_cannot_be_answered_in(tmp_path: Path, code: str) -> None:
    """Under us-fcc-26-52 a center in a country of a foreign adversary is refused; under the others it is not."""
    change = ('country = "PH"', f'country = "{code}"')
    found = problems(tmp_path, change, ("us-call-center-act", "us-fcc-26-52"))
    assert found[0].startswith(f"centers.manila.country: us-fcc-26-52 does not allow calls to be answered in {code} (")
    assert site(tmp_path, change).centers["manila"].country == code


# What is replaced, by what, and what the message says: the key, what is wrong, what to write.
MISTAKES = [
    (
        '"PH"',
        '"UK"',
        (
            "centers.manila.country: 'UK' is no country: write its two letters as in ISO 3166-1, like 'US'"
            "; did you mean 'GB' (United Kingdom)?"
        ),
    ),
    (
        '"PH"',
        '"Philippines"',
        (
            "centers.manila.country: 'Philippines' is no country: write its two letters as in ISO "
            "3166-1, like 'US'; did you mean 'PH' (Philippines)?"
        ),
    ),
    (
        '"PH"',
        '"ph"',
        (
            "centers.manila.country: 'ph' is no country: write its two letters as in ISO 3166-1, like 'US'; "
            "did you mean 'PH' (Philippines)?"
        ),
    ),
    ('"PH"', '"XX"', "centers.manila.country: 'XX' is no country: write its two letters as in ISO 3166-1, like 'US'"),
    ('"PH"', '"EU"', "centers.manila.country: 'EU' is no country: write its two letters as in ISO 3166-1, like 'US'"),
    ('"PH"', "63", 'centers.manila.country: 63 cannot be used; write two letters, like "PH"'),
    (
        'home = "US"',
        'home = "CA"',
        ("home: 'CA' is not a home that us-call-center-act knows (US, PR, GU, VI, AS, MP, UM); change home or rules"),
    ),
    ('home = "US"', 'home = "PR"', "home: us-call-center-act is a law of US: add it to home"),
    ('home = "US"', "home = []", 'home: is empty; write your country, like "US", or a list of countries'),
    ('home = "US"\n', "", 'home: is missing; add `home = …`: your country, like "US", or a list of countries'),
    (
        '["en", "es"]',
        '["en", "xx"]',
        "languages: there are no prompts in 'xx'; known: ar, ",
    ),
    ('["en", "es"]', '["english"]', "languages: 'english' is no language: write it like 'en' or 'fr_CA'"),
    ('["en", "es"]', '["en", "es", "en"]', "languages: 'en' is there twice"),
    ('["en", "es"]', "[]", 'languages: is empty; write a list like ["en", "es"], 9 at most'),
    (
        '"us-call-center-act"',
        '"us-call-centre-act"',
        (
            "rules: there is no rule set 'us-call-centre-act' (did you mean "
            "'us-call-center-act'?); known: it-24-bis, us-call-center-act, us-fcc-26-52, us-keep-call-centers; "
            "one of your own goes into "
        ),
    ),
    (
        'queue = "support-manila"\n',
        "",
        (
            "centers.manila.queue: is missing; add `queue = …`: the name of its queue in "
            "queues.conf: letters, digits and `_.@-`"
        ),
    ),
    (
        '"support-manila"',
        '"a,b"',
        (
            "centers.manila.queue: 'a,b' cannot be used; write the name of its queue in "
            "queues.conf: letters, digits and `_.@-`"
        ),
    ),
    (
        '"support-manila"',
        '"support-milwaukee"',
        (
            "centers.milwaukee.queue: 'support-milwaukee' is the queue of "
            "centers.manila too, in another country: a queue must be in one country, or the announcement is wrong"
        ),
    ),
    (
        '"support-manila"',
        '"Support-Milwaukee"',
        (
            "centers.milwaukee.queue: 'support-milwaukee' is the queue of "
            "centers.manila too, in another country: a queue must be in one country, or the announcement is wrong"
        ),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\noption = "t"',
        ("centers.manila.option: no such key; did you mean `options`?"),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\noptions = "t,x"',
        ("centers.manila.options: 't,x' cannot be used; write letters alone, as Queue() takes them, like \"t\""),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\nhours = "8-18"',
        ("centers.manila.hours: '8-18' are no hours: write them like 'mon-fri 08:00-18:00'"),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\nhours = "mon-fir 08:00-18:00"',
        ("centers.manila.hours: 'mon-fir 08:00-18:00': the days are mon, tue, wed, thu, fri, sat, sun"),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\nhours = "24:30-25:00"',
        ("centers.manila.hours: '24:30-25:00' are no hours"),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\ntimezone = "Manila"',
        ("centers.manila.timezone: 'Manila' is no time zone: write it like 'Asia/Manila'"),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\ntimeout = -1',
        ("centers.manila.timeout: -1 is too little: 0 is the least"),
    ),
    (
        'queue = "support-manila"',
        'queue = "q"\ntimeout = "long"',
        ("centers.manila.timeout: 'long' cannot be used; write a whole number, without quotes"),
    ),
    (
        "[centers.manila]",
        "[centers.Manila]",
        ("centers.Manila: cannot be used as a name; write small letters, digits and `_`, a letter first"),
    ),
    (
        "[services.support]",
        "[services.s]",
        (
            "services.s: cannot be used as a name; write small letters, digits and `_`, "
            "a letter first, two characters at least"
        ),
    ),
    ("[services.support]", "[service.support]", "services: is missing; add a table, [services.NAME]"),
    (
        "[services.support]",
        "[services]",
        ("services.center: must be a table; write [services.NAME] on a line, and its keys below"),
    ),
    (
        'domestic = "milwaukee"',
        'domestic = "manila"',
        (
            "services.support.domestic: center 'manila' is in PH "
            "(Philippines), and that is not at home (US): name a center at home"
        ),
    ),
    (
        'domestic = "milwaukee"',
        'domestic = "home"',
        ("services.support.domestic: there is no center 'home'; known: manila, milwaukee"),
    ),
    (
        'domestic = "milwaukee"\n',
        "",
        ("services.support.domestic: is missing; add `domestic = …`: the name of a center at home"),
    ),
    (
        'center = "manila"',
        'center = ["delhi"]',
        ("services.support.center: there is no center 'delhi'; known: manila, milwaukee"),
    ),
    (
        'center = "manila"',
        "center = []",
        (
            "services.support.center: is empty; write the name of the center that "
            'answers, like "manila", or a list of centers'
        ),
    ),
    ('center = "manila"', 'center = ["manila", "manila"]', "services.support.center: the same center is there twice"),
    (
        'center = "manila"',
        'center = "manila"\nkey = "12"',
        (
            "services.support.key: '12' cannot be used; write one of "
            '"0" to "9", in quotes (`*` repeats the announcement)'
        ),
    ),
    (
        'center = "manila"',
        'center = "manila"\nkey = 1',
        ('services.support.key: 1 cannot be used; write one of "0" to "9", in quotes (`*` repeats the announcement)'),
    ),
    ('center = "manila"', 'center = "manila"\nstay = "*"', "services.support.stay: '*' cannot be used; write one of"),
    (
        'center = "manila"',
        'center = "manila"\nstay = "1"',
        ("services.support.stay: key '1' is services.support.key too: the same key cannot do both"),
    ),
    (
        'center = "manila"',
        'center = "manila"\nkey = "2"\nkey = "3"',
        ('line 23: `key = "3"` is there twice: keep one of the two'),
    ),
    ("[centers.milwaukee]", "[centers.manila]", "line 16: `[centers.manila]` is there twice: keep one of the two"),
    (
        'center = "manila"',
        'center = "manila"\nkey_timeout = 9',
        ("services.support.key_timeout: 9 is too much: 2.7 is the most"),
    ),
    (
        'center = "manila"',
        'center = "manila"\nannounce = "on-answer"',
        ("services.support.announce: 'on-answer' is not known here; write 'before'"),
    ),
    (
        'center = "manila"',
        'center = "manila"\nwelcome = "ja"',
        ("services.support.welcome: 'ja' cannot be used; write true or false"),
    ),
    ('languages = ["en", "es"]', 'languages = "en"\nsurprise = 1', "surprise: no such key; known here: home, rules, "),
    ('state = "state"', 'state = "state"\nlog = "x"', "asterisk.log: no such key; known here: etc, state, command"),
    (
        'state = "state"',
        'state = "state"\n[server]\nlisten = "localhost:4583"',
        ("server.listen: 'localhost:4583' is no address: write it like '127.0.0.1:4583' (numbers, not a name)"),
    ),
    (
        'state = "state"',
        'state = "state"\n[server]\nlisten = "127.0.0.1:0"',
        ("server.listen: '127.0.0.1:0': the port is 1 to 65535"),
    ),
    (
        "[speech]",
        '[speech]\nlanguages = { fr = "x" }',
        ("speech.languages.fr: the site does not speak 'fr'; add it to languages, or take this out"),
    ),
    ('home = "US"', "home = US", "line 1: `home = US` is not valid TOML: "),
    ('home = "US"', 'home = "US', 'line 1: `home = "US` is not valid TOML: '),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_named_with_what_to_write(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Each mistake gives one line first of all that names the key, says what is wrong, and what to write instead."""
    assert problems(tmp_path, (old, new))[0].startswith(message)


def test_all_mistakes_of_a_kind_are_told_at_once(tmp_path: Path) -> None:
    """An admin need not try again for each of several mistakes."""
    assert len(problems(tmp_path, ('"PH"', '"XX"'), ('home = "US"', "home = 5"), ("queue", "queu"))) == 6
    assert len(problems(tmp_path, ('"manila"', '"delhi"'), ('domestic = "milwaukee"', 'domestic = "x"'))) == 2


def test_asking_for_a_language_needs_two(tmp_path: Path) -> None:
    """A menu of one language is a mistake."""
    found = problems(tmp_path, ('["en", "es"]', '["en"]'), more="ask_language = true\n")
    assert found == [
        "services.support.ask_language: the site has one language only; add to languages, or take this out"
    ]


def test_a_site_that_is_not_there_or_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The file is named, and how to come by one."""
    with pytest.raises(SiteError, match=r"nowhere\.toml is not there: write it with `onshore init`, or name another"):
        sites.load(tmp_path / "nowhere.toml")
    with pytest.raises(SiteError, match="cannot be read: Is a directory"):
        sites.load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'home = "\xe9"')
    with pytest.raises(SiteError, match=r"latin\.toml is not UTF-8 \(byte 8\): save it as UTF-8"):
        sites.load(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("mon-fri 08:00-18:00", Hours(0, 4, 480, 1080)),
        ("sat 09:00-13:00", Hours(5, 5, 540, 780)),
        ("22:00-06:00", Hours(0, 6, 1320, 360)),
        ("Sat-Mon  00:00-24:00", Hours(5, 0, 0, 1440)),
    ],
)
def test_hours_are_read(text: str, span: Hours) -> None:
    """Days, one day, or every day; from a minute to the first that is closed."""
    assert sites.hours(text) == span


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_stands_in_the_file_is_a_site_or_an_error_that_names_it(tmp_path: Path, data: st.DataObject) -> None:
    """However a site is damaged, there is no traceback."""
    lines = SITE.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        junk = data.draw(
            st.sampled_from(["", "=", "[", "[centers]", "x = 1", 'key = "1"', "[[services]]", "centers = 1"])
            | st.from_regex(r"[a-z]{1,9} = (\[\]|\{\}|-1|true|1979-05-27|\"[^\"\\]{0,9}\"|\[\[1\]\])", fullmatch=True)
            | st.text(max_size=20)
        )
        lines[number] = junk
    file = tmp_path / "onshore.toml"
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        made = sites.load(file)
    except SiteError as error:
        named = str(error).startswith(str(file))
    else:
        named = made.file == file
    assert named
