"""The commands that have to do with Asterisk: install, uninstall, check."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from onshore.cli import as_json, main, out, print_findings, print_json, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onshore.asterisk.install import Changes, Target
    from onshore.finding import Finding
    from onshore.site import Site

dry_run = click.option("--dry-run", is_flag=True, help="Show what would change, as a diff, and change nothing.")


def target_of(site: Site) -> Target:
    """Return what installing this site means."""
    from onshore import paths  # noqa: PLC0415 - each command loads what it needs: --help is quick
    from onshore.asterisk.install import Target  # noqa: PLC0415 - the same
    from onshore.ledger import settings  # noqa: PLC0415 - the same

    file = settings.of_site(site).file
    return Target(
        etc=site.asterisk.etc,
        state=site.asterisk.state,
        command=site.asterisk.command,
        daemon=site.server is not None,
        script=paths.share("agi_scripts") / "onshore.agi",
        database=file.parent if file else None,
        queues=tuple(sorted({center.queue for center in site.centers.values()})),
    )


@main.command()
@dry_run
@click.option("--no-systemd", is_flag=True, help="Install no systemd unit, also where there is systemd.")
@click.option(
    "--queue-variables/--no-queue-variables",
    default=None,
    help="Have the site's queues tell who answered, and after how long (setinterfacevar and setqueueentryvar in "
    "queues.conf, by a file of Onshore's own). Stays so until --no-queue-variables.",
)
@as_json
@click.pass_context
def install(
    context: click.Context, *, dry_run: bool, no_systemd: bool, queue_variables: bool | None, json_: bool
) -> None:
    """Put into Asterisk what `onshore build` made.

    Adds one #include line to extensions.conf (FreePBX: extensions_custom.conf), links the sounds of each language,
    installs the AGI script and, where there is systemd, the daemon; then has Asterisk read its dialplan again.
    A second run changes nothing. `onshore uninstall` takes everything out, byte for byte.
    """
    from onshore.asterisk.install import plan_install  # noqa: PLC0415 - see target_of

    target = replace(target_of(site_of(context)), queue_variables=queue_variables)
    if no_systemd:
        target = replace(target, systemd=None)
    _carry_out(context, plan_install(target), dry_run=dry_run, json_=json_)


@main.command()
@dry_run
@as_json
@click.pass_context
def uninstall(context: click.Context, *, dry_run: bool, json_: bool) -> None:
    """Take Onshore out of Asterisk again.

    Every file is as it was, byte for byte. Plan, sounds and evidence stay where they are.
    """
    from onshore.asterisk.install import plan_uninstall  # noqa: PLC0415 - see target_of

    _carry_out(context, plan_uninstall(target_of(site_of(context))), dry_run=dry_run, json_=json_)


def _carry_out(context: click.Context, changes: Changes, *, dry_run: bool, json_: bool) -> None:
    from onshore.asterisk.install import Report, apply  # noqa: PLC0415 - see target_of

    if dry_run:
        report = Report(changed=(), reloaded=False, notes=changes.notes, problems=changes.problems)
    else:
        report = apply(changes)
    if json_:
        print_json(
            {
                "diff": changes.diff(),
                "changed": report.changed,
                "reloaded": report.reloaded,
                "notes": report.notes,
                "problems": report.problems,
            }
        )
    else:
        if dry_run and not changes.empty:
            out.print(changes.diff(), markup=False, end="")
        _tell(report.changed, reloaded=report.reloaded, nothing=changes.empty)
        for note in report.notes:
            out.print(note, markup=False)
        for problem in report.problems:
            out.print(f"To be mended: {problem}", style="yellow", markup=False)
    if report.problems:
        context.exit(1)


def _tell(changed: tuple[str, ...], *, reloaded: bool, nothing: bool) -> None:
    if nothing:
        out.print("Nothing to change.")
    for path in changed:
        out.print(f"Changed {path}", markup=False)
    if reloaded:
        out.print("Asterisk has read its dialplan again.")


@main.command()
@as_json
@click.pass_context
def check(context: click.Context, *, json_: bool) -> None:
    """Find what could go wrong, before a caller does. Exit code 1 if anything is wrong.

    Looks at the site, the prompts and their sound files, the queues, Asterisk's modules and dialplan, and the daemon.
    """
    from dataclasses import asdict  # noqa: PLC0415 - see target_of

    from onshore.checking import check as checking  # noqa: PLC0415 - the same

    site = site_of(context)
    found = []

    def looked_at() -> Iterator[Finding]:
        for finding in checking(site, target_of(site)):
            found.append(asdict(finding))
            yield finding

    wrong = print_findings(looked_at(), quiet=json_)
    if json_:
        print_json(found)
    if wrong:
        context.exit(1)
