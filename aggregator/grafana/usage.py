"""Usage: who uses the hubs, over years. All of it is kept by Crosshub, so it is there when a cluster has forgotten it."""

from functools import partial

from aggregator.grafana.asking import promql
from aggregator.grafana.choices import CLUSTER_COLUMN, KEPT_CHOICES, QUIET_MARKS
from aggregator.grafana.panels import number, over_time
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Query, Row

_HUB = "{{cluster}}/{{hub}}"
_EACH = "by (cluster, hub, namespace)"


# Points that are days: a shorter step would only say the same again.
_a_day = partial(over_time, step="1d")
_A_WEEK = f'max {_EACH} (crosshub_people{{@,resolution="1w"}})'
_SIZES = ("< 10", "under 10"), (">= 10 < 50", "10 to 49"), (">= 50", "50 and more")
_CAUTION = "Added up over hubs: who is on two counts twice."

LATELY = Row(
    "Lately",
    (
        number(
            "Everybody last month",
            "Different people on any hub in the last month that is over; nobody counts twice. Choices do not narrow it.",
            'crosshub_fleet_people{resolution="1mo"}',
        ),
        number(
            "Everybody last week",
            "Different people on any hub in the last week that is over; nobody counts twice. Choices do not narrow it.",
            'crosshub_fleet_people{resolution="1w"}',
        ),
        number("People yesterday", f"On the chosen hubs. {_CAUTION}", 'sum(crosshub_people{@,resolution="1d"})'),
        number(
            "New last week",
            "People whose servers ran for the first time, or after 400 days.",
            'sum(crosshub_new_people{@,resolution="1w"})',
        ),
        number(
            "Week on week",
            "Last week's people, compared with those of the week before.",
            'sum(crosshub_people{@,resolution="1w"}) / sum(crosshub_people{@,resolution="1w"} offset 1w) - 1',
            "percentunit",
            decimals=1,
        ),
        number(
            "Server hours last week",
            "Hours that servers ran, added up.",
            'sum(crosshub_server_hours{@,resolution="1w"})',
            "short",
        ),
    ),
)

PEOPLE = Row(
    "People",
    (
        _a_day(
            "People a day",
            f"Different people a day. {_CAUTION}",
            "short",
            ('sum by (cluster) (crosshub_people{@,resolution="1d"})', "{{cluster}}"),
            look=Look.BARS,
            width=12,
        ),
        _a_day(
            "People a week",
            f"Different people a week. {_CAUTION}",
            "short",
            ('sum by (cluster) (crosshub_people{@,resolution="1w"})', "{{cluster}}"),
            look=Look.BARS,
            width=12,
        ),
        _a_day(
            "People a month",
            f"Different people a month, by the hubs' own zones. {_CAUTION}",
            "short",
            ('sum by (cluster) (crosshub_people{@,resolution="1mo"})', "{{cluster}}"),
            look=Look.BARS,
            width=12,
        ),
        _a_day(
            "New people a week",
            "People whose servers ran for the first time, or after 400 days.",
            "short",
            ('sum by (cluster) (crosshub_new_people{@,resolution="1w"})', "{{cluster}}"),
            look=Look.BARS,
            width=12,
        ),
        _a_day(
            "By hub",
            "Different people a week on each hub.",
            "short",
            (f'max {_EACH} (crosshub_people{{@,resolution="1w"}})', _HUB),
            width=12,
        ),
        _a_day(
            "By cluster, nobody twice",
            "Different people a week on any hub of a cluster.",
            "short",
            ('max by (cluster) (crosshub_cluster_people{#,resolution="1w"})', "{{cluster}}"),
            width=12,
        ),
        _a_day(
            "By community, nobody twice",
            "Different people a week on any hub of a community.",
            "short",
            ('crosshub_community_people{community=~"$community",resolution="1w"}', "{{community}}"),
            width=12,
        ),
        _a_day(
            "Everybody, nobody twice",
            "Different people on any hub, a day, a week, and a month.",
            "short",
            ('crosshub_fleet_people{resolution="1d"}', "a day"),
            ('crosshub_fleet_people{resolution="1w"}', "a week"),
            ('crosshub_fleet_people{resolution="1mo"}', "a month"),
            width=12,
        ),
    ),
)


def _spread(title: str, about: str, expr: str, legend: str) -> Panel:
    query = Query(promql(f"sort_desc({expr})"), legend, now=True)
    return Panel(title, about, "short", Look.RANKS, (query,), width=12, height=10, lowest=0)


