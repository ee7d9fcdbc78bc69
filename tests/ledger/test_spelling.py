"""The same caller written in other ways is one caller; two callers are two; who withheld the number is nobody."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import phonenumbers
import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat as Form
from phonenumbers import PhoneNumberType as Kind

from onshore import cli
from onshore.evidence import Event
from onshore.ledger import spelling
from onshore.ledger.opening import open_store
from onshore.ledger.privacy import Numbers
from onshore.ledger.settings import key_of
from tests.ledger.conftest import written

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.ledger.settings import Settings

HOMES = ["US", "CA", "GB", "IT", "DE", "FR", "ES", "JP", "AU", "BR", "IN", "NO", "PH", "AT", "PL", "MX", "ZA"]


def examples() -> dict[str, str]:
    """Return valid numbers of the whole world, in E.164, each with its country."""
    found = {}
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (Kind.FIXED_LINE, Kind.MOBILE, Kind.TOLL_FREE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number:
                found[phonenumbers.format_number(number, Form.E164)] = region
    return found


WORLD = examples()
OTHERS = ["%2B{digits}", "tel:{e164}", "TEL:{e164}", "sip:{e164}@10.0.0.5", "sips:{e164}@pbx.example:5061;user=phone"]
OTHERS += ["{e164}@10.0.0.5", "<sip:{e164}@x>", '"Ann 5" <{e164}>', "  {e164} ", "{spaced}", "{rfc}", "{e164};ext=12"]
OTHERS += [
    "{e164};phone-context=+1",
    "{e164};isub=5",
    "{national};phone-context=+{code}",
    "tel:{national};phone-context=+{code}",
]
ELSEWHERE = ["00{digits}", "+00{digits}", "011{digits}", "{digits}", "{digits}@10.0.0.5", "sip:{digits}@pbx.example"]


def spelled(e164: str, form: str) -> str:
    """Return a number in another spelling."""
    number = phonenumbers.parse(e164)
    return form.format(
        e164=e164,
        digits=e164[1:],
        spaced=phonenumbers.format_number(number, Form.INTERNATIONAL),
        rfc=phonenumbers.format_number(number, Form.RFC3966),
        national=phonenumbers.national_significant_number(number),
        code=number.country_code,
    )


def is_dialled(text: str, home: str) -> bool:
    """Return whether a spelling is a number of its own, dialled in `home`; or as long as all of North America's."""
    try:
        read = phonenumbers.parse(spelling.take_apart(text).text.removeprefix("+"), home)
    except phonenumbers.NumberParseException:
        return False
    fixed = home in ("US", "CA", "MX", "NO", "ES", "PL")
    return phonenumbers.is_valid_number(read) or (fixed and phonenumbers.is_possible_number(read))


def before(number: str, home: str) -> str:
    """Return what earlier versions hashed of a number."""
    try:
        read = phonenumbers.parse(number, home)
    except phonenumbers.NumberParseException:
        read = None
    if read and phonenumbers.is_possible_number(read):
        return phonenumbers.format_number(read, Form.E164)
    return "".join(filter(str.isdigit, number))


@given(st.sampled_from(sorted(WORLD)), st.sampled_from(OTHERS), st.sampled_from(HOMES))
def test_a_caller_in_another_spelling_is_the_same(e164: str, form: str, home: str) -> None:
    """With its country's code, wherever the PBX is."""
    numbers = Numbers(bytes(32), home)
    other = spelled(e164, form)
    assert numbers.hash(other) == numbers.hash(e164), spelling.canonical(other, home)
    assert {name: value for name, value in numbers.caller(other).items() if name != "salt"} == {
        name: value for name, value in numbers.caller(e164).items() if name != "salt"
    }


@given(st.sampled_from(sorted(WORLD)), st.sampled_from(ELSEWHERE), st.sampled_from(HOMES))
def test_a_caller_without_a_plus_is_the_same(e164: str, form: str, home: str) -> None:
    """As trunks give it, where that is no number of the country itself. Where it is, `find` looks for both."""
    other = spelled(e164, form)
    if is_dialled(other, home):
        assert e164 in spelling.readings(other, home) or "011" in form or "00" in form
    else:
        assert spelling.canonical(other, home) == e164


@given(st.sampled_from(sorted(WORLD)))
def test_a_caller_at_home_is_the_same(e164: str) -> None:
    """As dialled there, with and without what is dialled before it; and as before."""
    home = WORLD[e164]
    number = phonenumbers.parse(e164)
    for text in (phonenumbers.format_number(number, Form.NATIONAL), e164, spelled(e164, "{spaced}")):
        assume(not text.isdecimal() or len(text) > spelling.INTERNAL or phonenumbers.is_valid_number(number))
        assert spelling.canonical(text, home) == e164 == before(text, home)


