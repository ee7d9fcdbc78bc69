"""Every figure of a report is a plain count of what truly happened, and leads to the calls behind it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import statistics
from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import weasyprint
from markupsafe import escape

from onshore import site as sites
from onshore.evidence import Event
from onshore.ledger import settings as settings_of
from onshore.ledger.opening import open_store
from onshore.report.figures import waits
from onshore.testing.calls import MadeCall, Truth, calls
from tests.ledger.test_csv import formula
from tests.ledger.test_store import kept
from tests.report.making import rule_set_with, run, site_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MONTH = "2026-10"
IN_MONTH = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def made() -> list[MadeCall]:
    """Calls of three months."""
    return list(calls(seed=7, first=date(2026, 8, 1), days=110, a_day=14))


@pytest.fixture(scope="module")
def site_file(tmp_path_factory: pytest.TempPathFactory, made: list[MadeCall]) -> Path:
    """A site with a ledger of these calls."""
    return site_with(tmp_path_factory.mktemp("report"), made)


@pytest.fixture(scope="module")
def truths(made: list[MadeCall]) -> list[Truth]:
    """What happened in the month of the report."""
    return [one.truth for one in made if IN_MONTH[0] <= one.truth.arrived < IN_MONTH[1]]


@pytest.fixture(scope="module")
def found(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of the month, as JSON."""
    file = tmp_path_factory.mktemp("made") / "report.json"
    assert run(site_file, "report", "--month", MONTH, "--output", file).exit_code == 0
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded


def texts(page: Any) -> Iterator[str]:  # noqa: ANN401 - weasyprint's
    """Yield what is drawn on a page of a PDF."""
    for box in page._page_box.descendants():  # noqa: SLF001 - there is no other way to read it
        if getattr(box, "text", None):
            yield str(box.text)


def counted(counter: Counter[str]) -> dict[str, int]:
    """Return a counter without what was never counted."""
    return {name: number for name, number in counter.items() if number}


def test_calls_by_country_and_month(found: dict[str, Any], truths: list[Truth]) -> None:
    """By the country of the agent; those that nobody answered are there, too."""
    assert found["figures"]["calls"] == len(truths) > 300
    assert found["figures"]["by_month"] == {MONTH: counted(Counter(truth.answered_in for truth in truths))}


def test_disclosures_and_why_there_was_none(found: dict[str, Any], truths: list[Truth]) -> None:
    """In full, in part, not at all; each that was not is listed with its reason."""
    figures = found["figures"]
    names = Counter(truth.disclosed or "not-needed" for truth in truths)
    assert figures["disclosed"] == counted(names)
    untold = [truth for truth in truths if truth.disclosed == "no"]
    assert untold
    assert {one["call"]: one["reason"] for one in figures["untold"]} == {
        truth.call: truth.reason or "hung-up-before" for truth in untold
    }
    assert figures["reasons"] == counted(Counter(truth.reason or "hung-up-before" for truth in untold))
    assert figures["not_needed"] == counted(Counter(truth.reason for truth in truths if not truth.disclosed))


def test_offers_by_language(found: dict[str, Any], truths: list[Truth]) -> None:
    """How many were offered an agent at home, and what they chose."""
    for language in ("en", "es"):
        offered = [truth for truth in truths if truth.offered and truth.language == language]
        assert found["figures"]["offers"][language] == {
            "offered": len(offered),
            **counted(Counter(truth.choice for truth in offered)),
        }


def test_waits(found: dict[str, Any], truths: list[Truth]) -> None:
    """Of those who asked for home and were answered there, against those routed home first."""
    asked = [truth.waited or 0 for truth in truths if truth.choice == "domestic" and truth.answered_in == "US"]
    first = [
        truth.waited or 0
        for truth in truths
        if truth.choice != "domestic" and truth.country == "US" and truth.answered_in == "US"
    ]
    for name, each in (("asked", asked), ("first", first)):
        told = found["figures"][name]
        assert told["number"] == len(each) > 20
        assert told["mean"] == pytest.approx(statistics.mean(each))
        assert told["median"] == statistics.median(each)
        at_most = sum(one <= told["percentile_90"] for one in each)
        below = sum(one < told["percentile_90"] for one in each)
        assert below < 0.9 * len(each) <= at_most


def test_asked_in_vain(found: dict[str, Any], truths: list[Truth]) -> None:
    """Who asked for home, and how it went when no agent at home answered."""
    asked = [truth for truth in truths if truth.choice == "domestic"]
    assert found["figures"]["asked_in_all"] == len(asked)
    vain = Counter(truth.outcome for truth in asked if truth.answered_in != "US")
    assert found["figures"]["in_vain"] == counted(vain)


