"""The page of a morning: what is open, what is over, which rules speak most, and how often they were right. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.clusters.values import UTC, Config
from aggregator.events.values import Alert, Event, worse_first
from aggregator.notify.deciding import one_a_fingerprint
from aggregator.notify.messages import OVER, held_words, item_of, place
from aggregator.notify.muting import MutedBy
from aggregator.notify.silences import Mute
from aggregator.notify.wording import clock_time, count_of, length
from aggregator.outbox.notice import Link, Page

MONTH = timedelta(days=30)
FOLLOWED = timedelta(minutes=60)
# Of each list so many entries are told, and how many there are more.
MOST = 20
NOISIEST = 5
# As outages have them, and nothing else.
OUTAGES = ("crosshub", "cluster", "hub")
QUIET = {"silenced": "silenced", "maintenance": "in maintenance", "muted": "muted by the configuration"}


@dataclass(frozen=True, slots=True)
class Record:
    """How often a rule fired in a month, and how often an outage of the same place followed."""

    name: str
    fired: int
    followed: int
    # Of an outage itself, and of who may log in, nobody asks whether an outage followed.
    foretells: bool


@dataclass(frozen=True, slots=True)
class Morning:
    """What a digest is made of: alerts that are open or ended since the last one, the firings of a month, and which
    receivers are switched off, with their error.
    """

    alerts: tuple[Alert, ...]
    fired: tuple[Event, ...]
    disabled: tuple[tuple[str, str], ...]
    since: datetime
    at: datetime


def digest(config: Config, morning: Morning, mute_of: MutedBy) -> Page:
    """The page, numbers first."""
    there = one_a_fingerprint(morning.alerts)
    firing = sorted(
        (each for each in there if each.is_open), key=lambda each: (worse_first(each), each.active_at, each.labels)
    )
    over = sorted(
        (each for each in there if not each.is_open and _ended(each) > morning.since),
        key=lambda each: (_ended(each), each.labels),
    )
    told = records(morning.fired)
    lines = (
        _numbers(firing, over, morning),
        *_listed("Open", [_open(config, each, mute_of(each), morning.at) for each in firing]),
        *_listed("Over", [_over(config, each, morning.at) for each in over]),
        *_listed("Fired most often in 30 days", [f"{each.fired:,} × {each.name}" for each in told[:NOISIEST]]),
        *_listed(
            "How often an outage of the same place followed within 60 minutes",
            [_share(each) for each in told if each.foretells],
        ),
        *_listed("Receivers that are switched off", [f"{name}: {error}" for name, error in morning.disabled]),
    )
    subject = f"{count_of(len(firing), 'alert')} open, {len(over):,} over"
    if morning.disabled:
        subject += f", {count_of(len(morning.disabled), 'receiver')} switched off"
    return Page(subject, lines, morning.at, (Link("Alerts", config.external_url.rstrip("/") + "/alerts"),))


def records(fired: Iterable[Event]) -> tuple[Record, ...]:
    """How each rule did, the noisiest first."""
    events = tuple(fired)
    down: dict[str, list[tuple[datetime, str]]] = {}
    for event in events:
        labels = dict(event.labels)
        if labels.get("scope") in OUTAGES:
            down.setdefault(labels.get("cluster", ""), []).append((event.at, labels.get("namespace", "")))
    count, followed, foretells = Counter[str](), Counter[str](), dict[str, bool]()
    for event in events:
        labels = dict(event.labels)
        name = labels.get("alertname", event.rule)
        count[name] += 1
        followed[name] += _followed(event.at, labels.get("namespace", ""), down.get(labels.get("cluster", ""), ()))
        foretells[name] = labels.get("kind") not in {"outage", "access", "meta"} and "scope" not in labels
    ordered = sorted(count.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Record(name, times, followed[name], foretells[name]) for name, times in ordered)


def muted_words(mute: Mute, now: datetime) -> str:
    """By what nobody is told, in a few words."""
    until = "" if mute.until is None else f" until {clock_time(mute.until, UTC, now)} UTC"
    why = f" ({mute.reason})" if mute.reason else ""
    return f"silent while {mute.reason} fires" if mute.kind == "inhibited" else f"{QUIET[mute.kind]}{until}{why}"


def _followed(at: datetime, namespace: str, down: Iterable[tuple[datetime, str]]) -> bool:
    """Whether an outage came soon after; what is of a whole cluster is of each of its hubs."""
    return any(
        at < when <= at + FOLLOWED and (not namespace or not where or namespace == where) for when, where in down
    )


def _ended(alert: Alert) -> datetime:
    return alert.resolved_at or alert.looked_at


def _numbers(firing: Sequence[Alert], over: Sequence[Alert], morning: Morning) -> str:
    since = clock_time(morning.since, UTC, morning.at)
    said = f"{count_of(len(firing), 'alert')} open, {len(over):,} over since {since} UTC"
    held = sum(1 for each in firing if held_words(each, UTC, morning.at))
    return f"{said}; of {held:,} of the open ones it is not known whether they are over." if held else f"{said}."


def _listed(title: str, entries: Sequence[str]) -> Iterator[str]:
    if not entries:
        return
    yield f"{title}:"
    yield from (f"• {entry}" for entry in entries[:MOST])
    if len(entries) > MOST:
        yield f"• and {len(entries) - MOST:,} more"


def _open(config: Config, alert: Alert, mute: Mute | None, now: datetime) -> str:
    said = f"{_what(config, alert, now)}, for {length(now - alert.active_at)}"
    held, muted = held_words(alert, UTC, now), "" if mute is None else muted_words(mute, now)
    return "; ".join(part for part in (said, held, muted) if part)


def _over(config: Config, alert: Alert, now: datetime) -> str:
    lasted = length(_ended(alert) - alert.active_at)
    return f"{_what(config, alert, now)}: {lasted}, until {clock_time(_ended(alert), UTC, now)} UTC"


def _what(config: Config, alert: Alert, now: datetime) -> str:
    title, where = item_of(config, alert, now).title.removeprefix(OVER), place(config, alert)
    return title if not where or where in title else f"{title} ({where})"


def _share(record: Record) -> str:
    return f"{record.followed} of {record.fired:,} ({100 * record.followed / record.fired:.0f} %) × {record.name}"
