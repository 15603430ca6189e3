"""`/api/v1/rules`, `/alerts`, `/targets`, `/metadata`, `/query_exemplars`, `/status/buildinfo`: what clusters tell, and
our own rules and alerts beside theirs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice

from sqlalchemy.exc import SQLAlchemyError

from aggregator.api.bodies import encode, success
from aggregator.api.desk import Answering
from aggregator.api.listings import terms
from aggregator.api.moments import quoted
from aggregator.api.own_rules import own_alerts, own_groups
from aggregator.api.parameters import Parameters, whole
from aggregator.errors import BadQuery
from aggregator.query.exemplars import exemplars as exemplars_of
from aggregator.query.metadata import metadata as metadata_of
from aggregator.query.rules import Wanted
from aggregator.query.rules import alerts as alerts_of
from aggregator.query.rules import rules as rules_of
from aggregator.query.selectors import selectors_of
from aggregator.query.targets import targets as targets_of
from aggregator.query.wire import Fields, labels_in
from aggregator.rules.own_rules import Standing, standing

KINDS = ("", "alert", "record")
VERSION = version("crosshub")
# What is answered for clusters that are no Prometheus: what is evaluated here then follows this version.
NEWEST_RULES = (3, 0)


async def rules(here: Answering, asked: Parameters) -> bytes:
    """Our groups of rules, and those of all clusters."""
    kind = asked.first("type").lower()
    if kind not in KINDS:
        raise BadQuery(f'invalid parameter "type": not supported value {quoted(kind)}')
    wanted = Wanted(
        kind,
        names=asked.every("rule_name[]"),
        groups=asked.every("rule_group[]"),
        files=asked.every("file[]"),
        selectors=await selectors_of(asked.every("match[]"), here.fleet, here.clusters),
        with_alerts=not asked.truth("exclude_alerts", missing=False),
    )
    found = await rules_of(here.fleet, here.clusters, wanted, terms(here, asked))
    ours, remarks = await _own(here)
    groups = [] if here.own is None else own_groups(here.own, ours, wanted)
    return success([encode({"groups": [*groups, *found.entries]})], (*remarks, *found.warnings))


async def alerts(here: Answering, asked: Parameters) -> bytes:
    """Our alerts, and those of all clusters that are not the same."""
    found = await alerts_of(here.fleet, here.clusters, terms(here, asked))
    ours, remarks = await _own(here)
    return success([encode({"alerts": _once(own_alerts(ours), found.entries)})], (*remarks, *found.warnings))


async def _own(here: Answering) -> tuple[Standing, tuple[str, ...]]:
    """How our own rules stand, and what is to be said about that."""
    if here.own is None:
        return Standing((), {}), ()
    try:
        return await standing(here.own, datetime.now(UTC)), ()
    except (SQLAlchemyError, OSError) as fault:
        return Standing((), {}), (f"Crosshub's own alerts cannot be read: {type(fault).__name__}",)


def _once(ours: Sequence[Fields], theirs: Sequence[Fields]) -> list[Fields]:
    """A rule that was exported to the clusters tells of the same alert twice: here and there, under the same labels."""
    known = {tuple(sorted(labels_in(alert).items())) for alert in ours}
    return [*ours, *(alert for alert in theirs if tuple(sorted(labels_in(alert).items())) not in known)]


async def targets(here: Answering, asked: Parameters) -> bytes:
    """The targets of all clusters."""
    form = tuple((name, asked.first(name)) for name in ("state", "scrapePool") if asked.first(name))
    found = await targets_of(here.fleet, here.clusters, form, terms(here, asked))
    body: dict[str, object] = {"activeTargets": found.active, "droppedTargets": found.dropped}
    if found.dropped_counts:
        body["droppedTargetCounts"] = found.dropped_counts
    return success([encode(body)], found.warnings)


async def metadata(here: Answering, asked: Parameters) -> bytes:
    """Type, help and unit of metrics."""
    limit, per_metric = _most(asked, "limit"), _most(asked, "limit_per_metric")
    form = tuple((name, asked.first(name)) for name in ("metric", "limit", "limit_per_metric") if asked.first(name))
    elsewhere = here.engine.source.metadata()
    found = await metadata_of(here.fleet, here.clusters, form, terms(here, asked), elsewhere)
    kept = {name: told[: per_metric or None] for name, told in islice(found.metrics.items(), limit)}
    return success([encode(kept)], found.warnings)


async def exemplars(here: Answering, asked: Parameters) -> bytes:
    """The exemplars of the series that a query selects."""
    start, end = asked.moment("start", 0), asked.moment("end", 0)
    if asked.first("start") and asked.first("end") and end < start:
        raise BadQuery("end timestamp must not be before start timestamp")
    span = tuple((name, asked.first(name)) for name in ("start", "end") if asked.first(name))
    found = await exemplars_of(here.fleet, here.clusters, asked.first("query"), span, terms(here, asked))
    return success([encode(found.entries)], found.warnings)


async def build(here: Answering, _: Parameters) -> bytes:
    """The lowest version there is among the clusters, so that nobody expects what only some of them can do.

    No `features`: with that key, even an empty one, Grafana takes this for a Mimir.
    """
    major, minor = min(here.known.versions().values(), default=NEWEST_RULES)
    unknown = dict.fromkeys(("branch", "buildUser", "buildDate", "goVersion"), "")
    return success([encode({"version": f"{major}.{minor}.0", "revision": f"crosshub-{VERSION}"} | unknown)])


def _most(asked: Parameters, name: str) -> int | None:
    """How many at most; below nothing there is no limit."""
    text = asked.first(name)
    number = whole(text or "-1")
    if number is None:
        raise BadQuery(f"{name} must be a number")
    return None if number < 0 else number