@given(st.sampled_from(sorted(WORLD)), st.sampled_from(sorted(WORLD)), st.sampled_from(HOMES), st.data())
def test_two_callers_are_two(one: str, two: str, home: str, data: st.DataObject) -> None:
    """In whatever spelling that has the country's code."""
    assume(one != two)
    first, second = (spelled(number, data.draw(st.sampled_from(OTHERS))) for number in (one, two))
    assert spelling.canonical(first, home) != spelling.canonical(second, home)


@given(st.text("0123456789+", min_size=1, max_size=14), st.sampled_from(HOMES))
def test_what_was_read_right_has_the_hash_that_it_had(text: str, home: str) -> None:
    """A valid number, as dialled at home or with its country's code, is found in ledgers of earlier versions."""
    try:
        read = phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.is_valid_number(read):
        assert spelling.canonical(text, home) == before(text, home)
        numbers = Numbers(b"k" * 32, home)
        assert numbers.hash(text) == hmac.digest(b"k" * 32, f"number:{before(text, home)}".encode(), "sha256")[:16]


@given(st.text("0123456789", min_size=3, max_size=14), st.sampled_from(HOMES))
def test_what_an_earlier_version_hashed_is_looked_for(text: str, home: str) -> None:
    """A number that was read less well then is found all the same: as it came, and with its `+`."""
    old = before(text, home)
    assert old in spelling.readings(text, home)
    best = spelling.canonical(text, home)
    if best.startswith("+") and old != best:
        valid = phonenumbers.is_valid_number(phonenumbers.parse(old)) if old.startswith("+") else False
        bare = text in (best[1:], f"00{best[1:]}", f"011{best[1:]}")
        assert valid or not bare or old in spelling.readings(best, home)


@given(st.text(max_size=40), st.sampled_from(HOMES))
def test_any_text_is_a_caller_or_nobody(text: str, home: str) -> None:
    """Nothing is raised, whatever a peer sends as a number."""
    numbers = Numbers(bytes(32), home)
    assert set(numbers.caller(text)) <= {"hash", "salt", "country", "area"}
    assert numbers.hash(text) in numbers.readings(text).values()


@pytest.mark.parametrize(
    ("home", "text", "read"),
    [
        ("US", "639171234567", "+639171234567"),
        ("US", "447700900123", "+447700900123"),
        ("US", "011639171234567", "+639171234567"),
        ("US", "00639171234567", "+639171234567"),
        ("US", "+1 (202) 555-0101", "+12025550101"),
        ("US", "12025550101;phone-context=+1", "+12025550101"),
        ("US", "15550101@10.0.0.5", "15550101"),
        ("US", "12025550101@10.0.0.5", "+12025550101"),
        ("US", "1-800-FLOWERS", "+18003569377"),
        ("IT", "393331234567", "+393331234567"),
        ("IT", "3331234567", "+393331234567"),
        ("IT", "00393331234567", "+393331234567"),
        ("IT", "12025550101", "+12025550101"),
        ("IT", "447700900123", "+447700900123"),
        ("DE", "12025550101", "+12025550101"),
        ("GB", "12025550101", "+12025550101"),
        ("SG", "12025550101", "+12025550101"),
        *((home, "101", "101") for home in HOMES),
        *((home, "sip:7001@10.0.0.5", "7001") for home in HOMES),
        ("US", "bob1984@pbx.example", "bob1984"),
    ],
)
def test_numbers_that_people_reported(home: str, text: str, read: str) -> None:
    """As trunks and phones give them."""
    assert spelling.canonical(text, home) == read


NOBODY = [
    "",
    "0",
    "00",
    "1",
    "12",
    "anonymous",
    "Anonymous",
    "unknown",
    "UNAVAILABLE",
    "restricted",
    "private",
    "P",
    "O",
]
NOBODY += [
    "sip:anonymous@anonymous.invalid",
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    "Withheld",
    "s",
    "<unknown>",
]
NOBODY += ["266696687", "+266696687", "1266696687", "+17378742833", "7378742833", "8656696", "+8656696", "86282452253"]
NOBODY += ["+86282452253", "2562533", "7748283", "94844353", "0000123456", "tel:+266696687", "sip:266696687@10.0.0.5"]
NOBODY += ["anonymous1", "No Caller ID", "unknown-2025", "ann@pbx.example", "10000000000", "+390000000000"]
NOBODY += ["1" * 10, "9" * 9, "5555555555", "+1 999-999-9999", *("0" * many for many in range(3, 16))]


