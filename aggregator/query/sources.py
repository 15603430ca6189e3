"""Where series come from besides the clusters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from aggregator.planning.plan import RawAsk
from aggregator.promql.tree import Selector
from aggregator.query.metadata import Metadatum
from aggregator.series import Labels, Raw, Sampled


class Source(Protocol):
    """Series that are kept elsewhere than in a Prometheus, such as the rollups: raw samples by metric name."""

    def names(self) -> frozenset[str]:
        """The metric names that are looked for here."""
        ...

    def labels(self) -> frozenset[str]:
        """The names of the labels that its series may have: what asks for another one is asked of clusters alone."""
        ...

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        """For each ask its series, labelled with `cluster`, and their samples.

        They reach back far enough for the first moment: by the range, or by each sample's own look-back.
        """
        ...

    async def series(self, selectors: Sequence[Selector], start: int, end: int, /) -> tuple[Labels, ...]:
        """The label sets of the series that any of the selectors means (without any, all) and that have a sample in
        [start, end], in milliseconds.
        """
        ...

    def metadata(self) -> Mapping[str, Metadatum]:
        """What each metric is, by its name."""
        ...


@dataclass(frozen=True, slots=True)
class Together:
    """Several sources as one; no two of them have a metric name in common."""

    sources: tuple[Source, ...]

    def names(self) -> frozenset[str]:
        return frozenset().union(*(each.names() for each in self.sources))

    def labels(self) -> frozenset[str]:
        return frozenset().union(*(each.labels() for each in self.sources))

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        told = [await each.select(asks) for each in self.sources]
        return tuple(merged(some) for some in zip(*told, strict=True))

    async def series(self, selectors: Sequence[Selector], start: int, end: int, /) -> tuple[Labels, ...]:
        told = [await each.series(selectors, start, end) for each in self.sources]
        return tuple(labels for some in told for labels in some)

    def metadata(self) -> Mapping[str, Metadatum]:
        return {name: about for each in self.sources for name, about in each.metadata().items()}


def merged(some: Sequence[Sampled]) -> Sampled:
    """The series of all of them, in Prometheus' order."""
    inhabited = [each for each in some if each.raw.labels]
    if len(inhabited) < 2:
        return inhabited[0] if inhabited else some[0]
    spans = [
        (labels, each, slice(first, last))
        for each in inhabited
        for labels, first, last in zip(
            each.raw.labels, each.raw.bounds[:-1].tolist(), each.raw.bounds[1:].tolist(), strict=True
        )
    ]
    spans.sort(key=lambda span: span[0])
    raw = Raw(
        tuple(labels for labels, _, _ in spans),
        np.concatenate([each.raw.times[part] for _, each, part in spans]),
        np.concatenate([each.raw.values[part] for _, each, part in spans]),
        np.cumsum([0, *(part.stop - part.start for _, _, part in spans)], dtype=np.int64),
    )
    return Sampled(raw, np.concatenate([each.lookback[part] for _, each, part in spans]))


class NoSource:
    """Nothing is kept elsewhere."""

    def names(self) -> frozenset[str]:
        return frozenset()

    def labels(self) -> frozenset[str]:
        return frozenset()

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        nothing = np.zeros(0, dtype=np.int64)
        empty = Sampled(Raw((), nothing, np.zeros(0), np.zeros(1, dtype=np.int64)), nothing)
        return (empty,) * len(asks)

    async def series(self, _: Sequence[Selector], __: int, ___: int) -> tuple[Labels, ...]:
        return ()

    def metadata(self) -> Mapping[str, Metadatum]:
        return {}
