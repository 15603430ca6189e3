"""Where series come from besides the clusters."""

from collections.abc import Mapping, Sequence
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
