"""The commands that have to do with the ledger: the proof of every call."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from onshore.cli import as_json, err, main, out, print_json, progress_bar, site_of
from onshore.errors import LedgerError
from onshore.output import STDOUT, Output, beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Engine

    from onshore.ledger.settings import Settings
    from onshore.ledger.store import Store

_state = click.option(
    "--state", type=click.Path(path_type=Path), metavar="DIR", help="The state folder; else the site says."
)
EARLIEST = timedelta(days=1)  # calls of today may yet go on


@main.group()
def ledger() -> None:
    """The proof of every call: verify it, search it, take it elsewhere, take old calls out.

    \b
    For example:
      onshore ledger verify                        has anybody changed it?
      onshore ledger seal --output head.json       sign what it ends in, and keep that elsewhere
      onshore ledger find 2025550101               the calls of a number
      onshore ledger show CALL                     all that happened on a call
      onshore ledger export --where "disclosed = no and country = PH" --output calls.csv
      onshore ledger purge --before 2024-01-01     take old calls out; the rest can still be verified
    """  # noqa: D301 - click's mark for lines that are to stay as they are


def _settings(context: click.Context, state: Path | None) -> Settings:
    from onshore.ledger import settings  # noqa: PLC0415 - each command loads what it needs: --help is quick

    return settings.load(state or site_of(context).asterisk.state)


@contextmanager
def _database() -> Iterator[None]:
    """Turn an error of the database into one message."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see _settings

    try:
        yield
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        raise LedgerError(f"the ledger's database cannot be used: {said}") from None
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"the ledger's database wants {error.name}, which is not there: pip install 'onshore[postgresql]'"
        ) from None


@contextmanager
def reader(context: click.Context, state: Path | None) -> Iterator[tuple[Settings, Engine]]:
    """Open the ledger to read it, and make nothing; LedgerError when there is none yet, or it is of another version."""
    from onshore.ledger import migrations  # noqa: PLC0415 - see _settings
    from onshore.ledger.store import connect  # noqa: PLC0415 - the same

    found = _settings(context, state)
    with _database():
        engine = connect(found.database, read_only=True)
        try:
            migrations.expect(engine)
            yield found, engine
        finally:
            engine.dispose()


@contextmanager
def _writer(context: click.Context, state: Path | None) -> Iterator[tuple[Settings, Store]]:
    """Open the ledger to write to it; what waits in the spool is taken in first."""
    from onshore.ledger.opening import open_store, take_in  # noqa: PLC0415 - see _settings

    found = _settings(context, state)
    with _database():
        store = open_store(found)
        try:
            take_in(store, found)
            yield found, store
        finally:
            store.engine.dispose()


@ledger.command()
@_state
@click.option(
    "--seal",
    "files",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Compare with what `onshore ledger seal` signed; may be given again.",
)
@click.option("--key", metavar="HEX", help="The public key that signed the seals; else STATE/seal.pub.")
@as_json
@click.pass_context
def verify(
    context: click.Context, state: Path | None, files: tuple[Path, ...], key: str | None, *, json_: bool
) -> None:
    """Recompute every event, and say what was changed, removed, put elsewhere or cut off. Exit code 1 if anything was.

    Each event carries the SHA-256 of the one before it. The calls' rows, of which reports are made, are made anew from
    their events and compared. A tail that was cut off together with the chain's head is found with a seal alone: keep
    seals where nobody can write who can write the ledger.
    """
    from onshore.ledger import seal  # noqa: PLC0415 - see _settings
    from onshore.ledger.verify import verify as verifying  # noqa: PLC0415 - the same

    with reader(context, state) as (found, engine):
        trusted = key or seal.public_key(found.state)
        seals = [one for file in files for one in seal.read(file, trusted)]
        with progress_bar("Events", quiet=json_) as progress:
            verified = verifying(engine, seals, progress)
    if json_:
        print_json(
            {
                "events": verified.events,
                "calls": verified.calls,
                "taken_out": verified.taken_out,
                "heads": {name: {"number": number, "hash": head} for name, (number, head) in verified.heads.items()},
                "problems": [{"chain": one.chain, "number": one.number, "what": one.what} for one in verified.problems],
            }
        )
    else:
        for one in verified.problems:
            where = f"chain {one.chain}, event {one.number}" if one.number else f"chain {one.chain}"
            out.print("[red]wrong[/]", end=" ")
            out.print(f"{where}: {one.what}", markup=False)
        for name, (number, head) in verified.heads.items():
            out.print(f"chain {name}: {number} events, the last one is {head}", markup=False)
        taken = f", of {verified.taken_out} only the digest is left" if verified.taken_out else ""
        out.print(f"{verified.events} events of {verified.calls} calls recomputed{taken}.")
        if not verified.problems:
            out.print(
                "Nothing was changed." + ("" if seals else " A tail cut off with its head shows with --seal alone.")
            )
    if verified.problems:
        context.exit(1)