def test_share_answered_abroad(site_file: Path, made: list[MadeCall], tmp_path: Path) -> None:
    """By month, against the average of the months before: a cap on it is what the FCC asks about."""
    rule_set_with(site_file, "us-call-center-act", ('measure       = "moved"', 'measure = "share"'))
    file = tmp_path / "share.json"
    try:
        assert run(site_file, "report", "--month", MONTH, "--output", file).exit_code == 0
    finally:
        shutil.rmtree(site_file.parent / "rules")
    found = json.loads(file.read_text("utf-8"))
    months: dict[str, list[int]] = {}
    for one in made:
        if one.truth.answered_in:
            counts = months.setdefault(f"{one.truth.arrived:%Y-%m}", [0, 0])
            counts[0] += 1
            counts[1] += one.truth.answered_in != "US"
    told = {one["span"]: one for one in found["figures"]["spans"]}
    for name in ("2026-08", "2026-09", "2026-10"):
        assert [told[name]["answered"], told[name]["abroad"]] == months[name]
    base = [months["2026-08"][place] + months["2026-09"][place] for place in (0, 1)]
    assert told[MONTH]["average"] == pytest.approx(base[1] / base[0])
    assert told["2026-08"]["average"] is None
    assert any(
        "% of calls were answered abroad, over the 30 % of us-call-center-act" in one for one in found["warnings"]
    )


def test_fallbacks(found: dict[str, Any], made: list[MadeCall], truths: list[Truth]) -> None:
    """By their reasons."""
    assert any(one.truth.fallback for one in made)
    assert found["figures"]["fallbacks"] == counted(Counter(truth.fallback for truth in truths if truth.fallback))


def test_a_number_leads_to_the_calls_behind_it(site_file: Path, found: dict[str, Any]) -> None:
    """The conditions that stand beside a number give just so many calls."""
    checked = 0
    for table in found["tables"]:
        for row in table["rows"]:
            if not row["where"]:
                continue
            exported = run(site_file, "ledger", "export", "--where", row["where"]).output
            number = len(list(csv.DictReader(io.StringIO(exported))))
            values = dict(zip(table["columns"], row["values"], strict=True))
            wanted = values.get("all") or values.get("calls") or values.get("offered") or values.get("answered")
            assert int(str(wanted)) == number, (table["name"], row)
            checked += 1
    assert checked > 20


def test_one_service_alone(site_file: Path, truths: list[Truth], tmp_path: Path) -> None:
    """A report of one service has its calls; one that the site has not is an error."""
    file = tmp_path / "sales.json"
    run(site_file, "report", "--month", MONTH, "--service", "sales", "--output", file)
    assert json.loads(file.read_text())["figures"]["calls"] == sum(truth.service == "sales" for truth in truths)
    done = run(site_file, "report", "--service", "nobody")
    assert (done.exit_code, "this site has no service 'nobody'" in done.stderr) == (1, True)


def test_a_day_is_one_of_its_time_zone(site_file: Path, made: list[MadeCall], tmp_path: Path) -> None:
    """A month begins and ends at midnight there."""
    zone = ZoneInfo("Asia/Manila")
    file = tmp_path / "manila.json"
    run(site_file, "report", "--month", MONTH, "--timezone", "Asia/Manila", "--output", file)
    wanted = sum(one.truth.arrived.astimezone(zone).strftime("%Y-%m") == MONTH for one in made)
    found = json.loads(file.read_text())["figures"]
    assert found["calls"] == wanted
    assert list(found["by_month"]) == [MONTH]


def test_html_needs_no_network_and_has_its_plots(site_file: Path, tmp_path: Path) -> None:
    """One file: no links, no scripts, four plots, and what is beside each number."""
    file = tmp_path / "report.html"
    done = run(site_file, "report", "--month", MONTH, "--output", file, "--verify")
    assert f"Wrote {file}" in done.output
    page = file.read_text("utf-8")
    assert page.count("<svg") == 4
    assert not re.search(r"(src|href)=\"http|url\(http|<script", page)
    assert "every event was recomputed when this was made and nothing was changed" in page
    assert "onshore ledger export --where" in page
    assert "asks for it once a year" in page


