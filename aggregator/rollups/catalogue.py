"""What is kept about each hub: one table, a row a number.

Each number is asked of a cluster as PromQL that answers with one series a namespace, at the end of a bucket and for as
long as the bucket is: `$w` stands for its length (less a millisecond, so that a sample on its start belongs to the bucket
before, in Prometheus 2 as in 3), `$seconds` and `$hours` for it as numbers, `$hubs` for the matcher of the namespaces.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Template
from types import MappingProxyType

from aggregator.promql.print import quoted

VERSION = 1
"""Which edition of the table numbers were computed by. It grows when a number comes to mean something else."""

PREFIX = "crosshub_"


class Longer(StrEnum):
    """How the days of a week or a month become its number."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    MEAN = "mean"  # weighted with what was seen of each day
    LAST = "last"
    ASKED = "asked"  # it does not follow from days: the source is asked for the whole stretch
    COUNTED = "counted"  # distinct people are counted anew


class About(StrEnum):
    """Whom a number is about."""

    HUB = "hub"
    CLUSTER = "cluster"
    COMMUNITY = "community"
    FLEET = "fleet"


class Exporter(StrEnum):
    """Who tells the number, where that is not the hub itself. A cluster may lack it."""

    HUB = "JupyterHub"
    KUBE = "kube-state-metrics"
    CADVISOR = "cAdvisor"
    KUBELET = "kubelet"
    DIRSIZE = "a directory size exporter"
    GROUPS = "the groups exporter"
    CROSSHUB = "Crosshub"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about a hub.

    `promql` is empty for what is counted from the sets of people, and for what Crosshub saw itself. `tolerance` and `grain` are how far a day's number may
    be from what really happened, because a scrape a minute looks at it only now and then: the one relatively, the other in
    its unit, and the larger of the two holds. With a `factor`, neither may be more than so many times the other. Tests hold the table to it. They cover what happens between two scrapes (a
    pod that comes and goes, a hub that is away for seconds, a peak), what a hub counts between its last scrape and its
    restart, one such event a day, that things that went away are looked back at for up to five minutes, and that quantiles
    are known no better than the buckets of the histogram. They do not cover what nobody recorded: that is what the coverage
    of a bucket says.
    """

    name: str
    unit: str
    means: str
    promql: str
    longer: Longer
    by: Exporter = Exporter.HUB
    tolerance: float = 0.02
    about: About = About.HUB
    grain: float = 0.0
    factor: float | None = None

    @property
    def metric(self) -> str:
        """Its name as a series."""
        return PREFIX + self.name

    def is_near(self, number: float, true: float) -> bool:
        """Whether a day's number is as near to what really happened as can be expected."""
        if self.factor is not None:
            return true / self.factor <= number <= true * self.factor
        return abs(number - true) <= max(self.grain, self.tolerance * abs(true))

    @property
    def has_hours(self) -> bool:
        """Whether it is kept by the hour; sets of people are by the day."""
        return bool(self.promql) or self.by is Exporter.CROSSHUB

    @property
    def may_be_nothing(self) -> bool:
        """Whether no series means 0, where there is somebody to tell: nobody used the hub. Otherwise it means unknown."""
        return self.longer is Longer.SUM or self.by is Exporter.CADVISOR


# Of the hub's process there is one at a time, and all its counters begin anew with it, so their sum is a counter too. It is
# looked at again and again from the bucket's start to its end, so that buckets add up. It is 0 while the hub answers and has
# not counted anything: a series that is born with its first event, or comes back after a restart, shows it as growth.
_COUNTED = (
    "increase((max by (namespace) (sum by (namespace, instance) ($counters)) "
    'or 0 * max by (namespace) (up{$$hubs,component="hub"} == 1))[$$span:$every])'
)
_SPAWNS = "jupyterhub_server_spawn_duration_seconds"
# How far apart two edges of its buckets are at most, above the lowest one: 1 s and 2.5 s.
_EDGES = 2.5
_REQUESTS = "jupyterhub_request_duration_seconds"
_SERVER = 'pod=~"jupyter-.*"'
# Of requests there are a hundred series a hub: looked at each minute, those of many hubs are more than a cluster computes.
_SELDOM = "5m"
_POLICY = "throttled|too-many-users|already-pending"

LATE = 2 * 60 * 1000
"""How long after its creation, in milliseconds, a pod is surely seen."""

