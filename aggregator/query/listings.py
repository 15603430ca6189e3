"""What there is: names and values of labels, and series, of all clusters together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar
from urllib.parse import quote

import msgspec

from aggregator.federation.question import UNREADABLE, Fleet, Form, NotPrometheus, Question
from aggregator.query.collecting import Collected, Terms, collected
from aggregator.query.selectors import Selectors, names_only_clusters, narrowed
from aggregator.series import CLUSTER, Labels

T = TypeVar("T")
E = TypeVar("E")

CUT = "results truncated due to limit"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is listed: the series that any of `selectors` means (without any, all) in `span`, at most `limit` of them.

    `span` is the form of start and end, as they were written.
    """

    clusters: tuple[str, ...]
    selectors: Selectors = ()
    span: Form = ()
    limit: int = 0

    @property
    def form(self) -> Form:
        """What every cluster is told beside the selectors. Each sorts before it cuts, so that nothing is missed."""
        return (*self.span, ("limit", str(self.limit))) if self.limit else self.span


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The entries, sorted, and what is to be said about them."""

    entries: tuple[T, ...]
    warnings: tuple[str, ...]


async def label_names(fleet: Fleet, scope: Scope, terms: Terms) -> Listed[str]:
    """The names of labels, `cluster` among them if there is any series."""
    asked = narrowed(scope.selectors, scope.clusters)
    found = await collected(fleet, _questions(asked, "labels", scope.form, _names), terms)
    names = {name for _, told in found.answers for name in told.data or ()}
    return _listed(sorted(names | {CLUSTER} if names else names), found, scope.limit)


async def label_values(fleet: Fleet, name: str, scope: Scope, terms: Terms) -> Listed[str]:
    """The values of one label."""
    if name == CLUSTER:
        return await _cluster_names(fleet, scope, terms)
    asked = narrowed(scope.selectors, scope.clusters)
    path = f"label/{quote(name, safe='')}/values"
    found = await collected(fleet, _questions(asked, path, scope.form, _names, "GET"), terms)
    return _listed(sorted({value for _, told in found.answers for value in told.data or ()}), found, scope.limit)


async def series(fleet: Fleet, scope: Scope, terms: Terms) -> Listed[Labels]:
    """The label sets of series, in Prometheus' order."""
    asked = narrowed(scope.selectors, scope.clusters)
    found = await collected(fleet, _questions(asked, "series", scope.form, _label_sets), terms)
    labels = {
        tuple(sorted((one | {CLUSTER: cluster}).items())) for cluster, told in found.answers for one in told.data or ()
    }
    return _listed(sorted(labels), found, scope.limit)


async def _cluster_names(fleet: Fleet, scope: Scope, terms: Terms) -> Listed[str]:
    """The names of clusters stand in the configuration. Only a selector that says more than which has to be asked.

    A cluster that does not answer stays in the list: nobody's dashboard should lose it because it is down.
    """
    asked = narrowed(scope.selectors, scope.clusters)
    plain = tuple(filter(names_only_clusters, scope.selectors))
    certain = narrowed(plain, scope.clusters).keys() if plain or not scope.selectors else set()
    in_doubt = {cluster: match for cluster, match in asked.items() if cluster not in certain}
    one = (*scope.span, ("limit", "1"))
    found = await collected(fleet, _questions(in_doubt, "labels", one, _names), terms)
    without = {cluster for cluster, told in found.answers if not told.data}
    # With one entry asked for, that there are more is no news.
    return _listed(sorted(asked.keys() - without), replace(found, answers=()), scope.limit)


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
