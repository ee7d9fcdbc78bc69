"""Rule sets: what each law asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from onshore import cli
from onshore import rules as rule_sets
from onshore import site as sites
from onshore.errors import SiteError
from tests.making import write_site

if TYPE_CHECKING:
    from pathlib import Path

    from onshore.rules import Rules

TERRITORIES = ("PR", "GU", "VI", "AS", "MP", "UM")
MEMBER_STATES = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]
OWN = (rule_sets.FOLDER / "us-call-center-act.toml").read_text()


@pytest.fixture(params=rule_sets.names())
def rules(request: pytest.FixtureRequest) -> Rules:
    """Each of the rule sets."""
    return rule_sets.load(request.param)


def test_there_are_four_rule_sets() -> None:
    """Those that the requirements name, and no more."""
    assert rule_sets.names() == ["it-24-bis", "us-call-center-act", "us-fcc-26-52", "us-keep-call-centers"]


def test_each_says_where_it_comes_from_and_whether_it_is_in_force(rules: Rules) -> None:
    """Only the Italian law is in force; each names its source and how far it was read."""
    assert (rules.status == "in force") == (rules.name == "it-24-bis")
    assert rules.title
    assert rules.source
    assert rules.reading


@pytest.mark.parametrize(
    ("name", "announce", "offer", "immediate", "human", "automated", "sensitive_home"),
    [
        ("us-call-center-act", "abroad", "offer", False, False, False, False),
        ("us-keep-call-centers", "always", "offer-right", True, True, True, False),
        ("us-fcc-26-52", "abroad", "offer", False, False, False, True),
        ("it-24-bis", "always", "offer-right", True, False, False, False),
    ],
)
def test_what_a_call_must_do(
    name: str, announce: str, offer: str, *, immediate: bool, human: bool, automated: bool, sensitive_home: bool
) -> None:
    """Announcement, offer, speed, person, machine and sensitive matters are as the texts were read."""
    call = rule_sets.load(name).call
    assert (call.announce, call.offer, call.immediate, call.human, call.automated) == (
        announce,
        offer,
        immediate,
        human,
        automated,
    )
    assert call.directions == ("inbound", "outbound")
    assert rule_sets.load(name).centers.sensitive_home == sensitive_home


def test_in_italy_a_callback_is_not_enough() -> None:
    """The call home happens within the same call."""
    assert not rule_sets.load("it-24-bis").call.callback


def test_home_is_the_country_and_what_counts_as_it(rules: Rules) -> None:
    """Italy with the member states of the European Union; the United States with their territories."""
    if rules.name == "it-24-bis":
        assert (rules.home, sorted(rules.also_home)) == (("IT",), MEMBER_STATES)
    else:
        assert (rules.home, rules.also_home) == (("US",), TERRITORIES)


@pytest.mark.parametrize(
    ("name", "reasons", "certification", "share", "notice", "never"),
    [
        ("us-call-center-act", {"all-agents-at-home", "emergency", "knowingly-called-abroad"}, "yearly", 0.3, 120, 0),
        ("us-keep-call-centers", {"emergency", "knowingly-called-abroad"}, "yearly", 0.3, 120, 0),
        ("us-fcc-26-52", {"all-agents-at-home"}, "none", 0.3, 0, 8),
        ("it-24-bis", set(), "none", 0.0, 0, 0),
    ],
)
def test_exemptions_and_books(
    name: str, reasons: set[str], certification: str, share: float, notice: int, never: int
) -> None:
    """Reasons, certification, alerts, notice and forbidden countries are as the texts were read."""
    rules = rule_sets.load(name)
    assert set(rules.exempt.reasons) == reasons
    report = rules.report
    assert (report.certification, report.share_alert, report.share_months, report.notice_days) == (
        certification,
        share,
        12,
        notice,
    )
    assert len(rules.centers.never) == never


@pytest.mark.parametrize(
    ("name", "status", "measure", "register"),
    [
        ("us-call-center-act", "lapsed", "moved", False),
        ("us-keep-call-centers", "bill", "moved", False),
        ("us-fcc-26-52", "proposal", "share", False),
        ("it-24-bis", "in force", "none", True),
    ],
)
def test_status_and_what_a_report_measures(name: str, status: str, measure: str, *, register: bool) -> None:
    """The bills speak of volume that is moved, the proposal alone of a share; the Italian law of neither."""
    rules = rule_sets.load(name)
    assert (rules.status, rules.report.measure) == (status, measure)
    assert (rules.report.per, rules.report.direction) == ("month", "both")
    assert (rules.report.keep_register, rules.report.violations_by_day) == (register, register)


def test_where_each_stands_and_what_comes_next() -> None:
    """The numbers of every Congress; when the present one ends; and what the FCC has done so far."""
    act, keep, fcc = (rule_sets.load(f"us-{name}") for name in ("call-center-act", "keep-call-centers", "fcc-26-52"))
    for number in ("S.515 / H.R.1300 (115th Congress, 2017)", "S.1792", "S.2409", "S.4300 / H.R.8301 (2024)"):
        assert number in act.source
    assert "not introduced again" in act.next
    assert (keep.next, keep.expires) == ("in committee in both houses", date(2027, 1, 3))
    for told in ("2026-03-26", "2026-04-23", "2026-06-02", "none adopted yet"):
        assert told in fcc.next


def test_each_says_when_it_was_last_looked_at(rules: Rules) -> None:
    """A day; and `onshore rules` prints it, with what comes next and when it expires."""
    assert rules.looked_at >= date(2026, 11, 25)
    said = " ".join(rule_sets.ahead(rules))
    assert f"Last looked at on {rules.looked_at}." in said
    assert (rules.next in said, str(rules.expires or "") in said) == (True, True)
    printed = " ".join(CliRunner().invoke(cli.main, ["--config", "none.toml", "rules"]).output.split())
    assert said in printed
    assert f"{rules.name}: {rule_sets.standing(rules)}" in printed


@pytest.mark.parametrize(
    ("name", "day", "told"),
    [
        ("it-24-bis", date(2026, 11, 25), ""),
        ("it-24-bis", date(2027, 5, 25), ""),
        ("it-24-bis", date(2027, 6, 25), "more than six months ago"),
        ("it-24-bis", date(2026, 11, 20), "still to come"),
        ("us-keep-call-centers", date(2027, 1, 2), ""),
        ("us-keep-call-centers", date(2027, 1, 3), "it expired on 2027-01-03 if it has not become law"),
        ("us-keep-call-centers", date(2030, 1, 1), "it expired on 2027-01-03"),
        ("us-call-center-act", date(2027, 1, 10), ""),
        ("us-call-center-act", date(2028, 1, 1), "more than six months ago"),
        ("us-fcc-26-52", date(2027, 6, 25), "more than six months ago"),
    ],
)
def test_a_rule_set_that_was_not_looked_at_for_long_gets_a_note(name: str, day: date, told: str) -> None:
    """So does one whose Congress has ended; a note, for callers do not notice."""
    found = list(rule_sets.check(rule_sets.load(name), day))
    assert bool(found) == bool(told)
    if told:
        (finding,) = found
        assert (finding.what, finding.serious) == (f"rule set {name}", False)
        assert told in finding.problem
        assert f"rules/{name}.toml" in finding.remedy


def test_check_rules_and_report_say_that_a_rule_set_is_old(tmp_path: Path) -> None:
    """In each of the three places where an admin may look."""
    today = datetime.now(UTC).date()
    (tmp_path / "rules").mkdir()
    old = OWN.replace("looked_at = 2026-11-25", f"looked_at = {today - timedelta(days=200)}")
    (tmp_path / "rules" / "us-call-center-act.toml").write_text(old)
    file = write_site(tmp_path)
    for words in (["check"], ["rules"]):
        done = CliRunner().invoke(cli.main, ["--config", str(file), *words])
        said = " ".join(done.output.split())
        assert f"was last looked at on {today - timedelta(days=200)}, more than six months ago" in said, words


def test_what_each_asks_is_said_in_plain_words(rules: Rules) -> None:
    """The sentences tell every difference between the rule sets."""
    said = " ".join(rule_sets.asks(rules))
    assert ("every call" in said) == (rules.call.announce == "always")
    assert ("answered abroad, inbound" in said) == (rules.call.announce == "abroad")
    assert ("have a right" in said) == (rules.call.offer == "offer-right")
    assert ("machine" in said) == rules.call.automated
    assert ("Venezuela" in said) == bool(rules.centers.never)
    assert ("30%" in said) == bool(rules.report.share_alert)
    assert all(code in said for code in rules.also_home)


def test_an_admin_s_own_rule_set_goes_first(tmp_path: Path) -> None:
    """A file in rules/ beside the site is taken before Onshore's of the same name, and a new name is known."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "us-call-center-act.toml").write_text(OWN.replace('"abroad"', '"always"', 1))
    (tmp_path / "rules" / "ours.toml").write_text(OWN.replace('home      = ["US"]', 'home = ["CA", "US"]'))
    assert sites.load(write_site(tmp_path)).rule_set.call.announce == "always"
    ours = sites.load(write_site(tmp_path, ("us-call-center-act", "ours"))).rule_set
    assert (ours.name, ours.home) == ("ours", ("CA", "US"))
    assert "ours" in rule_sets.names(tmp_path / "rules")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('announce   = "abroad"', 'announce = "often"', "call.announce: 'often' is not known here; write 'always' or"),
        ("human      = false", "person = false", "call.human: is missing; add `human = …`"),
        ("immediate  = false", 'immediate = "soon"', "call.immediate: 'soon' cannot be used; write true or false"),
        ('home      = ["US"]', 'home = ["USA"]', "home: 'USA' is no country: write its two letters"),
        ('home      = ["US"]', "home = []", 'home: is empty; write countries, like ["US", "PR"]'),
        ("never          = []", 'never = ["UK"]', "centers.never: 'UK' is no country: write its two letters"),
        ("share_alert   = 0.30", "share_alert = 30", "report.share_alert: 30 is too much: 1.0 is the most"),
        ("[exempt]", "[exemptions]", "exempt: is missing; add a table, [exempt]"),
        ('title     = "United', 'name = "x"\ntitle = "United', "name: take it out; a rule set is named after its file"),
        ("[call]", "[call", "Expected ']'"),
        (
            'status    = "lapsed"',
            'status = "dead"',
            "status: 'dead' is not known here; write 'in force', 'bill', 'proposal'",
        ),
        (
            "looked_at = 2026-11-25",
            "",
            "looked_at: is missing; add `looked_at = …`: when you last looked whether it is",
        ),
        ("looked_at = 2026-11-25", 'looked_at = "lately"', "looked_at: 'lately' cannot be used; write when you last"),
        (
            'measure       = "moved"',
            "",
            'report.measure: is missing; add `measure = …`: "share" (of calls answered abroad)',
        ),
        (
            'measure       = "moved"',
            'measure = "volume"',
            "report.measure: 'volume' is not known here; write 'share', 'moved'",
        ),
        ('measure       = "moved"', 'measure = "none"', "report: share_alert: write 0.0, or `measure"),
        ('per           = "month"', "", 'report.per: is missing; add `per = …`: "month", "quarter" or "year"'),
        (
            'per           = "month"',
            'per = "day"',
            "report.per: 'day' is not known here; write 'month', 'quarter' or 'year'",
        ),
        ('direction     = "both"', "", 'report.direction: is missing; add `direction = …`: "inbound", "outbound" or'),
        ("keep_register = false", "", "report.keep_register: is missing; add `keep_register = …`: true if"),
        ("violations_by_day = false", "", "report.violations_by_day: is missing; add `violations_by_day = …`: true if"),
    ],
)
def test_a_mistake_in_a_rule_set_names_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The message names the rule set's file, not the site's, and the key."""
    file = tmp_path / "rules" / "us-call-center-act.toml"
    file.parent.mkdir()
    assert old in OWN
    file.write_text(OWN.replace(old, new, 1))
    with pytest.raises(SiteError) as raised:
        sites.load(write_site(tmp_path))
    assert str(raised.value).startswith(f"{file}: {message}")


def test_an_old_rule_set_is_told_all_that_it_lacks(tmp_path: Path) -> None:
    """One written for an earlier version gets one message, with a line for each key and what to write."""
    lacking = ("looked_at", "measure", "per", "direction", "keep_register", "violations_by_day")
    (tmp_path / "rules").mkdir()
    lines = [line for line in OWN.splitlines() if not line.startswith(tuple(f"{key} " for key in lacking))]
    (tmp_path / "rules" / "ours.toml").write_text("\n".join(lines))
    with pytest.raises(SiteError) as raised:
        rule_sets.load("ours", tmp_path / "rules")
    said = str(raised.value).splitlines()
    assert [line.partition(": is missing; add `")[2].partition(" ")[0] for line in said] == list(lacking)
    assert all("`: " in line for line in said)


def test_a_rule_set_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    """No traceback for a file in another encoding."""
    file = tmp_path / "rules" / "ours.toml"
    file.parent.mkdir()
    file.write_bytes(b'title = "\xe9"')
    with pytest.raises(SiteError, match=r"rules/ours\.toml: .*utf-8"):
        rule_sets.load("ours", file.parent)