def test_the_commands_are_folded_away_on_the_screen_alone(site_file: Path, tmp_path: Path) -> None:
    """Each table has its commands behind a fold, in full; on paper, where nobody can unfold, they are there."""
    files = (tmp_path / "report.html", tmp_path / "report.pdf", tmp_path / "report.json")
    run(site_file, "report", "--month", MONTH, *(word for file in files for word in ("--output", file)))
    page = files[0].read_text("utf-8")
    wheres = [row["where"] for table in json.loads(files[2].read_text())["tables"] for row in table["rows"]]
    folded = "".join(re.findall(r"</summary></details>\s*<div class=\"commands\">.*?</div>", page, re.DOTALL))
    shown = [html.unescape(one) for one in re.findall(r"<code>onshore ledger export --where (.*?)</code>", folded)]
    assert shown == [f'"{where}"' for where in wheres if where]
    rule = "details:not([open]) + .commands { display: none }"
    assert f"@media screen {{ {rule} }}" in page
    assert page.count(rule) == 1
    pages = weasyprint.HTML(string=page).render().pages
    drawn = "".join(text for one in pages for text in texts(one))
    assert "onshoreledgerexport--where" in drawn.replace(" ", "")
    assert files[1].read_bytes().startswith(b"%PDF-")


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    """Call ids come from whoever reaches the daemon, contractors and numbers from the site: none of them is run."""
    (tmp_path / "onshore.toml").write_text(ITALY.replace("Tirana Servizi Sh.p.k.", "=Società Áñ GmbH"), "utf-8")
    site = sites.load(tmp_path / "onshore.toml")
    site.asterisk.state.mkdir()
    settings = settings_of.of_site(site)
    (settings.state / settings_of.FILE).write_text(settings.to_json())
    store = open_store(settings)
    at = datetime(2026, 10, 5, tzinfo=UTC).timestamp()
    for call in ("=HYPERLINK(1)", "\uff0bx", "\r@SUM(1)", "a;=1+1"):
        told = {"what": "disclosure", "reason": "sound-missing", "country": "AL"}
        store.append(
            [
                Event(call, "arrived", {"service": "support", "plan": "x", "rules": "it-24-bis"}, at),
                Event(call, "skipped", told, at + 1),
                Event(call, "ended", {"outcome": "abandoned"}, at + 2),
            ]
        )
    store.engine.dispose()
    for words, sign in (((), ","), (("--separator", "semicolon"), ";")):
        done = run(tmp_path / "onshore.toml", "report", "--month", MONTH, "--output", tmp_path / "r.csv", *words)
        assert done.exit_code == 0, done.output
        content = (tmp_path / "r.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=sign))
        assert {"'=HYPERLINK(1)", "'\uff0bx", "'\n'@SUM(1)", "a;'=1+1"} <= {row[1] for row in rows}
        assert "'=Società Áñ GmbH" in {row[3] for row in rows}
        assert "'+355 4 555 0100" in {row[3] for row in rows}
        assert not [one for row in rows for one in row if formula(one) and one != "-"]


def test_an_old_rule_set_is_told_of_on_top(site_file: Path, tmp_path: Path) -> None:
    """A report under a rule set that nobody looked at for long says so."""
    rule_set_with(site_file, "us-call-center-act", ("looked_at = 2026-11-25", "looked_at = 2020-01-01"))
    try:
        done = run(site_file, "report", "--month", MONTH, "--output", tmp_path / "old.html")
    finally:
        shutil.rmtree(site_file.parent / "rules")
    told = (
        "Look at the rule set us-call-center-act again: it was last looked at on 2020-01-01, more than six months ago."
    )
    assert told in done.output
    assert told in (tmp_path / "old.html").read_text("utf-8")
    assert "lapsed, not in force" in (tmp_path / "old.html").read_text("utf-8")


def test_pdf_and_csv(site_file: Path, tmp_path: Path) -> None:
    """A PDF of several pages; a table of every number."""
    files = (tmp_path / "report.pdf", tmp_path / "report.csv")
    done = run(site_file, "report", "--month", MONTH, "--output", files[0], "--output", files[1])
    assert done.exit_code == 0, done.output
    assert files[0].read_bytes().startswith(b"%PDF-")
    rows = list(csv.DictReader(io.StringIO(files[1].read_text("utf-8-sig"))))
    assert {row["table"] for row in rows} >= {"calls", "disclosed", "offers", "waits", "abroad", "in-vain"}


def test_a_ledger_that_was_changed_makes_no_report(site_file: Path, tmp_path: Path) -> None:
    """With --verify there is no report of books that somebody has touched."""
    site = sites.load(site_file)
    store = open_store(settings_of.of_site(site))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET at = at + 1 WHERE id = 9")
    try:
        done = run(site_file, "report", "--month", MONTH, "--verify", "--output", tmp_path / "report.html")
    finally:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE events SET at = at - 1 WHERE id = 9")
        store.engine.dispose()
    assert (done.exit_code, "the ledger was changed" in done.stderr) == (1, True)
    assert not (tmp_path / "report.html").exists()


ITALY = """
home = "IT"
rules = "it-24-bis"
languages = ["it"]
company = "Acme S.p.A."
[asterisk]
etc = "etc"
state = "state"
[centers.manila]
country = "AL"
queue = "tirana"
contractor = "Tirana Servizi Sh.p.k."
number = "+355 4 555 0100"
since = 2025-03-01
[centers.milwaukee]
country = "IT"
queue = "roma"
[services.support]
center = "manila"
domestic = "milwaukee"
number = "800 555 010"
"""


def test_italy_has_its_register_and_violations_by_day(tmp_path: Path) -> None:
    """Who is where, since when, for whom; and each day on which a caller was not told, or asked for home in vain."""
    (tmp_path / "onshore.toml").write_text(ITALY)
    site = sites.load(tmp_path / "onshore.toml")
    site.asterisk.state.mkdir()
    settings = settings_of.of_site(site)
    (settings.state / settings_of.FILE).write_text(settings.to_json())
    store = open_store(settings)
    week = list(calls(seed=5, first=date(2026, 10, 5), days=20, a_day=120, rules="it-24-bis"))
    store.append([event for one in week for event in kept(one)])
    store.engine.dispose()
    file = tmp_path / "report.json"
    done = run(tmp_path / "onshore.toml", "report", "--month", MONTH, "--output", file)
    assert done.exit_code == 0, done.output
    tables = {table["name"]: table for table in json.loads(file.read_text("utf-8"))["tables"]}
    assert tables["register"]["rows"][0] == {
        "item": "support: 800 555 010",
        "values": ["+355 4 555 0100", "Albania (AL)", "Tirana Servizi Sh.p.k.", "2025-03-01"],
        "where": "",
    }
    untold = Counter(
        (f"{one.truth.arrived:%Y-%m-%d}")
        for one in week
        if one.truth.disclosed == "no" and one.truth.outcome == "answered"
    )
    assert untold
    days: Counter[str] = Counter()
    for row in tables["days"]["rows"]:
        days[row["item"]] += int(row["values"][2])
    assert counted(days) == dict(untold)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--month", "October"], "'October' is no month: write it like 2026-10"),
        (["--from", "2026-10-01"], "--from and --to go together"),
        (["--from", "2026-10-02", "--to", "2026-10-01"], "--to must be later"),
        (["--month", MONTH, "--from", "2026-10-01"], "not both"),
        (["--timezone", "Mars/Olympus"], "'Mars/Olympus' is no time zone"),
        (["--output", "report.doc"], "Let it end in .html, .pdf, .csv or .json"),
        (["--rules", "none-such"], "there is no rule set 'none-such': `onshore rules` lists them"),
    ],
)
def test_a_mistake_is_one_message(site_file: Path, words: list[str], message: str) -> None:
    """What is wrong is said, and nothing is written."""
    done = run(site_file, "report", *words)
    assert (done.exit_code, message in done.stderr) == (1, True), done.stderr
    assert done.stderr.count("\n") == 1


