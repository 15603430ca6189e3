"""The metrics say what the truth says, and the truth is one that could be."""

from collections import Counter
from itertools import pairwise

import pytest

from aggregator.demo import names
from aggregator.demo.fleet import HubPlan, cluster_plan
from aggregator.demo.generate import scrape_times, truth_for
from aggregator.demo.history import truth_of
from aggregator.demo.hub_metrics import PERIODS
from aggregator.demo.images import image_of, images_of
from aggregator.demo.rhythm import DAY, HOUR, MINUTE, WEEK
from aggregator.demo.truth import Outcome, Session, Tale, Truth
from aggregator.series import Labels
from tests.demo.made import AllSamples, called, instant, made

END = instant("2026-11-20 00:00")
PLAN = cluster_plan(seed=5, index=1, hubs=3, people=0.4)


@pytest.fixture(scope="module")
def truth() -> Truth:
    """What the metrics are made from."""
    return truth_for(PLAN, END - DAY, END)


@pytest.fixture(scope="module")
def metrics() -> AllSamples:
    """Every series of the day before `END`."""
    return made(PLAN, END - DAY, END, step=10 * MINUTE)


@pytest.fixture(scope="module")
def month() -> Truth:
    return truth_of(PLAN, END - 5 * WEEK, END)


def only(found: dict[Labels, dict[int, float]]) -> dict[int, float]:
    (points,) = found.values()
    return points


@pytest.mark.parametrize("namespace", ["prod", "staging", "workshop"])
def test_running_servers_are_the_sessions_open_at_that_moment(
    namespace: str, truth: Truth, metrics: AllSamples
) -> None:
    points = only(called(metrics, "jupyterhub_running_servers", namespace=namespace))

    assert points == {at: len(truth.running(namespace, at)) for at in points}
    assert namespace != "prod" or max(points.values()) > 2


@pytest.mark.parametrize("hub", PLAN.hubs, ids=lambda hub: hub.namespace)
def test_servers_run_the_image_that_whoever_they_belong_to_has_of_those_the_hub_offers(
    hub: HubPlan, truth: Truth, metrics: AllSamples
) -> None:
    ran = called(metrics, "kube_pod_container_info", namespace=hub.namespace, container="notebook")
    images = {labels["pod"]: labels["image_spec"] for labels in map(dict, ran)}

    assert images == {
        names.pod_name(hub, each.user): image_of(hub, each.user)
        for each in truth.sessions_of(hub.namespace)
        if each.ended > END - DAY
        and {at for points in ran.values() for at in points if each.scheduled <= at < each.ended}
    }
    assert all(dict(each)["image"] == dict(each)["image_spec"] for each in ran)
    assert set(images.values()) <= set(images_of(hub))
    assert len(set(images_of(hub))) in {2, 3}


def test_which_images_ran_is_told_of_the_weeks_before_too() -> None:
    week_ago = made(PLAN, END - 8 * DAY, END - 7 * DAY, step=10 * MINUTE, detail=False)

    assert called(week_ago, "kube_pod_container_info", container="notebook")


@pytest.mark.parametrize("period", PERIODS)
def test_active_users_are_the_people_of_the_period_counted_once_an_hour(
    period: str, truth: Truth, metrics: AllSamples
) -> None:
    points = only(called(metrics, "jupyterhub_active_users", namespace="prod", period=period))
    began = only(called(metrics, "process_start_time_seconds", namespace="prod"))

    for at, value in points.items():
        start = int(began[at] * 1000)
        counted = start + (at - start) // HOUR * HOUR
        assert value == len(truth.active("prod", counted - PERIODS[period], counted + 1))


def test_accounts_are_the_people_made_so_far(truth: Truth, metrics: AllSamples) -> None:
    points = only(called(metrics, "jupyterhub_total_users", namespace="workshop"))

    made_at = [person.created for person in truth.people if person.namespace == "workshop"]
    assert points == {at: sum(created <= at for created in made_at) for at in points}


def test_spawns_and_logins_count_what_happened_since_the_hub_began(truth: Truth, metrics: AllSamples) -> None:
    began = only(called(metrics, "process_start_time_seconds", namespace="prod"))
    spawns = only(called(metrics, "jupyterhub_server_spawn_duration_seconds_count", namespace="prod", status="success"))
    logins = only(
        called(
            metrics,
            "jupyterhub_request_duration_seconds_count",
            namespace="prod",
            handler=PLAN.hubs[0].login.handler,
            code="302",
        )
    )

    good = [s.over for s in truth.spawns if s.namespace == "prod" and s.outcome is Outcome.SUCCESS]
    accepted = [login.at for login in truth.logins if login.namespace == "prod" and login.accepted]
    assert spawns == {at: sum(began[at] * 1000 < over <= at for over in good) for at in spawns}
    assert logins == {at: sum(began[at] * 1000 < one <= at for one in accepted) for at in logins}


