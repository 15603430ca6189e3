"""How outages begin, go on and end, look by look."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.events.values import Alert, Change, Health, State
from aggregator.rules.evidence import NOT_SEEN, ClusterSeen, Evidence, HubSeen, Look, Sight, Up, Watchdog
from aggregator.rules.outages import is_blind
from tests.rules.fleets import FLEET, MINUTE, NOON, fleet_with, hub, seen
from tests.rules.going_on import History, after, called, happened, minutes

OK, FAILING, UNKNOWN = Sight.OK, Sight.FAILING, Sight.UNKNOWN

# Looks at the fleet, a letter each.
LOOKS = {
    "w": fleet_with("", Up.UP, OK, OK),  # all is well
    "d": fleet_with("a", Up.DOWN, FAILING, FAILING),  # one hub is down, as everybody says
    "f": fleet_with("a", Up.UP, FAILING, FAILING),  # it is down, though its scrapes work
    "u": fleet_with("a", Up.DOWN, UNKNOWN, UNKNOWN, url=False),  # its scrapes alone say so, and that is all there is
    "n": fleet_with("a", Up.UP, UNKNOWN, UNKNOWN),  # its scrapes work, and nobody looked from outside
    "s": fleet_with("a", Up.SILENT, UNKNOWN, UNKNOWN, url=False),  # its cluster is silent, and that is all there is
    "x": fleet_with("a", Up.UP, FAILING, OK),  # what is seen of it does not agree
    "c": fleet_with("abc", Up.DOWN, FAILING, FAILING),  # three hubs are down
    "b": fleet_with("ab", Up.DOWN, FAILING, FAILING),  # two are
    "a": fleet_with("abcdef", Up.SILENT, FAILING, FAILING),  # everything fails
    "m": fleet_with("a", Up.DOWN, OK, OK),  # it works, and its metrics do not come
}
DOWN, CLUSTER, MONITORING = "HubDown lisbon/a", "ClusterDown lisbon", "MonitoringDown lisbon"


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        # What was asked for three times fires at once, what was not at the second look.
        ("wd", [[], [f"firing {DOWN}"]]),
        ("uu", [[f"pending {DOWN}"], [f"firing {DOWN}"]]),
        ("uw", [[f"pending {DOWN}"], [f"dropped {DOWN}"]]),
        # It is over when it is seen to be over, twice.
        ("dww", [[f"firing {DOWN}"], [f"recovering {DOWN}"], [f"resolved {DOWN}"]]),
        ("dwdww", [[f"firing {DOWN}"], [f"recovering {DOWN}"], [f"firing {DOWN}"], [f"recovering {DOWN}"],
                   [f"resolved {DOWN}"]]),
        # Whoever is not seen is held: the look that showed the outage is missing.
        ("fnnw", [[f"firing {DOWN}"], [f"held {DOWN}"], [], [f"recovering {DOWN}"]]),
        ("fnf", [[f"firing {DOWN}"], [f"held {DOWN}"], [f"seen {DOWN}"]]),
        ("uuss", [[f"pending {DOWN}"], [f"firing {DOWN}"], [f"held {DOWN}", f"pending {MONITORING}"],
                  [f"firing {MONITORING}"]]),
        # What does not agree is no proof that it works again.
        ("dx", [[f"firing {DOWN}"], [f"held {DOWN}", "pending HubUnclear lisbon/a"]]),
        # One who is told of three hubs is told of the cluster; whoever was told of a hub is not told that it is back.
        ("c", [[f"firing {CLUSTER}"]]),
        ("dc", [[f"firing {DOWN}"], [f"firing {CLUSTER}"]]),
        ("cbd", [[f"firing {CLUSTER}"], [], []]),
        ("cbww", [[f"firing {CLUSTER}"], [], [f"recovering {CLUSTER}"], [f"resolved {CLUSTER}"]]),
        # While Crosshub cannot see, nothing else happens.
        ("da", [[f"firing {DOWN}"], ["firing CrosshubBlind", f"held {DOWN}"]]),
        ("daad", [[f"firing {DOWN}"], ["firing CrosshubBlind", f"held {DOWN}"], [],
                  ["recovering CrosshubBlind", f"seen {DOWN}"]]),
        ("mmdm", [["pending MonitoringDown lisbon/a"], ["firing MonitoringDown lisbon/a"], [f"firing {DOWN}"],
                  [f"recovering {DOWN}"]]),
    ],
)  # fmt: skip
def test_alerts_go_on_look_by_look(looks: str, expected: list[list[str]]) -> None:
    _, found = after(LOOKS[each] for each in looks)

    assert found == expected


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ("wdddww", [("lisbon/a", 1, 4, "HubDown")]),
        ("uuuww", [("lisbon/a", 0, 3, "HubDown")]),
        ("dwdww", [("lisbon/a", 0, 3, "HubDown")]),
        # Resolved, and down again three minutes later: somebody was told that it is back.
        ("dwwwd", [("lisbon/a", 0, 1, "HubDown"), ("lisbon/a", 4, None, "HubDown")]),
        ("dwwwwwwwd", [("lisbon/a", 0, 1, "HubDown"), ("lisbon/a", 8, None, "HubDown")]),
        ("dnnnw", [("lisbon/a", 0, 4, "HubDown")]),
        ("daaaw", [("lisbon/a", 0, 4, "HubDown")]),
        ("cdww", [("lisbon/a", 0, 2, "ClusterDown"), ("lisbon/b", 0, 1, "ClusterDown"),
                  ("lisbon/c", 0, 1, "ClusterDown")]),
        ("dcw", [("lisbon/a", 0, 2, "HubDown"), ("lisbon/b", 1, 2, "ClusterDown"), ("lisbon/c", 1, 2, "ClusterDown")]),
        ("aaw", []),
        ("mmw", []),
    ],
)  # fmt: skip
def test_incidents_last_from_the_first_look_that_failed_to_the_first_that_worked(
    looks: str, expected: list[tuple[str, int, int | None, str]]
) -> None:
    history, _ = after(LOOKS[each] for each in looks)

    assert minutes(tuple(history.incidents.values())) == expected


def test_an_alert_that_is_held_says_since_when() -> None:
    history, _ = after([LOOKS["f"], LOOKS["n"], LOOKS["n"]])
    (alert,) = history.alerts

    assert (alert.state, alert.health, alert.held_since) == (State.FIRING, Health.NO_DATA, NOON + MINUTE)
    assert (alert.true_at, alert.looked_at) == (NOON, NOON + 2 * MINUTE)


def test_people_are_those_who_were_there_before_it_began() -> None:
    before = replace(hub("lisbon", "a", Up.DOWN, FAILING), people=41)
    others = hub("lisbon", "b")

    history, _ = after([seen([before, others]), seen([replace(before, people=None), others])])

    assert [alert.people for alert in history.alerts] == [41]


def test_a_hub_that_nobody_names_any_more_is_nobodys_trouble() -> None:
    history, found = after([LOOKS["d"], *[seen([hub("lisbon", "b"), hub("oslo", "e")])] * 6])

    # For five looks another replica may know more.
    assert found[1:] == [[]] * 5 + [[f"resolved {DOWN}"]]
    assert minutes(tuple(history.incidents.values())) == [("lisbon/a", 0, 6, "HubDown")]


def of(*hubs: HubSeen) -> Evidence:
    """Lisbon with these hubs, and oslo with one that is well."""
    return seen([*hubs, hub("oslo", "e")])


HERE = hub("lisbon", "b")
A_DOWN = replace(hub("lisbon", "a", Up.DOWN, FAILING, FAILING), title="University of Lisbon")
STRANGER = replace(hub("lisbon", "x", Up.UP, UNKNOWN, UNKNOWN), known=False, url=False, name="")
NO_CERTIFICATE = replace(hub("lisbon", "a"), ends=NOON + timedelta(days=5))


@pytest.mark.parametrize(
    ("first", "then", "summary", "why"),
    [
        (of(A_DOWN, HERE), of(HERE), "University of Lisbon (lisbon/a)", "no configuration names it any more"),
        # Its metrics are there still, or are missed for a while.
        (of(A_DOWN, HERE), of(replace(A_DOWN, known=False, url=False, name="", title=""), HERE),
         "University of Lisbon (lisbon/a)", "no configuration names it any more"),
        (of(STRANGER, HERE), of(HERE), "lisbon/x",
         "there have been no metrics of it for a day, and no configuration names it"),
        (of(STRANGER, HERE), of(STRANGER), "lisbon/x", "the configuration names no hub of its cluster any more"),
        (of(NO_CERTIFICATE, HERE), of(replace(hub("lisbon", "a"), url=False, health=NOT_SEEN, rest=NOT_SEEN), HERE),
         "lisbon/a", "the configuration has no url of it any more"),
        (LOOKS["c"], seen([hub("oslo", "e")]), "Cluster lisbon", "the configuration names no hub of it any more"),
        (LOOKS["c"], seen([hub("oslo", "e")], clusters=("oslo",)), "Cluster lisbon",
         "no configuration names cluster lisbon any more"),
        (replace(of(HERE), watchdogs=(Watchdog("alertmanager", (("alertname", "Watchdog"),), NOON - 20 * MINUTE),)),
         of(HERE), "The Watchdog from alertmanager", "it has not been heard for so long that it was forgotten"),
    ],
)  # fmt: skip
def test_what_nobody_looks_for_any_more_ends_and_does_not_say_that_it_is_back(
    first: Evidence, then: Evidence, summary: str, why: str
) -> None:
    history, _ = after([first, first, *[then] * 6])

    ended = {
        (dict(event.annotations)["summary_resolved"], event.evidence)
        for event in history.events
        if event.change is Change.RESOLVED
    }
    assert ended == {(f"{summary} is no longer watched", (why,))}
    assert Change.RECOVERING not in {event.change for event in history.events}


def test_replicas_with_other_configurations_do_not_end_each_others_alerts() -> None:
    knows, does_not = LOOKS["d"], seen([hub("lisbon", "b"), hub("oslo", "e")])

    history, found = after([knows, *[does_not, does_not, does_not, knows] * 3])

    assert found == [[f"firing {DOWN}"]] + [[]] * 12
    assert minutes(tuple(history.incidents.values())) == [("lisbon/a", 0, None, "HubDown")]


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([A_DOWN], {"University of Lisbon (lisbon/a) is back"}),
        ([hub("lisbon", "a", Up.VANISHED, FAILING)], {"lisbon/a is back"}),
        ([hub("lisbon", "a", Up.UP, FAILING, OK)] * 2, {"What is seen of lisbon/a agrees again"}),
        ([replace(hub("lisbon", "a", Up.ABSENT, UNKNOWN, UNKNOWN), url=False)] * 2, {"lisbon/a can be watched now"}),
        ([hub("lisbon", "a", Up.DOWN)] * 2, {"There are metrics of lisbon/a again"}),
        ([hub("lisbon", "a", Up.SILENT)] * 2, {"There are metrics of cluster lisbon again"}),
        ([hub("lisbon", "a", Up.SILENT, FAILING, FAILING)], {"Cluster lisbon is back"}),
        ([NO_CERTIFICATE], {"The certificate of lisbon/a was renewed"}),
        ([replace(hub("lisbon", "a"), ends=NOON + timedelta(days=90), certificate=Look(FAILING, "not its name"))],
         {"The certificate of lisbon/a is valid again"}),
    ],
)  # fmt: skip
def test_what_is_over_says_so_in_words_that_are_true_then(looks: list[HubSeen], said: set[str]) -> None:
    well = replace(hub("lisbon", "a"), ends=NOON + timedelta(days=90), certificate=Look(OK))

    history, _ = after([*(of(look) for look in looks), of(well), of(well)])

    over = [event for event in history.events if event.change is Change.RESOLVED]
    assert {dict(event.annotations)["summary_resolved"] for event in over} == said


def test_crosshub_sees_again_a_hub_is_named_and_a_watchdog_is_heard() -> None:
    dog = Watchdog("alertmanager", (("alertname", "Watchdog"), ("cluster", "oslo")), NOON - 20 * MINUTE)
    odd = replace(of(STRANGER, HERE), watchdogs=(dog,))
    well = replace(of(replace(STRANGER, known=True), HERE), watchdogs=(replace(dog, heard_at=NOON),))

    history, _ = after([odd, odd, LOOKS["a"], *[well] * 2])

    over = [event for event in history.events if event.change is Change.RESOLVED]
    assert {dict(event.annotations)["summary_resolved"] for event in over} == {
        "Crosshub sees again",
        "The configuration names the hub lisbon/x now",
        "The Watchdog of cluster oslo is heard again",
    }


def test_a_cluster_whose_hubs_fail_one_after_another_has_no_metrics_again() -> None:
    blank = [hub("lisbon", each, Up.DOWN) for each in "ab"]
    worse = [hub("lisbon", "a", Up.DOWN, FAILING), hub("lisbon", "b", Up.DOWN)]

    _, found = after([of(*blank), of(*blank), of(*worse), of(HERE, *worse)])

    assert [[each for each in one if each.endswith(MONITORING)] for one in found] == [
        [f"pending {MONITORING}"],
        [f"firing {MONITORING}"],
        [f"held {MONITORING}"],
        [f"recovering {MONITORING}"],
    ]


def test_while_a_prometheus_is_silent_nobody_knows_of_its_watchdog() -> None:
    dog = Watchdog("prometheus of lisbon", (("alertname", "Watchdog"), ("cluster", "lisbon")), NOON - 20 * MINUTE)
    well = Evidence(NOON, (ClusterSeen("lisbon", since=NOON - 60 * MINUTE), ClusterSeen("oslo")), (dog,))
    silent = replace(well, clusters=(ClusterSeen("lisbon", failed="no answer"), ClusterSeen("oslo")))
    heard = replace(well, watchdogs=(replace(dog, heard_at=NOON),))

    _, found = after([well, silent, heard])

    stopped = "WatchdogStopped lisbon"
    assert [[each for each in one if stopped in each] for one in found] == [
        [f"firing {stopped}"],
        [f"held {stopped}"],
        [f"recovering {stopped}"],
    ]


SIGHTS = st.sampled_from(Sight)
HUBS = [(cluster, letter) for cluster, letters in FLEET.items() for letter in letters]
# Hub "d" has no url.
NO_URL = ("lisbon", "d")


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    hubs = []
    silent = {cluster for cluster in FLEET if draw(st.integers(0, 3)) == 0}
    calm = draw(st.booleans())
    for where in HUBS:
        up = Up.SILENT if where[0] in silent else draw(st.sampled_from([Up.UP] if calm else list(Up)[:4]))
        looks = (UNKNOWN, UNKNOWN) if where == NO_URL else (draw(SIGHTS), draw(SIGHTS))
        hubs.append(replace(hub(*where, up, *looks), url=where != NO_URL))
    return seen(hubs)


def shows_life(each: HubSeen) -> bool:
    return OK in (each.health.sight, each.rest.sight) or (not each.url and each.up is Up.UP)


def is_shown(alert: Alert, evidence: Evidence, history: History) -> bool:
    """Whether there is anything to be seen that says that an alert is over."""
    clusters = {each.name: each for each in evidence.clusters}
    hubs = {each.where: each for each in evidence.hubs}
    where = alert.label("cluster"), alert.label("namespace")
    match alert.name:
        case "HubDown" | "HubVanished":
            return shows_life(hubs[where])
        case "ClusterDown":
            return any(map(shows_life, clusters[where[0]].hubs))
        case "MonitoringDown":
            return hubs[where].up is Up.UP if where[1] else not clusters[where[0]].failed
        case "CrosshubBlind":
            return any(map(shows_life, evidence.hubs)) or not all(each.failed for each in evidence.clusters)
        case _:
            return True


@settings(max_examples=50)
@given(st.lists(evidences(), min_size=1, max_size=12))
def test_nothing_recovers_or_resolves_without_anything_to_show_it(looks: list[Evidence]) -> None:
    history = History()
    for evidence in looks:
        before = {called(alert): alert for alert in history.alerts}
        for told in history.look(evidence):
            change, _, name = told.partition(" ")
            if change in (Change.RECOVERING, Change.RESOLVED):
                assert is_shown(before[name], evidence, history), told


@settings(max_examples=50)
@given(st.lists(evidences(), min_size=1, max_size=6), st.integers(1, 4))
def test_silence_changes_nothing_but_health(looks: list[Evidence], quiet: int) -> None:
    nothing = seen([replace(hub(*where, Up.ABSENT, UNKNOWN, UNKNOWN), url=where != NO_URL) for where in HUBS])
    history, _ = after(looks)
    open_before, incidents = history.open, dict(history.incidents)

    for _ in range(quiet):
        told = history.look(nothing)
        over = [each for each in told if each.split()[0] in ("recovering", "resolved") and not _is_answered(each)]
        assert over == []

    assert {each for each in open_before if not _is_answered(each)} <= history.open
    assert history.incidents == incidents


def _is_answered(told: str) -> bool:
    """What the clusters' answering, even with nothing, does say something about."""
    return any(each in told for each in ("CrosshubBlind", "MonitoringDown lisbon", "MonitoringDown oslo"))