@pytest.mark.parametrize("text", NOBODY)
@pytest.mark.parametrize("keep", [False, True])
def test_nobody_is_nobody(text: str, *, keep: bool) -> None:
    """Nothing is kept of a number that stands for none: not a hash, not a salt, not the number."""
    assert Numbers(bytes(32), "US", keep).caller(text) == {}


@given(st.sampled_from(sorted(WORLD)), st.sampled_from(HOMES))
def test_somebody_is_somebody(e164: str, home: str) -> None:
    """A valid number is kept, also one of many equal digits."""
    assert Numbers(bytes(32), home).caller(e164)["hash"]


@pytest.mark.parametrize(
    ("home", "text"),
    [
        ("IT", "3333333333"),
        ("IN", "9999999999"),
        ("NO", "94844353"),
        ("US", "101"),
        ("US", "222"),
        ("DE", "7777"),
        ("US", "123456"),
        ("FR", "555555"),
    ],
)
def test_a_number_that_looks_like_nobody_s_may_be_somebody_s(home: str, text: str) -> None:
    """Where it is a valid number of the country, or an extension."""
    assert Numbers(bytes(32), home).caller(text)["hash"]


@given(st.integers(0, 255), st.sampled_from(["2025550101", "anonymous", "+12025550101"]))
def test_a_withheld_number_does_not_arrive(presentation: int, number: str) -> None:
    """Q.931's two bits: restricted, or not available; the number is there all the same."""
    from onshore.agi import wire  # noqa: PLC0415 - for this alone

    block = f"agi_callerid: {number}\nagi_callingpres: {presentation}\nagi_threadid: 1\n\n"
    arrived = wire.arrival(wire.parse_headers(block.encode()), ["support"])
    assert arrived.number == ("" if presentation // 32 % 4 else number)


def made(folder: Path, *callers: tuple[str, str], home: str = "US") -> Settings:
    """Return a ledger with a call for each: its name, and what is hashed of its caller."""
    settings = written(folder)
    (folder / "ledger.json").write_text((folder / "ledger.json").read_text().replace('"US"', f'"{home}"'))
    store = open_store(settings)
    numbers = Numbers(key_of(settings), home)
    for name, reading in callers:
        hashed = numbers._text(numbers._hash(reading))  # noqa: SLF001 - as an earlier version read it
        store.append([Event(name, "arrived", {"service": "support"}), Event(name, "caller", {"hash": hashed})])
    store.engine.dispose()
    return settings


@pytest.mark.parametrize("text", ["639171234567", "+639171234567", "00639171234567", "tel:+63-917-123-4567"])
def test_find_and_forget_look_for_each_reading_and_say_so(tmp_path: Path, text: str) -> None:
    """The calls that an earlier version kept under the bare digits are the same caller's."""
    settings = made(tmp_path, ("new", "+639171234567"), ("old", "639171234567"), ("other", "+12025550101"))
    words = ["--state", str(settings.state), "--", text]
    found = CliRunner().invoke(cli.main, ["ledger", "find", *words])
    assert "2 calls" in found.stdout
    looked = found.stderr.rstrip(".\n").removeprefix("Looked for it as ").split(", ")
    assert (looked[0], "639171234567" in looked) == ("+639171234567", True)
    found = CliRunner().invoke(cli.main, ["ledger", "find", "--json", *words])
    assert '"reading": "+639171234567"' in found.stdout
    assert '"reading": "639171234567"' in found.stdout
    done = CliRunner().invoke(cli.main, ["ledger", "forget", *words], input="y\n")
    assert f"from {' or '.join(looked)}?" in done.stdout
    assert "Forgot the caller of 2 calls." in done.stdout
    assert "1 calls" in CliRunner().invoke(cli.main, ["ledger", "find", *words[:2], "2025550101"]).stdout


def test_a_number_with_its_plus_is_read_in_one_way(tmp_path: Path) -> None:
    """What is also a number at home is another caller's: `+` takes one of the two, without it both are looked for."""
    settings = made(tmp_path, ("british", "+447911123456"), ("german", "+49447911123456"), home="DE")
    words = ["ledger", "find", "--state", str(settings.state), "--"]
    assert "1 calls" in CliRunner().invoke(cli.main, [*words, "+447911123456"]).stdout
    assert "1 calls" in CliRunner().invoke(cli.main, [*words, "+49447911123456"]).stdout
    assert "2 calls" in CliRunner().invoke(cli.main, [*words, "447911123456"]).stdout
