"""Whether contestants answer the same: nobody wins by a wrong answer."""

import gzip
from collections.abc import Sequence

import orjson

from tests.bench.asking import fire
from tests.bench.queries import Query
from tests.bench.race import CROSSHUB, REMOTE_READ, UNION, Contestant
from tests.differential.compare import difference
from tests.differential.heard import Heard

_GZIP = b"\x1f\x8b"


async def differences(field: Sequence[Contestant], queries: Sequence[Query]) -> list[str]:
    """What Crosshub and remote_read answer otherwise than the union, in words; labels, points and values count."""
    ways = {each.name: each for each in field}
    found = []
    for query in queries:
        union = await _heard(ways[UNION], query)
        if not union.has_something:
            found.append(f"{query.name}, {query.kind}: the union answers nothing")
        for name in (CROSSHUB, REMOTE_READ):
            words = difference(union, await _heard(ways[name], query))
            if words:
                found.append(f"{query.name}, {query.kind}: {name}: {words}")
    return found


async def _heard(contestant: Contestant, query: Query) -> Heard:
    (body,) = await fire(contestant.http, contestant.shots[query])
    return Heard(200, orjson.loads(gzip.decompress(body) if body.startswith(_GZIP) else body))
