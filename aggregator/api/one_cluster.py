"""`/c/<cluster>/api/v1`: one cluster as its own Prometheus answers, so that what was written for it goes on working.

Nothing is planned or labelled: the question is passed on under the limits, credentials and breaker that the cluster has.
What could change anything there, or tells its configuration, is not passed on.
"""

import re
import time
from collections.abc import Mapping
from types import MappingProxyType

from aggregator.api.desk import Answering
from aggregator.api.moments import NANOSECONDS
from aggregator.api.parameters import Parameters
from aggregator.clusters.faults import did_you_mean
from aggregator.errors import BadQuery, CannotExecute, ClusterFailed, ClusterRefused, NotFound, Unavailable
from aggregator.federation.question import Answered, NotPrometheus, Question
from aggregator.promql.guard import guard

BOTH, GET = "POST", "GET"
# What may be asked, and how it is passed on.
PASSED: Mapping[str, str] = MappingProxyType(
    {
        "query": BOTH, "query_range": BOTH, "query_exemplars": BOTH, "series": BOTH, "labels": BOTH,
        "format_query": BOTH, "parse_query": BOTH,
        "metadata": GET, "rules": GET, "alerts": GET, "targets": GET, "status/buildinfo": GET,
    }
)  # fmt: skip
_VALUES = re.compile(r"label/[^/]+/values")


async def of_one_cluster(here: Answering, asked: Parameters, cluster: str, path: str) -> bytes:
    """What the cluster answers, as it is; raises NotFound, and what it refuses in its own words."""
    if cluster not in here.clusters:
        raise NotFound(f'no cluster "{cluster}"{did_you_mean(cluster, here.clusters, everything="there are ")}')
    method = GET if _VALUES.fullmatch(path) else PASSED.get(path)
    if method is None:
        raise NotFound(f"/api/v1/{path} is not passed on to a cluster")
    guard(asked.first("query"))
    form = tuple((name, value) for name, values in asked.values.items() for value in values)
    question = Question(cluster, path, form, _unread, "GET" if method == GET else "POST")
    (reply,) = await here.fleet.ask([question], time.monotonic() + _patience(here, asked))
    match reply:
        case Answered(value=body):
            return body
        case ClusterRefused(status=422):
            raise CannotExecute(reply.error)
        case ClusterRefused():
            raise BadQuery(reply.error)
        case ClusterFailed():
            raise Unavailable(str(reply))


def _patience(here: Answering, asked: Parameters) -> float:
    most = here.config.query.deadline
    return min(most, asked.duration("timeout") / NANOSECONDS) if asked.first("timeout") else most


def _unread(body: bytes) -> bytes:
    if not body.lstrip().startswith(b"{"):
        raise NotPrometheus("it is no JSON object")
    return body