@settings(max_examples=50)
@given(st.lists(evidences(), min_size=1, max_size=12))
def test_nobody_is_told_of_a_hub_while_its_cluster_fires(looks: list[Evidence]) -> None:
    history = History()
    for evidence in looks:
        told = history.look(evidence)
        for cluster in FLEET:
            if f"ClusterDown {cluster}" in history.open and f"recovering ClusterDown {cluster}" not in told:
                assert not [each for each in told if each.startswith(f"firing HubDown {cluster}/")
                            and not _was_open(each, history)]  # fmt: skip


def _was_open(told: str, history: History) -> bool:
    """Whether an alert that fires had done so before, and was about to resolve."""
    return sum(happened(event) == told for event in history.events) > 1


@settings(max_examples=50)
@given(st.lists(evidences(), min_size=1, max_size=12))
def test_while_crosshub_cannot_see_nothing_else_fires(looks: list[Evidence]) -> None:
    history = History()
    for evidence in looks:
        told = history.look(evidence)
        if is_blind(evidence):
            assert {each.split(" ", 1)[0] for each in told if "CrosshubBlind" not in each} <= {"held"}


@settings(max_examples=50)
@given(st.lists(evidences(), min_size=1, max_size=12))
def test_incidents_of_a_hub_never_overlap(looks: list[Evidence]) -> None:
    history, _ = after(looks)
    for where in HUBS:
        own = sorted((each for each in history.incidents.values() if each.where == where), key=lambda e: e.started_at)
        for one, following in pairwise(own):
            assert one.ended_at is not None
            assert one.ended_at <= following.started_at
