"""Queries over series that no cluster has, and over both kinds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from aggregator.clusters.values import Query as Limits
from aggregator.errors import TimedOut
from aggregator.planning.plan import RawAsk
from aggregator.promql.print import text_of
from aggregator.promql.tree import Selector
from aggregator.query.metadata import Metadatum
from aggregator.query.sources import Together
from aggregator.series import Labels, Sampled
from tests.evaluation.grids import samples
from tests.query.scripted import result_of, scene, values_of

KEPT = samples(
    ('kept{cluster="oslo"}', [(590, 1), (650, 2), (710, 4)]), ('kept{cluster="lisbon"}', [(600, 7)]), lookback=60
)


@dataclass(slots=True)
class Shelf:
    """A source that has one metric, and keeps what it was asked."""

    asked: list[RawAsk] = field(default_factory=list)

    def names(self) -> frozenset[str]:
        return frozenset({"kept"})

    def labels(self) -> frozenset[str]:
        return frozenset({"cluster"})

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        self.asked += asks
        return (KEPT,) * len(asks)

    async def series(self, selectors: Sequence[Selector], start: int, end: int) -> tuple[Labels, ...]:
        return KEPT.raw.labels

    def metadata(self) -> Mapping[str, Metadatum]:
        return {"kept": Metadatum("gauge", "What is kept.")}


async def test_what_is_kept_elsewhere_is_answered_without_a_cluster() -> None:
    shelf = Shelf()
    async with scene({"lisbon": {}, "oslo": {}}, source=shelf) as fleet:
        answer = await fleet.range('kept{cluster=~"o.*|l.*"}')

    assert values_of(answer) == {"kept,lisbon": ["7"], "kept,oslo": ["1", "2", "4"]}
    assert [(text_of(ask.selector), ask.start, ask.end, ask.range) for ask in shelf.asked] == [
        ('kept{cluster=~"o.*|l.*"}', 600_000, 720_000, None)
    ]
    assert fleet.asked("oslo") == []


async def test_samples_are_listed_as_they_are() -> None:
    async with scene({"lisbon": {}}, source=Shelf()) as fleet:
        answer = await fleet.instant("kept[90s]", at=720)

    assert answer.result_type == "matrix"
    assert result_of(answer) == [
        {"metric": {"__name__": "kept", "cluster": "oslo"}, "values": [[650, "2"], [710, "4"]]}
    ]


async def test_a_limit_holds_for_samples_too() -> None:
    async with scene({"lisbon": {}}, source=Shelf()) as fleet:
        answer = await fleet.instant("kept[10m]", at=720, limit=1)

    assert [series["metric"]["cluster"] for series in result_of(answer)] == ["lisbon"]
    assert answer.warnings == ("results truncated due to limit",)


async def test_both_kinds_meet_in_one_query() -> None:
    script = {"sum(x)": ["{} 10"]}
    async with scene({"lisbon": script, "oslo": script}, source=Shelf()) as fleet:
        answer = await fleet.instant("kept * on (cluster) sum by (cluster) (x)", at=650)

    assert values_of(answer) == {"lisbon": "70", "oslo": "20"}


async def test_a_selector_of_both_kinds_asks_both() -> None:
    text = '{__name__=~"x|kept"}'
    async with scene({"lisbon": {text: ["x 5"]}}, source=Shelf()) as fleet:
        vector = await fleet.instant(text, at=650)

    assert values_of(vector) == {"x,lisbon": "5", "kept,lisbon": "7", "kept,oslo": "2"}


async def test_a_label_that_the_other_source_does_not_have_asks_clusters_alone() -> None:
    shelf = Shelf()
    async with scene({"lisbon": {'{job="hub"}[5m]': ["x 5"]}}, source=shelf) as fleet:
        await fleet.instant('{job="hub"}[5m]', at=650)
        await fleet.instant('kept{job="hub"}', at=650)

    assert fleet.asked("lisbon") == ['{job="hub"}[5m]']
    assert len(shelf.asked) == 1


async def test_a_function_over_ranges_works_on_both() -> None:
    text = 'rate({__name__=~"x|kept"}[5m])'
    async with scene({"lisbon": {text: ['{job="a"} 5']}}, source=Shelf()) as fleet:
        answer = await fleet.instant(text, at=720)

    assert list(values_of(answer)) == ["oslo", "lisbon,a"]


async def test_timestamps_are_those_of_the_samples_of_either_kind() -> None:
    text = 'timestamp({__name__=~"x|kept"})'
    async with scene({"lisbon": {text: ['{job="a"} 5']}}, source=Shelf()) as fleet:
        answer = await fleet.instant(text, at=660)

    assert values_of(answer) == {"oslo": "650", "lisbon,a": "5"}


async def test_a_source_that_takes_too_long_is_waited_for_no_longer_than_the_query_may_take() -> None:
    class Asleep(Shelf):
        async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
            await asyncio.Event().wait()
            return ()

    async with scene({"lisbon": {}}, source=Asleep(), limits=Limits(deadline=0.05)) as fleet:
        with pytest.raises(TimedOut, match="timed out"):
            await fleet.instant("kept")


async def test_several_sources_answer_as_one() -> None:
    class Other(Shelf):
        def names(self) -> frozenset[str]:
            return frozenset({"other"})

        async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
            return (samples(('other{cluster="lisbon"}', [(600, 3)]), ('kept{cluster="nairobi"}', [(600, 5)])),) * len(
                asks
            )

    both = Together((Shelf(), Other()))
    async with scene({"lisbon": {'{__name__=~"kept|other"}': []}}, source=both) as fleet:
        answer = await fleet.instant('{__name__=~"kept|other"}', at=650)

    assert both.names() == {"kept", "other"}
    assert values_of(answer) == {"kept,lisbon": "7", "kept,nairobi": "5", "kept,oslo": "2", "other,lisbon": "3"}
    assert [series["metric"]["__name__"] for series in result_of(answer)] == ["kept", "kept", "kept", "other"]
