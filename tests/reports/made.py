"""Reports made up by hand, each as a reader may get it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aggregator.reports.periods import Kind, Period
from aggregator.reports.values import (
    AccessFacts,
    Audience,
    Compared,
    DayCount,
    Elsewhere,
    Fired,
    Flag,
    HubReport,
    Links,
    Outage,
    Reliability,
    Report,
    Storage,
    Unknown,
    Unseen,
    Window,
)

GIB = 2**30
WEEK = Period(Kind.WEEKLY, date(2026, 11, 16), "Europe/Lisbon")
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
NEXT = datetime(2026, 11, 30, 8, tzinfo=UTC)
LINKS = Links("https://crosshub.example.org/reports/lisbon/2026-W47", "https://grafana.example.org/d/hub")
COUNTS = (28, 33, 31, 30, 26, 9, 6)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of the week; its first day is 0."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def days(counts: Sequence[float | None], first: date = WEEK.first) -> tuple[DayCount, ...]:
    return tuple(
        DayCount(first + timedelta(days=place), count, 1.0 if count is not None else 0.0)
        for place, count in enumerate(counts)
    )


def past(counts: Sequence[float | None] = COUNTS, usual: Sequence[int] = COUNTS) -> tuple[DayCount, ...]:
    """Eight weeks that grow slowly, and the one of the report."""
    before = [round(count * (0.7 + week / 30)) for week in range(8) for count in usual]
    return days([*before, *counts], WEEK.first - timedelta(weeks=8))


def numbers(**values: float | Compared) -> Mapping[str, Compared]:
    return {name: each if isinstance(each, Compared) else Compared(each, each, each) for name, each in values.items()}


LISBON = HubReport(
    cluster="lisbon",
    namespace="prod",
    title="University of Lisbon",
    zone="Europe/Lisbon",
    ephemeral=False,
    share=1.0,
    numbers=numbers(
        people=Compared(42, 37, 40),
        new_people=6,
        sessions=311,
        servers_most=Compared(23, 21, 22),
        server_hours=Compared(812, 790, 800),
        server_starts=308,
        server_start_failures=3,
        server_start_seconds_p50=21,
        server_start_seconds_p95=48,
        logins=120,
        logins_refused=2,
        up_ratio=0.998,
        down_minutes=17,
        outage_minutes=17,
        cpu_hours=96,
        memory_gib_hours=1240,
        memory_most_bytes=41 * GIB,
        home_bytes=412 * GIB,
        home_volume_bytes=800 * GIB,
        home_volume_free_bytes=388 * GIB,
    ),
    reliability=Reliability(1 - 17 / 10080, 17, looked=True, outages=(Outage(at(1, 14, 2), at(1, 14, 19)),)),
    access=AccessFacts("institution", ("*@ulisboa.pt",), 0, "ana@ulisboa.pt", date(2027, 6, 30), (), at(6, 23, 10)),
    days=days(COUNTS),
    peak_at=at(1, 14),
    storage=Storage(412 * GIB, 800 * GIB, 388 * GIB, 3 * GIB, 905.0),
    images={
        "quay.io/jupyter/scipy-notebook:2026-10-01": 498.0,
        "quay.io/jupyter/r-notebook:2026-10-01": 209.5,
        "quay.io/jupyter/r-notebook:2026-09-07": 61.25,
        "ghcr.io/lisbon-geo/course:v12": 30.0,
        "": 13.25,
    },
)

GOOD = Report(
    audience=Audience.COMMUNITY,
    period=WEEK,
    name="lisbon",
    title="University of Lisbon",
    made_at=NOW,
    people=Compared(42, 37, 40),
    month=Compared(118, 109, 110),
    new=Compared(6, 4, 5),
    hubs=(LISBON,),
    days=days(COUNTS),
    past=past(),
    next_at=NEXT,
    links=LINKS,
)

BAD = replace(
    GOOD,
    people=Compared(56, 37, 40, partial=True),
    month=Compared(131, 109, 110, partial=True),
    new=Compared(19, 4, 5, partial=True),
    hubs=(
        replace(
            LISBON,
            share=0.93,
            numbers={
                **{name: each for name, each in LISBON.numbers.items() if not name.startswith("memory_")},
                **numbers(
                    people=Compared(56, 37, 40, partial=True),
                    new_people=Compared(19, 4, 5, partial=True),
                    servers_most=Compared(31, 21, 22, partial=True),
                    server_starts=204,
                    server_start_failures=61,
                    server_starts_refused=12,
                    server_start_seconds_p50=34,
                    server_start_seconds_p95=412,
                    cpu_hours=Compared(1612, 96, 100, partial=True),
                ),
            },
            reliability=Reliability(
                0.9634,
                369,
                looked=True,
                outages=(Outage(at(1, 9, 4), at(1, 14, 50)), Outage(at(3, 16, 2), at(3, 16, 25))),
            ),
            access=replace(
                LISBON.access,
                findings=(
                    Fired(
                        "UnknownAccounts",
                        "high",
                        "14 accounts on lisbon/prod that its policy does not know",
                        1,
                        at(5, 9, 10),
                        is_open=True,
                    ),
                    Fired(
                        "MetricsOpen", "low", "The metrics of lisbon/prod are open to all", 1, at(0, 1), is_open=True
                    ),
                ),
                windows=(Window(at(14, 9), at(16, 18), "Geo workshop"),),
            ),
            storage=Storage(496 * GIB, 800 * GIB, 304 * GIB, 84 * GIB, 40.0, 25.3),
            flags=(
                Flag("new_people", 19, 5),
                Flag("server_start_failures", 61, 2, 204),
                Flag("cpu_hours", 1612, 100),
                Flag("home_grown", 84 * GIB, 10 * GIB),
            ),
            alerts=(
                Fired(
                    "SpawnFailures",
                    "ticket",
                    "23 % of servers fail to start on lisbon/prod",
                    3,
                    at(1, 15),
                    is_open=False,
                ),
                Fired(
                    "HubRestarting",
                    "ticket",
                    "The hub of lisbon/prod restarts again and again",
                    1,
                    at(1, 9),
                    is_open=False,
                ),
            ),
            unseen=(Unseen(at(3, 2), at(3, 5), Unknown.SILENT), Unseen(at(6, 1), at(6, 10), Unknown.UNSEEN)),
            lacking=("memory_gib_hours", "images"),
            images={},
            days=days((28, 9, 31, 30, 26, 44, 38)),
        ),
    ),
    days=days((28, 9, 31, 30, 26, 44, 38)),
    past=past((28, 9, 31, 30, 26, 44, 38)),
)

IDLE = replace(
    GOOD,
    title="Instituto do Mar",
    name="mar",
    people=Compared(0, 0, 0),
    month=Compared(0, 3, 2),
    new=Compared(0, 0, 0),
    days=days((0,) * 7),
    past=(),
    hubs=(
        replace(
            LISBON,
            title="Instituto do Mar",
            namespace="mar",
            numbers=numbers(
                people=0, sessions=0, server_starts=0, servers_most=0, server_hours=0, up_ratio=1.0, down_minutes=0
            ),
            reliability=Reliability(1.0, 0, looked=True),
            images={},
            days=days((0,) * 7),
            peak_at=None,
            storage=Storage(12 * GIB, 100 * GIB, 88 * GIB, 0.0),
            idle_for=5,
        ),
    ),
)


def _sibling(namespace: str, title: str, people: Compared, **more: object) -> HubReport:
    hub = replace(
        LISBON,
        namespace=namespace,
        title=title,
        numbers={**LISBON.numbers, **numbers(people=people, server_start_failures=0)},
        reliability=Reliability(1.0, 0, looked=True),
        storage=Storage(38 * GIB, 200 * GIB, 162 * GIB, GIB, None),
    )
    return replace(hub, **more)  # type: ignore[arg-type]


SEVERAL = replace(
    GOOD,
    people=Compared(131, 112, 118),
    month=Compared(307, 290, 288),
    new=Compared(22, 11, 12),
    days=days((83, 97, 90, 88, 71, 22, 19)),
    past=past((83, 97, 90, 88, 71, 22, 19), (72, 81, 79, 75, 62, 20, 17)),
    hubs=(
        LISBON,
        _sibling(
            "climate",
            "Climate group",
            Compared(61, 40, 42),
            flags=(Flag("people", 61, 42, window="Summer school on climate data"),),
            access=AccessFacts(
                "open",
                owner="rui@ulisboa.pt",
                windows=(Window(at(2, 9), at(8, 18), "Summer school on climate data"),),
                checked_at=at(6, 23),
            ),
        ),
        _sibling("statistics", "Statistics 101", Compared(35, 36, 36), lacking=("home_bytes",), storage=None),
        _sibling(
            "binder",
            "Binder of the library",
            Compared(None),
            ephemeral=True,
            numbers=numbers(
                sessions=Compared(212, 180, 190),
                up_ratio=1.0,
                server_starts=212,
                server_start_failures=0,
                server_start_seconds_p50=14,
                server_start_seconds_p95=39,
                server_hours=106,
                cpu_hours=31,
                memory_gib_hours=88,
            ),
            access=AccessFacts("ephemeral", checked_at=at(6, 23)),
            images={"registry.example.org:5000/binder/tides-2da51:91ff": 64.5, "": 41.5},
            storage=None,
        ),
        _sibling(
            "staging",
            "Staging",
            Compared(0, 1, 2),
            numbers=numbers(
                people=Compared(0, 1, 2), server_starts=0, server_start_failures=0, server_hours=0, up_ratio=1.0
            ),
            idle_for=1,
            images={},
            access=AccessFacts(),
            unseen=(Unseen(at(3, 2), at(3, 5), Unknown.SILENT),),
        ),
    ),
)

UNSEEN = replace(
    GOOD,
    people=Compared(None, 37, 40),
    month=Compared(98, 109, 110, partial=True),
    days=days((None,) * 7),
    hubs=(
        replace(
            LISBON,
            share=0.0,
            numbers={},
            reliability=Reliability(None, None, looked=False),
            images={},
            storage=None,
            unseen=(Unseen(at(0, 0), at(7, 0), Unknown.SILENT),),
            days=days((None,) * 7),
        ),
    ),
)

MONTH = Period(Kind.MONTHLY, date(2026, 10, 1), "Europe/Lisbon")
MONTHLY = replace(
    GOOD,
    period=MONTH,
    people=Compared(118, 96, 101),
    month=Compared(117, 95, 100),
    days=days([*(COUNTS * 5)[:12], None, *(COUNTS * 5)[:18]], MONTH.first),
    hubs=(
        replace(
            LISBON,
            reliability=Reliability(1 - 95 / 44700, 95, looked=False),
            peak_at=datetime(2026, 10, 13, 13, tzinfo=UTC),
        ),
    ),
    next_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
)

DAILY = replace(
    GOOD,
    period=Period(Kind.DAILY, date(2026, 11, 17), "Europe/Lisbon"),
    people=Compared(33, 30, 31),
    days=days((33,), date(2026, 11, 17)),
)

OPERATORS = replace(
    SEVERAL,
    audience=Audience.OPERATORS,
    name="",
    title="",
    elsewhere=(
        Elsewhere(
            "oslo", "", (Fired("NodeCountSpike", "ticket", "oslo has 31 nodes, usually 6", 1, at(4, 3), is_open=True),)
        ),
        Elsewhere(
            "", "", (Fired("CrosshubBlind", "page", "Crosshub cannot see anything", 2, at(2, 3), is_open=False),)
        ),
    ),
    hubs=(*BAD.hubs, *SEVERAL.hubs[1:], replace(UNSEEN.hubs[0], cluster="oslo", title="University of Oslo")),
)

HOSTILE = "<script>alert(1)</script>\r\nBcc: all@example.org\x1b[31m =cmd|'/c calc'!A0 {number} %s \u202egnp.exe \ue000"
HOSTILES = replace(
    BAD,
    title=HOSTILE,
    name='=HYPERLINK("http://x")',
    hubs=(
        replace(
            BAD.hubs[0],
            title=HOSTILE,
            cluster="@lisbon",
            namespace="+prod",
            access=AccessFacts(
                "org", (HOSTILE, "*@ulisboa.pt"), 2, HOSTILE, None, (Window(at(1, 0), at(9, 0), HOSTILE),), None,
                (Fired(HOSTILE, "page", HOSTILE, 1, at(1, 1), is_open=True),),
            ),
            alerts=(Fired(HOSTILE, "ticket", HOSTILE, 2, at(2, 2), is_open=True),),
            flags=(Flag("people", 50, 5, window=HOSTILE),),
            images={HOSTILE: 3.0, f"quay.io/{HOSTILE}:1": 2.0},
        ),
        replace(LISBON, title=HOSTILE),
    ),
)  # fmt: skip

NONE = replace(GOOD, people=Compared(None), month=Compared(None), new=Compared(None), hubs=(), days=(), past=())

REPORTS: Mapping[str, Report] = {
    "good": GOOD,
    "bad": BAD,
    "idle": IDLE,
    "several": SEVERAL,
    "unseen": UNSEEN,
    "monthly": MONTHLY,
    "daily": DAILY,
    "operators": OPERATORS,
    "hostile": HOSTILES,
    "none": NONE,
}
"""By name."""
