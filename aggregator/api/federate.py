"""`/federate`: the newest samples, for another Prometheus to scrape."""

import time

from aggregator.api.desk import Answering
from aggregator.api.listings import terms
from aggregator.api.parameters import Parameters
from aggregator.query.federate import federated
from aggregator.query.listings import Scope
from aggregator.query.selectors import selectors_of

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def federate(here: Answering, asked: Parameters) -> bytes:
    """The newest sample of each series that is meant; of none without `match[]`, as in Prometheus."""
    if not asked.every("match[]"):
        return b""
    selectors = await selectors_of(asked.every("match[]"), here.fleet, here.clusters)
    scope = Scope(here.clusters, selectors, source=here.engine.source)
    return await federated(here.fleet, scope, terms(here, asked), round(time.time() * 1000))