Counter = tuple[str, str]
"""(metric, matchers)"""


def _counted(*counters: Counter, every: str = "1m") -> str:
    """By how much counters of the hub grew together."""
    return Template(_COUNTED).substitute(counters=" or ".join(map(_selector, counters)), every=every)


def _events(*counters: Counter, every: str = "1m") -> str:
    """How many things were counted: they come in whole numbers."""
    return f"round({_counted(*counters, every=every)})"


def _selector(counter: Counter) -> str:
    metric, matchers = counter
    return f"{metric}{{$hubs,{matchers}}}"


def _hours_of(vector: str) -> str:
    """A vector added up over time, in units times hours: looked at each minute, as 0 while there is nothing."""
    return f"sum_over_time(sum by (namespace) ({vector})[$w:1m]) / 60"


def _created(vector: str) -> str:
    """How many moments of creation in the bucket a vector showed; it shows those of its last minute only afterwards.

    A pod of the same user has the same name, so a series may show several.
    """
    seen = f"{vector}[$late:1m] offset -{LATE // 1000}s"
    is_first_new = f"(min_over_time({seen}) >= bool time() - $seconds)"
    is_last_late = f"(max_over_time({seen}) >= bool time())"
    return f"sum by (namespace) (changes({seen}) + {is_first_new} - {is_last_late})"


def _quantile(q: float) -> str:
    grown = f'increase({_SPAWNS}_bucket{{$hubs,status="success"}}[$w])'
    return f"histogram_quantile({q}, sum by (namespace, le) ({grown})) >= 0"


def _latest(vector: str) -> str:
    """The last value there was of what a hub tells of itself, by whichever of its processes."""
    return f"last_over_time(max by (namespace) ({vector})[$w:1m])"


def _last_of_each(how: str, vector: str, label: str) -> str:
    """The last values of many things, each once, whoever told of it."""
    return f"{how} by (namespace) (max by (namespace, {label}) (last_over_time({vector}[$w])))"


def _average(vector: str) -> str:
    """Over the samples there are: each process of a hub has a series of its own."""
    sums, counts = (f"sum by (namespace) ({each}_over_time({vector}[$w]))" for each in ("sum", "count"))
    return f"{sums} / {counts}"


def _mean(sums: str, counts: str) -> str:
    return f"{sums} / ({counts} > 0)"


