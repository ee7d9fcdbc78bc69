"""The commands: read what was typed, call what does it, print what came of it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import onshore
from onshore.errors import AsteriskError, OnshoreError
from onshore.output import Output, no_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from onshore.build import Built
    from onshore.finding import Finding
    from onshore.site import Site

out = Console(highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


class Commands(click.Group):
    """Turns what went wrong into one message and exit code 1, whichever command it was."""

    def invoke(self, context: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(context)
        except OnshoreError as error:
            err.print(f"onshore: {error}", style="red", markup=False)
            context.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="ONSHORE_CONFIG",
    default=Path("/etc/onshore/onshore.toml"),
    show_default=True,
    metavar="FILE",
    help="The site; else $ONSHORE_CONFIG.",
)
@click.version_option(onshore.__version__, prog_name="onshore")
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """Tell callers the country where their call is answered, and bring the call home at the press of a key.

    \b
    To begin:
      onshore init       write a site, /etc/onshore/onshore.toml; then edit it
      onshore build      make the prompts and the dialplan
      onshore try NAME   phone a service in this terminal
      onshore install    put it into Asterisk
      onshore check      find what is wrong before a caller does
    """  # noqa: D301 - click's mark for lines that are to stay as they are
    context.obj = config


def site_of(context: click.Context) -> Site:
    """Read the site that the command line names."""
    from onshore import site  # noqa: PLC0415 - each command loads what it needs: --help is quick

    return site.load(context.find_root().obj)


as_json = click.option("--json", "json_", is_flag=True, help="Print JSON, for scripts.")


@main.command()
@click.option("--force", is_flag=True, help="Write over a site that is there.")
@click.pass_context
def init(context: click.Context, *, force: bool) -> None:
    """Write a commented onshore.toml to start from."""
    from onshore import starter  # noqa: PLC0415 - see site_of

    file: Path = context.find_root().obj
    try:
        starter.write(file, force=force)
    except FileExistsError:
        raise OnshoreError(f"{file} is there already: edit it, or write over it with --force") from None
    except OSError as error:
        raise OnshoreError(f"{file} cannot be written: {error.strerror}; name another with --config FILE") from None
    out.print(f"Wrote {file}. Edit it, then: onshore build", markup=False)


@main.command()
@click.option("--output", type=Output(), metavar="DIR", help="Build there, not into the state folder.")
@as_json
@click.pass_context
def build(context: click.Context, output: Path | None, *, json_: bool) -> None:
    """Make plan, sound files and dialplan from the site. Succeeds whole, or changes nothing."""
    from onshore import build as building  # noqa: PLC0415 - see site_of

    no_folder(output, "a build")
    site = site_of(context)
    with progress_bar("Prompts", quiet=json_) as progress:
        built = building.build(site, output, progress)
    reloaded = _reload(site, built) if output is None else ""
    if json_:
        print_json(
            {
                "folder": str(built.folder),
                "plan": built.plan.version,
                "sounds_made": built.sounds_made,
                "sounds_kept": built.sounds_kept,
                "plan_changed": built.plan_changed,
                "dialplan_changed": built.dialplan_changed,
                "asterisk": reloaded,
            }
        )
        return
    out.print(f"{built.sounds_made} prompts made, {built.sounds_kept} as they were, in {built.folder}", markup=False)
    if not built.plan_changed and not built.dialplan_changed:
        out.print("Nothing has changed.")
    elif built.plan_changed:
        out.print(f"Plan {built.plan.version} is in force for new calls.")
    if reloaded:
        out.print(reloaded, markup=False)


@contextmanager
def progress_bar(label: str, *, quiet: bool = False) -> Iterator[Callable[..., None] | None]:
    """Give what draws a bar: how much is done, of how much, and the one just done; None where nobody looks."""
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(TextColumn(label), *columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)

        def draw(done: int, total: int, what: str = "") -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield draw


@main.command(name="try")
@click.argument("service", required=False)
@click.option("--language", default="", metavar="LANG", help="The language of the caller's channel.")
@click.option("--keys", metavar="KEYS", help="Press these keys, without waiting; `.` presses none once, `h` hangs up.")
@click.option("--no-agent", is_flag=True, help="As if no agent took the call the first time.")
@click.pass_context
def try_(context: click.Context, service: str | None, language: str, keys: str | None, *, no_agent: bool) -> None:
    """Phone a SERVICE in this terminal.

    Prompts are text, keys come from the keyboard; no Asterisk is needed.

    Press 0 to 9, * and # as a caller would; h hangs up.
    """
    from onshore import trying  # noqa: PLC0415 - see site_of

    trying.phone(site_of(context), service, language, keys, out, no_agent=no_agent)


@main.command()
@as_json
@click.pass_context
def rules(context: click.Context, *, json_: bool) -> None:
    """List the rule sets: whether each is in force, what comes next, when it was last looked at, and what it asks.

    They are no legal advice: a lawyer can read and change them.
    """
    from onshore import rules as rule_sets  # noqa: PLC0415 - see site_of

    folder = Path(context.find_root().obj).parent / "rules"
    found = [rule_sets.load(name, folder) for name in rule_sets.names(folder)]
    if json_:
        print_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        out.print(f"{one.name}: {rule_sets.standing(one)}", style="bold", markup=False)
        for text in (one.title, f"Source: {one.source}.", f"Read: {one.reading}.", *rule_sets.ahead(one)):
            _print_wrapped(text, "  ")
        for finding in rule_sets.check(one):
            _print_wrapped(f"Note: {finding.problem}: {finding.remedy}.", "  ")
        for text in rule_sets.asks(one):
            _print_wrapped(text, "  - ")
        out.print()
    _print_wrapped(
        f"This is no legal advice: ask your lawyer. A rule set of your own, or a changed one, goes into {folder}/ as "
        "NAME.toml and before Onshore's; `onshore rules --json` prints all there is to set.",
        "",
    )


def _print_wrapped(text: str, before: str) -> None:
    """Print a text within the terminal's width, words whole; what comes before it is left free on further lines."""
    out.print(
        textwrap.fill(
            text,
            out.width,
            initial_indent=before,
            subsequent_indent=" " * len(before),
            break_long_words=False,
            break_on_hyphens=False,
        ),
        markup=False,
    )


