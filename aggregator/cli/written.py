"""An answer for other programs: JSON as the API has it, or CSV with one line a sample."""

import csv
import sys
from collections.abc import Sequence

from aggregator.api.bodies import success
from aggregator.cli.found import Series
from aggregator.errors import harmless
from aggregator.query.request import Answer


def print_json(answer: Answer) -> None:
    """The body that the API would answer."""
    kind = f'{{"resultType":"{answer.result_type}","result":'.encode()
    sys.stdout.buffer.write(success([kind, *answer.result, b"}"], answer.warnings, infos=answer.infos) + b"\n")
    sys.stdout.buffer.flush()


def print_csv(series: Sequence[Series]) -> None:
    """Time, value, and a column for each label that any series has."""
    names = sorted({name for one in series for name, _ in one.labels})
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(["time", *map(harmless, names), "value"])
    for one in series:
        labels = dict(one.labels)
        cells = [harmless(labels.get(name, "")) for name in names]
        lines.writerows([f"{time:.3f}".removesuffix(".000"), *cells, value] for time, value in one.samples)