def test_a_month_without_calls_says_so(site_file: Path, tmp_path: Path) -> None:
    """An empty report is a report, and its emptiness is told."""
    done = run(site_file, "report", "--month", "2020-01", "--output", tmp_path / "empty.html")
    assert done.exit_code == 0
    assert "There are no calls from 2020-01-01 to 2020-02-01" in done.output


def test_percentiles_of_few() -> None:
    """One wait is its own median and 90th percentile; none have none."""
    assert waits([]).median is None
    assert waits([7]) == type(waits([]))(1, 7.0, 7.0, 7.0)
    assert waits(range(1, 11)).percentile_90 == 9.0


MARKUP = (
    "<script>alert(1)</script>",
    "Acme & Sons",
    'Acme" onload="x',
    "<b>'{{ 7 * 7 }}'",
    "</title><img src=x>",
    "{% raw %}</td>",
    "&lt;i&gt;",
)


@pytest.mark.parametrize("name", MARKUP)
def test_a_name_is_text_whatever_it_holds(tmp_path: Path, name: str) -> None:
    """Markup in `company` and `contractor` is shown as it was written, and is no markup of the page."""
    text = ITALY.replace('"Acme S.p.A."', json.dumps(name)).replace('"Tirana Servizi Sh.p.k."', json.dumps(name))
    (tmp_path / "onshore.toml").write_text(text)
    site = sites.load(tmp_path / "onshore.toml")
    site.asterisk.state.mkdir()
    settings = settings_of.of_site(site)
    (settings.state / settings_of.FILE).write_text(settings.to_json())
    open_store(settings).engine.dispose()
    file = tmp_path / "report.html"
    done = run(tmp_path / "onshore.toml", "report", "--month", MONTH, "--output", file)
    assert done.exit_code == 0, done.output
    page = file.read_text("utf-8")
    assert str(escape(name)) in page
    if str(escape(name)) != name:
        assert name not in page
