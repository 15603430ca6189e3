"""Which rollups a selector finds, when, and for how long: the source behind the API."""

import pytest

from aggregator.errors import CannotExecute
from aggregator.planning.plan import RawAsk
from aggregator.promql.parse import parse_selector
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import About
from aggregator.rollups.source import RollupSource
from aggregator.rollups.subjects import UTC, Subject
from aggregator.store.database import Database
from tests.query.scripted import Refused, result_of, values_of
from tests.rollups.shelf import Numbers, asking, at, day, days, hours, hub, keep

PROD, TEACH, BERGEN = hub("lisbon/prod"), hub("lisbon/teach", community="ocean"), hub("oslo/bergen", community="ice")
EVERYBODY = Subject(About.FLEET, "", UTC)
OCEAN = Subject(About.COMMUNITY, "ocean", UTC, community="ocean")
LISBON = Subject(About.CLUSTER, "lisbon", UTC, cluster="lisbon")
DAY, HOUR = 86400, 3600
KEPT = (
    days(PROD, "2026-06-01", 1),
    days(TEACH, "2026-06-01", 2),
    days(BERGEN, "2026-06-01", 4),
    days(EVERYBODY, "2026-06-01", 6, measure="fleet_people"),
    days(OCEAN, "2026-06-01", 2, measure="community_people"),
    days(LISBON, "2026-06-01", 3, measure="cluster_people"),
)
ALL = '__name__=~"crosshub_.*people"'


@pytest.mark.parametrize(
    ("matchers", "found"),
    [
        ('cluster="lisbon"', "1 2 3"),
        ('cluster!="lisbon"', "2 4 6"),
        ('cluster=~"os.*|rome"', "4"),
        ('cluster!~"os.*|lisbon"', "2 6"),
        ('cluster=""', "2 6"),
        ('cluster!=""', "1 2 3 4"),
        ('cluster="rome"', ""),
        ('community="ocean"', "2 2"),
        ('community=~".+",cluster=~".+"', "2 4"),
        ('community="",hub!=""', "1"),
        ('resolution="1d",cluster="oslo"', "4"),
        ('resolution=~"1[dh]",cluster="oslo"', "4"),
        ('resolution!="1d"', ""),
        ('resolution=""', ""),
        ('hub="TEACH"', "2"),
        ('namespace=~"te.*"', "2"),
        ('job="",cluster="oslo"', "4"),
        ('job="hub"', ""),
        ('__name__!~".*cluster.*",cluster="lisbon"', "1 2"),
    ],
)
async def test_matchers_choose_among_all_that_is_kept(database: Database, matchers: str, found: str) -> None:
    source = await keep(database, *KEPT)

    (sampled,) = await source.select([_ask(f"{{{ALL},{matchers}}}", day(1))])

    assert sorted(sampled.raw.values.tolist()) == [float(number) for number in found.split()]


async def test_series_have_the_labels_that_say_something(database: Database) -> None:
    text = f"{{{ALL}}}"
    async with asking(database, *KEPT, scripts={"lisbon": {text: []}}) as fleet:
        found = await fleet.instant(text, day(1))

    assert sorted(values_of(found)) == [
        "crosshub_cluster_people,lisbon,1d",
        "crosshub_community_people,ocean,1d",
        "crosshub_fleet_people,1d",
        "crosshub_people,lisbon,PROD,prod,1d",
        "crosshub_people,lisbon,ocean,TEACH,teach,1d",
        "crosshub_people,oslo,ice,BERGEN,bergen,1d",
    ]
    assert all(list(series["metric"]) == sorted(series["metric"]) for series in result_of(found))


async def test_everybody_is_nobody_s_cluster(database: Database) -> None:
    async with asking(database, *KEPT) as fleet:
        found = await fleet.instant("sum by (cluster) (crosshub_fleet_people or crosshub_people)", day(1))

    assert values_of(found) == {"": "6", "lisbon": "3", "oslo": "4"}


