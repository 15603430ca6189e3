"""Which of the metrics that rules ask for there are anywhere."""

import asyncio
from collections.abc import Sequence

from aggregator.federation.question import Fleet
from aggregator.promql.tree import Selector
from aggregator.query.collecting import Terms
from aggregator.query.listings import Listed, Scope, label_values
from aggregator.rollups.catalogue import BY_METRIC
from aggregator.series import NAME

# They travel in a URL, of which some proxies take 8 KB.
AT_ONCE = 50


async def names_there(
    fleet: Fleet, clusters: Sequence[str], selectors: Sequence[Selector], terms: Terms
) -> Listed[str]:
    """The names of metrics that these selectors find in any cluster, or that Crosshub itself keeps; and who was silent."""
    pieces = [tuple(selectors[start : start + AT_ONCE]) for start in range(0, len(selectors), AT_ONCE)]
    scopes = [Scope(tuple(clusters), piece) for piece in pieces]
    listed = await asyncio.gather(*(label_values(fleet, NAME, scope, terms) for scope in scopes))
    names = {name for each in listed for name in each.entries}
    warnings = dict.fromkeys(warning for each in listed for warning in each.warnings)
    return Listed(tuple(sorted(names.union(BY_METRIC))), tuple(warnings))
