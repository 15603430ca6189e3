"""`/api/v1/labels`, `/label/<name>/values` and `/series`."""

import re
import time
from collections.abc import Sequence

from aggregator.api.bodies import encode, success
from aggregator.api.desk import Answering
from aggregator.api.moments import MILLISECOND, quoted
from aggregator.api.parameters import Parameters
from aggregator.errors import BadQuery
from aggregator.query import listings
from aggregator.query.collecting import Terms
from aggregator.query.listings import LAST, Listed, Scope
from aggregator.query.selectors import selectors_of
from aggregator.series import Labels

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
# From this version on a label may be called anything.
_ANY_NAME_SINCE = (3, 0)


async def label_names(here: Answering, asked: Parameters) -> bytes:
    """The names of all labels."""
    scope = await _scope(here, asked)
    return _body(await listings.label_names(here.fleet, scope, terms(here, asked)))


async def label_values(here: Answering, asked: Parameters, name: str) -> bytes:
    """The values of one label."""
    if not _is_name(name, here):
        raise BadQuery(f"invalid label name: {quoted(name)}")
    scope = await _scope(here, asked)
    return _body(await listings.label_values(here.fleet, name, scope, terms(here, asked)))


async def series(here: Answering, asked: Parameters) -> bytes:
    """The label sets of the series that are meant."""
    asked.strict()
    if not asked.every("match[]"):
        raise BadQuery("no match[] parameter provided")
    scope = await _scope(here, asked, 'invalid parameter "match[]": ')
    found = await listings.series(here.fleet, scope, terms(here, asked))
    return success([_json_of(found.entries)], found.warnings)


def terms(here: Answering, asked: Parameters) -> Terms:
    """How long there is, and whether clusters may be missing."""
    limits = here.config.query
    return Terms(time.monotonic() + limits.deadline, asked.partial(missing=limits.partial_response))


async def _scope(here: Answering, asked: Parameters, prefix: str = "") -> Scope:
    # Clusters get what was written, since no float64 holds Prometheus' own bounds.
    start, end = asked.moment("start", 0), asked.moment("end", LAST * MILLISECOND)
    limit = asked.limit()
    try:
        selectors = await selectors_of(asked.every("match[]"), here.fleet, here.clusters)
    except BadQuery as fault:
        raise BadQuery(f"{prefix}{fault}") from None
    span = tuple((name, asked.first(name)) for name in ("start", "end") if asked.first(name))
    within = start // MILLISECOND, end // MILLISECOND
    return Scope(here.clusters, selectors, span, limit, here.engine.source, *within)


def _is_name(name: str, here: Answering) -> bool:
    versions = here.known.versions().values()
    return bool(_LABEL.fullmatch(name)) or (bool(versions) and min(versions) >= _ANY_NAME_SINCE)


def _json_of(labels: Sequence[Labels]) -> bytes:
    return encode([dict(one) for one in labels])


def _body(found: Listed[str]) -> bytes:
    return success([encode(found.entries)], found.warnings)
