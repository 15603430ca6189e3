"""What a message says of an alert."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.clusters.values import Grafana
from aggregator.events.values import Alert, Health
from aggregator.notify.deciding import Group, Telling
from aggregator.notify.deduplicating import Reason, Told
from aggregator.notify.messages import item_of, notice_of
from aggregator.notify.wording import clock_time, length
from aggregator.outbox.notice import Link, notice_in, written
from tests.notify.made import LISBON, MINUTE, NOON, a_config, an_alert, outage, over

DOWN = outage(cluster="lisbon", namespace="prod")
SLOW = an_alert(
    "SpawnSlow",
    cluster="lisbon",
    namespace="prod",
    severity="ticket",
    annotations={"summary": "Servers start slowly.", "description": "Half took 300 s. <!channel>"},
)
CONFIG = a_config(external_url="https://crosshub.example.org/")


@pytest.mark.parametrize(
    ("alert", "title"),
    [
        (DOWN, "University of Lisbon (lisbon/prod) is down"),
        (over(DOWN), "University of Lisbon (lisbon/prod) is back"),
        (outage("HubVanished", summary="It has vanished."), "It has vanished"),
        (over(outage("X", "cluster", cluster="lisbon")), "Cluster lisbon is back"),
        (
            over(outage("X", "crosshub", summary="Crosshub cannot see")),
            "Crosshub sees the clusters again",
        ),
        (SLOW, "Servers start slowly"),
        (over(SLOW), "Over: Servers start slowly"),
        (over(an_alert(cluster="oslo", namespace="prod")), "Over: Test on oslo/prod"),
        (over(an_alert(annotations={"summary": "It is full", "summary_resolved": "It has room"})), "It has room"),
        (an_alert(cluster="oslo", namespace="prod"), "Test on oslo/prod"),
        (an_alert(), "Test"),
    ],
)
def test_a_title_is_a_sentence_that_is_true(alert: Alert, title: str) -> None:
    assert item_of(CONFIG, alert, NOON).title == title


def test_an_item_says_since_when_how_grave_and_what_shows_it() -> None:
    alert = replace(SLOW, people=41, evidence=("its health page: 502, three times",))

    item = item_of(CONFIG, alert, NOON)

    assert (item.since, item.until, item.severity, item.people) == (NOON - 14 * MINUTE, None, "ticket", 41)
    assert item.evidence == ("its health page: 502, three times",)
    assert item.text == "Half took 300 s. <!channel>"
    assert item_of(CONFIG, over(alert), NOON).until == NOON


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (Health.OK, ""),
        (Health.NO_DATA, "no data since 12:50: whether it is over is not known"),
        (Health.ERROR, "its rule fails since 12:50: whether it is over is not known"),
        (Health.STALE, "nobody has looked since 12:50: whether it is over is not known"),
    ],
)
def test_what_is_held_says_why_by_the_clock_of_its_hub(health: Health, words: str) -> None:
    alert = replace(SLOW, health=health, held_since=NOON - 10 * MINUTE)

    assert item_of(CONFIG, alert, NOON).held == words
    assert item_of(CONFIG, over(alert), NOON).held == ""


@pytest.mark.parametrize(
    ("alert", "evidence"),
    [
        (replace(SLOW, evidence=("its expression gave 300",)), ()),
        (replace(SLOW, evidence=("its rule was removed",)), ("its rule was removed",)),
        (replace(DOWN, evidence=("its health page: 502",)), ()),
    ],
)
def test_what_is_over_is_told_with_why_it_ended_and_not_as_if_it_were_true(
    alert: Alert, evidence: tuple[str, ...]
) -> None:
    item = item_of(CONFIG, over(alert), NOON)

    assert (item.text, item.evidence) == ("", evidence)


def test_links_lead_on() -> None:
    config = replace(CONFIG, grafana=Grafana("https://grafana.example.org"), runbooks="https://runbooks.example.org/")
    ours = f"https://crosshub.example.org/alerts/{SLOW.fingerprint}"

    assert item_of(config, SLOW, NOON).links == (
        Link("Runbook", "https://runbooks.example.org/SpawnSlow"),
        Link("Grafana", "https://grafana.example.org/d/crosshub-on-call?var-cluster=lisbon&var-hub=prod"),
        Link("Silence", f"{ours}/silence"),
        Link("Alert", ours),
    )
    assert [link.url for link in item_of(CONFIG, SLOW, NOON).links] == [
        "https://crosshub.example.org/runbooks/SpawnSlow",
        f"{ours}/silence",
        ours,
    ]


def test_an_alert_without_a_runbook_has_no_link_to_one() -> None:
    own = an_alert("OwnRule", cluster="lisbon")
    elsewhere = replace(own, annotations=(("runbook_url", "https://wiki.example.org/own"),))

    links = [item_of(CONFIG, alert, NOON).links[0] for alert in (own, elsewhere)]

    assert [(link.text, link.url.rpartition("/")[2]) for link in links] == [("Silence", "silence"), ("Runbook", "own")]


def test_a_notice_tells_what_fires_first_and_comes_back_from_the_outbox_as_it_was() -> None:
    telling = Telling("oncall", Reason.NEW, (over(SLOW), DOWN), Told(NOON, frozenset(), frozenset()))
    group = Group("key", (("cluster", "lisbon"),), NOON, NOON)

    notice = notice_of(CONFIG, group, telling, NOON)

    assert [item.status for item in notice.items] == ["firing", "resolved"]
    assert (notice.status, notice.reason, notice.zone) == ("firing", "new alerts in group", "Europe/Lisbon")
    assert notice_in(written(notice)) == notice


@pytest.mark.parametrize(
    ("severities", "order"),
    [
        (("low", "critical", "medium", "high"), ["critical", "high", "medium", "low"]),
        (("info", "ticket", "page"), ["page", "ticket", "info"]),
        (("mine", "low", "", "info"), ["info", "low", "mine", ""]),
    ],
)
def test_what_fires_is_told_the_worst_first(severities: tuple[str, ...], order: list[str]) -> None:
    alerts = tuple(an_alert(f"A{number}", severity=severity) for number, severity in enumerate(severities))

    telling = Telling("oncall", Reason.FIRST, alerts, Told(NOON, frozenset(), frozenset()))
    notice = notice_of(CONFIG, Group("key", (), NOON, NOON), telling, NOON)

    assert [item.severity for item in notice.items] == order


def test_a_notice_about_hubs_of_several_zones_is_told_in_utc() -> None:
    telling = Telling("oncall", Reason.FIRST, (SLOW, an_alert()), Told(NOON, frozenset(), frozenset()))

    assert notice_of(a_config(LISBON), Group("key", (), NOON, NOON), telling, NOON).zone == "UTC"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (45, "45 seconds"),
        (60, "1 minute"),
        (17 * 60 + 20, "17 minutes"),
        (7500, "2 hours 5 minutes"),
        (3600, "1 hour"),
        (90000, "1 day 1 hour"),
        (86700, "1 day"),
    ],
)
def test_a_length_of_time_has_one_or_two_units(seconds: int, words: str) -> None:
    assert length(timedelta(seconds=seconds)) == words


def test_a_time_of_another_day_says_which() -> None:
    zone = LISBON.timezone

    assert clock_time(NOON - 10 * MINUTE, zone, NOON) == "12:50"
    assert clock_time(NOON - timedelta(days=2), zone, NOON) == "13 Jul 13:00"