def _measures() -> tuple[Measure, ...]:
    success, hub = 'status="success"', 'component="hub"'
    up, running = f"up{{$hubs,{hub}}}", "jupyterhub_running_servers{$hubs}"
    started = f"{_SPAWNS}_count", success
    failed = f"{_SPAWNS}_count", f'status=~"failure|error",reason!~"{_POLICY}"'
    policy = ((f"{_SPAWNS}_count", 'status=~"throttled|too-many-users"'),
              (f"{_SPAWNS}_count", 'status="failure",reason=~"throttled|too-many-users"'))  # fmt: skip
    form, oauth = 'handler=~".*[.]LoginHandler",method="POST"', 'handler=~".*OAuthCallbackHandler"'
    quiet = 'handler!~".*(SpawnProgressAPIHandler|HealthCheckHandler|MetricsHandler)"'
    answered = f"{_REQUESTS}_count", quiet
    cpu = f'rate(container_cpu_usage_seconds_total{{$hubs,{_SERVER},container!="",container!="POD"}}[5m])'
    memory = f'container_memory_working_set_bytes{{$hubs,{_SERVER},container!="",container!="POD"}}'
    asked_for = f"kube_pod_container_resource_requests{{$hubs,{_SERVER},resource="
    volume = 'persistentvolumeclaim="home-nfs"'
    return (
        Measure("people", "people", "Different people whose servers ran.", "", Longer.COUNTED, Exporter.KUBE, 0),
        Measure("new_people", "people", "People whose servers ran for the first time, or after 400 days.", "", Longer.SUM,
                Exporter.KUBE, 0),
        Measure("sessions", "servers", "Servers that were started, counted by their pods.",
                _created(f"max by (namespace, pod) (kube_pod_created{{$hubs,{_SERVER}}})"), Longer.SUM, Exporter.KUBE, grain=1),
        Measure("servers_most", "servers", "Most servers that ran at once.",
                f"max by (namespace) (max_over_time({running}[$w]))", Longer.MAX, grain=1),
        Measure("servers_mean", "servers", "Servers that ran, on average.",
                _average(running), Longer.MEAN, grain=0.01),
        Measure("server_hours", "hours", "Hours that servers ran, added up.",
                _hours_of(f"last_over_time(max by (namespace) ({running})[1h:1m]) and on (namespace) {up}"), Longer.SUM, grain=0.1),
        Measure("server_starts", "starts", "Servers that started.", _events(started), Longer.SUM, grain=1),
        Measure("server_start_failures", "starts", "Servers that failed to start.", _events(failed), Longer.SUM, grain=1),
        Measure("server_starts_refused", "starts", "Starts that the hub put off, being busy or full.",
                _events(*policy), Longer.SUM, grain=1),
        Measure("server_start_seconds_mean", "seconds", "How long a start took, on average.",
                _mean(_counted((f"{_SPAWNS}_sum", success)), _counted(started)), Longer.ASKED, tolerance=0.1),
        Measure("server_start_seconds_p50", "seconds", "Half of the servers were ready by then.",
                _quantile(0.5), Longer.ASKED, factor=_EDGES),
        Measure("server_start_seconds_p90", "seconds", "Nine of ten servers were ready by then.",
                _quantile(0.9), Longer.ASKED, factor=_EDGES),
        Measure("server_start_seconds_p95", "seconds", "19 of 20 servers were ready by then.",
                _quantile(0.95), Longer.ASKED, factor=_EDGES),
        Measure("logins", "logins", "Logins that were let in.",
                _events((f"{_REQUESTS}_count", f'{form},code="302"'), (f"{_REQUESTS}_count", f'{oauth},code="302"')),
                Longer.SUM, grain=1),
        Measure("logins_refused", "logins", "Logins that were refused.",
                _events((f"{_REQUESTS}_count", f'{form},code=~"200|403"'), (f"{_REQUESTS}_count", f'{oauth},code="403"')),
                Longer.SUM, grain=1),
        Measure("requests", "requests", "Requests that the hub answered, its health and metrics aside.",
                _events(answered, every=_SELDOM), Longer.SUM, grain=1),
        Measure("requests_failed", "requests", "Requests that the hub answered with a 5xx.",
                _events((f"{_REQUESTS}_count", 'code=~"5.."')), Longer.SUM, grain=1),
        Measure("request_seconds_mean", "seconds", "How long a request took, on average.",
                _mean(_counted((f"{_REQUESTS}_sum", quiet), every=_SELDOM), _counted(answered, every=_SELDOM)),
                Longer.ASKED),
        Measure("up_ratio", "ratio", "Share of the time in which the hub answered its scrapes.",
                _average(up), Longer.MEAN, tolerance=0.003),
        Measure("down_minutes", "minutes", "Minutes in which the hub did not answer its scrapes.",
                f"sum_over_time((1 - max by (namespace) ({up}))[$w:1m])", Longer.SUM, grain=2),
        Measure("outage_minutes", "minutes", "Minutes in which people could not use the hub, as Crosshub saw it.",
                "", Longer.SUM, Exporter.CROSSHUB),
        Measure("hub_restarts", "restarts", "How often the hub's process began anew.",
                f"changes(max by (namespace) (process_start_time_seconds{{$hubs,{hub}}})[$span:1m])", Longer.SUM),
        Measure("accounts", "accounts", "Accounts in the hub's database.",
                _latest("jupyterhub_total_users{$hubs}"), Longer.LAST),
        Measure("active_users_24h", "people", "The hub's own count of who was active within a day.",
                _latest('jupyterhub_active_users{$hubs,period="24h"}'), Longer.LAST, grain=1),
        Measure("active_users_7d", "people", "The hub's own count of who was active within 7 days.",
                _latest('jupyterhub_active_users{$hubs,period="7d"}'), Longer.LAST, grain=1),
        Measure("active_users_30d", "people", "The hub's own count of who was active within 30 days.",
                _latest('jupyterhub_active_users{$hubs,period="30d"}'), Longer.LAST, grain=1),
        Measure("cpu_hours", "CPU hours", "CPU time that servers used.",
                _hours_of(cpu), Longer.SUM, Exporter.CADVISOR, 0.1, grain=0.1),
        Measure("cpu_requested_hours", "CPU hours", "CPU that was set aside for servers.",
                _hours_of(f'{asked_for}"cpu"}}'), Longer.SUM, Exporter.KUBE, 0.1, grain=0.1),
        Measure("memory_gib_hours", "GiB hours", "Memory that servers used.",
                f"{_hours_of(memory)} / 1073741824", Longer.SUM, Exporter.CADVISOR, 0.1, grain=0.1),
        Measure("memory_requested_gib_hours", "GiB hours", "Memory that was set aside for servers.",
                f"""{_hours_of(f'{asked_for}"memory"}}')} / 1073741824""", Longer.SUM, Exporter.KUBE, 0.1, grain=0.1),
        Measure("memory_most_bytes", "bytes", "Most memory that servers used at once.",
                f"max_over_time(sum by (namespace) ({memory})[$w:1m])", Longer.MAX, Exporter.CADVISOR, 0.1),
        Measure("gpu_requested_hours", "GPU hours", "GPUs that were set aside for servers.",
                _hours_of(f'{asked_for}"nvidia_com_gpu"}}'), Longer.SUM, Exporter.KUBE, 0.1),
        Measure("home_bytes", "bytes", "Size of all home directories.",
                _last_of_each("sum", "dirsize_total_size_bytes{$hubs}", "directory"), Longer.LAST, Exporter.DIRSIZE),
        Measure("home_directories", "directories", "Home directories that there are.",
                _last_of_each("count", "dirsize_total_size_bytes{$hubs}", "directory"), Longer.LAST, Exporter.DIRSIZE),
        Measure("home_volume_bytes", "bytes", "Size of the volume of homes, if its claim is called home-nfs.",
                _last_of_each("min", f"kubelet_volume_stats_capacity_bytes{{$hubs,{volume}}}", "persistentvolumeclaim"), Longer.LAST, Exporter.KUBELET),
        Measure("home_volume_free_bytes", "bytes", "What is free on the volume of homes, if its claim is called home-nfs.",
                _last_of_each("min", f"kubelet_volume_stats_available_bytes{{$hubs,{volume}}}", "persistentvolumeclaim"), Longer.LAST, Exporter.KUBELET),
        Measure("groups", "groups", "Groups that people of the hub are in.",
                _last_of_each("count", 'jupyterhub_user_group_info{$hubs,usergroup!~"none|multiple"}', "usergroup"),
                Longer.LAST, Exporter.GROUPS),
        *(Measure(f"{who}_people", "people", f"Different people whose servers ran {where}.", "", Longer.COUNTED,
                  Exporter.KUBE, 0, who)
          for who, where in ((About.CLUSTER, "on any hub of the cluster"), (About.COMMUNITY, "on any hub of the community"),
                             (About.FLEET, "anywhere"))),
    )  # fmt: skip


