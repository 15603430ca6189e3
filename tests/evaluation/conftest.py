"""One real Prometheus with series of every kind, to compare with."""

import json
import math
import random
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from aggregator.demo.servers import Wanted, backfill, running
from aggregator.series import Grid, Labels, Raw, Steps

START = 1_700_000_000
END = START + 2 * 3600
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Reference:
    """What one Prometheus answers."""

    url: str

    def ask(self, path: str, **parameters: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}") as answer:
            return json.load(answer)["data"]["result"]

    def error(self, query: str, steps: Steps) -> str:
        """The words with which a query is refused."""
        try:
            self.range(query, steps)
        except urllib.error.HTTPError as refused:
            with refused:
                return str(json.load(refused)["error"])
        raise AssertionError(f"{query} was answered")

    def scalar(self, query: str, at: int) -> float:
        return float(self.ask("query", query=query, time=str(at / 1000))[1])

    def raw(self, query: str) -> Raw:
        """The raw samples that a selector finds."""
        result = sorted(
            self.ask("query", query=f"{query}[1d]", time=str(END)), key=lambda one: labels_of(one["metric"])
        )
        samples = [sample for one in result for sample in one["values"]]
        return Raw(
            tuple(labels_of(one["metric"]) for one in result),
            np.array([round(moment * 1000) for moment, _ in samples], dtype=np.int64),
            np.array([float(value) for _, value in samples], dtype=np.float64),
            np.cumsum([0, *(len(one["values"]) for one in result)], dtype=np.int64),
        )

    def range(self, query: str, steps: Steps) -> Grid:
        result = self.ask(
            "query_range",
            query=query,
            start=str(steps.start / 1000),
            end=str(steps.end / 1000),
            step=str(steps.step / 1000),
        )
        return grid_of({labels_of(one["metric"]): one["values"] for one in result}, steps)


def grid_of(series: dict[Labels, list[tuple[float, str]]], steps: Steps) -> Grid:
    values = np.zeros((len(series), steps.count))
    present = np.zeros(values.shape, dtype=np.bool_)
    for row, labels in enumerate(sorted(series)):
        for moment, value in series[labels]:
            column = (round(moment * 1000) - steps.start) // steps.step
            values[row, column], present[row, column] = float(value), True
    return Grid(tuple(sorted(series)), values, present)


def labels_of(metric: dict[str, str]) -> Labels:
    return tuple(sorted(metric.items()))


def assert_same(ours: Grid, theirs: Grid, *, relative: float = 0.0, signs: bool = True) -> None:
    """The same series, samples at the same steps, and the same values: every bit, or nearly, or but for the sign of 0."""
    order = sorted(range(ours.series), key=lambda row: ours.labels[row])
    order = [row for row in order if ours.present[row].any()]
    assert [ours.labels[row] for row in order] == list(theirs.labels)
    np.testing.assert_array_equal(ours.present[order], theirs.present)
    expected, found = theirs.values[theirs.present], ours.values[order][theirs.present]
    if relative:
        np.testing.assert_allclose(found, expected, rtol=relative, atol=0)
    else:
        np.testing.assert_array_equal(found, expected)
    if signs:
        assert (np.signbit(found) == np.signbit(expected))[~np.isnan(expected)].all(), "a zero has the wrong sign"


@pytest.fixture(autouse=True)
def in_silence() -> Iterator[None]:
    """As `evaluate` runs all that is below it: an overflow is an answer."""
    with np.errstate(all="ignore"):
        yield


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    """A Prometheus with the series below in it, on a free port."""
    wanted = Wanted(name="reference", directory=tmp_path_factory.mktemp("evaluation"))
    samples = wanted.directory / "samples.om"
    samples.write_text(openmetrics())
    backfill(samples, wanted.data)
    with running([wanted]) as (server,):
        yield Reference(server.url)


def openmetrics() -> str:
    """The text of all series: `x` of many kinds, and classic histograms `h_bucket`."""
    draw = random.Random(42)
    lines = ["# TYPE x gauge"]
    for kind, points in series_of_x(draw).items():
        lines += [f'x{{kind="{kind}"}} {_literal(value)} {moment:.3f}' for moment, value in points]
    lines.append("# TYPE h_bucket gauge")
    for labels, points in series_of_h(draw):
        lines += [f"h_bucket{{{labels}}} {_literal(value)} {moment:.3f}" for moment, value in points]
    return "\n".join([*lines, "# EOF\n"])


