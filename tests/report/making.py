"""What the tests of reports share: a site with a ledger of calls, and what its report comes to."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from onshore import cli
from onshore import rules as rule_sets
from onshore import site as sites
from onshore.ledger import settings as settings_of
from onshore.ledger.opening import open_store
from tests.ledger.test_store import kept
from tests.making import write_site

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from onshore.testing.calls import MadeCall


def site_with(folder: Path, made: Iterable[MadeCall], rules: str = "us-call-center-act") -> Path:
    """Write a site of two services under a rule set, with a ledger of these calls; return its file."""
    more = '\n[services.sales]\ncenter = "manila"\ndomestic = "milwaukee"\n'
    file = write_site(folder, ("us-call-center-act", rules), more=more)
    site = sites.load(file)
    site.asterisk.state.mkdir()
    settings = settings_of.of_site(site)
    (settings.state / settings_of.FILE).write_text(settings.to_json())
    store = open_store(settings)
    store.append([event for one in made for event in kept(one)])
    store.engine.dispose()
    return file


def run(site_file: Path, *words: str | Path) -> Result:
    """Run `onshore …` for a site."""
    return CliRunner().invoke(cli.main, ["--config", str(site_file), *map(str, words)], catch_exceptions=False)


def reported(site_file: Path, *words: str | Path) -> dict[str, Any]:
    """Return a report as JSON."""
    file = site_file.parent / "reported.json"
    done = run(site_file, "report", "--output", file, *words)
    assert done.exit_code == 0, done.output
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded


def exported(site_file: Path, where: str) -> list[dict[str, str]]:
    """Return the calls of some conditions."""
    done = run(site_file, "ledger", "export", "--where", where)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.output)))


def rule_set_with(site_file: Path, name: str, *changes: tuple[str, str]) -> None:
    """Put a changed copy of one of Onshore's rule sets beside a site."""
    text = (rule_sets.FOLDER / f"{name}.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    folder = site_file.parent / "rules"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")
