"""The commands that have to do with prompts: list, say, check, and recordings made by people."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from onshore.cli import as_json, main, out, print_findings, print_json, site_of
from onshore.errors import PromptError
from onshore.output import STDOUT, Output, not_both

if TYPE_CHECKING:
    from onshore.site import Site
    from onshore.speech.importing import Delivery
    from onshore.speech.stock import Entry
    from onshore.speech.studio import Studio

_language = click.option(
    "--language", "--lang", "languages", multiple=True, metavar="LANG", help="Only this language; may be given again."
)


@main.group()
def prompts() -> None:
    """See, hear and check what callers are told; have it recorded by people.

    \b
    For example:
      onshore prompts list                                   what callers of this site hear
      onshore prompts say disclosure --lang fr --country PH  a prompt, in any language, of any country
      onshore prompts check                                  what a caller would stumble over
      onshore prompts export --output studio                 a sheet of texts for a voice studio
      onshore prompts import studio                          its recordings
    """  # noqa: D301 - click's mark for lines that are to stay as they are


def _languages(site: Site, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages that were asked for, else all of the site; PromptError when the site has one not."""
    for language in wanted:
        if language not in site.languages:
            raise PromptError(f"this site does not speak {language!r}: its `languages` are {', '.join(site.languages)}")
    return wanted or site.languages


@prompts.command(name="list")
@_language
@as_json
@click.pass_context
def list_(context: click.Context, languages: tuple[str, ...], *, json_: bool) -> None:
    """List every prompt of the site: its text, and the sound that `onshore build` made of it.

    A prompt's version is in its id, which ends in a hash of text, voice and settings; sound files have the id as their
    name. Seconds and loudness (dBFS, RMS) are those of the sound.
    """
    from onshore.speech import stock  # noqa: PLC0415 - each command loads what it needs: --help is quick

    site = site_of(context)
    sounds = site.asterisk.state / "sounds"
    found = {one: stock.entries(site, sounds, [one]) for one in _languages(site, languages)}
    if json_:
        print_json([_as_json(entry) for entries in found.values() for entry in entries])
        return
    for language, entries in found.items():
        _print_entries(language, entries, sounds)
    missing = sum(entry.measure is None for entries in found.values() for entry in entries)
    if missing:
        out.print(f"{missing} of them are not built as the site has them now: onshore build")


def _as_json(entry: Entry) -> dict[str, object]:
    source, measure = entry.source, entry.measure
    return {
        "language": source.language,
        "name": source.wanted.name,
        "parameters": source.wanted.parameters,
        "text": source.text,
        "source": entry.made_by,
        "recording": str(source.recording) if source.recording else None,
        "id": source.id,
        "seconds": round(measure.seconds, 2) if measure else None,
        "dbfs": round(measure.rms_dbfs, 1) if measure else None,
        "file": f"{entry.file}.sln16" if measure else None,
    }


def _print_entries(language: str, entries: list[Entry], sounds: Path) -> None:
    from rich.table import Table  # noqa: PLC0415 - see list_
    from rich.text import Text  # noqa: PLC0415 - the same

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("id", no_wrap=True)
    table.add_column("source")
    table.add_column("seconds", justify="right")
    table.add_column("dBFS", justify="right")
    table.add_column("text", ratio=1)
    for entry in entries:
        measure = entry.measure
        seconds, loudness = (f"{measure.seconds:.2f}", f"{measure.rms_dbfs:.1f}") if measure else ("not built", "")
        table.add_row(Text(entry.source.id), entry.made_by, seconds, loudness, Text(entry.source.text))
    out.print(f"{language}: {sounds}/{language}/onshore/ID.FORMAT", style="bold", markup=False)
    out.print(table, soft_wrap=False)
    out.print()


@prompts.command()
@click.argument("name")
@click.option("--language", "--lang", metavar="LANG", help="In this language; else the first of the site.")
@click.option("--country", default="", metavar="CC", help="Of this country: ISO 3166-1, like PH.")
@click.option("--key", default="", help="The key to press: 0 to 9, * or #.")
@click.option("--stay", default="", metavar="KEY", help="The key to go on without a change, if there is one.")
@click.option("--other", default="", metavar="CC", help="The country that is offered instead, if there is one.")
@click.option("--minutes", default="", metavar="N", help="The wait.")
@click.option("--company", metavar="NAME", help="In the name of this company; else the site's.")
@click.option("--output", type=Output(), metavar="FILE", help="Write the sound: .wav, .ulaw, …; a dash pipes a WAV.")
@click.option("--play", is_flag=True, help="Play the sound here.")
@as_json
@click.pass_context
def say(
    context: click.Context,
    name: str,
    language: str | None,
    country: str,
    key: str,
    stay: str,
    other: str,
    minutes: str,
    company: str | None,
    output: Path | None,
    *,
    play: bool,
    json_: bool,
) -> None:
    """Print what a prompt says; write or play how it sounds.

    Of any country and in any language that Onshore has, whether the site has them or not; no site is needed.

    \b
    For example:
      onshore prompts say disclosure --lang fr --country PH
      onshore prompts say offer --country US --key 1 --play
      onshore prompts say wait --lang pl --minutes 22 --output wait.wav
    """  # noqa: D301 - click's mark for lines that are to stay as they are
    from onshore.speech import saying  # noqa: PLC0415 - see list_

    not_both(output, json_=json_)
    site = _site_if_any(context)
    studio = _studio(site, company)
    given = {"country": country, "key": key, "stay": stay, "other": other, "minutes": minutes}
    wanted = saying.wanted(name, language or (site.languages[0] if site else "en"), given)
    ending = saying.ending(output) if output else ""
    if not (output or play):
        text = studio.wording(wanted.language).text(wanted.name, *wanted.parameters)
    else:
        source = studio.source(wanted)
        text, made = source.text, saying.sounds(source)
        if output:
            saying.write(output, made[ending])
        if play:
            saying.play(made["wav"])
    if output == STDOUT:
        click.echo(text, err=True)
    elif json_:
        print_json({"text": text, "language": wanted.language, "name": name, "parameters": wanted.parameters})
    else:
        click.echo(text)