@ledger.command()
@_state
@click.option("--output", type=Output(), metavar="FILE", help="Write it there; else, or with a dash, print it.")
@click.pass_context
def seal(context: click.Context, state: Path | None, output: Path | None) -> None:
    """Sign what each chain ends in (Ed25519). Keep it elsewhere, with the key that it names.

    The key is made on first use: STATE/seal.key signs, STATE/seal.pub verifies. What was sealed can be compared years
    later: `onshore ledger verify --seal FILE --key HEX`. The chain is not verified before it is sealed.
    """
    from sqlalchemy import select  # noqa: PLC0415 - see _settings

    from onshore.ledger import seal as sealing  # noqa: PLC0415 - the same
    from onshore.ledger.schema import chains  # noqa: PLC0415 - the same

    with reader(context, state) as (found, engine), engine.connect() as connection:
        heads = {row.name: (row.head, bytes(row.head_hash).hex()) for row in connection.execute(select(chains))}
        text = sealing.make(found.state, heads)
    if output and output != STDOUT:
        with beside(output) as new:
            new.write_text(f"{text}\n", "ascii")
        out.print(f"Wrote {output}. Keep it where nobody can write who can write the ledger.", markup=False)
    else:
        click.echo(text)


@ledger.command()
@click.argument("number")
@_state
@as_json
@click.pass_context
def find(context: click.Context, number: str, state: Path | None, *, json_: bool) -> None:
    """List the calls of a caller's NUMBER, in any spelling: 2025550101, +1 202 555 0101.

    The number is hashed as the ledger has it, so this works whether numbers are kept or not. Without a country code it
    is taken as one of the site's first home; one that can be read in several ways is looked for in each.
    """
    from onshore.ledger import keys  # noqa: PLC0415 - see _settings
    from onshore.ledger.export import call_rows  # noqa: PLC0415 - the same
    from onshore.ledger.privacy import Numbers  # noqa: PLC0415 - the same
    from onshore.ledger.schema import calls  # noqa: PLC0415 - the same

    with reader(context, state) as (found, engine), engine.connect() as connection:
        key, others = keys.checked(connection, found)
        readings = Numbers(key, found.home, found.keep_numbers).readings(number)
        rows = [
            {**row, "reading": reading}
            for reading, caller in readings.items()
            for row in call_rows(connection, [calls.c.caller == caller])
        ]
    if json_:
        print_json(rows)
    else:
        for row in rows:
            told = ", ".join(
                f"{name} {row[name]}" for name in ("service", "country", "disclosed", "choice", "outcome") if row[name]
            )
            out.print(f"{row['arrived']}  {row['call']}  {told}", markup=False)
        out.print(f"{len(rows)} calls. All of one: onshore ledger show CALL" if rows else "No call of this number.")
    _tell_readings(readings, others)


def _tell_readings(readings: Collection[str], others: Collection[str]) -> None:
    """Say what was looked for, where a number can be read in several ways, and where it could not be looked for."""
    if len(readings) > 1:
        err.print(f"Looked for it as {', '.join(readings)}.", markup=False)
    if others:
        err.print(
            f"Not looked at: the callers of {', '.join(others)}. Their numbers are hashed with other keys: run this on "
            "those machines, too.",
            style="yellow",
            markup=False,
        )