def test_pods_of_servers_carry_the_names_of_those_who_ran_them(truth: Truth, metrics: AllSamples) -> None:
    seen = called(metrics, "kube_pod_annotations", namespace="prod")

    shown = {dict(series)["annotation_hub_jupyter_org_username"] for series in seen}
    times = scrape_times(PLAN, END - DAY, END, 10 * MINUTE).tolist()
    pods = [(s.user, s.asked, s.ended) for s in truth.sessions_of("prod")]
    pods += [(s.user, s.asked, s.over) for s in truth.spawns if s.namespace == "prod" and s.outcome is Outcome.FAILED]
    assert shown == {user for user, asked, ended in pods if any(asked <= at < ended for at in times)}


def test_nothing_is_seen_of_a_hub_that_is_away_but_that_it_is(month: Truth) -> None:
    start = next(start for start in month.starts if start.why == "outage")
    about = start.at - start.down - 20 * MINUTE, start.at + 20 * MINUTE
    samples = made(PLAN, *about, step=MINUTE, detail=False)

    up = only(called(samples, "up", namespace=start.namespace))
    running = only(called(samples, "jupyterhub_running_servers", namespace=start.namespace))
    assert up == {at: float(not month.is_down(start.namespace, at)) for at in up}
    assert set(running) == {at for at, answers in up.items() if answers}
    assert 0.0 in up.values()


def test_nothing_at_all_is_recorded_in_a_gap(month: Truth) -> None:
    gap = next(gap for gap in month.gaps if gap.start > month.start)

    samples = made(PLAN, gap.start - 5 * MINUTE, gap.end + 5 * MINUTE, detail=False)

    times = {at for points in samples.values() for at in points}
    assert times
    assert not any(gap.start <= at < gap.end for at in times)


def test_nobody_has_two_servers_at_once_and_every_server_ran(month: Truth) -> None:
    by_person: dict[tuple[str, str], list[Session]] = {}
    for session in month.sessions:
        by_person.setdefault((session.namespace, session.user), []).append(session)

    assert all(s.asked < s.scheduled < s.ready < s.ended for s in month.sessions)
    for sessions in by_person.values():
        assert all(before.ended <= after.asked for before, after in pairwise(sessions))


def test_servers_run_on_nodes_that_are_there_and_have_room(month: Truth) -> None:
    nodes = {node.name: node for node in truth_of(PLAN, END - 6 * WEEK, END + WEEK).nodes}

    for session in month.sessions:
        node = nodes[session.node]
        assert node.booted < session.ready < session.ended < node.gone
        company = [other for other in month.sessions if other.node == session.node]
        assert sum(other.asked <= session.asked < other.ended for other in company) <= PLAN.pods_per_node


def test_who_asks_while_the_hub_is_away_comes_back_later(month: Truth) -> None:
    assert not any(month.is_down(login.namespace, login.at) for login in month.logins)


def test_no_two_people_of_a_hub_have_one_name(month: Truth) -> None:
    names = [(person.namespace, person.user) for person in month.people]

    assert len(names) == len(set(names)) > 300


def test_weeks_have_weekends(month: Truth) -> None:
    busy = Counter((session.asked - END) // DAY for session in month.sessions_of("prod"))

    thursdays, sundays = ([busy[day - 7 * week] for week in range(4)] for day in (-1, -5))
    assert sum(thursdays) > 2 * sum(sundays)


def test_strangers_come_in_a_drip_stay_and_use_all_they_can_get() -> None:
    truth = truth_with(Tale.STRANGERS)
    story = next(story for story in truth.stories if story.tale is Tale.STRANGERS)

    strangers = {
        person.user for person in truth.people if person.stranger and story.start <= person.created < story.end
    }
    sessions = [session for session in truth.sessions_of(story.namespace) if session.user in strangers]
    assert len(strangers) > 20
    assert all(session.greedy and session.ended == story.end for session in sessions)


def test_a_workshop_is_throttled_and_a_broken_image_fails() -> None:
    for tale, outcome in ((Tale.WORKSHOP, Outcome.THROTTLED), (Tale.BROKEN_IMAGE, Outcome.FAILED)):
        truth = truth_with(tale)
        story = next(story for story in truth.stories if story.tale is tale)
        during = [s for s in truth.spawns if s.namespace == story.namespace and story.start <= s.asked < story.end]
        assert sum(spawn.outcome is outcome for spawn in during) >= len(during) / 8 > 0


def truth_with(tale: Tale) -> Truth:
    """Some weeks of a fleet in which a story is told."""
    truths = (
        truth_of(cluster_plan(5, index, 3), END - WEEK * (nth + 1), END - WEEK * nth)
        for nth in range(9)
        for index in range(2)
    )
    return next(
        truth
        for truth in truths
        if any(s.tale is tale and truth.start < s.start < s.end < truth.end for s in truth.stories)
    )
