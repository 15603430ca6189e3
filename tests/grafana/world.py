"""A fleet of made-up hubs on one afternoon, what is kept of them and what was wrong with them, and a Crosshub over it.

Three clusters answer and one does not; one has a name, and one of its hubs a namespace, with characters that mean
something in regular expressions.
"""

import fcntl
import hashlib
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from aggregator.clusters.values import Access, Cluster, Config, Hub, OpenWindow, Prometheus
from aggregator.demo.blocks import code
from aggregator.demo.fleet import ClusterPlan, fleet
from aggregator.demo.generate import families, scrape_times, truth_for
from aggregator.demo.openmetrics import backfill_text
from aggregator.demo.rhythm import DAY, HOUR, MINUTE
from aggregator.demo.servers import Server, Wanted, backfill, link_blocks
from aggregator.demo.servers import running as prometheus_running
from aggregator.events import rows as alert_rows
from aggregator.events.values import Alert, Change, Source, State, event_of, labels_of
from aggregator.rollups.bucket_rows import Filled, Keeper, keep_measures
from aggregator.rollups.buckets import Resolution, holding
from aggregator.rollups.catalogue import MEASURES, Measure
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.subject_rows import keep_subjects
from aggregator.rollups.subjects import Subject, subjects
from aggregator.store.database import Database, open_database
from aggregator.store.migrating import migrate
from tests.api.running import NEVER, running

NOW = datetime(2025, 11, 19, 15, tzinfo=UTC)
"""A Wednesday afternoon in term, when people work."""

MILLISECONDS = round(NOW.timestamp() * 1000)
ODD_CLUSTER, ODD_HUB, ODD_COMMUNITY = "quito+andes.1", "geo(lab)", "andes [all]*"
SILENT = "reykjavik"
SEED = 3
LENGTHS = {Resolution.HOUR: 30, Resolution.DAY: 92, Resolution.WEEK: 15, Resolution.MONTH: 15}
"""Of how many hours, days, weeks and months something is kept."""

_KEPT = Path(__file__).parents[2] / ".fleet"
_BACK = 3 * HOUR + 10 * MINUTE
# How many days before now a stretch begins and ends, how far apart its samples are, and whether all series are in it: what
# panels look back to, and no more, since every sample has its price.
_STRETCHES = ((0, 0, MINUTE, True), (1, 0, 4 * MINUTE, False), (7, 7, 4 * MINUTE, False))


@dataclass(frozen=True, slots=True)
class World:
    """A client of a Crosshub that looks at nothing by itself, so that all stays as it was on the fleet's afternoon; one of
    a Crosshub that does, and counts that; and the seconds of that afternoon.
    """

    crosshub: httpx.AsyncClient
    busy: httpx.AsyncClient
    now: float


def plans() -> tuple[ClusterPlan, ...]:
    """The clusters that answer; each of them runs every exporter."""
    lisbon, oslo, quito = (replace(each, lacks=frozenset()) for each in fleet(SEED, 3, 3, 0.4))
    prod, staging, workshop = quito.hubs
    return lisbon, oslo, replace(quito, name=ODD_CLUSTER, hubs=(prod, staging, replace(workshop, namespace=ODD_HUB)))


def config_of(urls: dict[str, str], database: str) -> Config:
    """Their configuration: one hub without a policy, one with an open window."""
    clusters = [Cluster(plan.name, Prometheus((urls[plan.name],)), hubs=_hubs(plan)) for plan in plans()]
    silent = Cluster(
        SILENT, Prometheus(("http://127.0.0.1:1",)), hubs=(Hub("prod", "prod", "Silent", community="ice"),)
    )
    return Config((*clusters, silent), database=database, every=NEVER, rules=())


