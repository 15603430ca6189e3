"""What the configuration declares is answered by PromQL."""

import pytest

from aggregator.planning.plan import RawAsk
from aggregator.promql.parse import parse_selector
from aggregator.store.database import Database
from tests.own_series.known import SECONDS, asking, own_series
from tests.query.scripted import values_of

HOUR = 3600


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('crosshub_hub_info{cluster="lisbon",policy="institution"}', ["1"]),
        ('crosshub_hub_info{title="University of Lisbon",community="uni"}', ["1"]),
        ('crosshub_hub_info{namespace="geo-ns",hub="geo",community="geo",policy="none declared"}', ["1"]),
        ("count(crosshub_hub_info)", ["2"]),
        ("count(group by (cluster) (crosshub_cluster_info))", ["2"]),
        ('count(crosshub_cluster_info{cluster="lisbon"})', ["2"]),
        ('crosshub_cluster_info{community=""}', ["1"]),
        ("crosshub_expected_people", ["120"]),
        ("crosshub_policy_review_timestamp_seconds / 86400", ["20999.999988425927"]),
        ('count_over_time(crosshub_hub_info{hub="prod"}[1h]) >= 1', ["1"]),
        ("last_over_time(crosshub_expected_people[5m] offset 1d)", ["120"]),
        ('crosshub_hub_info{hub="none"}', []),
    ],
)  # fmt: skip
async def test_hubs_and_clusters_are_series_with_what_is_declared_of_them(
    database: Database, query: str, found: list[str]
) -> None:
    async with asking(database) as fleet:
        answer = await fleet.instant(query, at=SECONDS)

    assert list(values_of(answer).values()) == found


async def test_an_open_window_is_there_from_its_beginning_until_its_end(database: Database) -> None:
    async with asking(database) as fleet:
        answer = await fleet.range("crosshub_open_window", SECONDS - HOUR, SECONDS + 2 * HOUR, HOUR // 2)
        before = await fleet.instant("crosshub_open_window", at=SECONDS - 1)

    assert list(values_of(answer).values()) == [["80", "80"]]
    assert values_of(before) == {}


@pytest.mark.parametrize("query", ['{cluster="lisbon"}', '{__name__=~".+"}', '{__name__!="up",hub="prod"}'])
async def test_who_does_not_name_it_is_answered_as_the_clusters_alone_would_answer(
    database: Database, query: str
) -> None:
    source = own_series(database)

    (found,) = await source.select((RawAsk(parse_selector(query), SECONDS * 1000, SECONDS * 1000, None),))

    assert found.raw.labels == ()
    assert await source.series((parse_selector(query),), 0, SECONDS * 1000) == ()
    assert await source.series((), 0, SECONDS * 1000) == ()


async def test_what_is_declared_is_listed_among_series_and_labels(database: Database) -> None:
    async with asking(database) as fleet:
        own, all_ = (parse_selector(f"{{{matchers}}}") for matchers in ('__name__=~"crosshub_.*"', 'cluster=~".+"'))
        found = await fleet.engine.source.series((own, all_), SECONDS * 1000, SECONDS * 1000)

    names = [dict(labels)["__name__"] for labels in found]
    assert sorted(set(names)) == [
        "crosshub_cluster_info",
        "crosshub_expected_people",
        "crosshub_hub_info",
        "crosshub_open_window",
        "crosshub_policy_review_timestamp_seconds",
    ]
    assert set(names) < fleet.engine.source.names()
    assert {label for labels in found for label, _ in labels} - {"__name__"} <= fleet.engine.source.labels()
    assert all(fleet.engine.source.metadata()[name].help for name in names)