SPREAD = Row(
    "How they are spread",
    (
        _spread(
            "People last month, by hub",
            "Different people on each hub in the last month that is over, the largest first.",
            f'max {_EACH} (crosshub_people{{@,resolution="1mo"}})',
            _HUB,
        ),
        _spread(
            "People last month, by community",
            "Different people on any hub of a community in the last month that is over, the largest first.",
            'crosshub_community_people{community=~"$community",resolution="1mo"}',
            "{{community}}",
        ),
        _a_day(
            "Hubs by size",
            "How many hubs have so many different people a week.",
            "short",
            *(
                (
                    f"count by (cluster) ({_A_WEEK} {limits}) or 0 * count by (cluster) ({_A_WEEK})",
                    f"{{{{cluster}}}} {words}",
                )
                for limits, words in _SIZES
            ),
            look=Look.BARS,
            width=12,
        ),
        _a_day(
            "Share of the largest hub",
            "Of all people a week on the hubs of a cluster, those of its largest hub.",
            "percentunit",
            (
                f"""max by (cluster) ({_A_WEEK})
                / (sum by (cluster) (crosshub_people{{@,resolution="1w"}}) > 0)""",
                "{{cluster}}",
            ),
            highest=1.0,
            width=12,
        ),
    ),
)

GROWTH = Row(
    "Growth, and who comes back",
    (
        _a_day(
            "Week on week",
            "How a week compares with the one before.",
            "percentunit",
            (
                'sum by (cluster) (crosshub_people{@,resolution="1w"}) / sum by (cluster) (crosshub_people{@,resolution="1w"} offset 1w) - 1',
                "{{cluster}}",
            ),
            lowest=None,
        ),
        _a_day(
            "Compared with a year ago",
            "How a month's people compare with those of the same month a year ago; 0 is as many.",
            "percentunit",
            (
                'sum by (cluster) (crosshub_people{@,resolution="1mo"}) / sum by (cluster) (crosshub_people{@,resolution="1mo"} offset 1y) - 1',
                "{{cluster}}",
            ),
            lowest=None,
            nothing="Nothing is kept of a year ago.",
        ),
        _a_day(
            "Who was there before",
            "Of a week's people, the share that is not new.",
            "percentunit",
            (
                '1 - sum by (cluster) (crosshub_new_people{@,resolution="1w"}) / (sum by (cluster) (crosshub_people{@,resolution="1w"}) > 0)',
                "{{cluster}}",
            ),
            highest=1.0,
        ),
        _a_day(
            "Days a week",
            "On how many days of a week somebody who comes at all comes.",
            "none",
            (
                'sum by (cluster) (sum_over_time(crosshub_people{@,resolution="1d"}[7d])) / (sum by (cluster) (crosshub_people{@,resolution="1w"}) > 0)',
                "{{cluster}}",
            ),
            highest=7.0,
            decimals=1,
        ),
        _a_day(
            "Accounts",
            "Accounts in the hubs' databases.",
            "short",
            ('sum by (cluster) (crosshub_accounts{@,resolution="1d"})', "{{cluster}}"),
            look=Look.STACK,
        ),
        _a_day(
            "Accounts that are used",
            "Of all accounts, those active within 30 days, by the hubs' own counts.",
            "percentunit",
            (
                'sum by (cluster) (crosshub_active_users_30d{@,resolution="1d"}) / (sum by (cluster) (crosshub_accounts{@,resolution="1d"}) > 0)',
                "{{cluster}}",
            ),
            highest=1.0,
        ),
    ),
)

