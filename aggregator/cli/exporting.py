"""`crosshub rollup export`: rollups as CSV or Parquet, written as they are read."""

import asyncio
import csv
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from aggregator.cli.days import day_in
from aggregator.cli.hubs import chosen_hubs
from aggregator.clusters.faults import did_you_mean
from aggregator.clusters.values import Config
from aggregator.errors import BadQuery, CrosshubError, harmless
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import BY_NAME, MEASURES, About, Measure
from aggregator.rollups.export import Choice, Row, rows_of
from aggregator.rollups.subject_rows import Known, known_subjects
from aggregator.store.migrating import database_there

COLUMNS = ("date", "start", "end", "cluster", "hub", "namespace", "community", "resolution", "coverage")
"""Before those of the numbers."""


class CannotWrite(CrosshubError):
    """The file cannot be written, or not in that format."""


def read_choice(
    resolution: str, measures: Sequence[str], hubs: Sequence[str], first: str | None, last: str | None
) -> Choice:
    """What is asked for; without any measure it is every one about hubs. Raises BadQuery."""
    chosen = tuple(map(_measure, dict.fromkeys(measures))) or tuple(
        each for each in MEASURES if each.about is About.HUB
    )
    others = [each for each in chosen if each.about is not About.HUB]
    if hubs and others:
        raise BadQuery(f"--measure {others[0].name} is not about a hub; leave --hub out")
    if resolution == Resolution.HOUR and not any(each.has_hours for each in chosen):
        raise BadQuery(f"--measure {chosen[0].name} is not kept by the hour, since people are counted by the day")
    choice = Choice(
        Resolution(resolution),
        chosen,
        tuple(hubs),
        None if first is None else day_in("--from", first),
        None if last is None else day_in("--to", last),
    )
    if choice.first and choice.last and choice.last < choice.first:
        raise BadQuery(f"--to {choice.last} is before --from {choice.first}")
    return choice


def write_csv(config: Config, choice: Choice, output: Path | None) -> None:
    """Writes the rows to a file, which is there only when it is whole, or to the standard output."""

    async def write(file: TextIO) -> None:
        lines = csv.writer(file, lineterminator="\n")
        async with _rows(config, choice) as rows:
            lines.writerow([*COLUMNS, *(each.name for each in choice.measures)])
            async for some in rows:
                lines.writerows(_cells(row, choice.measures) for row in some)

    if output is None:
        with _heard():
            asyncio.run(write(sys.stdout))
            sys.stdout.flush()
        return
    with _whole(output) as making, making.open("w", encoding="utf-8", newline="") as file:
        asyncio.run(write(file))


def write_parquet(config: Config, choice: Choice, output: Path) -> None:
    """Writes the rows to a file, which is there only when it is whole."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise CannotWrite("Parquet needs pyarrow, which is not installed: pip install 'crosshub[parquet]'") from None
    schema = _schema(pa, choice.measures)

    async def write(file: Path) -> None:
        with pq.ParquetWriter(file, schema) as writer:
            async with _rows(config, choice) as rows:
                async for some in rows:
                    writer.write_batch(pa.RecordBatch.from_pylist([_record(row) for row in some], schema))

    with _whole(output) as making:
        asyncio.run(write(making))


def _measure(name: str) -> Measure:
    found = BY_NAME.get(name)
    if found is None:
        raise BadQuery(f'--measure: nothing is kept as "{name}"{did_you_mean(name, BY_NAME)} See crosshub rollup list')
    return found


@asynccontextmanager
async def _rows(config: Config, choice: Choice) -> AsyncIterator[AsyncIterator[tuple[Row, ...]]]:
    async with database_there(config.database) as database, database.reading() as connection:
        yield rows_of(connection, _subjects(await known_subjects(connection), choice), choice)


def _subjects(known: Sequence[Known], choice: Choice) -> list[Known]:
    hubs = chosen_hubs(
        (each for each in known if each.about is About.HUB), choice.hubs, "--hub: nothing is kept of a hub"
    )
    about = {each.about for each in choice.measures}
    return [each for each in (*hubs, *(each for each in known if each.about is not About.HUB)) if each.about in about]


def _cells(row: Row, measures: Sequence[Measure]) -> Iterator[str]:
    subject = row.subject
    texts = (subject.cluster, subject.name, subject.namespace, subject.community)
    return chain(
        (row.bucket.first_day.isoformat(), f"{row.start:%Y-%m-%dT%H:%M:%SZ}", f"{row.end:%Y-%m-%dT%H:%M:%SZ}"),
        map(harmless, texts),
        (str(row.bucket.resolution), f"{row.share:.4g}"),
        (_number(row.values.get(each.name)) for each in measures),
    )


def _number(value: float | None) -> str:
    """Nothing where it is lacking."""
    if value is None:
        return ""
    return f"{value:.0f}" if value.is_integer() else repr(value)


def _schema(pa: Any, measures: Sequence[Measure]) -> Any:
    moment, text = pa.timestamp("ms", tz="UTC"), pa.dictionary(pa.int32(), pa.string())
    kinds = (pa.date32(), moment, moment, text, text, text, text, text, pa.float64())
    columns = [pa.field(name, kind) for name, kind in zip(COLUMNS, kinds, strict=True)]
    # What a number means goes with it.
    columns += [
        pa.field(each.name, pa.float64(), metadata={"unit": each.unit, "means": each.means}) for each in measures
    ]
    return pa.schema(columns)


def _record(row: Row) -> dict[str, object]:
    subject = row.subject
    texts = (subject.cluster, subject.name, subject.namespace, subject.community, str(row.bucket.resolution))
    fixed = (row.bucket.first_day, row.start, row.end, *texts, row.share)
    return {**dict(zip(COLUMNS, fixed, strict=True)), **row.values}


@contextmanager
def _whole(output: Path) -> Iterator[Path]:
    """Where to write what takes the place of a file once it is whole; raises CannotWrite, in the words that were given."""
    try:
        file = output.resolve()
        if not _may_be_replaced(file):
            what = "a folder" if file.is_dir() else "no plain file"
            raise CannotWrite(f"--output {output} is {what}; give the name of a file")
        making = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            yield making
            making.replace(file)
        finally:
            with suppress(OSError):
                making.unlink()
    except OSError as error:
        raise CannotWrite(f"--output {output} cannot be written: {_reason(error)}") from None


@contextmanager
def _heard() -> Iterator[None]:
    """The standard output; raises CannotWrite where it takes no more. Whoever reads the first lines only is no error."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"the standard output cannot be written: {_reason(error)}") from None


def _may_be_replaced(file: Path) -> bool:
    """Not a folder, a pipe or a device, in whose place a file would be in the way of others."""
    return file.is_file() or not file.exists()


def _reason(error: OSError) -> str:
    """In words; what libraries say beside them may be about a file that nobody knows."""
    return os.strerror(error.errno) if error.errno else str(error)