def _hubs(plan: ClusterPlan) -> tuple[Hub, ...]:
    community = ODD_COMMUNITY if plan.name == ODD_CLUSTER else plan.name
    window = OpenWindow(NOW - timedelta(hours=2), NOW + timedelta(hours=2), 80, "Geo workshop", "rui@example.org")
    policy = Access(
        "institution", expected_people=40, review_by=(NOW + timedelta(days=90)).date(), open_windows=(window,)
    )
    made = [Hub(hub.namespace, hub.namespace, hub.title, community=community, access=policy) for hub in plan.hubs]
    unsaid = OpenWindow(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    made[1] = replace(made[1], access=None if plan.name != "oslo" else Access("open", open_windows=(unsaid,)))
    return tuple(made)


@asynccontextmanager
async def world(directory: Path) -> AsyncIterator[World]:
    """Everything, running."""
    with _servers(directory) as servers:
        config = config_of({each.name: each.url for each in servers}, f"sqlite:///{directory}/crosshub.db")
        async with open_database(config.database) as database:
            await migrate(database)
            await _keep_numbers(database, config)
            await _keep_alerts(database)
        async with running(config) as crosshub, running(_busy(config, directory)) as busy:
            yield World(crosshub, busy, NOW.timestamp())


def _busy(config: Config, directory: Path) -> Config:
    """The same fleet, and one rule that is looked at."""
    rules = directory / "rules.yaml"
    rules.write_text("groups: [{name: hubs, interval: 1s, rules: [{alert: Down, expr: up == 0}]}]")
    every = replace(NEVER, health=1.0, rules=1.0)
    return replace(config, database=f"sqlite:///{directory}/busy.db", every=every, rules=(str(rules),))


@contextmanager
def _servers(directory: Path) -> Iterator[tuple[Server, ...]]:
    wanted = []
    for number, plan in enumerate(plans()):
        each = Wanted(name=plan.name, directory=directory / f"cluster-{number}")
        link_blocks(_blocks(plan), each.data)
        wanted.append(each)
    with prometheus_running(wanted) as servers:
        yield servers


def _blocks(plan: ClusterPlan) -> Path:
    """The blocks of a cluster, made once and kept for the next run; those that nobody wants any more are removed."""
    place = _place(plan)
    _KEPT.mkdir(exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _make(plan, place)
        for other in set(_KEPT.glob("grafana-*")) - set(map(_place, plans())):
            shutil.rmtree(other)
    return place


def _place(plan: ClusterPlan) -> Path:
    about = hashlib.sha256(f"{code()} {plan} {MILLISECONDS} {_STRETCHES}".encode()).hexdigest()[:16]
    return _KEPT / f"grafana-{about}"


def _make(plan: ClusterPlan, place: Path) -> None:
    making = place.with_name(f"{place.name}.making")
    making.mkdir(exist_ok=True)
    for since, until, step, detail in _STRETCHES:
        start = MILLISECONDS - _BACK - since * DAY
        end = MILLISECONDS + 2 * MINUTE - until * DAY if since == until else MILLISECONDS - _BACK
        times = scrape_times(plan, start, end, step)
        text = making / "series.om"
        with text.open("wb") as file:
            file.writelines(backfill_text(families(plan, truth_for(plan, start, end), times, detail=detail), times))
        backfill(text, making, max_block_duration="240h")
        text.unlink()
    making.rename(place)


async def _keep_numbers(database: Database, config: Config) -> None:
    """Some of each number that is kept, for each length of time, up to the day after."""
    named = subjects(config)
    async with database.writing() as connection:
        measures = await keep_measures(connection)
        ids = await keep_subjects(connection, named, NOW)
        keeper = Keeper(connection, measures, NOW)
        for whose in named:
            theirs = [each for each in MEASURES if each.about is whose.about]
            for resolution, count in LENGTHS.items():
                some = [each for each in theirs if resolution is not Resolution.HOUR or each.has_hours]
                filled = [_filled(whose, resolution, number, some) for number in range(count)]
                await keeper.keep(ids[whose.about, whose.key], filled, tuple(each.name for each in some))


def _filled(whose: Subject, resolution: Resolution, number: int, measures: Sequence[Measure]) -> Filled:
    """The bucket that ended so many before the one of now; the latest one too has ended."""
    bucket = holding(resolution, MILLISECONDS + DAY, whose.zone)
    for _ in range(number + 1):
        bucket = holding(resolution, bucket.start - 1, whose.zone)
    values = {
        each.name: 1.0 if each.name == "up_ratio" else float(1 + (number + len(each.name)) % 13) for each in measures
    }
    return Filled(bucket, whose.zone.key, Coverage(10, 10), values)


async def _keep_alerts(database: Database) -> None:
    """What was wrong that afternoon with some hubs: an outage that is over, and one, a finding and an alert that go on."""
    wheres = (("lisbon", "prod"), (ODD_CLUSTER, "prod"), (ODD_CLUSTER, ODD_HUB))
    some = [_alert("ClusterDown", "outage", "page", (20, None), {"cluster": SILENT})]
    for cluster, namespace in wheres:
        where = {"cluster": cluster, "namespace": namespace}
        some += [
            _alert("HubDown", "outage", "page", (150, 120), where),
            _alert("HubVanished", "outage", "page", (40, None), where),
            _alert("StrangeAccounts", "access", "page", (90, None), where),
            _alert("SpawnFailures", "rule", "ticket", (30, None), where),
        ]
    happened = [event_of(alert, Change.FIRING, alert.active_at) for alert in some]
    happened += [event_of(alert, Change.RESOLVED, alert.resolved_at) for alert in some if alert.resolved_at]
    async with database.writing() as connection:
        await alert_rows.save(connection, some, sorted(happened, key=lambda each: each.at))


def _alert(name: str, source: Source, severity: str, span: tuple[int, int | None], where: dict[str, str]) -> Alert:
    """An alert that began and ended so many minutes before."""
    began, ended = span
    at = NOW - timedelta(minutes=began)
    kind = {} if source == "rule" else {"kind": source}
    return Alert(
        rule=f"{source};{name}",
        source=source,
        labels=labels_of({"alertname": name, "severity": severity, **kind, **where}),
        annotations=labels_of({"summary": f"{name} on {where['cluster']}"}),
        state=State.FIRING if ended is None else State.RESOLVED,
        active_at=at,
        true_at=at,
        looked_at=at,
        fired_at=at,
        evidence=("its health page: 502, three times", "`up` of the hub: 0"),
        resolved_at=None if ended is None else NOW - timedelta(minutes=ended),
    )