@main.command()
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR", help="Where the plan is; else the site says.")
@click.pass_context
def serve(context: click.Context, state: Path | None) -> None:
    """Run the daemon that Asterisk asks on each call.

    It serves what `onshore build` made, and takes a new build in without a restart. Stop it with Ctrl-C or SIGTERM.
    """
    from onshore import plan as plans  # noqa: PLC0415 - see site_of
    from onshore.agi.server import serve as serving  # noqa: PLC0415 - the same
    from onshore.ledger import daemon as ledger  # noqa: PLC0415 - the same

    folder = state or site_of(context).asterisk.state
    watched = plans.Watched(folder / plans.FILE)
    listen = watched.current().listen
    if not listen:
        raise OnshoreError("the site has no [server]: each call starts a process of its own, there is nothing to serve")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    host, _, port = listen.rpartition(":")
    with ledger.evidence(folder) as evidence:
        asyncio.run(serving(host.strip("[]"), int(port), watched, evidence))


def print_json(data: object) -> None:
    """Print for a script."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def print_findings(found: Iterable[Finding], *, quiet: bool = False) -> bool:
    """Print what a check has found, as it comes in; return whether anything is wrong."""
    wrong = False
    for finding in found:
        wrong = wrong or bool(finding.problem and finding.serious)
        if quiet:
            continue
        if not finding.problem:
            out.print("[green]ok[/]", end="    ")
            out.print(finding.what, markup=False)
        else:
            out.print("[red]wrong[/]" if finding.serious else "[yellow]note[/] ", end=" ")
            out.print(f"{finding.what}: {finding.problem}", markup=False)
            out.print(f"      {finding.remedy}", style="dim", markup=False)
    if not wrong and not quiet:
        out.print("Nothing is wrong.")
    return wrong


def _reload(site: Site, built: Built) -> str:
    """Have an Asterisk that Onshore is installed in read its dialplan again; return what to tell."""
    from onshore.asterisk import receipt  # noqa: PLC0415 - see site_of
    from onshore.asterisk.console import Console as AsteriskConsole  # noqa: PLC0415 - the same

    installed = receipt.load(site.asterisk.state)
    if installed is None:
        return "Not in Asterisk yet: onshore install"
    told = []
    if built.dialplan_changed:
        try:
            AsteriskConsole(site.asterisk.command, site.asterisk.etc).run("dialplan reload")
            told.append("Asterisk has read the new dialplan.")
        except AsteriskError as error:
            told.append(f"Asterisk has not read the new dialplan: {error}")
    linked = {site.asterisk.state / "sounds" / language / "onshore" for language in built.plan.languages}
    if linked != {Path(target) for target in installed.links.values()}:
        told.append("The languages are others than Asterisk has the sounds of: onshore install")
    return "\n".join(told)


from onshore import commands as commands  # noqa: E402, PLC0414 - they add themselves to `main`
from onshore import ledger_commands as ledger_commands  # noqa: E402, PLC0414 - the same
from onshore import prompts_commands as prompts_commands  # noqa: E402, PLC0414 - the same
from onshore import report_commands as report_commands  # noqa: E402, PLC0414 - the same