@pytest.mark.parametrize(
    ("resolution", "since", "zone", "stands"),
    [
        (Resolution.HOUR, "2026-06-01 05:00", "UTC", ("2026-06-01 06:00", "2026-06-01 07:00")),
        (Resolution.DAY, "2026-06-01", "UTC", ("2026-06-02 00:00", "2026-06-03 00:00")),
        (Resolution.WEEK, "2026-06-01", "UTC", ("2026-06-08 00:00", "2026-06-15 00:00")),
        (Resolution.MONTH, "2026-02-01", "UTC", ("2026-03-01 00:00", "2026-04-01 00:00")),
        (Resolution.MONTH, "2026-01-01", "UTC", ("2026-02-01 00:00", "2026-03-01 00:00")),
        (Resolution.DAY, "2026-06-01", "Asia/Kathmandu", ("2026-06-01 18:15", "2026-06-02 18:15")),
        # Clocks go forth on the 29th of March, and back on the 25th of October.
        (Resolution.DAY, "2026-03-28", "Europe/Berlin", ("2026-03-28 23:00", "2026-03-29 22:00")),
        (Resolution.DAY, "2026-10-24", "Europe/Berlin", ("2026-10-24 22:00", "2026-10-25 23:00")),
        (Resolution.WEEK, "2026-10-12", "Europe/Berlin", ("2026-10-18 22:00", "2026-10-25 23:00")),
        (Resolution.MONTH, "2026-09-01", "Europe/Berlin", ("2026-09-30 22:00", "2026-10-31 23:00")),
    ],
)
async def test_a_number_stands_at_the_end_of_its_bucket_and_until_the_next_one_ends(
    database: Database, resolution: Resolution, since: str, zone: str, stands: tuple[str, str]
) -> None:
    kept = Numbers(hub("lisbon/prod", zone), "people", resolution, since, [7])
    first, gone = map(at, stands)
    moments = {"before": first - 1, "at": first, "still": gone - 1, "gone": gone}
    async with asking(database, kept) as fleet:
        found = {name: len(result_of(await fleet.instant("crosshub_people", at))) for name, at in moments.items()}
        stamp = values_of(await fleet.instant("timestamp(crosshub_people)", gone - 1))

    assert found == {"before": 0, "at": 1, "still": 1, "gone": 0}
    assert list(stamp.values()) == [str(first)]


async def test_a_day_of_25_hours_leaves_no_hole(database: Database) -> None:
    kept = days(hub("lisbon/prod", "Europe/Berlin"), "2026-10-23", 23, 24, 25, 26)
    async with asking(database, kept) as fleet:
        found = await fleet.range("crosshub_people", at("2026-10-24 22:00"), at("2026-10-25 23:00"), HOUR)

    assert list(values_of(found).values()) == [["24"] * 25 + ["25"]]


async def test_functions_over_ranges_look_at_samples_only(database: Database) -> None:
    kept = days(PROD, "2026-06-01", 10, 20, None, 40, 30)
    expressions = {
        "last_over_time(crosshub_people[3d])": "30",
        "count_over_time(crosshub_people[5d])": "4",
        "first_over_time(crosshub_people[5d])": "10",
        "changes(crosshub_people[5d])": "3",
        "resets(crosshub_people[5d])": "1",
        "idelta(crosshub_people[5d])": "-10",
        # From 10 over 20 and 40 and a reset to 30: 60 in 96 hours, to be stretched by 16 (to zero) and by one.
        "increase(crosshub_people[5d])": "70.625",
        "quantile_over_time(0.5, crosshub_people[5d])": "25",
    }
    async with asking(database, kept) as fleet:
        found = {text: values_of(await fleet.instant(text, day(5) + HOUR)) for text in expressions}

    assert {text: next(iter(values.values())) for text, values in found.items()} == expressions


async def test_samples_are_listed_where_they_stand(database: Database) -> None:
    async with asking(database, days(PROD, "2026-06-01", 1, 2, None, 4)) as fleet:
        found = await fleet.instant("crosshub_people[3d]", day(4))

    assert result_of(found)[0]["values"] == [[day(2), "2"], [day(4), "4"]]


async def test_of_two_days_that_end_together_the_later_one_counts(database: Database) -> None:
    # On the 2nd a hub moves from Honolulu to Kiritimati, whose days are a whole day ahead.
    before, after = hub("lisbon/prod", "Pacific/Honolulu"), hub("lisbon/prod", "Pacific/Kiritimati")
    kept = days(before, "2026-06-01", 1, 2), days(after, "2026-06-03", 3, 4)
    async with asking(database, *kept) as fleet:
        found = await fleet.instant("crosshub_people[30d]", day(10))

    assert result_of(found)[0]["values"] == [
        [at("2026-06-02 10:00"), "1"],
        [at("2026-06-03 10:00"), "3"],
        [at("2026-06-04 10:00"), "4"],
    ]


