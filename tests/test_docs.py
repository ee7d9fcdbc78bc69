"""What the documents say of the software is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from pydantic_core import PydanticUndefined

import onshore
from onshore import cli, rules, variables
from onshore import site as sites
from onshore.report.figures import NOT_OVER
from onshore.report.words import OUTCOMES
from onshore.site import Asterisk, Center, Ledger, Server, Service, Site, Speech
from onshore.trying import spoken_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_ROOT = Path(onshore.__file__).resolve().parent.parent
README = (_ROOT / "README.md").read_text("utf-8")
DOCUMENTS = {path.name: path.read_text("utf-8") for path in sorted((_ROOT / "docs").glob("*.md"))}
ALL = {"README.md": README, **DOCUMENTS}

_TABLES: dict[str, type[BaseModel]] = {
    "": Site,
    "asterisk.": Asterisk,
    "server.": Server,
    "speech.": Speech,
    "ledger.": Ledger,
    "centers.NAME.": Center,
    "services.NAME.": Service,
}
# Where a rule set offers an agent as a right, all that can be said is said.
_ITALY = """\
home = "IT"
rules = "it-24-bis"
languages = ["en", "es", "fr"]

[centers.tirana]
country = "AL"
queue = "tirana"
hours = "08:00-18:00"

[centers.rome]
country = "IT"
queue = "rome"
hours = "08:00-18:00"

