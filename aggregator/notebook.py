"""What a notebook imports: Crosshub as a `PrometheusConnect`, and what is kept as a DataFrame.

from aggregator.notebook import connect

crosshub = connect("https://crosshub.example.org", token="...")
crosshub.rollups("people", start="2026-09-01", cluster="lisbon").plot()
"""

import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from aggregator.clusters.faults import did_you_mean
from aggregator.errors import BadQuery
from aggregator.promql.print import label, quoted
from aggregator.rollups.buckets import Resolution
from aggregator.rollups.catalogue import BY_NAME, PREFIX

try:
    import pandas as pd
    from prometheus_api_client import PrometheusConnect
    from requests import PreparedRequest, Response
    from requests.auth import AuthBase
    from urllib3.util import Retry
except ImportError as missing:
    raise ImportError(f"{missing}. Notebooks need more than the service: pip install 'crosshub[notebook]'") from missing

Moment = str | date | datetime
"""`2026-10-30`, `2026-10-30T12:00:00Z`, or a value. What says no zone is UTC."""

TIMEOUT = 120
# A gateway in between may hiccup. What Crosshub itself says with a 503 is for the reader, not to be asked again.
RETRY = Retry(total=2, backoff_factor=0.5, status_forcelist=(429, 502, 504), raise_on_status=False)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HOURS_BY_DEFAULT = 14 * DAY
ALL = 50 * 365 * DAY
LONGEST = 31 * DAY
# How far the midnights of zones are from that of UTC.
ZONES = 14 * HOUR
_EACH = {Resolution.HOUR: "h", Resolution.DAY: "D", Resolution.WEEK: "W-MON", Resolution.MONTH: "MS"}


class PartialAnswer(UserWarning):
    """Some cluster gave no answer, so that numbers are those of the others."""


class Crosshub(PrometheusConnect):  # type: ignore[misc]  # the library has no types
    """A Crosshub, with everything that prometheus-api-client can ask a Prometheus, and `rollups`.

    Where clusters did not answer, it warns with a `PartialAnswer` each time.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        auth = None if token is None else _Bearer(token)
        super().__init__(url=url.rstrip("/"), auth=auth, retry=RETRY, timeout=TIMEOUT)
        self._session.hooks["response"].append(_warn)

    def rollups(
        self,
        measures: str | Sequence[str],
        resolution: Literal["1h", "1d", "1w", "1mo"] = "1d",
        start: Moment | None = None,
        end: Moment | None = None,
        **labels: str,
    ) -> "pd.DataFrame":
        """What is kept, a row a bucket and a column a hub; `crosshub rollup list` has the names of measures.

        Rows are named by the local date on which the day, the week or the month begins, so that hubs of all zones stand
        in one row, hours by the moment in UTC at which they begin. Columns are `lisbon/prod`; for several measures there
        are two levels, the measure first. NaN is what is lacking.

        `start` and `end` are the first and the last date (of days, weeks and months that begin in between), or for hours
        the moments between which they lie. Without a start it is all there is, or the last 14 days of hours. `labels` are
        those of PromQL: `cluster="lisbon"`, `hub="prod"`, `community="..."`.
        """
        names = [measures] if isinstance(measures, str) else list(measures)
        length = _resolution(resolution)
        _demand_kept(names, length)
        span = _Hours.of(start, end) if length is Resolution.HOUR else _Dates.of(start, end)
        tables = {name: self._table(name, length, span, labels) for name in names}
        table = tables[names[0]] if isinstance(measures, str) else _beside(tables)
        # A row for each bucket from the first to the last: a line that is drawn breaks at a gap.
        return table.sort_index().asfreq(_EACH[length])

    def _table(
        self, measure: str, resolution: Resolution, span: "_Hours | _Dates", labels: Mapping[str, str]
    ) -> "pd.DataFrame":
        matchers = {**labels, "resolution": str(resolution)}
        inside = ", ".join(f"{label(name)}={quoted(value)}" for name, value in sorted(matchers.items()))
        first, last = span.ends()
        query = f"{PREFIX}{measure}{{{inside}}}[{max(1, round((last - first).total_seconds()))}s]"
        found = self.custom_query(query, params={"time": last.timestamp()})
        columns = {_who(one["metric"], found): _column(one["values"], resolution, span) for one in found}
        index = None if columns else _index([], resolution)
        table = pd.DataFrame(columns, index, dtype="float64").sort_index(axis="columns")
        table.index.name = "hour" if resolution is Resolution.HOUR else "date"
        table.columns.name = str(BY_NAME[measure].about)
        return table


def connect(url: str, token: str | None = None) -> Crosshub:
    """A Crosshub that answers at a URL; the token, where it asks for one, is sent as Bearer. Raises BadQuery."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadQuery(f'"{url}" is no URL of a Crosshub; write it as https://crosshub.example.org')
    # Each time, also where the same words were said before: it is another number that they are about.
    warnings.filterwarnings("always", category=PartialAnswer, append=True)
    return Crosshub(url, token)