@ledger.command()
@click.argument("call")
@_state
@as_json
@click.pass_context
def show(context: click.Context, call: str, state: Path | None, *, json_: bool) -> None:
    """Print all that happened on a CALL (its ONSHORE_CALL): each event, with the words of each prompt."""
    from sqlalchemy import select  # noqa: PLC0415 - see _settings

    from onshore.ledger.export import event_rows  # noqa: PLC0415 - the same
    from onshore.ledger.schema import calls, prompts  # noqa: PLC0415 - the same

    with reader(context, state) as (found, engine), engine.connect() as connection:
        rows = sorted(event_rows(connection, [calls.c.call == call]), key=lambda row: str(row["at"]))
        said = {(one.id, one.language): one.text for one in connection.execute(select(prompts))}
        if not rows:
            raise LedgerError(f"there is no call {call!r} in the ledger: `onshore ledger find NUMBER` lists calls")
        language = ""
        for row in rows:
            data = row["data"] or {}
            language = data.get("language", language)
            text = said.get((data.get("prompt"), language))
            if text:
                data["text"] = text
            if "number" in data:
                data["number"] = _number(found, data["number"])
    if json_:
        print_json(rows)
        return
    for row in rows:
        data = row["data"]
        told = "taken out" if data is None else ", ".join(f"{name}: {value}" for name, value in data.items())
        out.print(f"{row['at']}  {row['kind']:<11}  {told}", markup=False)


def _number(found: Settings, encrypted: str) -> str:
    from onshore.ledger import settings  # noqa: PLC0415 - see _settings
    from onshore.ledger.privacy import Numbers  # noqa: PLC0415 - the same

    try:
        return Numbers(settings.key_of(found, make=False), found.home).number(encrypted)
    except (LedgerError, ValueError) as error:
        return f"({error})"


@ledger.command()
@_state
@click.option("--where", default="", metavar="CONDITIONS", help='Only these: "country = PH and arrived >= 2026-10-01".')
@click.option("--events", is_flag=True, help="The events of those calls, instead of a row for each call.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    help="Else by the file's ending; csv where there is none.",
)
@click.option("--excel", is_flag=True, help="CSV that Excel opens as it is: with a byte order mark (else ü is Ã¼).")
@click.option(
    "--separator",
    type=click.Choice(["comma", "semicolon", "tab"]),
    help="Of CSV; else comma. Excel wants semicolons where numbers are written 1,5: in Italy, Germany, Spain, …",
)
@click.option("--output", type=Output(), metavar="FILE", help="Write there; else, or with a dash, print.")
@click.pass_context
def export(
    context: click.Context,
    state: Path | None,
    where: str,
    form: str | None,
    separator: str | None,
    output: Path | None,
    *,
    events: bool,
    excel: bool,
) -> None:
    """Write calls as CSV, JSON lines or Parquet.

    A condition is a column, = != < <= > >=, and a value: `none` is no value ("none", in quotes,
    is the choice of who pressed nothing), `yes` and `no` are true and false, moments
    are dates or ISO 8601 (UTC unless said otherwise). Several are joined by `and`; `country = PH,IN` is either.
    `answered = yes` are calls that an agent answered, `untold = yes` those that were to be told and were not.

    CSV is UTF-8 for programs; for people with Excel, add --excel.

    \b
    For example:
      onshore ledger export --where "disclosed = no and arrived >= 2026-10-01"
      onshore ledger export --events --output events.parquet
      onshore ledger export --excel --separator semicolon --output calls.csv
    """  # noqa: D301 - click's mark for lines that are to stay as they are
    from onshore.ledger import conditions  # noqa: PLC0415 - see _settings
    from onshore.ledger import export as exporting  # noqa: PLC0415 - the same

    form = form or (output.suffix[1:] if output and output.suffix[1:] in exporting.FORMATS else "csv")
    if form == "parquet" and not output:
        raise LedgerError("Parquet is no text: name a file with --output, or a dash to pipe it")
    if form != "csv" and (excel or separator):
        raise LedgerError(f"--excel and --separator are for CSV, this is {form}: leave them out, or write a .csv")
    between = exporting.SEPARATORS[separator or "comma"]
    wanted = conditions.parse(where)
    columns = exporting.EVENT_COLUMNS if events else exporting.CALL_COLUMNS
    with reader(context, state) as (_, engine), engine.connect() as connection:
        rows = (exporting.event_rows if events else exporting.call_rows)(connection, wanted)
        if form == "parquet":
            assert output
            with beside(output) as new:
                count = exporting.write_parquet(rows, columns, new)
        elif output and output != STDOUT:
            with beside(output) as new, new.open("w", encoding="utf-8", newline="") as stream:
                count = _write(form, rows, columns, stream, between, excel=excel)
        else:
            _write(form, rows, columns, sys.stdout, between, excel=excel)
            return
    (err if output == STDOUT else out).print(f"Wrote {count} rows into {output}", markup=False)