async def test_days_that_end_in_turn_stand_in_order_of_time(database: Database) -> None:
    before, after = hub("lisbon/prod", "Pacific/Pago_Pago"), hub("lisbon/prod", "Pacific/Kiritimati")
    kept = days(before, "2026-06-01", 1, 2), days(after, "2026-06-03", 3, 4)
    async with asking(database, *kept) as fleet:
        found = await fleet.instant("crosshub_people[30d]", day(10))

    assert result_of(found)[0]["values"] == [
        [at("2026-06-02 11:00"), "1"],
        [at("2026-06-03 10:00"), "3"],
        [at("2026-06-03 11:00"), "2"],
        [at("2026-06-04 10:00"), "4"],
    ]


async def test_a_day_that_is_computed_again_in_another_zone_stands_at_its_new_end(database: Database) -> None:
    kept = days(hub("lisbon/prod", "UTC"), "2026-06-01", 0), days(hub("lisbon/prod", "Asia/Kolkata"), "2026-06-01", 0)
    async with asking(database, *kept) as fleet:
        found = await fleet.instant("crosshub_people[30d]", day(10))

    assert result_of(found)[0]["values"] == [[at("2026-06-01 18:30"), "0"]]


async def test_people_who_were_counted_are_kept_beside_what_was_measured(database: Database) -> None:
    async with asking(database, days(PROD, "2026-06-01", 1, 2.5)) as fleet:
        found = await fleet.instant("sum_over_time(crosshub_people[2d])", day(2))

    assert list(values_of(found).values()) == ["3.5"]


async def test_resolutions_are_series_side_by_side(database: Database) -> None:
    week = Numbers(PROD, "people", Resolution.WEEK, "2026-06-01", [9])
    month = Numbers(PROD, "people", Resolution.MONTH, "2026-05-01", [30])
    kept = (hours(PROD, "2026-06-07 23:00", 1), days(PROD, "2026-06-07", 5), week, month)
    async with asking(database, *kept) as fleet:
        found = await fleet.instant("sum by (resolution) (crosshub_people)", at("2026-06-08"))

    assert values_of(found) == {"1h": "1", "1d": "5", "1w": "9", "1mo": "30"}


async def test_no_cluster_is_asked_for_rollups_and_a_dead_one_is_not_missed(database: Database) -> None:
    broken = {"crosshub_people": Refused(503, "down")}
    async with asking(database, *KEPT, scripts={"lisbon": broken}) as fleet:
        found = await fleet.range("sum(crosshub_people) / count(crosshub_people)", day(1), day(1), 60, partial=False)

    assert values_of(found) == {"": ["2.3333333333333335"]}
    assert (found.warnings, found.failed, fleet.asked("lisbon")) == ((), (), [])


async def test_a_cluster_that_is_gone_is_still_found(database: Database) -> None:
    text = '{__name__=~"up|crosshub_people",cluster="oslo"}'
    async with asking(database, *KEPT, scripts={"lisbon": {}}, named=[PROD]) as fleet:
        found = await fleet.instant(text, day(1))

    assert list(values_of(found).values()) == ["4"]
    assert fleet.asked("lisbon") == []


@pytest.mark.parametrize("moment", [0, -(2**43), 2**43, 9_007_199_254_740])
async def test_no_moment_is_too_far_away(database: Database, moment: int) -> None:
    async with asking(database, *KEPT) as fleet:
        found = await fleet.instant("crosshub_people or crosshub_people offset 100y", moment)

    assert values_of(found) == {}


async def test_more_samples_than_fit_are_refused(database: Database) -> None:
    source = await keep(database, days(PROD, "2026-06-01", *range(10)), hours(PROD, "2026-06-01 00:00", *range(5)))
    small = RollupSource(database, source._measures, most=14)

    with pytest.raises(CannotExecute, match="too many samples"):
        await small.select([_ask("crosshub_people", day(20), 20 * DAY)])
    (enough,) = await small.select([_ask("crosshub_people", day(20), 12 * DAY)])

    assert len(enough.raw.times) == 3


async def test_nothing_kept_is_nothing(database: Database) -> None:
    async with asking(database) as fleet:
        assert values_of(await fleet.instant("crosshub_people", day(1))) == {}
        assert values_of(await fleet.instant("rate(crosshub_people[5d])", day(1))) == {}


def _ask(selector: str, moment: int, reach: int | None = None) -> RawAsk:
    return RawAsk(parse_selector(selector), moment * 1000, moment * 1000, reach and reach * 1000)