WORK = Row(
    "What they do",
    (
        _a_day(
            "Server hours a day",
            "Hours that servers ran, added up.",
            "short",
            ('sum by (cluster) (crosshub_server_hours{@,resolution="1d"})', "{{cluster}}"),
            look=Look.BARS,
        ),
        _a_day(
            "Hours a person and day",
            "Server hours for each person who was there.",
            "h",
            (
                'sum by (cluster) (crosshub_server_hours{@,resolution="1d"}) / (sum by (cluster) (crosshub_people{@,resolution="1d"}) > 0)',
                "{{cluster}}",
            ),
        ),
        _a_day(
            "Most servers at once",
            "The busiest moment of each day, hub by hub.",
            "short",
            (f'max {_EACH} (crosshub_servers_most{{@,resolution="1d"}})', _HUB),
        ),
        _a_day(
            "When they work",
            "Servers on average, hour by hour; zoom in to a few days.",
            "short",
            ('sum by (cluster) (crosshub_servers_mean{@,resolution="1h"})', "{{cluster}}"),
            look=Look.STACK,
            step="1h",
        ),
        _a_day(
            "Starts a day",
            "Servers that started.",
            "short",
            ('sum by (cluster) (crosshub_server_starts{@,resolution="1d"})', "{{cluster}}"),
            look=Look.BARS,
        ),
        _a_day(
            "Starts that failed",
            "Of all starts that were tried, the share that failed.",
            "percentunit",
            (
                """sum by (cluster) (crosshub_server_start_failures{@,resolution="1d"}) / (sum by (cluster) (crosshub_server_starts{@,resolution="1d"})
               + sum by (cluster) (crosshub_server_start_failures{@,resolution="1d"}) > 0)""",
                "{{cluster}}",
            ),
        ),
        _a_day(
            "CPU hours a day",
            "CPU time that servers used.",
            "short",
            ('sum by (cluster) (crosshub_cpu_hours{@,resolution="1d"})', "{{cluster}}"),
            look=Look.BARS,
        ),
        _a_day(
            "GiB hours a day",
            "Memory that servers used, over time.",
            "short",
            ('sum by (cluster) (crosshub_memory_gib_hours{@,resolution="1d"})', "{{cluster}}"),
            look=Look.BARS,
        ),
        _a_day(
            "Minutes of outage a week",
            "Minutes in which people could not use a hub, as Crosshub saw it.",
            "m",
            (f'max {_EACH} (crosshub_outage_minutes{{@,resolution="1w"}})', _HUB),
            look=Look.BARS,
            nothing="No outage is kept.",
        ),
        _a_day(
            "Up",
            "Share of each day in which a hub answered its Prometheus.",
            "percentunit",
            (f'max {_EACH} (crosshub_up_ratio{{@,resolution="1d"}})', _HUB),
            highest=1.0,
        ),
        _a_day(
            "Home directories",
            "Size of all home directories of a cluster.",
            "bytes",
            ('sum by (cluster) (crosshub_home_bytes{@,resolution="1d"})', "{{cluster}}"),
            look=Look.STACK,
        ),
        _a_day(
            "Ready in (p90)",
            "Nine of ten servers were ready by then, each day.",
            "s",
            (f'max {_EACH} (crosshub_server_start_seconds_p90{{@,resolution="1d"}})', _HUB),
        ),
    ),
)


def _mean(measure: str) -> str:
    return promql(f'avg_over_time(max {_EACH} (crosshub_{measure}{{@,resolution="1d"}})[28d:1d])')


TABLE = Row(
    "Every hub, the last 28 days",
    (
        Panel(
            "Every hub",
            "Means of the last 28 days; the last week and month are those that are over.",
            "short",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                Column("Name", "hub", width=130),
                Column("Hub", "namespace", link="hub", width=130),
                Column("People a day", expr=_mean("people"), decimals=1, bar=True),
                Column("Last week", expr=promql(f'max {_EACH} (crosshub_people{{@,resolution="1w"}})')),
                Column("Last month", expr=promql(f'max {_EACH} (crosshub_people{{@,resolution="1mo"}})')),
                Column("New last week", expr=promql(f'max {_EACH} (crosshub_new_people{{@,resolution="1w"}})')),
                Column(
                    "Most at once",
                    expr=promql(f'max {_EACH} (max_over_time(crosshub_servers_most{{@,resolution="1d"}}[28d]))'),
                ),
                Column("Hours a day", expr=_mean("server_hours"), decimals=1),
                Column("Starts a day", expr=_mean("server_starts"), decimals=1),
                Column("Up", expr=_mean("up_ratio"), unit="percentunit", decimals=2),
            ),
            width=24,
            height=12,
            sorted_by=("People a day",),
        ),
    ),
)

USAGE = Dashboard(
    "usage",
    "Usage",
    "Who uses the hubs, over years: people, growth, who comes back, hours. Kept by Crosshub; the last day is yesterday.",
    (LATELY, PEOPLE, SPREAD, GROWTH, WORK, TABLE),
    KEPT_CHOICES,
    QUIET_MARKS,
    back="90d",
    refresh="15m",
)