def _write(
    form: str, rows: Iterator[dict[str, Any]], columns: tuple[str, ...], stream: IO[str], separator: str, *, excel: bool
) -> int:
    from onshore.ledger import export as exporting  # noqa: PLC0415 - see _settings

    if form == "csv":
        stream.write(exporting.BOM if excel else "")
        return exporting.write_csv(rows, columns, stream, separator)
    return exporting.write_lines(rows, stream)


@ledger.command()
@_state
@click.option(
    "--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Calls that arrived before this day, UTC."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def purge(context: click.Context, state: Path | None, before: datetime, *, yes: bool) -> None:
    """Take old calls out of the ledger, for good. What is left can still be verified.

    No text found so far says how long a ledger must be kept: ask your lawyer. Seal and back up before.
    """
    from onshore.ledger.forgetting import purge as purging  # noqa: PLC0415 - see _settings

    moment = before.replace(tzinfo=UTC)
    if moment > datetime.now(UTC) - EARLIEST:
        raise LedgerError(f"{moment.date()} is not over for a day yet: calls may still go on")
    if not yes:
        click.confirm(f"Take out every call that arrived before {moment.date()}?", abort=True)
    with _writer(context, state) as (_, store):
        taken = purging(store, round(moment.timestamp() * 1000))
    out.print(
        f"Took out {taken.calls} calls: {taken.events_deleted} events whole, and the words of {taken.events_emptied}."
    )


@ledger.command()
@click.argument("number")
@_state
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(context: click.Context, number: str, state: Path | None, *, yes: bool) -> None:
    """Take out all that is known of the caller with this NUMBER. The calls stay, as those of nobody.

    One that can be read in several ways is taken out in each; with a `+` and the country's code there is one way.
    """
    from onshore.ledger import keys  # noqa: PLC0415 - see _settings
    from onshore.ledger.forgetting import forget as forgetting  # noqa: PLC0415 - the same
    from onshore.ledger.privacy import Numbers  # noqa: PLC0415 - the same

    with _writer(context, state) as (found, store):
        with store.engine.connect() as connection:
            key, others = keys.checked(connection, found)
        readings = Numbers(key, found.home, found.keep_numbers).readings(number)
        if not yes:
            click.confirm(f"Forget who phoned from {' or '.join(readings)}?", abort=True)
        taken = sum(forgetting(store, caller).calls for caller in readings.values())
    out.print(f"Forgot the caller of {taken} calls." if taken else "No call of this number.")
    _tell_readings(readings, others)


@ledger.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@_state
@as_json
@click.pass_context
def import_(context: click.Context, file: Path | None, state: Path | None, *, json_: bool) -> None:
    """Take in what Asterisk's queue_log tells: how calls ended, who answered, what the dialplan did by itself.

    What waits in the spool is taken in first. A daemon that runs does both all the time; a site without one runs this
    from cron.

    Without FILE, Asterisk's own queue_log is read from where the last import ended. What it was rotated to is found by
    what is in it, whatever its name, compressed (gz, bz2, xz) or not, also when the log was copied and truncated in
    place. If the file that was read last is gone, that is told, and all that is there and was not read yet is read.

    A FILE is read whole. It may be an old one, or compressed. The same lines again change nothing.
    """
    from onshore.ledger.importing import import_queue_log  # noqa: PLC0415 - see _settings

    with _writer(context, state) as (found, store), progress_bar("Bytes", quiet=json_) as progress:
        imported = import_queue_log(store, found, file, progress)
    if json_:
        print_json(
            {
                "lines": imported.lines,
                "strange": imported.strange,
                "events": imported.events,
                "problems": imported.problems,
            }
        )
        return
    for problem in imported.problems:
        err.print(f"Note: {problem}", markup=False)
    strange = f", {imported.strange} of them none that Asterisk writes" if imported.strange else ""
    out.print(f"{imported.lines} lines{strange}; {imported.events} events were not in the ledger yet.")


@ledger.command()
@_state
@click.pass_context
def upgrade(context: click.Context, state: Path | None) -> None:
    """Bring the ledger's tables to the version that this Onshore has. A new ledger is made as it must be."""
    from onshore.ledger import migrations  # noqa: PLC0415 - see _settings
    from onshore.ledger.store import connect  # noqa: PLC0415 - the same

    found = _settings(context, state)
    with _database():
        engine = connect(found.database)
        try:
            before, after = migrations.upgrade(engine)
        finally:
            engine.dispose()
    out.print(
        f"The ledger is of version {after} already." if before == after else f"The ledger is of version {after} now."
    )
