"""Whatever happens, in whichever order: nothing is over by silence, nothing fires too early, events tell all of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.events.values import OPEN, Alert, Change, Event, Health, State, labels_of
from aggregator.rules.state import Seen
from aggregator.rules.stepping import Looked, stepped
from aggregator.series import Labels
from tests.rules.looks import MINUTE, at, replayed, terms

# Two hubs of one cluster, one of another, and an alert of no cluster.
WHO = {
    "prod": labels_of({"cluster": "lisbon", "namespace": "prod"}),
    "lab": labels_of({"cluster": "lisbon", "namespace": "lab"}),
    "hub": labels_of({"cluster": "oslo", "namespace": "hub"}),
    "all": labels_of({"alertname": "All"}),
}
Sight = Literal["true", "false", "silent"]
SIGHTS: tuple[Sight, ...] = ("true", "true", "false", "silent")
One = st.fixed_dictionaries({"lisbon": st.booleans(), "oslo": st.booleans(), **{name: st.booleans() for name in WHO}})
Looks = st.lists(
    st.tuples(
        # How long after the last look: mostly one interval, sometimes a downtime.
        st.sampled_from([1, 1, 1, 1, 1, 2, 5, 30, 90]),
        st.one_of(One, One, One, st.just("error")),
    ),
    max_size=40,
)


def _looked(told: object) -> Looked:
    if not isinstance(told, Mapping):
        return Looked(error="query timed out")
    # A cluster is silent where it is false; then nothing of it is seen.
    silent = {cluster: f'cluster "{cluster}": no answer' for cluster in ("lisbon", "oslo") if not told[cluster]}
    seen = [
        Seen(labels, (), 1.0)
        for name, labels in WHO.items()
        if told[name] and dict(labels).get("cluster") not in silent
    ]
    return Looked(tuple(seen), silent)


def _could_see(labels: Labels, looked: Looked) -> bool:
    cluster = dict(labels).get("cluster")
    return not looked.error and (cluster not in looked.silent if cluster else not looked.silent)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(Looks, st.sampled_from([0, 1, 3, 15]), st.sampled_from([0, 2, 5]))
def test_any_history_keeps_what_always_holds(looks: Sequence[tuple[int, object]], hold: int, keep: int) -> None:
    standing: dict[Labels, Alert] = {}
    events: list[Event] = []
    seen_true: dict[Labels, list[datetime]] = {}
    minute = 0
    for gap, told in looks:
        minute += gap
        looked = _looked(told)
        before = dict(standing)
        open_ones = [alert for alert in standing.values() if alert.state is not State.RESOLVED]
        outcome, _ = stepped(open_ones, looked, terms(minute, hold, keep))

        dropped = {labels for labels, alert in standing.items() if alert.key in outcome.dropped}
        standing = {labels: alert for labels, alert in standing.items() if labels not in dropped}
        standing |= {alert.labels: alert for alert in outcome.alerts}
        events += outcome.events
        for labels in WHO.values():
            sees = _could_see(labels, looked)
            if any(each.labels == labels for each in looked.seen) and sees:
                seen_true.setdefault(labels, []).append(at(minute))
            elif sees:
                seen_true[labels] = []
            _nothing_ends_unseen(before.get(labels), standing.get(labels), sees=sees)
        for event in outcome.events:
            if event.change is Change.FIRING and before.get(event.labels) not in _open(before):
                _was_true_for(hold, seen_true[event.labels])

    _events_tell_all(events, standing)


def _open(standing: Mapping[Labels, Alert]) -> list[Alert]:
    return [alert for alert in standing.values() if alert.state in OPEN]


def _nothing_ends_unseen(before: Alert | None, after: Alert | None, *, sees: bool) -> None:
    if before is None or before.state is State.RESOLVED:
        assert sees or after is before or after is None
        return
    if not sees:
        assert after is not None
        assert after.state is before.state
        assert after.health is not Health.OK
        assert after.held_since is not None


def _was_true_for(hold: int, looks: Sequence[datetime]) -> None:
    """The looks that saw it true, in a row, are as many minutes apart as it has to be true for."""
    assert looks
    assert looks[-1] - looks[0] >= hold * MINUTE
    # Time in which nobody could see or look is none in which it was true.
    seen = sum((min(b - a, 3 * MINUTE) for a, b in pairwise(looks)), timedelta(0))
    assert seen >= hold * MINUTE or hold == 0


def _events_tell_all(events: Iterable[Event], standing: Mapping[Labels, Alert]) -> None:
    told = replayed(events)
    assert told == {labels: (alert.state, alert.held_since is not None) for labels, alert in standing.items()}