def _literal(value: float) -> str:
    return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(repr(value), repr(value))


def every(seconds: float, *, jitter: float = 0.0, missing: float = 0.0, draw: random.Random) -> list[float]:
    """Moments that far apart, some late, some gone."""
    moments = np.arange(START, END, seconds).tolist()
    return [round(moment + draw.random() * jitter, 3) for moment in moments if draw.random() >= missing]


def counter(moments: list[float], draw: random.Random, resets: float, step: float = 10.0) -> Points:
    value, points = draw.random() * step, []
    for moment in moments:
        value = draw.random() * step if draw.random() < resets else value + draw.random() * step
        points.append((moment, value))
    return points


def series_of_x(draw: random.Random) -> dict[str, Points]:
    regular = every(15, draw=draw)
    odd = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, 1e300, -1.7e308, 1.7e308, 5e-324]
    return {
        "counter": counter(regular, draw, resets=0.02),
        "counter, whole": [(moment, math.floor(value)) for moment, value in counter(regular, draw, resets=0.05)],
        "counter, from zero": [(moment, float(place)) for place, moment in enumerate(regular[200:])],
        "counter, irregular": counter(every(20, jitter=19, missing=0.3, draw=draw), draw, resets=0.2),
        "gauge": [(moment, draw.gauss(0, 100)) for moment in regular],
        "gauge, irregular": [(moment, draw.gauss(5, 2)) for moment in every(30, jitter=25, missing=0.4, draw=draw)],
        "gauge, sparse": [(moment, draw.gauss(0, 1e-7)) for moment in every(400, jitter=200, draw=draw)],
        "gauge, few values": [(moment, float(draw.randint(-3, 3))) for moment in regular],
        "constant": [(moment, 0.1) for moment in regular],
        "constant infinity": [(moment, math.inf) for moment in regular],
        "mostly nan": [(moment, draw.choice([math.nan, math.nan, draw.random()])) for moment in regular],
        "odd": [(moment, draw.choice(odd)) for moment in regular],
        "odd, rarely": [(moment, draw.choice([*odd, *range(50)])) for moment in regular],
        "large and small": [(moment, draw.gauss(0, 1) * 10 ** draw.randint(-18, 18)) for moment in regular],
        "moments": [(moment, moment + draw.randint(-(10**6), 10**7)) for moment in regular],
        "fine": [(moment, draw.gauss(0, 1)) for moment in every(0.5, draw=draw) if moment < START + 1200],
        "one": [(START + 3600.0, 7.5)],
    }


def series_of_h(draw: random.Random) -> list[tuple[str, Points]]:
    """Histograms that are whole, that lack buckets at times or for good, that are not monotonic, or odd."""
    bounds = ["0.1", "0.5", "1", "2.5", "10", "+Inf"]
    moments = every(60, draw=draw)
    shapes: dict[str, list[str]] = {
        "whole": bounds,
        "negative": ["-10", "-1", "0", "1e1", "+Inf"],
        "below zero": ["-10", "-1", "+Inf"],
        "without end": bounds[:-1],
        "end only": ["+Inf"],
        "twice": ["1", "1.0", "2", "02", "Inf", "+Inf"],
        "unreadable": ["one", "1", "1e400", " 2", "4", "+inf"],
        "gaps": bounds,
        "not monotonic": bounds,
        "empty": bounds,
        "fractions": bounds,
        "odd": bounds,
    }
    answer = []
    for shape, uppers in shapes.items():
        total = np.zeros(len(moments))
        for upper in uppers:
            total = total + [draw.choice([0, 0, 1, 2, 5]) for _ in moments]
            values = total.tolist()
            if shape == "not monotonic":
                values = [value - draw.choice([0, 0, 3]) for value in values]
            if shape == "empty":
                values = [0.0] * len(values)
            if shape == "fractions":
                values = [value / 3 for value in values]
            if shape == "odd":
                values = [draw.choice([value, math.nan, math.inf]) for value in values]
            points = [
                (moment, value)
                for moment, value in zip(moments, values, strict=True)
                if shape != "gaps" or draw.random() < 0.7
            ]
            answer.append((f'shape="{shape}",le="{upper}"', points))
    return answer