def _site_if_any(context: click.Context) -> Site | None:
    """Return the site; None when there is none where it is looked for, and none was named."""
    root = context.find_root()
    unnamed = root.get_parameter_source("config") == ParameterSource.DEFAULT
    return None if unnamed and not Path(root.obj).exists() else site_of(context)


def _studio(site: Site | None, company: str | None) -> Studio:
    from dataclasses import replace  # noqa: PLC0415 - see list_

    from onshore.build import studio  # noqa: PLC0415 - see list_
    from onshore.speech.studio import Studio  # noqa: PLC0415 - see list_

    made = studio(site) if site else Studio()
    return made if company is None else replace(made, company=company)


@prompts.command()
@_language
@as_json
@click.pass_context
def check(context: click.Context, languages: tuple[str, ...], *, json_: bool) -> None:
    """Find what a caller would stumble over. Exit code 1 if anything is wrong.

    For each language of the site: no prompt is missing or in English, nothing is left over of a template; a
    disclosure takes at most 6 seconds and an offer 8; all prompts are within 1 dB of each other, not clipped, with at
    most 0.1 s of silence at their ends; each file is really of the format that it is named after; and the voice takes
    as long as the language does, neither spelling it nor leaving something out. Part of `onshore check`.
    """
    from onshore.speech import checks  # noqa: PLC0415 - see list_

    site = site_of(context)
    found = list(checks.check(site, site.asterisk.state / "sounds", _languages(site, languages)))
    if json_:
        print_json([asdict(finding) for finding in found])
    if print_findings(found, quiet=json_):
        context.exit(1)


@prompts.command()
@_language
@click.option("--all", "every", is_flag=True, help="Every sentence there is, not only what the site plays.")
@click.option(
    "--output",
    type=Output(),
    default=Path("studio"),
    show_default=True,
    metavar="DIR",
    help="Write the sheet there; a dash prints prompts.csv.",
)
@as_json
@click.pass_context
def export(context: click.Context, languages: tuple[str, ...], output: Path, *, every: bool, json_: bool) -> None:
    """Write a sheet of texts to hand to a voice studio.

    Two files, prompts.csv for a spreadsheet and prompts.html to print: for each prompt the file to deliver, the text,
    how long it may be and what it is for. What comes back goes in with `onshore prompts import DIR`.
    """
    from onshore.speech import sheet  # noqa: PLC0415 - see list_

    not_both(output, json_=json_)
    site = site_of(context)
    lines = sheet.lines(site, _languages(site, languages), every=every)
    if output == STDOUT:
        click.echo(sheet.to_csv(lines).encode(), nl=False)
        return
    written = sheet.write(lines, output, site.company)
    if json_:
        print_json({"files": [str(file) for file in written], "prompts": [asdict(line) for line in lines]})
        return
    for file in written:
        out.print(f"Wrote {file}", markup=False)
    out.print(
        f"{len(lines)} prompts. Recordings into {output}/LANG/, then: onshore prompts import {output}", markup=False
    )


@prompts.command(name="import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--language", "--lang", "language", metavar="LANG", help="FOLDER holds recordings of this language.")
@click.option("--dry-run", is_flag=True, help="Look at the recordings, and change nothing.")
@as_json
@click.pass_context
def import_(context: click.Context, folder: Path, language: str | None, *, dry_run: bool, json_: bool) -> None:
    """Take in recordings made by people. Exit code 1 if one of them cannot be used.

    FOLDER holds LANG/NAME.wav, as the sheet of `onshore prompts export` names them; or NAME.wav with --language. WAV,
    FLAC, Ogg, MP3, AIFF, M4A and more, by their content and not their ending, mono or stereo, of any rate; Asterisk's
    own formats by their ending, if the sound fits it. Those that can be used are put into prompts/LANG/ beside the
    site, in place of older ones, all of them or none; what is wrong with the others is said, and what is missing.
    """
    from onshore.speech import importing  # noqa: PLC0415 - see list_

    site = site_of(context)
    if language:
        _languages(site, (language,))
    found = importing.look(site, folder, language)
    if not dry_run:
        importing.carry_out(site, found)
    if json_:
        print_json(found.to_json())
    else:
        _print_delivery(found, dry_run=dry_run)
    if found.wrong:
        context.exit(1)


def _print_delivery(found: Delivery, *, dry_run: bool) -> None:
    for one in found.good:
        note = f"; {one.note}" if one.note else ""
        out.print(f"[green]ok[/]    {one.language} {one.key}, {one.seconds:.1f} s{note}", highlight=False)
    for other in found.wrong:
        out.print("[red]wrong[/]", end=" ")
        out.print(f"{other.file}: {other.problem}", markup=False)
    for language, keys in found.missing.items():
        out.print(f"still spoken in {language}, not recorded: {', '.join(keys)}", style="dim", markup=False)
    taken = len(found.good)
    if dry_run:
        out.print(f"{taken} could be taken in, {len(found.wrong)} not. Nothing was changed.")
    elif taken:
        out.print(f"Took in {taken} recordings. Next: onshore build")
    else:
        out.print("Took in nothing.")
