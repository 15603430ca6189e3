"""What there is: names and values of labels, and series, of all clusters together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar
from urllib.parse import quote

import msgspec

from aggregator.federation.question import UNREADABLE, Fleet, Form, NotPrometheus, Question
from aggregator.planning.elsewhere import is_only_elsewhere, may_be_elsewhere
from aggregator.query.collecting import Collected, Terms, collected
from aggregator.query.selectors import Selectors, names_only_clusters, narrowed
from aggregator.query.sources import NoSource, Source
from aggregator.series import CLUSTER, Labels

T = TypeVar("T")
E = TypeVar("E")

CUT = "results truncated due to limit"
LAST = 2**53


@dataclass(frozen=True, slots=True)
class Scope:
    """What is listed: the series that any of `selectors` means (without any, all) in `span`, at most `limit` of them.

    `span` is the form of start and end, as they were written; `start` and `end` are the same in milliseconds.
    """

    clusters: tuple[str, ...]
    selectors: Selectors = ()
    span: Form = ()
    limit: int = 0
    source: Source = field(default_factory=NoSource)
    start: int = 0
    end: int = LAST

    @property
    def form(self) -> Form:
        """What every cluster is told beside the selectors. Each sorts before it cuts, so that nothing is missed."""
        return (*self.span, ("limit", str(self.limit))) if self.limit else self.span

    def asked(self) -> dict[str, Form]:
        """The clusters that are asked, and the `match[]` of each; what only the other source has is asked of none."""
        names = self.source.names()
        theirs = tuple(each for each in self.selectors if not is_only_elsewhere(each, names))
        return narrowed(theirs, self.clusters) if theirs or not self.selectors else {}

    async def kept(self) -> tuple[Labels, ...]:
        """The series of the other source."""
        may_be = may_be_elsewhere(self.source.names(), self.source.labels())
        if self.selectors and not any(map(may_be, self.selectors)):
            return ()
        return await self.source.series(self.selectors, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The entries, sorted, and what is to be said about them."""

    entries: tuple[T, ...]
    warnings: tuple[str, ...]


async def label_names(fleet: Fleet, scope: Scope, terms: Terms) -> Listed[str]:
    """The names of labels, `cluster` among them if there is any series."""
    found = await collected(fleet, _questions(scope.asked(), "labels", scope.form, _names), terms)
    names = {name for _, told in found.answers for name in told.data or ()}
    names |= {CLUSTER} if names else set()
    # Not all that is kept is of a cluster.
    names |= {name for labels in await scope.kept() for name, _ in labels}
    return _listed(sorted(names), found, scope.limit)


async def label_values(fleet: Fleet, name: str, scope: Scope, terms: Terms) -> Listed[str]:
    """The values of one label."""
    if name == CLUSTER:
        return await _cluster_names(fleet, scope, terms)
    path = f"label/{quote(name, safe='')}/values"
    found = await collected(fleet, _questions(scope.asked(), path, scope.form, _names, "GET"), terms)
    values = {value for _, told in found.answers for value in told.data or ()}
    values |= {value for labels in await scope.kept() for label, value in labels if label == name}
    return _listed(sorted(values), found, scope.limit)


async def series(fleet: Fleet, scope: Scope, terms: Terms) -> Listed[Labels]:
    """The label sets of series, in Prometheus' order."""
    found = await collected(fleet, _questions(scope.asked(), "series", scope.form, _label_sets), terms)
    labels = {
        tuple(sorted((one | {CLUSTER: cluster}).items())) for cluster, told in found.answers for one in told.data or ()
    }
    return _listed(sorted(labels.union(await scope.kept())), found, scope.limit)


async def _cluster_names(fleet: Fleet, scope: Scope, terms: Terms) -> Listed[str]:
    """The names of clusters stand in the configuration. Only a selector that says more than which has to be asked.

    A cluster that does not answer stays in the list: nobody's dashboard should lose it because it is down.
    """
    asked = scope.asked()
    plain = tuple(filter(names_only_clusters, scope.selectors))
    certain = narrowed(plain, scope.clusters).keys() if plain or not scope.selectors else set()
    in_doubt = {cluster: match for cluster, match in asked.items() if cluster not in certain}
    one = (*scope.span, ("limit", "1"))
    found = await collected(fleet, _questions(in_doubt, "labels", one, _names), terms)
    without = {cluster for cluster, told in found.answers if not told.data}
    # Those of whom something is kept, though they may be gone.
    kept = {value for labels in await scope.kept() for label, value in labels if label == CLUSTER}
    # With one entry asked for, that there are more is no news.
    return _listed(sorted((asked.keys() - without) | kept), replace(found, answers=()), scope.limit)


class _Told(msgspec.Struct, Generic[T]):
    """What a cluster answers."""

    data: list[T] | None
    warnings: list[str] = []


def _reader(shape: type[_Told[T]]) -> Callable[[bytes], _Told[T]]:
    decoder = msgspec.json.Decoder(shape)

    def read(body: bytes) -> _Told[T]:
        try:
            return decoder.decode(body)
        except UNREADABLE as fault:
            raise NotPrometheus(str(fault)) from None

    return read


_names = _reader(_Told[str])
_label_sets = _reader(_Told[dict[str, str]])


def _questions(
    asked: Mapping[str, Form],
    path: str,
    form: Form,
    decode: Callable[[bytes], _Told[T]],
    method: Literal["GET", "POST"] = "POST",
) -> list[Question[_Told[T]]]:
    return [Question(cluster, path, match + form, decode, method) for cluster, match in asked.items()]


def _listed(entries: Sequence[E], found: Collected[_Told[T]], limit: int) -> Listed[E]:
    remarks = [warning for _, told in found.answers for warning in told.warnings]
    if limit and len(entries) > limit:
        entries = entries[:limit]
        remarks.append(CUT)
    return Listed(tuple(entries), tuple(dict.fromkeys((*found.warnings, *remarks))))