class _Bearer(AuthBase):
    """As an `auth`, since a ~/.netrc would take the place of a header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: "PreparedRequest") -> "PreparedRequest":
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _beside(tables: Mapping[str, "pd.DataFrame"]) -> "pd.DataFrame":
    """All in one; each has a column for every hub that any of them has, so that what is lacking is seen."""
    all_of: dict[str, list[str]] = {}
    for table in tables.values():
        there = all_of.setdefault(table.columns.name, [])
        all_of[table.columns.name] = sorted({*there, *table.columns})
    whole = {name: table.reindex(columns=all_of[table.columns.name]) for name, table in tables.items()}
    return pd.concat(whole, axis="columns", names=["measure"])


@dataclass(frozen=True, slots=True)
class _Hours:
    """Hours that lie in [start, end)."""

    start: datetime
    end: datetime

    @staticmethod
    def of(start: Moment | None, end: Moment | None) -> "_Hours":
        last = datetime.now(UTC) if end is None else _moment("end", end).to_pydatetime()
        first = last - HOURS_BY_DEFAULT if start is None else _moment("start", start).to_pydatetime()
        _demand_order(first, last)
        return _Hours(first, last)

    def ends(self) -> tuple[datetime, datetime]:
        """Between which moments they end."""
        return self.start, self.end

    def holds(self, begins: "pd.Timestamp") -> bool:
        return bool(self.start <= begins < self.end)


@dataclass(frozen=True, slots=True)
class _Dates:
    """Days, weeks and months that begin on a local date from the first to the last."""

    first: date
    last: date

    @staticmethod
    def of(start: Moment | None, end: Moment | None) -> "_Dates":
        last = datetime.now(UTC).date() + DAY if end is None else _moment("end", end).date()
        first = last - ALL if start is None else _moment("start", start).date()
        _demand_order(first, last)
        return _Dates(first, last)

    def ends(self) -> tuple[datetime, datetime]:
        """Between which moments they end, and perhaps some more."""
        first, last = (datetime(each.year, each.month, each.day, tzinfo=UTC) for each in (self.first, self.last))
        return first - ZONES, last + LONGEST + ZONES

    def holds(self, begins: "pd.Timestamp") -> bool:
        return bool(self.first <= begins.date() <= self.last)


def _demand_kept(names: Sequence[str], resolution: Resolution) -> None:
    if not names:
        raise BadQuery('no measure is named; name some, as in rollups(["people", "server_starts"])')
    for name in names:
        if name not in BY_NAME:
            raise BadQuery(f'nothing is kept as "{name}"{did_you_mean(name, BY_NAME)}')
        if resolution is Resolution.HOUR and not BY_NAME[name].has_hours:
            raise BadQuery(
                f'"{name}" is not kept by the hour, since people are counted by the day; '
                'leave resolution="1h" out, or name other measures'
            )


def _demand_order(first: date, last: date) -> None:
    if first > last:
        raise BadQuery(f"start {first} is after end {last}")


def _resolution(text: str) -> Resolution:
    try:
        return Resolution(text)
    except ValueError:
        raise BadQuery(f'resolution "{text}" is none of {", ".join(Resolution)}') from None


def _moment(what: str, value: Moment) -> "pd.Timestamp":
    try:
        moment = pd.Timestamp(value)
    except ValueError:
        raise BadQuery(f'{what} "{value}" is no moment; write it as 2026-10-30 or 2026-10-30T12:00:00Z') from None
    return moment if moment.tzinfo else moment.tz_localize("UTC")


def _who(labels: Mapping[str, str], among: Sequence[Mapping[str, Mapping[str, str]]]) -> str:
    """`lisbon/prod`; with its namespace where, one after the other, two hubs had that name."""
    name = _name(labels)
    alike = [one for one in among if _name(one["metric"]) == name]
    return name if len(alike) == 1 else f"{name} ({labels.get('namespace', '')})"


def _name(labels: Mapping[str, str]) -> str:
    if "hub" in labels:
        return f"{labels['cluster']}/{labels['hub']}"
    return labels.get("cluster") or labels.get("community") or "everywhere"


def _column(samples: Sequence[tuple[float, str]], resolution: Resolution, span: _Hours | _Dates) -> "pd.Series[float]":
    found = {_begins(pd.Timestamp(end, unit="s"), resolution): float(value) for end, value in samples}
    # In the order of time, so that of two days of one date, where a hub changed its zone, the later one is shown.
    held = {begins: value for begins, value in found.items() if span.holds(begins)}
    return pd.Series(list(held.values()), _index(list(held), resolution), dtype="float64")


def _index(begins: "Sequence[pd.Timestamp]", resolution: Resolution) -> "pd.DatetimeIndex":
    """Of moments, also where there is none."""
    return pd.DatetimeIndex(begins, tz="UTC" if resolution is Resolution.HOUR else None)


def _begins(end: "pd.Timestamp", resolution: Resolution) -> "pd.Timestamp":
    """The local date on which a bucket begins, from the moment at which it ends; of an hour the moment.

    A day ends between 10 o'clock UTC of its date (UTC+14) and 12 o'clock of the next (UTC-12), which is more than a day.
    10:00 is taken for Hawaii and 11:00 for New Zealand: Kiritimati, Niue and American Samoa are a day off.
    """
    match resolution:
        case Resolution.HOUR:
            return end.tz_localize("UTC") - HOUR
        case Resolution.DAY:
            return (end - 10 * HOUR - pd.Timedelta(milliseconds=1)).normalize()
        case Resolution.WEEK:
            # The Monday that is next to it, and the one before.
            near = (end + 3.5 * DAY).normalize()
            return near - near.weekday() * DAY - 7 * DAY
        case Resolution.MONTH:
            first = (end + 15 * DAY).normalize().replace(day=1)
            return (first - DAY).replace(day=1)


def _warn(response: "Response", *_: object, **__: object) -> None:
    """Says what the library leaves out of the answer."""
    if b'"warnings"' not in response.content:
        return
    try:
        told = json.loads(response.content).get("warnings", ())
    except (ValueError, AttributeError):
        return
    for words in told:
        warnings.warn(PartialAnswer(words), stacklevel=_callers_level())


_OURS = {"aggregator", "prometheus_api_client", "requests"}


def _callers_level() -> int:
    """How many calls up from `_warn` it was asked for, so that the warning names the line in the notebook."""
    level, frame = 1, sys._getframe(1)  # noqa: SLF001 - the only way to a frame
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _OURS:
        level, frame = level + 1, frame.f_back
    return level
