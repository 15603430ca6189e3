"""Rollups asked by PromQL: expressions with their answers written out."""

from aggregator.store.database import Database
from tests.query.scripted import values_of
from tests.rollups.shelf import asking, at, day, days, hub

PROD, TEACH, BERGEN = hub("lisbon/prod"), hub("lisbon/teach"), hub("oslo/bergen")
DAY = 86400
# Numbers of the 1st, 2nd, ... of June; their samples stand at the midnight after.
WEEK = (
    days(PROD, "2026-06-01", 1, 2, 3, 4, 5, 6, 7),
    days(TEACH, "2026-06-01", 40, 30, None, None, 20, 10, 0),
    days(BERGEN, "2026-06-01", 5, 5, 5, 5, 5, 5, 5),
)


async def test_a_function_over_a_range(database: Database) -> None:
    async with asking(database, *WEEK) as fleet:
        found = await fleet.instant('sum_over_time(crosshub_people{resolution="1d",cluster="lisbon"}[3d])', day(7))

    assert values_of(found) == {"lisbon,PROD,prod,1d": "18", "lisbon,TEACH,teach,1d": "30"}


async def test_a_subquery(database: Database) -> None:
    async with asking(database, *WEEK) as fleet:
        found = await fleet.range("max_over_time(sum by (resolution) (crosshub_people)[4d:1d])", day(5), day(7), DAY)

    # 37 on the 2nd, 8 and 9 without one of them, 30 on the 5th.
    assert values_of(found) == {"1d": ["37", "30", "30"]}


async def test_an_offset_of_a_year(database: Database) -> None:
    kept = (days(PROD, "2025-06-01", 100, 110), days(PROD, "2026-06-01", 120, 99))
    async with asking(database, *kept) as fleet:
        found = await fleet.range("crosshub_people / (crosshub_people offset 1y)", day(1), day(2), DAY)

    assert values_of(found) == {"lisbon,PROD,prod,1d": ["1.2", "0.9"]}


async def test_a_join_with_a_live_series(database: Database) -> None:
    live = {"sum by (namespace) (kube_pod_info)": ['{namespace="prod"} 3', '{namespace="teach"} 5']}
    expression = (
        'crosshub_people{resolution="1d"} / on (cluster, namespace) sum by (cluster, namespace) (kube_pod_info)'
    )
    async with asking(
        database, *WEEK, scripts={"lisbon": live, "oslo": {"sum by (namespace) (kube_pod_info)": []}}
    ) as fleet:
        found = await fleet.instant(expression, day(6) + 60)

    assert values_of(found) == {"lisbon,prod": "2", "lisbon,teach": "2"}


async def test_topk(database: Database) -> None:
    async with asking(database, *WEEK) as fleet:
        found = await fleet.range('topk(1, crosshub_people{resolution="1d"})', day(2), day(7), 5 * DAY)

    assert values_of(found) == {
        "crosshub_people,lisbon,PROD,prod,1d": ["7"],
        "crosshub_people,lisbon,TEACH,teach,1d": ["30"],
    }


async def test_a_regex_on_the_name_finds_series_of_both_kinds(database: Database) -> None:
    kept = (*WEEK, days(PROD, "2026-06-01", 9, measure="server_hours"))
    text = '{__name__=~"up|crosshub_(people|server_hours)"}'
    async with asking(database, *kept, scripts={"lisbon": {text: ["up 1"]}, "oslo": {text: ["up 0"]}}) as fleet:
        found = await fleet.instant(text, day(1))

    assert values_of(found) == {
        "up,lisbon": "1",
        "up,oslo": "0",
        "crosshub_people,lisbon,PROD,prod,1d": "1",
        "crosshub_people,lisbon,TEACH,teach,1d": "40",
        "crosshub_people,oslo,BERGEN,bergen,1d": "5",
        "crosshub_server_hours,lisbon,PROD,prod,1d": "9",
    }


async def test_a_hub_that_is_gone(database: Database) -> None:
    async with asking(database, *WEEK, named=[PROD, BERGEN]) as fleet:
        found = await fleet.instant('crosshub_people{namespace="teach"}', day(1))

    assert values_of(found) == {"crosshub_people,lisbon,TEACH,teach,1d": "40"}


async def test_a_gap(database: Database) -> None:
    async with asking(database, *WEEK) as fleet:
        found = await fleet.range('crosshub_people{hub="TEACH"}', day(1), day(7), DAY // 2)

    # Looked back at for half a day, and for less than a whole one.
    assert values_of(found) == {
        "crosshub_people,lisbon,TEACH,teach,1d": ["40", "40", "30", "30", "20", "20", "10", "10", "0"]
    }


async def test_what_is_absent(database: Database) -> None:
    absent = 'absent(crosshub_people{hub="TEACH",resolution="1d"})'
    async with asking(database, *WEEK) as fleet:
        gap = await fleet.range(absent, day(1), day(7), DAY)
        over_time = await fleet.range(
            absent.replace("absent(", "absent_over_time(")[:-1] + "[1d])", day(1), day(7), DAY
        )

    assert values_of(gap) == {"TEACH,1d": ["1", "1"]}
    assert values_of(over_time) == {"TEACH,1d": ["1", "1"]}


async def test_a_year_day_by_day(database: Database) -> None:
    lisbon = hub("lisbon/prod", "Europe/Lisbon")
    numbers = [float(n) for n in range(365)]
    async with asking(database, days(lisbon, "2026-01-01", *numbers)) as fleet:
        found = await fleet.range("crosshub_people", at("2026-01-02"), at("2027-01-01"), DAY)
        whole = await fleet.instant("sum_over_time(crosshub_people[365d])", at("2027-01-01"))

    assert values_of(found) == {"crosshub_people,lisbon,PROD,prod,1d": [f"{n}" for n in range(365)]}
    assert values_of(whole) == {"lisbon,PROD,prod,1d": f"{sum(range(365))}"}