MEASURES = _measures()
BY_NAME: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in MEASURES})
BY_METRIC: Mapping[str, Measure] = MappingProxyType({measure.metric: measure for measure in MEASURES})

# Whether the hub could be seen, and how often: its scrapes in the bucket, and in its densest ten minutes.
SEEN = 'sum by (namespace) (max by (namespace, instance) (count_over_time(up{$hubs,component="hub"}[$w])))'
DENSEST = 'max by (namespace) (max_over_time(count_over_time(up{$hubs,component="hub"}[599999ms])[$w:10m]))'
DENSEST_SECONDS = 600

# Whether somebody was there to tell, where it is not the hub itself.
PRESENT: Mapping[Exporter, str] = MappingProxyType(
    {
        Exporter.KUBE: "count(last_over_time(kube_pod_info[$w])) or count(last_over_time(kube_pod_labels[$w]))",
        Exporter.CADVISOR: 'count(last_over_time(container_memory_working_set_bytes{container!=""}[$w]))',
    }
)


def worded(promql: str, hubs: Iterable[str], length: int) -> str:
    """The PromQL for a bucket of so many milliseconds and the hubs of these namespaces, to be evaluated at its end."""
    pattern = "|".join(re.escape(namespace) for namespace in sorted(hubs))
    seconds = length / 1000
    return Template(promql).substitute(
        hubs=f"namespace=~{quoted(pattern)}",
        w=f"{length - 1}ms",
        span=f"{length + 1}ms",
        late=f"{length + LATE - 1}ms",
        seconds=f"{seconds:.10g}",
    )