[services.support]
center = "tirana"
domestic = "rome"
stay = "2"
welcome = true
ask_language = true
"""
_MOMENTS = {"disclosure", "offer", "offer-right", "repeat", "connecting", "invalid", "unavailable", "waiting"}


def defaults() -> dict[str, str]:
    """Return every key of the site, with its default as the documents write it."""
    found = {}
    for table, model in _TABLES.items():
        for name, field in model.model_fields.items():
            if table == "" and name in {"asterisk", "server", "speech", "ledger", "centers", "services"}:
                continue
            found[table + name] = _written(field.default)
    return found


def _written(value: object) -> str:
    match value:
        case _ if value is PydanticUndefined:
            return "needed"
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return "`[]`"
        case str() | Path():
            return f'`"{value}"`'
        case _:
            return f"`{value}`"


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of each table."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def command_lines(text: str) -> Iterator[str]:
    """Yield each command line `onshore …` of a document: in backticks, or a line of a block of shell commands."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from (line for line in block.splitlines() if re.match(r"(\S*/bin/)?onshore ", line))
    yield from re.findall(r"`(onshore [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("text", [README, DOCUMENTS["site.md"]], ids=["README.md", "site.md"])
def test_every_key_of_the_site_is_described_with_its_default(text: str) -> None:
    """The tables hold each key of the site once, with the default that it has, and no other key."""
    head = next(line for line in text.splitlines() if line == "| key | default | meaning |")
    table = text[text.index(head) :].partition("\n\n")[0]
    told = [(row[0].strip("`"), row[1]) for row in rows(table)][1:]
    assert dict(told) == defaults()
    assert len(told) == len(defaults())


def test_every_command_is_in_the_readme() -> None:
    """Whoever reads the README has read of each command."""
    shown = {line.split()[1] for line in command_lines(README)}
    assert set(cli.main.commands) <= shown


@pytest.mark.parametrize(
    ("name", "line"), sorted({(name, line) for name, text in ALL.items() for line in command_lines(text)})
)
def test_every_command_line_can_be_typed(name: str, line: str) -> None:
    """The command exists, and takes the options and arguments that a document shows with it."""
    words = shlex.split(line, comments=True)[1:]
    try:
        context = cli.main.make_context("onshore", words)
        name_given, command, more = cli.main.resolve_command(context, [*context._protected_args, *context.args])  # noqa: SLF001 - click 9 has them all in args
        assert command
        command.make_context(name_given, more, parent=context)
    except click.exceptions.Exit:  # --help, --version: they end it
        return
    except click.UsageError as error:
        pytest.fail(f"{name}: `{line}`: {error.message}")


def test_the_smallest_site_of_the_readme_is_one(tmp_path: Path) -> None:
    """It can be copied as it stands."""
    file = tmp_path / "onshore.toml"
    file.write_text(_readme_site(), "utf-8")
    assert sites.load(file).server is not None


def _readme_site() -> str:
    return README.partition("```toml\n")[2].partition("```")[0]


def test_callers_hear_the_words_of_the_readme(tmp_path: Path) -> None:
    """Each sentence of the README's table is said in that language, and what most callers hear is all in it."""
    files = {"us": _readme_site().replace('["en", "es"]', '["en", "es", "fr"]'), "it": _ITALY}
    said: dict[str, set[str]] = {"en": set(), "es": set(), "fr": set()}
    names: dict[str, str] = {}
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
        for language, prompts in spoken_plan(sites.load(tmp_path / f"{name}.toml")).prompts.items():
            said[language] |= {prompt.text for prompt in prompts.values()}
            names |= {prompt.text: key for key, prompt in prompts.items()}
    table = README[README.index("| when | English | Spanish | French |") :].partition("\n\n")[0]
    told = list(rows(table))[2:]
    for row in told:
        for language, sentence in zip(("en", "es", "fr"), row[1:], strict=True):
            assert sentence in said[language]
    shown = {re.sub(r"(-[A-Z]{2}|-\d)+$", "", names[row[1]]) for row in told}
    assert shown >= _MOMENTS


def test_every_rule_set_is_in_the_readme() -> None:
    """Each with its status, as `onshore rules` tells it."""
    section = README.partition("\n## Rule sets\n")[2].partition("\n## ")[0]
    table = {row[0].strip("`"): row[2].strip("*") for row in rows(section)}
    assert {name: table.get(name) for name in rules.names()} == {
        name: rules.load(name).status for name in rules.names()
    }


def test_every_outcome_and_option_of_a_report_is_described() -> None:
    """Each way in which a call ends has its row, and each option of the command."""
    rows_of_report = {row[0] for row in rows(DOCUMENTS["report.md"])}
    described = set(re.findall(r"`([\w-]+)`", " ".join(rows_of_report)))
    assert set(OUTCOMES) - {NOT_OVER} <= described
    told = set(re.findall(r"`(--[a-z]+)", " ".join(rows_of_report)))
    assert {option for one in cli.main.commands["report"].params for option in one.opts} == told | {"--to", "--rules"}
    assert "--to" in DOCUMENTS["report.md"]


def test_every_variable_for_the_admin_is_in_the_readme() -> None:
    """The variables that stay as they are, and those alone."""
    groups = Path(variables.__file__).read_text("utf-8").split("\n\n")
    group = next(group for group in groups if group.startswith("SERVICE = "))
    assert set(re.findall(r'"(ONSHORE_\w+)"', group)) == set(re.findall(r"^\| `(ONSHORE_\w+)`", README, re.MULTILINE))


def test_the_dialplan_s_events_are_described() -> None:
    """Each event that the generated dialplan writes to queue_log has its row."""
    template = (_ROOT / "dialplan" / "extensions_onshore.conf.j2").read_text("utf-8")
    names = re.findall(r'log\("([A-Z]+)"', template) + re.findall(r'say\(.*, "([A-Z]+)"[,)]', template)
    written = {f"ONSHORE_{name}" for name in names} | set(re.findall(r'write\("(ONSHORE(?:_[A-Z]+)?)"', template))
    described = set(re.findall(r"^\| `(ONSHORE\w*)`", DOCUMENTS["callflow.md"], re.MULTILINE))
    assert written == described


def test_the_call_flow_s_events_are_described() -> None:
    """Each event that the call flow tells the evidence has its row."""
    source = (_ROOT / "onshore" / "callflow.py").read_text("utf-8")
    written = set(re.findall(r'(?:call\.note\(|_tell\(call, |[\[( ]\()"([a-z]+)", ', source))
    described = DOCUMENTS["callflow.md"].partition("## Events")[2].partition("## What the fallback")[0]
    assert written == set(re.findall(r"^\| `([a-z]+)`", described, re.MULTILINE))


@pytest.mark.parametrize("name", ALL)
def test_links_lead_somewhere(name: str) -> None:
    """Each link to a file of the project names one that is there."""
    folder = _ROOT if name == "README.md" else _ROOT / "docs"
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", ALL[name]):
        assert (folder / target).is_file(), target
